/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: converting images: the same image with layers of another format.
 */
#ifndef STARGZ_CONVERT_H
#define STARGZ_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/digest.h>
#include <stargz/error.h>
#include <stargz/make.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * struct stargz_converted - a layer of a converted image
 * @old_size: size of the old layer in bytes
 * @size: size of the new layer in bytes
 * @old_sha256: digest of the old layer
 * @sha256: digest of the new layer
 * @old_diffid: digest of the tar of the old layer
 * @diffid: digest of the tar of the new layer
 * @kept: the layer had the wanted format; it is the old one
 * @reserved: zero
 */
struct stargz_converted {
	uint64_t old_size;
	uint64_t size;
	uint8_t old_sha256[STARGZ_SHA256_LEN];
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint8_t old_diffid[STARGZ_SHA256_LEN];
	uint8_t diffid[STARGZ_SHA256_LEN];
	bool kept;
	uint64_t reserved[4];
};

/**
 * struct stargz_convert_options - options of stargz_image_convert()
 * @struct_size: sizeof(struct stargz_convert_options)
 * @platform: convert only the image for this platform, as in struct
 *	stargz_image_options; or NULL: all images
 * @make: how layers are made: the format, which has its table of contents in the
 *	layer, compression and sizes. The call ignores the rest
 * @reader: who reads the annotations of zstd:chunked layers
 * @reuse: names of older images in directories. Layers copy members of the layer
 *	with the same number, and of the layer that was made by the same command
 * @reuse_count: number of @reuse
 * @threads: number of threads; zero: one
 * @layer: called for each layer, or NULL
 * @warn: called with one line for each irregularity that does not stop the
 *	work, or NULL
 * @progress: called with the bytes done and the total, or NULL
 * @data: passed to the callbacks
 */
struct stargz_convert_options {
	size_t struct_size;
	const char *platform;
	const struct stargz_make_options *make;
	enum stargz_reader reader;
	const char *const *reuse;
	size_t reuse_count;
	unsigned int threads;
	void (*layer)(void *data, const struct stargz_converted *layer);
	void (*warn)(void *data, const char *line);
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/**
 * stargz_image_convert() - convert an image
 * @from: name of the image, as for stargz_image_open(). Without the name of an
 *	image in the place, all images there are converted
 * @to: "oci:DIR[:TAG]". The images are added to a layout that exists
 * @opt: the options
 * @err: filled in on failure
 *
 * Indexes, names, platforms, configurations and histories stay, except for
 * digests, sizes, media types and the annotations of layers. Manifests of other
 * things than images, and layers of the wanted format, are copied. Digests of all
 * documents and layers are compared. The images appear in index.json when all of
 * them are complete.
 *
 * Return: 0, or a negative errno as from stargz_image_open() and stargz_make().
 */
int stargz_image_convert(const char *from, const char *to,
			 const struct stargz_convert_options *opt,
			 struct stargz_error *err);

/**
 * stargz_layout_add() - name images in the index.json of an OCI layout
 * @layout: the directory, which has the blobs of the images
 * @index: an index: its images are added; those of the same names are replaced
 * @len: size of the index in bytes
 * @err: filled in on failure
 *
 * The call replaces index.json as a whole, and makes what is missing of a layout.
 *
 * Return: 0, or a negative errno: -EUCLEAN if an index is damaged, -ENOMEM, or an
 * errno of the system.
 */
int stargz_layout_add(const char *layout, const char *index, size_t len,
		      struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_CONVERT_H */
