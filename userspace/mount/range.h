/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: a range of a file or block device.
 */
#ifndef MOUNT_RANGE_H
#define MOUNT_RANGE_H

#include <stddef.h>
#include <stdint.h>

#include "stargz/error.h"

/**
 * struct range - a range of a file
 * @fd: file, open for reading
 * @start: first byte in the file
 * @size: size in bytes
 */
struct range {
	int fd;
	uint64_t start;
	uint64_t size;
};

/**
 * range_open() - set a range of a file
 * @range: filled in
 * @fd: regular file or block device
 * @start: first byte
 * @limit: maximum size in bytes; zero: up to the end of the file
 * @err: filled in on failure
 *
 * Return: 0 or a negative errno.
 */
int range_open(struct range *range, int fd, uint64_t start, uint64_t limit,
	       struct stargz_error *err);

/**
 * range_read() - read exactly @len bytes
 * @range: the range
 * @pos: first byte in it
 * @buf: destination
 * @len: number of bytes; must be within the range
 * @err: filled in on failure
 *
 * Return: 0 or a negative errno.
 */
int range_read(const struct range *range, uint64_t pos, void *buf, size_t len,
	       struct stargz_error *err);

#endif /* MOUNT_RANGE_H */
