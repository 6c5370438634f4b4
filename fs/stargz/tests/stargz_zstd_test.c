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
#include "image.h"

#define TEXT_LEN	200000
#define SRC_MAX		(2 * TEXT_LEN)

/* Decoded sizes of the spans that have more than one CRC. */
static const u32 long_spans[] = { TEXT_LEN, TEXT_LEN - 1, 100000, 75000 };

struct zstd_fixture {
	struct stargz_stream *strm;
	struct super_block *sb;	/* its index has the CRCs of long spans */
	u32 check[ARRAY_SIZE(long_spans)];
	void *workspace;
	size_t workspace_size;
	zstd_parameters params;
	u8 *text;		/* TEXT_LEN bytes that compress somewhat */
	u8 *src;		/* frames */
	u8 *out;		/* TEXT_LEN bytes and one to spare */
	size_t len;		/* of @src */
	size_t piece;		/* how it is handed out; 0: at once */
	bool unchecked;		/* without the CRCs: by those of the frames */
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

/* stargz_span.check of a span of the first @ulen bytes of the text. */
static u32 check_of(struct kunit *test, u32 ulen)
{
	const struct zstd_fixture *f = test->priv;
	unsigned int i;

	if (ulen <= 32768)
		return ~crc32_le(~0, f->text, ulen);
	for (i = 0; i < ARRAY_SIZE(long_spans); i++)
		if (long_spans[i] == ulen)
			return f->check[i];
	KUNIT_FAIL_AND_ABORT(test, "no span of %u bytes", ulen);
	return 0;
}

/*
 * Decode bytes @from to @to of a span of the first @ulen bytes of the text into
 * f->out. The CRCs of the index are verified unless f->unchecked is set.
 */
static int decode(struct kunit *test, u32 ulen, u32 from, u32 to)
{
	struct zstd_fixture *f = test->priv;
	const struct stargz_span raw = {
		.ulen = cpu_to_le32(ulen),
		.check = cpu_to_le32(check_of(test, ulen)),
		.codec = STARGZ_CODEC_ZSTD,
		.flags = STARGZ_SPAN_CHECKED,
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
	return f->unchecked ? test_codec(&d) :
			      test_codec_checked(test, f->sb, &d);
}

/* Every wanted range of a valid span gives exactly these bytes. */
static void check_wants(struct kunit *test, u32 ulen)
{
	struct zstd_fixture *f = test->priv;
	const u32 at[] = { 0, 1, ulen / 3, ulen / 2, ulen - 1, ulen };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		for (j = i + 1; j < ARRAY_SIZE(at); j++) {
			u32 from = at[i], n = at[j] - from;

			if (!n)
				continue;
			KUNIT_EXPECT_EQ(test, decode(test, ulen, from, at[j]),
					0);
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

	for (i = 0; i < 2 * ARRAY_SIZE(pieces); i++) {
		f->piece = pieces[i / 2];
		f->unchecked = i % 2;
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

/* All @f->len bytes are not enough for two frames of 3000 bytes. */
static void check_truncated(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, decode(test, 6000, 0, 6000), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, decode(test, 6000, 10, 5990), -EFSCORRUPTED);
	KUNIT_EXPECT_NOT_NULL(test, f->strm->why);
}

static void truncated_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;
	size_t full;

	add_frame(test, 0, 3000, true);
	add_frame(test, 3000, 3000, false);
	for (full = f->len, f->len = 0; f->len < full; f->len++) {
		f->piece = f->len % 2;
		f->unchecked = true;
		check_truncated(test);
		/* With CRCs in the index, the one of the frame may miss. */
		f->unchecked = false;
		if (f->len < full - sizeof(__le32))
			check_truncated(test);
		else
			check_wants(test, 6000);
	}
	KUNIT_EXPECT_EQ(test, decode(test, 6001, 0, 6001), -EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, f->strm->why, "zstd frames are too short");
	f->unchecked = true;
	KUNIT_EXPECT_EQ(test, decode(test, 6001, 0, 6001), -EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, f->strm->why, "zstd frames are too short");
}

/* A flipped bit is detected, by zstd or by the CRC, or does no harm. */
static void check_flips(struct kunit *test)
{
	static const char differs[] = "checksum of the index differs";
	struct zstd_fixture *f = test->priv;
	size_t i;
	int err;

	for (i = 0; i < 8 * f->len; i++) {
		f->src[i / 8] ^= 1 << i % 8;
		err = decode(test, 3000, 0, 3000);
		if (err)
			KUNIT_EXPECT_EQ(test, err, -EFSCORRUPTED);
		/* The CRC is right if and only if the bytes are. */
		if (!err || !strcmp(f->strm->why, differs))
			KUNIT_EXPECT_EQ(test, !err,
					!memcmp(f->out, f->text, 3000));
		KUNIT_EXPECT_EQ(test, f->out[3000], 0xa5);
		f->src[i / 8] ^= 1 << i % 8;
	}
}

static void flipped_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;

	add_frame(test, 0, 3000, true);
	check_flips(test);
	f->unchecked = true;
	check_flips(test);
}

/* Each CRC of the index counts, also if no byte of its piece is wanted. */
static void wrong_crc_test(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;
	const unsigned int pieces = DIV_ROUND_UP(TEXT_LEN, 32768);
	const struct stargz_span raw = {
		.ulen = cpu_to_le32(TEXT_LEN),
		.check = cpu_to_le32(check_of(test, TEXT_LEN)),
		.codec = STARGZ_CODEC_ZSTD,
		.flags = STARGZ_SPAN_CHECKED,
	};
	unsigned int i;

	add_frame(test, 0, TEXT_LEN, true);
	for (i = 0; i < 2 * pieces; i++) {
		const bool whole = i % 2;
		struct stargz_decode d = {
			.raw = &raw,
			.want = { .out = f->out,
				  .from = whole ? 0 : TEXT_LEN / 2,
				  .to = whole ? TEXT_LEN : TEXT_LEN / 2 + 1 },
			.strm = f->strm,
			.in = { .next = f->src, .avail = f->len },
		};

		f->strm->why = NULL;
		KUNIT_ASSERT_EQ(test, stargz_check_load(f->sb, &d), 0);
		f->strm->sums[4 * (i / 2) + i % 4] ^= 0x80;
		KUNIT_EXPECT_EQ(test, test_codec(&d), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, f->strm->why,
				   "checksum of the index differs");
	}
}

/* The window descriptor of a frame with one raw block of one byte. */
static void window_test(struct kunit *test)
{
	static const u8 frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78, 0x09, 0x00, 0x00, 'x',
	};
	struct zstd_fixture *f = test->priv;

	f->text[0] = 'x';
	memcpy(f->src, frame, sizeof(frame));
	f->len = sizeof(frame);
	KUNIT_EXPECT_EQ(test, decode(test, 1, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, f->out[0], 'x');
	f->src[5] = 0x80;
	KUNIT_EXPECT_EQ(test, decode(test, 1, 0, 1), -EFSCORRUPTED);
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

/* Mount an index with the CRCs of the spans. */
static void mount_crcs(struct kunit *test)
{
	struct zstd_fixture *f = test->priv;
	struct image *img = image_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(long_spans); i++)
		f->check[i] = image_crcs(img, f->text, long_spans[i]);
	image_finish(img);
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	f->sb = img->mnt->mnt_sb;
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
	mount_crcs(test);
	return 0;
}

static struct kunit_case stargz_zstd_cases[] = {
	KUNIT_CASE(one_frame_test),
	KUNIT_CASE(unsized_frame_test),
	KUNIT_CASE(many_frames_test),
	KUNIT_CASE(rubbish_behind_test),
	KUNIT_CASE(truncated_test),
	KUNIT_CASE(flipped_test),
	KUNIT_CASE(wrong_crc_test),
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
