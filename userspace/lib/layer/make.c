// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Entries go one by one from the source to members and to the table of
 * contents. Memory use does not depend on the sizes of files.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "index/settle.h"
#include "layer/make.h"
#include "layer/pack.h"
#include "layer/prove.h"
#include "layer/toc_store.h"
#include "layer/toc_write.h"
#include "layer/trailer.h"

struct maker {
	const struct sgz_context *ctx;
	const struct sgz_make_options *opt;
	struct sgz_source *source;
	struct sgz_sink sink;
	struct sgz_pipeline *pipe;
	struct sgz_pack pack;
	struct sgz_toc_writer toc;
	struct sgz_expected *expected;
	struct sgz_expected own;	/* without options.expected */
	struct sgz_proof proof;
	struct sgz_sha256 file;		/* digest of the current file */
	struct sgz_sha256 piece;	/* digest of a chunk of it */
	uint64_t holes;			/* bytes of holes of all files */
};

/* The current file. */
struct file {
	const struct sgz_tar_header *h;
	struct sgz_late *late;
	bool begun;
	bool alone;	/* it starts a new member */
};

/* Write a complete member. Now the position of its records is known. */
static int on_member(void *data, struct sgz_job *job)
{
	struct maker *m = data;
	struct sgz_toc_item *r = job->records.data;
	uint64_t unit = m->sink.pos;
	int ret;

	ret = sgz_sink_write(&m->sink, job->out.data, job->out.count);
	if (!ret && job->len)
		ret = sgz_prove_member(&m->proof, unit, job);
	for (size_t i = 0; !ret && i < job->records.count; i++)
		ret = sgz_toc_writer_add(&m->toc, &r[i], unit,
					 r[i].at - job->start);
	return ret;
}

static int read_full(struct maker *m, char *to, size_t len)
{
	while (len) {
		ssize_t n = m->source->read(m->source, to, len);

		if (n < 0)
			return n;
		if (!n)
			return sgz_fail(m->ctx, -EIO, "the source ends too early");
		to += n;
		len -= n;
	}
	return 0;
}

/* A hash of a chunk that is the same in each run. */
static uint32_t piece_hash(const struct file *f, uint64_t pos)
{
	uint32_t crc = libdeflate_crc32(0, f->h->name, f->h->name_len);
	uint64_t bytes = htole64(pos);

	return libdeflate_crc32(crc, &bytes, sizeof(bytes));
}

/* Add the record of the next chunk. */
static struct sgz_toc_item *add_record(struct maker *m, struct file *f,
				       const struct sgz_file_chunk *piece)
{
	struct sgz_toc_item *r = sgz_pack_record(&m->pack);
	int ret;

	if (!r)
		return NULL;
	ret = f->begun ? sgz_toc_item_more(r, f->h) :
			 sgz_toc_item_entry(r, f->h, S_IFREG);
	/* A file that is one hole needs chunk members: it has no position. */
	if (!ret && (piece->hole || piece->size < f->h->file_size))
		ret = sgz_toc_item_chunk(r, f->h, piece);
	if (ret) {
		sgz_nomem(m->ctx);
		return NULL;
	}
	if (!f->begun)
		r->late = f->late;
	r->whole = !f->late;
	f->begun = true;
	return r;
}

static int add_hole(struct maker *m, struct file *f, uint64_t pos,
		    uint64_t end)
{
	const struct sgz_file_chunk piece = { pos, end - pos, true };
	int ret;

	if (pos == end)
		return 0;
	ret = sgz_tar_add_holes(&m->holes, m->ctx, f->h, end - pos);
	if (ret)
		return ret;
	sgz_sha256_zeroes(&m->file, end - pos);
	return add_record(m, f, &piece) ? 0 : -ENOMEM;
}

static int add_piece(struct maker *m, struct file *f,
		     const struct sgz_file_chunk *piece)
{
	struct sgz_toc_item *r;
	char *to;
	int ret;

	if (f->alone || piece->size >= m->opt->min_member)
		ret = sgz_pack_cut(&m->pack);
	else
		ret = sgz_pack_mark(&m->pack, piece_hash(f, piece->pos));
	f->alone = false;
	if (ret)
		return ret;
	to = sgz_pack_room(&m->pack, piece->size);
	ret = to ? read_full(m, to, piece->size) : -EIO;
	if (ret)
		return ret;
	r = add_record(m, f, piece);
	if (!r)
		return -ENOMEM;
	sgz_sha256_add(&m->file, to, piece->size);
	r->content = true;
	r->size = piece->size;
	if (f->late) {
		sgz_sha256_add(&m->piece, to, piece->size);
		sgz_sha256_get(&m->piece, r->sha256);
	} else {
		sgz_sha256_get(&m->file, r->sha256);
		sgz_expect_digest(m->expected, r->sha256);
	}
	sgz_pack_added(&m->pack, piece->size);
	m->proof.tar += piece->size;
	return sgz_prove_piece(&m->proof, r->sha256);
}

static int add_data(struct maker *m, struct file *f, uint64_t pos,
		    uint64_t end)
{
	int ret = 0;

	while (!ret && pos < end) {
		struct sgz_file_chunk piece = { pos, end - pos, false };

		if (piece.size > m->opt->chunk_size)
			piece.size = m->opt->chunk_size;
		ret = add_piece(m, f, &piece);
		pos += piece.size;
	}
	return ret;
}

static int add_sparse(struct maker *m, struct file *f)
{
	const struct sgz_tar_run *run = f->h->runs.data;
	uint64_t pos = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < f->h->runs.count; i++, run++) {
		ret = add_hole(m, f, pos, run->pos);
		pos = run->pos + run->size;
		if (!ret)
			ret = add_data(m, f, run->pos, pos);
	}
	return ret ? ret : add_hole(m, f, pos, f->h->file_size);
}

/* An empty file has an entry and a digest, but no content. */
static int add_empty(struct maker *m, const struct file *f)
{
	struct sgz_toc_item *r = sgz_pack_record(&m->pack);

	if (!r)
		return -ENOMEM;
	sgz_sha256_get(&m->file, r->sha256);
	sgz_expect_digest(m->expected, r->sha256);
	r->whole = true;
	return sgz_toc_item_entry(r, f->h, S_IFREG) ? sgz_nomem(m->ctx) : 0;
}

static int add_content(struct maker *m, const struct sgz_tar_header *h)
{
	struct file f = {
		.h = h, .alone = sgz_path_is_own(h->name, h->name_len) };
	uint8_t sha256[STARGZ_SHA256_LEN];
	int ret;

	if (!h->file_size)
		return add_empty(m, &f);
	if (h->sparse || h->size > m->opt->chunk_size) {
		f.late = sgz_toc_writer_late(&m->toc);
		if (!f.late)
			return -ENOMEM;
	}
	ret = h->sparse ? add_sparse(m, &f) : add_data(m, &f, 0, h->size);
	if (ret || !f.late)
		return ret;
	sgz_sha256_get(&m->file, sha256);
	sgz_expect_digest(m->expected, sha256);
	return sgz_toc_writer_known(&m->toc, f.late, sha256);
}

/* Copy the rest of an entry, or of the source, to the tar. */
static int add_rest(struct maker *m)
{
	char buf[16 << 10];
	ssize_t n;
	int ret = 0;

	do {
		n = m->source->read(m->source, buf, sizeof(buf));
		if (n > 0)
			ret = sgz_pack_add(&m->pack, buf, n);
		if (n > 0)
			m->proof.tar += n;
	} while (!ret && n > 0);
	return n < 0 ? n : ret;
}

/* A hard link to itself has no effect, and a TOC cannot express it. */
static bool is_to_itself(const struct sgz_tar_header *h, mode_t type)
{
	char *paths = type ? NULL : malloc(h->name_len + h->link_len + 1);
	size_t len;
	bool same;

	if (!paths)
		return false;
	len = sgz_path_clean(paths, h->name, h->name_len);
	same = sgz_path_clean(paths + len, h->link, h->link_len) == len &&
	       !memcmp(paths, paths + len, len);
	free(paths);
	return same;
}

/* Does the entry go to the table of contents? It always goes to the tar. */
static bool is_listed(struct maker *m, const struct sgz_tar_header *h,
		      mode_t *type)
{
	const char *why = sgz_tar_type(h, type);

	if (!why && is_to_itself(h, *type))
		why = "hard link to itself, left out";
	if (why)
		sgz_warn(m->ctx, "%s: %s of the table of contents",
			 sgz_quote(h->name, h->name_len).text, why);
	return !why;
}

static int expect(struct maker *m, const struct sgz_tar_header *h, mode_t type)
{
	int ret = sgz_expect(m->expected, h, type, m->pack.records);

	return ret ? ret : sgz_prove_place(&m->proof,
					   type == S_IFREG ? h : NULL);
}

static int add_entry(struct maker *m, const struct sgz_source_entry *entry)
{
	const struct sgz_tar_header *h = entry->h;
	int ret = sgz_prove_head(&m->proof, entry);
	struct sgz_toc_item *r;
	mode_t type;

	if (ret)
		return ret;
	if (is_listed(m, h, &type))
		ret = expect(m, h, type);
	else
		type = S_IFMT;
	if (!ret && type != S_IFREG && type != S_IFMT) {
		r = sgz_pack_record(&m->pack);
		if (!r || sgz_toc_item_entry(r, h, type))
			return sgz_nomem(m->ctx);
	}
	if (!ret)
		ret = sgz_pack_add(&m->pack, entry->head, entry->head_len);
	if (!ret && type == S_IFREG)
		ret = add_content(m, h);
	return ret ? ret : add_rest(m);
}

/* In eStargz, the table of contents follows the last entry of the tar. */
static bool toc_in_tar(const struct maker *m)
{
	return m->opt->format == STARGZ_LAYER_ESTARGZ ||
	       m->opt->format == STARGZ_LAYER_STARGZ;
}

static int drop_rest(struct maker *m)
{
	char buf[16 << 10];
	ssize_t n;

	do {
		n = m->source->read(m->source, buf, sizeof(buf));
	} while (n > 0);
	return n;
}

static int make_content(struct maker *m)
{
	struct sgz_source_entry entry;
	int ret;

	do {
		ret = m->source->next(m->source, &entry);
		if (ret == 1 && add_entry(m, &entry))
			ret = -EIO;
	} while (ret == 1);
	if (!ret)
		ret = toc_in_tar(m) ? drop_rest(m) : add_rest(m);
	if (!ret)
		ret = sgz_pack_end(&m->pack);
	if (ret)
		return ret;
	/* Internal check: no record was lost. */
	if (m->toc.count != m->pack.records)
		return sgz_fail(m->ctx, -EIO,
				"%llu of %llu records did not get to the table of contents",
				(unsigned long long)(m->pack.records -
						     m->toc.count),
				(unsigned long long)m->pack.records);
	return 0;
}

/* A table of contents has each name once, and only files that still exist. */
static int settle(struct maker *m, struct sgz_settled *settled)
{
	int ret = sgz_settle(settled, &m->expected->ctx, &m->expected->toc);

	if (!ret && settled->changed)
		ret = sgz_toc_writer_settle(&m->toc, m->expected, settled);
	return ret ? ret : sgz_toc_writer_end(&m->toc);
}

/* Complete and compress the table of contents. */
static int make_toc(struct maker *m, struct sgz_spool *stored,
		    struct stargz_made *made)
{
	struct sgz_settled settled = { 0 };
	int ret = settle(m, &settled);

	if (!ret)
		ret = sgz_toc_store(made, m->opt, &m->toc.spool, stored,
				    toc_in_tar(m) && m->opt->digests ?
				    &m->pack.sha : NULL);
	if (!ret)
		ret = sgz_prove_toc(&m->proof, m->expected, &settled, stored,
				    made, m->sink.pos);
	sgz_settled_free(&settled);
	return ret;
}

static int make_tail(struct maker *m, struct sgz_spool *stored,
		     struct stargz_made *made, int toc)
{
	int ret;

	made->tar_size = sgz_pack_pos(&m->pack);
	ret = make_toc(m, stored, made);
	return ret ? ret : sgz_tail_write(made, m->opt, &m->sink, stored, toc);
}

static int make(struct maker *m, struct stargz_made *made, int toc)
{
	struct sgz_spool *stored;
	int ret;

	ret = make_content(m);
	if (ret)
		return ret;
	stored = malloc(sizeof(*stored));
	if (!stored)
		return sgz_nomem(m->ctx);
	ret = sgz_spool_open(stored, m->ctx);
	if (!ret)
		ret = make_tail(m, stored, made, toc);
	sgz_spool_close(stored);
	free(stored);
	return ret;
}

static int open_maker(struct maker *m, int out)
{
	const struct sgz_make_options *opt = m->opt;
	int ret;

	m->expected = opt->expected ? opt->expected : &m->own;
	m->expected->full = true;
	m->proof.ctx = m->ctx;
	m->proof.codec = opt->how.codec;
	sgz_expect_open(m->expected, m->ctx);
	ret = sgz_toc_writer_open(&m->toc, m->ctx);
	if (!ret)
		ret = sgz_sink_open(&m->sink, m->ctx, out,
				    opt->digests);
	if (!ret)
		ret = sgz_sha256_open(&m->file, m->ctx);
	if (!ret)
		ret = sgz_sha256_open(&m->piece, m->ctx);
	if (!ret)
		ret = sgz_pipeline_open(&m->pipe, m->ctx, &opt->how,
					opt->reuse, opt->workers,
					opt->max_member, on_member, m);
	return ret ? ret : sgz_pack_open(&m->pack, m->ctx, m->pipe,
					 opt->min_member, opt->max_member,
					 opt->digests);
}

static void close_maker(struct maker *m)
{
	sgz_pack_close(&m->pack);
	if (m->pipe)
		sgz_pipeline_close(m->pipe);
	sgz_sha256_close(&m->piece);
	sgz_sha256_close(&m->file);
	sgz_sink_close(&m->sink);
	sgz_toc_writer_close(&m->toc);
	sgz_expect_close(&m->own);
	sgz_proof_free(&m->proof);
	free(m);
}

int sgz_make(struct stargz_made *made, const struct sgz_context *ctx,
	     const struct sgz_make_options *opt, struct sgz_source *source,
	     int out, int toc)
{
	struct maker *m = calloc(1, sizeof(*m));
	int ret;

	if (!m)
		return sgz_nomem(ctx);
	m->ctx = ctx;
	m->opt = opt;
	m->source = source;
	ret = open_maker(m, out);
	if (!ret)
		ret = make(m, made, toc);
	if (!ret) {
		made->size = m->sink.pos;
		if (opt->digests) {
			sgz_sha256_get(&m->sink.sha, made->sha256);
			sgz_sha256_get(&m->pack.sha, made->diff_id);
		}
		made->entries = m->toc.count;
	}
	made->unwritten = m->sink.failed;
	close_maker(m);
	return ret;
}
