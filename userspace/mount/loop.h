/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: loop devices.
 */
#ifndef MOUNT_LOOP_H
#define MOUNT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct loop_backing - the backing file of a loop device
 * @path: the file
 * @offset: first byte in the file
 * @sizelimit: number of bytes, or zero: up to the end of the file
 */
struct loop_backing {
	char *path;
	uint64_t offset;
	uint64_t sizelimit;
};

/**
 * loop_backing() - find the backing file of a loop device
 * @dev: device number
 * @backing: filled in on success; the caller frees @path
 *
 * Return: true if this is a loop device with a file.
 */
bool loop_backing(dev_t dev, struct loop_backing *backing);

/**
 * loop_attach() - set up a read-only loop device
 * @file: the file, open for reading
 * @path: its name
 * @want: the loop device to use and its offset and size limit; @want->path is
 *	NULL for any free device
 * @device: set to the name of the device
 *
 * The kernel detaches the device when its last user closes it.
 *
 * Return: the open device, or a negative errno after an error message.
 */
int loop_attach(int file, const char *path, const struct loop_backing *want,
		char **device);

#endif /* MOUNT_LOOP_H */
