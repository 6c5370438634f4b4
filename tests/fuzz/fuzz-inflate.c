// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: our decoder and zlib must agree on every input. The first
 * bytes of an input say how to decode, the rest is the stream.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inflate-generate.h"

#define HEAD		5
#define HISTORY		32768
#define ROOM_MAX	(1U << 16)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, u32 seed);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);

/* History that is not the same anywhere. */
static const u8 *history(void)
{
	static u8 bytes[HISTORY];
	u32 seed = 1;
	size_t i;

	for (i = 0; !bytes[HISTORY - 1] && i < HISTORY; i++)
		bytes[i] = inflate_random(&seed) | 1;
	return bytes;
}

static size_t history_len(const u8 *head)
{
	return head[0] & 8 ? (size_t)head[1] << 7 : 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct inflate_case c = { 0 };
	const char *wrong;

	if (size < HEAD)
		return -1;
	c.bit = data[0] & 7;
	c.dict_len = history_len(data);
	c.dict = history() + HISTORY - c.dict_len;
	c.move = data[0] & 16;
	c.generic = data[0] & 32;
	c.beside = data[0] & 64;
	c.second = data[0] & 128;
	c.slice = data[2] ? 1U << (data[2] & 15) | data[2] >> 4 : 0;
	c.seed = data[2] << 8 | data[3];
	/* More than most streams give, less, or now and then a lot. */
	c.room = data[3] < 254 ? data[3] << (data[2] & 7) : ROOM_MAX;
	c.feed = data[4] & 15 ? 1U << (data[4] & 15) : 0;
	c.copy = data[4] & 16;
	/* A buffer of its own, which ends where the stream does. */
	c.len = size - HEAD;
	c.in = memcpy(malloc(c.len ? c.len : 1), data + HEAD, c.len);
	wrong = inflate_compare(&c);
	if (wrong) {
		fprintf(stderr, "inflate: %s\n", wrong);
		abort();
	}
	free((void *)c.in);
	return 0;
}

/* A new stream, a bit of the old one turned, or what libFuzzer does. */
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, u32 seed)
{
	u32 bit, random = seed | 1;
	size_t n;

	switch (inflate_random(&random) % 8) {
	case 0:
	case 1:
	case 2:
		n = inflate_random(&random) % 64 ?
		    HEAD + inflate_random(&random) % 1024 : max;
		if (n > max || n < HEAD)
			break;
		for (bit = 0; bit < HEAD; bit++)
			data[bit] = inflate_random(&random);
		return HEAD + inflate_generate(data + HEAD, n - HEAD,
					       data[0] & 7, history_len(data),
					       inflate_random(&random) & 1,
					       &random);
	case 3:
	case 4:
		if (!size)
			break;
		bit = inflate_random(&random) % (8 * size);
		data[bit >> 3] ^= 1 << (bit & 7);
		return size;
	}
	return LLVMFuzzerMutate(data, size, max);
}
