/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Lines of a tree as text, see stargz-dump(5).
 */
#ifndef SGZ_SOURCE_DUMP_LINE_H
#define SGZ_SOURCE_DUMP_LINE_H

#include "base/sha256.h"
#include "blob/blob.h"
#include "tar/reader.h"

/*
 * Maximum length of a line in bytes: a path, a target, and a set of extended
 * attributes.
 */
#define SGZ_DUMP_LINE_MAX	(8u << 20)

/**
 * struct sgz_dump_lines - reader of a text
 * @ctx: the call
 * @blob: the text
 * @start: position of the current line
 * @next: position of the next line
 * @counted: the text is read from its start, so @number is valid
 * @number: number of the current line, from one
 * @text: bytes read: earlier lines, the current line and bytes after it
 * @used: bytes in @text up to the end of the current line, with its newline
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
 * struct sgz_dump_line - a parsed line
 * @type: type letter of the text
 * @path: path without leading slash
 * @path_len: its length in bytes
 * @h: header: numbers, time, size, and @h.pax.xattrs; @h.link of a link
 * @content: path of the content without leading slash, or NULL
 * @content_len: its length in bytes
 * @digest_set: @digest is valid
 * @digest: digest of the content
 *
 * Pointers refer to the text. They are valid until the next line is read.
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
 * @lines: the text; @blob and @next are set
 * @line: set to its text, with a NUL in place of the newline
 * @len: set to its length
 *
 * Return: 1, 0 at the end, or a negative errno with the error text set.
 */
int sgz_dump_next_line(struct sgz_dump_lines *lines, char **line, size_t *len);

/**
 * sgz_dump_parse() - parse a line that describes a file
 * @lines: the text, for messages
 * @to: filled in; the call reuses its vector of attributes
 * @line: the text, which the call changes
 * @len: its length
 *
 * Return: 0, or -EUCLEAN or -ENOMEM with the error text set.
 */
int sgz_dump_parse(const struct sgz_dump_lines *lines,
		   struct sgz_dump_line *to, char *line, size_t len);

/** sgz_dump_bad() - fail because of the current line */
int sgz_dump_bad(const struct sgz_dump_lines *lines, const char *why);

#endif /* SGZ_SOURCE_DUMP_LINE_H */
