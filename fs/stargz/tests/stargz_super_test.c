// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the checks of the superblock and of the bounds of the
 * tables.
 */
#include <kunit/test.h>

#include "../internal.h"
#include "image.h"

#define TREE		24576
#define INDEX_SIZE	28672

#define TABLE(id, offset_, count_)					\
	[STARGZ_TABLE_##id] = {						\
		.offset	= cpu_to_le64(offset_),				\
		.count	= cpu_to_le64(count_),				\
	}

/*
 * A table of every kind, most of them separated by unused space, in five
 * blocks, whose hashes are in one block.
 */
static const struct stargz_super_block good = {
	.magic		= cpu_to_le32(0x7a477453),
	.version	= cpu_to_le16(1),
	.size		= cpu_to_le16(4096),
	.max_span	= cpu_to_le32(1 << 20),
	.uuid		= "0123456789abcde",
	.index_size	= cpu_to_le64(INDEX_SIZE),
	.data_bytes	= cpu_to_le64(1ULL << 40),
	.table = {
		TABLE(INODES, 4096, 10),
		TABLE(DIRENTS, 4608, 20),
		TABLE(NAMES, 5632, 5000),
		TABLE(EXTENTS, 12288, 30),
		TABLE(SPANS, 16384, 5),
		TABLE(BLOBS, 18432, 2),
		TABLE(XATTRS, 20480, 64),
		TABLE(HISTORIES, 20736, 2),
		TABLE(HISTORY_DATA, 21000, 1000),
		TABLE(DIGESTS, 22528, 2),
		TABLE(PIECES, 23040, 7),
		TABLE(DIGEST_STARTS, 23552, 5),
		TABLE(PREFETCH, 24064, 3),
		TABLE(PROPERTIES, 24320, 30),
	},
	.tree_offset	= cpu_to_le64(TREE),
	.tree_root	= "0123456789abcdefghijklmnopqrstu",
	.label		= "a volume",
	.creator	= "KUnit",
};

#define KNOWN_TABLES	14

struct super_fixture {
	union {
		struct stargz_super_block raw;
		u8 block[STARGZ_BLOCK_SIZE];
	};
	struct stargz_super_info info;
};

/* Seal and check. A bad superblock is -EFSCORRUPTED unless noted otherwise. */
static void expect_why(struct kunit *test, u64 source_size, const char *why,
		       int expected)
{
	struct super_fixture *f = test->priv;
	int err = 0;

	image_seal(&f->raw);
	KUNIT_EXPECT_STREQ(test, stargz_super_check(&f->raw, source_size,
						    &f->info, &err) ?: "",
			   why ?: "");
	if (why)
		KUNIT_EXPECT_EQ(test, err, expected);
}

static void expect_damaged(struct kunit *test, const char *why)
{
	expect_why(test, INDEX_SIZE, why, -EFSCORRUPTED);
}

static void set_table(struct kunit *test, unsigned int id, u64 offset,
		      u64 count)
{
	struct super_fixture *f = test->priv;

	f->raw = good;
	f->raw.table[id].offset = cpu_to_le64(offset);
	f->raw.table[id].count = cpu_to_le64(count);
}

static void decode_test(struct kunit *test)
{
	struct super_fixture *f = test->priv;
	unsigned int i;

	expect_damaged(test, NULL);
	KUNIT_EXPECT_EQ(test, f->info.index_size, 28672);
	KUNIT_EXPECT_EQ(test, f->info.data_bytes, 1ULL << 40);
	KUNIT_EXPECT_EQ(test, f->info.max_span, 1 << 20);
	KUNIT_EXPECT_MEMEQ(test, f->info.uuid, "0123456789abcde", 16);
	KUNIT_EXPECT_EQ(test, f->info.tree.leaves, 5);
	KUNIT_EXPECT_EQ(test, f->info.tree.levels, 1);
	KUNIT_EXPECT_EQ(test, f->info.tree.level[0], 6);
	KUNIT_EXPECT_EQ(test, f->info.tree.end, 7);
	KUNIT_EXPECT_MEMEQ(test, f->info.root,
			   "0123456789abcdefghijklmnopqrstu", 32);
	for (i = 0; i < STARGZ_TABLES; i++) {
		KUNIT_EXPECT_EQ(test, f->info.table[i].offset,
				le64_to_cpu(good.table[i].offset));
		KUNIT_EXPECT_EQ(test, f->info.table[i].count,
				le64_to_cpu(good.table[i].count));
	}
}

struct field_case {
	const char *desc;
	size_t at;
	size_t size;
	u64 value;
	const char *why;
	int err;
};

#define AT(name)	offsetof(struct stargz_super_block, name)

static const struct field_case field_cases[] = {
	{ "magic of another byte order", AT(magic), 4, 0x5374477a,
	  "no stargz superblock", -EINVAL },
	{ "no magic", AT(magic), 4, 0, "no stargz superblock", -EINVAL },
	{ "version 0", AT(version), 2, 0, "unknown format version", -EINVAL },
	{ "version 2", AT(version), 2, 2, "unknown format version", -EINVAL },
	{ "development version", AT(size), 2, 512,
	  "made by a development version, make the index again", -EINVAL },
	{ "size 0", AT(size), 2, 0, "bad superblock size" },
	{ "size 511", AT(size), 2, 511, "bad superblock size" },
	{ "size 513", AT(size), 2, 513, "bad superblock size" },
	{ "size 1024", AT(size), 2, 1024, "bad superblock size" },
	{ "size 4095", AT(size), 2, 4095, "bad superblock size" },
	{ "size 8192", AT(size), 2, 8192, "bad superblock size" },
	{ "index of no size", AT(index_size), 8, 0, "bad index size" },
	{ "index of one byte", AT(index_size), 8, 1, "bad index size" },
	{ "index of an odd size", AT(index_size), 8, 28671, "bad index size" },
	{ "index of half a block", AT(index_size), 8, 26624,
	  "bad index size" },
	{ "index of one byte short of everything", AT(index_size), 8, U64_MAX,
	  "bad index size" },
	{ "index of a superblock", AT(index_size), 8, 4096, "bad index size" },
	{ "truncated index", AT(index_size), 8, 32768, "truncated index" },
	{ "index of nearly everything", AT(index_size), 8, -4096ULL,
	  "truncated index" },
	{ "index too short for its tables", AT(index_size), 8, 20480,
	  "bad position of the hash tree" },
	{ "index without room for a table", AT(index_size), 8, 8192,
	  "bad position of the hash tree" },
	{ "index too short for its tree", AT(index_size), 8, 24576,
	  "bad size of the hash tree" },
	{ "no hash tree", AT(tree_offset), 8, 0,
	  "bad position of the hash tree" },
	{ "tree without a table", AT(tree_offset), 8, 4096,
	  "bad position of the hash tree" },
	{ "tree one byte late", AT(tree_offset), 8, 24577,
	  "bad position of the hash tree" },
	{ "tree one byte early", AT(tree_offset), 8, 24575,
	  "bad position of the hash tree" },
	{ "tree with the alignment of a table", AT(tree_offset), 8, 24568,
	  "bad position of the hash tree" },
	{ "tree one block early", AT(tree_offset), 8, 20480,
	  "bad size of the hash tree" },
	{ "tree at the end of the index", AT(tree_offset), 8, 28672,
	  "bad size of the hash tree" },
	{ "tree behind the index", AT(tree_offset), 8, 32768,
	  "bad position of the hash tree" },
	{ "tree behind nearly everything", AT(tree_offset), 8, -4096ULL,
	  "bad position of the hash tree" },
	{ "tree behind everything", AT(tree_offset), 8, U64_MAX,
	  "bad position of the hash tree" },
	{ "any root hash", AT(tree_root), 8, 0 },
	{ "label without a terminator", AT(label) + 24, 8, U64_MAX },
	{ "creator without a terminator", AT(creator) + 24, 8, U64_MAX },
	{ "no spans", AT(max_span), 4, 0 },
	{ "largest span", AT(max_span), 4, 64 << 20 },
	{ "span too large", AT(max_span), 4, (64 << 20) + 1,
	  "spans too large" },
	{ "largest number for a span", AT(max_span), 4, U32_MAX,
	  "spans too large" },
	{ "no data", AT(data_bytes), 8, 0 },
	{ "all data there can be", AT(data_bytes), 8, U64_MAX },
	{ "unknown compatible features", AT(feature_compat), 4, U32_MAX },
	/* Mounting checks the features; see stargz_check_features(). */
	{ "unknown features", AT(feature_incompat), 4, U32_MAX },
};

KUNIT_ARRAY_PARAM_DESC(field, field_cases, desc);

static void field_test(struct kunit *test)
{
	const struct field_case *c = test->param_value;
	struct super_fixture *f = test->priv;

	image_damage(&f->raw, c->at, c->size, c->value);
	expect_why(test, INDEX_SIZE, c->why, c->err ?: -EFSCORRUPTED);
}

/* Every flipped bit of the block is detected, wherever it is. */
static void flipped_test(struct kunit *test)
{
	const size_t version = offsetof(struct stargz_super_block, version);
	struct super_fixture *f = test->priv;
	unsigned int bit;
	int err = 0;

	image_seal(&f->raw);
	for (bit = 0; bit < 8 * sizeof(f->block); bit++) {
		const size_t at = bit / 8;
		const bool alien = at < 4 || at / 2 == version / 2;

		f->block[at] ^= BIT(bit % 8);
		KUNIT_ASSERT_NOT_NULL_MSG(test,
					  stargz_super_check(f->block,
							     INDEX_SIZE,
							     &f->info, &err),
					  "bit %u", bit);
		KUNIT_ASSERT_EQ_MSG(test, err,
				    alien ? -EINVAL : -EFSCORRUPTED,
				    "bit %u", bit);
		f->block[at] ^= BIT(bit % 8);
	}
	KUNIT_EXPECT_NULL(test, stargz_super_check(f->block, INDEX_SIZE,
						   &f->info, &err));
}

/* The checksum does not cover the bytes behind the superblock. */
static void rest_test(struct kunit *test)
{
	struct super_fixture *f = test->priv;
	size_t at;

	for (at = sizeof(f->raw); at < sizeof(f->block); at++) {
		f->block[at] = 1;
		expect_damaged(test, "data behind the superblock");
		f->block[at] = 0;
	}
	expect_damaged(test, NULL);
}

static void checksum_test(struct kunit *test)
{
	struct super_fixture *f = test->priv;
	int err = 0;

	image_seal(&f->raw);
	le32_add_cpu(&f->raw.crc32, 1);
	KUNIT_EXPECT_STREQ(test, stargz_super_check(&f->raw, INDEX_SIZE,
						    &f->info, &err) ?: "",
			   "superblock checksum mismatch");
	KUNIT_EXPECT_EQ(test, err, -EFSCORRUPTED);
}

/* Bytes after the index in its source are ignored. */
static void source_size_test(struct kunit *test)
{
	static const u64 larger[] = { INDEX_SIZE + 1, 1ULL << 40, U64_MAX };
	static const u64 smaller[] = { 512, 4096, TREE, INDEX_SIZE - 1 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(larger); i++)
		expect_why(test, larger[i], NULL, 0);
	for (i = 0; i < ARRAY_SIZE(smaller); i++)
		expect_why(test, smaller[i], "truncated index", -EFSCORRUPTED);
}

/* The rules that hold for all tables. */
static void each_table_test(struct kunit *test)
{
	unsigned int id, shift;

	for (id = 0; id < KNOWN_TABLES; id++) {
		const u64 offset = le64_to_cpu(good.table[id].offset);

		set_table(test, id, offset, 0);
		expect_damaged(test, "empty table with an offset");
		for (shift = 0; shift < 3; shift++) {
			set_table(test, id, offset + BIT(shift), 1);
			expect_damaged(test, "misaligned table");
		}
		set_table(test, id, 0, 1);
		expect_damaged(test, "table overlaps the superblock");
		set_table(test, id, 512, 1);
		expect_damaged(test, "table overlaps the superblock");
		set_table(test, id, 4088, 1);
		expect_damaged(test, "table overlaps the superblock");

		set_table(test, id, TREE, 1);
		expect_damaged(test, "table beyond the end of the tables");
		set_table(test, id, INDEX_SIZE, 1);
		expect_damaged(test, "table beyond the end of the tables");
		set_table(test, id, offset, INDEX_SIZE);
		expect_damaged(test, "table beyond the end of the tables");
		/* The product, the sum or, for bytes, the end overflows. */
		set_table(test, id, offset, U64_MAX);
		expect_damaged(test, "table beyond the end of the tables");
		set_table(test, id, offset, U64_MAX - offset);
		expect_damaged(test, "table beyond the end of the tables");
		set_table(test, id, -8ULL, 1);
		expect_damaged(test, "table beyond the end of the tables");
	}
}

/* Each table overlapping each other one, from its first to its last byte. */
static void overlap_test(struct kunit *test)
{
	unsigned int a, b;

	for (a = 0; a < KNOWN_TABLES; a++) {
		for (b = 0; b < KNOWN_TABLES; b++) {
			const u64 start = le64_to_cpu(good.table[b].offset);
			const u64 count = le64_to_cpu(good.table[b].count);
			u64 last = start + count * stargz_record_size(b) - 1;

			if (a == b)
				continue;
			set_table(test, a, start, 1);
			expect_damaged(test, "overlapping tables");
			set_table(test, a, round_down(last, 8), 1);
			expect_damaged(test, "overlapping tables");
		}
	}
}

struct table_case {
	const char *desc;
	u8 id;
	u64 offset;
	u64 count;
	const char *why;
};

static const struct table_case table_cases[] = {
	{ "touches both neighbours", STARGZ_TABLE_DIRENTS, 4576, 88 },
	{ "reaches into the next", STARGZ_TABLE_DIRENTS, 4576, 89,
	  "overlapping tables" },
	{ "starts in the one before", STARGZ_TABLE_DIRENTS, 4568, 20,
	  "overlapping tables" },
	{ "holds others", STARGZ_TABLE_NAMES, 5632, 16384,
	  "overlapping tables" },
	{ "before tables of lower numbers", STARGZ_TABLE_DIGESTS, 20448, 1 },
	{ "ends at the hash tree", STARGZ_TABLE_HISTORY_DATA, 24568, 8 },
	{ "ends in the hash tree", STARGZ_TABLE_HISTORY_DATA, 24568, 9,
	  "table beyond the end of the tables" },
	{ "records end in the hash tree", STARGZ_TABLE_DIGESTS, 24552, 1,
	  "table beyond the end of the tables" },
	{ "product wraps to a few bytes", STARGZ_TABLE_SPANS, 16384,
	  1ULL << 61, "table beyond the end of the tables" },
	{ "product wraps to one record", STARGZ_TABLE_INODES, 4096,
	  (1ULL << 60) + 1, "table beyond the end of the tables" },
	{ "product wraps to one number", STARGZ_TABLE_PIECES, 23040,
	  (1ULL << 62) + 1, "table beyond the end of the tables" },
	{ "no inodes", STARGZ_TABLE_INODES, 0, 0, "no inodes" },
	{ "no entries", STARGZ_TABLE_DIRENTS },
	{ "no blobs", STARGZ_TABLE_BLOBS },
	{ "no digests", STARGZ_TABLE_DIGESTS },
	{ "no pieces", STARGZ_TABLE_PIECES },
	{ "no starts of digests", STARGZ_TABLE_DIGEST_STARTS },
	{ "no list of spans", STARGZ_TABLE_PREFETCH },
	{ "no properties", STARGZ_TABLE_PROPERTIES },
};

KUNIT_ARRAY_PARAM_DESC(table, table_cases, desc);

static void table_test(struct kunit *test)
{
	const struct table_case *c = test->param_value;

	set_table(test, c->id, c->offset, c->count);
	expect_damaged(test, c->why);
}

/* 2^28 - 1 blocks, then a hash tree of 2^21 + 2^14 + 2^7 + 1 blocks */
#define HUGE_TREE	BIT_ULL(40)
#define HUGE_SIZE	(HUGE_TREE + 2113665ULL * 4096)
#define HUGE_OFFSET	BIT_ULL(20)

static const struct table_case huge_cases[] = {
	{ "as many inodes as can be", STARGZ_TABLE_INODES, HUGE_OFFSET,
	  0xfffffffe },
	{ "one inode too many", STARGZ_TABLE_INODES, HUGE_OFFSET, U32_MAX,
	  "too many inodes" },
	{ "inodes beyond 32 bits", STARGZ_TABLE_INODES, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "as many blobs as can be", STARGZ_TABLE_BLOBS, HUGE_OFFSET, 4096 },
	{ "one blob too many", STARGZ_TABLE_BLOBS, HUGE_OFFSET, 4097,
	  "too many blobs" },
	{ "names up to 32 bits", STARGZ_TABLE_NAMES, HUGE_OFFSET, U32_MAX },
	{ "names beyond 32 bits", STARGZ_TABLE_NAMES, HUGE_OFFSET, 1ULL << 32,
	  "table too long" },
	{ "entries beyond 32 bits", STARGZ_TABLE_DIRENTS, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "extents beyond 32 bits", STARGZ_TABLE_EXTENTS, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "spans beyond 32 bits", STARGZ_TABLE_SPANS, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "histories beyond 32 bits", STARGZ_TABLE_HISTORIES, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "digests beyond 32 bits", STARGZ_TABLE_DIGESTS, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "pieces beyond 32 bits", STARGZ_TABLE_PIECES, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "starts of digests beyond 32 bits", STARGZ_TABLE_DIGEST_STARTS,
	  HUGE_OFFSET, 1ULL << 32, "table too long" },
	{ "list of spans beyond 32 bits", STARGZ_TABLE_PREFETCH, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "properties beyond 32 bits", STARGZ_TABLE_PROPERTIES, HUGE_OFFSET,
	  1ULL << 32, "table too long" },
	{ "as many properties as can be", STARGZ_TABLE_PROPERTIES, HUGE_OFFSET,
	  65536 },
	{ "one byte of properties too many", STARGZ_TABLE_PROPERTIES,
	  HUGE_OFFSET, 65537, "too many properties" },
	{ "attributes beyond 32 bits", STARGZ_TABLE_XATTRS, HUGE_OFFSET,
	  1ULL << 33 },
	{ "history data beyond 32 bits", STARGZ_TABLE_HISTORY_DATA, HUGE_OFFSET,
	  1ULL << 33 },
};

KUNIT_ARRAY_PARAM_DESC(huge, huge_cases, desc);

/* An index of one TiB of tables has room for more records than fit 32 bits. */
static void huge_test(struct kunit *test)
{
	const struct table_case *c = test->param_value;
	struct super_fixture *f = test->priv;

	set_table(test, c->id, c->offset, c->count);
	f->raw.tree_offset = cpu_to_le64(HUGE_TREE);
	f->raw.index_size = cpu_to_le64(HUGE_SIZE);
	expect_why(test, HUGE_SIZE, c->why, -EFSCORRUPTED);
}

/* With digests, each of the five spans has its first one in the table. */
static void digests_test(struct kunit *test)
{
	static const u8 counts[] = { 0, 1, 4, 5, 6 };
	struct super_fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		const u8 n = counts[i];

		set_table(test, STARGZ_TABLE_DIGEST_STARTS, n ? 23552 : 0, n);
		expect_damaged(test, NULL);
		f->raw.feature_compat = cpu_to_le32(STARGZ_COMPAT_DIGESTS);
		expect_damaged(test, n == 5 ? NULL : "spans without digests");
	}
	set_table(test, STARGZ_TABLE_SPANS, 16384, 4);
	f->raw.feature_compat = cpu_to_le32(STARGZ_COMPAT_DIGESTS);
	expect_damaged(test, "spans without digests");
	set_table(test, STARGZ_TABLE_SPANS, 0, 0);
	memset(&f->raw.table[STARGZ_TABLE_DIGEST_STARTS], 0,
	       sizeof(struct stargz_table));
	f->raw.feature_compat = cpu_to_le32(STARGZ_COMPAT_DIGESTS);
	expect_damaged(test, NULL);
}

/* Slots of later formats are ignored, and stay empty in memory. */
static void unknown_slots_test(struct kunit *test)
{
	struct super_fixture *f = test->priv;
	unsigned int id;

	for (id = KNOWN_TABLES; id < STARGZ_TABLES; id++) {
		set_table(test, id, 3, U64_MAX);
		expect_damaged(test, NULL);
		KUNIT_EXPECT_EQ(test, f->info.table[id].offset, 0);
		KUNIT_EXPECT_EQ(test, f->info.table[id].count, 0);
		set_table(test, id, 512, 1);
		expect_damaged(test, NULL);
		KUNIT_EXPECT_EQ(test, stargz_record_size(id), 0);
	}
}

static int stargz_super_init(struct kunit *test)
{
	struct super_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->raw = good;
	test->priv = f;
	return 0;
}

static struct kunit_case stargz_super_cases[] = {
	KUNIT_CASE(decode_test),
	KUNIT_CASE_PARAM(field_test, field_gen_params),
	KUNIT_CASE(flipped_test),
	KUNIT_CASE(rest_test),
	KUNIT_CASE(checksum_test),
	KUNIT_CASE(source_size_test),
	KUNIT_CASE(each_table_test),
	KUNIT_CASE(overlap_test),
	KUNIT_CASE_PARAM(table_test, table_gen_params),
	KUNIT_CASE_PARAM(huge_test, huge_gen_params),
	KUNIT_CASE(digests_test),
	KUNIT_CASE(unknown_slots_test),
	{}
};

static struct kunit_suite stargz_super_suite = {
	.name		= "stargz_super",
	.init		= stargz_super_init,
	.test_cases	= stargz_super_cases,
};

kunit_test_suite(stargz_super_suite);
