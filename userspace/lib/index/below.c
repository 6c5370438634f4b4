// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Looking names up in a stack of layers. A directory is a list of directories
 * of layers, the topmost first, down to one that is opaque. The list of each
 * directory that was looked at is kept: who asks remembers where.
 */
#include <endian.h>
#include <sys/stat.h>

#include "index/below.h"
#include "index/lookup.h"
#include "index/overlay.h"
#include "index/records.h"

const struct stargz_inode *sgz_below_inode(const struct sgz_below *below,
					   uint32_t layer, uint32_t ino)
{
	return sgz_inode(&below->layers[layer], ino);
}

const struct sgz_below_part *
sgz_below_attributes(const struct sgz_below *below, struct sgz_below_dir dir)
{
	const struct sgz_below_part *part = below->parts.data;

	part += dir.first;
	for (uint32_t left = dir.count; left > 1; left--, part++) {
		const struct stargz_inode *inode =
			sgz_below_inode(below, part->layer, part->ino);

		if (!(le16toh(inode->flags) & STARGZ_INODE_IMPLIED))
			break;
	}
	return part;
}

static int add_part(struct sgz_below *below, const struct sgz_context *ctx,
		    uint32_t layer, uint32_t ino, struct sgz_below_found *found)
{
	struct sgz_below_part *part;

	if (below->parts.count == UINT32_MAX)
		return sgz_fail(ctx, -E2BIG, "too many directories");
	part = sgz_vec_add(&below->parts, 1, sizeof(*part));
	if (!part)
		return sgz_nomem(ctx);
	part->layer = layer;
	part->ino = ino;
	if (!found->dir.count++)
		found->dir.first = below->parts.count - 1;
	return 0;
}

/* Take what a layer has under the name; returns 1 if nothing below it counts. */
static int take(struct sgz_below *below, const struct sgz_context *ctx,
		uint32_t layer, uint32_t ino, struct sgz_below_found *found)
{
	const struct sgz_index *index = &below->layers[layer];
	const struct stargz_inode *inode = sgz_inode(index, ino);
	uint16_t mode = le16toh(inode->mode);
	int ret;

	if (sgz_is_whiteout(index, ino) || (found->mode && !S_ISDIR(mode)))
		return 1;
	if (!found->mode) {
		found->mode = mode;
		found->layer = layer;
		found->ino = ino;
	}
	if (!S_ISDIR(mode)) {
		sgz_index_graft(index, &found->layer, &found->ino);
		return 1;
	}
	ret = add_part(below, ctx, layer, ino, found);
	return ret ? ret : sgz_is_opaque(index, ino);
}

int sgz_below_root(struct sgz_below *below, const struct sgz_context *ctx,
		   struct sgz_below_found *found)
{
	int ret = 0;

	*found = (struct sgz_below_found){ 0 };
	for (size_t i = below->count; !ret && i-- > 0; )
		ret = take(below, ctx, i, STARGZ_ROOT_INO, found);
	return ret < 0 ? ret : 0;
}

int sgz_below_find(struct sgz_below *below, const struct sgz_context *ctx,
		   struct sgz_below_dir dir, const char *name, size_t len,
		   struct sgz_below_found *found)
{
	int ret = 0;

	*found = (struct sgz_below_found){ 0 };
	for (uint32_t i = 0; !ret && i < dir.count; i++) {
		/* A copy: the list may move. */
		struct sgz_below_part part =
			((struct sgz_below_part *)below->parts.data)[dir.first + i];
		uint32_t ino = sgz_find_name(&below->layers[part.layer],
					     part.ino, name, len);

		if (ino)
			ret = take(below, ctx, part.layer, ino, found);
	}
	return ret < 0 ? ret : 0;
}

void sgz_below_free(struct sgz_below *below)
{
	sgz_vec_free(&below->parts);
}
