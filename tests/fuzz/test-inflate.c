// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Our deflate decoder and zlib on many streams, as TAP: those of zlib's
 * compressor, whole, cut off and damaged; those of our generator; random
 * bytes; and the members of the gzip files given. The same in each run.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "inflate-generate.h"

#define HISTORY		32768
#define PLAIN_MAX	(1U << 17)
#define STREAM_MAX	(2 * PLAIN_MAX)
#define GENERATED_MAX	8192

static u8 plain[HISTORY + PLAIN_MAX];	/* the history first */
static u8 stream[STREAM_MAX];
static u32 seed = 20250101;
static unsigned long checks;
static unsigned int wrong, tests, failed;

static u32 below(u32 n)
{
	return inflate_random(&seed) % n;
}

/* One comparison, of a copy that ends where the stream does. */
static void check(struct inflate_case c)
{
	u8 *copy = malloc(c.len ? c.len : 1);
	const char *what;

	if (!copy)
		errx(1, "out of memory");
	c.in = memcpy(copy, c.in, c.len);
	c.seed = inflate_random(&seed);
	what = inflate_compare(&c);
	free(copy);
	checks++;
	if (what && wrong++ < 10)
		printf("# %s (len %zu bit %u dict %zu room %zu slice %zu feed %zu%s%s%s%s seed %u)\n",
		       what, c.len, c.bit, c.dict_len, c.room, c.slice, c.feed,
		       c.copy ? " copy" : "", c.move ? " move" : "", c.generic ? " generic" : "",
		       c.beside ? c.second ? " second" : " first" : "", c.seed);
}

static void report(const char *what)
{
	printf("%s %u - fuzz: %s\n", wrong ? "not ok" : "ok", ++tests, what);
	printf("# %lu comparisons\n", checks);
	failed += wrong != 0;
	wrong = 0;
	checks = 0;
}

/* Vary how a stream is decoded. To move often takes time, for much output. */
static void vary(struct inflate_case *c)
{
	c->slice = below(3) ? 1 + below(1U << (1 + below(17))) : 0;
	c->move = below(2);
	if (c->move && c->slice)
		c->slice += c->room / 64;
	c->feed = below(2) ? 1 + below(1U << (1 + below(17))) : 0;
	c->copy = below(2);
	c->generic = below(2);
	c->beside = below(2);
	c->second = below(2);
}

/* Some bytes in a style that gives codes of another shape. */
static void fill(u8 *to, size_t len, unsigned int style)
{
	size_t i, period = 1 + below(300);
	u8 any = 1 + below(255);

	for (i = 0; i < len; i++) {
		switch (style) {
		case 0:
			to[i] = below(any);
			break;
		case 1:
			to[i] = i < period || !below(40) ?
				inflate_random(&seed) : to[i - period];
			break;
		case 2:
			to[i] = "etaoin shrdlu\n"[below(14)];
			break;
		default:
			to[i] = 1U << (below(8) & below(8));
		}
	}
}

/* Compress @len bytes after the history, of which the last @dict_len count. */
static size_t compress_plain(size_t len, size_t dict_len, unsigned int bit)
{
	z_stream z = { .next_in = plain + HISTORY, .avail_in = len };

	if (deflateInit2(&z, below(10), Z_DEFLATED, -MAX_WBITS, 1 + below(9),
			 below(5)) != Z_OK)
		errx(1, "deflateInit2");
	if (dict_len)
		deflateSetDictionary(&z, plain + HISTORY - dict_len, dict_len);
	if (bit)
		deflatePrime(&z, bit, inflate_random(&seed));
	z.next_out = stream;
	z.avail_out = sizeof(stream);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		errx(1, "deflate");
	deflateEnd(&z);
	return z.total_out;
}

static void damage(size_t len)
{
	size_t within = below(2) && len > 100 ? 100 : len;

	stream[below(within)] ^= 1 << below(8);
}

static void test_compressed(void)
{
	unsigned int i, k;
	size_t len, whole;

	for (i = 0; i < 1500; i++) {
		struct inflate_case c = { .in = stream, .bit = below(8) };

		len = below(1U << (4 + below(14)));
		fill(plain, HISTORY + len, below(4));
		c.dict_len = below(2) ? below(HISTORY + 1) : 0;
		c.dict = plain + HISTORY - c.dict_len;
		whole = compress_plain(len, c.dict_len, c.bit);
		for (k = 0; k < 6; k++) {
			c.len = k & 1 ? below(whole + 1) : whole;
			c.room = below(4) ? len + below(9) : below(len + 2);
			if (k > 3)
				damage(whole);
			vary(&c);
			check(c);
		}
	}
	report("streams of zlib, whole, cut off, damaged");
}

static void test_generated(void)
{
	unsigned int i, k;
	size_t whole;

	fill(plain, HISTORY, 0);
	for (i = 0; i < 8000; i++) {
		struct inflate_case c = { .in = stream, .bit = below(8) };

		c.dict_len = below(2) ? below(HISTORY + 1) : 0;
		c.dict = plain + HISTORY - c.dict_len;
		whole = inflate_generate(stream, GENERATED_MAX, c.bit,
					 c.dict_len, i & 1, &seed);
		for (k = 0; k < 4; k++) {
			c.len = k == 1 ? below(whole + 1) : whole;
			c.room = below(1U << (1 + below(17)));
			if (k > 2)
				damage(whole);
			vary(&c);
			check(c);
		}
	}
	report("streams with codes of all shapes");
}

/* Bits as they follow one another in a stream. */
static void put(size_t *at, u32 value, unsigned int n)
{
	for (; n; n--, value >>= 1, (*at)++) {
		if (!(*at & 7))
			stream[*at >> 3] = 0;
		stream[*at >> 3] |= (value & 1) << (*at & 7);
	}
}

/*
 * A dynamic block of nothing but its end. Of the code for code lengths, 1 has
 * the code 0 and 18 the code 1; lengths and distances have one code of a bit.
 */
static void put_empty(size_t *at)
{
	unsigned int i;

	put(at, 4, 3);
	put(at, 0, 5);
	put(at, 0, 5);
	put(at, 14, 4);
	for (i = 0; i < 18; i++)
		put(at, i == 2 || i == 17, 3);
	put(at, 1 | (138 - 11) << 1, 8);
	put(at, 1 | (118 - 11) << 1, 8);
	put(at, 0, 3);
}

/* A fixed block of some literals. */
static void put_literals(size_t *at, unsigned int n, bool last)
{
	u32 code, i;

	put(at, 2 | last, 3);
	while (n--) {
		code = 0x30 + below(144);
		for (i = 8; i--;)
			put(at, code >> i, 1);
	}
	put(at, 0, 7);
}

/* Long runs of blocks that take input and give nothing, in slices of 64 KiB. */
static void test_empty(void)
{
	unsigned int i, k, n;
	size_t bits;

	for (i = 0; i < 60; i++) {
		struct inflate_case c = { .in = stream, .room = 5000 };

		for (bits = 0, k = 0; k < 4; k++) {
			for (n = below(i < 4 ? 6000 : 200); n; n--)
				put_empty(&bits);
			put_literals(&bits, below(1000), k == 3);
		}
		c.len = bits / 8 + 1;
		if (below(8) == 0)
			damage(c.len);
		vary(&c);
		c.feed = i & 1 ? 65536 : c.feed;
		check(c);
	}
	report("long runs of empty blocks");
}

static void test_random(void)
{
	struct inflate_case c = { .in = stream };
	unsigned int i;
	size_t k;

	for (i = 0; i < 50000; i++) {
		c.len = below(300);
		for (k = 0; k < c.len; k++)
			stream[k] = inflate_random(&seed);
		c.bit = below(8);
		c.room = below(5000);
		vary(&c);
		check(c);
	}
	report("random bytes");
}

static u8 *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	size_t room = 1U << 20, n;
	u8 *data = NULL;

	if (!f)
		err(1, "%s", path);
	*len = 0;
	do {
		room *= 2;
		data = realloc(data, room);
		if (!data)
			errx(1, "out of memory");
		n = fread(data + *len, 1, room - *len, f);
		*len += n;
	} while (*len == room);
	if (ferror(f))
		err(1, "%s", path);
	fclose(f);
	return data;
}

/*
 * Find a gzip member by zlib: where its deflate stream is, how long that is,
 * and how much comes out of it. Returns the length of the whole member.
 */
static size_t find_member(const u8 *data, size_t len, size_t *start,
			  size_t *room)
{
	static u8 sink[65536];
	z_stream z = { .next_in = (u8 *)data, .avail_in = len };
	gz_header header = { 0 };
	int res;

	if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
		errx(1, "inflateInit2");
	inflateGetHeader(&z, &header);
	*start = 0;
	do {
		z.next_out = sink;
		z.avail_out = sizeof(sink);
		res = inflate(&z, Z_BLOCK);
		if (!*start && header.done == 1)
			*start = z.total_in;
	} while (res == Z_OK);
	*room = z.total_out;
	inflateEnd(&z);
	return res == Z_STREAM_END ? z.total_in : 0;
}

/* Every member of a file, with what follows it as further input. */
static void test_members(const char *path)
{
	size_t left, n, start, room;
	u8 *data = read_file(path, &left), *p = data;
	const char *name = strrchr(path, '/');
	char what[200];

	for (; left; p += n, left -= n) {
		struct inflate_case c = { 0 };

		n = find_member(p, left, &start, &room);
		if (!n) {
			printf("# no gzip member %zu bytes before the end\n",
			       left);
			wrong++;
			break;
		}
		c.in = p + start;
		c.len = n - start;
		c.room = room;
		vary(&c);
		check(c);
		if (room < PLAIN_MAX) {
			c.room = below(room + 2);
			c.len = below(c.len + 1);
			vary(&c);
			check(c);
		}
	}
	free(data);
	snprintf(what, sizeof(what), "members of %s", name ? name + 1 : path);
	report(what);
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_compressed();
	test_generated();
	test_empty();
	test_random();
	for (i = 1; i < argc; i++)
		test_members(argv[i]);
	printf("1..%u\n", tests);
	return failed != 0;
}
