// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The tar is read as if there were no table of contents. Its entries and those
 * of the table make two trees, which are compared. The table locates content by
 * members, the tar by decoded bytes; so the position in the tar of each member
 * is recorded on the way.
 */
#include <stdlib.h>
#include <string.h>

#include "blob/footer_find.h"
#include "blob/stream.h"
#include "format/names_from_tar.h"
#include "format/tar_entries.h"
#include "inspect/same_views.h"
#include "inspect/tar_check.h"
#include "toc/read.h"

/* Start of a member or frame in the blob and in the decoded tar. */
struct start {
	uint64_t unit;
	uint64_t at;
};

/* Bytes of a file in the tar that are a hole in the table. */
struct hole {
	uint64_t at;
	uint64_t size;
	uint32_t entry;
};

struct check {
	const struct sgz_toc_options *opt;
	struct sgz_context ctx;
	struct sgz_blob *blob;
	struct sgz_footer footer;
	struct sgz_faults *faults;
	struct sgz_toc tar;
	struct sgz_toc toc;
	struct sgz_tree tar_tree;
	struct sgz_tree toc_tree;
	struct sgz_vec starts;
	struct sgz_vec holes;
	struct sgz_stream stream;
};

static int note_start(void *data, const struct sgz_stream *s)
{
	struct check *c = data;
	struct start *start = sgz_vec_add(&c->starts, 1, sizeof(*start));

	if (!start)
		return sgz_nomem(&c->ctx);
	start->unit = s->member;
	start->at = s->before;
	return 0;
}

static int open_tar(struct check *c)
{
	bool zstd = c->footer.codec == STARGZ_CODEC_ZSTD;

	return sgz_stream_open(&c->stream, &c->ctx, c->blob, 0,
			       c->footer.data_end,
			       zstd ? SGZ_FRAMES : SGZ_MEMBERS);
}

static int read_tar(struct check *c)
{
	int ret = open_tar(c);

	c->stream.begun = note_start;
	c->stream.begun_data = c;
	if (!ret)
		ret = note_start(c, &c->stream);
	if (!ret && c->footer.data_end)
		ret = sgz_tar_walk(&c->tar, &c->ctx, &c->stream);
	/* The table may refer to members after the end of the tar. */
	if (!ret && c->footer.data_end)
		ret = sgz_stream_drain(&c->stream);
	if (!ret && c->stream.rest)
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "garbage before the table of contents");
	sgz_stream_close(&c->stream);
	return ret;
}

static int read_toc(struct check *c)
{
	int ret = sgz_toc_read(&c->toc, &c->ctx, c->opt, c->blob, &c->footer);

	return ret ? ret : sgz_truenames_restore(&c->toc, &c->ctx, c->blob,
						 c->footer.codec);
}

static const struct start *find_start(const struct check *c, uint64_t unit)
{
	const struct start *start = c->starts.data;
	size_t low = 0, high = c->starts.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (start[mid].unit < unit)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->starts.count && start[low].unit == unit ?
	       start + low : NULL;
}

static void misplaced(struct check *c, const struct sgz_entry *file,
		      const struct sgz_chunk *chunk)
{
	sgz_faults_add(c->faults, 0, -EUCLEAN,
		       "%s: content from byte %llu on is not at the position in the table of contents",
		       sgz_entry_quoted(file).text,
		       (unsigned long long)chunk->pos);
}

static int note_hole(struct check *c, uint32_t entry, uint64_t at,
		     uint64_t size)
{
	struct hole *hole = sgz_vec_add(&c->holes, 1, sizeof(*hole));

	if (!hole)
		return -ENOMEM;
	*hole = (struct hole){ at, size, entry };
	return 0;
}

/*
 * Compare a chunk of the table with the chunks of the tar. @run is the first
 * that ends after its start; the function advances it. Both may have holes, the
 * table also where the tar has zeroes.
 */
static int compare_chunk(struct check *c, uint32_t entry,
			 const struct sgz_chunk *chunk,
			 const struct sgz_chunk **run,
			 const struct sgz_chunk *end)
{
	const struct start *start = find_start(c, chunk->unit);
	uint64_t pos = chunk->pos, stop = pos + chunk->size;
	int ret = 0;

	while (!ret && pos < stop) {
		const struct sgz_chunk *r = *run;
		uint64_t next, at;

		if (r == end || r->pos > pos) {
			next = r == end || r->pos > stop ? stop : r->pos;
			if (!chunk->zeroes)
				break;
			pos = next;
			continue;
		}
		next = r->pos + r->size < stop ? r->pos + r->size : stop;
		at = r->inner + (pos - r->pos);
		if (chunk->zeroes)
			ret = note_hole(c, entry, at, next - pos);
		else if (!start || start->at + chunk->inner +
				   (pos - chunk->pos) != at)
			break;
		pos = next;
		if (pos == r->pos + r->size)
			++*run;
	}
	if (!ret && pos < stop)
		misplaced(c, sgz_toc_entry(&c->toc, entry), chunk);
	return ret;
}

/* Compare the positions of content of a file with the same size in both. */
static int compare_content(void *data, struct sgz_faults *faults, uint32_t a,
			   uint32_t b)
{
	struct check *c = data;
	const struct sgz_entry *in_tar = sgz_toc_entry(&c->tar, a);
	const struct sgz_entry *in_toc = sgz_toc_entry(&c->toc, b);
	const struct sgz_chunk *run = sgz_toc_chunk(&c->tar, in_tar->a);
	const struct sgz_chunk *end = run + in_tar->b;
	uint64_t before = faults->count;
	int ret = 0;

	/* At most one line for each file. */
	for (uint32_t i = 0; !ret && i < in_toc->b; i++) {
		if (faults->count != before)
			break;
		ret = compare_chunk(c, b, sgz_toc_chunk(&c->toc, in_toc->a + i),
				    &run, end);
	}
	return ret;
}

static int compare_holes(const void *left, const void *right)
{
	const struct hole *a = left, *b = right;

	return (a->at > b->at) - (a->at < b->at);
}

static bool is_zero(const char *bytes, size_t len)
{
	return !len || (!bytes[0] && !memcmp(bytes, bytes + 1, len - 1));
}

/* Check that a hole is zeroes in the tar; the stream is at or before it. */
static int read_hole(struct check *c, const struct hole *hole, uint64_t *at)
{
	uint64_t left = hole->size;
	char buf[16 << 10];
	int ret;

	ret = sgz_stream_skip(&c->stream, hole->at - *at);
	*at = hole->at;
	while (!ret && left) {
		size_t n = left < sizeof(buf) ? left : sizeof(buf);

		ret = sgz_stream_full(&c->stream, buf, n);
		*at += n;
		left -= n;
		if (ret || is_zero(buf, n))
			continue;
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "%s: the table of contents has zeroes where the tar has data",
			       sgz_entry_quoted(sgz_toc_entry(&c->toc,
							      hole->entry)).text);
		break;
	}
	return ret;
}

static int read_holes(struct check *c)
{
	const struct hole *hole = c->holes.data;
	uint64_t at = 0;
	int ret;

	if (!c->holes.count)
		return 0;
	qsort(c->holes.data, c->holes.count, sizeof(*hole), compare_holes);
	ret = open_tar(c);
	for (size_t i = 0; !ret && i < c->holes.count; i++)
		if (hole[i].at >= at)
			ret = read_hole(c, &hole[i], &at);
	sgz_stream_close(&c->stream);
	return ret;
}

static int compare_tar_with_toc(struct check *c)
{
	const struct sgz_treesame same = {
		.names = { "the tar", "the table of contents" },
		.producers = true,
		.content = compare_content,
		.data = c,
		.faults = c->faults,
	};
	int ret;

	ret = read_toc(c);
	if (!ret)
		ret = read_tar(c);
	if (!ret)
		ret = sgz_same_views(&same, &c->ctx, &c->tar_tree,
				     &c->toc_tree);
	return ret ? ret : read_holes(c);
}

static void free_check(struct check *c)
{
	sgz_tree_free(&c->tar_tree);
	sgz_tree_free(&c->toc_tree);
	sgz_toc_free(&c->tar);
	sgz_toc_free(&c->toc);
	sgz_vec_free(&c->starts);
	sgz_vec_free(&c->holes);
	free(c);
}

int sgz_tar_faults(const struct sgz_context *ctx,
		   const struct sgz_toc_options *opt, struct sgz_blob *blob,
		   struct sgz_faults *faults)
{
	struct stargz_error inner = { "" };
	struct check *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return sgz_nomem(ctx);
	c->opt = opt;
	c->ctx = sgz_context_quiet(ctx, &inner);
	c->tar.raw = true;
	c->toc.raw = true;
	c->blob = blob;
	c->faults = faults;
	c->tar_tree.toc = &c->tar;
	c->toc_tree.toc = &c->toc;
	ret = sgz_footer_read(&c->footer, blob, &c->ctx, opt->position);
	ret = ret == 1 ? compare_tar_with_toc(c) : ret;
	free_check(c);
	if (ret == -EUCLEAN || ret == -E2BIG) {
		sgz_faults_add(faults, 0, ret, "in the tar of the layer: %s",
			       inner.text);
		return 0;
	}
	return ret ? sgz_fail(ctx, ret, "%s", inner.text) : 0;
}
