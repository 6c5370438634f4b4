/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much there is to do, for the progress bar.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stdint.h>

/**
 * scan_directory() - add up the sizes of the regular files in a directory
 * @path: the directory
 * @one_file_system: do not enter what is mounted below it
 *
 * Return: bytes; of a file with several hard links once. Zero if @path is no
 * directory, or cannot be read.
 */
uint64_t scan_directory(const char *path, bool one_file_system);

#endif /* SCAN_H */
