// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF").
 */
#include <endian.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"

static uint64_t key[2];

static void make_key(void)
{
	/* Without random bytes the hash works, but is predictable. */
	if (getrandom(key, sizeof(key), GRND_NONBLOCK) < 0)
		key[0] = (uintptr_t)&key;
}

static uint64_t rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

uint64_t sgz_hash(uint64_t salt, const void *bytes, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *p = bytes;
	uint64_t v[4], word;
	size_t left;

	pthread_once(&once, make_key);
	v[0] = key[0] ^ 0x736f6d6570736575;
	v[1] = key[1] ^ 0x646f72616e646f6d;
	v[2] = key[0] ^ 0x6c7967656e657261;
	v[3] = key[1] ^ 0x7465646279746573;
	absorb(v, salt);
	for (left = len; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		absorb(v, le64toh(word));
	}
	word = 0;
	memcpy(&word, p, left);
	absorb(v, le64toh(word) | (uint64_t)(len + 8) << 56);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
