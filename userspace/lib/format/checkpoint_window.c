// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Pruning and compressing histories. Bytes that nothing refers to become zero,
 * which deflate compresses well; those at the start are omitted.
 */
#include <string.h>

#include "format/checkpoint_window.h"

/* Higher levels save less than 1 % of an index and are slower. */
#define LEVEL	6

void sgz_history_begin(struct sgz_history *h, const uint8_t *end, size_t len)
{
	h->len = len;
	h->left = SGZ_HISTORY_SIZE;
	memcpy(h->bytes, end - len, len);
	memset(h->used, 0, len);
}

static int pack(struct sgz_history *h, const struct sgz_context *ctx,
		struct sgz_spans *spans, struct sgz_span *span, size_t first)
{
	size_t n;
	void *to;

	if (!h->z)
		h->z = libdeflate_alloc_compressor(LEVEL);
	if (!h->z)
		return sgz_nomem(ctx);
	n = libdeflate_deflate_compress(h->z, h->bytes + first, h->len - first,
					h->packed, sizeof(h->packed));
	to = n ? sgz_vec_add(&spans->histories, n, 1) : NULL;
	if (!to)
		return sgz_nomem(ctx);
	memcpy(to, h->packed, n);
	span->history = spans->histories.count - n;
	span->history_clen = n;
	span->history_ulen = h->len - first;
	return 0;
}

int sgz_history_end(struct sgz_history *h, const struct sgz_context *ctx,
		    struct sgz_spans *spans, struct sgz_span *span)
{
	const uint8_t *used = memchr(h->used, 1, h->len);

	h->left = 0;
	if (!used)
		return 0;
	for (size_t i = 0; i < h->len; i++)
		h->bytes[i] &= -h->used[i];
	return pack(h, ctx, spans, span, used - h->used);
}

void sgz_history_free(struct sgz_history *h)
{
	if (h->z)
		libdeflate_free_compressor(h->z);
}
