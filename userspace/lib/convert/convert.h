/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A conversion. The documents of the source are read twice: first to find all
 * layers, then, with new layers, to write new documents. Their digests are
 * verified both times, so they are the same.
 */
#ifndef SGZ_CONVERT_CONVERT_H
#define SGZ_CONVERT_CONVERT_H

#include "convert/destination.h"
#include "image/image.h"
#include "stargz/convert.h"

/**
 * struct sgz_convert_layer - a layer, with its result
 * @nr: in the order in which layers were found
 * @digest: digest of the old layer
 * @diff_id: digest of its tar
 * @place: where it is
 * @podman: it has the annotations of podman
 * @reuse: const char *: files of older layers whose members it may copy
 * @kept: it has the wanted format
 * @made: the new layer; of a kept one what annotations need
 * @blob: the new file; its descriptor is -1 if the destination has the layer
 */
struct sgz_convert_layer {
	size_t nr;
	uint8_t digest[STARGZ_SHA256_LEN];
	uint8_t diff_id[STARGZ_SHA256_LEN];
	struct sgz_place place;
	bool podman;
	struct sgz_vec reuse;
	bool kept;
	struct stargz_made made;
	struct sgz_dest_blob blob;
};

/**
 * struct sgz_convert - a conversion
 * @ctx: the call
 * @opt: the options
 * @make: options of each new layer
 * @from_name: name of the source
 * @from: the same, parsed
 * @tag: name of the image in the destination, or NULL: as in the source
 * @store: the source
 * @dest: the destination
 * @layers: struct sgz_convert_layer, by digest once all are found
 * @texts: texts of @layers
 */
struct sgz_convert {
	const struct sgz_context *ctx;
	const struct stargz_convert_options *opt;
	struct stargz_make_options make;
	const char *from_name;
	struct sgz_image_name from;
	const char *tag;
	struct sgz_store store;
	struct sgz_destination dest;
	struct sgz_vec layers;
	struct sgz_arena texts;
};

/** sgz_convert_layer() - the layer at a position of @c->layers */
static inline struct sgz_convert_layer *
sgz_convert_layer(const struct sgz_convert *c, size_t i)
{
	return (struct sgz_convert_layer *)c->layers.data + i;
}

#endif /* SGZ_CONVERT_CONVERT_H */
