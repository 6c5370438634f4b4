/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deflate streams as no compressor makes them.
 */
#ifndef STARGZ_INFLATE_GENERATE_H
#define STARGZ_INFLATE_GENERATE_H

#include "inflate-compare.h"

/**
 * inflate_generate() - write a random deflate stream
 * @out: gets it
 * @room: most bytes
 * @bit: bits of the first byte to leave before it
 * @history: bytes of history that matches may refer to
 * @damage: now and then something invalid, in codes, lengths or distances
 * @seed: of what is random
 *
 * The codes are of any shape that is allowed, up to 15 bits, with symbols that
 * are never used; runs of code lengths are written in all ways there are.
 *
 * Return: bytes written; the stream is cut off if the room is too small.
 */
size_t inflate_generate(u8 *out, size_t room, unsigned int bit, size_t history,
			bool damage, u32 *seed);

#endif /* STARGZ_INFLATE_GENERATE_H */
