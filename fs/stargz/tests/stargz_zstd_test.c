// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of zstd frames, made by the kernel's compressor: in one
 * or more chunks, with and without a content size, decoded wholly and in part,
 * and damage.
 */
#include <kunit/test.h>
#include <linux/crc32.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>
#include <linux/zstd.h>

#include "codec.h"

#define TEXT_LEN	200000
#define SRC_MAX		(2 * TEXT_LEN)

struct zstd_fixture {
	struct stargz_stream *strm;
	void *workspace;
	size_t workspace_size;
	zstd_parameters params;
	u8 *text;		/* TEXT_LEN bytes that compress somewhat */
	u8 *src;		/* frames */
	u8 *out;		/* TEXT_LEN bytes and one to spare */
	size_t len;		/* of @src */
	size_t piece;		/* how it is handed out; 0: at once */
};

/* Read frames chunk by chunk; implements stargz_input.read. */
static int read_piece(struct stargz_input *in, void *to, size_t n)
{
	const struct zstd_fixture *f = in->from;

	memcpy(to, f->src + in->pos, n);
	in->pos += n;
	return 0;
}

/* Append a frame of @n bytes of the text from @at on. */
static void add_frame(struct kunit *test, u32 at, u32 n, bool sized)
{
	struct zstd_fixture *f = test->priv;
	zstd_cctx *ctx = zstd_init_cctx(f->workspace, f->workspace_size);
	size_t got;

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	f->params.fParams.contentSizeFlag = sized;
	f->params.fParams.checksumFlag = 1;
	got = zstd_compress_cctx(ctx, f->src + f->len, SRC_MAX - f->len,
				 f->text + at, n, &f->params);
	KUNIT_ASSERT_FALSE(test, zstd_is_error(got));
	f->len += got;
}

/* Append a skippable frame of 5 bytes. */
static void add_skippable(struct kunit *test)
{
	static const u8 frame[] = {
		0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5,
	};
	struct zstd_fixture *f = test->priv;

	memcpy(f->src + f->len, frame, sizeof(frame));
	f->len += sizeof(frame);
}

/* Decode bytes @from to @to of a span of @ulen into f->out. */
static int decode(struct zstd_fixture *f, u32 ulen, u32 from, u32 to, u32 *crc)
{
	const struct stargz_span raw = {
		.ulen = cpu_to_le32(ulen),
		.codec = STARGZ_CODEC_ZSTD,
		.flags = STARGZ_SPAN_CRC,
	};
	struct stargz_decode d = {
		.raw = &raw,
		.want = { .out = f->out, .from = from, .to = to },
		.strm = f->strm,
		.in = { .next = f->src, .avail = f->len },
	};

	if (f->piece)
		d.in = (struct stargz_input) {
			.left = f->len,
			.piece = f->piece,
			.buf = f->strm->in_buf,
			.read = read_piece,
			.from = f,
		};
	f->strm->why = NULL;
	memset(f->out, 0xa5, TEXT_LEN + 1);
	test_codec(&d);
	*crc = d.crc;
	return d.err;
}

/* Every wanted range of a valid span gives exactly these bytes. */
static void check_wants(struct kunit *test, u32 ulen)
{
	struct zstd_fixture *f = test->priv;
	const u32 at[] = { 0, 1, ulen / 3, ulen / 2, ulen - 1, ulen };
	u32 want_crc = ~crc32_le(~0, f->text, ulen), crc;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (j = i + 1; j < ARRAY_SIZE(at); j++) {
			u32 from = at[i], n = at[j] - from;

			if (!n)
				continue;
			KUNIT_EXPECT_EQ(test, decode(f, ulen, from, at[j],
						     &crc), 0);
			KUNIT_EXPECT_EQ(test, crc, want_crc);
			KUNIT_EXPECT_EQ(test, memcmp(f->out, f->text + from, n),
					0);
			KUNIT_EXPECT_EQ(test, f->out[n], 0xa5);
		}
	}
}

/* The compressed bytes arrive in chunks of all sizes. */
static void check_good(struct kunit *test, u32 ulen)
{
	static const size_t pieces[] = { 61, STARGZ_INPUT_SIZE, 0 };
	struct zstd_fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		f->piece = pieces[i];
		check_wants(test, ulen);
	}
}

static void one_frame_test(struct kunit *test)
{
	add_frame(test, 0, TEXT_LEN, true);
	check_good(test, TEXT_LEN);
	/* The frame holds more bytes than the span. */
	check_good(test, TEXT_LEN - 1);
	check_good(test, 5);
}

static void unsized_frame_test(struct kunit *test)
{
	add_frame(test, 0, TEXT_LEN, false);
	check_good(test, TEXT_LEN);
	check_good(test, TEXT_LEN - 1);
}

static void many_frames_test(struct kunit *test)
{
	add_skippable(test);
	add_frame(test, 0, 50000, true);
	add_frame(test, 50000, 50000, false);
	add_frame(test, 100000, 0, true);
	add_skippable(test);
	add_skippable(test);
	add_frame(test, 100000, TEXT_LEN - 100000, true);
	add_skippable(test);
	check_good(test, TEXT_LEN);
	check_good(test, 100000);
	check_good(test, 75000);
}

/* Data after the needed frames is ignored. */
static void rubbish_behind_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;

	add_frame(test, 0, 1000, true);
	memset(f->src + f->len, 0xff, 100);
	f->len += 100;
	check_good(test, 1000);
}

static void truncated_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;
	size_t full;
	u32 crc;

	add_frame(test, 0, 3000, true);
	add_frame(test, 3000, 3000, false);
	for (full = f->len, f->len = 0; f->len < full; f->len++) {
		f->piece = f->len % 2;
		KUNIT_EXPECT_EQ(test, decode(f, 6000, 0, 6000, &crc),
				-EFSCORRUPTED);
		KUNIT_EXPECT_EQ(test, decode(f, 6000, 10, 5990, &crc),
				-EFSCORRUPTED);
		KUNIT_EXPECT_NOT_NULL(test, f->strm->why);
	}
	KUNIT_EXPECT_EQ(test, decode(f, 6001, 0, 6001, &crc), -EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, f->strm->why, "zstd frames are too short");
}

/* A flipped bit is detected, by zstd or by the CRC, or does no harm. */
static void flipped_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;
	u32 crc, good = ~crc32_le(~0, f->text, 3000);
	size_t i;
	int err;

	add_frame(test, 0, 3000, true);
	for (i = 0; i < 8 * f->len; i++) {
		f->src[i / 8] ^= 1 << i % 8;
		err = decode(f, 3000, 0, 3000, &crc);
		if (err)
			KUNIT_EXPECT_EQ(test, err, -EFSCORRUPTED);
		else
			KUNIT_EXPECT_EQ(test, crc == good,
					!memcmp(f->out, f->text, 3000));
		KUNIT_EXPECT_EQ(test, f->out[3000], 0xa5);
		f->src[i / 8] ^= 1 << i % 8;
	}
}

/* The window descriptor of a frame with one raw block of one byte. */
static void window_test(struct kunit *test)
{
	static const u8 frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78, 0x09, 0x00, 0x00, 'x',
	};
	struct zstd_fixture *f = test->priv;
	u32 crc;

	memcpy(f->src, frame, sizeof(frame));
	f->len = sizeof(frame);
	KUNIT_EXPECT_EQ(test, decode(f, 1, 0, 1, &crc), 0);
	KUNIT_EXPECT_EQ(test, f->out[0], 'x');
	f->src[5] = 0x80;
	KUNIT_EXPECT_EQ(test, decode(f, 1, 0, 1, &crc), -EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, f->strm->why, "zstd window too large");
}

static void stargz_zstd_test_exit(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;

	if (!f)
		return;
	if (f->strm)
		stargz_stream_free(f->strm);
	vfree(f->workspace);
	vfree(f->text);
	vfree(f->src);
	vfree(f->out);
}

static int stargz_zstd_test_init(struct kunit *test)
{
	struct zstd_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	u32 i, word = 1;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->params = zstd_get_params(3, TEXT_LEN);
	f->workspace_size = zstd_cctx_workspace_bound(&f->params.cParams);
	f->workspace = vmalloc(f->workspace_size);
	f->strm = stargz_stream_alloc();
	f->text = vmalloc(TEXT_LEN);
	f->src = vmalloc(SRC_MAX);
	f->out = vmalloc(TEXT_LEN + 1);
	if (!f->workspace || !f->strm || !f->text || !f->src || !f->out)
		return -ENOMEM;
	for (i = 0; i < TEXT_LEN; i++) {
		word = word * 1664525 + 1013904223;
		f->text[i] = i % 7 < 4 ? i / 1000 : word >> 28;
	}
	return 0;
}

static struct kunit_case stargz_zstd_cases[] = {
	KUNIT_CASE(one_frame_test),
	KUNIT_CASE(unsized_frame_test),
	KUNIT_CASE(many_frames_test),
	KUNIT_CASE(rubbish_behind_test),
	KUNIT_CASE(truncated_test),
	KUNIT_CASE(flipped_test),
	KUNIT_CASE(window_test),
	{}
};

static struct kunit_suite stargz_zstd_suite = {
	.name		= "stargz_zstd",
	.init		= stargz_zstd_test_init,
	.exit		= stargz_zstd_test_exit,
	.test_cases	= stargz_zstd_cases,
};

kunit_test_suite(stargz_zstd_suite);
