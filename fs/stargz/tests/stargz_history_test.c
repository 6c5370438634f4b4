// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of histories: mounted images in which some spans have a
 * history, and damage to all data that leads to a history. The kernel's zlib
 * makes the compressed data.
 */
#include <kunit/test.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "../internal.h"
#include "image.h"

#define HISTORY_MAX	STARGZ_HISTORY_SIZE
#define BODY		9000
#define ROOM		(2 * (HISTORY_MAX + BODY))

/*
 * Bytes of history of each span; file N holds all of span N. The search expects
 * the history of span 5 one record too high, and must go back by one.
 */
static const u32 histories[] = { 0, HISTORY_MAX, 0, 0, 0, 32767, 300 };

#define SPANS		ARRAY_SIZE(histories)
/* The span to damage: the first of three with a history. */
#define VICTIM		1

static const char *const names[SPANS] = { "0", "1", "2", "3", "4", "5", "6" };

/**
 * struct history_test - state of a test
 * @img: the image
 * @plain: history and body of each span
 * @packed: compressed bytes of one span
 * @z: compressor
 */
struct history_test {
	struct image *img;
	u8 *plain[SPANS];
	u8 *packed;
	z_stream z;
};

/* Fill with junk, with a copy of its end before other junk. */
static void test_fill(u8 *to, u32 history, u32 seed)
{
	u32 i, again = min_t(u32, history, BODY / 2);

	for (i = 0; i < history + BODY; i++) {
		seed = seed * 1664525 + 1013904223;
		/* Three bits of each byte, so the data compresses. */
		to[i] = seed >> 24 & 0x2c;
	}
	memcpy(to + history, to + history - again, again);
	/* At the maximum distance. */
	memcpy(to + history, to, min_t(u32, history, 64));
}

/* Compress @first bytes, then @more; returns the size of the latter. */
static size_t test_pack(struct kunit *test, const u8 *from, size_t first,
			size_t more)
{
	struct history_test *t = test->priv;
	z_stream *z = &t->z;
	size_t skip;

	z->next_in = from;
	z->avail_in = first;
	z->next_out = t->packed;
	z->avail_out = ROOM;
	KUNIT_EXPECT_EQ(test, Z_OK,
			zlib_deflateInit2(z, 6, Z_DEFLATED, -MAX_WBITS, 8,
					  Z_DEFAULT_STRATEGY));
	if (first)
		KUNIT_EXPECT_EQ(test, Z_OK, zlib_deflate(z, Z_SYNC_FLUSH));
	skip = z->total_out;
	z->avail_in = more;
	KUNIT_EXPECT_EQ(test, Z_STREAM_END, zlib_deflate(z, Z_FINISH));
	zlib_deflateEnd(z);
	memmove(t->packed, t->packed + skip, z->total_out - skip);
	return z->total_out - skip;
}

/* Add a span that continues after @history bytes of @plain, and its file. */
static void test_span(struct kunit *test, unsigned int nr)
{
	struct history_test *t = test->priv;
	const u32 history = histories[nr];
	const struct image_seg segs[2] = { { BODY, nr } };
	struct stargz_span *raw;
	size_t len;

	len = test_pack(test, t->plain[nr], history, BODY);
	KUNIT_ASSERT_EQ(test, image_span(t->img, t->packed, len, BODY), nr);
	raw = image_record(t->img, STARGZ_TABLE_SPANS, nr);
	raw->codec = STARGZ_CODEC_DEFLATE;
	image_pieces(t->img, nr, t->plain[nr] + history);
	if (history) {
		len = test_pack(test, t->plain[nr], 0, history);
		image_history(t->img, t->packed, len, history);
	}
	image_file(t->img, STARGZ_ROOT_INO, names[nr], STARGZ_INODE_INLINE,
		   segs);
}

static ssize_t test_read(struct kunit *test, unsigned int nr, u32 at, void *to,
			 size_t len)
{
	struct history_test *t = test->priv;
	struct file *file = image_open(t->img, names[nr]);
	loff_t pos = at;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return kernel_read(file, to, len, &pos);
}

/* Read files correctly, first from the middle and then as a whole. */
static void test_good(struct kunit *test, unsigned int nr)
{
	struct history_test *t = test->priv;
	const u8 *body = t->plain[nr] + histories[nr];
	u8 *got = kunit_kzalloc(test, BODY, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, test_read(test, nr, BODY - 7, got, 7), 7);
	KUNIT_EXPECT_EQ(test, memcmp(got, body + BODY - 7, 7), 0);
	KUNIT_EXPECT_EQ(test, test_read(test, nr, 0, got, BODY), BODY);
	KUNIT_EXPECT_EQ_MSG(test, memcmp(got, body, BODY), 0, "file %u", nr);
}

/* Each span is decoded with its own history, by both decoders. */
static void read_test(struct kunit *test)
{
	struct history_test *t = test->priv;
	unsigned int nr;

	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	for (nr = 0; nr < SPANS; nr++)
		test_good(test, nr);
}

static void read_zlib_test(struct kunit *test)
{
	struct history_test *t = test->priv;
	unsigned int nr;

	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	WRITE_ONCE(STARGZ_SB(t->img->mnt->mnt_sb)->decoder,
		   STARGZ_DECODER_ZLIB);
	for (nr = 0; nr < SPANS; nr++)
		test_good(test, nr);
}

/**
 * struct damage_case - a field to overwrite
 * @desc: description of the damage
 * @table: table whose first record is damaged; for spans, span %VICTIM
 * @at: offset of the field
 * @size: size of the field
 * @value: new value
 */
struct damage_case {
	const char *desc;
	u8 table;
	u8 at;
	u8 size;
	u64 value;
};

#define HISTORY		STARGZ_TABLE_HISTORIES
#define DATA		STARGZ_TABLE_HISTORY_DATA
#define SPAN		STARGZ_TABLE_SPANS
#define W(field)	offsetof(struct stargz_history, field)
#define S(field)	offsetof(struct stargz_span, field)

static const struct damage_case damage_cases[] = {
	{ "history of another span", HISTORY, W(span), 4, VICTIM + 1 },
	{ "history out of order", HISTORY, W(span), 4, STARGZ_NO_SPAN },
	{ "no history", HISTORY, W(ulen), 4, 0 },
	{ "too much history", HISTORY, W(ulen), 4, HISTORY_MAX + 1 },
	{ "a byte too little", HISTORY, W(ulen), 4, HISTORY_MAX - 1 },
	{ "no compressed bytes", HISTORY, W(clen), 4, 0 },
	{ "one compressed byte", HISTORY, W(clen), 4, 1 },
	{ "more than there can be", HISTORY, W(clen), 4,
	  STARGZ_HISTORY_CLEN_MAX + 1 },
	{ "far more than there can be", HISTORY, W(clen), 4, U32_MAX },
	{ "elsewhere in the data", HISTORY, W(offset), 8, 1 },
	{ "behind the data", HISTORY, W(offset), 8, 1 << 20 },
	{ "wraps around", HISTORY, W(offset), 8, U64_MAX },
	{ "first block unknown", DATA, 0, 1, 0xff },
	{ "a wrong code length", DATA, 3, 2, 0xa55a },
	{ "wrong bytes of history", DATA, 200, 8, 0x0123456789abcdef },
	{ "no checksum", SPAN, S(flags), 1, 0 },
	{ "wrong checksum", SPAN, S(check), 4, 1 },
	{ "another bit", SPAN, S(flags), 1, STARGZ_SPAN_CHECKED | 3 },
	{ "unknown flag", SPAN, S(flags), 1, STARGZ_SPAN_CHECKED | 0x10 },
	{ "read as a member", SPAN, S(codec), 1, STARGZ_CODEC_GZIP },
	{ "compressed data cut off", SPAN, S(clen), 4, 500 },
};

KUNIT_ARRAY_PARAM_DESC(damage, damage_cases, desc);

/* Reading the file of that span fails; all other files are readable. */
static void test_bad(struct kunit *test)
{
	unsigned int nr;
	u8 byte;

	KUNIT_EXPECT_EQ(test, test_read(test, VICTIM, 0, &byte, 1), -EUCLEAN);
	KUNIT_EXPECT_EQ(test, test_read(test, VICTIM, BODY - 1, &byte, 1),
			-EUCLEAN);
	for (nr = 0; nr < SPANS; nr++)
		if (!histories[nr])
			test_good(test, nr);
}

static void damage_test(struct kunit *test)
{
	const struct damage_case *c = test->param_value;
	struct history_test *t = test->priv;
	u32 nr = c->table == SPAN ? VICTIM : 0;

	image_damage(image_record(t->img, c->table, nr), c->at, c->size,
		     c->value);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	test_bad(test);
}

/* An index without any history. */
static void no_histories_test(struct kunit *test)
{
	struct history_test *t = test->priv;

	memset(&t->img->super.table[HISTORY], 0, sizeof(struct stargz_table));
	image_seal(&t->img->super);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	test_bad(test);
}

/* Spans with a codec that the superblock does not announce. */
static void no_feature_test(struct kunit *test)
{
	struct history_test *t = test->priv;
	unsigned int nr;
	u8 byte;

	t->img->super.feature_incompat = 0;
	image_seal(&t->img->super);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	for (nr = 0; nr < SPANS; nr++)
		KUNIT_EXPECT_EQ(test, test_read(test, nr, 0, &byte, 1),
				-EUCLEAN);
}

static int stargz_history_init(struct kunit *test)
{
	struct history_test *t;
	unsigned int nr;

	t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	test->priv = t;
	t->img = image_new(test);
	t->packed = vmalloc(ROOM);
	t->z.workspace = vmalloc(zlib_deflate_workspacesize(-MAX_WBITS, 8));
	if (!t->packed || !t->z.workspace)
		return -ENOMEM;
	for (nr = 0; nr < SPANS; nr++) {
		t->plain[nr] = kunit_kmalloc(test, histories[nr] + BODY,
					     GFP_KERNEL);
		if (!t->plain[nr])
			return -ENOMEM;
		test_fill(t->plain[nr], histories[nr], nr + 1);
		test_span(test, nr);
	}
	t->img->super.feature_incompat = cpu_to_le32(STARGZ_INCOMPAT_DEFLATE);
	image_finish(t->img);
	return 0;
}

static void stargz_history_exit(struct kunit *test)
{
	struct history_test *t = test->priv;

	if (!t)
		return;
	vfree(t->packed);
	vfree(t->z.workspace);
}

static struct kunit_case stargz_history_cases[] = {
	KUNIT_CASE(read_test),
	KUNIT_CASE(read_zlib_test),
	KUNIT_CASE_PARAM(damage_test, damage_gen_params),
	KUNIT_CASE(no_histories_test),
	KUNIT_CASE(no_feature_test),
	{}
};

static struct kunit_suite stargz_history_suite = {
	.name		= "stargz_history",
	.init		= stargz_history_init,
	.exit		= stargz_history_exit,
	.test_cases	= stargz_history_cases,
};

kunit_test_suite(stargz_history_suite);
