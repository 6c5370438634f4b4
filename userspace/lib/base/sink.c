// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Sequential writing to a file or pipe.
 */
#include <string.h>
#include <unistd.h>

#include "base/sink.h"

int sgz_sink_open(struct sgz_sink *sink, const struct sgz_context *ctx, int fd,
		  bool hash)
{
	sink->ctx = ctx;
	sink->fd = fd;
	sink->pos = 0;
	sink->failed = false;
	sink->sha.md = NULL;
	return hash ? sgz_sha256_open(&sink->sha, ctx) : 0;
}

int sgz_sink_write(struct sgz_sink *sink, const void *bytes, size_t len)
{
	const char *p = bytes;

	if (sink->sha.md)
		sgz_sha256_add(&sink->sha, bytes, len);
	while (len) {
		ssize_t n = write(sink->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			sink->failed = true;
			return sgz_fail(sink->ctx, -errno, "write: %s",
					strerror(errno));
		}
		p += n;
		len -= n;
		sink->pos += n;
	}
	return 0;
}

void sgz_sink_close(struct sgz_sink *sink)
{
	if (sink->sha.md)
		sgz_sha256_close(&sink->sha);
}
