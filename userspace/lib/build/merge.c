// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The tree of several layers: the visible names and their inode numbers.
 * merge_tables.c merges the contents of inodes.
 *
 * A directory of the index is a list of directories of layers, the topmost
 * first. The directories are walked breadth first, the names of a directory in
 * order, so that inode numbers have the order of any other index.
 */
#include <endian.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "build/merge.h"
#include "build/merge_tables.h"
#include "index/overlay.h"
#include "index/records.h"
#include "index/superblock.h"

/* A directory of a layer that is part of a directory of the index. */
struct part {
	uint32_t layer;
	uint32_t ino;
	uint32_t next;		/* its next entry to merge */
	uint32_t end;
};

/* A directory of the index. */
struct directory {
	size_t first;		/* its first part; topmost layer first */
	size_t parts;
	uint32_t ino;
};

/* @like: directory of a layer with the attributes of the current directory */
struct walk {
	struct sgz_merge *m;
	struct sgz_vec parts;
	struct sgz_vec dirs;
	struct part like;
};

static struct part *part_at(const struct walk *w, size_t i)
{
	return (struct part *)w->parts.data + i;
}

static const struct sgz_index *layer_of(const struct walk *w,
					const struct part *part)
{
	return &w->m->layers[part->layer];
}

static const struct stargz_dirent *entry_of(const struct walk *w,
					    const struct part *part)
{
	return sgz_dirent(layer_of(w, part), part->next);
}

static int add_part(struct walk *w, uint32_t layer, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(&w->m->layers[layer], ino);
	struct part *part = sgz_vec_add(&w->parts, 1, sizeof(*part));

	if (!part)
		return sgz_nomem(w->m->ctx);
	part->layer = layer;
	part->ino = ino;
	part->next = le32toh(inode->a);
	part->end = part->next + le32toh(inode->b);
	return 0;
}

static int add_directory(struct walk *w, size_t first, uint32_t ino)
{
	struct directory *dir = sgz_vec_add(&w->dirs, 1, sizeof(*dir));

	if (!dir)
		return sgz_nomem(w->m->ctx);
	dir->first = first;
	dir->parts = w->parts.count - first;
	dir->ino = ino;
	return 0;
}

static bool is_implied(const struct walk *w, uint32_t layer, uint32_t ino)
{
	return le16toh(sgz_inode(&w->m->layers[layer], ino)->flags) &
	       STARGZ_INODE_IMPLIED;
}

/* The part with the smallest next name; of equal names, the topmost part. */
static size_t least(const struct walk *w, size_t first, size_t end)
{
	size_t best = end;

	for (size_t i = first; i < end; i++) {
		const struct part *p = part_at(w, i), *b = part_at(w, best);

		if (p->next == p->end)
			continue;
		if (best == end ||
		    sgz_dirent_cmp(layer_of(w, p), entry_of(w, p),
				   layer_of(w, b), entry_of(w, b)) < 0)
			best = i;
	}
	return best;
}

/*
 * Skip the name of the next entry of part @top in all parts of the parent. With
 * @dir, collect the directories with this name, down to the first layer that
 * hides those below it. The attributes are those of the topmost directory that
 * has an entry, even if it is hidden.
 */
static int pass_name(struct walk *w, size_t top, size_t end, bool dir)
{
	const struct sgz_index *index = layer_of(w, part_at(w, top));
	const struct stargz_dirent *name = entry_of(w, part_at(w, top));
	bool looking = dir;

	for (size_t i = top; i < end; i++) {
		struct part *p = part_at(w, i);
		const struct stargz_dirent *d = entry_of(w, p);
		uint32_t layer = p->layer, ino;
		int ret;

		if (p->next == p->end ||
		    sgz_dirent_cmp(layer_of(w, p), d, index, name))
			continue;
		p->next++;
		ino = le32toh(d->ino);
		if (d->type != S_IFDIR >> 12) {
			dir = false;
			looking = false;
		}
		if (looking) {
			w->like = (struct part){ .layer = layer, .ino = ino };
			looking = is_implied(w, layer, ino);
		}
		if (!dir)
			continue;
		if (sgz_is_opaque(&w->m->layers[layer], ino))
			dir = false;
		ret = add_part(w, layer, ino);
		if (ret)
			return ret;
	}
	return 0;
}

/* Merge the next name of directory @dir, from its part @top. */
static int merge_name(struct walk *w, uint32_t dir, size_t top, size_t end)
{
	const struct part *part = part_at(w, top);
	const struct stargz_dirent *d = entry_of(w, part);
	uint32_t layer = part->layer, ino = le32toh(d->ino), mine;
	bool is_dir = d->type == S_IFDIR >> 12;
	size_t first = w->parts.count;
	int ret;

	ret = pass_name(w, top, end, is_dir);
	if (ret || (!w->m->chain &&
		    sgz_is_whiteout(&w->m->layers[layer], ino)))
		return ret;
	ret = sgz_merge_entry(w->m, dir, layer, d, &mine);
	if (ret || !is_dir)
		return ret;
	sgz_merge_attributes(w->m, mine, w->like.layer, w->like.ino);
	return add_directory(w, first, mine);
}

static int merge_directory(struct walk *w, size_t i)
{
	struct directory dir = ((struct directory *)w->dirs.data)[i];
	size_t end = dir.first + dir.parts, top;
	int ret = 0;

	sgz_merge_open(w->m, dir.ino);
	while (!ret && (top = least(w, dir.first, end)) != end)
		ret = merge_name(w, dir.ino, top, end);
	return ret;
}

static int merge_trees(struct sgz_merge *m)
{
	struct walk w = { .m = m };
	size_t like = m->count - 1;
	int ret;

	while (like && is_implied(&w, like, STARGZ_ROOT_INO))
		like--;
	ret = sgz_merge_root(m, like);
	for (size_t i = m->count; !ret && i-- > 0; ) {
		ret = add_part(&w, i, STARGZ_ROOT_INO);
		if (m->chain || sgz_is_opaque(&m->layers[i], STARGZ_ROOT_INO))
			break;
	}
	if (!ret)
		ret = add_directory(&w, 0, STARGZ_ROOT_INO);
	for (size_t i = 0; !ret && i < w.dirs.count; i++)
		ret = merge_directory(&w, i);
	sgz_vec_free(&w.parts);
	sgz_vec_free(&w.dirs);
	return ret;
}

static int check_layers(const struct sgz_merge *m)
{
	for (size_t i = 0; i < m->count; i++) {
		uint32_t compat = le32toh(m->layers[i].sb.feature_compat);

		if (compat & STARGZ_COMPAT_RAW_VIEW)
			return sgz_fail(m->ctx, -EINVAL,
					"layer %zu was indexed with --raw, so its whiteouts are plain files; index it without --raw",
					i);
		if (i && compat & STARGZ_COMPAT_MERGED)
			return sgz_fail(m->ctx, -EINVAL,
					"layer %zu is a merged index, which has no whiteouts; only the lowest layer can be one",
					i);
	}
	return 0;
}

static int merge(struct sgz_index *index, const struct sgz_context *ctx,
		 const struct sgz_index *layers, size_t count, bool chain)
{
	struct sgz_merge m = {
		.index = index,
		.ctx = ctx,
		.layers = layers,
		.count = count,
		.chain = chain,
	};
	int ret;

	ret = check_layers(&m);
	if (!ret)
		ret = sgz_merge_begin(&m);
	if (!ret)
		ret = merge_trees(&m);
	if (!ret)
		ret = sgz_merge_data(&m);
	sgz_merge_end(&m);
	return ret;
}

int sgz_merge(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count)
{
	return merge(index, ctx, layers, count, false);
}

int sgz_chain(struct sgz_index *index, const struct sgz_context *ctx,
	      const struct sgz_index *layers, size_t count)
{
	return merge(index, ctx, layers, count, true);
}
