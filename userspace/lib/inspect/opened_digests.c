// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Comparing an index with its layers. A new index of each layer is made; its
 * inodes are found in the index to check by their paths.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build/index.h"
#include "content/file.h"
#include "content/read_all.h"
#include "index/records.h"
#include "inspect/diff.h"
#include "inspect/opened.h"

/* Is all content of a file in one blob? */
static bool file_within(const struct sgz_index *index, uint32_t ino,
			uint16_t blob)
{
	uint64_t size = le64toh(sgz_inode(index, ino)->size), pos = 0;

	while (pos < size) {
		struct sgz_run run;

		sgz_file_run(index, ino, pos, &run);
		if (run.span != STARGZ_NO_SPAN &&
		    le16toh(sgz_span(index, run.span)->blob) != blob)
			return false;
		pos += run.len;
	}
	return true;
}

/* The inode with the path and size of an inode of the layer, or 0. */
static uint32_t counterpart(const struct sgz_opened *o, uint16_t blob,
			    const struct sgz_inodepath *names, uint32_t ino)
{
	const struct stargz_inode *inode;
	char *path;
	size_t len;

	if (sgz_inodepath_get(names, ino, &path, &len))
		return 0;
	inode = sgz_inode(names->index, ino);
	ino = sgz_find_path(&o->index, path, len);
	free(path);
	if (!ino || !S_ISREG(le16toh(sgz_inode(&o->index, ino)->mode)) ||
	    sgz_inode(&o->index, ino)->size != inode->size ||
	    !file_within(&o->index, ino, blob))
		return 0;
	return ino;
}

/* Take the digests of the layer over for the inodes of the index. */
static int take_ranges(struct sgz_opened *o, uint16_t blob,
		       const struct sgz_inodepath *names,
		       const struct sgz_vec *ranges)
{
	const struct sgz_range *from = ranges->data;
	uint32_t last = 0, ino = 0;

	for (size_t i = 0; i < ranges->count; i++, from++) {
		struct sgz_range *to;

		if (from->ino != last)
			ino = counterpart(o, blob, names, from->ino);
		last = from->ino;
		if (!ino)
			continue;
		to = sgz_vec_add(&o->ranges, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(o->ctx);
		*to = *from;
		to->ino = ino;
	}
	return 0;
}

/* Compare a digest of a blob that the index has. */
static bool compare_digest(struct sgz_faults *faults, uint16_t i,
			   const char *what, const uint8_t *want,
			   const uint8_t *have)
{
	if (!memcmp(want, have, STARGZ_SHA256_LEN))
		return true;
	sgz_faults_add(faults, 0, -EBADMSG,
		       "blob %u: the digest of its %s is sha256:%s, not sha256:%s",
		       i, what, sgz_sha256_hex(have).text,
		       sgz_sha256_hex(want).text);
	return false;
}

/* A new index of the layer has the digest of the blob, as it was asked for. */
static bool compare_digests(const struct sgz_opened *o, uint16_t i,
			    const struct sgz_index *fresh,
			    struct sgz_faults *faults)
{
	const struct stargz_blob *have = sgz_blob_record(fresh, 0);
	const struct stargz_blob *want = sgz_blob_record(&o->index, i);
	bool same = compare_digest(faults, i, "table of contents", want->toc,
				   have->toc);

	if (le16toh(want->digests) & le16toh(have->digests) &
	    STARGZ_BLOB_DIFFID)
		same &= compare_digest(faults, i, "tar", want->diffid,
				       have->diffid);
	return same;
}

/*
 * Options for a new index of a blob. The span size is the default, with which
 * the index was probably made. If the index has the digest of the blob, the
 * same pass over the blob compares it.
 */
static struct stargz_index_options fresh_options(const struct sgz_opened *o,
						 uint16_t i, char *digest)
{
	const struct stargz_blob *blob = sgz_blob_record(&o->index, i);
	struct stargz_index_options opt = *o->opt;

	opt.span_size = 0;
	opt.raw = le32toh(o->index.sb.feature_compat) & STARGZ_COMPAT_RAW_VIEW;
	opt.layer_digest = NULL;
	if (!(le16toh(blob->digests) & STARGZ_BLOB_SHA256))
		return opt;
	if (o->blobs[i].size < le64toh(blob->size)) {
		sgz_warn(o->ctx, "blob %u: its end is missing, so its digest is not checked",
			 i);
		return opt;
	}
	sprintf(digest, "sha256:%s", sgz_sha256_hex(blob->sha256).text);
	opt.layer_digest = digest;
	return opt;
}

/* Destination of differences between an index and a new one. */
struct comparison {
	struct sgz_faults *faults;
	uint16_t blob;
};

static void on_difference(void *data, char where, const char *path,
			  const char *what)
{
	const struct comparison *c = data;
	struct sgz_quoted quoted = sgz_quote(path, strlen(path));

	if (where == '!')
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "%s: index and blob %u differ: %s", quoted.text,
			       c->blob, what);
	else
		sgz_faults_add(c->faults, 0, -EUCLEAN, "%s: only in %s %u",
			       quoted.text, where == '<' ?
			       "the index, not in blob" : "blob", c->blob);
}

static bool same_table(const struct sgz_index *a, const struct sgz_index *b,
		       enum stargz_table_id id)
{
	size_t count = a->table[id].count;

	return count == b->table[id].count &&
	       (!count || !memcmp(a->table[id].data, b->table[id].data,
				  count * stargz_record_size(id)));
}

/*
 * Two indexes of one layer have the same files; and if they have the same
 * spans, also the same extents.
 */
static int compare_trees(struct sgz_opened *o, uint16_t i,
			 const struct sgz_index *fresh,
			 struct sgz_faults *faults)
{
	struct sgz_opened other = { .ctx = o->ctx, .index = *fresh };
	struct comparison c = { .faults = faults, .blob = i };
	const struct sgz_treediff diff = {
		.a = o,
		.b = &other,
		.found = on_difference,
		.data = &c,
	};
	int ret;

	if (o->index.table[STARGZ_TABLE_BLOBS].count != 1)
		return 0;
	ret = sgz_treediff_run(&diff);
	if (ret)
		return ret < 0 ? ret : 0;
	if (same_table(&o->index, fresh, STARGZ_TABLE_SPANS) &&
	    (!same_table(&o->index, fresh, STARGZ_TABLE_EXTENTS) ||
	     !same_table(&o->index, fresh, STARGZ_TABLE_INODES)))
		sgz_faults_add(faults, 0, -EUCLEAN,
			       "index and blob %u differ in the positions of content",
			       i);
	return 0;
}

static int compare_layer(struct sgz_opened *o, uint16_t i,
			 struct sgz_faults *faults)
{
	struct sgz_inodepath names = { 0 };
	struct sgz_index fresh = { 0 };
	struct sgz_vec ranges = { 0 };
	struct stargz_error inner;
	char digest[sizeof("sha256:") + STARGZ_SHA256_HEX];
	const struct stargz_index_options opt = fresh_options(o, i, digest);
	const struct sgz_context ctx = sgz_context_inner(o->ctx, &inner);
	int ret;

	ret = sgz_index_digests(&fresh, &ctx, &opt, &o->blobs[i], &ranges);
	if (ret == -ENOMEM || ret == -EIO) {
		sgz_fail(o->ctx, ret, "%s", inner.text);
	} else if (ret) {
		sgz_faults_add(faults, 0, ret, "blob %u: %s", i, inner.text);
		ret = 0;
	} else {
		if (compare_digests(o, i, &fresh, faults))
			ret = compare_trees(o, i, &fresh, faults);
		if (!ret)
			ret = sgz_inodepath_make(&names, o->ctx, &fresh);
		if (!ret)
			ret = take_ranges(o, i, &names, &ranges);
	}
	sgz_inodepath_free(&names);
	sgz_vec_free(&ranges);
	sgz_index_free(&fresh);
	return ret;
}

int sgz_opened_digests(struct sgz_opened *o, struct sgz_faults *faults)
{
	size_t count = o->index.table[STARGZ_TABLE_BLOBS].count;
	int ret = 0;

	for (size_t i = 0; !ret && i < count; i++)
		if (o->blobs[i].fd >= 0)
			ret = compare_layer(o, i, faults);
	return ret;
}
