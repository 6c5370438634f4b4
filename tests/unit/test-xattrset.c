// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of extended attributes: which are possible, sharing, and reading back.
 */
#include "base/xattr_pool.h"
#include "unit.h"

static struct sgz_xattr attr(const char *name, const char *value)
{
	return (struct sgz_xattr){ name, strlen(name), value, strlen(value) };
}

static const char *fault(const char *name, const void *value, size_t len)
{
	const struct sgz_xattr a = { name, strlen(name), value, len };

	return sgz_xattr_fault(&a);
}

static void faults(void **state)
{
	static const char acl[12] = { 2, 0, 0, 0, 1 };
	static char big[65537];

	(void)state;
	assert_null(fault("user.x", "", 0));
	assert_null(fault("trusted.x", big, 65536));
	assert_null(fault("system.posix_acl_access", acl, 12));
	assert_null(fault("system.posix_acl_default", acl, 4));
	assert_non_null(fault("system.posix_acl_access", acl, 11));
	assert_non_null(fault("system.posix_acl_access", acl + 4, 4));
	assert_non_null(fault("system.posix_acl_accessx", acl, 12));
	assert_non_null(fault("system.x", "", 0));
	assert_non_null(fault("user.", "", 0));
	assert_non_null(fault("user.x", big, 65537));
	assert_non_null(fault("", "", 0));
}

static void sharing(void **state)
{
	struct sgz_xattr_pool pool = { 0 };
	uint32_t ids[300], id;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char value[8];
		struct sgz_xattr set[2];

		snprintf(value, sizeof(value), "%d", i);
		set[i & 1] = attr("user.a", value);
		set[!(i & 1)] = attr("trusted.b", "");
		assert_int_equal(sgz_xattr_pool_add(&pool, &unit_context, set,
						    2, &ids[i]), 0);
		for (int k = 0; k < i; k++)
			assert_int_not_equal(ids[i], ids[k]);
	}
	for (int i = 0; i < 300; i++) {
		char value[8];
		struct sgz_xattr set[2];

		snprintf(value, sizeof(value), "%d", i);
		set[0] = attr("trusted.b", "");
		set[1] = attr("user.a", value);
		assert_int_equal(sgz_xattr_pool_add(&pool, &unit_context, set,
						    2, &id), 0);
		assert_int_equal(id, ids[i]);
	}
	assert_int_equal(sgz_xattr_pool_add(&pool, &unit_context, NULL, 0, &id),
			 0);
	assert_int_equal(id, 0);
	sgz_xattr_pool_free(&pool);
}

static void reading_back(void **state)
{
	struct sgz_xattr set[] = { attr("trusted.t", "1"), attr("user.b", "22"),
				   attr("user.a", ""), attr("user.ab", "x") };
	static const char *const order[] = { "user.a", "user.ab", "user.b",
					     "trusted.t" };
	struct sgz_xattr_pool pool = { 0 };
	struct sgz_arena arena = { 0 };
	struct sgz_vec found = { 0 };
	const struct sgz_xattr *a;
	uint32_t id;

	(void)state;
	assert_int_equal(sgz_xattr_pool_add(&pool, &unit_context, set, 4, &id),
			 0);
	assert_int_equal(sgz_xattr_pool_get(&pool, id, &arena, &found), 0);
	assert_int_equal(found.count, 4);
	a = found.data;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(a[i].name_len, strlen(order[i]));
		assert_memory_equal(a[i].name, order[i], a[i].name_len);
	}
	assert_memory_equal(a[2].value, "22", 2);
	sgz_vec_free(&found);
	sgz_arena_free(&arena);
	sgz_xattr_pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),
		cmocka_unit_test(sharing),
		cmocka_unit_test(reading_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
