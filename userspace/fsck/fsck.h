/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking one file.
 */
#ifndef FSCK_H
#define FSCK_H

#include <json-c/json.h>

#include "options.h"
#include "stargz/check.h"

/**
 * struct target - the file to check
 * @settings: the command line
 * @input: the file and its handle
 * @faults: JSON array of the faults with --json, else NULL
 * @told: number of faults reported
 * @code: exit code for them
 */
struct target {
	struct settings *settings;
	struct inputs_file input;
	struct json_object *faults;
	uint64_t told;
	int code;
};

/** fsck_target() - check, print the faults, and return the exit code */
int fsck_target(struct target *t);

/** fsck_unopened() - report a file that could not be opened */
int fsck_unopened(struct target *t);

/** fsck_fault() - report a fault; a callback for the library */
void fsck_fault(void *data, int code, const char *text);

/**
 * fsck_extract() - write the tree to a folder
 * @t: the checked file
 * @faults: set to the number of faults
 * @err: filled in on failure
 *
 * Return: 0, also with faults, or a negative errno.
 */
int fsck_extract(struct target *t, uint64_t *faults, struct stargz_error *err);

#endif /* FSCK_H */
