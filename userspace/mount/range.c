// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "range.h"

static int file_size(int fd, uint64_t *size, struct stargz_error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_set(err, -errno, "%s", strerror(errno));
	*size = st.st_size;
	if (S_ISREG(st.st_mode))
		return 0;
	if (!S_ISBLK(st.st_mode))
		return error_set(err, -EINVAL,
				 "not a regular file or block device");
	if (ioctl(fd, BLKGETSIZE64, size))
		return error_set(err, -errno, "size of device: %s",
				 strerror(errno));
	return 0;
}

int range_open(struct range *range, int fd, uint64_t start, uint64_t limit,
	       struct stargz_error *err)
{
	uint64_t size;
	int ret = file_size(fd, &size, err);

	if (ret)
		return ret;
	if (start > size)
		return error_set(err, -EUCLEAN,
				 "offset %llu is outside the file, which has %llu bytes",
				 (unsigned long long)start,
				 (unsigned long long)size);
	*range = (struct range){ fd, start, size - start };
	if (limit && limit < range->size)
		range->size = limit;
	return 0;
}

int range_read(const struct range *range, uint64_t pos, void *buf, size_t len,
	       struct stargz_error *err)
{
	while (len) {
		ssize_t n = pread(range->fd, buf, len, range->start + pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, -errno, "read: %s",
					 strerror(errno));
		if (!n)
			return error_set(err, -EIO,
					 "the file became shorter while it was read");
		pos += n;
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}
