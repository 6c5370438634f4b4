// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - compressed bytes of a span, in the form that codecs consume.
 *
 * No locks: an input belongs to one decode.
 */
#include <linux/string.h>

#include "internal.h"

/* Read from a blob; implements stargz_input.read. */
static int stargz_input_read(struct stargz_input *in, void *to, size_t n)
{
	const struct stargz_blob_info *blob = in->from;
	const struct stargz_source *src = blob->source;
	u64 pos = blob->start + in->pos;
	bool forget = !stargz_source_cached(src, pos, n);
	int err = stargz_source_read(src, pos, to, n);

	if (err)
		return err;
	if (forget)
		stargz_source_forget(src, pos, n);
	in->pos += n;
	return 0;
}

/**
 * stargz_input_blob() - read the bytes of a blob chunk by chunk
 * @in: filled in
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: number of bytes, within stargz_blob_info.used
 * @buf: %STARGZ_INPUT_SIZE bytes of memory, valid as long as @in is used
 */
void stargz_input_blob(struct stargz_input *in,
		       const struct stargz_blob_info *blob, u64 pos, u64 len,
		       void *buf)
{
	*in = (struct stargz_input) {
		.left = len,
		.piece = STARGZ_INPUT_SIZE,
		.buf = buf,
		.read = stargz_input_read,
		.from = blob,
		.pos = pos,
	};
}

/**
 * stargz_input_need() - bring at least @n bytes into memory
 * @in: the input
 * @n: number of bytes, at most %STARGZ_INPUT_SIZE
 *
 * Reads the next chunk if fewer bytes are in memory and the span has more. Sets
 * @next and @avail; @avail is below @n only at the end of the span. Sleeps.
 *
 * Return: 0, or an error of the read.
 */
int stargz_input_need(struct stargz_input *in, size_t n)
{
	size_t more;
	int err;

	if (in->avail >= n || !in->left)
		return 0;
	more = min_t(u64, in->left, STARGZ_INPUT_SIZE - in->avail);
	more = min(more, max(in->piece, n - in->avail));
	memmove(in->buf, in->next, in->avail);
	in->next = in->buf;
	err = in->read(in, in->buf + in->avail, more);
	if (err)
		return err;
	in->avail += more;
	in->left -= more;
	return 0;
}

/**
 * stargz_input_byte() - consume one byte
 * @in: the input
 *
 * Return: the byte, -EFSCORRUPTED at the end of the span, or an error of the
 * read.
 */
int stargz_input_byte(struct stargz_input *in)
{
	if (!in->avail) {
		int err = stargz_input_need(in, 1);

		if (err)
			return err;
		if (!in->avail)
			return -EFSCORRUPTED;
	}
	in->avail--;
	return *in->next++;
}
