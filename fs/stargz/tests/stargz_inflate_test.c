// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the deflate decoder: against the kernel's zlib, and
 * against streams of known content that are written bit by bit.
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "../inflate.h"

#define ROOM		SZ_16K
#define GUARD		64
#define GUARD_BYTE	0xa5
#define HISTORY		SZ_32K

struct inflate_test {
	struct stargz_inflate *s;
	z_stream zlib;
	u8 *in;			/* what test_put() writes */
	size_t bits;		/* how much that is */
	u8 *ours;
	u8 *theirs;
	u32 seed;
};

static u32 test_random(struct inflate_test *t)
{
	t->seed = t->seed * 1664525 + 1013904223;
	return t->seed >> 8;
}

static void test_put(struct inflate_test *t, u32 value, unsigned int n)
{
	for (; n; n--, value >>= 1, t->bits++) {
		if (!(t->bits & 7))
			t->in[t->bits >> 3] = 0;
		t->in[t->bits >> 3] |= (value & 1) << (t->bits & 7);
	}
}

/* Write a code, whose first bit is the most significant. */
static void test_put_code(struct inflate_test *t, u32 code, unsigned int n)
{
	while (n--)
		test_put(t, code >> n, 1);
}

static size_t test_len(const struct inflate_test *t)
{
	return DIV_ROUND_UP(t->bits, 8);
}

/* Write a symbol of the fixed literal/length code, RFC 1951 3.2.6. */
static void test_put_fixed(struct inflate_test *t, unsigned int symbol)
{
	if (symbol < 144)
		test_put_code(t, 0x30 + symbol, 8);
	else if (symbol < 256)
		test_put_code(t, 0x190 + symbol - 144, 9);
	else if (symbol < 280)
		test_put_code(t, symbol - 256, 7);
	else
		test_put_code(t, 0xc0 + symbol - 280, 8);
}

/* Write a match of 258 bytes with the fixed codes. */
static void test_put_match(struct inflate_test *t, unsigned int dist)
{
	unsigned int extra = dist > 4 ? ilog2(dist - 1) - 1 : 0;
	unsigned int symbol = (dist - 1) >> extra;

	/* Two symbols for each power of two; its next bit selects one. */
	test_put_fixed(t, 285);
	test_put_code(t, symbol + 2 * extra, 5);
	test_put(t, dist - 1, extra);
}

/* Decode @in from @bit on, in runs up to @limit and @len of output. */
static enum stargz_inflate_status
test_run(struct inflate_test *t, bool bmi2, unsigned int bit, size_t limit,
	 size_t len, size_t *pos)
{
	enum stargz_inflate_status status;

	stargz_inflate_start(t->s, t->in, test_len(t), bit);
	t->s->bmi2 &= bmi2;
	*pos = 0;
	status = stargz_inflate_run(t->s, t->ours, pos, limit);
	if (status != STARGZ_INFLATE_FULL)
		return status;
	return stargz_inflate_run(t->s, t->ours, pos, len);
}

/* Decode @in with the kernel's zlib, with ROOM bytes for output. */
static enum stargz_inflate_status test_zlib(struct inflate_test *t,
					    const u8 *in, size_t len)
{
	int err;

	zlib_inflateReset(&t->zlib);
	t->zlib.next_in = in;
	t->zlib.avail_in = len;
	t->zlib.next_out = t->theirs;
	t->zlib.avail_out = ROOM;
	err = zlib_inflate(&t->zlib, Z_SYNC_FLUSH);
	if (err == Z_STREAM_END)
		return STARGZ_INFLATE_END;
	if (err == Z_DATA_ERROR)
		return STARGZ_INFLATE_BAD;
	return t->zlib.avail_out ? STARGZ_INFLATE_TRUNCATED :
				   STARGZ_INFLATE_FULL;
}

/* Both decoders must agree on these bytes. */
static void test_same(struct kunit *test, const u8 *data, size_t len, bool bmi2)
{
	struct inflate_test *t = test->priv;
	enum stargz_inflate_status status, zlib;
	/* Exact size, so that KASAN detects a write beyond it. */
	u8 *in = kmalloc(len, GFP_KERNEL);
	size_t pos = 0;

	KUNIT_ASSERT_TRUE(test, in || !len);
	memcpy(in, data, len);
	stargz_inflate_start(t->s, in, len, 0);
	t->s->bmi2 &= bmi2;
	status = stargz_inflate_run(t->s, t->ours, &pos, ROOM);
	zlib = test_zlib(t, in, len);
	if (status == STARGZ_INFLATE_BAD &&
	    !strcmp(stargz_inflate_why(t->s), "no code for the end of block")) {
		/* zlib continues until it finds another error. */
		KUNIT_EXPECT_NE(test, (int)zlib, (int)STARGZ_INFLATE_END);
	} else {
		if (status != STARGZ_INFLATE_FULL)
			KUNIT_EXPECT_EQ(test, (int)status, (int)zlib);
		if (status == STARGZ_INFLATE_END)
			KUNIT_EXPECT_EQ(test, stargz_inflate_consumed(t->s),
					(size_t)t->zlib.total_in);
		KUNIT_EXPECT_EQ(test, pos, (size_t)t->zlib.total_out);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours, t->theirs, pos), 0);
	}
	kfree(in);
}

/* Data to compress: runs, repeats and noise. */
static void test_fill(struct inflate_test *t, u8 *to, size_t len)
{
	size_t i, n, back;

	for (i = 0; i < len; i += n) {
		n = min_t(size_t, len - i, 1 + test_random(t) % 300);
		back = 1 + test_random(t) % HISTORY;
		if (i && test_random(t) % 4) {
			if (back > i)
				back = 1 + test_random(t) % min_t(size_t, i, 9);
			for (back = i - back; n; n--)
				to[i++] = to[back++];
			continue;
		}
		n = min_t(size_t, n, 20);
		for (back = 0; back < n; back++)
			to[i + back] = test_random(t) % 64;
	}
}

/* Compress into @in. */
static void test_deflate(struct kunit *test, const u8 *data, size_t len,
			 int level, int strategy)
{
	struct inflate_test *t = test->priv;
	z_stream z = { .next_in = data, .avail_in = len };

	z.workspace = vmalloc(zlib_deflate_workspacesize(-MAX_WBITS, 8));
	KUNIT_ASSERT_NOT_NULL(test, z.workspace);
	z.next_out = t->in;
	z.avail_out = 4 * ROOM;
	KUNIT_EXPECT_EQ(test, Z_OK,
			zlib_deflateInit2(&z, level, Z_DEFLATED, -MAX_WBITS, 8,
					  strategy));
	KUNIT_EXPECT_EQ(test, Z_STREAM_END, zlib_deflate(&z, Z_FINISH));
	t->bits = z.total_out * 8;
	zlib_deflateEnd(&z);
	vfree(z.workspace);
}

static void deflated_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	u8 *data = vmalloc(ROOM);
	int level, strategy;
	size_t pos;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (level = 0; level <= 9; level++) {
		for (strategy = 0; strategy <= Z_HUFFMAN_ONLY; strategy++) {
			test_fill(t, data, ROOM);
			test_deflate(test, data, ROOM, level, strategy);
			memset(t->ours, 0, ROOM);
			KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_FULL,
					(int)test_run(t, level & 1, 0, 0, ROOM,
						      &pos));
			KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_END,
					(int)stargz_inflate_run(t->s, t->ours,
								&pos, ROOM));
			KUNIT_EXPECT_EQ(test, pos, (size_t)ROOM);
			KUNIT_EXPECT_EQ(test, stargz_inflate_consumed(t->s),
					test_len(t));
			KUNIT_EXPECT_EQ(test, memcmp(t->ours, data, ROOM), 0);
		}
	}
	vfree(data);
}

/* Stop at every byte; continue in place, and elsewhere with a dictionary. */
static void limits_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	const size_t len = 1500;
	u8 *data = t->theirs + ROOM;
	size_t limit, pos, i;

	test_fill(t, data, len);
	test_deflate(test, data, len, 9, 0);
	for (limit = 0; limit <= len; limit++) {
		memset(t->ours, GUARD_BYTE, len + GUARD);
		test_run(t, limit & 1, 0, limit, limit, &pos);
		KUNIT_EXPECT_EQ(test, pos, limit);
		for (i = limit; i < limit + GUARD; i++)
			KUNIT_ASSERT_EQ(test, t->ours[i], GUARD_BYTE);
		memcpy(t->theirs, t->ours, limit);
		stargz_inflate_dict(t->s, t->theirs, limit);
		pos = 0;
		memset(t->ours, 0, len);
		stargz_inflate_run(t->s, t->ours, &pos, len - limit);
		KUNIT_EXPECT_EQ(test, pos, len - limit);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours, data + limit, pos), 0);
		KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_END,
				(int)stargz_inflate_run(t->s, t->ours, &pos,
							pos));
		test_run(t, limit & 1, 0, limit, len, &pos);
		KUNIT_EXPECT_EQ(test, pos, len);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours, data, len), 0);
	}
}

/* Every truncation and every flipped bit of a small stream. */
static void damage_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	const size_t plain = 700;
	u8 *data = t->theirs + ROOM;
	size_t i, len;
	int strategy;

	for (strategy = 0; strategy <= Z_HUFFMAN_ONLY; strategy++) {
		test_fill(t, data, plain);
		test_deflate(test, data, plain, 9, strategy);
		len = test_len(t);
		for (i = 0; i <= len; i++)
			test_same(test, t->in, i, i & 1);
		for (i = 0; i < 8 * len; i++) {
			t->in[i >> 3] ^= 1 << (i & 7);
			test_same(test, t->in, len, i & 1);
			t->in[i >> 3] ^= 1 << (i & 7);
		}
	}
}

static void random_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	size_t i, len, k;

	for (i = 0; i < 20000; i++) {
		len = test_random(t) % 200;
		for (k = 0; k < len; k++)
			t->in[k] = test_random(t);
		test_same(test, t->in, len, i & 1);
	}
}

static void stored_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	size_t i, pos;

	t->bits = 0;
	for (i = 0; i < 2; i++) {
		test_put(t, i, 3);
		test_put(t, 0, -t->bits & 7);
		test_put(t, i ? 0 : 65535, 16);
		test_put(t, i ? 65535 : 0, 16);
		if (i)
			break;
		memset(t->in + t->bits / 8, 0x5a, 65535);
		t->bits += 8 * 65535;
	}
	KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_END,
			(int)test_run(t, true, 0, 1000, 65536, &pos));
	KUNIT_EXPECT_EQ(test, pos, (size_t)65535);
	for (i = 0; i < pos && t->ours[i] == 0x5a; i++)
		;
	KUNIT_EXPECT_EQ(test, i, pos);
	t->in[3] ^= 1;
	KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_BAD,
			(int)test_run(t, true, 0, 1000, 65536, &pos));
}

/* All bit offsets, with matches into a dictionary of up to 32 KiB. */
static void history_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	u8 *dict = vmalloc(HISTORY);
	unsigned int bit, missing;
	size_t pos;

	KUNIT_ASSERT_NOT_NULL(test, dict);
	test_fill(t, dict, HISTORY);
	for (bit = 0; bit < 8; bit++) {
		t->bits = 0;
		test_put(t, test_random(t), bit);
		test_put(t, 3, 3);
		test_put_match(t, HISTORY);
		test_put_match(t, 300);
		test_put_match(t, HISTORY);
		test_put_fixed(t, 256);
		/* One byte less is too short for the first match. */
		for (missing = 0; missing < 2; missing++) {
			stargz_inflate_start(t->s, t->in, test_len(t), bit);
			stargz_inflate_dict(t->s, dict + missing,
					    HISTORY - missing);
			pos = 0;
			KUNIT_EXPECT_EQ(test, missing ?
					(int)STARGZ_INFLATE_BAD :
					(int)STARGZ_INFLATE_END,
					(int)stargz_inflate_run(t->s, t->ours,
								&pos, ROOM));
		}
		stargz_inflate_start(t->s, t->in, test_len(t), bit);
		stargz_inflate_dict(t->s, dict, HISTORY);
		pos = 0;
		stargz_inflate_run(t->s, t->ours, &pos, ROOM);
		KUNIT_EXPECT_EQ(test, pos, (size_t)3 * 258);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours, dict, 258), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours + 258,
					     dict + HISTORY - 42, 42), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours + 300, t->ours, 216), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->ours + 516, dict + 516, 258),
				0);
	}
	vfree(dict);
}

/* Matches of 258 bytes across a page boundary that overlap themselves. */
static void overlap_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	unsigned int dist, start, i;
	size_t pos;

	for (dist = 1; dist <= 300; dist += dist < 24 ? 1 : 23) {
		for (start = dist; start < dist + 259; start += 3) {
			t->bits = 0;
			test_put(t, 3, 3);
			for (i = 0; i < start; i++)
				test_put_fixed(t, i & 255);
			test_put_match(t, dist);
			test_put_fixed(t, 256);
			/* The limit of the first run acts like a boundary. */
			test_run(t, start & 1, 0, dist + 258, ROOM, &pos);
			KUNIT_EXPECT_EQ(test, pos, (size_t)start + 258);
			for (i = start; i < pos; i++)
				if (t->ours[i] != t->ours[i - dist])
					break;
			KUNIT_EXPECT_EQ(test, i, start + 258);
		}
	}
}

/* Write a dynamic block with these code lengths, without repeats. */
static void test_put_lens(struct inflate_test *t, const u8 *lens,
			  unsigned int litlens, unsigned int dists)
{
	unsigned int i;

	t->bits = 0;
	test_put(t, 5, 3);
	test_put(t, litlens - 257, 5);
	test_put(t, dists - 1, 5);
	test_put(t, 15, 4);
	/* Lengths 0 to 15 have codes of four bits; repeats have no code. */
	for (i = 0; i < 19; i++)
		test_put(t, i < 3 ? 0 : 4, 3);
	for (i = 0; i < litlens + dists; i++)
		test_put_code(t, lens[i], 4);
}

/* Codes of 1, 2, ... 14, 15 and 15 bits, in both alphabets. */
static void long_codes_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	u8 lens[257 + 16] = { 0 };
	unsigned int i, bmi2;
	size_t pos;

	for (i = 0; i < 15; i++)
		lens[i] = i + 1;
	lens[256] = 15;
	for (i = 0; i < 16; i++)
		lens[257 + i] = min(i + 1, 15U);
	test_put_lens(t, lens, 257, 16);
	for (i = 0; i < 15 * 20; i++)
		test_put_code(t, (1 << (i % 15 + 1)) - 2, i % 15 + 1);
	test_put_code(t, 0x7fff, 15);
	for (bmi2 = 0; bmi2 < 2; bmi2++) {
		KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_END,
				(int)test_run(t, bmi2, 0, 0, ROOM, &pos));
		KUNIT_EXPECT_EQ(test, pos, (size_t)15 * 20);
		for (i = 0; i < pos; i++)
			KUNIT_EXPECT_EQ(test, t->ours[i], i % 15);
	}
}

struct codes_case {
	const char *name;
	u8 symbols[4];		/* of literals, and the end of the block */
	u8 dists[2];
	const char *why;	/* the header is refused, or NULL */
};

static const struct codes_case codes_cases[] = {
	{ "complete", { 1, 2, 3, 3 }, { 1, 1 } },
	{ "over-subscribed", { 1, 1, 3, 3 }, { 1, 1 },
	  "invalid code of literals" },
	{ "incomplete", { 1, 3, 3, 3 }, { 1, 1 }, "invalid code of literals" },
	{ "only the end", { 0, 0, 0, 1 }, { 1, 1 } },
	{ "only the end, two bits", { 0, 0, 0, 2 }, { 1, 1 },
	  "invalid code of literals" },
	{ "no end", { 1, 2, 2, 0 }, { 1, 1 }, "no code for the end of block" },
	{ "no distance", { 1, 2, 3, 3 }, { 0, 0 } },
	{ "one distance", { 1, 2, 3, 3 }, { 1, 0 } },
	{ "one distance, two bits", { 1, 2, 3, 3 }, { 2, 0 },
	  "invalid code of distances" },
	{ "incomplete distances", { 1, 2, 3, 3 }, { 1, 2 },
	  "invalid code of distances" },
};

static void codes_test(struct kunit *test)
{
	struct inflate_test *t = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes_cases); i++) {
		const struct codes_case *c = &codes_cases[i];
		u8 lens[257 + 2] = { 0 };
		size_t pos;

		memcpy(lens, c->symbols, 3);
		lens[256] = c->symbols[3];
		memcpy(lens + 257, c->dists, 2);
		test_put_lens(t, lens, 257, 2);
		/* The end of block is 111, or 0 if it is the only symbol. */
		test_put(t, c->symbols[0] ? 7 : 0, 3);
		test_run(t, true, 0, 0, ROOM, &pos);
		KUNIT_EXPECT_STREQ_MSG(test, stargz_inflate_why(t->s) ?: "",
				       c->why ?: "", "%s", c->name);
		test_same(test, t->in, test_len(t), true);
	}
}

static int inflate_test_init(struct kunit *test)
{
	struct inflate_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	test->priv = t;
	t->seed = 20250101;
	t->s = kvmalloc(sizeof(*t->s), GFP_KERNEL);
	t->in = vmalloc(5 * ROOM);
	t->ours = vmalloc(5 * ROOM);
	t->theirs = vmalloc(5 * ROOM);
	t->zlib.workspace = vmalloc(zlib_inflate_workspacesize());
	if (!t->s || !t->in || !t->ours || !t->theirs || !t->zlib.workspace)
		return -ENOMEM;
	return zlib_inflateInit2(&t->zlib, -MAX_WBITS) == Z_OK ? 0 : -EINVAL;
}

static void inflate_test_exit(struct kunit *test)
{
	struct inflate_test *t = test->priv;

	if (!t)
		return;
	kvfree(t->s);
	vfree(t->in);
	vfree(t->ours);
	vfree(t->theirs);
	vfree(t->zlib.workspace);
}

/* Finish a run that stargz_inflate_two() left incomplete. */
static void test_finish(struct kunit *test, struct stargz_inflate_part *part)
{
	if (part->pos < part->end)
		KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_FULL,
				(int)stargz_inflate_run(part->s, part->base,
							&part->pos, part->end));
	KUNIT_EXPECT_EQ(test, part->pos, part->end);
}

/* Two streams side by side, in runs that end at different times. */
static void two_test(struct kunit *test)
{
	static const int levels[][2] = { { 9, 1 }, { 0, 6 }, { 4, 9 } };
	struct inflate_test *t = test->priv;
	struct stargz_inflate_part part[2];
	u8 *data[2], *in[2], *out[2];
	unsigned int i, k;

	for (i = 0; i < 2; i++) {
		data[i] = kunit_kmalloc(test, ROOM, GFP_KERNEL);
		in[i] = kunit_kmalloc(test, 2 * ROOM, GFP_KERNEL);
		out[i] = kunit_kmalloc(test, ROOM, GFP_KERNEL);
		KUNIT_ASSERT_TRUE(test, data[i] && in[i] && out[i]);
		part[i].s = t->s;
	}
	part[1].s = kunit_kmalloc(test, sizeof(*t->s), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, part[1].s);
	for (k = 0; k < 2 * ARRAY_SIZE(levels); k++) {
		for (i = 0; i < 2; i++) {
			test_fill(t, data[i], ROOM);
			test_deflate(test, data[i], ROOM, levels[k / 2][i], 0);
			memcpy(in[i], t->in, test_len(t));
			memset(out[i], 0, ROOM);
			stargz_inflate_start(part[i].s, in[i], test_len(t), 0);
			part[i].s->bmi2 &= k % 2;
			part[i].base = out[i];
			part[i].pos = 0;
			part[i].end = 1 + test_random(t) % 900;
		}
		while (part[0].pos < ROOM && part[1].pos < ROOM) {
			struct stargz_inflate_part *stopped;

			stopped = stargz_inflate_two(&part[0], &part[1]);
			test_finish(test, stopped);
			stopped->end += 1 + test_random(t) % 900;
			stopped->end = min_t(size_t, stopped->end, ROOM);
		}
		for (i = 0; i < 2; i++) {
			part[i].end = ROOM;
			test_finish(test, &part[i]);
			KUNIT_EXPECT_EQ(test, (int)STARGZ_INFLATE_END,
					(int)stargz_inflate_run(part[i].s,
								out[i],
								&part[i].pos,
								ROOM));
			KUNIT_EXPECT_EQ(test, 0, memcmp(out[i], data[i], ROOM));
		}
	}
}

/*
 * An empty dynamic block. In the code for code lengths, 1 has the code 0 and 18
 * the code 1; lengths and distances have one code of one bit.
 */
static void test_put_empty(struct inflate_test *t)
{
	unsigned int i;

	test_put(t, 4, 3);
	test_put(t, 0, 5);
	test_put(t, 0, 5);
	test_put(t, 14, 4);
	for (i = 0; i < 18; i++)
		test_put(t, i == 2 || i == 17, 3);
	test_put(t, 1 | (138 - 11) << 1, 8);
	test_put(t, 1 | (118 - 11) << 1, 8);
	test_put(t, 0, 3);
}

/* Blocks of literals between long runs of empty blocks. */
static void test_put_runs(struct inflate_test *t)
{
	unsigned int i, k, n;

	t->bits = 0;
	for (i = 0; i < 4; i++) {
		for (n = test_random(t) % 1000; n; n--)
			test_put_empty(t);
		test_put(t, i == 3 ? 3 : 2, 3);
		for (k = test_random(t) % 1000; k; k--)
			test_put_fixed(t, test_random(t) % 256);
		test_put_fixed(t, 256);
	}
}

/* A stream whose input arrives in slices of one buffer. */
struct sliced {
	const u8 *in;
	size_t len;
	size_t slice;
	size_t end;		/* how far it was fed */
};

static void test_start(struct sliced *f, struct stargz_inflate *s)
{
	f->end = min(f->slice, f->len);
	stargz_inflate_start(s, f->in, f->end, 0);
	s->more = f->end < f->len;
}

/* Feed the next slice of the buffer to a stream that needs input. */
static void test_feed(struct kunit *test, struct sliced *f,
		      struct stargz_inflate *s)
{
	size_t unread = stargz_inflate_unread(s), from = f->end - unread;

	KUNIT_ASSERT_LT(test, f->end, f->len);
	/* It waits for 640 bytes; up to 7 more were in its bit buffer. */
	KUNIT_EXPECT_LT(test, unread, (size_t)648);
	f->end = min(f->end + f->slice, f->len);
	stargz_inflate_feed(s, f->in + from, f->end - from, f->end < f->len);
}

/* Run as stargz_inflate_run() with all input would. */
static enum stargz_inflate_status test_run_fed(struct kunit *test,
					       struct sliced *f,
					       struct stargz_inflate_part *part)
{
	enum stargz_inflate_status status;

	for (;;) {
		status = stargz_inflate_run(part->s, part->base, &part->pos,
					    part->end);
		if (status != STARGZ_INFLATE_HUNGRY)
			return status;
		test_feed(test, f, part->s);
	}
}

/* Decode two streams completely, alternating as decode.c does. */
static void test_two_fed(struct kunit *test, struct sliced *f,
			 struct stargz_inflate_part *part)
{
	enum stargz_inflate_status status;
	unsigned int i;

	do {
		i = stargz_inflate_two(&part[0], &part[1]) == &part[1];
		status = stargz_inflate_run(part[i].s, part[i].base,
					    &part[i].pos, part[i].end);
		if (status == STARGZ_INFLATE_HUNGRY)
			test_feed(test, &f[i], part[i].s);
	} while (status == STARGZ_INFLATE_HUNGRY);
	KUNIT_EXPECT_EQ(test, (int)status, (int)STARGZ_INFLATE_END);
	KUNIT_EXPECT_EQ(test, (int)test_run_fed(test, &f[!i], &part[!i]),
			(int)STARGZ_INFLATE_END);
}

/* Slices of one buffer, which holds long runs of empty blocks. */
static void slices_test(struct kunit *test)
{
	static const size_t slices[] = { 641, 4096, SZ_64K };
	struct inflate_test *t = test->priv;
	struct stargz_inflate_part part[2] = { { .end = ROOM }, { .end = ROOM } };
	struct sliced f[2];
	unsigned int i, k;

	part[0].s = t->s;
	part[1].s = kunit_kmalloc(test, sizeof(*t->s), GFP_KERNEL);
	part[0].base = t->ours;
	part[1].base = kunit_kmalloc(test, ROOM, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, part[1].s && part[1].base);
	for (k = 0; k < 24; k++) {
		test_put_runs(t);
		KUNIT_ASSERT_EQ(test, (int)STARGZ_INFLATE_END,
				(int)test_zlib(t, t->in, test_len(t)));
		for (i = 0; i < 2; i++) {
			f[i].in = t->in;
			f[i].len = test_len(t);
			f[i].slice = slices[(k + i * (k / 3)) % 3];
			part[i].pos = 0;
			memset(part[i].base, 0, ROOM);
			test_start(&f[i], part[i].s);
			part[i].s->bmi2 &= k % 2;
		}
		test_two_fed(test, f, part);
		for (i = 0; i < 2; i++) {
			KUNIT_EXPECT_EQ(test, part[i].pos,
					(size_t)t->zlib.total_out);
			KUNIT_EXPECT_EQ(test, stargz_inflate_consumed(part[i].s),
					(u64)t->zlib.total_in);
			KUNIT_EXPECT_EQ(test, 0, memcmp(part[i].base, t->theirs,
							part[i].pos));
		}
	}
}

static struct kunit_case inflate_test_cases[] = {
	KUNIT_CASE(deflated_test),
	KUNIT_CASE(limits_test),
	KUNIT_CASE(damage_test),
	KUNIT_CASE(random_test),
	KUNIT_CASE(stored_test),
	KUNIT_CASE(history_test),
	KUNIT_CASE(overlap_test),
	KUNIT_CASE(long_codes_test),
	KUNIT_CASE(codes_test),
	KUNIT_CASE(two_test),
	KUNIT_CASE(slices_test),
	{}
};

static struct kunit_suite inflate_test_suite = {
	.name = "stargz_inflate",
	.init = inflate_test_init,
	.exit = inflate_test_exit,
	.test_cases = inflate_test_cases,
};

kunit_test_suite(inflate_test_suite);
