// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Making the tables of the index from the tree and its layout.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "index/overlay.h"
#include "index/records.h"
#include "index/superblock.h"
#include "index/tables.h"

/* Shared data for making tables. */
struct maker {
	struct sgz_index *index;
	const struct sgz_context *ctx;
	const struct sgz_tree *tree;
	const struct sgz_layout *layout;
	struct sgz_spans *spans;
	uint64_t data_bytes;
	uint64_t used;
};

static struct sgz_node *first_node(const struct maker *m, uint32_t i)
{
	return sgz_tree_node(m->tree, sgz_layout_inode(m->layout, i));
}

/* The entry with the attributes of an inode, or NULL. */
static struct sgz_entry *inode_entry(const struct maker *m, uint32_t i)
{
	return sgz_node_entry(m->tree, first_node(m, i));
}

static bool is_regular(const struct maker *m, uint32_t i)
{
	const struct sgz_entry *entry = inode_entry(m, i);

	return entry && sgz_entry_is(entry, S_IFREG) &&
	       !(entry->flags & SGZ_ENTRY_BELOW) &&
	       !(first_node(m, i)->flags & SGZ_NODE_WHITEOUT);
}

static int use_spans(struct maker *m)
{
	for (uint32_t i = 0; i < m->layout->inodes.count; i++) {
		int ret;

		if (!is_regular(m, i))
			continue;
		ret = sgz_spans_use(m->spans, m->ctx, m->tree->toc,
				    inode_entry(m, i));
		if (ret)
			return ret;
	}
	sgz_spans_number(m->spans);
	return 0;
}

/* Update superblock and blob for a span. */
static void note_span(struct maker *m, const struct sgz_span *s)
{
	struct stargz_super_block *sb = &m->index->sb;

	sb->feature_incompat |= htole32(sgz_codec_feature(s->codec));
	if (s->codec != STARGZ_CODEC_STORED && s->ulen > le32toh(sb->max_span))
		sb->max_span = htole32(s->ulen);
	if (s->start + s->clen > m->used)
		m->used = s->start + s->clen;
}

static int make_history(struct maker *m, const struct sgz_span *s)
{
	struct sgz_vec *heap = &m->index->table[STARGZ_TABLE_HISTORY_DATA];
	struct stargz_history *record;
	size_t at = heap->count;
	void *to;

	record = sgz_vec_add(&m->index->table[STARGZ_TABLE_HISTORIES], 1,
			     sizeof(*record));
	to = record ? sgz_vec_add(heap, s->history_clen, 1) : NULL;
	if (!to)
		return sgz_nomem(m->ctx);
	memcpy(to, (char *)m->spans->histories.data + s->history, s->history_clen);
	record->span = htole32(s->number);
	record->clen = htole32(s->history_clen);
	record->offset = htole64(at);
	record->ulen = htole32(s->history_ulen);
	return 0;
}

/* Give a span its checksum, or its place in the table of pieces. */
static int make_check(struct maker *m, const struct sgz_span *s,
		      struct stargz_span *span)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_PIECES];
	const uint32_t *crc = (uint32_t *)m->spans->pieces.data + s->piece;
	uint32_t count = stargz_span_pieces(s->ulen);
	__le32 *to;

	span->flags |= STARGZ_SPAN_CHECKED;
	if (s->ulen <= STARGZ_PIECE_SIZE) {
		span->check = htole32(*crc);
		return 0;
	}
	if (table->count > UINT32_MAX - count)
		return sgz_fail(m->ctx, -E2BIG, "too many checksums");
	span->check = htole32(table->count);
	to = sgz_vec_add(table, count, sizeof(*to));
	if (!to)
		return sgz_nomem(m->ctx);
	for (uint32_t i = 0; i < count; i++)
		to[i] = htole32(crc[i]);
	return 0;
}

/* Give a span its digests, or room for them. */
static int make_digests(struct maker *m, const struct sgz_span *s)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_DIGESTS];
	const uint8_t *from = m->spans->digests.data;
	uint32_t count = stargz_span_digests(s->ulen);
	size_t first = table->count;
	uint8_t *missing;
	__le32 *start;
	void *to;

	if (first > UINT32_MAX - count)
		return sgz_fail(m->ctx, -E2BIG, "too many digests");
	start = sgz_vec_add(&m->index->table[STARGZ_TABLE_DIGEST_STARTS], 1,
			    sizeof(*start));
	to = sgz_vec_add(table, count, STARGZ_HASH_SIZE);
	missing = sgz_vec_add(&m->index->undigested, 1, sizeof(*missing));
	if (!start || !to || !missing)
		return sgz_nomem(m->ctx);
	*start = htole32(first);
	*missing = !(s->flags & SGZ_SPAN_DIGESTED);
	if (!*missing)
		memcpy(to, from + (size_t)s->digest * STARGZ_HASH_SIZE,
		       (size_t)count * STARGZ_HASH_SIZE);
	return 0;
}

static int make_span(struct maker *m, const struct sgz_span *s)
{
	struct stargz_span *span;
	int ret = 0;

	span = sgz_vec_add(&m->index->table[STARGZ_TABLE_SPANS], 1,
			   sizeof(*span));
	if (!span)
		return sgz_nomem(m->ctx);
	span->start = htole64(s->start);
	span->clen = htole32(s->clen);
	span->ulen = htole32(s->ulen);
	span->codec = s->codec;
	span->flags = s->bit;
	note_span(m, s);
	if (s->flags & SGZ_SPAN_CHECKED)
		ret = make_check(m, s, span);
	if (!ret && m->spans->with_digests)
		ret = make_digests(m, s);
	return !ret && s->history_ulen ? make_history(m, s) : ret;
}

static int make_spans(struct maker *m)
{
	const struct sgz_span *s = m->spans->list.data;

	for (size_t i = 0; i < m->spans->list.count; i++) {
		int ret = s[i].flags & SGZ_SPAN_USED ? make_span(m, s + i) : 0;

		if (ret)
			return ret;
	}
	return 0;
}

int sgz_index_name(struct sgz_index *index, const struct sgz_context *ctx,
		   const char *bytes, size_t len, __le32 *where)
{
	struct sgz_vec *heap = &index->table[STARGZ_TABLE_NAMES];
	size_t at = heap->count;
	char *to;

	if (at + len > UINT32_MAX)
		return sgz_fail(ctx, -E2BIG, "more than 4 GiB of names");
	to = sgz_vec_add(heap, len, 1);
	if (!to)
		return sgz_nomem(ctx);
	memcpy(to, bytes, len);
	*where = htole32(at);
	return 0;
}

static mode_t node_mode(const struct maker *m, const struct sgz_node *node)
{
	const struct sgz_entry *entry = sgz_node_entry(m->tree, node);

	if (node->flags & SGZ_NODE_WHITEOUT)
		return S_IFCHR;
	return entry ? entry->mode : S_IFDIR | 0755;
}

static int make_dirent(struct maker *m, uint32_t child)
{
	struct sgz_node *node = sgz_tree_node(m->tree, child);
	struct stargz_dirent *d;

	d = sgz_vec_add(&m->index->table[STARGZ_TABLE_DIRENTS], 1, sizeof(*d));
	if (!d)
		return sgz_nomem(m->ctx);
	d->ino = htole32(*sgz_node_ino(m->tree, node));
	d->name_len = node->name_len;
	d->type = node_mode(m, node) >> 12;
	return sgz_index_name(m->index, m->ctx, node->name, node->name_len,
			      &d->name);
}

static int make_directory(struct maker *m, struct stargz_inode *inode,
			  uint32_t i)
{
	const uint32_t *first = m->layout->first.data;
	const uint32_t *children = m->layout->children.data;
	uint32_t dir = sgz_layout_inode(m->layout, i);
	uint32_t parent = sgz_tree_node(m->tree, dir)->parent;
	size_t start = m->index->table[STARGZ_TABLE_DIRENTS].count;

	for (uint32_t c = first[dir]; c < first[dir + 1]; c++) {
		int ret = make_dirent(m, children[c]);

		if (ret)
			return ret;
	}
	inode->a = htole32(start);
	inode->b = htole32(first[dir + 1] - first[dir]);
	inode->parent = htole32(sgz_tree_node(m->tree, parent)->ino);
	return 0;
}

/* Add an extent, or extend the last one of the file. */
static int add_extent(struct maker *m, size_t file_start, uint64_t pos,
		      uint32_t span, uint32_t offset)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_EXTENTS];
	struct stargz_extent *e = table->data;

	if (table->count > file_start) {
		e += table->count - 1;
		if (le32toh(e->span) == span &&
		    le32toh(e->offset) + pos - le64toh(e->pos) == offset)
			return 0;
	}
	if (table->count == UINT32_MAX)
		return sgz_fail(m->ctx, -E2BIG, "too many extents");
	e = sgz_vec_add(table, 1, sizeof(*e));
	if (!e)
		return sgz_nomem(m->ctx);
	e->pos = htole64(pos);
	e->span = htole32(span);
	e->offset = htole32(offset);
	return 0;
}

/* Add an extent for each span of the chunk. */
static int add_chunk(struct maker *m, size_t file_start,
		     const struct sgz_chunk *chunk)
{
	const struct sgz_span *s = sgz_spans_find(m->spans, chunk->unit,
						  chunk->inner);
	uint64_t done = 0;

	while (done < chunk->size) {
		uint64_t offset = chunk->inner + done - s->out;
		int ret = add_extent(m, file_start, chunk->pos + done,
				     s->number, offset);

		if (ret)
			return ret;
		done += s->ulen - offset;
		s = sgz_spans_next(m->spans, s);
	}
	return 0;
}

/* Make the extents of a file, with holes where there is no chunk. */
static int make_extents(struct maker *m, const struct sgz_entry *entry)
{
	size_t start = m->index->table[STARGZ_TABLE_EXTENTS].count;
	uint64_t pos = 0;
	int ret = 0;

	for (uint32_t i = 0; !ret && i < entry->b; i++) {
		const struct sgz_chunk *chunk =
			sgz_toc_chunk(m->tree->toc, entry->a + i);

		if (chunk->zeroes)
			continue;
		if (chunk->pos > pos)
			ret = add_extent(m, start, pos, STARGZ_NO_SPAN, 0);
		if (!ret)
			ret = add_chunk(m, start, chunk);
		pos = chunk->pos + chunk->size;
	}
	if (!ret && pos < entry->size)
		ret = add_extent(m, start, pos, STARGZ_NO_SPAN, 0);
	return ret;
}

static int make_regular(struct maker *m, struct stargz_inode *inode,
			const struct sgz_entry *entry)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_EXTENTS];
	size_t start = table->count;
	int ret;

	inode->size = htole64(entry->size);
	m->data_bytes += entry->size;
	ret = make_extents(m, entry);
	if (ret)
		return ret;
	if (table->count - start == 1) {
		const struct stargz_extent *e =
			(struct stargz_extent *)table->data + start;

		inode->flags = htole16(STARGZ_INODE_INLINE);
		inode->a = e->span;
		inode->b = e->offset;
		table->count = start;
	} else if (table->count > start) {
		inode->a = htole32(start);
		inode->b = htole32(table->count - start);
	}
	return 0;
}

static int make_graft(struct maker *m, const struct sgz_entry *entry,
		      uint32_t ino)
{
	struct sgz_graft *graft = sgz_vec_add(&m->index->grafts, 1,
					      sizeof(*graft));

	if (!graft)
		return sgz_nomem(m->ctx);
	graft->ino = ino;
	graft->layer = entry->a;
	graft->below = entry->b;
	return 0;
}

static int make_by_type(struct maker *m, struct stargz_inode *inode, uint32_t i)
{
	const struct sgz_entry *entry = inode_entry(m, i);

	if (entry && entry->flags & SGZ_ENTRY_BELOW)
		return make_graft(m, entry, i + 1);
	switch (le16toh(inode->mode) & S_IFMT) {
	case S_IFDIR:
		return make_directory(m, inode, i);
	case S_IFREG:
		return make_regular(m, inode, entry);
	case S_IFCHR:
	case S_IFBLK:
		if (first_node(m, i)->flags & SGZ_NODE_WHITEOUT)
			return 0;
		inode->a = htole32(entry->a);
		inode->b = htole32(entry->b);
	}
	return 0;
}

static int make_inodes(struct maker *m)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_INODES];
	const uint32_t *nlink = m->layout->nlink.data;
	size_t count = m->layout->inodes.count;
	struct stargz_inode *inode;

	inode = sgz_vec_add(table, count, sizeof(*inode));
	if (!inode)
		return sgz_nomem(m->ctx);
	for (uint32_t i = 0; i < count; i++, inode++) {
		const struct sgz_node *node = first_node(m, i);
		const struct sgz_entry *entry = inode_entry(m, i);
		int ret;

		inode->mode = htole16(node_mode(m, node));
		inode->nlink = htole32(nlink[i]);
		inode->mtime = htole64(entry ? entry->mtime : SGZ_EPOCH);
		if (!m->tree->below && sgz_node_is_implied(m->tree, node))
			inode->flags = htole16(STARGZ_INODE_IMPLIED);
		if (entry && !(node->flags & SGZ_NODE_WHITEOUT)) {
			inode->uid = htole32(entry->uid);
			inode->gid = htole32(entry->gid);
			inode->xattr = htole32(entry->xattr);
		}
		ret = make_by_type(m, inode, i);
		if (ret)
			return ret;
	}
	return 0;
}

/* Called after all names were added, so that names stay close together. */
static int make_symlinks(struct maker *m)
{
	struct stargz_inode *inode = m->index->table[STARGZ_TABLE_INODES].data;

	for (uint32_t i = 0; i < m->layout->inodes.count; i++, inode++) {
		const struct sgz_entry *entry = inode_entry(m, i);
		int ret;

		if (!S_ISLNK(le16toh(inode->mode)) ||
		    entry->flags & SGZ_ENTRY_BELOW)
			continue;
		inode->size = htole64(entry->link_len);
		ret = sgz_index_name(m->index, m->ctx, entry->link,
				     entry->link_len, &inode->a);
		if (ret)
			return ret;
	}
	return 0;
}

/* overlayfs mounts without privileges (userxattr) read the user attribute. */
static const char *const opaque_names[] = {
	"user.overlay.opaque", "trusted.overlay.opaque",
};

#define OPAQUE_NAMES (sizeof(opaque_names) / sizeof(opaque_names[0]))

/* Add the attributes of an opaque directory. */
static int add_opaque(struct sgz_vec *attrs)
{
	struct sgz_xattr *attr = sgz_vec_add(attrs, OPAQUE_NAMES,
					     sizeof(*attr));

	if (!attr)
		return -ENOMEM;
	for (size_t i = 0; i < OPAQUE_NAMES; i++, attr++) {
		attr->name = opaque_names[i];
		attr->name_len = strlen(attr->name);
		attr->value = "y";
		attr->value_len = 1;
	}
	return 0;
}

/* Give opaque directories their extended attributes. */
static int make_opaque(struct maker *m)
{
	struct stargz_inode *inode = m->index->table[STARGZ_TABLE_INODES].data;
	struct sgz_xattr_pool *pool = &m->tree->toc->xattrs;

	for (uint32_t i = 0; i < m->layout->inodes.count; i++, inode++) {
		struct sgz_arena copies = { 0 };
		struct sgz_vec attrs = { 0 };
		uint32_t id;
		int ret;

		if (!(first_node(m, i)->flags & SGZ_NODE_OPAQUE) ||
		    !S_ISDIR(le16toh(inode->mode)))
			continue;
		ret = sgz_xattr_pool_get(pool, le32toh(inode->xattr), &copies,
					 &attrs);
		if (ret || add_opaque(&attrs))
			ret = sgz_nomem(m->ctx);
		else
			ret = sgz_xattr_pool_add(pool, m->ctx, attrs.data,
						 attrs.count, &id);
		sgz_vec_free(&attrs);
		sgz_arena_free(&copies);
		if (ret)
			return ret;
		inode->xattr = htole32(id);
	}
	return 0;
}

static int make_blob(struct maker *m, const struct sgz_blob *blob)
{
	const struct sgz_toc *toc = m->tree->toc;
	struct stargz_blob *b;
	uint16_t digests = 0;

	b = sgz_vec_add(&m->index->table[STARGZ_TABLE_BLOBS], 1, sizeof(*b));
	if (!b)
		return sgz_nomem(m->ctx);
	b->size = htole64(blob->size);
	b->start = htole64(blob->start);
	b->source = htole32(1);
	if (toc->has_digest)
		digests |= STARGZ_BLOB_TOC;
	memcpy(b->toc, toc->sha256, sizeof(b->toc));
	if (toc->has_blob_sha256)
		digests |= STARGZ_BLOB_SHA256;
	memcpy(b->sha256, toc->blob_sha256, sizeof(b->sha256));
	if (toc->has_diffid)
		digests |= STARGZ_BLOB_DIFFID;
	memcpy(b->diffid, toc->diffid, sizeof(b->diffid));
	b->digests = htole16(digests);
	b->used = htole64(m->used);
	return 0;
}

/* Move the heap of the pool to the index; ids of the pool stay valid. */
static void take_xattrs(struct maker *m)
{
	struct sgz_vec *heap = &m->tree->toc->xattrs.heap;

	m->index->table[STARGZ_TABLE_XATTRS] = *heap;
	memset(heap, 0, sizeof(*heap));
}

int sgz_index_from_tree(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_tree *tree,
			const struct sgz_layout *layout,
			struct sgz_spans *spans, const struct sgz_blob *blob)
{
	struct maker m = {
		.index = index,
		.ctx = ctx,
		.tree = tree,
		.layout = layout,
		.spans = spans,
	};
	int ret;

	ret = use_spans(&m);
	if (!ret)
		ret = make_spans(&m);
	if (!ret)
		ret = make_inodes(&m);
	if (!ret)
		ret = make_symlinks(&m);
	if (!ret && !tree->raw)
		ret = make_opaque(&m);
	if (!ret)
		ret = make_blob(&m, blob);
	if (ret)
		return ret;
	take_xattrs(&m);
	ret = sgz_opaque_memo(index, ctx);
	if (ret)
		return ret;
	index->from_content = tree->toc->from_content;
	index->content_end = tree->toc->data_end;
	index->codec = tree->toc->codec;
	if (tree->below)
		index->sb.feature_compat |= htole32(STARGZ_COMPAT_CHAINED);
	return sgz_superblock_fill(index, ctx, tree, m.data_bytes);
}

static void blob_stats(const struct stargz_blob *blob,
		       struct stargz_index_stats *stats)
{
	stats->has_blob_sha256 = le16toh(blob->digests) & STARGZ_BLOB_SHA256;
	memcpy(stats->blob_sha256, blob->sha256, sizeof(stats->blob_sha256));
}

void sgz_index_stats(const struct sgz_index *index,
		     struct stargz_index_stats *stats)
{
	const struct sgz_vec *table = index->table;

	memset(stats, 0, sizeof(*stats));
	/* The root has no directory entry. */
	stats->entries = table[STARGZ_TABLE_DIRENTS].count + 1;
	stats->inodes = table[STARGZ_TABLE_INODES].count;
	stats->spans = table[STARGZ_TABLE_SPANS].count;
	stats->extents = table[STARGZ_TABLE_EXTENTS].count;
	stats->data_bytes = le64toh(index->sb.data_bytes);
	stats->index_size = le64toh(index->sb.index_size);
	stats->toc_only = !index->from_content && index->content_end;
	stats->content_end = index->content_end;
	stats->encoding = index->codec;
	memcpy(stats->index_sha256, index->sha256, sizeof(stats->index_sha256));
	if (table[STARGZ_TABLE_BLOBS].count == 1)
		blob_stats(sgz_blob_record(index, 0), stats);
	if (stats->toc_only)
		memcpy(stats->toc_sha256, sgz_blob_record(index, 0)->toc,
		       sizeof(stats->toc_sha256));
}
