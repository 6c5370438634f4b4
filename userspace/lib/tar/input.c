// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <string.h>

#include "tar/input.h"

int sgz_tar_fail(const struct sgz_tar *tar, int code, const char *why)
{
	const struct sgz_tar_header *h = &tar->h;
	const char *where = "";
	struct sgz_quoted name = { "" };

	if (tar->named) {
		where = ", in ";
		name = sgz_quote(h->name, h->name_len);
	} else if (tar->last_len) {
		where = ", after ";
		name = sgz_quote(tar->last, tar->last_len);
	}
	return sgz_fail(tar->stream->ctx, code, "tar: byte %llu%s%s: %s",
			(unsigned long long)tar->at, where, name.text, why);
}

int sgz_tar_damaged(const struct sgz_tar *tar, const char *why)
{
	return sgz_tar_fail(tar, -EUCLEAN, why);
}

/* Prefix the error text of the stream with the position in the tar. */
static int stream_failed(const struct sgz_tar *tar, int ret)
{
	struct stargz_error inner;

	if (ret != -EUCLEAN)
		return ret;
	inner = *tar->stream->ctx->err;
	return sgz_tar_damaged(tar, inner.text);
}

/* Append unchanged header blocks to @tar->head. */
static int keep_head(struct sgz_tar *tar, const void *bytes, size_t len)
{
	void *copy;

	if (!tar->head)
		return 0;
	copy = sgz_vec_add(tar->head, len, 1);
	if (!copy)
		return sgz_nomem(tar->stream->ctx);
	memcpy(copy, bytes, len);
	return 0;
}

int sgz_tar_read(struct sgz_tar *tar, void *buf, size_t len)
{
	int ret = sgz_stream_full(tar->stream, buf, len);

	tar->pos += len;
	return ret ? stream_failed(tar, ret) : keep_head(tar, buf, len);
}

int sgz_tar_skip(struct sgz_tar *tar, uint64_t len)
{
	int ret = sgz_stream_skip(tar->stream, len);

	tar->pos += len;
	return stream_failed(tar, ret);
}

/* Read up to a block. Returns fewer bytes only at the end, or an error. */
static int read_part(struct sgz_tar *tar, void *block)
{
	int have = 0;

	while (have < SGZ_TAR_BLOCK) {
		ssize_t n = sgz_stream_read(tar->stream, (char *)block + have,
					    SGZ_TAR_BLOCK - have);

		if (n < 0)
			return stream_failed(tar, n);
		if (!n)
			break;
		have += n;
	}
	return have;
}

int sgz_tar_block_read(struct sgz_tar *tar, void *block)
{
	int ret = read_part(tar, block);

	if (ret <= 0)
		return ret;
	if (ret < SGZ_TAR_BLOCK)
		return sgz_tar_damaged(tar, "cut off in a header");
	tar->pos += ret;
	ret = keep_head(tar, block, SGZ_TAR_BLOCK);
	return ret ? ret : 1;
}

int sgz_tar_peek(struct sgz_tar *tar, void *block)
{
	int have = read_part(tar, block);

	if (have > 0)
		sgz_stream_unread(tar->stream, block, have);
	return have;
}

void sgz_tar_close(struct sgz_tar *tar)
{
	sgz_vec_free(&tar->h.runs);
	sgz_pax_free(&tar->h.pax);
}
