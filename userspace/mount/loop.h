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
 * struct loop_backing - what a loop device shows
 * @path: the file
 * @offset: first byte of it that the device shows
 * @sizelimit: bytes of it, or zero: up to its end
 */
struct loop_backing {
	char *path;
	uint64_t offset;
	uint64_t sizelimit;
};

/**
 * loop_backing() - find the file behind a loop device
 * @dev: device number
 * @backing: filled on success
 *
 * Return: is this a loop device with a file?
 */
bool loop_backing(dev_t dev, struct loop_backing *backing);

/**
 * loop_attach() - show a file as a read-only loop device
 * @file: the file, open for reading
 * @path: its name
 * @want: the loop device to use and its offset and size limit; @want->path is
 *	NULL for any free device
 * @device: set to the name of the device
 *
 * The device goes away by itself when the last user closes it.
 *
 * Return: the open device, or a negative errno after an error message.
 */
int loop_attach(int file, const char *path, const struct loop_backing *want,
		char **device);

#endif /* MOUNT_LOOP_H */
