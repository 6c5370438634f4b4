/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The history that a checkpoint needs: of the 32 KiB before it only what is
 * referred to after it.
 */
#ifndef SGZ_FORMAT_CHECKPOINT_WINDOW_H
#define SGZ_FORMAT_CHECKPOINT_WINDOW_H

#include <libdeflate.h>

#include "format/spans.h"

/* Deflate refers to no more than this many bytes back. */
#define SGZ_HISTORY_SIZE	(32u << 10)

/**
 * struct sgz_history - a history being pruned
 * @z: the compressor
 * @len: bytes of history
 * @left: bytes of output that may still refer to it
 * @bytes: they
 * @used: 1 for those that were referred to
 * @packed: a compressed history
 */
struct sgz_history {
	struct libdeflate_compressor *z;
	size_t len;
	size_t left;
	uint8_t bytes[SGZ_HISTORY_SIZE];
	uint8_t used[SGZ_HISTORY_SIZE];
	uint8_t packed[SGZ_HISTORY_SIZE + 512];
};

/** sgz_history_begin() - a checkpoint is after the @len bytes before @end */
void sgz_history_begin(struct sgz_history *h, const uint8_t *end, size_t len);

/**
 * sgz_history_end() - nothing refers to the history any more
 * @h: a history
 * @ctx: the call
 * @spans: gets the history
 * @span: gets its place, or none if nothing was referred to
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_history_end(struct sgz_history *h, const struct sgz_context *ctx,
		    struct sgz_spans *spans, struct sgz_span *span);

/** sgz_history_free() - release */
void sgz_history_free(struct sgz_history *h);

#endif /* SGZ_FORMAT_CHECKPOINT_WINDOW_H */
