/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files for the initramfs, whole in memory.
 */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>

#include "exitcode.h"

/**
 * struct file - content of a file
 * @data: bytes, for file_free()
 * @size: number of bytes
 */
struct file {
	unsigned char *data;
	size_t size;
};

/**
 * file_read() - read a file, decompressed if it is compressed
 * @file: zeroes; receives the content
 * @path: its name
 *
 * Return: %EXIT_OK, or another code after a message.
 */
enum exit_code file_read(struct file *file, const char *path);

/** file_free() - release */
void file_free(struct file *file);

#endif /* FILE_H */
