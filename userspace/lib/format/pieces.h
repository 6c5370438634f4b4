/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The checksums of the pieces of a span.
 */
#ifndef SGZ_FORMAT_PIECES_H
#define SGZ_FORMAT_PIECES_H

#include "base/memory.h"

/**
 * struct sgz_pieces - checksums in progress
 * @list: uint32_t, the CRC-32 of each complete piece
 * @crc: CRC-32 of the bytes after the complete pieces
 * @len: number of these bytes
 */
struct sgz_pieces {
	struct sgz_vec list;
	uint32_t crc;
	uint32_t len;
};

/** sgz_pieces_add() - add decoded bytes; returns 0 or -ENOMEM */
int sgz_pieces_add(struct sgz_pieces *pieces, const void *bytes, size_t len);

/** sgz_pieces_store() - append the checksums to @to; returns 0 or -ENOMEM */
int sgz_pieces_store(const struct sgz_pieces *pieces, struct sgz_vec *to);

/**
 * sgz_pieces_resume() - start again, with a piece that is not complete
 * @pieces: the checksums, which are forgotten
 * @crc: CRC-32 of the first bytes of the piece
 * @len: number of these bytes; zero: start with a new piece
 */
void sgz_pieces_resume(struct sgz_pieces *pieces, uint32_t crc, uint32_t len);

#endif /* SGZ_FORMAT_PIECES_H */
