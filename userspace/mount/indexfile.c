// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: reading the superblock and the first blob record of an index.
 * These checks only detect a damaged index and one of another layer early; the
 * kernel checks everything.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "indexfile.h"
#include "stargz/digest.h"

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

bool indexfile_describes(int fd, const struct source *src)
{
	struct indexfile index;
	struct stat st;

	return !indexfile_read(fd, &index) && !fstat(fd, &st) &&
	       (uint64_t)st.st_size == index.size && index.blobs == 1 &&
	       le64toh(index.blob.size) == src->blob.size &&
	       le64toh(index.blob.start) == src->start;
}

int indexfile_has_toc(int fd, const char *toc_digest)
{
	uint8_t digest[STARGZ_SHA256_LEN];
	struct indexfile index;
	int ret;

	ret = stargz_sha256_parse(toc_digest, digest);
	if (!ret)
		ret = indexfile_read(fd, &index);
	if (ret)
		return ret;
	if (index.blobs != 1 ||
	    !(le16toh(index.blob.digests) & STARGZ_BLOB_TOC))
		return -ENODATA;
	return !memcmp(index.blob.toc, digest, sizeof(digest));
}

int indexfile_set_start(int fd, uint64_t start)
{
	const size_t field = offsetof(struct stargz_blob, start);
	__le64 value = htole64(start);
	struct indexfile index;
	int ret;

	ret = indexfile_read(fd, &index);
	if (ret)
		return ret;
	if (index.blobs != 1)
		return -EUCLEAN;
	if (pwrite(fd, &value, sizeof(value), index.blob_pos + field) !=
	    sizeof(value))
		return -errno;
	return 0;
}
