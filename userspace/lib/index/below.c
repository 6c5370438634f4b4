// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A stack of layers as one tree. Layers are added from the lowest one up; files
 * that a layer hides lose their name. So each layer is read once, and the cost
 * of a lookup does not depend on the number of layers.
 */
#include <endian.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "index/below.h"
#include "index/overlay.h"
#include "index/records.h"

/* A directory of the new layer, and its number in the tree. */
struct pair {
	uint32_t dir;
	uint32_t ino;
};

/* State while a layer is added. */
struct adding {
	struct sgz_below *below;
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	uint32_t layer;
	struct sgz_vec queue;	/* struct pair */
};

const struct stargz_inode *sgz_below_inode(const struct sgz_below *below,
					   uint32_t layer, uint32_t ino)
{
	return sgz_inode(&below->layers[layer], ino);
}

static uint32_t *find_slot(const struct sgz_below *below, uint32_t dir,
			   const char *name, size_t len)
{
	uint32_t *slots = below->slots.data;
	size_t mask = below->slots.count - 1;
	size_t i = sgz_hash(dir, name, len) & mask;

	for (; slots[i]; i = (i + 1) & mask) {
		const struct sgz_below_name *n =
			sgz_below_name(below, slots[i] - 1);

		if (n->dir == dir && n->name_len == len &&
		    !memcmp(n->name, name, len))
			break;
	}
	return &slots[i];
}

static int grow_slots(struct sgz_below *below)
{
	size_t room = below->slots.count ? 2 * below->slots.count : 1024;

	sgz_vec_free(&below->slots);
	if (!sgz_vec_add(&below->slots, room, sizeof(uint32_t)))
		return -ENOMEM;
	for (uint32_t i = 0; i < below->names.count; i++) {
		const struct sgz_below_name *n = sgz_below_name(below, i);

		*find_slot(below, n->dir, n->name, n->name_len) = i + 1;
	}
	return 0;
}

void sgz_below_find(const struct sgz_below *below, uint32_t dir,
		    const char *name, size_t len,
		    struct sgz_below_found *found)
{
	uint32_t i = below->slots.count ? *find_slot(below, dir, name, len) : 0;

	*found = i ? sgz_below_name(below, i - 1)->found :
		     (struct sgz_below_found){ 0 };
}

/* Find or add a name. Returns its number plus one, 0 if memory is short. */
static uint32_t put_name(struct adding *a, uint32_t dir,
			 const struct stargz_dirent *d)
{
	struct sgz_below *below = a->below;
	const char *name = sgz_name(a->index, d);
	struct sgz_below_name *n;
	uint32_t *slot;

	if (2 * below->names.count >= below->slots.count && grow_slots(below))
		return 0;
	slot = find_slot(below, dir, name, d->name_len);
	if (*slot || below->names.count == UINT32_MAX - 1)
		return *slot;
	n = sgz_vec_add(&below->names, 1, sizeof(*n));
	if (!n)
		return 0;
	n->name = name;
	n->name_len = d->name_len;
	n->dir = dir;
	n->next = sgz_below_dir(below, dir)->names;
	*slot = below->names.count;
	sgz_below_dir(below, dir)->names = *slot;
	return *slot;
}

/*
 * Merge a directory of the layer into @dir, or add it if @dir is 0. Returns its
 * number, 0 if memory is short.
 */
static uint32_t put_dir(struct adding *a, uint32_t dir, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(a->index, ino);
	struct sgz_vec *dirs = &a->below->dirs;
	struct pair *pair = sgz_vec_add(&a->queue, 1, sizeof(*pair));
	bool fresh = !dir;

	if (!pair)
		return 0;
	if (fresh) {
		if (dirs->count == UINT32_MAX - 1 ||
		    !sgz_vec_add(dirs, 1, sizeof(struct sgz_below_dir)))
			return 0;
		dir = dirs->count;
	}
	if (fresh || !(le16toh(inode->flags) & STARGZ_INODE_IMPLIED)) {
		sgz_below_dir(a->below, dir)->layer = a->layer;
		sgz_below_dir(a->below, dir)->ino = ino;
	}
	pair->dir = dir;
	pair->ino = ino;
	return dir;
}

/* Add an entry of the layer to a directory. */
static int add_name(struct adding *a, uint32_t dir, const struct stargz_dirent *d)
{
	uint32_t ino = le32toh(d->ino), layer = a->layer, under = 0, number;
	uint16_t mode = le16toh(sgz_inode(a->index, ino)->mode);
	bool is_dir = S_ISDIR(mode);
	struct sgz_below_found *found;

	number = put_name(a, dir, d);
	if (!number)
		return sgz_nomem(a->ctx);
	found = &sgz_below_name(a->below, number - 1)->found;
	if (sgz_is_whiteout(a->index, ino)) {
		*found = (struct sgz_below_found){ 0 };
		return 0;
	}
	if (is_dir) {
		under = sgz_is_opaque(a->index, ino) ? 0 : found->dir;
		under = put_dir(a, under, ino);
		if (!under)
			return sgz_nomem(a->ctx);
	} else {
		sgz_index_graft(a->index, &layer, &ino);
	}
	*found = (struct sgz_below_found){ mode, layer, ino, under };
	return 0;
}

static int add_dir(struct adding *a, struct pair pair)
{
	const struct stargz_inode *inode = sgz_inode(a->index, pair.ino);
	uint64_t first = le32toh(inode->a), count = le32toh(inode->b);
	int ret = 0;

	for (uint64_t i = first; !ret && i < first + count; i++)
		ret = add_name(a, pair.dir, sgz_dirent(a->index, i));
	return ret;
}

int sgz_below_add(struct sgz_below *below, const struct sgz_context *ctx)
{
	struct adding a = {
		.below = below,
		.ctx = ctx,
		.index = &below->layers[below->count],
		.layer = below->count,
	};
	int ret = 0;

	below->root = put_dir(&a, sgz_is_opaque(a.index, STARGZ_ROOT_INO) ?
					  0 : below->root, STARGZ_ROOT_INO);
	if (!below->root)
		ret = sgz_nomem(ctx);
	for (size_t i = 0; !ret && i < a.queue.count; i++)
		ret = add_dir(&a, ((struct pair *)a.queue.data)[i]);
	sgz_vec_free(&a.queue);
	below->count++;
	return ret;
}

void sgz_below_free(struct sgz_below *below)
{
	sgz_vec_free(&below->dirs);
	sgz_vec_free(&below->names);
	sgz_vec_free(&below->slots);
}
