/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Paths in the form of a layer, and the changes of a JSON encoder to them.
 */
#ifndef SGZ_BASE_PATH_H
#define SGZ_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* The entry of an eStargz layer that is its table of contents. */
#define SGZ_TOC_NAME	"stargz.index.json"

/**
 * sgz_path_clean() - resolve a path of a layer lexically from the root
 * @out: @len bytes; may equal @in
 * @in: the path; may contain "./", "..", and leading, doubled and trailing "/"
 * @len: length of @in in bytes
 *
 * Return: length of the result, which has no leading or trailing "/" and no
 * "." or ".." component. The root gives 0.
 */
size_t sgz_path_clean(char *out, const char *in, size_t len);

/** sgz_path_last() - offset of the last name in a path */
size_t sgz_path_last(const char *path, size_t len);

/**
 * sgz_path_is_own() - does the path name metadata of the layer format?
 * @path: the path in the layer, or cleaned
 * @len: length of @path in bytes
 *
 * Return: true for the table of contents and the landmarks, in the root.
 */
bool sgz_path_is_own(const char *path, size_t len);

/** sgz_has_replacement() - does the text contain U+FFFD? */
bool sgz_has_replacement(const char *text, size_t len);

/**
 * sgz_lossy_equal() - can the text be the conversion of the bytes?
 * @text: a string of a TOC, in which U+FFFD replaced bytes that are not UTF-8
 * @text_len: its length
 * @bytes: the original bytes
 * @len: number of bytes
 *
 * Return: true if so.
 */
bool sgz_lossy_equal(const char *text, size_t text_len,
		     const char *bytes, size_t len);

#endif /* SGZ_BASE_PATH_H */
