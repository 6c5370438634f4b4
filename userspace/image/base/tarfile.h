/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: a small tar of documents, for programs that read an archive.
 */
#ifndef IMAGE_TARFILE_H
#define IMAGE_TARFILE_H

#include <stddef.h>

/**
 * tarfile_add() - append a file
 * @fd: the tar
 * @path: name of the file, at most 100 bytes
 * @bytes: its content
 * @len: size of the content in bytes, less than 8 GiB
 *
 * Return: 0 or a negative errno.
 */
int tarfile_add(int fd, const char *path, const char *bytes, size_t len);

/** tarfile_end() - append the end; returns 0 or a negative errno */
int tarfile_end(int fd);

#endif /* IMAGE_TARFILE_H */
