/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Detecting data on a device before it is overwritten.
 */
#ifndef OUTPUT_DEVICE_H
#define OUTPUT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * output_device_holds() - does a block device hold data?
 * @fd: the device, open for reading
 * @why: receives a message that names the data and --force
 * @size: size of @why in bytes
 *
 * libblkid looks for signatures of file systems, RAID members, swap space and
 * partition tables. Without libblkid, a device counts as empty if its first and
 * last 64 KiB, where most signatures are, contain only zeroes.
 *
 * Return: true if so, or if detection failed.
 */
bool output_device_holds(int fd, char *why, size_t size);

#endif /* OUTPUT_DEVICE_H */
