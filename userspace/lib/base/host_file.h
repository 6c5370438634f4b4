/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading a file of known size. Holes are skipped, and a change of the file
 * during reading is detected.
 */
#ifndef SGZ_BASE_HOST_FILE_H
#define SGZ_BASE_HOST_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/context.h"

/**
 * struct sgz_file_content - a file that is being read
 * @fd: open for reading, or -1
 * @st: attributes before the first read
 * @pos: next byte
 * @data: first byte at or after @pos that is not in a hole
 * @data_end: start of the next hole
 */
struct sgz_file_content {
	int fd;
	struct stat st;
	uint64_t pos;
	uint64_t data;
	uint64_t data_end;
};

/**
 * sgz_file_content_open() - start reading a file
 * @content: filled in
 * @fd: the file; sgz_file_content_close() closes it
 * @st: its attributes
 */
void sgz_file_content_open(struct sgz_file_content *content, int fd,
			   const struct stat *st);

/**
 * sgz_file_content_read() - read up to @len bytes
 * @content: the file
 * @ctx: the call
 * @name: name of the file, for messages
 * @buf: destination
 * @len: size of @buf
 *
 * Return: number of bytes, 0 after the last byte of @content->st.st_size, or a
 * negative errno with the error text set: -EUCLEAN if the file has changed,
 * which is detected no later than with the last byte.
 * what it was, which is found out with the last byte at the latest.
 */
ssize_t sgz_file_content_read(struct sgz_file_content *content,
			      const struct sgz_context *ctx, const char *name,
			      void *buf, size_t len);

/**
 * sgz_file_content_skip() - go on at a byte behind the next one to be read
 * @content: the file
 * @ctx: the call
 * @name: name of the file, for messages
 * @pos: the byte, or the size of the file: then a change is detected
 *
 * Return: 0, or -EUCLEAN with the error text set.
 */
int sgz_file_content_skip(struct sgz_file_content *content,
			  const struct sgz_context *ctx, const char *name,
			  uint64_t pos);

/** sgz_file_failed() - fail with the error in errno */
int sgz_file_failed(const struct sgz_context *ctx, const char *name);

/** sgz_file_changed() - fail because a file has changed */
int sgz_file_changed(const struct sgz_context *ctx, const char *name);

/** sgz_file_content_close() - release */
void sgz_file_content_close(struct sgz_file_content *content);

#endif /* SGZ_BASE_HOST_FILE_H */
