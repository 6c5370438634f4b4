/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The history that a checkpoint needs: those of the 32 KiB before it to which
 * later matches refer.
 */
#ifndef SGZ_FORMAT_CHECKPOINT_WINDOW_H
#define SGZ_FORMAT_CHECKPOINT_WINDOW_H

#include <libdeflate.h>

#include "format/spans.h"

/* Maximum distance of a deflate match in bytes. */
#define SGZ_HISTORY_SIZE	(32u << 10)

/**
 * struct sgz_history - a history that is being pruned
 * @z: the compressor
 * @len: size of the history in bytes
 * @left: number of bytes of output that may still refer to it
 * @bytes: the history
 * @used: 1 for each byte to which a match refers
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

/** sgz_history_begin() - start a history: the @len bytes before @end */
void sgz_history_begin(struct sgz_history *h, const uint8_t *end, size_t len);

/**
 * sgz_history_end() - store a history, after its last use by a match
 * @h: a history
 * @ctx: the call
 * @spans: receives the history
 * @span: receives its position, unless no match refers to the history
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_history_end(struct sgz_history *h, const struct sgz_context *ctx,
		    struct sgz_spans *spans, struct sgz_span *span);

/** sgz_history_free() - release */
void sgz_history_free(struct sgz_history *h);

#endif /* SGZ_FORMAT_CHECKPOINT_WINDOW_H */
