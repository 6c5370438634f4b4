/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: names and times of a layer as text. Names are any bytes but NUL;
 * these functions make them fit for a terminal or for JSON.
 */
#ifndef STARGZ_TEXT_H
#define STARGZ_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_text_escape() - any bytes as one line of text
 * @bytes: the bytes
 * @len: how many
 *
 * A control character becomes \xHH, a backslash two of them; all other bytes
 * stay, so that what was UTF-8 still is.
 *
 * Return: a string that the caller releases with free(3), or NULL without
 * memory.
 */
char *stargz_text_escape(const char *bytes, size_t len);

/**
 * stargz_text_is_utf8() - are all bytes UTF-8?
 * @bytes: the bytes
 * @len: how many
 *
 * Return: true if so.
 */
bool stargz_text_is_utf8(const char *bytes, size_t len);

/**
 * stargz_text_lossy() - any bytes as UTF-8
 * @out: room for three times @len bytes
 * @bytes: the bytes
 * @len: how many
 *
 * Each byte that is not UTF-8 becomes U+FFFD, as in tables of contents.
 *
 * Return: bytes written to @out; no NUL follows them.
 */
size_t stargz_text_lossy(char *out, const char *bytes, size_t len);

/**
 * stargz_base64_encode() - encode as standard base64 with padding
 * @out: room for (@len + 2) / 3 * 4 bytes
 * @bytes: what to encode
 * @len: how many bytes
 *
 * Return: bytes written to @out; no NUL follows them.
 */
size_t stargz_base64_encode(char *out, const void *bytes, size_t len);

/* Bytes of a time as text, with a NUL. */
#define STARGZ_TIME_TEXT	40

/**
 * stargz_time_text() - a time as RFC 3339 in UTC
 * @text: gets it; with a fraction only if there is one
 * @sec: seconds since the Unix epoch; what an index cannot hold is taken for
 *	the nearest time that it can
 * @nsec: nanoseconds, less than a second
 */
void stargz_time_text(char text[STARGZ_TIME_TEXT], int64_t sec, uint32_t nsec);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TEXT_H */
