// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of spans that start within a gzip member, at any bit and
 * with a history, and of spans in which members end and begin. The kernel's
 * zlib makes the compressed data.
 */
#include <kunit/test.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "codec.h"
#include "image.h"
#include "members.h"

#define HISTORY		STARGZ_HISTORY_SIZE
/* Larger than the sink, and not a multiple of a block size. */
#define BODY		(3 * STARGZ_SINK_SIZE + 77)
#define ROOM		(2 * (HISTORY + BODY))
#define PLAIN		"stargz\n"
#define PLAIN_LEN	7
/* The body, and three members after it. */
#define MEMBERS		(BODY + 3 * PLAIN_LEN)

/**
 * struct deflate_test - state of a test
 * @strm: stream for decoding
 * @plain: HISTORY bytes followed by BODY bytes, which repeat much of them
 * @packed: the BODY bytes as raw deflate data that begins at a byte
 * @packed_len: length of @packed
 * @in: input of the decoder: @packed at another bit, and the bytes after it
 * @in_len: length of @in
 * @out: decoded bytes
 * @sb: a mount whose index has the CRCs of the spans
 * @body_check: stargz_span.check of the body
 * @members_check: stargz_span.check of the body and three members
 */
struct deflate_test {
	struct stargz_stream *strm;
	u8 *plain;
	u8 *packed;
	size_t packed_len;
	u8 *in;
	size_t in_len;
	u8 *out;
	struct super_block *sb;
	u32 body_check;
	u32 members_check;
};

/* Fill with bytes, most of them copies from up to 32 KiB before. */
static void test_fill(u8 *to, size_t len)
{
	u32 random = 1;
	size_t i = 0, back, n;

	while (i < len) {
		random = random * 1664525 + 1013904223;
		back = 1 + (random >> 8) % HISTORY;
		n = 3 + (random >> 24) % 60;
		if (back > i || random >> 29 == 0) {
			to[i++] = random >> 16;
			continue;
		}
		for (; n && i < len; n--, i++)
			to[i] = to[i - back];
	}
}

/* Compress, with a byte boundary between history and body. */
static void test_pack(struct kunit *test)
{
	struct deflate_test *t = test->priv;
	z_stream z = { .next_in = t->plain, .avail_in = HISTORY };
	size_t skip;

	z.workspace = vmalloc(zlib_deflate_workspacesize(-MAX_WBITS, 8));
	KUNIT_ASSERT_NOT_NULL(test, z.workspace);
	z.next_out = t->packed;
	z.avail_out = ROOM;
	KUNIT_EXPECT_EQ(test, Z_OK,
			zlib_deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8,
					  Z_DEFAULT_STRATEGY));
	KUNIT_EXPECT_EQ(test, Z_OK, zlib_deflate(&z, Z_SYNC_FLUSH));
	skip = z.total_out;
	z.avail_in = BODY;
	KUNIT_EXPECT_EQ(test, Z_STREAM_END, zlib_deflate(&z, Z_FINISH));
	t->packed_len = z.total_out - skip;
	memmove(t->packed, t->packed + skip, t->packed_len);
	zlib_deflateEnd(&z);
	vfree(z.workspace);
}

/* The packed data from bit @bit of the first byte on; lower bits are junk. */
static void test_shift(struct deflate_test *t, unsigned int bit)
{
	u8 carry = 0x5a & ((1 << bit) - 1);
	size_t i;

	for (i = 0; i < t->packed_len; i++) {
		t->in[i] = t->packed[i] << bit | carry;
		carry = bit ? t->packed[i] >> (8 - bit) : 0;
	}
	/* The data ended within the last byte, or needs one more byte. */
	t->in[i] = carry;
	t->in_len = i + 1;
}

static int test_decode(struct kunit *test, enum stargz_decoder decoder,
		       const struct stargz_span *raw, u32 from, u32 to)
{
	struct deflate_test *t = test->priv;
	struct stargz_decode d = {
		.raw = raw,
		.want = { .out = t->out, .from = from, .to = to },
		.strm = t->strm,
		.in = { .next = t->in, .avail = t->in_len },
	};

	memset(t->out, 0, ROOM);
	t->strm->why = NULL;
	t->strm->decoder = decoder;
	if (raw->codec == STARGZ_CODEC_GZIP)
		return test_codec(&d);
	return test_codec_checked(test, t->sb, &d);
}

static struct stargz_span test_span(unsigned int bit, u32 ulen, u32 check)
{
	return (struct stargz_span) {
		.codec = STARGZ_CODEC_DEFLATE,
		.flags = STARGZ_SPAN_CHECKED | bit,
		.ulen = cpu_to_le32(ulen),
		.check = cpu_to_le32(check),
	};
}

static struct stargz_span test_body(struct kunit *test, unsigned int bit)
{
	const struct deflate_test *t = test->priv;

	return test_span(bit, BODY, t->body_check);
}

/* A whole span and parts of it, from all bits, with both decoders. */
static void bits_test(struct kunit *test)
{
	static const u32 range[][2] = {
		{ 0, BODY }, { 0, 1 }, { BODY - 1, BODY }, { 0, BODY - 1 },
		{ 31000, 33000 }, { STARGZ_SINK_SIZE, STARGZ_SINK_SIZE + 1 },
	};
	struct deflate_test *t = test->priv;
	const u8 *body = t->plain + HISTORY;
	unsigned int bit, i, decoder;

	t->strm->history_len = HISTORY;
	memcpy(t->strm->history, t->plain, HISTORY);
	for (bit = 0; bit < 8; bit++) {
		const struct stargz_span raw = test_body(test, bit);

		test_shift(t, bit);
		for (i = 0; i < 2 * ARRAY_SIZE(range); i++) {
			const u32 *r = range[i / 2];

			decoder = i % 2 ? STARGZ_DECODER_ZLIB :
					  STARGZ_DECODER_OWN;
			KUNIT_ASSERT_EQ(test, 0,
					test_decode(test, decoder, &raw, r[0],
						    r[1]));
			KUNIT_ASSERT_EQ(test, 0, memcmp(t->out, body + r[0],
							r[1] - r[0]));
			KUNIT_EXPECT_EQ(test, t->out[r[1] - r[0]], 0);
		}
	}
}

/* Without its history the span is damaged, and exposes no other memory. */
static void no_history_test(struct kunit *test)
{
	const struct stargz_span raw = test_body(test, 3);

	test_shift(test->priv, 3);
	KUNIT_EXPECT_EQ(test, test_decode(test, STARGZ_DECODER_OWN, &raw, 0,
					  BODY), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, test_decode(test, STARGZ_DECODER_OWN, &raw, 5,
					  BODY), -EFSCORRUPTED);
}

/* Each CRC of the index counts, also if no byte of its piece is wanted. */
static void wrong_crc_test(struct kunit *test)
{
	const struct stargz_span raw = test_body(test, 0);
	struct deflate_test *t = test->priv;
	unsigned int i, pieces = DIV_ROUND_UP(BODY, 32768);

	t->strm->history_len = HISTORY;
	memcpy(t->strm->history, t->plain, HISTORY);
	test_shift(t, 0);
	for (i = 0; i < 2 * pieces; i++) {
		struct stargz_decode d = {
			.raw = &raw,
			.want = { .out = t->out, .from = BODY / 2,
				  .to = BODY / 2 + 1 },
			.strm = t->strm,
			.in = { .next = t->in, .avail = t->in_len },
		};

		t->strm->why = NULL;
		t->strm->decoder = i % 2 ? STARGZ_DECODER_ZLIB :
					   STARGZ_DECODER_OWN;
		KUNIT_ASSERT_EQ(test, stargz_check_load(t->sb, &d), 0);
		t->strm->sums[4 * (i / 2) + i % 4] ^= 0x80;
		KUNIT_EXPECT_EQ(test, test_codec(&d), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, t->strm->why,
				   "checksum of the index differs");
	}
}

/* A trailer and further members follow the end of the deflate data. */
static void members_test(struct kunit *test)
{
	struct deflate_test *t = test->priv;
	const u8 *body = t->plain + HISTORY;
	const u32 len = MEMBERS;
	const struct stargz_span raw = test_span(0, len, t->members_check);
	unsigned int decoder, i;

	t->strm->history_len = HISTORY;
	memcpy(t->strm->history, t->plain, HISTORY);
	memcpy(t->in, t->packed, t->packed_len);
	t->in_len = t->packed_len + 8;
	for (i = 0; i < 4; i++) {
		const void *from = i ? member_gzip : member_empty;
		size_t n = i ? sizeof(member_gzip) : sizeof(member_empty);

		memcpy(t->in + t->in_len, from, n);
		t->in_len += n;
	}
	for (decoder = 0; decoder < 2; decoder++) {
		KUNIT_ASSERT_EQ(test, test_decode(test, decoder, &raw, 0, len),
				0);
		KUNIT_EXPECT_EQ(test, memcmp(t->out, body, BODY), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->out + BODY,
					     PLAIN PLAIN PLAIN,
					     3 * PLAIN_LEN), 0);
		KUNIT_ASSERT_EQ(test, test_decode(test, decoder, &raw,
						  BODY + 3, len - 3), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->out, PLAIN PLAIN PLAIN + 3,
					     3 * PLAIN_LEN - 6), 0);
	}
}

/* A span that begins with a member; the trailers are verified. */
static void gzip_members_test(struct kunit *test)
{
	struct deflate_test *t = test->priv;
	const struct stargz_span raw = {
		.codec = STARGZ_CODEC_GZIP,
		.ulen = cpu_to_le32(2 * PLAIN_LEN),
	};
	const size_t n = sizeof(member_gzip);
	unsigned int decoder;

	memcpy(t->in, member_gzip, n);
	memcpy(t->in + n, member_gzip, n);
	t->in_len = 2 * n;
	for (decoder = 0; decoder < 2; decoder++) {
		KUNIT_EXPECT_EQ(test, test_decode(test, decoder, &raw, 0,
						  2 * PLAIN_LEN), 0);
		KUNIT_EXPECT_EQ(test, memcmp(t->out, PLAIN PLAIN,
					     2 * PLAIN_LEN), 0);
	}
	for (decoder = 0; decoder < 2; decoder++) {
		/* Damage first the CRC of the second member, then the first. */
		t->in[decoder ? n - 8 : 2 * n - 8] ^= 1;
		KUNIT_EXPECT_EQ(test, test_decode(test, decoder, &raw, 0,
						  2 * PLAIN_LEN),
				-EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, t->strm->why,
				   "gzip checksum mismatch");
	}
}

/*
 * Decode a span with history side by side with a span of many small members,
 * wholly and in part, in both orders; then with damage in one of them.
 */
static void two_test(struct kunit *test)
{
	struct deflate_test *t = test->priv;
	const size_t n = sizeof(member_gzip), members = 3000;
	const u32 len = members * PLAIN_LEN;
	const struct stargz_span raw[2] = {
		test_body(test, 3),
		{ .codec = STARGZ_CODEC_GZIP, .ulen = cpu_to_le32(len) },
	};
	struct stargz_stream *strm = stargz_stream_alloc();
	u8 *in = vzalloc(members * n), *out = vzalloc(len);
	const struct stargz_codec_ops *codec = &stargz_codec_gzip;
	struct stargz_decode *next;
	unsigned int i, k;
	int ret[2];

	KUNIT_ASSERT_TRUE(test, strm && in && out);
	for (i = 0; i < members; i++)
		memcpy(in + i * n, member_gzip, n);
	test_shift(t, 3);
	for (k = 0; k < 8; k++) {
		u32 skip = k & 2 ? 5 : 0, first = k & 1;
		struct stargz_decode d[2] = {
			{ .raw = &raw[0], .strm = t->strm,
			  .in = { .next = t->in, .avail = t->in_len },
			  .want = { .out = t->out, .from = skip, .to = BODY } },
			{ .raw = &raw[1], .strm = strm,
			  .in = { .next = in, .avail = members * n },
			  .want = { .out = out, .from = skip, .to = len } },
		};

		t->strm->history_len = HISTORY;
		memcpy(t->strm->history, t->plain, HISTORY);
		/* From now on damage the CRC of a member in the middle. */
		if (k == 4)
			in[members / 2 * n - 8] ^= 1;
		for (i = 0; i < 2; i++) {
			memset(d[i].want.out, 0, d[i].want.to - skip);
			d[i].strm->decoder = STARGZ_DECODER_OWN;
			d[i].strm->why = NULL;
			KUNIT_ASSERT_EQ(test, stargz_check_load(t->sb, &d[i]),
					0);
			KUNIT_ASSERT_EQ(test, d[i].checked, !i);
			ret[i] = stargz_codec(d[i].raw)->begin(&d[i]);
		}
		while (!ret[0] && !ret[1]) {
			next = codec->pair(&d[first], &d[!first]);
			ret[next - d] = codec->run(next);
		}
		for (i = 0; i < 2; i++) {
			while (!ret[i])
				ret[i] = codec->run(&d[i]);
			d[i].err = codec->end(&d[i], min(ret[i], 0));
		}
		KUNIT_EXPECT_EQ(test, d[0].err, 0);
		KUNIT_EXPECT_TRUE(test, stargz_check_end(&d[0]));
		KUNIT_EXPECT_EQ(test, 0, memcmp(t->out,
						t->plain + HISTORY + skip,
						BODY - skip));
		KUNIT_EXPECT_EQ(test, d[1].err, k < 4 ? 0 : -EFSCORRUPTED);
		for (i = skip; k < 4 && i < len; i++)
			KUNIT_ASSERT_EQ(test, out[i - skip],
					PLAIN[i % PLAIN_LEN]);
	}
	stargz_stream_free(strm);
	vfree(in);
	vfree(out);
}

/* Mount an index with the CRCs of the spans. */
static void test_mount(struct kunit *test)
{
	struct deflate_test *t = test->priv;
	struct image *img = image_new(test);
	u8 *body = t->plain + HISTORY;

	t->body_check = image_crcs(img, body, BODY);
	memcpy(t->out, body, BODY);
	memcpy(t->out + BODY, PLAIN PLAIN PLAIN, 3 * PLAIN_LEN);
	t->members_check = image_crcs(img, t->out, MEMBERS);
	image_finish(img);
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	t->sb = img->mnt->mnt_sb;
}

static int stargz_deflate_init(struct kunit *test)
{
	struct deflate_test *t;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	test->priv = t;
	t->strm = stargz_stream_alloc();
	t->plain = vzalloc(HISTORY + BODY);
	t->packed = vzalloc(ROOM);
	t->in = vzalloc(ROOM);
	t->out = vzalloc(ROOM);
	if (!t->strm || !t->plain || !t->packed || !t->in || !t->out)
		return -ENOMEM;
	test_fill(t->plain, HISTORY + BODY);
	test_pack(test);
	test_mount(test);
	return 0;
}

static void stargz_deflate_exit(struct kunit *test)
{
	struct deflate_test *t = test->priv;

	if (!t)
		return;
	if (t->strm)
		stargz_stream_free(t->strm);
	vfree(t->plain);
	vfree(t->packed);
	vfree(t->in);
	vfree(t->out);
}

static struct kunit_case stargz_deflate_cases[] = {
	KUNIT_CASE(bits_test),
	KUNIT_CASE(no_history_test),
	KUNIT_CASE(wrong_crc_test),
	KUNIT_CASE(members_test),
	KUNIT_CASE(gzip_members_test),
	KUNIT_CASE(two_test),
	{}
};

static struct kunit_suite stargz_deflate_suite = {
	.name		= "stargz_deflate",
	.init		= stargz_deflate_init,
	.exit		= stargz_deflate_exit,
	.test_cases	= stargz_deflate_cases,
};

kunit_test_suite(stargz_deflate_suite);
