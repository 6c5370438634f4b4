// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The format is ustar, of POSIX.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tar.h>
#include <unistd.h>

#include "tarfile.h"

#define BLOCK	512

/* Header of a file, in the order of the standard. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[TMAGLEN];
	char version[TVERSLEN];
	char rest[247];
};

static int write_bytes(int fd, const void *bytes, size_t len)
{
	ssize_t n = write(fd, bytes, len);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

int tarfile_add(int fd, const char *path, const char *bytes, size_t len)
{
	static const char zeroes[BLOCK];
	struct header head = { .type = REGTYPE, .magic = TMAGIC };
	const unsigned char *byte = (const void *)&head;
	unsigned int sum = 0;
	int ret;

	memcpy(head.name, path, strnlen(path, sizeof(head.name)));
	memcpy(head.version, TVERSION, TVERSLEN);
	strcpy(head.mode, "0000644");
	strcpy(head.uid, "0000000");
	strcpy(head.gid, "0000000");
	strcpy(head.mtime, "00000000000");
	snprintf(head.size, sizeof(head.size), "%011zo", len);
	memset(head.sum, ' ', sizeof(head.sum));
	for (size_t i = 0; i < sizeof(head); i++)
		sum += byte[i];
	snprintf(head.sum, sizeof(head.sum), "%06o", sum);
	ret = write_bytes(fd, &head, sizeof(head));
	if (!ret)
		ret = write_bytes(fd, bytes, len);
	return ret ? ret : write_bytes(fd, zeroes, -len % BLOCK);
}

int tarfile_end(int fd)
{
	static const char zeroes[2 * BLOCK];

	return write_bytes(fd, zeroes, sizeof(zeroes));
}
