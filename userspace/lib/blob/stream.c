// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Decoding a range of a blob piece by piece with zlib and libzstd. The checksum
 * at the end of each gzip member or zstd frame is verified.
 */
#include <libdeflate.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <zstd_errors.h>

#include "blob/gzip_member.h"
#include "blob/stream.h"

/**
 * struct sgz_stream_gzip - state of a gzip stream
 * @blob: copy of the blob, not used for a pipe
 * @in: compressed bytes of the blob
 * @inside: the next byte is deflate data of a member
 * @crc: CRC-32 of the bytes decoded from the member so far
 */
struct sgz_stream_gzip {
	struct sgz_blob blob;
	struct sgz_gzinput in;
	bool inside;
	uint32_t crc;
};

static int open_gzip(struct sgz_stream *s)
{
	s->gzip = malloc(sizeof(*s->gzip));
	if (!s->gzip)
		return sgz_nomem(s->ctx);
	s->gzip->blob = *s->blob;
	s->gzip->inside = false;
	sgz_gzinput_open(&s->gzip->in, s->ctx, &s->gzip->blob, s->pos, s->end);
	if (inflateInit2(&s->z, -MAX_WBITS) == Z_OK)
		return 0;
	free(s->gzip);
	s->gzip = NULL;
	return sgz_nomem(s->ctx);
}

static int open_frames(struct sgz_stream *s)
{
	s->zstd = ZSTD_createDStream();
	if (!s->zstd)
		return sgz_nomem(s->ctx);
	ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax,
			       SGZ_ZSTD_WINDOW_LOG);
	s->done = s->pos == s->end;
	return 0;
}

int sgz_stream_open(struct sgz_stream *s, const struct sgz_context *ctx,
		    const struct sgz_blob *blob, uint64_t start, uint64_t end,
		    enum sgz_stream_kind kind)
{
	memset(s, 0, offsetof(struct sgz_stream, buf));
	s->ctx = ctx;
	s->blob = blob;
	s->kind = kind;
	s->pos = start;
	s->end = end;
	s->member = start;
	if (kind == SGZ_FRAMES)
		return open_frames(s);
	return kind == SGZ_PLAIN ? 0 : open_gzip(s);
}

int sgz_stream_whole(struct sgz_stream *s, const struct sgz_context *ctx,
		     struct sgz_blob *blob, enum sgz_stream_kind kind)
{
	int ret = sgz_stream_open(s, ctx, blob, 0, blob->size, kind);

	if (blob->pipe || blob->sha)
		s->ordered = blob;
	if (s->ordered && s->gzip)
		s->gzip->in.blob = blob;
	return ret;
}

void sgz_stream_from(struct sgz_stream *s, const struct sgz_context *ctx,
		     const struct sgz_blob *blob, sgz_pull pull, void *source)
{
	memset(s, 0, offsetof(struct sgz_stream, buf));
	s->ctx = ctx;
	s->blob = blob;
	s->kind = SGZ_PULLED;
	s->end = blob->size;
	s->pull = pull;
	s->source = source;
}

/* Read up to @len bytes of a piece; discard them if @buf is NULL. */
static ssize_t read_pulled(struct sgz_stream *s, void *buf, size_t len)
{
	if (!s->piece_len) {
		ssize_t n = s->pull(s, &s->piece);

		if (n <= 0)
			return n;
		s->piece_len = n;
	}
	if (len > s->piece_len)
		len = s->piece_len;
	if (buf)
		memcpy(buf, s->piece, len);
	s->piece += len;
	s->piece_len -= len;
	s->decoded += len;
	return len;
}

/* Read the next bytes of the blob. Returns their number, or 0 at the end. */
static ssize_t read_blob(struct sgz_stream *s, void *buf, size_t len)
{
	ssize_t n;

	if (len > s->end - s->pos)
		len = s->end - s->pos;
	if (s->ordered)
		n = sgz_blob_some(s->ordered, s->ctx, s->pos, buf, len);
	else
		n = sgz_blob_read(s->blob, s->ctx, s->pos, buf, len);
	if (n < 0)
		return n;
	if (!s->ordered)
		n = len;
	else if (!n)
		s->end = s->pos;
	s->pos += n;
	return n;
}

static ssize_t read_plain(struct sgz_stream *s, void *buf, size_t len)
{
	ssize_t n = read_blob(s, buf, len);

	if (n > 0)
		s->decoded += n;
	return n;
}

/* Read compressed bytes if none are left: 1, 0 at the end, or an error. */
static int try_refill(struct sgz_stream *s)
{
	ssize_t n;

	if (s->z.avail_in)
		return 1;
	n = read_blob(s, s->buf, sizeof(s->buf));
	if (n <= 0)
		return n;
	s->z.next_in = s->buf;
	s->z.avail_in = n;
	return 1;
}

static int refill(struct sgz_stream *s)
{
	int ret = try_refill(s);

	if (!ret)
		return sgz_fail(s->ctx, -EUCLEAN,
				"zstd frame at offset %llu: truncated",
				(unsigned long long)s->member);
	return ret < 0 ? ret : 0;
}

/* Start another member or frame, at byte @pos of the blob. */
static int begin_unit(struct sgz_stream *s, uint64_t pos)
{
	s->member = pos;
	s->before += s->decoded;
	s->decoded = 0;
	return s->begun ? s->begun(s->begun_data, s) : 0;
}

/* After the end of a frame: start the next one, if any. */
static int next_frame(struct sgz_stream *s)
{
	int ret = try_refill(s);

	if (ret > 0)
		return begin_unit(s, s->pos - s->z.avail_in);
	s->done = !ret;
	return ret;
}

static int member_failed(const struct sgz_stream *s, const char *why)
{
	return sgz_fail(s->ctx, -EUCLEAN, "gzip member at offset %llu: %s",
			(unsigned long long)s->member, why);
}

static int begin_member(struct sgz_stream *s)
{
	int ret = sgz_gzip_header(&s->gzip->in);

	inflateReset(&s->z);
	s->gzip->inside = true;
	s->gzip->crc = 0;
	return ret;
}

/* After the end of a member: start the next one, if any. */
static int next_member(struct sgz_stream *s)
{
	struct sgz_gzinput *in = &s->gzip->in;
	uint64_t end = sgz_gzinput_pos(in);
	enum sgz_gzip_next next = SGZ_GZIP_ZEROES;
	int ret = s->kind == SGZ_MEMBER ? 0 : sgz_gzip_peek(in, &next);

	s->pos = in->next;
	if (ret)
		return ret;
	if (next == SGZ_GZIP_MEMBER)
		return begin_unit(s, end);
	s->done = true;
	if (next == SGZ_GZIP_GARBAGE)
		s->rest = end;
	/* Read a pipe to its end, so that its writer does not get SIGPIPE. */
	return s->ordered ? sgz_gzinput_drain(in) : 0;
}

static int end_member(struct sgz_stream *s)
{
	uint32_t crc, len;
	int ret = sgz_gzip_trailer(&s->gzip->in, &crc, &len);

	s->gzip->inside = false;
	if (ret)
		return ret;
	if (crc != s->gzip->crc)
		return member_failed(s, "incorrect data check");
	if (len != (uint32_t)s->decoded)
		return member_failed(s, "incorrect length check");
	return next_member(s);
}

/* Run the decoder once. */
static int inflate_some(struct sgz_stream *s)
{
	struct sgz_gzinput *in = &s->gzip->in;
	const uint8_t *from = s->z.next_out;
	int ret = sgz_gzinput_fill(in), z;

	s->pos = in->next;
	if (ret)
		return ret;
	if (in->at == in->len)
		return member_failed(s, "truncated");
	s->z.next_in = in->buf + in->at;
	s->z.avail_in = in->len - in->at;
	z = inflate(&s->z, Z_NO_FLUSH);
	in->at = in->len - s->z.avail_in;
	s->decoded += s->z.next_out - from;
	s->gzip->crc = libdeflate_crc32(s->gzip->crc, from,
					s->z.next_out - from);
	if (z == Z_STREAM_END)
		return end_member(s);
	if (z == Z_MEM_ERROR)
		return sgz_nomem(s->ctx);
	return z == Z_OK || z == Z_BUF_ERROR ? 0 :
		       member_failed(s, s->z.msg ? s->z.msg : "damaged");
}

static ssize_t read_members(struct sgz_stream *s, void *buf, size_t len)
{
	if (len > INT_MAX)
		len = INT_MAX;
	s->z.next_out = buf;
	s->z.avail_out = len;
	while (s->z.avail_out && !s->done) {
		int ret = s->gzip->inside ? inflate_some(s) : begin_member(s);

		if (ret)
			return ret;
		/* Do not return bytes of two members in one call. */
		if (!s->gzip->inside && s->z.avail_out < len)
			break;
	}
	return len - s->z.avail_out;
}

static int frame_failed(struct sgz_stream *s, size_t code)
{
	const char *why = ZSTD_getErrorName(code);

	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return sgz_nomem(s->ctx);
	case ZSTD_error_frameParameter_windowTooLarge:
		return sgz_fail(s->ctx, -EINVAL,
				"zstd frame at offset %llu: needs a window of more than 32 MiB; decompress the layer with zstd -d --long=31, or recompress it without --long and --ultra",
				(unsigned long long)s->member);
	default:
		return sgz_fail(s->ctx, -EUCLEAN, "zstd frame at offset %llu: %s",
				(unsigned long long)s->member, why);
	}
}

/* Run the decoder once. @ended is set at the end of a frame. */
static int step_frame(struct sgz_stream *s, ZSTD_outBuffer *out, bool *ended)
{
	ZSTD_inBuffer in = { s->z.next_in, s->z.avail_in, 0 };
	size_t before = out->pos, code;

	code = ZSTD_decompressStream(s->zstd, out, &in);
	if (ZSTD_isError(code))
		return frame_failed(s, code);
	s->z.next_in += in.pos;
	s->z.avail_in -= in.pos;
	s->decoded += out->pos - before;
	s->held = code && out->pos == out->size;
	*ended = !code;
	if (!s->watch || out->pos == before)
		return 0;
	return s->watch->bytes(s->watch->data, s, (char *)out->dst + before,
			       out->pos - before);
}

static ssize_t read_frames(struct sgz_stream *s, void *buf, size_t len)
{
	ZSTD_outBuffer out = { buf, len, 0 };

	while (out.pos < out.size && !s->done) {
		bool ended = false;
		int ret;

		ret = s->held ? 0 : refill(s);
		if (!ret)
			ret = step_frame(s, &out, &ended);
		if (!ret && ended && s->watch)
			ret = s->watch->end(s->watch->data, s,
					    s->pos - s->z.avail_in);
		if (ret)
			return ret;
		if (!ended)
			continue;
		ret = next_frame(s);
		if (ret)
			return ret;
		if (out.pos)
			break;
	}
	return out.pos;
}

void sgz_stream_unread(struct sgz_stream *s, const void *buf, size_t len)
{
	memcpy(s->back + sizeof(s->back) - len, buf, len);
	s->back_len = len;
}

/* Read up to @len bytes passed to sgz_stream_unread(); discard if no @buf. */
static size_t read_back(struct sgz_stream *s, void *buf, uint64_t len)
{
	if (len > s->back_len)
		len = s->back_len;
	if (buf)
		memcpy(buf, s->back + sizeof(s->back) - s->back_len, len);
	s->back_len -= len;
	return len;
}

ssize_t sgz_stream_read(struct sgz_stream *s, void *buf, size_t len)
{
	if (s->back_len && len)
		return read_back(s, buf, len);
	if (s->kind == SGZ_PLAIN)
		return read_plain(s, buf, len);
	if (s->kind == SGZ_PULLED)
		return read_pulled(s, buf, len);
	if (s->kind == SGZ_FRAMES)
		return read_frames(s, buf, len);
	return read_members(s, buf, len);
}

static int too_early(const struct sgz_stream *s)
{
	return sgz_fail(s->ctx, -EUCLEAN, "data at offset %llu ends too early",
			(unsigned long long)s->member);
}

int sgz_stream_full(struct sgz_stream *s, void *buf, size_t len)
{
	while (len) {
		ssize_t n = sgz_stream_read(s, buf, len);

		if (n <= 0)
			return n ? n : too_early(s);
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}

static int skip_pulled(struct sgz_stream *s, uint64_t len)
{
	while (len) {
		ssize_t n = read_pulled(s, NULL, len < SIZE_MAX ? len :
							SIZE_MAX);

		if (n <= 0)
			return n ? n : too_early(s);
		len -= n;
	}
	return 0;
}

int sgz_stream_skip(struct sgz_stream *s, uint64_t len)
{
	char buf[16 << 10];

	len -= read_back(s, NULL, len);
	if (s->kind == SGZ_PULLED)
		return skip_pulled(s, len);

	if (s->kind == SGZ_PLAIN && !s->ordered && len <= s->end - s->pos) {
		s->pos += len;
		s->decoded += len;
		return 0;
	}
	while (len) {
		size_t n = len < sizeof(buf) ? len : sizeof(buf);
		int ret = sgz_stream_full(s, buf, n);

		if (ret)
			return ret;
		len -= n;
	}
	return 0;
}

int sgz_stream_drain(struct sgz_stream *s)
{
	char buf[16 << 10];
	ssize_t n;

	do {
		n = s->kind == SGZ_PULLED ? read_pulled(s, NULL, SIZE_MAX) :
					    sgz_stream_read(s, buf, sizeof(buf));
	} while (n > 0);
	return n;
}

void sgz_stream_progress(const struct sgz_stream *s)
{
	/* The size of a pipe is not known. */
	sgz_progress(s->ctx, s->pos, s->blob->pipe ? 0 : s->end);
}

void sgz_stream_close(struct sgz_stream *s)
{
	if (s->kind == SGZ_FRAMES)
		ZSTD_freeDStream(s->zstd);
	if (!s->gzip)
		return;
	inflateEnd(&s->z);
	free(s->gzip);
	s->gzip = NULL;
}
