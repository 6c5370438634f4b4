// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the hash tree: its shape, and damage to every byte of
 * tables and tree, with trees of up to three levels.
 *
 * The tests damage a mounted image, in the page cache of its file. One mount
 * therefore serves many cases.
 */
#include <crypto/sha2.h>
#include <kunit/test.h>

#include "mounted.h"

#define BLOCK		4096
#define DATA		STARGZ_TABLE_HISTORY_DATA
#define FAILURES	STARGZ_STAT_VERIFY_FAILURES

/* Shape */

struct shape_case {
	u64 leaves;
	u64 end;
	unsigned int levels;
	u64 level[STARGZ_TREE_LEVELS];
};

/*
 * From a script that does not share code with the module. Each level has
 * ceil(N / 128) blocks for the N blocks below it. The highest level comes first,
 * at the block after the leaves. The first leaf is block 1.
 */
static const struct shape_case shape_cases[] = {
	{ 1, 2, 0, {} },
	{ 2, 4, 1, { 3 } },
	{ 3, 5, 1, { 4 } },
	{ 127, 129, 1, { 128 } },
	{ 128, 130, 1, { 129 } },
	{ 129, 133, 2, { 131, 130 } },
	{ 16384, 16514, 2, { 16386, 16385 } },
	{ 16385, 16518, 3, { 16389, 16387, 16386 } },
	{ 2097152, 2113666, 3, { 2097282, 2097154, 2097153 } },
	{ 2097153, 2113671, 4, { 2097286, 2097157, 2097155, 2097154 } },
	{ 268435456, 270549122, 4,
	  { 268451970, 268435586, 268435458, 268435457 } },
	{ 268435457, 270549128, 5,
	  { 268451975, 268435590, 268435461, 268435459, 268435458 } },
	{ 34359738369ULL, 34630287497ULL, 6,
	  { 34361852040ULL, 34359754887ULL, 34359738502ULL, 34359738373ULL,
	    34359738371ULL, 34359738370ULL } },
	{ 4398046511105ULL, 4432676798602ULL, 7,
	  { 4398317060233ULL, 4398048624776ULL, 4398046527623ULL,
	    4398046511238ULL, 4398046511109ULL, 4398046511107ULL,
	    4398046511106ULL } },
	{ 562949953421312ULL, 567382630219906ULL, 7,
	  { 562984583708802ULL, 562950223970434ULL, 562949955534978ULL,
	    562949953437826ULL, 562949953421442ULL, 562949953421314ULL,
	    562949953421313ULL } },
	{ 562949953421313ULL, 567382630219915ULL, 8,
	  { 562984583708810ULL, 562950223970441ULL, 562949955534984ULL,
	    562949953437831ULL, 562949953421446ULL, 562949953421317ULL,
	    562949953421315ULL, 562949953421314ULL } },
	/* The largest aligned offset of 64 bits */
	{ 4503599627370494ULL, 4539061041759240ULL, 8,
	  { 4503876669670408ULL, 4503601791763464ULL, 4503599644279816ULL,
	    4503599627502600ULL, 4503599627371528ULL, 4503599627370504ULL,
	    4503599627370496ULL, 4503599627370495ULL } },
};

static void shape_test(struct kunit *test)
{
	struct stargz_tree_shape shape;
	unsigned int i, k;

	KUNIT_EXPECT_FALSE(test, stargz_tree_shape(0, &shape));
	KUNIT_EXPECT_FALSE(test, stargz_tree_shape(BLOCK, &shape));
	for (i = 0; i < ARRAY_SIZE(shape_cases); i++) {
		const struct shape_case *c = &shape_cases[i];

		memset(&shape, 0xff, sizeof(shape));
		KUNIT_EXPECT_TRUE(test, stargz_tree_shape((c->leaves + 1) *
							  BLOCK, &shape));
		KUNIT_EXPECT_EQ(test, shape.leaves, c->leaves);
		KUNIT_EXPECT_EQ(test, shape.end, c->end);
		KUNIT_EXPECT_EQ(test, shape.levels, c->levels);
		for (k = 0; k < STARGZ_TREE_LEVELS; k++)
			KUNIT_EXPECT_EQ_MSG(test, shape.level[k], c->level[k],
					    "%llu blocks, level %u", c->leaves,
					    k);
	}
}

/* Trees of the images */

/* Each block is different: its number comes first, in little endian. */
static void stamp_leaf(const void *from, u64 nr, u8 *block)
{
	const __le64 stamp = cpu_to_le64(nr);
	unsigned int i;

	for (i = 0; i < BLOCK; i++)
		block[i] = i * 7 + nr;
	memcpy(block, &stamp, sizeof(stamp));
}

struct root_case {
	u64 leaves;
	const char *root;
	const char *tree;
};

/*
 * @root: output of "veritysetup format --no-superblock --salt=- --hash=sha256"
 * for a file of the blocks of stamp_leaf(). @tree: output of sha256sum for the
 * hash file that veritysetup makes
 */
static const struct root_case root_cases[] = {
	{ 1,
	  "88f36e465cf9b893145e6aef4652aae0c4d3837cbe0c56e5937b168a6879e8d3",
	  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ 2,
	  "7545b18f7ebaf40f1d8d8c964c173391174a3ef9012ef91e9088b910f440996c",
	  "7545b18f7ebaf40f1d8d8c964c173391174a3ef9012ef91e9088b910f440996c" },
	{ 127,
	  "4a8da194cd9afadaba2e7f964f2627c8c35678da3db313e7e24e317990795b59",
	  "4a8da194cd9afadaba2e7f964f2627c8c35678da3db313e7e24e317990795b59" },
	{ 128,
	  "98e485af5c77ed1724fa81d9e5078b7be7b4fff6e9b61bfd4af8ead6c5722294",
	  "98e485af5c77ed1724fa81d9e5078b7be7b4fff6e9b61bfd4af8ead6c5722294" },
	{ 129,
	  "e7b7a662ac5f85fc61338df9250b780f9dc0823e591feb1aa51a140224b24674",
	  "f2e25696d0b66c64351bcd5337021316c233a7888450107ba94d03061058ef8a" },
	{ 257,
	  "c0f3e2c1bb1be06a738ddd91ec6d465d2909487a43728e31c898d83e6e98b417",
	  "cd750c1fa7314879283bceaee6649fce3cbe88aedc6842e1bfadf389650ec69a" },
	{ 16385,
	  "b0a6ee56342ebdf72a87ab0a71b1b26bd7ee1fa75ecf991c1b97a144bf10f06b",
	  "4f43c36ce4a4738974c2f726ee8479740fe6fbeb4bd375d54aaa2fbeff4c238e" },
};

static void expect_hash(struct kunit *test, const u8 *hash, const char *hex)
{
	u8 want[SHA256_DIGEST_SIZE];

	KUNIT_ASSERT_EQ(test, hex2bin(want, hex, sizeof(want)), 0);
	KUNIT_EXPECT_MEMEQ(test, hash, want, sizeof(want));
}

/* image.c makes the same trees as veritysetup. */
static void image_tree_test(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(root_cases); i++) {
		const struct root_case *c = &root_cases[i];
		struct image_bytes tree = {};
		u8 root[SHA256_DIGEST_SIZE], digest[SHA256_DIGEST_SIZE];

		image_hash_tree(test, c->leaves, stamp_leaf, NULL, &tree,
				root);
		sha256(tree.data, tree.len, digest);
		kvfree(tree.data);
		expect_hash(test, root, c->root);
		expect_hash(test, digest, c->tree);
	}
}

/* Images */

/* An index whose tables fill @leaves blocks. One table has nearly all bytes. */
static struct image *make_image(struct kunit *test, u32 leaves)
{
	struct image *img = image_new(test);
	/* The records of the root and of the blob come first. */
	u32 i, len = leaves * BLOCK - sizeof(struct stargz_inode) -
		     sizeof(struct stargz_blob);
	u32 state = leaves;
	u8 *data;

	image_add(img, DATA, NULL, len);
	data = img->table[DATA].data;
	for (i = 0; i < len; i++) {
		state = state * 1664525 + 1013904223;
		data[i] = state >> 24;
	}
	/* verify=digest needs the bit. The index has no spans. */
	img->super.feature_compat = cpu_to_le32(STARGZ_COMPAT_DIGESTS);
	image_finish(img);
	KUNIT_ASSERT_EQ(test, img->tree_at, (leaves + 1ULL) * BLOCK);
	test->priv = img;
	return img;
}

static const struct image *mount_image(struct kunit *test, u32 leaves)
{
	struct image *img = make_image(test, leaves);

	KUNIT_ASSERT_EQ(test, image_mount(img, "verify=digest"), 0);
	return img;
}

/* Read a byte of a block of the tables. The first block is leaf 0. */
static int read_leaf(struct kunit *test, u64 leaf)
{
	const struct image *img = test->priv;
	u64 at = le64_to_cpu(img->super.table[DATA].offset);
	u64 nr = leaf ? (leaf + 1) * BLOCK - at : 0;
	u8 byte;
	int err = stargz_meta_read(mounted_sb(img), DATA, nr, &byte, 1);

	if (!err)
		KUNIT_EXPECT_EQ(test, byte, img->table[DATA].data[nr]);
	return err;
}

/* Read all records of all tables. */
static int read_tables(struct kunit *test)
{
	const struct image *img = test->priv;
	u8 *buf = kunit_kmalloc(test, img->tree_at, GFP_KERNEL);
	unsigned int id;
	int err = 0;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (id = 0; !err && id < STARGZ_TABLES; id++) {
		u64 n = le64_to_cpu(img->super.table[id].count);

		err = stargz_meta_read(mounted_sb(img), id, 0, buf, n);
		if (!err && n)
			KUNIT_EXPECT_TRUE(test, !memcmp(buf,
							img->table[id].data,
							img->table[id].len));
	}
	kunit_kfree(test, buf);
	return err;
}

/**
 * struct cover - a block, and the leaves that it verifies
 * @block: number of the block in the index; of the tree, or a leaf
 * @first: first leaf
 * @end: leaf after the last one
 */
struct cover {
	u64 block;
	u64 first;
	u64 end;
};

/* Damage one byte in @step of a block, one at a time. */
static void flip_block(struct kunit *test, const struct cover *c,
		       unsigned int step)
{
	const struct image *img = test->priv;
	const u64 leaves = img->tree_at / BLOCK - 1;
	unsigned int i;

	for (i = c->block % step; i < BLOCK; i += step) {
		const u64 pos = c->block * BLOCK + i;

		image_poke(img, pos, BIT(i % 8));
		mounted_forget_all(img);
		KUNIT_ASSERT_EQ_MSG(test, read_leaf(test, c->first),
				    -EFSCORRUPTED, "byte %llu", pos);
		/* Read other leaves only now and then, to save time. */
		if (i % 64 < step) {
			KUNIT_ASSERT_EQ(test, read_leaf(test, c->end - 1),
					-EFSCORRUPTED);
			if (c->first)
				KUNIT_ASSERT_EQ(test, read_leaf(test, c->first -
								1), 0);
			if (c->end < leaves)
				KUNIT_ASSERT_EQ(test, read_leaf(test, c->end),
						0);
		}
		image_poke(img, pos, BIT(i % 8));
	}
	mounted_forget_all(img);
	KUNIT_ASSERT_EQ(test, read_leaf(test, c->first), 0);
	KUNIT_ASSERT_EQ(test, read_leaf(test, c->end - 1), 0);
}

static void flip_leaf(struct kunit *test, u64 leaf, unsigned int step)
{
	const struct cover c = { leaf + 1, leaf, leaf + 1 };

	flip_block(test, &c, step);
}

/* The hash of a single leaf is the root. */
static void one_leaf_test(struct kunit *test)
{
	const struct image *img = mount_image(test, 1);

	KUNIT_EXPECT_EQ(test, img->tree.len, 0);
	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
	flip_leaf(test, 0, 1);
}

/* A reader of all records finds damage to any byte of tables and tree. */
static void one_level_test(struct kunit *test)
{
	const struct image *img = mount_image(test, 5);
	u64 pos;

	KUNIT_ASSERT_EQ(test, img->tree.len, BLOCK);
	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
	KUNIT_EXPECT_EQ(test, mounted_counter(img, FAILURES), 0);
	for (pos = BLOCK; pos < img->blob_at; pos++) {
		const u64 before = mounted_counter(img, FAILURES);

		image_poke(img, pos, BIT(pos % 8));
		mounted_forget_all(img);
		KUNIT_ASSERT_EQ_MSG(test, read_tables(test), -EFSCORRUPTED,
				    "byte %llu", pos);
		KUNIT_ASSERT_EQ(test, mounted_counter(img, FAILURES),
				before + 1);
		image_poke(img, pos, BIT(pos % 8));
	}
	mounted_forget_all(img);
	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
}

/* One block of hashes, without padding. */
static void full_level_test(struct kunit *test)
{
	static const struct cover root = { 129, 0, 128 };
	u64 leaf;

	mount_image(test, 128);
	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
	flip_block(test, &root, 1);
	flip_leaf(test, 0, 1);
	flip_leaf(test, 127, 1);
	for (leaf = 1; leaf < 127; leaf++)
		flip_leaf(test, leaf, 331);
}

static void two_levels_test(struct kunit *test)
{
	static const struct cover tree[] = {
		{ 130, 0, 129 }, { 131, 0, 128 }, { 132, 128, 129 },
	};
	unsigned int i;
	u64 leaf;

	mount_image(test, 129);
	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
	for (i = 0; i < ARRAY_SIZE(tree); i++)
		flip_block(test, &tree[i], 1);
	for (leaf = 0; leaf < 129; leaf++)
		flip_leaf(test, leaf, leaf < 127 ? 331 : 1);
}

/* The index has 16518 blocks. Damage those at the borders of the levels. */
static void three_levels_test(struct kunit *test)
{
	static const struct cover tree[] = {
		{ 16386, 0, 16385 },		/* highest level */
		{ 16387, 0, 16384 }, { 16388, 16384, 16385 },
		{ 16389, 0, 128 }, { 16390, 128, 256 },
		{ 16516, 16256, 16384 }, { 16517, 16384, 16385 },
	};
	static const u16 leaves[] = { 0, 127, 128, 8191, 16383, 16384 };
	unsigned int i;
	u64 leaf;

	mount_image(test, 16385);
	for (i = 0; i < ARRAY_SIZE(tree); i++)
		flip_block(test, &tree[i], i < 3 ? 1 : 3);
	for (i = 0; i < ARRAY_SIZE(leaves); i++)
		flip_leaf(test, leaves[i], 3);
	/* Each leaf matches its own hash. */
	for (leaf = 0; leaf < 16385; leaf++)
		KUNIT_ASSERT_EQ(test, read_leaf(test, leaf), 0);
}

/* A verified block of the tree in memory verifies leaves that are read later. */
static void kept_tree_test(struct kunit *test)
{
	const struct image *img = mount_image(test, 129);
	u64 leaf;

	KUNIT_EXPECT_EQ(test, read_tables(test), 0);
	for (leaf = 0; leaf < 129; leaf++) {
		const u64 pos = (leaf + 1) * BLOCK + leaf;

		mounted_forget(img, 1, 129);
		image_poke(img, pos, 0x80);
		KUNIT_EXPECT_EQ_MSG(test, read_leaf(test, leaf), -EFSCORRUPTED,
				    "leaf %llu", leaf);
		/* A second read of the same folio fails as well. */
		KUNIT_EXPECT_EQ(test, read_leaf(test, leaf), -EFSCORRUPTED);
		image_poke(img, pos, 0x80);
		mounted_forget(img, 1, 129);
		KUNIT_EXPECT_EQ(test, read_leaf(test, leaf), 0);
	}
}

/* Exchange two blocks of the index. */
static void swap_blocks(struct kunit *test, u64 a, u64 b)
{
	const struct image *img = test->priv;
	const u8 *tables = img->table[DATA].data;
	u64 at = le64_to_cpu(img->super.table[DATA].offset);
	unsigned int i;

	for (i = 0; i < BLOCK; i++) {
		u64 x = a * BLOCK + i, y = b * BLOCK + i;
		u8 flip = x < img->tree_at ?
			  tables[x - at] ^ tables[y - at] :
			  img->tree.data[x - img->tree_at] ^
			  img->tree.data[y - img->tree_at];

		image_poke(img, x, flip);
		image_poke(img, y, flip);
	}
	mounted_forget_all(img);
}

/* A block in the place of another one is damage. */
static void swapped_test(struct kunit *test)
{
	mount_image(test, 257);
	swap_blocks(test, 20, 21);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 19), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 20), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 21), 0);
	swap_blocks(test, 20, 21);
	/* Both leaves have the same slot in their blocks of hashes. */
	swap_blocks(test, 6, 134);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 5), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 133), -EFSCORRUPTED);
	swap_blocks(test, 6, 134);
	/* Blocks of hashes, of leaves 0 to 127 and 128 to 255 */
	swap_blocks(test, 259, 260);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 0), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 128), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 256), 0);
	swap_blocks(test, 259, 260);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 0), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 128), 0);
}

static const u8 hash_bytes[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

static void hash_byte_desc(const u8 *at, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "byte %u", *at);
}

KUNIT_ARRAY_PARAM(hash_byte, hash_bytes, hash_byte_desc);

/* A root hash with one wrong byte. Mounting reads the root directory. */
static void wrong_root_test(struct kunit *test)
{
	const u8 *at = test->param_value;
	struct image *img = make_image(test, *at % 2 ? 1 : 2);

	img->super.tree_root[*at] ^= 1;
	image_seal(&img->super);
	KUNIT_EXPECT_EQ(test, image_mount(img, "verify=digest"),
			-EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, image_mount(img, "verify=crc"), 0);
}

/* A hash of leaf 2 with one wrong byte. The root matches the tree. */
static void wrong_hash_test(struct kunit *test)
{
	const u8 *at = test->param_value;
	struct image *img = make_image(test, 4);

	img->tree.data[2 * SHA256_DIGEST_SIZE + *at] ^= 1;
	sha256(img->tree.data, BLOCK, img->super.tree_root);
	image_seal(&img->super);
	KUNIT_ASSERT_EQ(test, image_mount(img, "verify=digest"), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 0), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 1), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 2), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 3), 0);
}

/* A hash of a block of hashes with one wrong byte. The root matches. */
static void wrong_middle_test(struct kunit *test)
{
	const u8 *at = test->param_value;
	struct image *img = make_image(test, 129);

	/* The highest level comes first: this is the hash of its second child. */
	img->tree.data[SHA256_DIGEST_SIZE + *at] ^= 1;
	sha256(img->tree.data, BLOCK, img->super.tree_root);
	image_seal(&img->super);
	KUNIT_ASSERT_EQ(test, image_mount(img, "verify=digest"), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 127), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 128), -EFSCORRUPTED);
}

struct option_case {
	const char *options;
	bool digest;
	bool verified;
};

/* @digest: also pass index_digest=; @verified: the tree verifies records */
static const struct option_case option_cases[] = {
	{ NULL, false, false },
	{ "verify=none", false, false },
	{ "verify=crc", false, false },
	{ "verify=digest", false, true },
	{ "verify=none", true, true },
	{ "verify=crc", true, true },
	{ "verify=digest", true, true },
	{ "decoder=auto", true, true },
};

static void option_desc(const struct option_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", c->options ?: "default",
		 c->digest ? ", index_digest" : "");
}

KUNIT_ARRAY_PARAM(option, option_cases, option_desc);

/* index_digest= turns the hash tree on, whatever verify= is. */
static void options_test(struct kunit *test)
{
	const struct option_case *c = test->param_value;
	struct image *img = make_image(test, 3);
	u8 digest[SHA256_DIGEST_SIZE];
	char options[128];

	image_digest(img, digest);
	snprintf(options, sizeof(options), "%s,index_digest=sha256:%*phN",
		 c->options ?: "", SHA256_DIGEST_SIZE, digest);
	KUNIT_ASSERT_EQ(test, image_mount(img, c->digest ? options :
					  c->options), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 1), 0);
	mounted_forget_all(img);
	image_poke(img, 3 * BLOCK - 1, 1);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 1),
			c->verified ? -EFSCORRUPTED : 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 2), 0);
}

/* Mounting verifies the records that it reads. */
static void mount_test(struct kunit *test)
{
	struct image *img = make_image(test, 20);
	struct stargz_inode *root = image_inode(img, STARGZ_ROOT_INO);

	/* The record is valid, but does not match the tree. */
	root->mode = cpu_to_le16(S_IFDIR | 0777);
	KUNIT_EXPECT_EQ(test, image_mount(img, "verify=digest"),
			-EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), 0);
}

/* Mounting does not read the other blocks. */
static void mount_late_test(struct kunit *test)
{
	struct image *img = make_image(test, 300);

	img->table[DATA].data[250 * BLOCK] ^= 1;
	KUNIT_ASSERT_EQ(test, image_mount(img, "verify=digest"), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 0), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 249), 0);
	KUNIT_EXPECT_EQ(test, read_leaf(test, 250), -EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, mounted_counter(img, FAILURES), 1);
}

static struct kunit_case stargz_hashtree_cases[] = {
	KUNIT_CASE(shape_test),
	KUNIT_CASE(image_tree_test),
	KUNIT_CASE(one_leaf_test),
	KUNIT_CASE(one_level_test),
	KUNIT_CASE(full_level_test),
	KUNIT_CASE(two_levels_test),
	KUNIT_CASE_SLOW(three_levels_test),
	KUNIT_CASE(kept_tree_test),
	KUNIT_CASE(swapped_test),
	KUNIT_CASE_PARAM(wrong_root_test, hash_byte_gen_params),
	KUNIT_CASE_PARAM(wrong_hash_test, hash_byte_gen_params),
	KUNIT_CASE_PARAM(wrong_middle_test, hash_byte_gen_params),
	KUNIT_CASE_PARAM(options_test, option_gen_params),
	KUNIT_CASE(mount_test),
	KUNIT_CASE(mount_late_test),
	{}
};

static struct kunit_suite stargz_hashtree_suite = {
	.name		= "stargz_hashtree",
	.test_cases	= stargz_hashtree_cases,
};

kunit_test_suite(stargz_hashtree_suite);
