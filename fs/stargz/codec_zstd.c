// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - zstd frames (RFC 8878).
 *
 * A span is a run of whole frames, with skippable ones in between. A frame of
 * which everything is wanted is decoded into its place at once, which takes no
 * memory but a context that the stream keeps, whether or not the frame tells
 * its size. One that reaches over what is wanted goes through the sink of the
 * stream, and needs memory for its window meanwhile. Without memory for that
 * decoding fails with -ENOMEM, as it does without memory for the compressed
 * bytes, which the kernel's zstd has to see in one run. No state but the
 * stream's, no locks.
 */
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/zstd.h>
#include <linux/zstd_errors.h>

#include "internal.h"

/* Largest window of a frame; what a decoder must support is 8 MiB. */
#define STARGZ_ZSTD_WINDOW_MAX	SZ_32M

/*
 * Most bytes after the wanted ones that are decoded just to reach the checksum
 * of a frame.
 */
#define STARGZ_ZSTD_TAIL_MAX	SZ_1M

/**
 * struct stargz_zstd - a span while it is decoded
 * @strm: gets the reason of an error
 * @src: compressed bytes that are left
 * @left: how many
 * @ulen: how many bytes the span has
 * @pos: how many were decoded; at the end there may be more than @ulen
 * @crc: the CRC-32 of those up to @ulen, not inverted
 * @want: which of them are wanted, and where
 */
struct stargz_zstd {
	struct stargz_stream *strm;
	const u8 *src;
	size_t left;
	u32 ulen;
	u32 pos;
	u32 crc;
	const struct stargz_want *want;
};

static int stargz_zstd_error(struct stargz_zstd *z, const char *why)
{
	z->strm->why = why;
	return -EFSCORRUPTED;
}

/* The next @n decoded bytes are at @data. */
static void stargz_zstd_take(struct stargz_zstd *z, const u8 *data, u32 n)
{
	const struct stargz_want *want = z->want;
	u32 start = max(z->pos, want->from);
	u32 end = min(z->pos + n, want->to);

	/* What was decoded in place is there already. */
	if (start < end && data != want->out + (z->pos - want->from))
		memcpy(want->out + (start - want->from),
		       data + (start - z->pos), end - start);
	if (z->pos < z->ulen)
		z->crc = stargz_crc(z->crc, data, min(n, z->ulen - z->pos));
	z->pos += n;
}

/*
 * Decode a frame of @size compressed bytes into its place. Returns 1 when it
 * has more bytes than are wanted there.
 */
static int stargz_zstd_whole(struct stargz_zstd *z, size_t size)
{
	struct stargz_stream *strm = z->strm;
	size_t bound = zstd_dctx_workspace_bound(), n;
	u8 *out = z->want->out + (z->pos - z->want->from);
	zstd_dctx *ctx;

	if (!strm->zstd)
		strm->zstd = stargz_alloc(bound);
	if (!strm->zstd)
		return -ENOMEM;
	ctx = zstd_init_dctx(strm->zstd, bound);
	if (!ctx)
		return stargz_zstd_error(z, "zstd does not start");
	n = zstd_decompress_dctx(ctx, out, z->want->to - z->pos, z->src, size);
	if (zstd_is_error(n)) {
		if (zstd_get_error_code(n) == ZSTD_error_dstSize_tooSmall)
			return 1;
		return stargz_zstd_error(z, zstd_get_error_name(n));
	}
	stargz_zstd_take(z, out, n);
	return 0;
}

static int stargz_zstd_run(struct stargz_zstd *z, zstd_dstream *ds,
			   size_t size)
{
	zstd_in_buffer in = { .src = z->src, .size = size };
	size_t left;

	do {
		zstd_out_buffer out = {
			.dst = z->strm->sink, .size = STARGZ_SINK_SIZE,
		};
		size_t before = in.pos;

		left = zstd_decompress_stream(ds, &out, &in);
		if (zstd_is_error(left))
			return stargz_zstd_error(z, zstd_get_error_name(left));
		if (left && !out.pos && in.pos == before)
			return stargz_zstd_error(z, "truncated zstd frame");
		stargz_zstd_take(z, z->strm->sink, out.pos);
		cond_resched();
	} while (left && z->pos < z->ulen + STARGZ_ZSTD_TAIL_MAX);
	return 0;
}

/* Decode a frame of which not all is wanted, through the sink. */
static int stargz_zstd_sink(struct stargz_zstd *z, size_t size, size_t window)
{
	size_t bound = zstd_dstream_workspace_bound(window);
	void *workspace = stargz_alloc(bound);
	zstd_dstream *ds;
	int err;

	if (!workspace)
		return -ENOMEM;
	ds = zstd_init_dstream(window, workspace, bound);
	err = ds ? stargz_zstd_run(z, ds, size) :
		   stargz_zstd_error(z, "zstd does not start");
	kvfree(workspace);
	return err;
}

/* Does a frame with that header fit into what is wanted, for all we know? */
static bool stargz_zstd_fits(const struct stargz_zstd *z,
			     const zstd_frame_header *head)
{
	const struct stargz_want *want = z->want;

	if (z->pos < want->from || z->pos >= want->to)
		return false;
	return head->frameContentSize == ZSTD_CONTENTSIZE_UNKNOWN ||
	       head->frameContentSize <= want->to - z->pos;
}

/* Decode, or skip, the frame that comes next. */
static int stargz_zstd_frame(struct stargz_zstd *z)
{
	zstd_frame_header head;
	size_t size, ret;
	int err = 1;

	ret = zstd_get_frame_header(&head, z->src, z->left);
	if (ret)
		return stargz_zstd_error(z, zstd_is_error(ret) ?
					 "not a zstd frame" :
					 "truncated zstd header");
	size = zstd_find_frame_compressed_size(z->src, z->left);
	if (zstd_is_error(size) || size > z->left)
		return stargz_zstd_error(z, "truncated zstd frame");
	if (head.frameType != ZSTD_skippableFrame) {
		if (head.windowSize > STARGZ_ZSTD_WINDOW_MAX)
			return stargz_zstd_error(z, "zstd window too large");
		if (head.frameContentSize != ZSTD_CONTENTSIZE_UNKNOWN &&
		    head.frameContentSize > STARGZ_SPAN_MAX)
			return stargz_zstd_error(z, "zstd frame too large");
		if (stargz_zstd_fits(z, &head))
			err = stargz_zstd_whole(z, size);
		if (err > 0)
			err = stargz_zstd_sink(z, size, head.windowSize);
		if (err)
			return err;
	}
	z->src += size;
	z->left -= size;
	return 0;
}

/**
 * stargz_zstd_decode() - decode a run of zstd frames
 * @d: the span, its input, which starts at a frame and holds all there is from
 *	the start, and its stream. In d->err comes how it went: 0,
 *	-EFSCORRUPTED, or -ENOMEM; and in d->crc the CRC-32 of the bytes of
 *	the span
 *
 * The frames may hold more bytes than the span but not fewer. A frame's own
 * checksum, if it has one, is checked unless the frame goes on for more than
 * %STARGZ_ZSTD_TAIL_MAX bytes.
 */
void stargz_zstd_decode(struct stargz_decode *d)
{
	struct stargz_zstd z = {
		.strm = d->strm,
		.src = d->in->next,
		.left = d->in->avail,
		.ulen = le32_to_cpu(d->raw->ulen),
		.crc = ~0,
		.want = &d->want,
	};

	d->err = 0;
	while (!d->err && z.pos < z.ulen) {
		if (z.left)
			d->err = stargz_zstd_frame(&z);
		else
			d->err = stargz_zstd_error(&z, "zstd frames are too short");
		cond_resched();
	}
	d->crc = ~z.crc;
}
