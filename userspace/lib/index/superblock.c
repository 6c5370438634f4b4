// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Positions of the tables and of the hash tree, and the UUID.
 */
#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "index/superblock.h"
#include "record.h"
#include "stargz/version.h"

static const char creator[] = "libstargz " STARGZ_TOOLS_VERSION;
static_assert(sizeof(creator) - 1 <= STARGZ_CREATOR_SIZE);

static uint64_t align_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* The UUID is the start of a digest, except its version and variant bits. */
static void take_uuid(struct sgz_index *index, struct sgz_sha256 *sha)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	sgz_sha256_get(sha, digest);
	sgz_sha256_close(sha);
	digest[6] = (digest[6] & 0x0f) | 0x80;
	digest[8] = (digest[8] & 0x3f) | 0x80;
	memcpy(index->sb.uuid, digest, sizeof(index->sb.uuid));
}

/*
 * Tables that do not identify the tree: the blobs, whose size is part of the
 * UUID, and what an index may have or not. So the UUID of a layer is the same
 * with and without digests, and with any label, properties and prefetch list.
 */
static const bool not_identity[STARGZ_TABLES] = {
	[STARGZ_TABLE_BLOBS] = true,
	[STARGZ_TABLE_DIGESTS] = true,
	[STARGZ_TABLE_DIGEST_STARTS] = true,
	[STARGZ_TABLE_PREFETCH] = true,
	[STARGZ_TABLE_PROPERTIES] = true,
};

/*
 * Identify the tree by the digest of the table of contents of the blob, or else
 * by that of the tables that describe it.
 */
static void identify(const struct sgz_index *index, const struct sgz_toc *toc,
		     struct sgz_sha256 *sha, uint8_t digest[STARGZ_SHA256_LEN])
{
	if (toc->has_digest) {
		memcpy(digest, toc->sha256, STARGZ_SHA256_LEN);
		return;
	}
	for (int i = 0; i < STARGZ_TABLES; i++)
		if (!not_identity[i] && index->table[i].count)
			sgz_sha256_add(sha, index->table[i].data,
				       index->table[i].count *
				       stargz_record_size(i));
	sgz_sha256_get(sha, digest);
}

/*
 * The UUID is the start of the SHA-256 of one line of text, so that it can be
 * recomputed:
 *
 *	stargz VERSION VIEW SIZE DIGEST\n
 *
 * VERSION of the index format, VIEW "overlay" or "raw", SIZE of the blob in
 * bytes, DIGEST in hexadecimal. The variant and version bits are those of RFC
 * 9562, version 8 ("custom").
 */
static int make_uuid(struct sgz_index *index, const struct sgz_context *ctx,
		     const struct sgz_tree *tree)
{
	const struct stargz_blob *blob = index->table[STARGZ_TABLE_BLOBS].data;
	uint8_t digest[STARGZ_SHA256_LEN];
	struct sgz_sha256 sha;
	char text[160];
	int ret, len;

	ret = sgz_sha256_open(&sha, ctx);
	if (ret)
		return ret;
	identify(index, tree->toc, &sha, digest);
	len = snprintf(text, sizeof(text), "stargz %d %s %" PRIu64 " %s\n",
		       STARGZ_VERSION, tree->raw ? "raw" : "overlay",
		       le64toh(blob->size), sgz_sha256_hex(digest).text);
	sgz_sha256_add(&sha, text, len);
	take_uuid(index, &sha);
	return 0;
}

void sgz_superblock_place(struct sgz_index *index)
{
	struct stargz_super_block *sb = &index->sb;
	uint64_t pos = STARGZ_BLOCK_SIZE;
	struct stargz_tree_shape shape;

	sb->magic = htole32(STARGZ_SUPER_MAGIC);
	sb->version = htole16(STARGZ_VERSION);
	sb->size = htole16(STARGZ_BLOCK_SIZE);
	memset(sb->table, 0, sizeof(sb->table));
	for (int i = 0; i < STARGZ_TABLES; i++) {
		uint64_t count = index->table[i].count;

		if (!count)
			continue;
		sb->table[i].offset = htole64(pos);
		sb->table[i].count = htole64(count);
		pos = align_up(pos + count * stargz_record_size(i),
			       STARGZ_TABLE_ALIGN);
	}
	pos = align_up(pos, STARGZ_BLOCK_SIZE);
	stargz_tree_shape(pos, &shape);
	sb->tree_offset = htole64(pos);
	sb->index_size = htole64(shape.end * STARGZ_BLOCK_SIZE);
	memset(sb->creator, 0, sizeof(sb->creator));
	memcpy(sb->creator, creator, sizeof(creator) - 1);
}

int sgz_superblock_fill(struct sgz_index *index, const struct sgz_context *ctx,
			const struct sgz_tree *tree, uint64_t data_bytes)
{
	if (tree->raw)
		index->sb.feature_compat |= htole32(STARGZ_COMPAT_RAW_VIEW);
	index->sb.data_bytes = htole64(data_bytes);
	return make_uuid(index, ctx, tree);
}

/*
 * The UUID of a merged index is computed in the same way from the line
 *
 *	stargz VERSION merged UUID UUID ...\n
 *
 * with the UUIDs of the layers, lowest first, each as 32 hexadecimal digits.
 *
 * For the index of a layer with layers below it, "chained" replaces "merged",
 * and the UUIDs are that of the chained index of the next lower layer, which
 * stands for all below it, and that of the layer alone.
 */
static int make_layers_uuid(struct sgz_index *index,
			    const struct sgz_context *ctx,
			    const struct sgz_index *layers, size_t count,
			    const char *how)
{
	struct sgz_sha256 sha;
	char text[40];
	int ret, len;

	ret = sgz_sha256_open(&sha, ctx);
	if (ret)
		return ret;
	len = snprintf(text, sizeof(text), "stargz %d %s", STARGZ_VERSION, how);
	sgz_sha256_add(&sha, text, len);
	for (size_t i = 0; i < count; i++) {
		sgz_sha256_add(&sha, " ", 1);
		for (int k = 0; k < 16; k++) {
			len = snprintf(text, sizeof(text), "%02x",
				       layers[i].sb.uuid[k]);
			sgz_sha256_add(&sha, text, len);
		}
	}
	sgz_sha256_add(&sha, "\n", 1);
	take_uuid(index, &sha);
	return 0;
}

int sgz_superblock_chained(struct sgz_index *layers,
			   const struct sgz_context *ctx, size_t count)
{
	size_t used = count < 2 ? count : 2;
	struct sgz_index *index = &layers[count - 1];

	return make_layers_uuid(index, ctx, index + 1 - used, used, "chained");
}

int sgz_superblock_merged(struct sgz_index *index,
			  const struct sgz_context *ctx,
			  const struct sgz_index *layers, size_t count,
			  bool chain, uint64_t data_bytes)
{
	index->sb.feature_compat |= htole32(chain ? STARGZ_COMPAT_CHAINED :
						   STARGZ_COMPAT_MERGED);
	index->sb.data_bytes = htole64(data_bytes);
	if (!chain)
		return make_layers_uuid(index, ctx, layers, count, "merged");
	memcpy(index->sb.uuid, layers[count - 1].sb.uuid,
	       sizeof(index->sb.uuid));
	return 0;
}
