/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a device that is to be overwritten.
 */
#ifndef OUTPUT_DEVICE_H
#define OUTPUT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * output_device_holds() - does a block device hold something?
 * @fd: the device, open for reading
 * @why: gets what it holds, as a message that names --force
 * @size: bytes of @why
 *
 * libblkid looks for signatures of file systems, RAID members, swap space and
 * partition tables. Without libblkid a device counts as empty if the places where
 * most of them are, its first and last 64 KiB, are zeroes.
 *
 * Return: true if so, or if that cannot be found out.
 */
bool output_device_holds(int fd, char *why, size_t size);

#endif /* OUTPUT_DEVICE_H */
