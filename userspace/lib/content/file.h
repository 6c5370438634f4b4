/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The content of regular files, through the extents of an index.
 */
#ifndef SGZ_CONTENT_FILE_H
#define SGZ_CONTENT_FILE_H

#include "content/span.h"

/**
 * struct sgz_run - a part of a file in one span or hole
 * @pos: first byte in the file
 * @len: length in bytes
 * @span: number of the span, or %STARGZ_NO_SPAN
 * @offset: first byte in the decoded span
 */
struct sgz_run {
	uint64_t pos;
	uint64_t len;
	uint32_t span;
	uint64_t offset;
};

/**
 * sgz_file_run() - find the place of a byte of a file
 * @index: an index that was checked
 * @ino: a regular file
 * @pos: position in the file, below its size
 * @run: set to the run that starts at @pos
 */
void sgz_file_run(const struct sgz_index *index, uint32_t ino, uint64_t pos,
		  struct sgz_run *run);

/**
 * sgz_file_read() - read bytes of a file
 * @r: reader of spans
 * @ino: a regular file
 * @pos: first byte
 * @buf: destination
 * @len: number of bytes; must be within the file
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_file_read(struct sgz_spanread *r, uint32_t ino, uint64_t pos,
		  void *buf, size_t len);

#endif /* SGZ_CONTENT_FILE_H */
