// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Whiteouts and opaque directories, in an index that was checked.
 */
#include <endian.h>
#include <string.h>
#include <sys/stat.h>

#include "index/overlay.h"
#include "index/records.h"

bool sgz_is_whiteout(const struct sgz_index *index, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(index, ino);
	uint32_t layer = 0;

	/* The number of a device below is not known here. */
	return S_ISCHR(le16toh(inode->mode)) && !inode->a && !inode->b &&
	       !sgz_index_graft(index, &layer, &ino);
}

bool sgz_is_opaque(const struct sgz_index *index, uint32_t ino)
{
	static const char opaque[] = "overlay.opaque";
	uint32_t id = le32toh(sgz_inode(index, ino)->xattr);
	const struct stargz_xattr_set *set;
	const char *p;

	if (!id)
		return false;
	set = sgz_xattr_set(index, id);
	p = (const char *)(set + 1);
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
