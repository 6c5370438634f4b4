/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The size of a directory, for the progress bar.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stdint.h>

/**
 * scan_directory() - sum of the sizes of the regular files in a directory
 * @path: the directory
 * @one_file_system: do not enter mount points
 *
 * Return: size in bytes, each file counted once; zero if @path is not a
 * directory or cannot be read.
 */
uint64_t scan_directory(const char *path, bool one_file_system);

#endif /* SCAN_H */
