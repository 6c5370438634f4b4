// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading a blob by position; the file's own position is never used.
 */
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob.h"

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

int sgz_blob_open(struct sgz_blob *blob, const struct sgz_context *ctx, int fd,
		  uint64_t start, uint64_t size)
{
	uint64_t total;
	int ret;

	ret = file_size(ctx, fd, &total);
	if (ret)
		return ret;
	if (start > total || size > total - start)
		return sgz_fail(ctx, -EUCLEAN,
				"offset %llu and size %llu are outside the file, which has %llu bytes",
				(unsigned long long)start,
				(unsigned long long)size,
				(unsigned long long)total);
	blob->fd = fd;
	blob->start = start;
	blob->size = size ? size : total - start;
	return 0;
}

int sgz_blob_read(const struct sgz_blob *blob, const struct sgz_context *ctx,
		  uint64_t pos, void *buf, size_t len)
{
	if (pos > blob->size || len > blob->size - pos)
		return sgz_fail(ctx, -EUCLEAN, "read beyond the end of the blob");
	while (len) {
		ssize_t n = pread(blob->fd, buf, len, blob->start + pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sgz_fail(ctx, -errno, "read: %s",
					strerror(errno));
		if (!n)
			return sgz_fail(ctx, -EIO,
					"the file became shorter while it was read");
		pos += n;
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}
