/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: making the index of a layer, of several, and device images.
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
 * Bytes of a span: least, most, and when nothing is asked for. A read at a
 * random place decodes a whole span, so this is as small as the histories in
 * the index allow: 1.4 % of an ordinary tar.
 */
#define STARGZ_SPAN_SIZE_MIN	(64u << 10)
#define STARGZ_SPAN_SIZE_MAX	(16u << 20)
#define STARGZ_SPAN_SIZE	(128u << 10)

/**
 * struct stargz_index_options - how an index is made
 * @struct_size: sizeof(struct stargz_index_options)
 * @toc_path: file with an external TOC, or NULL
 * @toc_digest: "sha256:HEX" that the uncompressed TOC must have, or NULL
 * @toc_stored_digest: the same of the TOC as it is stored in the blob
 * @toc_position: "OFFSET:LENGTH:SIZE:1" of the TOC in a zstd:chunked blob, as
 *	manifests give it, or NULL: the footer of the blob says it
 * @check: decode all content and compare it with the digests of the TOC
 * @span_size: decoded bytes after which a long stream gets a checkpoint, from
 *	STARGZ_SPAN_SIZE_MIN to STARGZ_SPAN_SIZE_MAX; zero:
 *	STARGZ_SPAN_SIZE
 * @member_size: gzip members of blobs that have a table of contents get
 *	checkpoints if they decode to more, for which they are decoded; zero:
 *	@span_size
 * @no_checkpoints: do not look for checkpoints inside gzip members of blobs
 *	that have a table of contents
 * @raw: show whiteouts, landmarks and the TOC entry as they are in the tar
 * @merge: resolve several layers into one tree
 * @below: all layers but the last one are below it; the index is of that one
 * @device_image: write the blobs behind the index, for a disk
 * @align: the size of a device image is a multiple of this many bytes, itself
 *	one of 4096; zero: 4096
 * @offset: first byte of the blob in the file
 * @size: bytes of the blob, or zero: up to the end of the file
 * @warn: called with one line per oddity that does not stop the work, or NULL
 * @progress: called now and then with bytes done and bytes in all, zero if that
 *	is not known; or NULL
 * @data: handed to @warn and @progress
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
};

/**
 * stargz_annotation() - take what the manifest says of the layer
 * @opt: its digests and position of the TOC are set, if the annotation is of
 *	one of them
 * @text: "KEY=VALUE"; kept as long as @opt
 *
 * Other annotations are passed over.
 *
 * Return: false if there is no "=" in @text.
 */
bool stargz_annotation(struct stargz_index_options *opt, const char *text);

/**
 * struct stargz_index_stats - what was made
 * @entries: directory entries, the root included
 * @inodes: inodes
 * @spans: spans
 * @extents: extent records
 * @data_bytes: sum of the sizes of all regular files
 * @index_size: bytes of the index
 * @toc_only: the index is a function of the table of contents with @toc_sha256, of
 *	the size of the blob and @content_end, and of the options: no content was
 *	decoded for it. Only of an index of one blob that was made by the call
 * @codec: with @toc_only: what tells compressions of blobs apart, for comparison
 * @toc_sha256: with @toc_only: digest of the uncompressed table of contents
 * @content_end: end of the content in the blob
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
	uint8_t codec;
	uint8_t toc_sha256[32];
	uint64_t content_end;
	uint64_t reserved[4];
};

/**
 * stargz_index_blob() - make the index of a layer blob
 * @fd: the blob, open for reading; a regular file or block device. Read with
 *	pread(2), its position is not touched.
 * @opt: how
 * @out: file descriptor that the index is written to, from its current
 *	position on, or -1: do everything but write
 * @stats: filled on success, or NULL
 * @err: filled on failure
 *
 * Return: 0, or a negative errno: -EINVAL the blob is not a format we know,
 * -EUCLEAN it is damaged or not sane, -EBADMSG a digest differs, -E2BIG a
 * stated limit is exceeded, -ENOMEM, -EIO and what read(2) and write(2) give.
 */
int stargz_index_blob(int fd, const struct stargz_index_options *opt, int out,
		      struct stargz_index_stats *stats,
		      struct stargz_error *err);

/**
 * stargz_index_layers() - make one index of several layers, or a device image
 * @fds: the layers, lowest first, open for reading; each as in
 *	stargz_index_blob(), or an index that was made before
 * @count: how many; one, unless @opt->merge or @opt->below is set
 * @opt: how. With @merge the layers become one tree, as overlayfs shows it; with
 *	@below the last one is indexed as a layer on top of the others. With
 *	@device_image, alone or with one of the two, the layers are written
 *	behind the index.
 * @out: where to, a regular file for a device image
 * @stats: filled on success, or NULL
 * @err: filled on failure
 * @failed: on failure the number of the layer that it is about, or @count; or
 *	NULL
 *
 * Return: as stargz_index_blob().
 */
int stargz_index_layers(const int *fds, size_t count,
			const struct stargz_index_options *opt, int out,
			struct stargz_index_stats *stats,
			struct stargz_error *err, size_t *failed);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_INDEX_H */
