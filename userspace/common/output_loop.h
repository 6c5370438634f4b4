/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files behind loop devices.
 */
#ifndef OUTPUT_LOOP_H
#define OUTPUT_LOOP_H

#include <stdbool.h>
#include <sys/stat.h>

/**
 * output_loop_file() - is a file the one behind a loop device?
 * @device: a block device, which may be a partition of a loop device
 * @file: a regular file
 *
 * Return: true if so, also if other loop devices are in between.
 */
bool output_loop_file(const struct stat *device, const struct stat *file);

#endif /* OUTPUT_LOOP_H */
