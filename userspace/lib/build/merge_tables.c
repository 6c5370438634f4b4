// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Copying records of layers to the tables of the merged index. Only records of
 * visible inodes are copied, so the index contains no hidden data.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "build/merge_tables.h"
#include "index/records.h"
#include "index/superblock.h"

/* Blobs */

static int add_blob(struct sgz_merge *m, const struct stargz_blob *from,
		    uint16_t *number)
{
	struct sgz_vec *to = &m->index->table[STARGZ_TABLE_BLOBS];
	struct stargz_blob *blob;

	if (to->count == STARGZ_MAX_BLOBS)
		return sgz_fail(m->ctx, -E2BIG, "more than %d blobs",
				STARGZ_MAX_BLOBS);
	blob = sgz_vec_add(to, 1, sizeof(*blob));
	if (!blob)
		return sgz_nomem(m->ctx);
	*blob = *from;
	blob->source = htole32(to->count);
	*number = to->count - 1;
	return 0;
}

static int take_blobs(struct sgz_merge *m, size_t layer)
{
	const struct sgz_index *from = &m->layers[layer];
	size_t count = from->table[STARGZ_TABLE_BLOBS].count;
	int ret = 0;

	for (size_t i = 0; !ret && i < count; i++) {
		const struct stargz_blob *blob = sgz_blob_record(from, i);

		if (!blob->source)
			return sgz_fail(m->ctx, -EINVAL,
					"layer %zu is a device image", layer);
		/* The blob of the other layer would be there twice. */
		if (i && le32toh(from->sb.feature_compat) & STARGZ_COMPAT_CHAINED)
			return sgz_fail(m->ctx, -EINVAL,
					"layer %zu is an index made with --below that has files of another layer; use the layer itself",
					layer);
		ret = add_blob(m, blob, &m->map[layer].blobs[i]);
	}
	return ret;
}

/* In a chain, the topmost layer comes first: it is the source of the mount. */
static size_t nth_layer(const struct sgz_merge *m, size_t nth)
{
	if (!m->chain)
		return nth;
	return nth ? nth - 1 : m->count - 1;
}

static int take_all_blobs(struct sgz_merge *m)
{
	int ret = 0;

	for (size_t nth = 0; !ret && nth < m->count; nth++) {
		size_t layer = nth_layer(m, nth);

		if (m->map[layer].used)
			ret = take_blobs(m, layer);
	}
	return ret;
}

static int make_map(struct sgz_merge_layer *map, const struct sgz_vec *table)
{
	map->inodes = calloc(table[STARGZ_TABLE_INODES].count + 1,
			     sizeof(uint32_t));
	map->spans = calloc(table[STARGZ_TABLE_SPANS].count + 1,
			    sizeof(uint32_t));
	map->xattrs = calloc(table[STARGZ_TABLE_XATTRS].count / 4 + 1,
			     sizeof(uint32_t));
	map->blobs = calloc(table[STARGZ_TABLE_BLOBS].count + 1,
			    sizeof(*map->blobs));
	return map->inodes && map->spans && map->xattrs && map->blobs ?
		       0 : -ENOMEM;
}

/* Of a chain, only the topmost layer and those it has files of are copied. */
static void mark_used(struct sgz_merge *m)
{
	const struct sgz_vec *grafts = &m->layers[m->count - 1].grafts;
	const struct sgz_graft *graft = grafts->data;

	for (size_t i = 0; !m->chain && i < m->count; i++)
		m->map[i].used = true;
	for (size_t i = 0; m->chain && i < grafts->count; i++)
		m->map[graft[i].layer].used = true;
	m->map[m->count - 1].used = true;
}

int sgz_merge_begin(struct sgz_merge *m)
{
	m->map = calloc(m->count, sizeof(*m->map));
	if (!m->map)
		return sgz_nomem(m->ctx);
	mark_used(m);
	for (size_t i = 0; i < m->count; i++)
		if (m->map[i].used &&
		    make_map(&m->map[i], m->layers[i].table))
			return sgz_nomem(m->ctx);
	return take_all_blobs(m);
}

void sgz_merge_end(struct sgz_merge *m)
{
	for (size_t i = 0; m->map && i < m->count; i++) {
		free(m->map[i].inodes);
		free(m->map[i].spans);
		free(m->map[i].xattrs);
		free(m->map[i].blobs);
	}
	free(m->map);
	sgz_vec_free(&m->origins);
	sgz_xattr_pool_free(&m->xattrs);
}

/* Inodes and names */

static struct stargz_inode *inode_at(const struct sgz_merge *m, uint32_t ino)
{
	return (struct stargz_inode *)
		m->index->table[STARGZ_TABLE_INODES].data + (ino - 1);
}

/* Add an inode to the index; only the attributes of its record are final. */
static int add_inode(struct sgz_merge *m, uint32_t layer, uint32_t ino)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_INODES];
	struct sgz_merge_origin *origin;
	struct stargz_inode *inode;

	if (table->count == STARGZ_MAX_INODES)
		return sgz_fail(m->ctx, -E2BIG, "too many inodes");
	origin = sgz_vec_add(&m->origins, 1, sizeof(*origin));
	inode = sgz_vec_add(table, 1, sizeof(*inode));
	if (!origin || !inode)
		return sgz_nomem(m->ctx);
	origin->layer = layer;
	origin->ino = ino;
	*inode = *sgz_inode(&m->layers[layer], ino);
	inode->nlink = htole32(S_ISDIR(le16toh(inode->mode)) ? 2 : 0);
	m->map[layer].inodes[ino - 1] = table->count;
	return 0;
}

int sgz_merge_root(struct sgz_merge *m, uint32_t layer)
{
	int ret = add_inode(m, layer, STARGZ_ROOT_INO);

	if (!ret)
		inode_at(m, STARGZ_ROOT_INO)->parent = htole32(STARGZ_ROOT_INO);
	return ret;
}

void sgz_merge_open(struct sgz_merge *m, uint32_t dir)
{
	struct stargz_inode *inode = inode_at(m, dir);

	inode->a = htole32(m->index->table[STARGZ_TABLE_DIRENTS].count);
	inode->b = 0;
}

static void add_link(struct sgz_merge *m, uint32_t dir, uint32_t ino)
{
	struct stargz_inode *inode = inode_at(m, ino), *up = inode_at(m, dir);

	up->b = htole32(le32toh(up->b) + 1);
	if (S_ISDIR(le16toh(inode->mode))) {
		inode->parent = htole32(dir);
		inode = up;
	}
	inode->nlink = htole32(le32toh(inode->nlink) + 1);
}

int sgz_merge_entry(struct sgz_merge *m, uint32_t dir, uint32_t layer,
		    const struct stargz_dirent *d, uint32_t *ino)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_DIRENTS];
	const struct sgz_index *named = &m->layers[layer];
	struct stargz_dirent *mine;
	uint32_t from = le32toh(d->ino);
	uint32_t *number;
	int ret = 0;

	sgz_index_graft(named, &layer, &from);
	number = &m->map[layer].inodes[from - 1];
	if (!*number)
		ret = add_inode(m, layer, from);
	if (ret)
		return ret;
	if (table->count == UINT32_MAX)
		return sgz_fail(m->ctx, -E2BIG, "too many names");
	mine = sgz_vec_add(table, 1, sizeof(*mine));
	if (!mine)
		return sgz_nomem(m->ctx);
	*ino = *number;
	mine->ino = htole32(*number);
	mine->name_len = d->name_len;
	mine->type = d->type;
	add_link(m, dir, *number);
	return sgz_index_name(m->index, m->ctx, sgz_name(named, d),
			      d->name_len, &mine->name);
}

void sgz_merge_attributes(struct sgz_merge *m, uint32_t mine, uint32_t layer,
			  uint32_t ino)
{
	const struct stargz_inode *from = sgz_inode(&m->layers[layer], ino);
	struct sgz_merge_origin *origin =
		(struct sgz_merge_origin *)m->origins.data + (mine - 1);
	struct stargz_inode *inode = inode_at(m, mine);

	inode->mode = from->mode;
	inode->flags = from->flags;
	inode->uid = from->uid;
	inode->gid = from->gid;
	inode->mtime = from->mtime;
	inode->xattr = from->xattr;
	origin->layer = layer;
	origin->ino = ino;
}

/* Extended attributes */

static int move_xattrs(struct sgz_merge *m, struct stargz_inode *inode,
		       const struct sgz_merge_origin *origin)
{
	bool all = m->chain && origin->layer == m->count - 1;
	uint32_t id = le32toh(inode->xattr), to, *known;
	int ret;

	if (!id)
		return 0;
	known = &m->map[origin->layer].xattrs[id - 1];
	if (!*known) {
		ret = sgz_xattr_pool_move(&m->xattrs, m->ctx,
					  &m->layers[origin->layer]
					  .table[STARGZ_TABLE_XATTRS], id, all,
					  &to);
		if (ret)
			return ret;
		*known = to + 1;
	}
	inode->xattr = htole32(*known - 1);
	return 0;
}

/* Content */

typedef void span_user(struct sgz_merge *m, uint32_t layer, __le32 *span);

static void mark_span(struct sgz_merge *m, uint32_t layer, __le32 *span)
{
	if (le32toh(*span) != STARGZ_NO_SPAN)
		m->map[layer].spans[le32toh(*span)] = 1;
}

static void renumber_span(struct sgz_merge *m, uint32_t layer, __le32 *span)
{
	if (le32toh(*span) != STARGZ_NO_SPAN)
		*span = htole32(m->map[layer].spans[le32toh(*span)] - 1);
}

static int move_pieces(struct sgz_merge *m, const struct sgz_index *from,
		       struct stargz_span *span)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_PIECES];
	uint32_t ulen = le32toh(span->ulen), count = stargz_span_pieces(ulen);
	const __le32 *old = from->table[STARGZ_TABLE_PIECES].data;
	__le32 *to;

	if (!(span->flags & STARGZ_SPAN_CHECKED) || ulen <= STARGZ_PIECE_SIZE)
		return 0;
	if (table->count > UINT32_MAX - count)
		return sgz_fail(m->ctx, -E2BIG, "too many checksums");
	to = sgz_vec_add(table, count, sizeof(*to));
	if (!to)
		return sgz_nomem(m->ctx);
	memcpy(to, old + le32toh(span->check), count * sizeof(*to));
	span->check = htole32(table->count - count);
	return 0;
}

/* Copy the digests of span @i of a layer. */
static int move_digests(struct sgz_merge *m, const struct sgz_index *from,
			size_t i)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_DIGESTS];
	uint32_t count = stargz_span_digests(le32toh(sgz_span(from, i)->ulen));
	struct stargz_digest *to;
	__le32 *start;

	if (table->count > UINT32_MAX - count)
		return sgz_fail(m->ctx, -E2BIG, "too many digests");
	start = sgz_vec_add(&m->index->table[STARGZ_TABLE_DIGEST_STARTS], 1,
			    sizeof(*start));
	to = sgz_vec_add(table, count, sizeof(*to));
	if (!start || !to)
		return sgz_nomem(m->ctx);
	*start = htole32(table->count - count);
	memcpy(to, sgz_span_sha256(from, i), count * sizeof(*to));
	return 0;
}

/* The index has digests if all layers have them. */
static bool all_have_digests(const struct sgz_merge *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (!sgz_has_digests(&m->layers[i]))
			return false;
	return true;
}

/* Copy span @i of a layer, which gets the next number. */
static int move_span(struct sgz_merge *m, size_t layer, size_t i)
{
	struct stargz_super_block *sb = &m->index->sb;
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_SPANS];
	const struct sgz_index *from = &m->layers[layer];
	struct sgz_merge_layer *map = &m->map[layer];
	struct stargz_span *span;

	if (table->count == STARGZ_NO_SPAN)
		return sgz_fail(m->ctx, -E2BIG, "too many spans");
	span = sgz_vec_add(table, 1, sizeof(*span));
	if (!span)
		return sgz_nomem(m->ctx);
	*span = *sgz_span(from, i);
	span->blob = htole16(map->blobs[le16toh(span->blob)]);
	map->spans[i] = table->count;
	sb->feature_incompat |= htole32(sgz_codec_feature(span->codec));
	if (span->codec != STARGZ_CODEC_STORED &&
	    le32toh(span->ulen) > le32toh(sb->max_span))
		sb->max_span = span->ulen;
	return move_pieces(m, from, span);
}

/* Copy and number the marked spans, in the order of the blobs. */
static int move_spans(struct sgz_merge *m)
{
	bool digests = all_have_digests(m);

	for (size_t nth = 0; nth < m->count; nth++) {
		size_t layer = nth_layer(m, nth);
		const struct sgz_index *from = &m->layers[layer];

		if (!m->map[layer].used)
			continue;
		for (size_t i = 0;
		     i < from->table[STARGZ_TABLE_SPANS].count; i++) {
			int ret;

			if (!m->map[layer].spans[i])
				continue;
			ret = move_span(m, layer, i);
			if (!ret && digests)
				ret = move_digests(m, from, i);
			if (ret)
				return ret;
		}
	}
	if (digests)
		m->index->sb.feature_compat |= htole32(STARGZ_COMPAT_DIGESTS);
	return 0;
}

static int move_histories(struct sgz_merge *m, uint32_t layer)
{
	const struct sgz_index *from = &m->layers[layer];
	const char *bytes = from->table[STARGZ_TABLE_HISTORY_DATA].data;
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_HISTORIES];
	struct sgz_vec *heap = &m->index->table[STARGZ_TABLE_HISTORY_DATA];

	for (size_t i = 0; i < from->table[STARGZ_TABLE_HISTORIES].count; i++) {
		const struct stargz_history *old = sgz_history_record(from, i);
		uint32_t span = m->map[layer].spans[le32toh(old->span)];
		size_t at = heap->count, len = le32toh(old->clen);
		struct stargz_history *w;
		char *to;

		if (!span)
			continue;
		w = sgz_vec_add(table, 1, sizeof(*w));
		to = sgz_vec_add(heap, len, 1);
		if (!w || !to)
			return sgz_nomem(m->ctx);
		*w = *old;
		w->span = htole32(span - 1);
		w->offset = htole64(at);
		memcpy(to, bytes + le64toh(old->offset), len);
	}
	return 0;
}

/* Copy the extents of a file. */
static int copy_extents(struct sgz_merge *m, struct stargz_inode *inode,
			uint32_t layer)
{
	struct sgz_vec *table = &m->index->table[STARGZ_TABLE_EXTENTS];
	uint32_t count = le32toh(inode->b);
	struct stargz_extent *e;

	if (!count || le16toh(inode->flags) & STARGZ_INODE_INLINE)
		return 0;
	if (table->count + count > UINT32_MAX)
		return sgz_fail(m->ctx, -E2BIG, "too many extents");
	e = sgz_vec_add(table, count, sizeof(*e));
	if (!e)
		return sgz_nomem(m->ctx);
	memcpy(e, sgz_extent(&m->layers[layer], le32toh(inode->a)),
	       count * sizeof(*e));
	inode->a = htole32(table->count - count);
	return 0;
}

/* Call @use for each span that a file of the index refers to. */
static void each_span(struct sgz_merge *m, struct stargz_inode *inode,
		      uint32_t layer, span_user *use)
{
	struct stargz_extent *e = m->index->table[STARGZ_TABLE_EXTENTS].data;

	if (le16toh(inode->flags) & STARGZ_INODE_INLINE) {
		use(m, layer, &inode->a);
		return;
	}
	for (uint32_t i = 0; i < le32toh(inode->b); i++)
		use(m, layer, &e[le32toh(inode->a) + i].span);
}

static void each_file_span(struct sgz_merge *m, span_user *use)
{
	const struct sgz_merge_origin *origin = m->origins.data;

	for (uint32_t i = 0; i < m->origins.count; i++) {
		struct stargz_inode *inode = inode_at(m, i + 1);

		if (S_ISREG(le16toh(inode->mode)))
			each_span(m, inode, origin[i].layer, use);
	}
}

static int move_inode(struct sgz_merge *m, struct stargz_inode *inode,
		      const struct sgz_merge_origin *origin)
{
	const struct sgz_index *layer = &m->layers[origin->layer];
	int ret = move_xattrs(m, inode, origin);

	if (ret)
		return ret;
	if (S_ISREG(le16toh(inode->mode)))
		return copy_extents(m, inode, origin->layer);
	if (S_ISLNK(le16toh(inode->mode)))
		return sgz_index_name(m->index, m->ctx, (const char *)
				      layer->table[STARGZ_TABLE_NAMES].data +
				      le32toh(inode->a), le64toh(inode->size),
				      &inode->a);
	return 0;
}

static uint64_t data_bytes(const struct sgz_merge *m)
{
	uint64_t sum = 0;

	for (uint32_t ino = 1; ino <= m->origins.count; ino++)
		if (S_ISREG(le16toh(inode_at(m, ino)->mode)))
			sum += le64toh(inode_at(m, ino)->size);
	return sum;
}

int sgz_merge_data(struct sgz_merge *m)
{
	const struct sgz_merge_origin *origin = m->origins.data;
	int ret = 0;

	for (uint32_t i = 0; !ret && i < m->origins.count; i++)
		ret = move_inode(m, inode_at(m, i + 1), &origin[i]);
	if (ret)
		return ret;
	each_file_span(m, mark_span);
	ret = move_spans(m);
	if (!ret)
		each_file_span(m, renumber_span);
	for (size_t i = 0; !ret && i < m->count; i++)
		if (m->map[i].used)
			ret = move_histories(m, i);
	if (ret)
		return ret;
	m->index->table[STARGZ_TABLE_XATTRS] = m->xattrs.heap;
	memset(&m->xattrs.heap, 0, sizeof(m->xattrs.heap));
	return sgz_superblock_merged(m->index, m->ctx, m->layers, m->count,
				     m->chain, data_bytes(m));
}
