// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash tree of an index. The roots were computed with sha256sum.
 */
#include "unit.h"

#include "index/hash_tree.h"

/* Blocks full of their number, added in pieces of a strange size. */
static void tree_is(size_t count, size_t tree_blocks, const char *want)
{
	size_t len = count * STARGZ_BLOCK_SIZE;
	uint8_t *bytes = test_malloc(len), root[STARGZ_HASH_SIZE];
	struct sgz_vec blocks = { 0 };
	struct sgz_hash_tree tree;

	for (size_t i = 0; i < len; i++)
		bytes[i] = i / STARGZ_BLOCK_SIZE;
	assert_int_equal(sgz_hash_tree_open(&tree, &unit_context), 0);
	for (size_t at = 0; at < len; at += 5000)
		assert_int_equal(sgz_hash_tree_add(&tree, &unit_context,
						   bytes + at,
						   len - at < 5000 ? len - at :
								     5000), 0);
	assert_int_equal(sgz_hash_tree_end(&tree, &unit_context, &blocks, root),
			 0);
	assert_int_equal(blocks.count, tree_blocks * STARGZ_BLOCK_SIZE);
	assert_string_equal(sgz_sha256_hex(root).text, want);
	sgz_hash_tree_close(&tree);
	sgz_vec_free(&blocks);
	test_free(bytes);
}

static void one_block(void **state)
{
	(void)state;
	tree_is(1, 0, "ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7");
}

static void one_level(void **state)
{
	(void)state;
	tree_is(2, 1, "dd9c4d99ab2332f88ff3bd4cb99e3db16fea710ecbc8cef4b7e237fc5765401b");
	tree_is(128, 1, "eade1212c3a6dd9dd817bf456bf067c41cdb483af154c5d0890d32744b7e4f6b");
}

static void two_levels(void **state)
{
	(void)state;
	tree_is(129, 3, "f0dbc433d6188c4e8e30ee2de31ee90ab1edf2fd7438d97feab12f75375886ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_block),
		cmocka_unit_test(one_level),
		cmocka_unit_test(two_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
