/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: what the user wants mounted, and where the bytes of the layer
 * in it are.
 */
#ifndef MOUNT_SOURCE_H
#define MOUNT_SOURCE_H

#include "options.h"
#include "range.h"

/**
 * struct source - the thing to mount
 * @path: file or block device, without symbolic links
 * @fd: the same, open for reading
 * @regular: a file, not a device
 * @loop: a loop device has to be put between it and the kernel
 * @image: begins with a superblock, so it carries its own index
 * @blob_path: what the layer is read from here: the source, or the file
 *	behind a loop device, which has also what the device leaves out
 * @blob: the bytes of the layer in it
 * @start: first byte of the layer in what the kernel mounts
 */
struct source {
	char *path;
	int fd;
	bool regular;
	bool loop;
	bool image;
	char *blob_path;
	struct range blob;
	uint64_t start;
};

/**
 * source_open() - open the thing to mount and see what kind it is
 * @src: filled: all but the layer's bytes; to be released by source_close() in
 *	any case
 * @name: as the user wrote it
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit source_open(struct source *src, const char *name,
			    const struct mount_options *opt);

/**
 * source_find_blob() - find the bytes of the layer
 * @src: an open source that is not an image; @blob_path, @blob and @start are
 *	filled. A loop device that would leave out data is replaced by its file.
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit source_find_blob(struct source *src,
				 const struct mount_options *opt);

/**
 * source_close() - release a source
 * @src: what source_open() filled
 */
void source_close(struct source *src);

#endif /* MOUNT_SOURCE_H */
