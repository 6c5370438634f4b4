// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fs/stargz/record.c as userspace compiles it. Its rules have their tests in
 * KUnit (fs/stargz/tests); these are the parts that depend on what stands in
 * for the kernel, and the limits that the indexer has to keep.
 */
#include "unit.h"

#include <endian.h>
#include <errno.h>
#include <zlib.h>

#include "format/spans.h"
#include "record.h"

#define TOO_MANY	"too many compressed bytes in span"

/* Is a span of that many bytes refused, and why? */
static void span_is(uint8_t codec, uint32_t clen, uint32_t ulen,
		    const char *want)
{
	const struct stargz_super_info super = {
		.max_span = STARGZ_SPAN_MAX,
		.table[STARGZ_TABLE_PIECES] = { 0, UINT32_MAX },
		.features = STARGZ_INCOMPAT_STORED | STARGZ_INCOMPAT_DEFLATE |
			    STARGZ_INCOMPAT_ZSTD,
	};
	const struct stargz_span raw = {
		.clen = htole32(clen),
		.ulen = htole32(ulen),
		.codec = codec,
		.flags = codec == STARGZ_CODEC_DEFLATE ? STARGZ_SPAN_CHECKED : 0,
	};
	const char *why = stargz_check_span(&super, UINT64_MAX, &raw);

	if (want)
		assert_string_equal(why ? why : "", want);
	else
		assert_null(why);
}

/* The numbers are those of Documentation/index-format.rst, not the header's. */
static void compressed_bytes(void **state)
{
	static const uint8_t codecs[] = {
		STARGZ_CODEC_GZIP, STARGZ_CODEC_DEFLATE, STARGZ_CODEC_ZSTD,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codecs); i++) {
		span_is(codecs[i], 1310721, 1, NULL);
		span_is(codecs[i], 1310722, 1, TOO_MANY);
		span_is(codecs[i], 1310728, 7, TOO_MANY);
		span_is(codecs[i], 1310729, 8, NULL);
		span_is(codecs[i], 76808192, 67108864, NULL);
		span_is(codecs[i], 76808193, 67108864, TOO_MANY);
		span_is(codecs[i], UINT32_MAX, 67108864, TOO_MANY);
	}
	span_is(STARGZ_CODEC_STORED, UINT32_MAX, UINT32_MAX, NULL);
}

/* A span that holds @ulen bytes of a file and is followed by another one. */
static uint32_t numbered(uint32_t clen, uint32_t ulen, uint8_t codec,
			 uint8_t flags)
{
	struct sgz_spans spans = { 0 };
	struct sgz_span *s = sgz_vec_add(&spans.list, 2, sizeof(*s));
	uint32_t got;

	assert_non_null(s);
	s[0] = (struct sgz_span){
		.clen = clen, .ulen = ulen, .codec = codec,
		.flags = SGZ_SPAN_USED | flags,
	};
	s[1] = s[0];
	sgz_spans_number(&spans);
	assert_int_equal(spans.used, 2);
	assert_int_equal(s[1].number, 1);
	got = s[0].clen;
	sgz_spans_free(&spans);
	return got;
}

static void indexer_clamps(void **state)
{
	(void)state;
	assert_int_equal(numbered(UINT32_MAX, 80, STARGZ_CODEC_GZIP,
				  SGZ_SPAN_OPEN), 1310810);
	assert_int_equal(numbered(1310810, 80, STARGZ_CODEC_GZIP,
				  SGZ_SPAN_OPEN), 1310810);
	assert_int_equal(numbered(100, 80, STARGZ_CODEC_GZIP, SGZ_SPAN_OPEN),
			 100);
	/* What was read from end to end is exact. */
	assert_int_equal(numbered(UINT32_MAX, 80, STARGZ_CODEC_GZIP, 0),
			 UINT32_MAX);
	assert_int_equal(numbered(UINT32_MAX, UINT32_MAX, STARGZ_CODEC_STORED,
				  SGZ_SPAN_OPEN), UINT32_MAX);
}

static void indexer_refuses(void **state)
{
	(void)state;
	assert_int_equal(sgz_spans_clen(&unit_context, "gzip", 7, 1310810, 80),
			 0);
	assert_int_equal(sgz_spans_clen(&unit_context, "gzip", 7, 1310811, 80),
			 -EUCLEAN);
	assert_string_equal(unit_error.text,
			    "gzip: 1310811 compressed bytes at offset 7 for 80 decoded ones, more than the limit of 1310810");
}

/* The checksum is zlib's here and the kernel's there. */
static void checksum(void **state)
{
	uint8_t block[STARGZ_BLOCK_SIZE] = { 0 };
	struct stargz_super_block *sb = (void *)block;
	struct stargz_super_info info;
	int err = 0;

	(void)state;
	*sb = (struct stargz_super_block){
		.magic = htole32(STARGZ_SUPER_MAGIC),
		.version = htole16(STARGZ_VERSION),
		.size = htole16(STARGZ_BLOCK_SIZE),
		.index_size = htole64(8192),
		.tree_offset = htole64(8192),
		.table[STARGZ_TABLE_INODES] = { htole64(4096), htole64(1) },
	};
	sb->crc32 = htole32(crc32(0, (const Bytef *)sb, sizeof(*sb)));
	assert_null(stargz_super_check(block, 8192, &info, &err));
	assert_int_equal(info.table[STARGZ_TABLE_INODES].offset, 4096);
	block[STARGZ_BLOCK_SIZE - 1] = 1;
	assert_string_equal(stargz_super_check(block, 8192, &info, &err),
			    "data behind the superblock");
	sb->uuid[0] ^= 1;
	assert_string_equal(stargz_super_check(block, 8192, &info, &err),
			    "superblock checksum mismatch");
	assert_int_equal(err, -EUCLEAN);
	sb->size = htole16(sizeof(*sb));
	assert_string_equal(stargz_super_check(block, 8192, &info, &err),
			    "made by a development version, make the index again");
	assert_int_equal(err, -EINVAL);
	sb->magic = 0;
	assert_non_null(stargz_super_check(block, 8192, &info, &err));
	assert_int_equal(err, -EINVAL);
}

/* The levels lie from the highest to the lowest, after the tables. */
static void tree_shape(void **state)
{
	struct stargz_tree_shape shape;

	(void)state;
	assert_false(stargz_tree_shape(4096, &shape));
	assert_true(stargz_tree_shape(2 * 4096, &shape));
	assert_int_equal(shape.levels, 0);
	assert_int_equal(shape.end, 2);
	assert_true(stargz_tree_shape(129 * 4096, &shape));
	assert_int_equal(shape.levels, 1);
	assert_int_equal(shape.level[0], 129);
	assert_int_equal(shape.end, 130);
	assert_true(stargz_tree_shape(130 * 4096, &shape));
	assert_int_equal(shape.levels, 2);
	assert_int_equal(shape.level[1], 130);
	assert_int_equal(shape.level[0], 131);
	assert_int_equal(shape.end, 133);
}

static void times(void **state)
{
	uint32_t nsec;

	(void)state;
	assert_int_equal(stargz_time_decode(0, &nsec), STARGZ_TIME_BASE);
	assert_int_equal(nsec, 0);
	assert_int_equal(stargz_time_decode(2147483648ull * 1000000000 - 1,
					    &nsec), -1);
	assert_int_equal(nsec, 999999999);
	assert_int_equal(stargz_time_decode(UINT64_MAX, &nsec),
			 STARGZ_TIME_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressed_bytes),
		cmocka_unit_test(indexer_clamps),
		cmocka_unit_test(indexer_refuses),
		cmocka_unit_test(checksum),
		cmocka_unit_test(tree_shape),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
