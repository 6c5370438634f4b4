/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the files of a store. Each one appears complete or not at all. The
 * functions leave alone what is there already, and count what they change.
 */
#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Names of files that are being written begin with this. */
#define FILES_TEMP	".stargz-"

/**
 * files_read() - read a small file
 * @path: its name
 * @len: set to its size in bytes, or NULL
 *
 * Return: its bytes and a NUL in new memory; or NULL with errno set, %EFBIG for
 * more than 64 MiB.
 */
char *files_read(const char *path, size_t *len);

/**
 * files_keep() - have a file with a content
 * @path: its name
 * @bytes: the content
 * @len: size of the content in bytes
 * @changes: counts the file if it is written
 *
 * Return: 0, or a negative errno after an error message.
 */
int files_keep(const char *path, const char *bytes, size_t len,
	       unsigned int *changes);

/**
 * files_keep_link() - have a symbolic link
 * @path: its name
 * @target: where it leads
 * @changes: counts the link if it is made
 *
 * Return: 0, or a negative errno after an error message.
 */
int files_keep_link(const char *path, const char *target,
		    unsigned int *changes);

/**
 * files_keep_directory() - have a directory
 * @path: its name
 * @mode: permissions of a new one
 * @changes: counts the directory if it is made
 *
 * Return: 0, or a negative errno after an error message.
 */
int files_keep_directory(const char *path, mode_t mode, unsigned int *changes);

/**
 * files_copy() - copy an open file
 * @path: name of the copy
 * @fd: the file
 *
 * Return: 0, or a negative errno after an error message.
 */
int files_copy(const char *path, int fd);

/**
 * files_remove() - remove a file or link
 * @path: its name
 *
 * Return: 0, also if it is missing, or a negative errno after an error message.
 */
int files_remove(const char *path);

/**
 * files_remove_tree() - remove a directory and what is in it
 * @path: its name
 *
 * Other processes may remove files of it at the same time. It does not enter other
 * file systems.
 *
 * Return: 0, also if it is missing, or a negative errno without a message: %EBUSY
 * for a mount point.
 */
int files_remove_tree(const char *path);

/**
 * files_collect() - remove files that a killed program was writing
 * @folder: their directory
 * @tell: name them
 *
 * Return: 0, or a negative errno after an error message.
 */
int files_collect(const char *folder, bool tell);

#endif /* IMAGE_FILES_H */
