/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz, stargz-image: the indexes of the layers of an image.
 *
 * An index of the cache stands for the digests of a layer and of all layers
 * below it. It may therefore be used with another file than that from which it
 * was made. The digest of a file is compared when its index is made, or before
 * an index of the cache is used with it. The cache remembers the identity of
 * the file.
 */
#ifndef MOUNT_IMAGE_H
#define MOUNT_IMAGE_H

#include "index.h"
#include "options.h"
#include "stargz/image.h"
#include "stargz/index.h"

/**
 * struct image_layer - a layer of an image
 * @fd: its file, open for reading
 * @info: facts about it
 * @key: name of its index in the cache, which stands for it and the layers below
 * @index: its index, unless only that of all layers is wanted; @fd is -1 then
 */
struct image_layer {
	int fd;
	struct stargz_image_layer info;
	char key[STARGZ_SHA256_HEX];
	struct index index;
};

/**
 * struct image - an image, with its indexes
 * @name: its name, for messages
 * @image: handle of the library
 * @limit: use only so many layers, the lowest ones; zero: all
 * @one_file: all layers are in one file
 * @cached: the indexes are in the cache
 * @layers: the layers, lowest first
 * @count: number of layers
 * @merged: index of all layers as one tree, if it is wanted; else @fd is -1
 * @quiet: no warning about irregularities of layers
 * @progress: called with the bytes done and the total; or NULL
 * @data: passed to @progress
 */
struct image {
	const char *name;
	const struct stargz_image *image;
	size_t limit;
	bool one_file;
	bool cached;
	struct image_layer *layers;
	size_t count;
	struct index merged;
	bool quiet;
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/**
 * image_threads() - number of threads that may work on an image
 *
 * Return: the number of CPUs of the process.
 */
unsigned int image_threads(void);

/**
 * image_open_layers() - open the files of all layers
 * @img: @name, @image, @limit, @quiet, @progress and @data are set; the rest is
 *	filled in. Must be released with image_close(), also after an error
 *
 * Return: 0, or a negative errno after an error message.
 */
int image_open_layers(struct image *img);

/**
 * image_get_indexes() - find or make the indexes of an image
 * @img: after image_open_layers()
 * @opt: mount options: cache and digests of content
 * @merged: get that of all layers as one tree; else one for each layer
 *
 * Return: 0, or a negative errno after an error message.
 */
int image_get_indexes(struct image *img, const struct mount_options *opt,
		      bool merged);

/**
 * image_index_fits() - does an index describe a layer?
 * @layer: the layer
 * @fd: the index, open for reading
 *
 * Return: true if so.
 */
bool image_index_fits(const struct image_layer *layer, int fd);

/**
 * struct image_links - the layers of an image, for stargz_index_chain()
 * @links: the layers
 * @digests: texts for @links
 */
struct image_links {
	struct stargz_chain_layer *links;
	struct image_digests *digests;
};

/**
 * image_links_make() - describe the layers to the library
 * @links: filled in; without indexes and their destinations
 * @img: after image_open_layers()
 */
void image_links_make(struct image_links *links, const struct image *img);

/** image_links_free() - release */
void image_links_free(struct image_links *links);

/**
 * image_failed() - report an error of stargz_index_chain()
 * @img: the image
 * @ret: negative errno
 * @nr: number of the layer, or that of layers
 * @err: the reason
 *
 * Return: @ret.
 */
int image_failed(const struct image *img, int ret, size_t nr,
		 const struct stargz_error *err);

/**
 * image_add_sources() - add index and further sources for the kernel
 * @img: the image
 * @opt: the options are added here
 *
 * The mount is that of all layers as one tree; its source is the file of the
 * first layer.
 */
void image_add_sources(const struct image *img, struct mount_options *opt);

/**
 * image_file_name() - name of an open file, for units, mountinfo and messages
 * @fd: the file
 *
 * Return: a new string: its path, or a name below /proc if it has none.
 */
char *image_file_name(int fd);

/**
 * image_close() - release everything but @img->image
 * @img: the image
 */
void image_close(struct image *img);

#endif /* MOUNT_IMAGE_H */
