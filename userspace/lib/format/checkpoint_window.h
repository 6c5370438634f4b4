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
 * struct sgz_history_packer - compresses histories
 * @z: the compressor, or NULL before the first history
 * @bytes: a pruned history
 * @packed: the same, compressed
 */
struct sgz_history_packer {
	struct libdeflate_compressor *z;
	uint8_t bytes[SGZ_HISTORY_SIZE];
	uint8_t packed[SGZ_HISTORY_SIZE + 512];
};

/**
 * sgz_history_cost() - estimate the size of a compressed history
 * @used: 1 for each of the SGZ_HISTORY_SIZE bytes that is needed, else 0
 *
 * Return: bytes; zero if no byte is needed.
 */
uint32_t sgz_history_cost(const uint8_t used[SGZ_HISTORY_SIZE]);

/**
 * sgz_history_store() - prune, compress and store a history
 * @p: the packer
 * @ctx: the call
 * @spans: receives the history
 * @span: receives its position, unless no byte is needed
 * @end: end of the history: the first byte of the span
 * @used: as for sgz_history_cost(), for the bytes before @end. Bytes that do
 *	not exist are not needed
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_history_store(struct sgz_history_packer *p,
		      const struct sgz_context *ctx, struct sgz_spans *spans,
		      struct sgz_span *span, const uint8_t *end,
		      const uint8_t used[SGZ_HISTORY_SIZE]);

/** sgz_history_free() - release */
void sgz_history_free(struct sgz_history_packer *p);

#endif /* SGZ_FORMAT_CHECKPOINT_WINDOW_H */
