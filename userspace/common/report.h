/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: JSON objects, printed as JSON or as text.
 */
#ifndef REPORT_H
#define REPORT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** report_int() - add a number to an object */
void report_int(struct json_object *o, const char *key, uint64_t value);

/** report_real() - add a number with a fraction */
void report_real(struct json_object *o, const char *key, double value);

/** report_text() - add a text, in UTF-8 */
void report_text(struct json_object *o, const char *key, const char *value);

/**
 * report_bytes() - add a text of any bytes
 * @o: the object
 * @key: its key; text that is not UTF-8 also gets a member @key + "_base64"
 * @bytes: the text
 * @len: its length in bytes
 */
void report_bytes(struct json_object *o, const char *key, const char *bytes,
		  size_t len);

/** report_time() - add a time, seconds since the Unix epoch and nanoseconds */
void report_time(struct json_object *o, const char *key, int64_t sec,
		 uint32_t nsec);

/** report_print() - print an object and release it */
void report_print(FILE *to, struct json_object *o, bool json);

#endif /* REPORT_H */
