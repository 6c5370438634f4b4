/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Paths as they stand in a layer, and what a JSON encoder does to them.
 */
#ifndef SGZ_BASE_PATH_H
#define SGZ_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/**
 * sgz_path_clean() - resolve a path of a layer lexically from the root
 * @out: @len bytes of room; may be @in
 * @in: the path: "./", "/", "..", doubled and trailing "/" are all possible
 * @len: bytes in @in
 *
 * Return: length of the result, which has no leading or trailing "/" and no
 * "." or ".." component. The root gives 0.
 */
size_t sgz_path_clean(char *out, const char *in, size_t len);

/** sgz_path_last() - offset of the last name in a path */
size_t sgz_path_last(const char *path, size_t len);

/**
 * sgz_path_is_own() - does a path name what describes a layer?
 * @path: as it stands in the layer, or cleaned
 * @len: bytes in @path
 *
 * Return: true for the table of contents and the landmarks, in the root.
 */
bool sgz_path_is_own(const char *path, size_t len);

/** sgz_has_replacement() - does the text hold a U+FFFD? */
bool sgz_has_replacement(const char *text, size_t len);

/**
 * sgz_lossy_equal() - could this text have been made from these bytes?
 * @text: a string of a TOC, where bytes that are not UTF-8 became U+FFFD
 * @text_len: its length
 * @bytes: the true bytes
 * @len: how many
 *
 * Return: true if so.
 */
bool sgz_lossy_equal(const char *text, size_t text_len,
		     const char *bytes, size_t len);

#endif /* SGZ_BASE_PATH_H */
