/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Lines of the text form of a tree.
 */
#ifndef SGZ_SOURCE_DUMP_LINE_H
#define SGZ_SOURCE_DUMP_LINE_H

#include "base/sha256.h"
#include "blob/blob.h"
#include "tar/reader.h"

/* Longest line: a path, a target, and a set of extended attributes. */
#define SGZ_DUMP_LINE_MAX	(8u << 20)

/**
 * struct sgz_dump_lines - a text being read
 * @ctx: the call
 * @blob: the text
 * @start: where in it the line at hand begins
 * @next: where the next one does
 * @counted: the text is read from its start, so lines have numbers
 * @number: of the line at hand, then
 * @text: the line and what was read beyond it
 * @used: bytes of the line there, with its newline
 */
struct sgz_dump_lines {
	const struct sgz_context *ctx;
	struct sgz_blob *blob;
	uint64_t start;
	uint64_t next;
	bool counted;
	uint64_t number;
	struct sgz_vec text;
	size_t used;
};

/**
 * struct sgz_dump_line - a line that was understood
 * @type: as in the text
 * @path: without the slash at its start
 * @path_len: bytes there
 * @h: header: numbers, time, size, and @h.pax.xattrs; @h.link of a link
 * @content: path of the content, likewise; NULL for none
 * @content_len: bytes there
 * @digest_set: there is a digest
 * @digest: of the content
 *
 * All points into the text, until the next line is read.
 */
struct sgz_dump_line {
	char type;
	const char *path;
	size_t path_len;
	struct sgz_tar_header h;
	const char *content;
	size_t content_len;
	bool digest_set;
	uint8_t digest[STARGZ_SHA256_LEN];
};

/**
 * sgz_dump_next_line() - read the next line
 * @lines: the text; with a blob and the place to read from in @next
 * @line: set to its text, with a NUL in place of the newline
 * @len: set to its length
 *
 * Return: 1, 0 at the end, or a negative errno with the error text set.
 */
int sgz_dump_next_line(struct sgz_dump_lines *lines, char **line, size_t *len);

/**
 * sgz_dump_parse() - understand a line that describes a file
 * @lines: for messages
 * @to: filled; the vector of attributes is used again
 * @line: the text, which is changed
 * @len: its length
 *
 * Return: 0, or -EUCLEAN or -ENOMEM with the error text set.
 */
int sgz_dump_parse(const struct sgz_dump_lines *lines,
		   struct sgz_dump_line *to, char *line, size_t len);

/** sgz_dump_bad() - fail because of the line at hand */
int sgz_dump_bad(const struct sgz_dump_lines *lines, const char *why);

#endif /* SGZ_SOURCE_DUMP_LINE_H */
