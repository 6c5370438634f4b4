// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Making a device image. The index comes first, because its position must not
 * depend on the end of a disk, which may be padded or cut to whole sectors.
 */
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build/device_image.h"
#include "index/superblock.h"

/* Number of bytes to copy between two reports of progress. */
#define COPY_STEP	(8u << 20)

static uint64_t align_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

/* Set the position of each blob; returns the end of the last one. */
static uint64_t place_blobs(struct sgz_index *index)
{
	struct stargz_blob *blob = index->table[STARGZ_TABLE_BLOBS].data;
	uint64_t pos;

	sgz_superblock_place(index);
	pos = le64toh(index->sb.index_size);
	for (size_t i = 0; i < index->table[STARGZ_TABLE_BLOBS].count; i++) {
		pos = align_up(pos, SGZ_DEVICE_ALIGN);
		blob[i].source = 0;
		blob[i].start = htole64(pos);
		pos += le64toh(blob[i].size);
	}
	return pos;
}

static int copy_bytes(const struct sgz_context *ctx,
		      const struct sgz_blob *blob, uint64_t from, int out,
		      uint64_t to, size_t len)
{
	char *buf = malloc(len);
	int ret;

	if (!buf)
		return sgz_nomem(ctx);
	ret = sgz_blob_read(blob, ctx, from, buf, len);
	for (size_t done = 0; !ret && done < len; ) {
		ssize_t n = pwrite(out, buf + done, len - done, to + done);

		if (n >= 0)
			done += n;
		else if (errno != EINTR)
			ret = sgz_fail(ctx, -errno, "write: %s",
				       strerror(errno));
	}
	free(buf);
	return ret;
}

/* Let the kernel copy or share bytes; returns their number, 0 on failure. */
static uint64_t copy_shared(const struct sgz_blob *blob, uint64_t from, int out,
			    uint64_t to, size_t len)
{
	loff_t in_pos = blob->start + from, out_pos = to;
	ssize_t n = copy_file_range(blob->fd, &in_pos, out, &out_pos, len, 0);

	return n > 0 ? n : 0;
}

static int copy_blob(const struct sgz_context *ctx,
		     const struct sgz_blob *blob, int out, uint64_t to,
		     uint64_t end)
{
	uint64_t done = 0;

	while (done < blob->size) {
		uint64_t left = blob->size - done;
		size_t len = left < COPY_STEP ? left : COPY_STEP;
		uint64_t n = copy_shared(blob, done, out, to + done, len);

		if (!n) {
			int ret = copy_bytes(ctx, blob, done, out, to + done,
					     len);

			if (ret)
				return ret;
			n = len;
		}
		done += n;
		sgz_progress(ctx, to + done, end);
	}
	return 0;
}

int sgz_device_write(struct sgz_index *index, const struct sgz_context *ctx,
		     uint64_t align,
		     const struct sgz_blob *blobs, int out)
{
	const struct stargz_blob *blob = index->table[STARGZ_TABLE_BLOBS].data;
	size_t count = index->table[STARGZ_TABLE_BLOBS].count;
	uint64_t end = place_blobs(index);
	struct stat st;
	int ret;

	if (fstat(out, &st) || !S_ISREG(st.st_mode) ||
	    lseek(out, 0, SEEK_CUR) || fcntl(out, F_GETFL) & O_APPEND)
		return sgz_fail(ctx, -EINVAL,
				"the output of a device image must be a regular file, written from its start");
	ret = sgz_index_seal(index, ctx);
	if (!ret)
		ret = sgz_index_write(index, ctx, out);
	for (size_t i = 0; !ret && i < count; i++)
		ret = copy_blob(ctx, &blobs[i], out, le64toh(blob[i].start),
				end);
	if (!ret && ftruncate(out, align_up(end, align ? align : SGZ_DEVICE_ALIGN)))
		ret = sgz_fail(ctx, -errno, "write: %s", strerror(errno));
	return ret;
}
