/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A range of a blob as a stream of bytes, optionally decompressed.
 */
#ifndef SGZ_BLOB_STREAM_H
#define SGZ_BLOB_STREAM_H

#include <zlib.h>
#include <zstd.h>

#include "blob/blob.h"

/* Binary logarithm of the largest window that a zstd frame may need. */
#define SGZ_ZSTD_WINDOW_LOG	25

/**
 * enum sgz_stream_kind - how the range is decoded
 * @SGZ_PLAIN: not at all
 * @SGZ_MEMBER: one gzip member; the range after it is ignored
 * @SGZ_MEMBERS: gzip members. After the last one, zeroes and garbage are
 *	ignored, as by gzip(1); see @rest of &struct sgz_stream
 * @SGZ_FRAMES: zstd frames up to the end of the range; skippable frames are
 *	skipped
 * @SGZ_PULLED: by a callback, see &typedef sgz_pull
 */
enum sgz_stream_kind {
	SGZ_PLAIN,
	SGZ_MEMBER,
	SGZ_MEMBERS,
	SGZ_FRAMES,
	SGZ_PULLED,
};

struct sgz_stream;

/**
 * typedef sgz_pull - get the next decoded bytes
 * @s: the stream. The callback sets its @pos, for progress reports
 * @bytes: set to the bytes; they must stay valid until the next call
 *
 * Return: their number, 0 at the end, or a negative errno with the error text
 * set.
 */
typedef ssize_t (*sgz_pull)(struct sgz_stream *s, const uint8_t **bytes);

/**
 * struct sgz_frame_watch - callbacks for decoded zstd frames
 * @bytes: called with decoded bytes of the frame at sgz_stream.member; returns
 *	0 or a negative errno
 * @end: called at the end of the frame, with the offset of its end; returns 0
 *	or a negative errno
 * @data: passed to both
 */
struct sgz_frame_watch {
	int (*bytes)(void *data, const struct sgz_stream *s, const void *buf,
		     size_t len);
	int (*end)(void *data, const struct sgz_stream *s, uint64_t pos);
	void *data;
};

/**
 * struct sgz_stream - a range being decoded
 * @ctx: the call
 * @blob: the blob
 * @ordered: the same blob if it must be read in order, because it is a pipe or
 *	its digest is computed; else NULL
 * @kind: how it is decoded
 * @pos: offset in the blob of the next byte to read
 * @end: end of the range
 * @member: offset of the gzip member or zstd frame being decoded
 * @decoded: number of bytes decoded from it so far
 * @before: number of bytes decoded from all members or frames before it
 * @done: the end was reached
 * @rest: offset of garbage after the last gzip member, or 0 if there is none or
 *	only zeroes
 * @held: the zstd decoder may have more output without further input
 * @pull: callback of %SGZ_PULLED
 * @source: private data of @pull
 * @piece: rest of the bytes that @pull returned last
 * @piece_len: number of bytes in @piece
 * @gzip: state of a gzip stream
 * @z: zlib's state; its input buffer is also used with zstd
 * @zstd: zstd's state
 * @back: bytes passed to sgz_stream_unread(), at the end of the array
 * @back_len: number of them that were not read again
 * @watch: optional callbacks for zstd frames; set after sgz_stream_open()
 * @begun: optional, set after sgz_stream_open(); called after @member has moved
 *	to the next member or frame; returns 0 or a negative errno
 * @begun_data: passed to @begun
 * @buf: compressed bytes
 */
struct sgz_stream {
	const struct sgz_context *ctx;
	const struct sgz_blob *blob;
	struct sgz_blob *ordered;
	enum sgz_stream_kind kind;
	uint64_t pos;
	uint64_t end;
	uint64_t member;
	uint64_t decoded;
	uint64_t before;
	bool done;
	uint64_t rest;
	bool held;
	sgz_pull pull;
	void *source;
	const uint8_t *piece;
	size_t piece_len;
	struct sgz_stream_gzip *gzip;
	z_stream z;
	ZSTD_DStream *zstd;
	unsigned char back[512];
	size_t back_len;
	const struct sgz_frame_watch *watch;
	int (*begun)(void *data, const struct sgz_stream *s);
	void *begun_data;
	unsigned char buf[64 << 10];
};

/** sgz_stream_open() - start to decode [@start, @end) of @blob */
int sgz_stream_open(struct sgz_stream *s, const struct sgz_context *ctx,
		    const struct sgz_blob *blob, uint64_t start, uint64_t end,
		    enum sgz_stream_kind kind);

/** sgz_stream_whole() - start to decode all of @blob, which may be a pipe */
int sgz_stream_whole(struct sgz_stream *s, const struct sgz_context *ctx,
		     struct sgz_blob *blob, enum sgz_stream_kind kind);

/** sgz_stream_from() - start to read all of @blob as decoded by @pull */
void sgz_stream_from(struct sgz_stream *s, const struct sgz_context *ctx,
		     const struct sgz_blob *blob, sgz_pull pull, void *source);

/**
 * sgz_stream_read() - decode up to @len bytes
 * @s: the stream
 * @buf: filled in
 * @len: size of @buf in bytes
 *
 * Checksum and length of a gzip member are verified at its end, and so is
 * the checksum of a zstd frame, if it has one.
 *
 * Return: number of bytes, 0 at the end, or a negative errno: -EINVAL if a zstd
 * frame needs a window of more than 32 MiB. The number is less than @len only
 * at the end of the stream, of a member or frame, of a piece of %SGZ_PULLED, or
 * of the bytes of sgz_stream_unread().
 */
ssize_t sgz_stream_read(struct sgz_stream *s, void *buf, size_t len);

/**
 * sgz_stream_unread() - let the bytes that were read last be read again
 * @s: the stream; all bytes of an earlier call must have been read again
 * @buf: the bytes
 * @len: their number, at most the size of @s->back
 */
void sgz_stream_unread(struct sgz_stream *s, const void *buf, size_t len);

/** sgz_stream_full() - decode exactly @len bytes */
int sgz_stream_full(struct sgz_stream *s, void *buf, size_t len);

/** sgz_stream_skip() - decode and discard exactly @len bytes */
int sgz_stream_skip(struct sgz_stream *s, uint64_t len);

/** sgz_stream_drain() - decode and discard the rest */
int sgz_stream_drain(struct sgz_stream *s);

/** sgz_stream_progress() - call the progress callback of the library */
void sgz_stream_progress(const struct sgz_stream *s);

/** sgz_stream_close() - release; required also if sgz_stream_open() failed */
void sgz_stream_close(struct sgz_stream *s);

#endif /* SGZ_BLOB_STREAM_H */
