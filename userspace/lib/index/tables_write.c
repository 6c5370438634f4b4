// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Writing an index sequentially, so that the output may be a pipe.
 */
#include <endian.h>
#include <string.h>
#include <unistd.h>

#include "index/tables.h"
#include "record.h"

static int write_all(const struct sgz_context *ctx, int fd, const void *buf,
		     size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sgz_fail(ctx, -errno, "write: %s",
					strerror(errno));
		buf = (const char *)buf + n;
		len -= n;
	}
	return 0;
}

/* Write zeroes up to a position: the padding after a table. */
static int pad(const struct sgz_context *ctx, int fd, uint64_t *pos,
	       uint64_t to)
{
	static const char zero[STARGZ_INDEX_ALIGN];
	int ret = write_all(ctx, fd, zero, to - *pos);

	*pos = to;
	return ret;
}

int sgz_index_write(const struct sgz_index *index,
		    const struct sgz_context *ctx, int fd)
{
	const struct stargz_super_block *sb = &index->sb;
	uint64_t pos = sizeof(*sb);
	int ret;

	ret = write_all(ctx, fd, sb, sizeof(*sb));
	for (int i = 0; !ret && i < STARGZ_TABLES; i++) {
		const struct sgz_vec *table = &index->table[i];
		size_t len = table->count * stargz_record_size(i);

		if (!len)
			continue;
		ret = pad(ctx, fd, &pos, le64toh(sb->table[i].offset));
		if (!ret)
			ret = write_all(ctx, fd, table->data, len);
		pos += len;
	}
	return ret ? ret : pad(ctx, fd, &pos, le64toh(sb->index_size));
}
