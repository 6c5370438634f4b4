// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of gzip members: headers with all optional fields,
 * inflating into buffers of all sizes, and damage of every kind.
 */
#include <kunit/test.h>
#include <linux/crc32.h>

#include "codec.h"
#include "members.h"

#define PLAIN		"stargz\n"
#define PLAIN_LEN	7

/* Input in memory of exact size: KASAN detects reads beyond it. */
struct test_blob {
	const u8 *data;
	size_t len;
};

/* Input that is delivered chunk by chunk. */
struct test_input {
	struct stargz_input in;
	struct test_blob blob;
};

static int test_read(struct stargz_input *in, void *to, size_t n)
{
	const struct test_blob *blob = in->from;

	if (in->pos + n > blob->len)
		return -EIO;
	memcpy(to, blob->data + in->pos, n);
	in->pos += n;
	return 0;
}

static struct test_input test_input(struct kunit *test, const void *data,
				    size_t len, size_t piece)
{
	struct stargz_stream *strm = test->priv;

	return (struct test_input) {
		.in.left = len,
		.in.piece = piece,
		.in.buf = strm->in_buf,
		.in.read = test_read,
		.blob = { data, len },
	};
}

/* Number of bytes that were not consumed. */
static size_t test_left(const struct test_input *ti)
{
	return ti->in.left + ti->in.avail;
}

static int test_header(struct kunit *test, struct test_input *ti)
{
	struct stargz_stream *strm = test->priv;

	strm->why = NULL;
	ti->in.from = &ti->blob;
	return stargz_gzip_header(strm, &ti->in);
}

/* Decode bytes @from to @to of the @len of @member into @out. */
static int test_range(struct kunit *test, enum stargz_decoder decoder,
		      const void *member, size_t size, size_t piece, void *out,
		      u32 len, u32 from, u32 to)
{
	struct stargz_stream *strm = test->priv;
	struct test_input ti = test_input(test, member, size, piece);
	const struct stargz_span raw = {
		.ulen = cpu_to_le32(len),
		.codec = STARGZ_CODEC_GZIP,
	};
	struct stargz_decode d = {
		.raw = &raw,
		.want = { .out = out, .from = from, .to = to },
		.strm = strm,
		.in = ti.in,
	};

	d.in.from = &ti.blob;
	strm->why = NULL;
	strm->decoder = decoder;
	/* inflate.c needs all bytes in memory. */
	if (decoder == STARGZ_DECODER_OWN)
		d.in = (struct stargz_input) { .next = member, .avail = size };
	return test_codec(&d);
}

/* Both decoders must produce @out, for the whole member and for parts. */
static void test_agree(struct kunit *test, const void *member, size_t size,
		       const void *out, u32 len, int err)
{
	/* Exact size, so that KASAN detects a write beyond it. */
	u8 *got = kmalloc(len, GFP_KERNEL);
	u32 from = len / 3, to = len - len / 3;

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, err, test_range(test, STARGZ_DECODER_OWN, member,
					      size, size, got, len, 0, len));
	if (!err)
		KUNIT_EXPECT_EQ(test, memcmp(got, out, len), 0);
	KUNIT_EXPECT_EQ(test, err, test_range(test, STARGZ_DECODER_OWN, member,
					      size, size, got, len, from, to));
	if (!err)
		KUNIT_EXPECT_EQ(test, memcmp(got, out + from, to - from), 0);
	KUNIT_EXPECT_EQ(test, err, test_range(test, STARGZ_DECODER_ZLIB, member,
					      size, size, got, len, from, to));
	if (!err)
		KUNIT_EXPECT_EQ(test, memcmp(got, out + from, to - from), 0);
	kfree(got);
}

/* Decode @member into @out, fed in chunks; keeps zlib's error text. */
static int test_decode(struct kunit *test, const void *member, size_t size,
		       size_t piece, void *out, u32 len)
{
	int err = test_range(test, STARGZ_DECODER_ZLIB, member, size, piece,
			     out, len, 0, len);
	struct stargz_stream *strm = test->priv;
	const char *why = strm->why;

	test_agree(test, member, size, out, len, err);
	strm->why = why;
	return err;
}

static const char *test_why(struct kunit *test)
{
	const struct stargz_stream *strm = test->priv;

	return strm->why ?: "";
}

static void *test_copy(struct kunit *test, const void *data, size_t len)
{
	/* Exact size, so that KASAN detects a write beyond it. */
	void *copy = kunit_kmalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	return memcpy(copy, data, len);
}

/*
 * Write a header with the fields of @flags, field by field as in RFC 1952 2.3;
 * returns its length.
 */
static size_t make_header(u8 *to, u8 flags)
{
	static const u8 extra[] = { 6, 0, 'S', 'G', 2, 0, 0x1f, 0x8b };
	u8 *p = to;
	u16 crc;

	*p++ = 0x1f;
	*p++ = 0x8b;
	*p++ = 8;
	*p++ = flags;
	p = memset(p, 0xee, 6) + 6;
	if (flags & 0x04)
		p = memcpy(p, extra, sizeof(extra)) + sizeof(extra);
	if (flags & 0x08)
		p = memcpy(p, "name", 5) + 5;
	if (flags & 0x10)
		p = memcpy(p, "a comment", 10) + 10;
	if (flags & 0x02) {
		crc = ~crc32_le(~0, to, p - to);
		*p++ = crc;
		*p++ = crc >> 8;
	}
	return p - to;
}

/* All 32 combinations of known flags, in one buffer and byte by byte. */
static void header_flags_test(struct kunit *test)
{
	u8 header[64];
	u8 flags;

	for (flags = 0; flags < 0x20; flags++) {
		size_t piece, len = make_header(header, flags);

		for (piece = 1; piece <= sizeof(header); piece++) {
			struct test_input ti =
				test_input(test, header, sizeof(header),
					   piece);

			KUNIT_ASSERT_EQ_MSG(test, test_header(test, &ti), 0,
					    "flags %#x", flags);
			KUNIT_ASSERT_EQ_MSG(test, test_left(&ti),
					    sizeof(header) - len,
					    "flags %#x", flags);
		}
	}
}

/* Truncate after each byte, for each combination of flags. */
static void header_truncated_test(struct kunit *test)
{
	u8 header[64];
	u8 flags;

	for (flags = 0; flags < 0x20; flags++) {
		size_t cut, len = make_header(header, flags);

		for (cut = 0; cut < len; cut++) {
			struct test_input ti =
				test_input(test, header, cut, 4);

			KUNIT_ASSERT_EQ_MSG(test, test_header(test, &ti),
					    -EFSCORRUPTED, "flags %#x cut %zu",
					    flags, cut);
			KUNIT_ASSERT_STREQ(test, test_why(test),
					   "truncated gzip header");
		}
	}
}

/* A read error at any byte is passed on. */
static void header_read_error_test(struct kunit *test)
{
	u8 header[64];
	size_t cut, len = make_header(header, 0x1f);

	for (cut = 0; cut < len; cut++) {
		struct test_input ti = test_input(test, header, cut, 4);

		ti.in.left++;
		KUNIT_ASSERT_EQ(test, test_header(test, &ti), -EIO);
		KUNIT_ASSERT_STREQ(test, test_why(test), "");
	}
}

static void header_refused_test(struct kunit *test)
{
	struct test_input ti;
	u8 header[64];
	size_t i, len;

	/* Magic and method */
	for (i = 0; i < 3; i++) {
		len = make_header(header, 0);
		header[i] ^= 0x10;
		ti = test_input(test, header, len, len);
		KUNIT_EXPECT_EQ(test, test_header(test, &ti), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, test_why(test), "not a gzip member");
	}
	for (i = 5; i < 8; i++) {
		len = make_header(header, 1 << i);
		ti = test_input(test, header, len, len);
		KUNIT_EXPECT_EQ(test, test_header(test, &ti), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, test_why(test), "unknown gzip flags");
	}
	/* The checksum covers every byte before it, and itself. */
	len = make_header(header, 0x02);
	for (i = 4; i < len; i++) {
		header[i] ^= 0x01;
		ti = test_input(test, header, len, len);
		KUNIT_EXPECT_EQ(test, test_header(test, &ti), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, test_why(test),
				   "gzip header checksum mismatch");
		header[i] ^= 0x01;
	}
}

/* The longest possible extra field. */
static void header_extra_test(struct kunit *test)
{
	const size_t len = 12 + 65535;
	u8 *header = kunit_kzalloc(test, len, GFP_KERNEL);
	struct test_input ti;

	KUNIT_ASSERT_NOT_NULL(test, header);
	make_header(header, 0x04);
	header[10] = 0xff;
	header[11] = 0xff;
	ti = test_input(test, header, len, 4096);
	KUNIT_EXPECT_EQ(test, test_header(test, &ti), 0);
	KUNIT_EXPECT_EQ(test, test_left(&ti), 0);
	ti = test_input(test, header, len - 1, 4096);
	KUNIT_EXPECT_EQ(test, test_header(test, &ti), -EFSCORRUPTED);
}

struct member_case {
	const char *desc;
	const u8 *data;
	size_t size;
};

#define MEMBER(desc, name)	{ desc, name, sizeof(name) }

static const struct member_case member_cases[] = {
	MEMBER("gzip, fixed codes", member_gzip),
	MEMBER("gzip, with a name", member_named),
	MEMBER("zlib, stored", member_stored),
	MEMBER("Go, flushed in the middle", member_flushed),
	MEMBER("zlib, all header fields", member_all_fields),
};

KUNIT_ARRAY_PARAM_DESC(member, member_cases, desc);

/* All chunk sizes, and all sizes of the wanted range. */
static void decode_test(struct kunit *test)
{
	const struct member_case *c = test->param_value;
	const u8 *member = test_copy(test, c->data, c->size);
	u8 *out = kunit_kmalloc(test, PLAIN_LEN, GFP_KERNEL);
	size_t piece;
	u32 len;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (piece = 1; piece <= c->size; piece++) {
		for (len = 1; len <= PLAIN_LEN; len++) {
			memset(out, 0, PLAIN_LEN);
			KUNIT_ASSERT_EQ(test, test_decode(test, member,
							  c->size, piece, out,
							  len), 0);
			KUNIT_ASSERT_MEMEQ(test, out, PLAIN, len);
			/* No byte beyond the wanted range is written. */
			KUNIT_ASSERT_TRUE(test, len == PLAIN_LEN || !out[len]);
		}
	}
}

/* A truncated member is an error, even if the output was complete. */
static void truncated_test(struct kunit *test)
{
	const struct member_case *c = test->param_value;
	u8 out[PLAIN_LEN];
	size_t cut;

	for (cut = 0; cut < c->size; cut++) {
		const u8 *member = test_copy(test, c->data, cut);

		KUNIT_ASSERT_EQ_MSG(test, test_decode(test, member, cut, 3,
						      out, sizeof(out)),
				    -EFSCORRUPTED, "cut at %zu", cut);
		KUNIT_ASSERT_NOT_NULL(test, strstr(test_why(test),
						   "truncated"));
	}
}

/* Every flipped bit is an error, except in unused header fields. */
static void flipped_test(struct kunit *test)
{
	const struct member_case *c = test->param_value;
	u8 *member = test_copy(test, c->data, c->size);
	struct test_input ti = test_input(test, member, c->size, c->size);
	size_t bit, start;
	u8 out[PLAIN_LEN];

	KUNIT_ASSERT_EQ(test, test_header(test, &ti), 0);
	start = c->size - test_left(&ti);
	for (bit = start * 8; bit < c->size * 8; bit++) {
		int err;

		member[bit / 8] ^= BIT(bit % 8);
		err = test_decode(test, member, c->size, c->size, out,
				  sizeof(out));
		/* A flip of padding bits of a block does no harm. */
		if (!err)
			KUNIT_EXPECT_MEMEQ(test, out, PLAIN, PLAIN_LEN);
		else
			KUNIT_EXPECT_EQ(test, err, -EFSCORRUPTED);
		if (bit >= (c->size - 8) * 8)
			KUNIT_EXPECT_EQ(test, err, -EFSCORRUPTED);
		member[bit / 8] ^= BIT(bit % 8);
	}
}

/* Wrong CRC and wrong length have different errors, also for a part. */
static void trailer_test(struct kunit *test)
{
	u8 *member = test_copy(test, member_gzip, sizeof(member_gzip));
	const size_t crc = sizeof(member_gzip) - 8, size = crc + 4;
	u8 out[PLAIN_LEN];
	u32 len;

	for (len = 1; len <= PLAIN_LEN; len++) {
		member[crc] ^= 0x80;
		KUNIT_EXPECT_EQ(test, test_decode(test, member, crc + 8, 64,
						  out, len), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, test_why(test),
				   "gzip checksum mismatch");
		member[crc] ^= 0x80;

		member[size + 3] ^= 0x80;
		KUNIT_EXPECT_EQ(test, test_decode(test, member, crc + 8, 64,
						  out, len), -EFSCORRUPTED);
		KUNIT_EXPECT_STREQ(test, test_why(test), "gzip size mismatch");
		member[size + 3] ^= 0x80;
	}
}

/* Data after the member is ignored. */
static void trailing_test(struct kunit *test)
{
	u8 both[sizeof(member_gzip) + sizeof(member_stored)];
	u8 out[PLAIN_LEN];
	size_t piece;

	memcpy(both, member_gzip, sizeof(member_gzip));
	memset(both + sizeof(member_gzip), 0xff, sizeof(member_stored));
	for (piece = 1; piece <= sizeof(both); piece++) {
		memset(out, 0, sizeof(out));
		KUNIT_ASSERT_EQ(test, test_decode(test, both, sizeof(both),
						  piece, out, sizeof(out)), 0);
		KUNIT_ASSERT_MEMEQ(test, out, PLAIN, PLAIN_LEN);
	}
	/* Another member does not continue the first. */
	memcpy(both + sizeof(member_gzip), member_stored,
	       sizeof(member_stored));
	memset(out, 0, sizeof(out));
	KUNIT_EXPECT_EQ(test, test_decode(test, both, sizeof(both), 64, out,
					  sizeof(out)), 0);
	KUNIT_EXPECT_MEMEQ(test, out, PLAIN, PLAIN_LEN);
}

/* The members hold less than the span declares, and no members follow. */
static void short_test(struct kunit *test)
{
	u8 out[PLAIN_LEN + 1];

	KUNIT_EXPECT_EQ(test, test_decode(test, member_empty,
					  sizeof(member_empty), 64, out, 1),
			-EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, test_why(test), "truncated gzip header");
	KUNIT_EXPECT_EQ(test, test_decode(test, member_gzip,
					  sizeof(member_gzip), 64, out,
					  sizeof(out)),
			-EFSCORRUPTED);
	KUNIT_EXPECT_STREQ(test, test_why(test), "truncated gzip header");
}

/* A stream can be reused after success and after an error. */
static void reuse_test(struct kunit *test)
{
	u8 out[PLAIN_LEN];
	size_t cut;

	for (cut = 0; cut < sizeof(member_pattern); cut += 7) {
		test_decode(test, member_pattern, cut, 64, out, sizeof(out));
		memset(out, 0, sizeof(out));
		KUNIT_ASSERT_EQ(test, test_decode(test, member_gzip,
						  sizeof(member_gzip), 64, out,
						  sizeof(out)), 0);
		KUNIT_ASSERT_MEMEQ(test, out, PLAIN, PLAIN_LEN);
	}
}

/* Dynamic codes and matches over many pages, clipped at page boundaries. */
static void pattern_test(struct kunit *test)
{
	static const u32 lens[] = {
		1, 250, 251, 4095, 4096, 4097, 32767, 32768, 32769, 65536,
		PATTERN_LEN - 1, PATTERN_LEN,
	};
	u8 *out = kunit_kmalloc(test, PATTERN_LEN, GFP_KERNEL);
	unsigned int i, k, bad;

	KUNIT_ASSERT_NOT_NULL(test, out);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		memset(out, 0xff, PATTERN_LEN);
		KUNIT_ASSERT_EQ(test, test_decode(test, member_pattern,
						  sizeof(member_pattern), 100,
						  out, lens[i]), 0);
		for (k = 0, bad = 0; k < PATTERN_LEN; k++)
			bad += out[k] != (k < lens[i] ? PATTERN_BYTE(k) : 0xff);
		KUNIT_EXPECT_EQ_MSG(test, bad, 0, "length %u", lens[i]);
	}
}

/* stargz_crc() equals crc32_le(), for every length and alignment. */
static void crc_test(struct kunit *test)
{
	u8 data[160];
	size_t start, len;

	for (start = 0; start < sizeof(data); start++)
		data[start] = start * 167 ^ start >> 2;
	for (start = 0; start < 20; start++)
		for (len = 0; len < sizeof(data) - start; len++) {
			u32 seed = len % 3 ? ~0 : 0x12345678 * len;

			KUNIT_ASSERT_EQ(test,
					stargz_crc(seed, data + start, len),
					crc32_le(seed, data + start, len));
		}
}

/* The same for runs that are long enough for folding. */
static void crc_long_test(struct kunit *test)
{
	const size_t most = 5000;
	u8 *data = kunit_kmalloc(test, most + 8, GFP_KERNEL);
	u32 state = 1;
	size_t i, len;

	KUNIT_ASSERT_NOT_NULL(test, data);
	for (i = 0; i < most + 8; i++) {
		state = state * 1103515245 + 12345;
		data[i] = state >> 24;
	}
	for (len = 1900; len < most; len++) {
		const u8 *start = data + len % 8;
		u32 seed = len % 3 ? ~0 : 0x12345678 * len;

		KUNIT_ASSERT_EQ(test, stargz_crc(seed, start, len),
				crc32_le(seed, start, len));
	}
}

static int stargz_gzip_init(struct kunit *test)
{
	test->priv = stargz_stream_alloc();
	return test->priv ? 0 : -ENOMEM;
}

static void stargz_gzip_exit(struct kunit *test)
{
	if (test->priv)
		stargz_stream_free(test->priv);
}

static struct kunit_case stargz_gzip_cases[] = {
	KUNIT_CASE(header_flags_test),
	KUNIT_CASE(header_truncated_test),
	KUNIT_CASE(header_read_error_test),
	KUNIT_CASE(header_refused_test),
	KUNIT_CASE(header_extra_test),
	KUNIT_CASE(crc_test),
	KUNIT_CASE(crc_long_test),
	KUNIT_CASE_PARAM(decode_test, member_gen_params),
	KUNIT_CASE_PARAM(truncated_test, member_gen_params),
	KUNIT_CASE_PARAM(flipped_test, member_gen_params),
	KUNIT_CASE(trailer_test),
	KUNIT_CASE(trailing_test),
	KUNIT_CASE(short_test),
	KUNIT_CASE(reuse_test),
	KUNIT_CASE(pattern_test),
	{}
};

static struct kunit_suite stargz_gzip_suite = {
	.name		= "stargz_gzip",
	.init		= stargz_gzip_init,
	.exit		= stargz_gzip_exit,
	.test_cases	= stargz_gzip_cases,
};

kunit_test_suite(stargz_gzip_suite);
