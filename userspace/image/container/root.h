/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: paths in the tree of an image, which never lead out of it.
 */
#ifndef IMAGE_ROOT_H
#define IMAGE_ROOT_H

#include <stdio.h>
#include <sys/types.h>

/**
 * root_open() - open a path as a process of the container would
 * @root: the root directory of the image
 * @path: the path
 * @flags: as for open(2); %O_CLOEXEC is implied
 *
 * Return: a descriptor, or a negative errno.
 */
int root_open(int root, const char *path, int flags);

/**
 * root_read() - open a small text file of an image for reading
 * @root: the root directory of the image
 * @path: the file
 *
 * Return: the stream, or NULL if there is no such regular file, or if it is
 * larger than 1 MiB.
 */
FILE *root_read(int root, const char *path);

/**
 * root_make_directory() - make a directory and those that lead to it
 * @root: the root directory of the image
 * @path: the directory
 * @uid: owner of new directories
 * @gid: group of new directories
 *
 * Return: 0 or a negative errno.
 */
int root_make_directory(int root, const char *path, uid_t uid, gid_t gid);

#endif /* IMAGE_ROOT_H */
