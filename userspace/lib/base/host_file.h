/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading a file of which the size has been promised: holes are not read, and
 * a file that changes meanwhile is noticed.
 */
#ifndef SGZ_BASE_HOST_FILE_H
#define SGZ_BASE_HOST_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/context.h"

/**
 * struct sgz_file_content - a file being read
 * @fd: open for reading, or -1
 * @st: how it was before the first byte was read
 * @pos: next byte
 * @data: first byte from @pos on that is not in a hole
 * @data_end: where the next hole begins
 */
struct sgz_file_content {
	int fd;
	struct stat st;
	uint64_t pos;
	uint64_t data;
	uint64_t data_end;
};

/**
 * sgz_file_content_open() - begin to read
 * @content: filled
 * @fd: the file; closed by sgz_file_content_close()
 * @st: its attributes
 */
void sgz_file_content_open(struct sgz_file_content *content, int fd,
			   const struct stat *st);

/**
 * sgz_file_content_read() - read up to @len bytes
 * @content: the file
 * @ctx: the call
 * @name: of the file, for messages
 * @buf: gets them
 * @len: how many at most
 *
 * Return: how many bytes, 0 after the last one of @content->st.st_size, or a
 * negative errno with the error text set: -EUCLEAN if the file is not any more
 * what it was, which is found out with the last byte at the latest.
 */
ssize_t sgz_file_content_read(struct sgz_file_content *content,
			      const struct sgz_context *ctx, const char *name,
			      void *buf, size_t len);

/** sgz_file_failed() - fail as errno says */
int sgz_file_failed(const struct sgz_context *ctx, const char *name);

/** sgz_file_changed() - fail because a file is not any more what it was */
int sgz_file_changed(const struct sgz_context *ctx, const char *name);

/** sgz_file_content_close() - release */
void sgz_file_content_close(struct sgz_file_content *content);

#endif /* SGZ_BASE_HOST_FILE_H */
