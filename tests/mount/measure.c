// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into a program: each file has fs-verity, with a SHA-256 digest whose
 * bytes are all the hexadecimal number $VERITY.
 */
#include <errno.h>
#include <linux/fsverity.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int ioctl(int fd, unsigned long request, ...)
{
	struct fsverity_digest *digest;
	va_list args;

	(void)fd;
	va_start(args, request);
	digest = va_arg(args, struct fsverity_digest *);
	va_end(args);
	if (request != FS_IOC_MEASURE_VERITY || digest->digest_size < 32) {
		errno = ENOTTY;
		return -1;
	}
	digest->digest_algorithm = FS_VERITY_HASH_ALG_SHA256;
	digest->digest_size = 32;
	memset(digest->digest, strtol(getenv("VERITY"), NULL, 16), 32);
	return 0;
}
