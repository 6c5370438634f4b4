// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the verification of content: the bytes that each CRC
 * and each digest covers, and the reads that fail because of damage.
 *
 * The tests damage a mounted image, in the page cache of its file. Most of them
 * read spans directly, because the page cache and the span cache keep the result
 * of the first read.
 */
#include <crypto/sha2.h>
#include <kunit/test.h>
#include <linux/crc32.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include "members.h"
#include "mounted.h"

/* Decoded sizes of spans, around the borders of pieces and digests */
static const u32 sizes[] = {
	1, 32767, 32768, 32769, 65535, 65536, 65537, 131071, 131072, 131073,
	262144, 300000,
};

/* Span 2N is stored and span 2N + 1 is a gzip member, both of sizes[N]. */
#define SPANS		(2 * ARRAY_SIZE(sizes))
#define LARGEST		300000
#define STORED(nr)	(!((nr) % 2))
/* The stored span of the largest size. */
#define LAST_STORED	(SPANS - 2)

/* Largest member, and largest stored block in it, bytes */
#define MEMBER_MAX	(LARGEST + 64)
#define MEMBER_BLOCK	65535

/* Bytes before and after the destination of a read, which stay as they are */
#define GUARD		64
#define GUARD_BYTE	0xa5

/**
 * struct mode - a value of verify=
 * @options: mount options
 * @unit: decoded bytes that a sum covers, or 0
 */
struct mode {
	const char *options;
	u32 unit;
};

#define CRC		{ "verify=crc", 32768 }
#define DIGEST		{ "verify=digest", 131072 }
#define NONE		{ "verify=none", 0 }

static const struct mode modes[] = { CRC, DIGEST, NONE };
static const struct mode verifying[] = { CRC, DIGEST };

static void mode_desc(const struct mode *mode, char *desc)
{
	strscpy(desc, mode->options, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mode, modes, mode_desc);
KUNIT_ARRAY_PARAM(verifying, verifying, mode_desc);

/**
 * struct verify_test - state of a test
 * @img: the image
 * @plain: junk; span N holds the bytes from N on
 * @buf: room for a span, and for guards around it
 */
struct verify_test {
	struct image *img;
	u8 *plain;
	u8 *buf;
};

static const u8 *plain_of(const struct verify_test *t, u32 span)
{
	return t->plain + span;
}

/* Images */

/* Write a gzip member of stored blocks; returns its size. */
static u32 make_member(u8 *to, const u8 *plain, u32 len)
{
	static const u8 header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff };
	u8 *p = to;
	u32 at, n;

	p = memcpy(p, header, sizeof(header)) + sizeof(header);
	for (at = 0; at < len; at += n) {
		n = min_t(u32, len - at, MEMBER_BLOCK);
		*p++ = at + n == len;
		put_unaligned_le16(n, p);
		put_unaligned_le16(~n, p + 2);
		p = memcpy(p + 4, plain + at, n) + n;
	}
	put_unaligned_le32(~crc32_le(~0, plain, len), p);
	put_unaligned_le32(len, p + 4);
	return p + 8 - to;
}

/* Offset of byte @at of the content in the compressed bytes of a span. */
static u32 packed_at(u32 span, u32 at)
{
	if (STORED(span))
		return at;
	return 10 + 5 * (at / MEMBER_BLOCK + 1) + at;
}

/* Add the spans, each with CRCs and digests, and a file for each. */
static void add_spans(struct kunit *test)
{
	struct verify_test *t = test->priv;
	struct image *img = t->img;
	u32 i;

	for (i = 0; i < SPANS; i++) {
		const u8 *plain = plain_of(t, i);
		u32 nr, len = sizes[i / 2];
		struct image_seg segs[2] = { { len, i } };
		char *name = kunit_kzalloc(test, 4, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, name);
		snprintf(name, 4, "%u", i);
		if (STORED(i))
			nr = image_stored(img, plain, len);
		else
			nr = image_span(img, t->buf,
					make_member(t->buf, plain, len), len);
		KUNIT_ASSERT_EQ(test, nr, i);
		image_pieces(img, i, plain);
		image_digests(img, i, plain);
		image_file(img, STARGZ_ROOT_INO, name, STARGZ_INODE_INLINE,
			   segs);
	}
}

static struct image *finish_and_mount(struct kunit *test, const char *options)
{
	struct verify_test *t = test->priv;

	image_finish(t->img);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, options), 0);
	return t->img;
}

/* The image of all spans, mounted in the mode of this run. */
static struct image *mount_spans(struct kunit *test)
{
	const struct mode *mode = test->param_value;

	add_spans(test);
	return finish_and_mount(test, mode->options);
}

/* Offset in the file of a record. */
static u64 record_pos(const struct image *img, enum stargz_table_id id, u32 nr,
		      u32 size)
{
	return le64_to_cpu(img->super.table[id].offset) + nr * size;
}

/* Flip a bit of byte @at of the content of a span. */
static void poke_content(struct kunit *test, u32 span, u32 at)
{
	const struct verify_test *t = test->priv;
	const struct stargz_span *raw =
		image_record(t->img, STARGZ_TABLE_SPANS, span);

	image_poke(t->img, t->img->blob_at + le64_to_cpu(raw->start) +
		   packed_at(span, at), BIT(at % 8));
	mounted_forget_damage(t->img);
}

/* Reading without caches */

/* Read bytes of a stored span to a list of parts of @part bytes. */
static int read_stored(struct stargz_session *session,
		       const struct stargz_map *map, u32 from, u32 to, u8 *out,
		       u32 part)
{
	static struct bio_vec vec[LARGEST / 4096 + 3];
	unsigned int nr = 0;
	u32 n, len = to - from;

	for (; len; out += n, len -= n) {
		n = min(len, part);
		vec[nr++] = (struct bio_vec) {
			.bv_page = virt_to_page(out),
			.bv_offset = offset_in_page(out),
			.bv_len = n,
		};
	}
	return stargz_stored_read(session, map, from, vec, nr, 0);
}

static int read_encoded(struct stargz_session *session,
			const struct stargz_map *map, u32 from, u32 to, u8 *out)
{
	struct stargz_decode d = {
		.span = map->span,
		.raw = &map->raw,
		.want = { .out = out, .from = from, .to = to },
	};

	if (stargz_session_start(session))
		return -EINTR;
	stargz_decode_spans(session, &d, 1);
	stargz_session_end(session);
	return d.err;
}

/* Read bytes of a span to @out; @part is at least 4096. */
static int read_span_to(struct kunit *test, u32 span, u32 from, u32 to, u8 *out,
			u32 part)
{
	const struct verify_test *t = test->priv;
	struct stargz_map map = { .span = span };
	struct stargz_budget budget;
	struct stargz_session session = {
		.sb = mounted_sb(t->img), .budget = &budget,
	};
	int err;

	stargz_budget_init(&budget, to - from);
	err = stargz_meta_read(session.sb, STARGZ_TABLE_SPANS, span, &map.raw,
			       1);
	if (err)
		return err;
	if (stargz_bad_span(mounted_info(t->img), &map.raw))
		return -EFSCORRUPTED;
	if (map.raw.codec == STARGZ_CODEC_STORED)
		return read_stored(&session, &map, from, to, out, part);
	return read_encoded(&session, &map, from, to, out);
}

/* As above, to a buffer; compare the bytes after success, and the guards. */
static int read_part(struct kunit *test, u32 span, u32 from, u32 to, u32 part)
{
	const struct verify_test *t = test->priv;
	/* Vary the alignment. */
	u8 *out = t->buf + GUARD + from % 4093;
	u32 len = to - from;
	int err;

	memset(out - GUARD, GUARD_BYTE, len + 2 * GUARD);
	err = read_span_to(test, span, from, to, out, part);
	if (!err)
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(out, plain_of(t, span) +
						    from, len),
				      "span %u from %u to %u", span, from, to);
	KUNIT_EXPECT_NULL(test, memchr_inv(out - GUARD, GUARD_BYTE, GUARD));
	KUNIT_EXPECT_NULL(test, memchr_inv(out + len, GUARD_BYTE, GUARD));
	return err;
}

static int read_span(struct kunit *test, u32 span, u32 from, u32 to)
{
	return read_part(test, span, from, to, to - from);
}

/*
 * The unit from @bad up to @end is damaged. Of a stored span only reads of that
 * unit fail. Every read of another span fails.
 */
static void expect_bad(struct kunit *test, u32 span, u32 bad, u32 end)
{
	u32 len = sizes[span / 2];

	KUNIT_EXPECT_EQ_MSG(test, read_span(test, span, 0, len), -EFSCORRUPTED,
			    "span %u, bytes %u to %u", span, bad, end);
	KUNIT_EXPECT_EQ(test, read_span(test, span, bad, bad + 1),
			-EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_span(test, span, end - 1, end),
			-EFSCORRUPTED);
	if (bad)
		KUNIT_EXPECT_EQ(test, read_span(test, span, 0, bad),
				STORED(span) ? 0 : -EFSCORRUPTED);
	if (end < len)
		KUNIT_EXPECT_EQ(test, read_span(test, span, end, len),
				STORED(span) ? 0 : -EFSCORRUPTED);
}

/* Good content */

static void good_test(struct kunit *test)
{
	struct verify_test *t = test->priv;
	struct image *img = mount_spans(test);
	u32 i;

	for (i = 0; i < SPANS; i++) {
		u32 len = sizes[i / 2];
		char name[4];
		struct file *file;
		loff_t pos = 0;

		snprintf(name, sizeof(name), "%u", i);
		file = image_open(img, name);
		KUNIT_ASSERT_FALSE(test, IS_ERR(file));
		KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, len + 1, &pos),
				len);
		KUNIT_EXPECT_TRUE_MSG(test, !memcmp(t->buf, plain_of(t, i),
						    len), "file %u", i);
		KUNIT_EXPECT_EQ(test, read_span(test, i, 0, len), 0);
		KUNIT_EXPECT_EQ(test, read_span(test, i, len - 1, len), 0);
	}
	KUNIT_EXPECT_EQ(test, mounted_counter(img,
					      STARGZ_STAT_VERIFY_FAILURES), 0);
}

/* Wrong content */

/* Damage the first, the last and another byte of each unit. */
static void wrong_content_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	u32 i, k, bad, end;

	mount_spans(test);
	for (i = 0; i < SPANS; i++) {
		for (bad = 0; bad < sizes[i / 2]; bad = end) {
			u32 at[3];

			end = min(bad + mode->unit, sizes[i / 2]);
			at[0] = bad;
			at[1] = bad + (end - bad) / 3;
			at[2] = end - 1;
			for (k = 0; k < ARRAY_SIZE(at); k++) {
				poke_content(test, i, at[k]);
				expect_bad(test, i, bad, end);
				poke_content(test, i, at[k]);
			}
		}
		KUNIT_EXPECT_EQ(test, read_span(test, i, 0, sizes[i / 2]), 0);
	}
}

/* verify=none returns the damaged bytes. */
static void unverified_test(struct kunit *test)
{
	struct verify_test *t = test->priv;
	u32 i;

	add_spans(test);
	finish_and_mount(test, "verify=none");
	for (i = 0; i < SPANS; i++) {
		u32 len = sizes[i / 2], at = len / 2;

		poke_content(test, i, at);
		KUNIT_EXPECT_EQ(test, read_span_to(test, i, 0, len, t->buf,
						   len), 0);
		t->buf[at] ^= BIT(at % 8);
		KUNIT_EXPECT_TRUE(test, !memcmp(t->buf, plain_of(t, i), len));
	}
}

/* Wrong sums */

/* Damage each CRC. That of a span of one piece is in the record of the span. */
static void wrong_crc_test(struct kunit *test)
{
	const struct verify_test *t = test->priv;
	const struct image *img = t->img;
	u32 i, piece, end, records = 0;

	add_spans(test);
	finish_and_mount(test, "verify=crc");
	for (i = 0; i < SPANS; i++) {
		u32 len = sizes[i / 2];

		for (piece = 0; piece * 32768 < len; piece++) {
			u64 pos = record_pos(img, STARGZ_TABLE_SPANS, i, 24) +
				  offsetof(struct stargz_span, check);

			if (len > 32768)
				pos = record_pos(img, STARGZ_TABLE_PIECES,
						 records++, 4);
			end = min(piece * 32768 + 32768, len);
			pos += piece % 4;
			image_poke(img, pos, BIT(i % 8));
			mounted_forget_all(img);
			expect_bad(test, i, piece * 32768, end);
			image_poke(img, pos, BIT(i % 8));
			mounted_forget_all(img);
		}
		KUNIT_EXPECT_EQ(test, read_span(test, i, 0, len), 0);
	}
	KUNIT_EXPECT_EQ(test, 4 * records, img->table[STARGZ_TABLE_PIECES].len);
}

/* Is any of the digests from record @first on of @nr units damaged? */
static bool any_wrong(u32 first, u32 nr, u32 odd)
{
	return nr > 1 || first % 2 == odd;
}

struct digest_case {
	u32 odd;
	u32 shift;
};

static const struct digest_case digest_cases[] = {
	{ 0, 0 }, { 1, 0 }, { 0, 16 }, { 1, 16 },
};

static void digest_desc(const struct digest_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s digests, from byte %u",
		 c->odd ? "odd" : "even", c->shift);
}

KUNIT_ARRAY_PARAM(digest, digest_cases, digest_desc);

/*
 * Every second digest has one wrong byte, at another offset each. The spans of
 * the first 16 digests have one digest each. The cases together damage each of
 * the 32 bytes in one of them. The hash tree matches.
 */
static void wrong_digest_test(struct kunit *test)
{
	const struct digest_case *c = test->param_value;
	const u32 odd = c->odd;
	struct verify_test *t = test->priv;
	u32 i, unit, first = 0;

	add_spans(test);
	KUNIT_ASSERT_EQ(test, t->img->table[STARGZ_TABLE_DIGESTS].len, 32 * 32);
	for (i = odd; i < 32; i += 2)
		t->img->table[STARGZ_TABLE_DIGESTS]
			.data[32 * i + (i + c->shift) % 32] ^= 1;
	finish_and_mount(test, "verify=digest");
	for (i = 0; i < SPANS; i++) {
		u32 len = sizes[i / 2];
		u32 n = DIV_ROUND_UP(len, 131072);
		bool wrong = any_wrong(first, n, odd);

		KUNIT_EXPECT_EQ(test, read_span(test, i, 0, len),
				wrong ? -EFSCORRUPTED : 0);
		for (unit = 0; unit < n; unit++) {
			u32 from = unit * 131072;
			u32 to = min(from + 131072, len);

			if (STORED(i))
				wrong = any_wrong(first + unit, 1, odd);
			KUNIT_EXPECT_EQ_MSG(test, read_span(test, i, from, to),
					    wrong ? -EFSCORRUPTED : 0,
					    "span %u, unit %u", i, unit);
		}
		first += n;
	}
	KUNIT_EXPECT_EQ(test, first, 32);
}

struct start_case {
	const char *desc;
	u32 span;
	u32 start;
	const char *why;
};

#define OUT_OF_RANGE	"digests of span out of range"

/* The digests of a span belong to another one, or do not exist. */
static const struct start_case start_cases[] = {
	{ "stored, of another span", LAST_STORED, 0 },
	{ "stored, one too late", LAST_STORED, 27 },
	{ "stored, last one behind the table", LAST_STORED, 30,
	  OUT_OF_RANGE },
	{ "stored, behind the table", LAST_STORED, 32, OUT_OF_RANGE },
	{ "stored, far behind the table", LAST_STORED, U32_MAX,
	  OUT_OF_RANGE },
	{ "member, of another span", LAST_STORED + 1, 26 },
	{ "member, one too early", LAST_STORED + 1, 28 },
	{ "member, last one behind the table", LAST_STORED + 1, 30,
	  OUT_OF_RANGE },
	{ "member, behind the table", LAST_STORED + 1, 32, OUT_OF_RANGE },
	{ "member, far behind the table", LAST_STORED + 1, U32_MAX,
	  OUT_OF_RANGE },
};

KUNIT_ARRAY_PARAM_DESC(start, start_cases, desc);

static void wrong_start_test(struct kunit *test)
{
	const struct start_case *c = test->param_value;
	struct verify_test *t = test->priv;
	struct stargz_sums sums;
	const char *why;
	__le32 *start;
	u32 i;

	add_spans(test);
	start = image_record(t->img, STARGZ_TABLE_DIGEST_STARTS, c->span);
	KUNIT_ASSERT_NE(test, le32_to_cpu(*start), c->start);
	*start = cpu_to_le32(c->start);
	finish_and_mount(test, "verify=digest");
	for (i = 0; i < SPANS; i++)
		KUNIT_EXPECT_EQ(test, read_span(test, i, 0, sizes[i / 2]),
				i == c->span ? -EFSCORRUPTED : 0);
	KUNIT_EXPECT_EQ(test,
			stargz_sums_find(mounted_sb(t->img), c->span,
					 image_record(t->img,
						      STARGZ_TABLE_SPANS,
						      c->span), &sums, &why),
			c->why ? -EFSCORRUPTED : 0);
	KUNIT_EXPECT_STREQ(test, why ?: "", c->why ?: "");
	/* verify=crc does not read them. */
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=crc"), 0);
	KUNIT_EXPECT_EQ(test, read_span(test, c->span, 0, LARGEST), 0);
}

/* Parts of units of stored spans */

/* List ends of ranges, around borders of units and pages, and others. */
static unsigned int range_ends(u32 unit, u32 *ends)
{
	static const s32 around[] = { -4097, -4096, -1, 0, 1, 4096 };
	unsigned int i, n = 0;
	u32 border;

	ends[n++] = 0;
	ends[n++] = 1;
	for (border = unit; border < LARGEST; border += unit) {
		/* Only the first two borders and the last one, to save time. */
		if (border > 2 * unit && border + unit < LARGEST)
			continue;
		for (i = 0; i < ARRAY_SIZE(around); i++)
			ends[n++] = border + around[i];
		ends[n++] = border + unit / 3;
	}
	ends[n++] = LARGEST - 1;
	ends[n++] = LARGEST;
	return n;
}

/* A read fails if and only if it overlaps the bytes from @bad up to @end. */
static void check_ranges(struct kunit *test, u32 unit, u32 bad, u32 end)
{
	static const u32 parts[] = { LARGEST, 4096, 5000 };
	u32 ends[40];
	unsigned int i, j, k = 0, n = range_ends(unit, ends);

	KUNIT_ASSERT_LE(test, n, ARRAY_SIZE(ends));
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			u32 from = ends[i], to = ends[j];

			if (from >= to || to > LARGEST)
				continue;
			KUNIT_EXPECT_EQ_MSG(test,
					    read_part(test, LAST_STORED, from,
						      to, parts[k++ % 3]),
					    from < end && to > bad ?
					    -EFSCORRUPTED : 0,
					    "from %u to %u, bad from %u", from,
					    to, bad);
		}
	}
}

/* Damage to one unit leaves all others readable. */
static void ranges_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	const u32 unit = mode->unit;
	u32 bad, at;

	mount_spans(test);
	check_ranges(test, unit, LARGEST, LARGEST);
	for (bad = 0; bad < LARGEST; bad += unit) {
		u32 end = min(bad + unit, LARGEST);

		/* Only the first units and the last two, to save time. */
		if (bad > 2 * unit && end + unit < LARGEST)
			continue;
		at = bad / unit % 2 ? end - 1 : bad;
		poke_content(test, LAST_STORED, at);
		check_ranges(test, unit, bad, end);
		poke_content(test, LAST_STORED, at);
	}
}

/* Files of stored spans */

#define FILE_AT		100
#define FILE_LEN	(LARGEST - 200)

/* Read one page. It fails if it has bytes of the unit from @bad up to @end. */
static void check_page(struct kunit *test, struct file *file, pgoff_t index,
		       u32 bad, u32 end)
{
	const struct verify_test *t = test->priv;
	u64 pos = (u64)index << PAGE_SHIFT;
	u32 from = FILE_AT + pos;
	u32 len = min_t(u64, PAGE_SIZE, FILE_LEN - pos);
	struct page *page = read_mapping_page(file->f_mapping, index, file);

	if (from < end && from + len > bad) {
		KUNIT_EXPECT_EQ_MSG(test, PTR_ERR_OR_ZERO(page), -EFSCORRUPTED,
				    "page %lu", index);
		if (IS_ERR(page))
			return;
	}
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(page), "page %lu", index);
	KUNIT_EXPECT_TRUE(test, !memcmp(page_address(page),
					plain_of(t, LAST_STORED) + from, len));
	put_page(page);
}

/* A file that begins within a unit, and in which pages span two units. */
static void file_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	struct verify_test *t = test->priv;
	const struct image_seg segs[2] = { { FILE_LEN, LAST_STORED, FILE_AT } };
	const u32 bad = mode->unit, end = 2 * mode->unit;
	struct file *file;
	pgoff_t index;
	loff_t pos = 0;

	add_spans(test);
	image_file(t->img, STARGZ_ROOT_INO, "file", STARGZ_INODE_INLINE, segs);
	finish_and_mount(test, mode->options);
	file = image_open(t->img, "file");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	poke_content(test, LAST_STORED, end - 1);
	for (index = 0; (index << PAGE_SHIFT) < FILE_LEN; index++)
		check_page(test, file, index, bad, end);
	KUNIT_ASSERT_EQ(test, invalidate_inode_pages2(file->f_mapping), 0);
	KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, FILE_LEN, &pos),
			round_down(bad - FILE_AT, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, 1, &pos),
			-EFSCORRUPTED);
	pos = end;
	KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, 1, &pos), 1);
	/* It is read once, and known to be damaged from then on. */
	KUNIT_EXPECT_EQ(test, mounted_counter(t->img,
					      STARGZ_STAT_VERIFY_FAILURES), 1);
}

/* Codecs */

/* "stargz\n" 6000 times; two pieces */
#define TEXT		"stargz\n"
#define TEXT_LEN	42000

/* yes stargz | head -n 6000 | gzip -9n */
static const u8 text_gzip[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc5,
	0xa1, 0x0d, 0x00, 0x30, 0x08, 0x00, 0x30, 0xbf, 0x2f, 0x51, 0xf3, 0x80,
	0xe2, 0x7a, 0xfe, 0x20, 0xad, 0x69, 0x75, 0xe4, 0x9f, 0x57, 0x92, 0x24,
	0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24,
	0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24,
	0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24,
	0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24,
	0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0xd2, 0x85,
	0x16, 0x4d, 0xc2, 0x1c, 0xf7, 0x10, 0xa4, 0x00, 0x00,
};

/*
 * Python: c = zlib.compressobj(9, zlib.DEFLATED, -15, 8, 0, b'stargz\n');
 * c.compress(b'stargz\n' * 6000) + c.flush()
 */
static const u8 text_deflate[] = {
	0xed, 0xc5, 0x41, 0x09, 0x00, 0x00, 0x00, 0x03, 0xa1, 0xd0, 0xeb, 0x0f,
	0xd7, 0x63, 0xe8, 0xc7, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92,
	0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92,
	0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92,
	0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92,
	0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92,
	0x24, 0x49, 0x92, 0x24, 0x49, 0x47, 0x05,
};

/* Its history, "stargz\n": c = zlib.compressobj(9, zlib.DEFLATED, -15) */
static const u8 text_history[] = {
	0x2b, 0x2e, 0x49, 0x2c, 0x4a, 0xaf, 0xe2, 0x02, 0x00,
};

/* yes stargz | head -n 6000 | zstd -19 --no-check */
static const u8 text_zstd[] = {
	0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68, 0x7d, 0x00, 0x00, 0x38, 0x73, 0x74,
	0x61, 0x72, 0x67, 0x7a, 0x0a, 0x01, 0x00, 0x06, 0x24, 0xe9, 0xc5, 0x08,
};

/**
 * struct text_span - a span of the text
 * @data: compressed bytes
 * @len: their number
 * @codec: enum stargz_codec
 * @at: a byte
 * @bit: a bit of it; flipped, it makes other text of the same size
 */
struct text_span {
	const u8 *data;
	u32 len;
	u8 codec;
	u8 at;
	u8 bit;
};

static const struct text_span text_spans[] = {
	/* In the first two cases only the second piece differs. */
	{ text_gzip, sizeof(text_gzip), STARGZ_CODEC_GZIP, 83, 0 },
	{ text_deflate, sizeof(text_deflate), STARGZ_CODEC_DEFLATE, 65, 2 },
#if IS_ENABLED(CONFIG_STARGZ_FS_ZSTD)
	{ text_zstd, sizeof(text_zstd), STARGZ_CODEC_ZSTD, 10, 0 },
#endif
};

/* Names of their files */
static const char *const text_names[] = { "gzip", "deflate", "zstd" };

/* Mount an image of these spans in the mode of this run. */
static struct image *mount_texts(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	struct verify_test *t = test->priv;
	u32 i;

	for (i = 0; i < TEXT_LEN; i++)
		t->plain[i] = TEXT[i % 7];
	for (i = 0; i < ARRAY_SIZE(text_spans); i++) {
		const struct image_seg segs[2] = { { TEXT_LEN, i } };
		const struct text_span *s = &text_spans[i];
		struct stargz_span *raw;

		image_span(t->img, s->data, s->len, TEXT_LEN);
		raw = image_record(t->img, STARGZ_TABLE_SPANS, i);
		raw->codec = s->codec;
		image_pieces(t->img, i, t->plain);
		image_digests(t->img, i, t->plain);
		image_file(t->img, STARGZ_ROOT_INO, text_names[i],
			   STARGZ_INODE_INLINE, segs);
		if (s->codec == STARGZ_CODEC_DEFLATE)
			image_history(t->img, text_history,
				      sizeof(text_history), 7);
		if (s->codec == STARGZ_CODEC_ZSTD)
			t->img->super.feature_incompat |=
				cpu_to_le32(STARGZ_INCOMPAT_ZSTD);
	}
	t->img->super.feature_incompat |= cpu_to_le32(STARGZ_INCOMPAT_DEFLATE);
	return finish_and_mount(test, mode->options);
}

/* Flip a bit of the compressed bytes of a span of the text. */
static void poke_packed(struct kunit *test, u32 span, u32 bit)
{
	const struct verify_test *t = test->priv;
	const struct stargz_span *raw =
		image_record(t->img, STARGZ_TABLE_SPANS, span);

	image_poke(t->img, t->img->blob_at + le64_to_cpu(raw->start) + bit / 8,
		   BIT(bit % 8));
	mounted_forget_damage(t->img);
}

/* Read a part of the text. Returns whether the buffer has the right bytes. */
static bool read_text(struct kunit *test, u32 span, u32 from, u32 to, int *err)
{
	const struct verify_test *t = test->priv;

	memset(t->buf, 0, to - from);
	*err = read_span_to(test, span, from, to, t->buf, TEXT_LEN);
	if (*err)
		KUNIT_EXPECT_EQ(test, *err, -EFSCORRUPTED);
	return !memcmp(t->buf, t->plain + from, to - from);
}

/*
 * Flip each bit of the compressed bytes. A reader gets the right text or an
 * error, unless the mount verifies nothing.
 */
static void flipped_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	u32 i, bit, wrong;
	int err;

	mount_texts(test);
	for (i = 0; i < ARRAY_SIZE(text_spans); i++) {
		for (bit = 0, wrong = 0; bit < 8 * text_spans[i].len; bit++) {
			bool right;

			poke_packed(test, i, bit);
			right = read_text(test, i, 0, TEXT_LEN, &err);
			wrong += !err && !right;
			right = read_text(test, i, 0, 1, &err);
			wrong += !err && !right;
			poke_packed(test, i, bit);
			/* A flipped bit may ask for a window of 32 MiB. */
			vm_unmap_aliases();
		}
		if (mode->unit)
			KUNIT_EXPECT_EQ_MSG(test, wrong, 0, "span %u", i);
		else
			KUNIT_EXPECT_NE_MSG(test, wrong, 0, "span %u", i);
		KUNIT_EXPECT_TRUE(test, read_text(test, i, 0, TEXT_LEN, &err));
		KUNIT_EXPECT_EQ(test, err, 0);
	}
}

/* Read the file of a span; @bad is the expected error, or 0. */
static void read_text_file(struct kunit *test, u32 span, int bad)
{
	const struct verify_test *t = test->priv;
	struct file *file = image_open(t->img, text_names[span]);
	loff_t pos = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, TEXT_LEN, &pos),
			bad ?: TEXT_LEN);
	KUNIT_EXPECT_EQ(test,
			stargz_mark_test(&mounted_info(t->img)->bad_spans, span),
			!!bad);
}

/* Damaged bytes that decode to another text of the same size. */
static void other_text_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	struct image *img = mount_texts(test);
	const int bad = mode->unit ? -EFSCORRUPTED : 0;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(text_spans); i++) {
		const struct text_span *s = &text_spans[i];
		bool right;

		poke_packed(test, i, 8 * s->at + s->bit);
		KUNIT_EXPECT_FALSE(test, read_text(test, i, 0, TEXT_LEN, &err));
		KUNIT_EXPECT_EQ(test, err, bad);
		/* A read of the first piece alone fails, too. */
		right = read_text(test, i, 0, 32768, &err);
		KUNIT_EXPECT_EQ(test, err, bad);
		if (!err)
			KUNIT_EXPECT_EQ(test, right,
					s->codec != STARGZ_CODEC_ZSTD);
		/* Readahead decodes the span once, and read_folio() does not. */
		read_text_file(test, i, bad);
	}
	KUNIT_EXPECT_EQ(test, mounted_counter(img,
					      STARGZ_STAT_VERIFY_FAILURES),
			bad ? 3 * ARRAY_SIZE(text_spans) : 0);
}

/* The trailer of a member is verified only if the index has no CRC. */
static void trailer_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	struct verify_test *t = test->priv;
	u32 i, len = sizeof(text_gzip);
	bool right;
	int err;

	for (i = 0; i < TEXT_LEN; i++)
		t->plain[i] = TEXT[i % 7];
	for (i = 0; i < 2; i++) {
		image_span(t->img, text_gzip, len, TEXT_LEN);
		image_digests(t->img, i, t->plain);
	}
	image_pieces(t->img, 1, t->plain);
	finish_and_mount(test, mode->options);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, read_text(test, i, 0, TEXT_LEN, &err));
		KUNIT_EXPECT_EQ(test, err, 0);
		poke_packed(test, i, 8 * (len - 8));
		right = read_text(test, i, 0, TEXT_LEN, &err);
		KUNIT_EXPECT_EQ(test, err, mode->unit == 32768 && !i ?
				-EFSCORRUPTED : 0);
		KUNIT_EXPECT_TRUE(test, err || right);
	}
}

/* The budget of a request */

struct budget_case {
	const char *options;
	ssize_t result;
};

/*
 * A page of 4096 extents of one byte. The budget of a page is 132 MiB. It
 * suffices for 4096 units of 32 KiB, but not for 4096 units of 128 KiB.
 */
static const struct budget_case budget_cases[] = {
	{ "verify=none", 4096 },
	{ "verify=crc", 4096 },
	{ "verify=digest", -EFSCORRUPTED },
};

static void budget_desc(const struct budget_case *c, char *desc)
{
	strscpy(desc, c->options, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(budget, budget_cases, budget_desc);

/* Each extent is in another unit than the one before it. */
static void budget_test(struct kunit *test)
{
	const struct budget_case *c = test->param_value;
	struct verify_test *t = test->priv;
	struct image_seg *segs = kunit_kcalloc(test, 4097, sizeof(*segs),
					       GFP_KERNEL);
	struct file *file;
	loff_t pos = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, segs);
	add_spans(test);
	for (i = 0; i < 4096; i++)
		segs[i] = (struct image_seg) {
			1, LAST_STORED, i % 2 * 131072 + i,
		};
	image_file(t->img, STARGZ_ROOT_INO, "bytes", 0, segs);
	finish_and_mount(test, c->options);
	file = image_open(t->img, "bytes");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_EXPECT_EQ(test, kernel_read(file, t->buf, 4096, &pos),
			c->result);
	for (i = 0; c->result > 0 && i < 4096; i++)
		KUNIT_ASSERT_EQ(test, t->buf[i], plain_of(t, LAST_STORED)
				[segs[i].offset]);
	/* Readahead and read_folio() have a budget each. */
	KUNIT_EXPECT_LE(test, mounted_counter(t->img,
					      STARGZ_STAT_BYTES_FETCHED),
			2 * (STARGZ_BUDGET_BASE + 16 * 4096));
}

/* Decodes that pause */

/* Begin to decode a span to t->buf; false if that fails. */
static bool begin_part(struct kunit *test, struct stargz_solo *solo,
		       struct stargz_session *session, u32 span)
{
	const struct verify_test *t = test->priv;

	memset(solo, 0, sizeof(*solo));
	solo->d.span = span;
	solo->d.want.out = t->buf;
	solo->d.want.to = sizes[span / 2];
	KUNIT_ASSERT_EQ(test, stargz_meta_read(session->sb, STARGZ_TABLE_SPANS,
					       span, &solo->raw, 1), 0);
	KUNIT_ASSERT_EQ(test, stargz_session_start(session), 0);
	return stargz_solo_begin(solo, session);
}

/*
 * Decode the first @until bytes of a span, which are right, then the rest, with
 * the result @err.
 */
static void expect_part(struct kunit *test, u32 span, u32 until, int err)
{
	const struct verify_test *t = test->priv;
	struct stargz_budget budget;
	struct stargz_session session = {
		.sb = mounted_sb(t->img), .budget = &budget,
	};
	struct stargz_solo solo;

	stargz_budget_init(&budget, sizes[span / 2]);
	memset(t->buf, GUARD_BYTE, sizes[span / 2]);
	KUNIT_ASSERT_TRUE(test, begin_part(test, &solo, &session, span));
	KUNIT_ASSERT_TRUE_MSG(test, stargz_solo_run(&solo, until),
			      "span %u up to %u", span, until);
	KUNIT_EXPECT_GE(test, stargz_check_ready(&solo.d), until);
	KUNIT_EXPECT_TRUE(test, !memcmp(t->buf, plain_of(t, span), until));
	/* Another task continues. */
	KUNIT_EXPECT_TRUE(test, stargz_solo_detach(&solo));
	KUNIT_EXPECT_NULL(test, session.strm);
	stargz_session_end(&session);
	KUNIT_EXPECT_FALSE(test, stargz_solo_run(&solo, U32_MAX));
	KUNIT_EXPECT_EQ(test, solo.d.err, err);
	if (!err)
		KUNIT_EXPECT_TRUE(test, !memcmp(t->buf, plain_of(t, span),
						sizes[span / 2]));
	stargz_solo_end(&solo);
}

/* A part of a span is there before the rest, whatever the rest is. */
static void part_test(struct kunit *test)
{
	const struct mode *mode = test->param_value;
	u32 i;

	mount_spans(test);
	for (i = 1; i < SPANS; i += 2) {
		u32 len = sizes[i / 2], last = round_down(len - 1, mode->unit);

		/* A slice has 64 KiB. */
		if (len <= mode->unit + 65536)
			continue;
		expect_part(test, i, 1, 0);
		expect_part(test, i, mode->unit, 0);
		poke_content(test, i, last);
		expect_part(test, i, 1, -EFSCORRUPTED);
		expect_part(test, i, mode->unit, -EFSCORRUPTED);
		poke_content(test, i, last);
	}
}

static int stargz_verify_init(struct kunit *test)
{
	struct verify_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	u32 i, state = 1;

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	t->img = image_new(test);
	t->plain = kunit_kmalloc(test, LARGEST + SPANS, GFP_KERNEL);
	t->buf = kunit_kmalloc(test, MEMBER_MAX + 4096 + 2 * GUARD, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->plain);
	KUNIT_ASSERT_NOT_NULL(test, t->buf);
	for (i = 0; i < LARGEST + SPANS; i++) {
		state = state * 1664525 + 1013904223;
		t->plain[i] = state >> 24;
	}
	return 0;
}

static struct kunit_case stargz_verify_cases[] = {
	KUNIT_CASE_PARAM(good_test, mode_gen_params),
	KUNIT_CASE_PARAM(wrong_content_test, verifying_gen_params),
	KUNIT_CASE(unverified_test),
	KUNIT_CASE(wrong_crc_test),
	KUNIT_CASE_PARAM(wrong_digest_test, digest_gen_params),
	KUNIT_CASE_PARAM(wrong_start_test, start_gen_params),
	KUNIT_CASE_PARAM(ranges_test, verifying_gen_params),
	KUNIT_CASE_PARAM(file_test, verifying_gen_params),
	KUNIT_CASE_PARAM(flipped_test, mode_gen_params),
	KUNIT_CASE_PARAM(other_text_test, mode_gen_params),
	KUNIT_CASE_PARAM(trailer_test, mode_gen_params),
	KUNIT_CASE_PARAM(budget_test, budget_gen_params),
	KUNIT_CASE_PARAM(part_test, verifying_gen_params),
	{}
};

static struct kunit_suite stargz_verify_suite = {
	.name		= "stargz_verify",
	.init		= stargz_verify_init,
	.test_cases	= stargz_verify_cases,
};

kunit_test_suite(stargz_verify_suite);
