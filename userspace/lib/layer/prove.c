// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * What was written is read by the code that reads the layers of others. Positions
 * are counted from the bytes that were given to the code that makes layers, not
 * taken from it, and are compared with those that the reader finds.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "inspect/same_views.h"
#include "layer/prove.h"
#include "tar/whiteout.h"
#include "toc/read.h"

/* A member, and the position of its first byte in the tar. */
struct member {
	uint64_t unit;
	uint64_t tar;
};

/* The content of a file in the tar; @stored bytes of it. */
struct place {
	uint64_t tar;
	uint64_t stored;
	size_t run;
	size_t runs;
	size_t piece;
	bool sparse;
};

struct piece {
	uint8_t sha256[STARGZ_SHA256_LEN];
};

/* The table of contents, which is compared with the source. */
struct table {
	struct sgz_proof *p;
	struct sgz_expected *e;
	struct sgz_context ctx;
	struct sgz_toc toc;
	struct sgz_tree want;
	struct sgz_tree have;
	struct sgz_faults faults;
};

static int wrong_head(const struct sgz_proof *p, const struct sgz_tar_header *h,
		      const char *what)
{
	return sgz_fail(p->ctx, -EIO,
			"%s: the header that was written has another %s than the source; this is an error of this program",
			sgz_quote(h->name, h->name_len).text, what);
}

static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

/* Sort the attributes of a header into @to; 0 or -ENOMEM. */
static int sort_xattrs(const struct sgz_proof *p, struct sgz_vec *to,
		       const struct sgz_tar_header *h)
{
	const struct sgz_vec *from = &h->pax.xattrs;
	struct sgz_xattr *attr;

	to->count = 0;
	attr = sgz_vec_add(to, from->count, sizeof(*attr));
	if (!attr)
		return sgz_nomem(p->ctx);
	memcpy(attr, from->data, from->count * sizeof(*attr));
	qsort(attr, from->count, sizeof(*attr), sgz_xattr_compare_names);
	return 0;
}

/* 1, 0 or -ENOMEM. */
static int same_xattrs(struct sgz_proof *p, const struct sgz_tar_header *a,
		       const struct sgz_tar_header *b)
{
	const struct sgz_xattr *x, *y;

	if (a->pax.xattrs.count != b->pax.xattrs.count)
		return 0;
	if (!a->pax.xattrs.count)
		return 1;
	if (sort_xattrs(p, &p->left, a) || sort_xattrs(p, &p->right, b))
		return -ENOMEM;
	x = p->left.data;
	y = p->right.data;
	for (size_t i = 0; i < p->left.count; i++, x++, y++)
		if (!same_bytes(x->name, x->name_len, y->name, y->name_len) ||
		    !same_bytes(x->value, x->value_len, y->value, y->value_len))
			return 0;
	return 1;
}

static bool same_runs(const struct sgz_tar_header *a,
		      const struct sgz_tar_header *b)
{
	if (!a->sparse || !b->sparse)
		return a->sparse == b->sparse;
	return a->runs.count == b->runs.count &&
	       (!a->runs.count ||
		!memcmp(a->runs.data, b->runs.data,
			a->runs.count * sizeof(struct sgz_tar_run)));
}

/* The first difference of two headers, or NULL. */
static const char *difference(const struct sgz_tar_header *a,
			      const struct sgz_tar_header *b)
{
	mode_t at, bt;
	const char *fault = sgz_tar_type(a, &at);

	if (!same_bytes(a->name, a->name_len, b->name, b->name_len))
		return "name";
	if (!fault != !sgz_tar_type(b, &bt) || (!fault && at != bt))
		return "type";
	if (!fault && (!at || S_ISLNK(at)) &&
	    !same_bytes(a->link, a->link_len, b->link, b->link_len))
		return "link target";
	if (a->mode != b->mode)
		return "mode";
	if (a->uid != b->uid || a->gid != b->gid)
		return "owner";
	if (a->mtime != b->mtime)
		return "time";
	if (a->size != b->size || !same_runs(a, b) ||
	    (a->sparse && a->file_size != b->file_size))
		return "size";
	if (!fault && (S_ISCHR(at) || S_ISBLK(at)) &&
	    (a->major != b->major || a->minor != b->minor))
		return "device number";
	return NULL;
}

/*
 * The reader looks at what follows the header of an entry without content: it is
 * another header.
 */
static int take_blocks(struct sgz_proof *p, const struct sgz_source_entry *entry)
{
	bool bare = !entry->h->size;
	size_t len = entry->head_len;
	char *to;

	p->hr.bytes.count = 0;
	to = sgz_vec_add(&p->hr.bytes, len + (bare ? SGZ_TAR_BLOCK : 0), 1);
	if (!to)
		return sgz_nomem(p->ctx);
	memcpy(to, entry->head, len);
	if (bare)
		sgz_tar_plain((struct sgz_ustar *)(to + len), "next", 0);
	return 0;
}

int sgz_prove_head(struct sgz_proof *p, const struct sgz_source_entry *entry)
{
	const struct sgz_tar_header *h = entry->h;
	const char *what;
	int ret = take_blocks(p, entry);

	p->tar += entry->head_len;
	if (!ret)
		ret = sgz_head_read(&p->hr, p->ctx);
	if (ret)
		return ret;
	what = difference(h, &p->hr.tar.h);
	if (what)
		return wrong_head(p, h, what);
	ret = same_xattrs(p, h, &p->hr.tar.h);
	if (ret < 0)
		return ret;
	return ret ? 0 : wrong_head(p, h, "set of extended attributes");
}

int sgz_prove_place(struct sgz_proof *p, const struct sgz_tar_header *h)
{
	struct place *place = sgz_vec_add(&p->places, 1, sizeof(*place));
	struct sgz_tar_run *run;

	if (!place)
		return sgz_nomem(p->ctx);
	if (!h)
		return 0;
	place->tar = p->tar;
	place->stored = h->sparse ? 0 : h->size;
	place->piece = p->pieces.count;
	place->sparse = h->sparse;
	place->run = p->runs.count;
	place->runs = h->sparse ? h->runs.count : 0;
	if (!place->runs)
		return 0;
	run = sgz_vec_add(&p->runs, place->runs, sizeof(*run));
	if (!run)
		return sgz_nomem(p->ctx);
	memcpy(run, h->runs.data, place->runs * sizeof(*run));
	for (size_t i = 0; i < place->runs; i++)
		place->stored += run[i].size;
	return 0;
}

int sgz_prove_piece(struct sgz_proof *p,
		    const uint8_t sha256[STARGZ_SHA256_LEN])
{
	struct piece *piece = sgz_vec_add(&p->pieces, 1, sizeof(*piece));

	if (!piece)
		return sgz_nomem(p->ctx);
	memcpy(piece->sha256, sha256, sizeof(piece->sha256));
	return 0;
}

/* The end of a gzip member, little-endian. */
struct gzip_end {
	uint32_t crc32;
	uint32_t size;
};

/* Are these the compressed bytes of these bytes, as far as their frame says? */
static bool is_member_of(const struct sgz_job *job, enum stargz_codec codec)
{
	const unsigned char *out = job->out.data;
	size_t len = job->out.count;
	struct gzip_end end;

	if (codec == STARGZ_CODEC_ZSTD)
		return ZSTD_findFrameCompressedSize(out, len) == len &&
		       ZSTD_getFrameContentSize(out, len) == job->len;
	if (len < 18 || memcmp(out, "\x1f\x8b\x08", 3))
		return false;
	memcpy(&end, out + len - sizeof(end), sizeof(end));
	return le32toh(end.size) == (uint32_t)job->len &&
	       le32toh(end.crc32) ==
		       libdeflate_crc32(0, job->bytes, job->len);
}

int sgz_prove_member(struct sgz_proof *p, uint64_t unit,
		     const struct sgz_job *job)
{
	struct member *member = sgz_vec_add(&p->members, 1, sizeof(*member));

	if (!member)
		return sgz_nomem(p->ctx);
	if (!is_member_of(job, p->codec))
		return sgz_fail(p->ctx, -EIO,
				"byte %llu of the layer: not the compressed form of the tar; this is an error of this program",
				(unsigned long long)unit);
	member->unit = unit;
	member->tar = p->member_end;
	p->member_end += job->len;
	return 0;
}

static const struct member *find_member(const struct sgz_proof *p,
					uint64_t unit)
{
	const struct member *member = p->members.data;
	size_t low = 0, high = p->members.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (member[mid].unit < unit)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->members.count && member[low].unit == unit ?
	       member + low : NULL;
}

/* The position in the tar of bytes of a file, or UINT64_MAX for none. */
static uint64_t find_bytes(const struct sgz_proof *p, const struct place *place,
			   const struct sgz_chunk *chunk)
{
	const struct sgz_tar_run *run = p->runs.data;
	uint64_t tar = place->tar;

	if (!place->sparse)
		return chunk->pos > place->stored ||
		       chunk->size > place->stored - chunk->pos ?
			       UINT64_MAX : tar + chunk->pos;
	for (size_t i = place->run; i < place->run + place->runs;
	     tar += run[i++].size) {
		uint64_t skip = chunk->pos - run[i].pos;

		if (chunk->pos >= run[i].pos && skip < run[i].size)
			return chunk->size > run[i].size - skip ?
				       UINT64_MAX : tar + skip;
	}
	return UINT64_MAX;
}

static bool same_digest(const struct sgz_digest *digest, const uint8_t *sha256)
{
	return digest->set &&
	       !memcmp(digest->sha256, sha256, STARGZ_SHA256_LEN);
}

/* The first thing that is wrong with a chunk of a file, or NULL. */
static const char *wrong_chunk(const struct table *t, const struct place *place,
			       const struct sgz_chunk *chunk, size_t piece)
{
	const struct sgz_digest *digest = t->toc.chunk_digests.data;
	const struct member *member = find_member(t->p, chunk->unit);
	const struct piece *want = t->p->pieces.data;

	if (!member ||
	    find_bytes(t->p, place, chunk) != member->tar + chunk->inner)
		return "position";
	if (piece >= t->p->pieces.count ||
	    !same_digest(&digest[chunk - sgz_toc_chunk(&t->toc, 0)],
			 want[piece].sha256))
		return "digest";
	return NULL;
}

static const char *wrong_content(const struct table *t, uint32_t a,
				 const struct sgz_entry *have)
{
	const struct place *place = (struct place *)t->p->places.data + a;
	size_t piece = place->piece;
	uint64_t stored = 0;

	for (uint32_t i = 0; i < have->b; i++) {
		const struct sgz_chunk *chunk = sgz_toc_chunk(&t->toc,
							      have->a + i);
		const char *what;

		if (chunk->zeroes)
			continue;
		what = wrong_chunk(t, place, chunk, piece++);
		if (what)
			return what;
		stored += chunk->size;
	}
	return stored == place->stored ? NULL : "length";
}

/* A regular file that source and table have with the same size. */
static int compare_content(void *data, struct sgz_faults *faults, uint32_t a,
			   uint32_t b)
{
	struct table *t = data;
	const struct sgz_digest *want = t->e->toc.file_digests.data;
	const struct sgz_digest *have = t->toc.file_digests.data;
	const struct sgz_entry *entry = sgz_toc_entry(&t->toc, b);
	const char *what = wrong_content(t, a, entry);

	if (!what && want[a].set && !same_digest(&have[b], want[a].sha256))
		what = "digest";
	if (what)
		sgz_faults_add(faults, 0, -EIO,
			       "%s: wrong %s of its content",
			       sgz_entry_quoted(entry).text, what);
	return 0;
}

static void restore(const char **text, uint32_t *text_len, const char *bytes,
		    size_t len)
{
	if (!sgz_lossy_equal(*text, *text_len, bytes, len))
		return;
	*text = bytes;
	*text_len = len;
}

/* Names that are not UTF-8 cannot be in the table. */
static void restore_names(const struct table *t, struct sgz_entry *entry,
			  const struct sgz_settled *s, size_t i)
{
	const struct sgz_entry *own = sgz_toc_entry(&t->e->toc, i);
	const struct sgz_fate *fate = sgz_fate(s, i);
	const struct sgz_entry *other = sgz_toc_entry(&t->e->toc, fate->name);
	const struct sgz_entry *named = fate->kind == SGZ_RENAMED ? other : own;

	if (entry->flags & SGZ_LOSSY_NAME)
		restore(&entry->name, &entry->name_len, named->name,
			named->name_len);
	if (!(entry->flags & SGZ_LOSSY_LINK))
		return;
	if (fate->kind == SGZ_RELINKED)
		restore(&entry->link, &entry->link_len, other->name,
			other->name_len);
	else
		restore(&entry->link, &entry->link_len, own->link,
			own->link_len);
}

/* Each entry of the source that stays has one of the table, in this order. */
static int match_entries(const struct table *t, const struct sgz_settled *s)
{
	const size_t count = t->e->toc.entries.count;
	size_t next = 0;

	/* Where entries are renamed, markers come first. */
	for (int pass = 0; pass < (s->renamed ? 2 : 1); pass++) {
		for (size_t i = 0; i < count; i++) {
			const struct sgz_entry *own =
				sgz_toc_entry(&t->e->toc, i);

			if (s->renamed && sgz_is_marker(own->name,
							own->name_len) == pass)
				continue;
			if (sgz_fate(s, i)->kind == SGZ_GOES)
				continue;
			if (next < t->toc.entries.count)
				restore_names(t, sgz_toc_entry(&t->toc, next),
					      s, i);
			next++;
		}
	}
	if (next == t->toc.entries.count)
		return 0;
	return sgz_fail(&t->ctx, -EIO, "%zu entries instead of %zu",
			t->toc.entries.count, next);
}

static int compare_trees(struct table *t)
{
	const struct sgz_treesame same = {
		.names = { "the source", "the layer" },
		.own = true,
		.content = compare_content,
		.data = t,
		.faults = &t->faults,
	};
	int ret = sgz_same_views(&same, &t->ctx, &t->want, &t->have);

	return ret ? ret : sgz_faults_fail(&t->faults, &t->ctx);
}

/* Decode the table of contents as it is stored. */
static int read_table(struct table *t, struct sgz_spool *stored,
		      const struct sgz_footer *footer)
{
	const struct sgz_toc_options how = { 0 };
	struct sgz_blob blob;
	int ret = sgz_spool_flush(stored);

	if (!ret)
		ret = sgz_blob_open(&blob, &t->ctx, stored->fd, 0, 0);
	return ret ? ret : sgz_toc_read(&t->toc, &t->ctx, &how, &blob, footer);
}

static int prove(struct table *t, const struct sgz_settled *s,
		 struct sgz_spool *stored, const struct stargz_made *made,
		 uint64_t data_end)
{
	const struct sgz_footer footer = {
		.codec = t->p->codec,
		.toc_end = stored->size,
		.toc_size = made->toc_size,
		.data_end = data_end,
	};
	const struct sgz_context *ctx = t->p->ctx;
	int ret = read_table(t, stored, &footer);

	if (ret == -ENOMEM)
		return sgz_nomem(ctx);
	if (ret)
		return sgz_fail(ctx, ret,
				"the table of contents that was written cannot be read: %s",
				t->ctx.err->text);
	if (memcmp(t->toc.sha256, made->toc_sha256, sizeof(t->toc.sha256)))
		ret = sgz_fail(&t->ctx, -EIO, "wrong digest");
	if (!ret)
		ret = match_entries(t, s);
	if (!ret)
		ret = compare_trees(t);
	if (ret == -ENOMEM)
		return sgz_nomem(ctx);
	return ret ? sgz_fail(ctx, ret,
			      "the table of contents differs from the source; this is an error of this program: %s",
			      t->ctx.err->text) : 0;
}

int sgz_prove_toc(struct sgz_proof *p, struct sgz_expected *e,
		  const struct sgz_settled *s, struct sgz_spool *stored,
		  const struct stargz_made *made, uint64_t data_end)
{
	struct stargz_error inner = { "" };
	struct table t = { .p = p, .e = e, .faults = SGZ_FAULTS_INIT };
	int ret;

	t.ctx = (struct sgz_context){ .err = &inner };
	t.toc.raw = true;
	t.toc.digests = true;
	t.want.toc = &e->toc;
	t.have.toc = &t.toc;
	ret = prove(&t, s, stored, made, data_end);
	sgz_tree_free(&t.want);
	sgz_tree_free(&t.have);
	sgz_toc_free(&t.toc);
	sgz_faults_free(&t.faults);
	return ret;
}

void sgz_proof_free(struct sgz_proof *p)
{
	sgz_head_reader_free(&p->hr);
	sgz_vec_free(&p->left);
	sgz_vec_free(&p->right);
	sgz_vec_free(&p->members);
	sgz_vec_free(&p->places);
	sgz_vec_free(&p->runs);
	sgz_vec_free(&p->pieces);
}
