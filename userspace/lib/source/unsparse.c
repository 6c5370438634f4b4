// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Converting sparse files of a tar to ordinary files.
 */
#include <stdlib.h>
#include <string.h>

#include "source/rewrite.h"
#include "source/unsparse.h"

/**
 * struct expander - the source
 * @source: its interface
 * @inner: the source of the entries
 * @rw: makes new header blocks
 * @h: the changed header
 * @expanding: the current entry is a sparse file
 * @runs: its remaining data
 * @run_count: number of @runs
 * @pos: next byte of the file
 * @pad: number of zeroes after it
 * @holes: bytes of holes of all files
 */
struct expander {
	struct sgz_source source;
	struct sgz_source *inner;
	struct sgz_rewriter rw;
	struct sgz_tar_header h;
	bool expanding;
	const struct sgz_tar_run *runs;
	size_t run_count;
	uint64_t pos;
	uint64_t pad;
	uint64_t holes;
};

static struct expander *to_expander(struct sgz_source *source)
{
	return (struct expander *)source;
}

/* The inner source still owns the memory of the header. */
static int expand(struct expander *x, struct sgz_source_entry *entry)
{
	const struct sgz_tar_run *run = entry->h->runs.data;
	uint64_t bytes = entry->h->file_size;
	int ret;

	for (size_t i = 0; i < entry->h->runs.count; i++)
		bytes -= run[i].size;
	ret = sgz_tar_add_holes(&x->holes, x->rw.ctx, entry->h, bytes);
	if (ret)
		return ret;
	x->h = *entry->h;
	x->h.type = '0';
	x->h.sparse = false;
	x->h.size = x->h.file_size;
	x->runs = x->h.runs.data;
	x->run_count = x->h.runs.count;
	x->pos = 0;
	x->pad = sgz_tar_padding(x->h.size);
	return sgz_rewrite(&x->rw, entry, &x->h);
}

static int expand_next(struct sgz_source *source,
		       struct sgz_source_entry *entry)
{
	struct expander *x = to_expander(source);
	int ret = x->inner->next(x->inner, entry);

	x->expanding = false;
	if (ret != 1)
		return ret;
	x->expanding = entry->h->sparse;
	ret = x->expanding ? expand(x, entry) : sgz_rewrite(&x->rw, entry, NULL);
	return ret ? ret : 1;
}

static size_t zeroes(void *buf, size_t len, uint64_t most)
{
	if (len > most)
		len = most;
	memset(buf, 0, len);
	return len;
}

static ssize_t read_run(struct expander *x, void *buf, size_t len)
{
	uint64_t left = x->runs->pos + x->runs->size - x->pos;
	ssize_t n = x->inner->read(x->inner, buf, len < left ? len : left);

	if (!n)
		return sgz_fail(x->rw.ctx, -EUCLEAN,
				"%s: sparse file ends too early",
				sgz_quote(x->h.name, x->h.name_len).text);
	if (n > 0)
		x->pos += n;
	if (n > 0 && (uint64_t)n == left) {
		x->runs++;
		x->run_count--;
	}
	return n;
}

static ssize_t expand_read(struct sgz_source *source, void *buf, size_t len)
{
	struct expander *x = to_expander(source);
	uint64_t hole;

	if (!x->expanding)
		return x->inner->read(x->inner, buf, len);
	if (x->pos == x->h.size) {
		len = zeroes(buf, len, x->pad);
		x->pad -= len;
		return len;
	}
	if (x->run_count && x->pos >= x->runs->pos)
		return read_run(x, buf, len);
	hole = (x->run_count ? x->runs->pos : x->h.size) - x->pos;
	len = zeroes(buf, len, hole);
	x->pos += len;
	return len;
}

static void expand_close(struct sgz_source *source)
{
	struct expander *x = to_expander(source);

	x->inner->close(x->inner);
	sgz_rewriter_free(&x->rw);
	free(x);
}

int sgz_source_expand(struct sgz_source **source,
		      const struct sgz_context *ctx)
{
	struct expander *x;

	if ((*source)->again)
		return 0;
	x = calloc(1, sizeof(*x));
	if (!x)
		return sgz_nomem(ctx);
	x->source.next = expand_next;
	x->source.read = expand_read;
	x->source.close = expand_close;
	x->inner = *source;
	x->rw.ctx = ctx;
	x->rw.stay = true;
	*source = &x->source;
	return 0;
}
