/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the source of a mount, and the range of the layer in it.
 */
#ifndef MOUNT_SOURCE_H
#define MOUNT_SOURCE_H

#include "options.h"
#include "range.h"

/**
 * struct source - the source of a mount
 * @path: file or block device, without symbolic links
 * @fd: @path, open for reading
 * @regular: a regular file, not a device
 * @loop: mount it through a loop device
 * @image: starts with a superblock, so it holds its own index
 * @blob_path: file from which this program reads the layer: the source, or the
 *	backing file of a loop device, which may be longer than the device
 * @blob: range of the layer in @blob_path
 * @start: first byte of the layer in the file that the kernel mounts
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
 * source_open() - open the source and detect its kind
 * @src: filled in, except @blob_path, @blob and @start; must be released with
 *	source_close(), also after an error
 * @name: name on the command line
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit source_open(struct source *src, const char *name,
			    const struct mount_options *opt);

/**
 * source_find_blob() - find the range of the layer
 * @src: an open source that is not an image; the call fills in @blob_path,
 *	@blob and @start. If a loop device would cut off data, the call replaces
 *	it by its backing file.
 * @opt: mount options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit source_find_blob(struct source *src,
				 const struct mount_options *opt);

/**
 * source_close() - release a source
 * @src: the source from source_open()
 */
void source_close(struct source *src);

#endif /* MOUNT_SOURCE_H */
