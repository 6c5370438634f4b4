// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Whiteouts and opaque directories, in an index that was checked.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "index/overlay.h"
#include "index/records.h"

bool sgz_is_whiteout(const struct sgz_index *index, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(index, ino);
	uint32_t layer = 0;

	/* A graft of a device has no device number. */
	return S_ISCHR(le16toh(inode->mode)) && !inode->a && !inode->b &&
	       !sgz_index_graft(index, &layer, &ino);
}

static bool has_opaque(const struct stargz_xattr_set *set)
{
	static const char opaque[] = "overlay.opaque";
	const char *p = (const char *)(set + 1);

	for (uint32_t left = le32toh(set->count); left; left--) {
		const struct stargz_xattr *attr = (const void *)p;
		size_t len = le32toh(attr->value_len);

		p += sizeof(*attr);
		if (attr->prefix == STARGZ_XATTR_TRUSTED &&
		    attr->name_len == strlen(opaque) &&
		    !memcmp(p, opaque, attr->name_len))
			return len == 1 && p[attr->name_len] == 'y';
		p += (attr->name_len + len + 3) & ~3ul;
	}
	return false;
}

int sgz_opaque_memo(struct sgz_index *index, const struct sgz_context *ctx)
{
	size_t size = index->table[STARGZ_TABLE_XATTRS].count / 4;

	index->opaque = size ? calloc(size, 1) : NULL;
	return size && !index->opaque ? sgz_nomem(ctx) : 0;
}

bool sgz_is_opaque(const struct sgz_index *index, uint32_t ino)
{
	uint32_t id = le32toh(sgz_inode(index, ino)->xattr);
	enum { UNKNOWN, NO, YES } found = UNKNOWN;

	if (!id)
		return false;
	if (index->opaque)
		found = index->opaque[id - 1];
	if (found == UNKNOWN)
		found = has_opaque(sgz_xattr_set(index, id)) ? YES : NO;
	if (index->opaque)
		index->opaque[id - 1] = found;
	return found == YES;
}
