// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Each line is an entry. The place of an entry, for reading its payload again, is
 * the position of its line in the text.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/host_file.h"
#include "base/openat_beneath.h"
#include "base/path.h"
#include "content/file.h"
#include "index/lookup.h"
#include "index/records.h"
#include "inspect/dump.h"
#include "source/dump_line.h"
#include "source/from_dump.h"
#include "source/overlay.h"
#include "tar/writer.h"

/* Size in bytes of the end of an archive. */
#define END_SIZE	(2 * SGZ_TAR_BLOCK)

/**
 * struct dump - the source
 * @source: its interface
 * @ctx: the call
 * @content: source of the content
 * @lines: the text
 * @again: the text, for reading payloads again
 * @line: line of the current entry
 * @name: name of the entry in the tar
 * @link: target of a hard link in the tar
 * @head: its header blocks
 * @file: its content in a directory
 * @reader: reader of spans, for content in a layer
 * @ino: inode of the content in the layer
 * @pos: next byte of the payload
 * @pad: number of zeroes after it
 * @holes: bytes of holes of all contents
 * @sha: digest of the payload so far
 */
struct dump {
	struct sgz_source source;
	const struct sgz_context *ctx;
	const struct sgz_dump_content *content;
	struct sgz_dump_lines lines;
	struct sgz_dump_lines again;
	struct sgz_dump_line line;
	struct sgz_vec name;
	struct sgz_vec link;
	struct sgz_vec head;
	struct sgz_file_content file;
	struct sgz_spanread *reader;
	uint32_t ino;
	uint64_t pos;
	uint64_t pad;
	uint64_t holes;
	struct sgz_sha256 sha;
};

static struct dump *to_dump(struct sgz_source *source)
{
	return (struct dump *)source;
}

static int append(struct sgz_vec *to, const char *text, size_t len)
{
	char *at = sgz_vec_add(to, len, 1);

	if (!at && len)
		return -ENOMEM;
	if (len)
		memcpy(at, text, len);
	return 0;
}

/* Write a path in the form of tar: "./PATH", with a slash after a directory. */
static int tar_name(struct sgz_vec *to, const char *path, size_t len, bool dir)
{
	int ret;

	to->count = 0;
	ret = append(to, "./", 2);
	if (!ret)
		ret = append(to, path, len);
	if (!ret && dir && len)
		ret = append(to, "/", 1);
	return ret ? ret : append(to, "", 1);
}

static char type_flag(char type)
{
	static const char types[] = "f0h1l2c3b4d5p6";

	return strchr(types, type)[1];
}

/* Complete the header, with names in the form of tar. */
static int make_header(struct dump *d)
{
	struct sgz_dump_line *line = &d->line;
	struct sgz_tar_header *h = &line->h;
	int ret;

	h->type = type_flag(line->type);
	ret = tar_name(&d->name, line->path, line->path_len,
		       line->type == 'd');
	if (!ret && line->type == 'h') {
		ret = tar_name(&d->link, h->link, h->link_len, false);
		h->link = d->link.data;
		h->link_len = d->link.count - 1;
	}
	h->name = d->name.data;
	h->name_len = d->name.count - 1;
	return ret;
}

static int give(struct dump *d, struct sgz_source_entry *entry)
{
	d->head.count = 0;
	if (sgz_tar_write(&d->head, &d->line.h))
		return sgz_nomem(d->ctx);
	entry->h = &d->line.h;
	entry->head = d->head.data;
	entry->head_len = d->head.count;
	entry->place = d->lines.start;
	return 1;
}

static void close_content(struct dump *d)
{
	uint8_t unused[STARGZ_SHA256_LEN];

	if (d->file.fd >= 0)
		sgz_file_content_close(&d->file);
	d->file.fd = -1;
	d->ino = 0;
	d->pos = 0;
	sgz_sha256_get(&d->sha, unused);
}

static int bad_content(const struct dump *d, const char *why)
{
	return sgz_fail(d->ctx, -EBADMSG, "%s: its content, %s, %s",
			sgz_quote(d->line.path, d->line.path_len).text,
			sgz_quote(d->line.content, d->line.content_len).text,
			why);
}

static int count_holes(struct dump *d, uint64_t bytes)
{
	return sgz_tar_add_holes(&d->holes, d->ctx, &d->line.h, bytes);
}

static int open_in_dir(struct dump *d)
{
	uint64_t stored;
	struct stat st;
	int fd = sgz_beneath_open(d->content->dir, d->line.content,
				  d->line.content_len, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return bad_content(d, strerror(-fd));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    (uint64_t)st.st_size != d->line.h.size) {
		close(fd);
		return bad_content(d, "is not a file of the size in the text");
	}
	sgz_file_content_open(&d->file, fd, &st);
	stored = 512ull * st.st_blocks;
	return count_holes(d, stored < d->line.h.size ?
			      d->line.h.size - stored : 0);
}

static uint64_t holes_of(const struct sgz_index *index, uint32_t ino)
{
	const uint64_t size = le64toh(sgz_inode(index, ino)->size);
	struct sgz_run run = { 0 };
	uint64_t holes = 0;

	for (uint64_t pos = 0; pos < size; pos += run.len) {
		sgz_file_run(index, ino, pos, &run);
		if (run.span == STARGZ_NO_SPAN)
			holes += run.len;
	}
	return holes;
}

static int open_in_layer(struct dump *d)
{
	const struct sgz_index *index = &d->content->layer->index;
	const struct stargz_inode *inode;

	if (!d->reader)
		d->reader = sgz_spanread_open(d->ctx, index,
					      d->content->layer->blobs);
	if (!d->reader)
		return sgz_nomem(d->ctx);
	d->ino = sgz_find_path(index, d->line.content, d->line.content_len);
	inode = d->ino ? sgz_inode(index, d->ino) : NULL;
	if (!inode || !S_ISREG(le16toh(inode->mode)) ||
	    le64toh(inode->size) != d->line.h.size)
		return bad_content(d, "is not a file of the size in the text");
	return count_holes(d, holes_of(index, d->ino));
}

/* Open the payload of the current line. */
static int begin_payload(struct dump *d)
{
	close_content(d);
	d->pad = sgz_tar_padding(d->line.h.size);
	if (!d->line.h.size)
		return 0;
	return d->content->dir >= 0 ? open_in_dir(d) : open_in_layer(d);
}

/* Layers cannot contain sockets, nor metadata of another layer. */
static bool is_left_out(const struct dump *d)
{
	const struct sgz_dump_line *line = &d->line;

	if (line->type == 's')
		sgz_warn(d->ctx, "%s: a socket is left out",
			 sgz_quote(line->path, line->path_len).text);
	return line->type == 's' ||
	       sgz_path_is_own(line->path, line->path_len);
}

static int next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct dump *d = to_dump(source);
	size_t len;
	char *line;
	int ret;

	do {
		ret = sgz_dump_next_line(&d->lines, &line, &len);
		if (!ret) {
			close_content(d);
			d->line.h.size = 0;
			d->pad = END_SIZE;
		}
		if (ret <= 0)
			return ret;
		ret = sgz_dump_parse(&d->lines, &d->line, line, len);
		if (ret)
			return ret;
	} while (is_left_out(d));
	if (make_header(d))
		return sgz_nomem(d->ctx);
	ret = begin_payload(d);
	return ret ? ret : give(d, entry);
}

/* After the last byte, compare the digest with that in the text. */
static int check_payload(struct dump *d)
{
	uint8_t have[STARGZ_SHA256_LEN];

	if (d->pos < d->line.h.size || !d->line.digest_set)
		return 0;
	sgz_sha256_get(&d->sha, have);
	if (memcmp(have, d->line.digest, sizeof(have)))
		return bad_content(d, "does not have the digest in the text");
	return 0;
}

static ssize_t read_payload(struct dump *d, void *buf, size_t len)
{
	const char *name = d->line.content;
	ssize_t n = len;
	int ret;

	if (d->content->dir >= 0)
		n = sgz_file_content_read(&d->file, d->ctx, name, buf, len);
	else
		n = sgz_file_read(d->reader, d->ino, d->pos, buf, len) ?: n;
	if (n <= 0)
		return n ? n : bad_content(d, "ends too early");
	sgz_sha256_add(&d->sha, buf, n);
	d->pos += n;
	ret = check_payload(d);
	return ret ? ret : n;
}

static ssize_t read_some(struct sgz_source *source, void *buf, size_t len)
{
	struct dump *d = to_dump(source);
	uint64_t left = d->line.h.size - d->pos;

	if (left)
		return read_payload(d, buf, left < len ? left : len);
	if (len > d->pad)
		len = d->pad;
	memset(buf, 0, len);
	d->pad -= len;
	return len;
}

static int read_again(struct sgz_source *source,
		      const struct sgz_source_entry *entry)
{
	struct dump *d = to_dump(source);
	size_t len;
	char *line;
	int ret;

	d->again.text.count = 0;
	d->again.used = 0;
	d->again.next = entry->place;
	ret = sgz_dump_next_line(&d->again, &line, &len);
	if (!ret)
		ret = sgz_dump_bad(&d->again, "the text has changed");
	if (ret > 0)
		ret = sgz_dump_parse(&d->again, &d->line, line, len);
	if (!ret && d->line.h.size != entry->h->size)
		ret = sgz_dump_bad(&d->again, "the text has changed");
	return ret ? ret : begin_payload(d);
}

static void close_source(struct sgz_source *source)
{
	struct dump *d = to_dump(source);

	close_content(d);
	sgz_spanread_close(d->reader);
	sgz_vec_free(&d->line.h.pax.xattrs);
	sgz_vec_free(&d->lines.text);
	sgz_vec_free(&d->again.text);
	sgz_vec_free(&d->name);
	sgz_vec_free(&d->link);
	sgz_vec_free(&d->head);
	sgz_sha256_close(&d->sha);
	free(d);
}

/* The first line holds the magic and the view. */
static int read_magic(struct dump *d, bool *overlay)
{
	size_t len, n = strlen(SGZ_DUMP_MAGIC);
	char *line;
	int ret = sgz_dump_next_line(&d->lines, &line, &len);

	if (ret < 0)
		return ret;
	*overlay = ret && !strcmp(line, SGZ_DUMP_MAGIC "overlay");
	if (!ret || strncmp(line, SGZ_DUMP_MAGIC, n) ||
	    (!*overlay && strcmp(line + n, "raw")))
		return sgz_fail(d->ctx, -EINVAL,
				"does not begin with \"" SGZ_DUMP_MAGIC
				"overlay\" or \"raw\"");
	return 0;
}

int sgz_source_dump(struct sgz_source **source, const struct sgz_context *ctx,
		    struct sgz_blob *text,
		    const struct sgz_dump_content *content)
{
	struct dump *d = calloc(1, sizeof(*d));
	struct sgz_source *made;
	bool overlay;
	int ret;

	if (!d)
		return sgz_nomem(ctx);
	ret = sgz_sha256_open(&d->sha, ctx);
	if (ret) {
		free(d);
		return ret;
	}
	d->source.next = next;
	d->source.read = read_some;
	d->source.again = text->pipe ? NULL : read_again;
	d->source.close = close_source;
	d->ctx = ctx;
	d->content = content;
	d->file.fd = -1;
	d->lines.ctx = ctx;
	d->lines.blob = text;
	d->again = d->lines;
	d->lines.counted = true;
	made = &d->source;
	ret = read_magic(d, &overlay);
	if (!ret && overlay)
		ret = sgz_source_overlay(&made, ctx, SGZ_OVERLAY_VIEW);
	if (ret)
		close_source(&d->source);
	else
		*source = made;
	return ret;
}
