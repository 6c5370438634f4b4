// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading a blob by position; the file offset of the descriptor is not used. A
 * pipe can only be read in sequence, so its head is kept in memory to be read
 * again.
 */
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"

/* Bytes to read at once only for a digest. */
#define STEP		(256u << 10)

static int file_size(const struct sgz_context *ctx, int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return sgz_fail(ctx, -errno, "%s", strerror(errno));
	if (S_ISREG(st.st_mode)) {
		*size = st.st_size;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return sgz_fail(ctx, -EINVAL,
				"not a regular file or block device");
	if (ioctl(fd, BLKGETSIZE64, size))
		return sgz_fail(ctx, -errno, "size of device: %s",
				strerror(errno));
	return 0;
}

static ssize_t read_failed(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -errno, "read: %s", strerror(errno));
}

/* Read the next bytes of a pipe. Returns their number, or 0 at the end. */
static ssize_t read_pipe(struct sgz_blob *blob, const struct sgz_context *ctx,
			 void *buf, size_t len)
{
	ssize_t n;

	if (len > blob->size - blob->at)
		len = blob->size - blob->at;
	do {
		n = read(blob->fd, buf, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return read_failed(ctx);
	blob->at += n;
	if (!n)
		blob->size = blob->at;
	return n;
}

/* Read the head of the blob; it is shorter if the blob is. */
static int read_head(struct sgz_blob *blob, const struct sgz_context *ctx)
{
	ssize_t n = 1;

	if (!blob->pipe) {
		blob->head_len = blob->size < SGZ_BLOB_HEAD ? blob->size :
							      SGZ_BLOB_HEAD;
		return sgz_blob_read(blob, ctx, 0, blob->head, blob->head_len);
	}
	while (n > 0 && blob->head_len < SGZ_BLOB_HEAD) {
		n = read_pipe(blob, ctx, blob->head + blob->head_len,
			      SGZ_BLOB_HEAD - blob->head_len);
		if (n > 0)
			blob->head_len += n;
	}
	return n < 0 ? n : 0;
}

static int open_pipe(struct sgz_blob *blob, const struct sgz_context *ctx,
		     uint64_t start, uint64_t size)
{
	if (start)
		return sgz_fail(ctx, -EINVAL,
				"an offset is not possible with a pipe");
	blob->pipe = true;
	blob->size = size ? size : INT64_MAX;
	return 0;
}

static int open_file(struct sgz_blob *blob, const struct sgz_context *ctx,
		     uint64_t start, uint64_t size)
{
	uint64_t total;
	int ret;

	ret = file_size(ctx, blob->fd, &total);
	if (ret)
		return ret;
	if (start > total || size > total - start)
		return sgz_fail(ctx, -EUCLEAN,
				"offset %llu and size %llu are outside the file, which has %llu bytes",
				(unsigned long long)start,
				(unsigned long long)size,
				(unsigned long long)total);
	blob->start = start;
	blob->size = size ? size : total - start;
	return 0;
}

int sgz_blob_open(struct sgz_blob *blob, const struct sgz_context *ctx, int fd,
		  uint64_t start, uint64_t size)
{
	struct stat st;
	int ret;

	*blob = (struct sgz_blob){ .fd = fd };
	if (fstat(fd, &st))
		return read_failed(ctx);
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		ret = open_pipe(blob, ctx, start, size);
	else
		ret = open_file(blob, ctx, start, size);
	return ret ? ret : read_head(blob, ctx);
}

static ssize_t read_some(struct sgz_blob *blob, const struct sgz_context *ctx,
			 uint64_t pos, void *buf, size_t len)
{
	int ret;

	if (pos < blob->head_len) {
		if (len > blob->head_len - pos)
			len = blob->head_len - pos;
		memcpy(buf, blob->head + pos, len);
		return len;
	}
	if (blob->pipe)
		return read_pipe(blob, ctx, buf, len);
	if (len > blob->size - pos)
		len = blob->size - pos;
	ret = sgz_blob_read(blob, ctx, pos, buf, len);
	return ret ? ret : (ssize_t)len;
}

ssize_t sgz_blob_some(struct sgz_blob *blob, const struct sgz_context *ctx,
		      uint64_t pos, void *buf, size_t len)
{
	ssize_t n = read_some(blob, ctx, pos, buf, len);
	uint64_t known = blob->hashed - pos;

	if (n <= 0 || !blob->sha || pos > blob->hashed || known >= (size_t)n)
		return n;
	sgz_sha256_add(blob->sha, (char *)buf + known, n - known);
	blob->hashed += n - known;
	return n;
}

int sgz_blob_digest(struct sgz_blob *blob, const struct sgz_context *ctx,
		    uint8_t digest[STARGZ_SHA256_LEN])
{
	char *buf = malloc(STEP);
	ssize_t n = 1;

	if (!buf)
		return sgz_nomem(ctx);
	while (n > 0 && blob->hashed < blob->size) {
		n = sgz_blob_some(blob, ctx, blob->hashed, buf, STEP);
		sgz_progress(ctx, blob->hashed, blob->size);
	}
	free(buf);
	if (n < 0)
		return n;
	sgz_sha256_get(blob->sha, digest);
	blob->sha = NULL;
	return 0;
}

int sgz_blob_read(const struct sgz_blob *blob, const struct sgz_context *ctx,
		  uint64_t pos, void *buf, size_t len)
{
	if (blob->pipe)
		return sgz_fail(ctx, -EINVAL,
				"this kind of layer cannot be read from a pipe; save it to a file");
	if (pos > blob->size || len > blob->size - pos)
		return sgz_fail(ctx, -EUCLEAN, "read beyond the end of the blob");
	while (len) {
		ssize_t n = pread(blob->fd, buf, len, blob->start + pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return read_failed(ctx);
		if (!n)
			return sgz_fail(ctx, -EIO,
					"the file was truncated while it was read");
		pos += n;
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}
