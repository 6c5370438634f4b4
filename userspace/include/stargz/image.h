/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: images: which layers they have, and where the layers are.
 *
 * An image is named as skopeo(1) names it:
 *
 *	oci:DIR[:TAG]			directory in the OCI layout
 *	oci-archive:FILE[:TAG]		tar of such a directory
 *	docker-archive:FILE[:REF]	tar of docker save; REF is a name, or @N
 *	dir:DIR				directory of skopeo's transport dir
 *	DIR@sha256:HEX			directory of blobs named by their digests,
 *					and the digest of a manifest or index
 *
 * "@sha256:HEX" may also follow DIR or FILE of an OCI layout. Tars are read in
 * place.
 */
#ifndef STARGZ_IMAGE_H
#define STARGZ_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/check.h>
#include <stargz/digest.h>
#include <stargz/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_platform_rank() - how well does an image fit a platform?
 * @want: the platform, as in struct stargz_image_options
 * @have: platform of the image, as in struct stargz_image_found
 *
 * Return: 0 if its programs do not run there, or @want is invalid; else a number
 * that is larger for a better one.
 */
unsigned int stargz_platform_rank(const char *want, const char *have);

/** struct stargz_image - an open image */
struct stargz_image;

/**
 * struct stargz_image_options - options for opening an image
 * @struct_size: sizeof(struct stargz_image_options)
 * @platform: "OS/ARCH" or "OS/ARCH/VARIANT", in the names of Go; or NULL: that
 *	of this machine if there are several, else any
 * @ref: for stargz_image_open_archive(): name of the image, or NULL: the only
 *	one
 * @progress: called from time to time with the bytes done and the total, while
 *	a compressed layer of docker save that has no digest is read; or NULL
 * @data: passed to @progress
 */
struct stargz_image_options {
	size_t struct_size;
	const char *platform;
	const char *ref;
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/**
 * stargz_image_open() - open an image
 * @image: set to a handle for stargz_image_close(), on success only
 * @name: its name
 * @opt: the options
 * @err: filled in on failure
 *
 * The call verifies the digests of indexes, manifest and configuration. It does
 * not read layers.
 *
 * Return: 0, or a negative errno: -EINVAL if the name or platform is invalid, or
 * a media type or digest is of an unknown kind; -ENOENT if a file or the image
 * is missing; -EBADMSG if a digest or size differs; -EUCLEAN if a document or
 * archive is damaged; -E2BIG if it exceeds a limit; -ENOMEM, or an errno of
 * open(2) or read(2).
 */
int stargz_image_open(struct stargz_image **image, const char *name,
		      const struct stargz_image_options *opt,
		      struct stargz_error *err);

/**
 * stargz_image_open_archive() - open an image in an archive
 * @image: set to a handle for stargz_image_close(), on success only
 * @fd: the archive, in the form of an OCI layout or of docker save
 * @path: its name
 * @opt: the options
 * @err: filled in on failure
 *
 * Return: as stargz_image_open().
 */
int stargz_image_open_archive(struct stargz_image **image, int fd,
			      const char *path,
			      const struct stargz_image_options *opt,
			      struct stargz_error *err);

/**
 * stargz_image_is_archive() - is a file an archive of images?
 * @fd: regular file or block device, open for reading
 *
 * Return: true for a tar in the form of an OCI layout or of docker save.
 */
bool stargz_image_is_archive(int fd);

/**
 * struct stargz_image_info - facts about an image
 * @ref: its name in the place where it was found, or an empty text. All texts
 *	are valid as long as the handle, and may have any bytes but NUL
 * @platform: "os/architecture" or "os/architecture/variant", or an empty text
 * @created: when it was made, or an empty text
 * @media_type: media type of the manifest, or an empty text
 * @manifest: bytes of the manifest; an image of docker save has none
 * @manifest_len: number of these bytes
 * @manifest_sha256: digest of the manifest
 * @config: bytes of the configuration
 * @config_len: number of these bytes
 * @config_sha256: digest of the configuration
 * @layers: number of layers
 * @one_file: all layers are in one file, an archive
 * @reserved: zero
 */
struct stargz_image_info {
	const char *ref;
	const char *platform;
	const char *created;
	const char *media_type;
	const char *manifest;
	size_t manifest_len;
	uint8_t manifest_sha256[STARGZ_SHA256_LEN];
	const char *config;
	size_t config_len;
	uint8_t config_sha256[STARGZ_SHA256_LEN];
	size_t layers;
	bool one_file;
	uint64_t reserved[4];
};

/**
 * stargz_image_get_info() - get facts about an image
 * @image: the handle
 * @info: filled in
 */
void stargz_image_get_info(const struct stargz_image *image,
			   struct stargz_image_info *info);

/**
 * struct stargz_image_layer - a layer of an image
 * @media_type: its media type, or an empty text
 * @created_by: what made it, or an empty text
 * @start: first byte in the file of stargz_image_open_layer()
 * @size: size in bytes
 * @sha256: digest of the layer
 * @diffid: digest of the tar to which it decodes
 * @missing: the layer is not there
 * @reserved: zero
 */
struct stargz_image_layer {
	const char *media_type;
	const char *created_by;
	uint64_t start;
	uint64_t size;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint8_t diffid[STARGZ_SHA256_LEN];
	bool missing;
	uint64_t reserved[4];
};

/**
 * stargz_image_get_layer() - get a layer
 * @image: the handle
 * @nr: number of the layer, from zero, lowest first
 * @layer: filled in
 *
 * Return: 0, or -ENOENT if there is no such layer.
 */
int stargz_image_get_layer(const struct stargz_image *image, size_t nr,
			   struct stargz_image_layer *layer);

/**
 * stargz_image_open_layer() - open the file of a layer
 * @image: the handle
 * @nr: number of the layer
 * @err: filled in on failure
 *
 * Return: a descriptor that the caller closes, or a negative errno: -ENOENT if
 * the layer is missing, -EINVAL if it is encrypted or of an unknown kind,
 * -EBADMSG if its size differs, or an errno of open(2).
 */
int stargz_image_open_layer(const struct stargz_image *image, size_t nr,
			    struct stargz_error *err);

/**
 * struct stargz_image_verify_options - options of stargz_image_verify()
 * @struct_size: sizeof(struct stargz_image_verify_options)
 * @threads: number of threads; zero: one
 * @stored_only: compare only size and digest, and decode nothing
 * @skip: for each layer, whether to leave it out; or NULL
 * @fds: for each layer, its file from stargz_image_open_layer(); or NULL: the
 *	call opens the files
 * @fault: called for each fault, in the order of the layers; or NULL
 * @progress: called with the bytes done and the total; or NULL
 * @data: passed to both
 */
struct stargz_image_verify_options {
	size_t struct_size;
	unsigned int threads;
	bool stored_only;
	const bool *skip;
	const int *fds;
	stargz_fault_fn fault;
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/**
 * stargz_image_verify() - verify all layers of an image
 * @image: the handle
 * @opt: the options
 * @faults: set to the number of faults; or NULL
 * @err: filled in on failure
 *
 * The call compares size, digest and diffID of each layer.
 *
 * Return: 0, also with faults, or a negative errno if memory is short.
 */
int stargz_image_verify(const struct stargz_image *image,
			const struct stargz_image_verify_options *opt,
			uint64_t *faults, struct stargz_error *err);

/**
 * stargz_image_close() - release a handle
 * @image: the handle, or NULL
 */
void stargz_image_close(struct stargz_image *image);

/**
 * struct stargz_image_found - an image of a directory or archive
 * @ref: its name there, or an empty text
 * @platform: "os/architecture" or "os/architecture/variant", or an empty text
 *	if no index says so
 * @media_type: media type of the manifest, or an empty text
 * @has_sha256: @sha256 is set
 * @sha256: digest of the manifest
 * @reserved: zero
 */
struct stargz_image_found {
	const char *ref;
	const char *platform;
	const char *media_type;
	bool has_sha256;
	uint8_t sha256[STARGZ_SHA256_LEN];
	uint64_t reserved[4];
};

/**
 * typedef stargz_image_fn - callback for an image
 * @data: @data of stargz_image_list()
 * @found: the image; valid during the call
 */
typedef void (*stargz_image_fn)(void *data,
				const struct stargz_image_found *found);

/**
 * stargz_image_list() - list the images of a directory or archive
 * @name: as for stargz_image_open(); a name of an image in it, or a digest,
 *	selects images
 * @fn: called for each image
 * @data: passed to @fn
 * @err: filled in on failure
 *
 * Return: 0, or a negative errno as from stargz_image_open().
 */
int stargz_image_list(const char *name, stargz_image_fn fn, void *data,
		      struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_IMAGE_H */
