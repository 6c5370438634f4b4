// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the checks of single index records: valid records
 * pass, and all others are refused for the right reason.
 */
#include <kunit/test.h>

#include "../internal.h"

/* As many CRCs as the largest span has, and a few. */
#define PIECES			(131072 + 8)

/* The bounds of a small index. */
static const struct stargz_super_info limits = {
	.table = {
		[STARGZ_TABLE_INODES]	= { .offset = 4096, .count = 10 },
		[STARGZ_TABLE_DIRENTS]	= { .offset = 4608, .count = 20 },
		[STARGZ_TABLE_NAMES]	= { .offset = 5632, .count = 5000 },
		[STARGZ_TABLE_EXTENTS]	= { .offset = 12288, .count = 30 },
		[STARGZ_TABLE_SPANS]	= { .offset = 16384, .count = 5 },
		[STARGZ_TABLE_BLOBS]	= { .offset = 18432, .count = 2 },
		[STARGZ_TABLE_XATTRS]	= { .offset = 20480, .count = 64 },
		[STARGZ_TABLE_DIGESTS]	= { .offset = 20544, .count = 3 },
		[STARGZ_TABLE_PIECES]	= { .offset = 20640, .count = PIECES },
	},
	.index_size = 557056,
	.max_span = 1 << 20,
	.features = STARGZ_INCOMPAT_STORED | STARGZ_INCOMPAT_DEFLATE,
};

/* Used bytes of two blobs. */
static const u64 blobs[] = { 1000, 3ULL << 32 };

#define OUT_OF_RANGE_DIR	"directory entries out of range"
#define OUT_OF_RANGE_XATTR	"extended attributes out of range"
#define BAD_PARENT		"bad parent directory"
#define BAD_DEVICE		"bad device number"
#define BAD_TARGET		"bad length of symbolic link"
#define BAD_FLAGS		"unknown inode flags"
#define TOO_MANY_COMPRESSED	"too many compressed bytes in span"
#define OUT_OF_RANGE_CHECK	"checksums of span out of range"

struct inode_case {
	const char *desc;
	u32 ino;
	u16 mode;
	u16 flags;
	u32 a;
	u32 b;
	u64 size;
	u32 xattr;
	u32 parent;
	bool no_links;
	const char *why;
};

static const struct inode_case inode_cases[] = {
	/* Directories */
	{ "root with every entry", .ino = 1, .mode = S_IFDIR | 0755, .b = 20,
	  .parent = 1 },
	{ "empty directory behind the last entry", .ino = 5, .mode = S_IFDIR,
	  .a = 20, .parent = 4 },
	{ "one entry too many", .ino = 1, .mode = S_IFDIR, .a = 1, .b = 20,
	  .parent = 1, .why = OUT_OF_RANGE_DIR },
	{ "entries wrap around", .ino = 1, .mode = S_IFDIR, .a = U32_MAX,
	  .b = 2, .parent = 1, .why = OUT_OF_RANGE_DIR },
	{ "directory with a size", .ino = 1, .mode = S_IFDIR, .size = 1,
	  .parent = 1, .why = "directory with a size" },
	{ "root below another", .ino = 1, .mode = S_IFDIR, .parent = 2,
	  .why = BAD_PARENT },
	{ "directory below itself", .ino = 5, .mode = S_IFDIR, .parent = 5,
	  .why = BAD_PARENT },
	{ "directory below a later one", .ino = 5, .mode = S_IFDIR,
	  .parent = 6, .why = BAD_PARENT },
	{ "directory without parent", .ino = 5, .mode = S_IFDIR,
	  .why = BAD_PARENT },

	/* Regular files */
	{ "file in one extent", .ino = 3, .mode = S_IFREG | 06755,
	  .flags = STARGZ_INODE_INLINE, .a = 4, .b = 77, .size = 12345 },
	{ "hole in one extent", .ino = 3, .mode = S_IFREG,
	  .flags = STARGZ_INODE_INLINE, .a = STARGZ_NO_SPAN, .size = 1 },
	{ "empty file with an inline extent", .ino = 3, .mode = S_IFREG,
	  .flags = STARGZ_INODE_INLINE, .why = "empty file with an extent" },
	{ "a byte for every extent", .ino = 3, .mode = S_IFREG, .b = 30,
	  .size = 30 },
	{ "more extents than bytes", .ino = 3, .mode = S_IFREG, .b = 30,
	  .size = 29, .why = "bad number of extents" },
	{ "bytes without extents", .ino = 3, .mode = S_IFREG, .size = 29,
	  .why = "bad number of extents" },
	{ "one extent too many", .ino = 3, .mode = S_IFREG, .a = 1, .b = 30,
	  .size = 99, .why = "extents out of range" },
	{ "empty file", .ino = 3, .mode = S_IFREG },
	{ "empty file with extents", .ino = 3, .mode = S_IFREG, .b = 1,
	  .why = "empty file with extents" },
	{ "negative size", .ino = 3, .mode = S_IFREG, .b = 1,
	  .size = 1ULL << 63, .why = "file too large" },

	/* Symbolic links */
	{ "target at the end of the names", .ino = 3, .mode = S_IFLNK,
	  .a = 4999, .size = 1 },
	{ "longest target", .ino = 3, .mode = S_IFLNK, .a = 905,
	  .size = 4095 },
	{ "target behind the names", .ino = 3, .mode = S_IFLNK, .a = 4999,
	  .size = 2, .why = "target of symbolic link out of range" },
	{ "target too long", .ino = 3, .mode = S_IFLNK, .size = 4096,
	  .why = BAD_TARGET },
	{ "no target", .ino = 3, .mode = S_IFLNK, .why = BAD_TARGET },

	/* Devices and other special files */
	{ "highest device number", .ino = 3, .mode = S_IFBLK, .a = 4095,
	  .b = 1048575 },
	{ "whiteout", .ino = 3, .mode = S_IFCHR },
	{ "major too large", .ino = 3, .mode = S_IFCHR, .a = 4096,
	  .why = BAD_DEVICE },
	{ "minor too large", .ino = 3, .mode = S_IFBLK, .b = 1048576,
	  .why = BAD_DEVICE },
	{ "device with a size", .ino = 3, .mode = S_IFCHR, .size = 1,
	  .why = "special file with a size" },
	{ "fifo", .ino = 3, .mode = S_IFIFO | 0600 },
	{ "socket", .ino = 3, .mode = S_IFSOCK | 0600 },
	{ "fifo with a device number", .ino = 3, .mode = S_IFIFO, .b = 1,
	  .why = BAD_DEVICE },

	/* Common to all types */
	{ "no type", .ino = 3, .mode = 0644, .why = "unknown file type" },
	{ "unknown type", .ino = 3, .mode = S_IFMT,
	  .why = "unknown file type" },
	{ "unknown flag", .ino = 3, .mode = S_IFREG, .flags = 2,
	  .why = BAD_FLAGS },
	{ "flag of files on a directory", .ino = 1, .mode = S_IFDIR,
	  .flags = STARGZ_INODE_INLINE, .parent = 1, .why = BAD_FLAGS },
	{ "no links", .ino = 3, .mode = S_IFREG, .no_links = true,
	  .why = "inode without links" },
	{ "file with a parent", .ino = 3, .mode = S_IFREG, .parent = 1,
	  .why = "parent of a non-directory" },
	{ "first attributes", .ino = 3, .mode = S_IFREG, .xattr = 1 },
	{ "last attributes", .ino = 3, .mode = S_IFREG, .xattr = 15 },
	{ "attributes behind the table", .ino = 3, .mode = S_IFREG,
	  .xattr = 16, .why = OUT_OF_RANGE_XATTR },
	{ "attributes far behind the table", .ino = 3, .mode = S_IFREG,
	  .xattr = U32_MAX, .why = OUT_OF_RANGE_XATTR },
};

KUNIT_ARRAY_PARAM_DESC(inode, inode_cases, desc);

static void check_inode_test(struct kunit *test)
{
	const struct inode_case *c = test->param_value;
	const struct stargz_inode raw = {
		.mode	= cpu_to_le16(c->mode),
		.flags	= cpu_to_le16(c->flags),
		.nlink	= cpu_to_le32(c->no_links ? 0 : 2),
		.uid	= cpu_to_le32(U32_MAX),
		.gid	= cpu_to_le32(U32_MAX),
		.size	= cpu_to_le64(c->size),
		.mtime	= cpu_to_le64(U64_MAX),
		.a	= cpu_to_le32(c->a),
		.b	= cpu_to_le32(c->b),
		.xattr	= cpu_to_le32(c->xattr),
		.parent	= cpu_to_le32(c->parent),
	};

	KUNIT_EXPECT_STREQ(test, stargz_check_inode(&limits, c->ino, &raw) ?:
			   "", c->why ?: "");
}

struct dirent_case {
	const char *desc;
	u32 ino;
	u32 name;
	u8 name_len;
	u8 type;
	u16 reserved;
	const char *why;
};

static const struct dirent_case dirent_cases[] = {
	{ "directory", 1, 0, 255, DT_DIR },
	{ "last inode, last name", 10, 4999, 1, DT_REG },
	{ "symbolic link", 2, 0, 1, DT_LNK },
	{ "character device", 2, 0, 1, DT_CHR },
	{ "block device", 2, 0, 1, DT_BLK },
	{ "fifo", 2, 0, 1, DT_FIFO },
	{ "socket", 2, 0, 1, DT_SOCK },
	{ "no inode", 0, 0, 1, DT_REG, .why = "directory entry without inode" },
	{ "inode behind the table", 11, 0, 1, DT_REG,
	  .why = "directory entry without inode" },
	{ "no name", 1, 0, 0, DT_REG, .why = "name out of range" },
	{ "name ends behind the names", 1, 4999, 2, DT_REG,
	  .why = "name out of range" },
	{ "name far behind the names", 1, U32_MAX, 255, DT_REG,
	  .why = "name out of range" },
	{ "no type", 1, 0, 1, DT_UNKNOWN,
	  .why = "unknown type in directory entry" },
	{ "overlay's whiteout type", 1, 0, 1, DT_WHT,
	  .why = "unknown type in directory entry" },
	{ "type out of range", 1, 0, 1, 16,
	  .why = "unknown type in directory entry" },
	{ "reserved field", 1, 0, 1, DT_REG, 1,
	  .why = "reserved field of directory entry is set" },
};

KUNIT_ARRAY_PARAM_DESC(dirent, dirent_cases, desc);

static void check_dirent_test(struct kunit *test)
{
	const struct dirent_case *c = test->param_value;
	const struct stargz_dirent raw = {
		.ino		= cpu_to_le32(c->ino),
		.name		= cpu_to_le32(c->name),
		.name_len	= c->name_len,
		.type		= c->type,
		.reserved	= cpu_to_le16(c->reserved),
	};

	KUNIT_EXPECT_STREQ(test, stargz_check_dirent(&limits, &raw) ?: "",
			   c->why ?: "");
}

struct span_case {
	const char *desc;
	u64 start;
	u32 clen;
	u32 ulen;
	u16 blob;
	u8 codec;
	u8 flags;
	const char *why;
	u32 check;
};

static const struct span_case span_cases[] = {
	{ "whole blob, compressed as well as can be", 0, 1000, 1032000, 0,
	  STARGZ_CODEC_GZIP },
	{ "last byte of a blob", 999, 1, 1, 0, STARGZ_CODEC_GZIP },
	{ "beyond 4 GiB", 2ULL << 32, 1 << 20, 1 << 20, 1, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED },
	{ "no such blob", 0, 1, 1, 2, STARGZ_CODEC_GZIP,
	  .why = "span without blob" },
	{ "nothing compressed", 0, 0, 1, 0, STARGZ_CODEC_GZIP,
	  .why = "span out of range" },
	{ "ends behind the blob", 1, 1000, 1, 0, STARGZ_CODEC_GZIP,
	  .why = "span out of range" },
	{ "end wraps around", U64_MAX, 2, 1, 0, STARGZ_CODEC_GZIP,
	  .why = "span out of range" },
	{ "nothing decoded", 0, 1000, 0, 0, STARGZ_CODEC_GZIP,
	  .why = "bad decoded size of span" },
	{ "above the limit of the index", 0, 1000, (1 << 20) + 1, 0,
	  STARGZ_CODEC_GZIP, .why = "bad decoded size of span" },
	{ "cannot be compressed that well", 0, 500, 1 << 20, 0,
	  STARGZ_CODEC_GZIP, .why = "impossible compression ratio of span" },
	/* 1 + 0 + 1.25 MiB, 80 + 10 + 1.25 MiB, 1 + 1/8 + 1.25 MiB */
	{ "most compressed bytes for one", 0, 1310721, 1, 1,
	  STARGZ_CODEC_GZIP },
	{ "one more", 0, 1310722, 1, 1, STARGZ_CODEC_GZIP,
	  .why = TOO_MANY_COMPRESSED },
	{ "most compressed bytes for 80", 0, 1310810, 80, 1,
	  STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED },
	{ "one more", 0, 1310811, 80, 1, STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED,
	  .why = TOO_MANY_COMPRESSED },
	{ "most compressed bytes for 1 MiB", 0, 2490368, 1 << 20, 1,
	  STARGZ_CODEC_GZIP },
	{ "one more", 0, 2490369, 1 << 20, 1, STARGZ_CODEC_GZIP,
	  .why = TOO_MANY_COMPRESSED },
	{ "as many compressed bytes as there can be", 0, U32_MAX, 1, 1,
	  STARGZ_CODEC_GZIP, .why = TOO_MANY_COMPRESSED },
	{ "unknown codec", 0, 1000, 1, 0, 4,
	  .why = "unknown codec or flags of span" },
	{ "codec that was not announced", 0, 1000, 1, 0, STARGZ_CODEC_ZSTD,
	  .why = "unknown codec or flags of span" },
	{ "stored, larger than any compressed", 0, U32_MAX, U32_MAX, 1,
	  STARGZ_CODEC_STORED },
	{ "stored, largest with checksums", 0, U32_MAX, U32_MAX, 1,
	  STARGZ_CODEC_STORED, STARGZ_SPAN_CHECKED, .check = 8 },
	{ "stored, last checksum behind the table", 0, U32_MAX, U32_MAX, 1,
	  STARGZ_CODEC_STORED, STARGZ_SPAN_CHECKED, .check = 9,
	  .why = OUT_OF_RANGE_CHECK },
	{ "stored, any checksum in the record", 0, 32768, 32768, 1,
	  STARGZ_CODEC_STORED, STARGZ_SPAN_CHECKED, .check = U32_MAX },
	{ "stored and compressed", 0, 1000, 1001, 0, STARGZ_CODEC_STORED,
	  .why = "bad size of stored span" },
	{ "stored from inside a byte", 0, 1000, 1000, 0, STARGZ_CODEC_STORED, 1,
	  .why = "unknown codec or flags of span" },
	{ "unknown flag", 0, 1000, 1, 0, STARGZ_CODEC_GZIP, 0x10,
	  .why = "unknown codec or flags of span" },
	{ "member that starts inside a byte", 0, 1000, 1, 0,
	  STARGZ_CODEC_GZIP, 3, .why = "unknown codec or flags of span" },
	{ "deflate data at a byte", 0, 1000, 1, 0, STARGZ_CODEC_DEFLATE,
	  STARGZ_SPAN_CHECKED },
	{ "deflate data at the last bit", 0, 1000, 1032000, 0,
	  STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED | 7 },
	{ "deflate data without a checksum", 0, 1000, 1, 0,
	  STARGZ_CODEC_DEFLATE, 7, .why = "unknown codec or flags of span" },
	{ "deflate data with an unknown flag", 0, 1000, 1, 0,
	  STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED | 0x40,
	  .why = "unknown codec or flags of span" },
	{ "any checksum in the record", 0, 1000, 32768, 0, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED, .check = U32_MAX },
	{ "no checksum, but a number", 0, 1000, 32769, 0, STARGZ_CODEC_GZIP,
	  .check = U32_MAX },
	{ "last two checksums", 0, 1000, 32769, 0, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED, .check = PIECES - 2 },
	{ "one checksum behind the table", 0, 1000, 32769, 0,
	  STARGZ_CODEC_GZIP, STARGZ_SPAN_CHECKED, .check = PIECES - 1,
	  .why = OUT_OF_RANGE_CHECK },
	{ "two whole pieces", 0, 1000, 65536, 0, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED, .check = PIECES - 2 },
	{ "a third piece of one byte", 0, 1000, 65537, 0, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED, .check = PIECES - 2,
	  .why = OUT_OF_RANGE_CHECK },
	{ "checksums that wrap around", 0, 1000, 32769, 0, STARGZ_CODEC_GZIP,
	  STARGZ_SPAN_CHECKED, .check = U32_MAX, .why = OUT_OF_RANGE_CHECK },
	{ "deflate data with checksums behind the table", 0, 1000, 65537, 0,
	  STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED, .check = PIECES - 2,
	  .why = OUT_OF_RANGE_CHECK },
	{ "deflate data above the limit", 0, 1000, (1 << 20) + 1, 0,
	  STARGZ_CODEC_DEFLATE, STARGZ_SPAN_CHECKED,
	  .why = "bad decoded size of span" },
};

KUNIT_ARRAY_PARAM_DESC(span, span_cases, desc);

static void check_span_test(struct kunit *test)
{
	const struct span_case *c = test->param_value;
	const struct stargz_span raw = {
		.start	= cpu_to_le64(c->start),
		.clen	= cpu_to_le32(c->clen),
		.ulen	= cpu_to_le32(c->ulen),
		.check	= cpu_to_le32(c->check),
		.blob	= cpu_to_le16(c->blob),
		.codec	= c->codec,
		.flags	= c->flags,
	};

	u64 used = c->blob < ARRAY_SIZE(blobs) ? blobs[c->blob] : 0;

	KUNIT_EXPECT_STREQ(test, stargz_check_span(&limits, used, &raw) ?: "",
			   c->why ?: "");
}

struct units_case {
	u32 ulen;
	u32 pieces;
	u32 digests;
};

/* Decoded bytes; CRCs and digests of a span of that size. */
static const struct units_case units_cases[] = {
	{ 1, 1, 1 }, { 32767, 1, 1 }, { 32768, 1, 1 }, { 32769, 2, 1 },
	{ 65536, 2, 1 }, { 65537, 3, 1 }, { 131071, 4, 1 }, { 131072, 4, 1 },
	{ 131073, 5, 2 }, { 262144, 8, 2 }, { 262145, 9, 3 },
	{ 67108864, 2048, 512 }, { U32_MAX - 32767, 131071, 32768 },
	{ U32_MAX - 32766, 131072, 32768 }, { U32_MAX, 131072, 32768 },
};

static void units_test(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units_cases); i++) {
		const struct units_case *c = &units_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, stargz_span_pieces(c->ulen),
				    c->pieces, "%u bytes", c->ulen);
		KUNIT_EXPECT_EQ_MSG(test, stargz_span_digests(c->ulen),
				    c->digests, "%u bytes", c->ulen);
	}
}

static const char *digests_why(u32 ulen, u32 start)
{
	const struct stargz_span raw = { .ulen = cpu_to_le32(ulen) };

	return stargz_check_digests(&limits, &raw, start) ?: "";
}

/* The table has three digests. */
static void check_digests_test(struct kunit *test)
{
	const char *range = "digests of span out of range";

	KUNIT_EXPECT_STREQ(test, digests_why(1, 0), "");
	KUNIT_EXPECT_STREQ(test, digests_why(131072, 2), "");
	KUNIT_EXPECT_STREQ(test, digests_why(131072, 3), range);
	KUNIT_EXPECT_STREQ(test, digests_why(131073, 1), "");
	KUNIT_EXPECT_STREQ(test, digests_why(131073, 2), range);
	KUNIT_EXPECT_STREQ(test, digests_why(393216, 0), "");
	KUNIT_EXPECT_STREQ(test, digests_why(393216, 1), range);
	KUNIT_EXPECT_STREQ(test, digests_why(393217, 0), range);
	KUNIT_EXPECT_STREQ(test, digests_why(1, U32_MAX), range);
	KUNIT_EXPECT_STREQ(test, digests_why(U32_MAX, U32_MAX), range);
}

struct xattr_set_case {
	const char *desc;
	u64 offset;
	u32 size;
	u32 count;
	const char *why;
};

static const struct xattr_set_case xattr_set_cases[] = {
	{ "empty set at the end", 56, 8, 0 },
	{ "as many as fit", 0, 64, 7 },
	{ "more than fit", 0, 64, 8,
	  "bad number of extended attributes" },
	{ "shorter than its head", 0, 4, 0, "set of " OUT_OF_RANGE_XATTR },
	{ "odd size", 0, 10, 0, "set of " OUT_OF_RANGE_XATTR },
	{ "behind the table", 4, 64, 0, "set of " OUT_OF_RANGE_XATTR },
	{ "far behind the table", U64_MAX - 7, 16, 0,
	  "set of " OUT_OF_RANGE_XATTR },
};

KUNIT_ARRAY_PARAM_DESC(xattr_set, xattr_set_cases, desc);

static void check_xattr_set_test(struct kunit *test)
{
	const struct xattr_set_case *c = test->param_value;
	const struct stargz_xattr_set raw = {
		.size	= cpu_to_le32(c->size),
		.count	= cpu_to_le32(c->count),
	};

	KUNIT_EXPECT_STREQ(test, stargz_check_xattr_set(&limits, c->offset,
							&raw) ?: "",
			   c->why ?: "");
}

/* A set may be larger than a table of the small index above. */
static void check_xattr_set_max_test(struct kunit *test)
{
	struct stargz_super_info *large;
	struct stargz_xattr_set raw = {
		.size = cpu_to_le32(STARGZ_XATTR_SET_MAX),
	};

	large = kunit_kmalloc(test, sizeof(*large), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, large);
	*large = limits;
	large->table[STARGZ_TABLE_XATTRS].count = 2 * STARGZ_XATTR_SET_MAX;
	KUNIT_EXPECT_NULL(test, stargz_check_xattr_set(large, 0, &raw));
	raw.size = cpu_to_le32(STARGZ_XATTR_SET_MAX + 4);
	KUNIT_EXPECT_NOT_NULL(test, stargz_check_xattr_set(large, 0, &raw));
}

struct xattr_case {
	const char *desc;
	u32 value_len;
	u8 name_len;
	u8 prefix;
	u16 reserved;
	u32 left;
	u32 size;
	const char *why;
};

static const struct xattr_case xattr_cases[] = {
	{ "fills the set", 3, 5, STARGZ_XATTR_USER, 0, 16, 16 },
	{ "padded", 2, 4, STARGZ_XATTR_TRUSTED, 0, 100, 16 },
	{ "empty value", 0, 1, STARGZ_XATTR_SECURITY, 0, 12, 12 },
	{ "largest value", 65536, 1, STARGZ_XATTR_USER, 0, 70000, 65548 },
	{ "access ACL", 28, 0, STARGZ_XATTR_ACL_ACCESS, 0, 36, 36 },
	{ "default ACL", 28, 0, STARGZ_XATTR_ACL_DEFAULT, 0, 36, 36 },
	{ "value too large", 65537, 1, STARGZ_XATTR_USER, 0, 70000,
	  .why = "value of extended attribute too large" },
	{ "value wraps around", U32_MAX, 1, STARGZ_XATTR_USER, 0, 100,
	  .why = "value of extended attribute too large" },
	{ "behind the set", 4, 5, STARGZ_XATTR_USER, 0, 16,
	  .why = "extended attribute out of range" },
	{ "padding behind the set", 3, 4, STARGZ_XATTR_USER, 0, 15,
	  .why = "extended attribute out of range" },
	{ "no prefix", 0, 1, 0, 0, 100,
	  .why = "bad name of extended attribute" },
	{ "unknown prefix", 0, 1, 6, 0, 100,
	  .why = "bad name of extended attribute" },
	{ "no name", 0, 0, STARGZ_XATTR_USER, 0, 100,
	  .why = "bad name of extended attribute" },
	{ "ACL with a name", 0, 1, STARGZ_XATTR_ACL_DEFAULT, 0, 100,
	  .why = "bad name of extended attribute" },
	{ "reserved field", 0, 1, STARGZ_XATTR_USER, 1, 100,
	  .why = "reserved field of extended attribute is set" },
};

KUNIT_ARRAY_PARAM_DESC(xattr, xattr_cases, desc);

static void check_xattr_test(struct kunit *test)
{
	const struct xattr_case *c = test->param_value;
	const struct stargz_xattr raw = {
		.value_len	= cpu_to_le32(c->value_len),
		.name_len	= c->name_len,
		.prefix		= c->prefix,
		.reserved	= cpu_to_le16(c->reserved),
	};
	u32 size = 0;

	KUNIT_EXPECT_STREQ(test,
			   stargz_check_xattr(&raw, c->left, &size) ?: "",
			   c->why ?: "");
	if (!c->why)
		KUNIT_EXPECT_EQ(test, size, c->size);
}

static void check_name_test(struct kunit *test)
{
	char longest[STARGZ_NAME_MAX + 1];

	memset(longest, 'x', sizeof(longest));
	KUNIT_EXPECT_NULL(test, stargz_check_name("a", 1));
	KUNIT_EXPECT_NULL(test, stargz_check_name("...", 3));
	KUNIT_EXPECT_NULL(test, stargz_check_name(".a", 2));
	KUNIT_EXPECT_NULL(test, stargz_check_name("\t\n\xff\xfe", 4));
	KUNIT_EXPECT_NULL(test, stargz_check_name(longest, STARGZ_NAME_MAX));

	KUNIT_EXPECT_STREQ(test, stargz_check_name("a", 0),
			   "bad length of name");
	KUNIT_EXPECT_STREQ(test, stargz_check_name(longest, sizeof(longest)),
			   "bad length of name");
	KUNIT_EXPECT_STREQ(test, stargz_check_name(".", 1),
			   "name is . or ..");
	KUNIT_EXPECT_STREQ(test, stargz_check_name("..", 2),
			   "name is . or ..");
	KUNIT_EXPECT_STREQ(test, stargz_check_name("a/b", 3),
			   "name with a slash or NUL");
	KUNIT_EXPECT_STREQ(test, stargz_check_name("ab\0", 3),
			   "name with a slash or NUL");
}

static void check_extent_test(struct kunit *test)
{
	const struct stargz_extent raw = { .pos = cpu_to_le64(100) };
	const struct stargz_span span = { .ulen = cpu_to_le32(50) };

	KUNIT_EXPECT_NULL(test, stargz_check_extent(&raw, 100, 101, 101));
	KUNIT_EXPECT_NULL(test, stargz_check_extent(&raw, 149, 150, 1000));
	KUNIT_EXPECT_STREQ(test, stargz_check_extent(&raw, 99, 150, 1000) ?: "",
			   "unsorted extents");
	KUNIT_EXPECT_STREQ(test, stargz_check_extent(&raw, 100, 100, 1000) ?: "",
			   "unsorted extents");
	KUNIT_EXPECT_STREQ(test, stargz_check_extent(&raw, 100, 150, 149) ?: "",
			   "unsorted extents");

	KUNIT_EXPECT_NULL(test, stargz_check_content(&span, 0, 50));
	KUNIT_EXPECT_NULL(test, stargz_check_content(&span, 50, 0));
	KUNIT_EXPECT_STREQ(test, stargz_check_content(&span, 1, 50) ?: "",
			   "extent beyond its span");
	KUNIT_EXPECT_STREQ(test, stargz_check_content(&span, 51, 0) ?: "",
			   "extent beyond its span");
	KUNIT_EXPECT_STREQ(test, stargz_check_content(&span, 1, U64_MAX) ?: "",
			   "extent beyond its span");
}

static const char *history_why(struct kunit *test, u64 offset, u32 clen,
			       u32 ulen, u32 reserved)
{
	const struct stargz_history raw = {
		.clen		= cpu_to_le32(clen),
		.offset		= cpu_to_le64(offset),
		.ulen		= cpu_to_le32(ulen),
		.reserved	= cpu_to_le32(reserved),
	};
	struct stargz_super_info *super;

	super = kunit_kzalloc(test, sizeof(*super), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, super);
	super->table[STARGZ_TABLE_HISTORY_DATA].count = 50000;
	return stargz_check_history(super, &raw) ?: "";
}

static void check_history_test(struct kunit *test)
{
	const char *size = "bad size of history";
	const char *range = "history out of range";

	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 40960, 32768, 0), "");
	KUNIT_EXPECT_STREQ(test, history_why(test, 49999, 1, 1, 0), "");
	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 0, 1, 0), size);
	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 40961, 1, 0), size);
	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 1, 0, 0), size);
	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 1, 32769, 0), size);
	KUNIT_EXPECT_STREQ(test, history_why(test, 49999, 2, 1, 0), range);
	KUNIT_EXPECT_STREQ(test, history_why(test, U64_MAX, 2, 1, 0), range);
	KUNIT_EXPECT_STREQ(test, history_why(test, 0, 1, 1, 1),
			   "reserved field of history is set");
}

static void check_blob_test(struct kunit *test)
{
	struct stargz_blob raw = {
		.size	= cpu_to_le64(100),
		.start	= cpu_to_le64(S64_MAX - 100),
		.used	= cpu_to_le64(100),
	};

	KUNIT_EXPECT_NULL(test, stargz_check_blob_record(&raw));
	/* Digests of kinds that are not known are ignored. */
	raw.digests = cpu_to_le16(U16_MAX);
	KUNIT_EXPECT_NULL(test, stargz_check_blob_record(&raw));
	raw.used = cpu_to_le64(101);
	KUNIT_EXPECT_STREQ(test, stargz_check_blob_record(&raw) ?: "",
			   "more of the blob is used than there is");
	raw.size = cpu_to_le64(101);
	KUNIT_EXPECT_STREQ(test, stargz_check_blob_record(&raw) ?: "",
			   "blob out of range");
	raw.start = cpu_to_le64(U64_MAX);
	KUNIT_EXPECT_STREQ(test, stargz_check_blob_record(&raw) ?: "",
			   "blob out of range");
}

static void check_child_test(struct kunit *test)
{
	const char *why;

	KUNIT_EXPECT_NULL(test, stargz_check_child(3, DT_DIR, 4, S_IFDIR, 3));
	/* A file may have a smaller inode number than its directory. */
	KUNIT_EXPECT_NULL(test, stargz_check_child(3, DT_REG, 2, S_IFREG, 0));
	why = "type differs from its directory entry";
	KUNIT_EXPECT_STREQ(test, stargz_check_child(3, DT_REG, 4, S_IFDIR | 0755,
						    3) ?: "", why);
	KUNIT_EXPECT_STREQ(test, stargz_check_child(3, DT_DIR | 16, 4, S_IFDIR,
						    3) ?: "", why);
	why = "is not a child of the directory that names it";
	KUNIT_EXPECT_STREQ(test, stargz_check_child(3, DT_DIR, 3, S_IFDIR, 3) ?:
			   "", why);
	KUNIT_EXPECT_STREQ(test, stargz_check_child(3, DT_DIR, 4, S_IFDIR, 2) ?:
			   "", why);
}

static void check_bytes_test(struct kunit *test)
{
	struct stargz_xattr raw = { .prefix = STARGZ_XATTR_TRUSTED,
				    .name_len = STARGZ_NAME_MAX - 8 };
	char name[STARGZ_NAME_MAX];

	memset(name, 'x', sizeof(name));
	KUNIT_EXPECT_NULL(test, stargz_check_target("a/b", 3));
	KUNIT_EXPECT_STREQ(test, stargz_check_target("a\0", 2) ?: "",
			   "target of symbolic link holds a NUL");
	KUNIT_EXPECT_NULL(test, stargz_check_xattr_name(&raw, name));
	raw.name_len++;
	KUNIT_EXPECT_STREQ(test, stargz_check_xattr_name(&raw, name) ?: "",
			   "name of extended attribute too long");
	raw.prefix = STARGZ_XATTR_USER;
	KUNIT_EXPECT_NULL(test, stargz_check_xattr_name(&raw, name));
	name[raw.name_len - 1] = '\0';
	KUNIT_EXPECT_STREQ(test, stargz_check_xattr_name(&raw, name) ?: "",
			   "name of extended attribute holds a NUL");
}

/* Seconds as printed by date(1): date -u -d '2486-07-02 20:20:25' +%s */
static void time_decode_test(struct kunit *test)
{
	u32 nsec;

	KUNIT_EXPECT_EQ(test, stargz_time_decode(0, &nsec), -2147483648LL);
	KUNIT_EXPECT_EQ(test, nsec, 0);
	KUNIT_EXPECT_EQ(test, stargz_time_decode(2147483648ULL * NSEC_PER_SEC -
						 1, &nsec), -1);
	KUNIT_EXPECT_EQ(test, nsec, 999999999);
	KUNIT_EXPECT_EQ(test, stargz_time_decode(2147483648ULL * NSEC_PER_SEC,
						 &nsec), 0);
	KUNIT_EXPECT_EQ(test, nsec, 0);
	KUNIT_EXPECT_EQ(test, stargz_time_decode(U64_MAX, &nsec),
			16299260425LL);
	KUNIT_EXPECT_EQ(test, nsec, 709551615);
}

static struct kunit_case stargz_record_cases[] = {
	KUNIT_CASE_PARAM(check_inode_test, inode_gen_params),
	KUNIT_CASE_PARAM(check_dirent_test, dirent_gen_params),
	KUNIT_CASE_PARAM(check_span_test, span_gen_params),
	KUNIT_CASE(units_test),
	KUNIT_CASE(check_digests_test),
	KUNIT_CASE_PARAM(check_xattr_set_test, xattr_set_gen_params),
	KUNIT_CASE(check_xattr_set_max_test),
	KUNIT_CASE_PARAM(check_xattr_test, xattr_gen_params),
	KUNIT_CASE(check_name_test),
	KUNIT_CASE(check_extent_test),
	KUNIT_CASE(check_history_test),
	KUNIT_CASE(check_blob_test),
	KUNIT_CASE(check_child_test),
	KUNIT_CASE(check_bytes_test),
	KUNIT_CASE(time_decode_test),
	{}
};

static struct kunit_suite stargz_record_suite = {
	.name		= "stargz_record",
	.test_cases	= stargz_record_cases,
};

kunit_test_suite(stargz_record_suite);
