// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Writing an index sequentially, so that the output may be a pipe. The hash
 * tree is computed before, because the superblock, which comes first, depends
 * on it.
 */
#include <endian.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "index/hash_tree.h"
#include "index/superblock.h"
#include "index/tables.h"
#include "record.h"

/* Receives the bytes of the tables in their order. */
struct receiver {
	const struct sgz_context *ctx;
	int (*take)(struct receiver *r, const void *bytes, size_t len);
	struct sgz_hash_tree tree;
	int fd;
};

static const uint8_t zero[STARGZ_BLOCK_SIZE];

static int to_tree(struct receiver *r, const void *bytes, size_t len)
{
	return sgz_hash_tree_add(&r->tree, r->ctx, bytes, len);
}

static int to_file(struct receiver *r, const void *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(r->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sgz_fail(r->ctx, -errno, "write: %s",
					strerror(errno));
		bytes = (const char *)bytes + n;
		len -= n;
	}
	return 0;
}

/* Pass on all bytes from the end of the superblock to the hash tree. */
static int each_table(const struct sgz_index *index, struct receiver *r)
{
	const struct stargz_super_block *sb = &index->sb;
	uint64_t pos = STARGZ_BLOCK_SIZE;
	int ret = 0;

	for (int i = 0; !ret && i < STARGZ_TABLES; i++) {
		const struct sgz_vec *table = &index->table[i];
		size_t len = table->count * stargz_record_size(i);
		uint64_t start = le64toh(sb->table[i].offset);

		if (!len)
			continue;
		ret = r->take(r, zero, start - pos);
		if (!ret)
			ret = r->take(r, table->data, len);
		pos = start + len;
	}
	return ret ? ret : r->take(r, zero, le64toh(sb->tree_offset) - pos);
}

/* The superblock with its checksum, and the digest of the index. */
static void seal_superblock(struct sgz_index *index, struct sgz_sha256 *sha)
{
	struct stargz_super_block *sb = &index->sb;

	sb->crc32 = 0;
	sb->crc32 = htole32(crc32(0, (const Bytef *)sb, sizeof(*sb)));
	sgz_sha256_add(sha, sb, sizeof(*sb));
	sgz_sha256_zeroes(sha, STARGZ_BLOCK_SIZE - sizeof(*sb));
	sgz_sha256_get(sha, index->sha256);
}

int sgz_index_seal(struct sgz_index *index, const struct sgz_context *ctx)
{
	struct receiver r = { .ctx = ctx, .take = to_tree };
	int ret = sgz_hash_tree_open(&r.tree, ctx);

	if (ret)
		return ret;
	sgz_superblock_place(index);
	sgz_vec_free(&index->tree);
	ret = each_table(index, &r);
	if (!ret)
		ret = sgz_hash_tree_end(&r.tree, ctx, &index->tree,
					index->sb.tree_root);
	if (!ret)
		seal_superblock(index, &r.tree.sha);
	sgz_hash_tree_close(&r.tree);
	return ret;
}

int sgz_index_write(const struct sgz_index *index,
		    const struct sgz_context *ctx, int fd)
{
	struct receiver r = { .ctx = ctx, .take = to_file, .fd = fd };
	int ret = to_file(&r, &index->sb, sizeof(index->sb));

	if (!ret)
		ret = to_file(&r, zero, STARGZ_BLOCK_SIZE - sizeof(index->sb));
	if (!ret)
		ret = each_table(index, &r);
	return ret ? ret : to_file(&r, index->tree.data, index->tree.count);
}
