/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: making indexes of one layer or several, and device images.
 */
#ifndef STARGZ_INDEX_H
#define STARGZ_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stargz/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Range and default of the decoded size of a span in bytes. A read at a random
 * position decodes a whole span. Smaller spans need more histories in the
 * index; with the default these take 0.8 % of an ordinary tar. A span ends at
 * the start of a block of the stream that needs a short history, so its size
 * differs from the wanted one.
 */
#define STARGZ_SPAN_SIZE_MIN	(64u << 10)
#define STARGZ_SPAN_SIZE_MAX	(16u << 20)
#define STARGZ_SPAN_SIZE	(128u << 10)

/* Longest label of a volume, in bytes. */
#define STARGZ_LABEL_MAX	32

/**
 * struct stargz_index_options - options for making an index
 * @struct_size: sizeof(struct stargz_index_options)
 * @toc_path: file with an external TOC, or NULL
 * @toc_digest: required digest "sha256:HEX" of the uncompressed TOC, or NULL
 * @toc_stored_digest: required digest of the TOC as stored in the blob, or NULL
 * @toc_position: "OFFSET:LENGTH:SIZE:1" of the TOC in a zstd:chunked blob, from
 *	the manifest, or NULL: use the footer of the blob
 * @check: decode all content and compare it with the digests of the TOC
 * @span_size: wanted distance in decoded bytes between the checkpoints of a
 *	long stream, from STARGZ_SPAN_SIZE_MIN to STARGZ_SPAN_SIZE_MAX; zero:
 *	STARGZ_SPAN_SIZE
 * @member_size: decode gzip members of blobs with a TOC, and give them
 *	checkpoints, if their decoded size in bytes is larger; zero: @span_size
 * @no_checkpoints: give no checkpoints to gzip members of blobs with a TOC
 * @raw: show whiteouts, landmarks and the TOC entry as they are in the tar
 * @merge: resolve several layers into one tree
 * @below: make the index of the last layer; the others are below it
 * @device_image: write the blobs after the index, for a disk
 * @align: the size of a device image is a multiple of this many bytes, itself
 *	a multiple of 4096; zero: 4096
 * @offset: first byte of the blob in the file
 * @size: size of the blob in bytes, or zero: up to the end of the file
 * @warn: called with one line for each irregularity that does not stop the
 *	work, or NULL
 * @progress: called from time to time with the bytes done and the total,
 *	which is zero if it is not known; or NULL
 * @data: passed to @warn and @progress
 * @label: label of the volume, UTF-8 of at most STARGZ_LABEL_MAX bytes, or NULL
 * @properties: texts "key=value", the last one followed by NULL; or NULL. A key
 *	is not empty and occurs once. All texts with their terminators take at
 *	most 64 KiB
 * @prefetch_path: file with the paths of files of the tree, one in a line, in
 *	the order in which a workload reads them; or NULL. A line that starts
 *	with "{" is a record of ctr-remote. Paths that do not exist only cause a
 *	warning
 * @digests: store the SHA-256 of every 128 KiB of content, and the digests of
 *	the blob. Content that was not decoded for other reasons is decoded
 * @layer_digest: required digest "sha256:HEX" of the blob, or NULL. The index
 *	stores it. With several layers, it is that of the last one, and only
 *	possible with @below
 * @has_start: @start is set; else it is @offset
 * @start: first byte of the blob in the file or device that holds it when the
 *	index is used. Only with one blob; a device image has its own
 * @threads: for stargz_index_chain(): number of threads that read layers; zero:
 *	one
 * @one_source: for stargz_index_chain(): all layers are in the same file, which
 *	is the only source when an index is used
 */
struct stargz_index_options {
	size_t struct_size;
	const char *toc_path;
	const char *toc_digest;
	const char *toc_stored_digest;
	const char *toc_position;
	bool check;
	bool raw;
	bool merge;
	bool below;
	bool device_image;
	uint64_t align;
	bool no_checkpoints;
	uint32_t span_size;
	uint32_t member_size;
	uint64_t offset;
	uint64_t size;
	void (*warn)(void *data, const char *line);
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
	const char *label;
	const char *const *properties;
	const char *prefetch_path;
	bool digests;
	bool has_start;
	const char *layer_digest;
	uint64_t start;
	unsigned int threads;
	bool one_source;
};

/**
 * stargz_annotation() - set options from an annotation of a manifest
 * @opt: the call sets @toc_digest, @toc_stored_digest or @toc_position
 * @text: "KEY=VALUE"; must stay valid as long as @opt
 *
 * The call ignores annotations with other keys.
 *
 * Return: false if there is no "=" in @text.
 */
bool stargz_annotation(struct stargz_index_options *opt, const char *text);

/**
 * struct stargz_index_stats - facts about an index
 * @entries: directory entries, the root included
 * @inodes: inodes
 * @spans: spans
 * @extents: extent records
 * @data_bytes: sum of the sizes of all regular files in bytes
 * @index_size: size of the index in bytes
 * @toc_only: no content was decoded: the index depends only on the TOC with
 *	@toc_sha256, on the size of the blob, on @content_end and on the
 *	options. False unless the call made the index of one blob
 * @encoding: with @toc_only: &enum stargz_encoding of the members of the blob
 * @toc_sha256: with @toc_only: digest of the uncompressed TOC
 * @content_end: end of the content in the blob
 * @index_sha256: SHA-256 of the first block of the index, which stands for the
 *	whole index
 * @blob_sha256: with @has_blob_sha256: SHA-256 of the blob
 * @has_blob_sha256: @blob_sha256 is known. False if the index has several blobs
 * @reserved: zero
 */
struct stargz_index_stats {
	uint64_t entries;
	uint64_t inodes;
	uint64_t spans;
	uint64_t extents;
	uint64_t data_bytes;
	uint64_t index_size;
	bool toc_only;
	uint8_t encoding;
	uint8_t toc_sha256[32];
	uint64_t content_end;
	uint8_t index_sha256[32];
	uint8_t blob_sha256[32];
	bool has_blob_sha256;
	uint64_t reserved[4];
};

/**
 * stargz_index_blob() - make the index of a layer blob
 * @fd: the blob, a regular file or block device, open for reading
 * @opt: the options
 * @out: destination of the index, written from its current position on, or -1:
 *	do not write
 * @stats: filled in on success, or NULL
 * @err: filled in on failure
 *
 * Return: 0, or a negative errno: -EINVAL if the format of the blob is unknown,
 * -EUCLEAN if the blob is damaged, -EBADMSG if a digest differs, -E2BIG if the
 * blob exceeds a limit of the format, -ENOMEM, -EIO, or an errno of read(2) or
 * write(2).
 */
int stargz_index_blob(int fd, const struct stargz_index_options *opt, int out,
		      struct stargz_index_stats *stats,
		      struct stargz_error *err);

/**
 * stargz_index_layers() - make one index of several layers, or a device image
 * @fds: the layers, lowest first, open for reading; each as for
 *	stargz_index_blob(), or an index that exists already
 * @count: number of layers; one, unless @opt->merge or @opt->below is set
 * @opt: the options. With @merge, the layers become one tree, as overlayfs
 *	shows it. With @below, the last one is indexed as a layer on top of the
 *	others. With @device_image, alone or with one of the two, the layers
 *	follow the index.
 * @out: destination; must be a regular file for a device image
 * @stats: filled in on success, or NULL
 * @err: filled in on failure
 * @failed: on failure, set to the number of the layer that caused it, or to
 *	@count if no layer did; or NULL
 *
 * Return: as stargz_index_blob().
 */
int stargz_index_layers(const int *fds, size_t count,
			const struct stargz_index_options *opt, int out,
			struct stargz_index_stats *stats,
			struct stargz_error *err, size_t *failed);

/**
 * struct stargz_chain_layer - a layer of stargz_index_chain()
 * @fd: the file of the layer, open for reading
 * @index: index of the layer that an earlier call wrote to @out, for the same
 *	layers below; or -1: make it
 * @out: destination of the index of the layer, from its current position on; or
 *	-1
 * @offset: first byte of the layer in its file, now and when an index is used
 * @size: size of the layer in bytes; zero: up to the end of the file
 * @digest: required digest "sha256:HEX" of the layer, or NULL
 * @diffid: required digest of the tar to which the layer decodes, or NULL. The
 *	call compares it only if it decodes the layer as a whole
 */
struct stargz_chain_layer {
	int fd;
	int index;
	int out;
	uint64_t offset;
	uint64_t size;
	const char *digest;
	const char *diffid;
};

/**
 * stargz_index_chain() - make the indexes of all layers of an image
 * @layers: the layers, lowest first
 * @count: number of layers, at least one
 * @opt: the options. The call ignores @below, @offset, @size, @has_start and
 *	@start; @label, @properties and @prefetch_path are those of the index of
 *	all layers
 * @out: destination of the index of all layers if @opt->merge is set, or of the
 *	device image if @opt->device_image is set as well
 * @stats: filled in on success with @opt->merge, or NULL
 * @err: filled in on failure
 * @failed: on failure, set to the number of the layer that caused it, or to
 *	@count if no layer did; or NULL
 *
 * The index of a layer is that of a layer on top of those below it, as with
 * @below of stargz_index_layers(). Threads of the call read the layers at the
 * same time.
 *
 * Return: as stargz_index_blob().
 */
int stargz_index_chain(const struct stargz_chain_layer *layers, size_t count,
		       const struct stargz_index_options *opt, int out,
		       struct stargz_index_stats *stats,
		       struct stargz_error *err, size_t *failed);

/**
 * stargz_index_edit() - write an index again, with other texts about itself
 * @fd: the index or device image, a regular file or block device
 * @opt: the options. The new index has the @label, the @properties, the
 *	prefetch list of @prefetch_path and the @start that are given, and else
 *	those of the old one. @offset and @size are the place of the index in @fd. The other
 *	options, except @warn and @progress, have no effect
 * @out: destination of the index, as for stargz_index_blob(). Of a device
 *	image, only the index is written
 * @stats: filled in on success, or NULL
 * @err: filled in on failure
 *
 * Return: 0, or a negative errno: -EINVAL if @fd is not an index or an option
 * is invalid, -EUCLEAN if the index is damaged, -EFBIG if the index of a device
 * image would reach into its blobs, -E2BIG, -ENOMEM, or an errno of read(2) or
 * write(2).
 */
int stargz_index_edit(int fd, const struct stargz_index_options *opt, int out,
		      struct stargz_index_stats *stats,
		      struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_INDEX_H */
