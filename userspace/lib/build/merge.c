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

/*
 * @heap: binary heap of the numbers of the parts of the current directory that
 * have names left, by their next name
 * @same: numbers of the parts whose next name is the current one, topmost first
 * @like: directory of a layer with the attributes of the current directory
 */
struct walk {
	struct sgz_merge *m;
	struct sgz_vec parts;
	struct sgz_vec dirs;
	struct sgz_vec heap;
	struct sgz_vec same;
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

/* Does part @a have the lesser next name, or the same and the higher layer? */
static bool is_before(const struct walk *w, uint32_t a, uint32_t b)
{
	const struct part *pa = part_at(w, a), *pb = part_at(w, b);
	int cmp = sgz_dirent_cmp(layer_of(w, pa), entry_of(w, pa),
				 layer_of(w, pb), entry_of(w, pb));

	return cmp ? cmp < 0 : a < b;
}

/* Add a part to the heap, if it has a name left. */
static int push_part(struct walk *w, uint32_t i)
{
	size_t at = w->heap.count;
	uint32_t *heap;

	if (part_at(w, i)->next == part_at(w, i)->end)
		return 0;
	if (!sgz_vec_add(&w->heap, 1, sizeof(*heap)))
		return sgz_nomem(w->m->ctx);
	heap = w->heap.data;
	for (; at && is_before(w, i, heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = i;
	return 0;
}

/* Remove the part with the least next name, the topmost one if several. */
static uint32_t pop_part(struct walk *w)
{
	uint32_t *heap = w->heap.data, top = heap[0];
	size_t count = --w->heap.count, at = 0, son;
	uint32_t last = heap[count];

	while ((son = 2 * at + 1) < count) {
		if (son + 1 < count && is_before(w, heap[son + 1], heap[son]))
			son++;
		if (!is_before(w, heap[son], last))
			break;
		heap[at] = heap[son];
		at = son;
	}
	heap[at] = last;
	return top;
}

/* Move all parts with the least next name from the heap to @w->same. */
static int pop_name(struct walk *w)
{
	const struct part *first = NULL;

	w->same.count = 0;
	while (w->heap.count) {
		uint32_t i = *(const uint32_t *)w->heap.data, *to;
		const struct part *p = part_at(w, i);

		if (first && sgz_dirent_cmp(layer_of(w, p), entry_of(w, p),
					    layer_of(w, first), entry_of(w, first)))
			break;
		to = sgz_vec_add(&w->same, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(w->m->ctx);
		*to = pop_part(w);
		first = part_at(w, *(const uint32_t *)w->same.data);
	}
	return 0;
}

/*
 * Collect the directories with the current name, down to the first layer that
 * hides those below it. The attributes are those of the topmost directory that
 * has an entry, even if it is hidden.
 */
static int collect_parts(struct walk *w)
{
	const uint32_t *same = w->same.data;
	bool shown = true;

	for (size_t n = 0; n < w->same.count; n++) {
		const struct part *p = part_at(w, same[n]);
		const struct stargz_dirent *d = entry_of(w, p);
		uint32_t layer = p->layer, ino = le32toh(d->ino);
		int ret;

		if (d->type != S_IFDIR >> 12)
			break;
		if (!n || is_implied(w, w->like.layer, w->like.ino))
			w->like = (struct part){ .layer = layer, .ino = ino };
		if (!shown)
			continue;
		shown = !sgz_is_opaque(&w->m->layers[layer], ino);
		ret = add_part(w, layer, ino);
		if (ret)
			return ret;
	}
	return 0;
}

/* Merge the current name of directory @dir. */
static int merge_name(struct walk *w, uint32_t dir)
{
	const struct part *part = part_at(w, *(const uint32_t *)w->same.data);
	const struct stargz_dirent *d = entry_of(w, part);
	uint32_t layer = part->layer, ino = le32toh(d->ino), mine;
	bool is_dir = d->type == S_IFDIR >> 12;
	size_t first = w->parts.count;
	int ret = is_dir ? collect_parts(w) : 0;

	if (ret || (!w->m->chain &&
		    sgz_is_whiteout(&w->m->layers[layer], ino)))
		return ret;
	ret = sgz_merge_entry(w->m, dir, layer, d, &mine);
	if (ret || !is_dir)
		return ret;
	sgz_merge_attributes(w->m, mine, w->like.layer, w->like.ino);
	return add_directory(w, first, mine);
}

/* Advance all parts with the current name to their next name. */
static int next_names(struct walk *w)
{
	const uint32_t *same = w->same.data;
	int ret = 0;

	for (size_t n = 0; !ret && n < w->same.count; n++) {
		part_at(w, same[n])->next++;
		ret = push_part(w, same[n]);
	}
	return ret;
}

static int merge_directory(struct walk *w, size_t i)
{
	struct directory dir = ((struct directory *)w->dirs.data)[i];
	int ret = 0;

	sgz_merge_open(w->m, dir.ino);
	for (size_t n = 0; !ret && n < dir.parts; n++)
		ret = push_part(w, dir.first + n);
	while (!ret && w->heap.count) {
		ret = pop_name(w);
		if (!ret)
			ret = merge_name(w, dir.ino);
		if (!ret)
			ret = next_names(w);
	}
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
	sgz_vec_free(&w.heap);
	sgz_vec_free(&w.same);
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
