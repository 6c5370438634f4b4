/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: names and times of a layer as text. Names are any bytes except
 * NUL; these functions make them safe for a terminal or for JSON.
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
 * stargz_text_escape() - convert any bytes to one line of text
 * @bytes: the bytes
 * @len: number of bytes
 *
 * A control character becomes \xHH, a backslash becomes two. All other bytes
 * stay, so the result is UTF-8 if @bytes are.
 *
 * Return: a string that the caller releases with free(3), or NULL if memory is
 * short.
 */
char *stargz_text_escape(const char *bytes, size_t len);

/**
 * stargz_text_is_utf8() - are all bytes UTF-8?
 * @bytes: the bytes
 * @len: number of bytes
 *
 * Return: true if so.
 */
bool stargz_text_is_utf8(const char *bytes, size_t len);

/**
 * stargz_text_lossy() - convert any bytes to UTF-8
 * @out: room for three times @len bytes
 * @bytes: the bytes
 * @len: number of bytes
 *
 * Each byte that is not UTF-8 becomes U+FFFD, as in tables of contents.
 *
 * Return: number of bytes written to @out; no NUL follows them.
 */
size_t stargz_text_lossy(char *out, const char *bytes, size_t len);

/**
 * stargz_base64_encode() - encode as standard base64 with padding
 * @out: room for (@len + 2) / 3 * 4 bytes
 * @bytes: the bytes to encode
 * @len: number of bytes
 *
 * Return: number of bytes written to @out; no NUL follows them.
 */
size_t stargz_base64_encode(char *out, const void *bytes, size_t len);

/* Size in bytes of a time as text, with a NUL. */
#define STARGZ_TIME_TEXT	40

/**
 * stargz_time_text() - write a time in the form of RFC 3339, in UTC
 * @text: receives the time; without a fraction if @nsec is zero
 * @sec: seconds since the Unix epoch; clamped to the range of an index
 * @nsec: nanoseconds, less than a second
 */
void stargz_time_text(char text[STARGZ_TIME_TEXT], int64_t sec, uint32_t nsec);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TEXT_H */
