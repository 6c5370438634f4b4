// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: reading the superblock and the first blob record of an index.
 * These checks only detect a damaged index and one of another layer early; the
 * kernel checks everything.
 */
#include <errno.h>
#include <linux/fsverity.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "indexfile.h"

static int read_at(int fd, void *buf, size_t len, uint64_t pos)
{
	ssize_t n = pread(fd, buf, len, pos);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EUCLEAN;
}

static bool sound(struct stargz_super_block *sb)
{
	uint32_t crc = le32toh(sb->crc32);

	if (le32toh(sb->magic) != STARGZ_SUPER_MAGIC ||
	    le16toh(sb->version) != STARGZ_VERSION ||
	    le16toh(sb->size) != STARGZ_BLOCK_SIZE)
		return false;
	sb->crc32 = 0;
	return crc32(0, (const void *)sb, sizeof(*sb)) == crc;
}

int indexfile_read(int fd, struct indexfile *index)
{
	struct stargz_super_block sb;
	const struct stargz_table *blobs = &sb.table[STARGZ_TABLE_BLOBS];
	int ret;

	ret = read_at(fd, &sb, sizeof(sb), 0);
	if (ret)
		return ret;
	if (!sound(&sb))
		return -EUCLEAN;
	index->size = le64toh(sb.index_size);
	index->data_bytes = le64toh(sb.data_bytes);
	index->features = le32toh(sb.feature_compat);
	index->blobs = le64toh(blobs->count);
	index->blob_pos = le64toh(blobs->offset);
	memset(&index->blob, 0, sizeof(index->blob));
	if (!index->blobs)
		return 0;
	if (index->blob_pos > INT64_MAX - sizeof(index->blob) ||
	    index->blob_pos + sizeof(index->blob) > index->size)
		return -EUCLEAN;
	return read_at(fd, &index->blob, sizeof(index->blob), index->blob_pos);
}

int indexfile_blob(int fd, const struct indexfile *index, uint64_t nr,
		   struct stargz_blob *blob)
{
	if (nr > STARGZ_MAX_BLOBS)
		return -EUCLEAN;
	return read_at(fd, blob, sizeof(*blob),
		       index->blob_pos + nr * sizeof(*blob));
}

/* Does the index record the digest of the layer that the options require? */
static bool has_layer_digest(const struct indexfile *index,
			     const char *layer_digest)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	return !layer_digest ||
	       (!stargz_sha256_parse(layer_digest, digest) &&
		le16toh(index->blob.digests) & STARGZ_BLOB_SHA256 &&
		!memcmp(index->blob.sha256, digest, sizeof(digest)));
}

bool indexfile_describes(int fd, const struct source *src,
			 const struct mount_options *opt)
{
	struct indexfile index;
	struct stat st;

	return !indexfile_read(fd, &index) && !fstat(fd, &st) &&
	       (uint64_t)st.st_size == index.size && index.blobs == 1 &&
	       le64toh(index.blob.size) == src->blob.size &&
	       le64toh(index.blob.start) == src->start &&
	       has_layer_digest(&index, opt->layer_digest) &&
	       (!options_need_digests(opt) ||
		index.features & STARGZ_COMPAT_DIGESTS);
}

int indexfile_blob_digest(int fd, unsigned int which,
			  uint8_t sha256[STARGZ_SHA256_LEN])
{
	struct indexfile index;
	int ret = indexfile_read(fd, &index);

	if (ret)
		return ret;
	if (index.blobs != 1 || !(le16toh(index.blob.digests) & which))
		return -ENODATA;
	memcpy(sha256, which == STARGZ_BLOB_TOC ? index.blob.toc :
						  index.blob.sha256,
	       STARGZ_SHA256_LEN);
	return 0;
}

int indexfile_digest(int fd, uint8_t sha256[STARGZ_SHA256_LEN])
{
	uint8_t block[STARGZ_BLOCK_SIZE];
	struct indexfile index;
	int ret = indexfile_read(fd, &index);

	if (!ret)
		ret = read_at(fd, block, sizeof(block), 0);
	return ret ? ret : stargz_sha256(block, sizeof(block), sha256, NULL);
}

bool indexfile_has_verity(int fd, const uint8_t sha256[STARGZ_SHA256_LEN])
{
	union {
		struct fsverity_digest head;
		uint8_t room[sizeof(struct fsverity_digest) +
			     STARGZ_SHA256_LEN];
	} got = { .head.digest_size = STARGZ_SHA256_LEN };

	return !ioctl(fd, FS_IOC_MEASURE_VERITY, &got) &&
	       got.head.digest_algorithm == FS_VERITY_HASH_ALG_SHA256 &&
	       !memcmp(got.head.digest, sha256, STARGZ_SHA256_LEN);
}
