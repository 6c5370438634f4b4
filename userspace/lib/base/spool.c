// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The file is in $TMPDIR, or in /var/tmp, which is meant for large files.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/spool.h"

static int spool_failed(const struct sgz_spool *spool)
{
	return sgz_fail(spool->ctx, -errno, "temporary file: %s",
			strerror(errno));
}

int sgz_spool_open(struct sgz_spool *spool, const struct sgz_context *ctx)
{
	const char *dir = getenv("TMPDIR");
	char name[4096];

	spool->ctx = ctx;
	spool->size = 0;
	spool->used = 0;
	if (!dir || !*dir)
		dir = "/var/tmp";
	spool->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd >= 0)
		return 0;
	/* Some file systems do not support O_TMPFILE. */
	snprintf(name, sizeof(name), "%s/stargz.XXXXXX", dir);
	spool->fd = mkostemp(name, O_CLOEXEC);
	if (spool->fd < 0)
		return spool_failed(spool);
	unlink(name);
	return 0;
}

static int write_at(struct sgz_spool *spool, uint64_t at, const char *bytes,
		    size_t len)
{
	while (len) {
		ssize_t n = pwrite(spool->fd, bytes, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return spool_failed(spool);
		bytes += n;
		len -= n;
		at += n;
	}
	return 0;
}

int sgz_spool_flush(struct sgz_spool *spool)
{
	int ret = write_at(spool, spool->size - spool->used, spool->buf,
			   spool->used);

	spool->used = 0;
	return ret;
}

int sgz_spool_add(struct sgz_spool *spool, const void *bytes, size_t len)
{
	while (len) {
		size_t n = sizeof(spool->buf) - spool->used;
		int ret;

		if (n > len)
			n = len;
		memcpy(spool->buf + spool->used, bytes, n);
		spool->used += n;
		spool->size += n;
		bytes = (const char *)bytes + n;
		len -= n;
		ret = spool->used == sizeof(spool->buf) ?
		      sgz_spool_flush(spool) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

int sgz_spool_patch(struct sgz_spool *spool, uint64_t at, const void *bytes,
		    size_t len)
{
	int ret = sgz_spool_flush(spool);

	return ret ? ret : write_at(spool, at, bytes, len);
}

ssize_t sgz_spool_read(struct sgz_spool *spool, uint64_t at, void *buf,
		       size_t len)
{
	int ret = sgz_spool_flush(spool);
	ssize_t n;

	if (ret)
		return ret;
	do {
		n = pread(spool->fd, buf, len, at);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? spool_failed(spool) : n;
}

void sgz_spool_close(struct sgz_spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
}
