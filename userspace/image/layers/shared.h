/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: sharing layers between images of different places. The kernel
 * mounts a file with an index only once, so an image uses the file of a layer
 * that another image uses already.
 *
 * RUN_DIR/layers has a symbolic link for each layer, named by the key of its
 * index. It leads to the file that was mounted last. The link is a hint: the
 * cache knows whether the digest of that file was compared.
 */
#ifndef IMAGE_SHARED_H
#define IMAGE_SHARED_H

#include "../../mount/cache.h"
#include "../source/open.h"

/**
 * struct shared - the links
 * @dir: their directory, or -1: nothing is shared
 * @cache: the cache, open if @dir is
 */
struct shared {
	int dir;
	struct cache cache;
};

/**
 * shared_open() - prepare for sharing layers
 * @shared: filled in; must be closed
 * @img: the image; nothing is shared unless its indexes are in the cache
 * @opt: mount options: the cache
 */
void shared_open(struct shared *shared, const struct image *img,
		 const struct mount_options *opt);

/**
 * shared_source() - find the file with which to mount a layer
 * @shared: the links
 * @layer: the layer
 *
 * Return: a descriptor; the caller closes it unless it is that of @layer.
 */
int shared_source(const struct shared *shared,
		  const struct image_layer *layer);

/** shared_close() - release */
void shared_close(struct shared *shared);

/** shared_clean() - remove links that lead nowhere; returns their number */
unsigned int shared_clean(void);

#endif /* IMAGE_SHARED_H */
