// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Finding the extent of a position in a file, and reading across extents.
 */
#include "content/file.h"
#include "index/records.h"

void sgz_file_run(const struct sgz_index *index, uint32_t ino, uint64_t pos,
		  struct sgz_run *run)
{
	const struct stargz_inode *inode = sgz_inode(index, ino);
	uint64_t first = le32toh(inode->a), low, high;
	const struct stargz_extent *e;

	run->pos = pos;
	run->len = le64toh(inode->size) - pos;
	run->span = le32toh(inode->a);
	run->offset = le32toh(inode->b) + pos;
	if (le16toh(inode->flags) & STARGZ_INODE_INLINE)
		return;
	/* Find the last extent that starts at or before @pos. */
	low = first;
	high = first + le32toh(inode->b);
	while (high - low > 1) {
		uint64_t mid = low + (high - low) / 2;

		if (le64toh(sgz_extent(index, mid)->pos) <= pos)
			low = mid;
		else
			high = mid;
	}
	e = sgz_extent(index, low);
	if (low + 1 < first + le32toh(inode->b))
		run->len = le64toh(e[1].pos) - pos;
	run->span = le32toh(e->span);
	run->offset = le32toh(e->offset) + pos - le64toh(e->pos);
}

int sgz_file_read(struct sgz_spanread *r, uint32_t ino, uint64_t pos,
		  void *buf, size_t len)
{
	while (len) {
		struct sgz_run run;
		size_t n;
		int ret = 0;

		sgz_file_run(r->index, ino, pos, &run);
		n = run.len < len ? run.len : len;
		if (run.span == STARGZ_NO_SPAN)
			memset(buf, 0, n);
		else
			ret = sgz_spanread_bytes(r, run.span, run.offset,
						 buf, n);
		if (ret)
			return ret;
		buf = (char *)buf + n;
		pos += n;
		len -= n;
	}
	return 0;
}
