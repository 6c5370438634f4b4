// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cleaning paths, and text that lost bytes.
 */
#include "base/path.h"
#include "unit.h"

static void clean_is(const char *in, const char *want)
{
	char buf[100];
	size_t len = sgz_path_clean(buf, in, strlen(in));

	assert_int_equal(len, strlen(want));
	assert_memory_equal(buf, want, len);
	strcpy(buf, in);
	assert_int_equal(sgz_path_clean(buf, buf, strlen(in)), strlen(want));
	assert_memory_equal(buf, want, len);
}

static void cleaning(void **state)
{
	(void)state;
	clean_is("", "");
	clean_is("./", "");
	clean_is("/", "");
	clean_is("../..", "");
	clean_is("a", "a");
	clean_is("a/", "a");
	clean_is("/a//b/", "a/b");
	clean_is("../../x", "x");
	clean_is("bar/../bar///foo", "bar/foo");
	clean_is("a/b/../../../c", "c");
	clean_is(".../..a/.b", ".../..a/.b");
	clean_is("a/./b/.", "a/b");
	clean_is("ab/cd/..", "ab");
}

static bool lossy(const char *text, const char *bytes)
{
	return sgz_lossy_equal(text, strlen(text), bytes, strlen(bytes));
}

#define R "\xef\xbf\xbd"

static void lost_bytes(void **state)
{
	(void)state;
	assert_true(lossy("plain", "plain"));
	assert_false(lossy("plain", "plaim"));
	assert_false(lossy("plain", "plai"));
	assert_false(lossy("plai", "plain"));
	assert_true(lossy("a" R R "b", "a\xff\xfe" "b"));
	assert_false(lossy("a" R "b", "a\xff\xfe" "b"));
	assert_true(lossy("\xc3\xa9", "\xc3\xa9"));
	assert_true(lossy(R, R));
	/* cut short, overlong, surrogate, beyond U+10FFFF */
	assert_true(lossy(R R, "\xe2\x82"));
	assert_true(lossy(R R, "\xc0\xaf"));
	assert_true(lossy(R R R, "\xed\xa0\x80"));
	assert_true(lossy(R R R R, "\xf4\x90\x80\x80"));
	assert_true(lossy("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"));
	assert_true(sgz_has_replacement("x" R, 4));
	assert_false(sgz_has_replacement("x" R, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaning),
		cmocka_unit_test(lost_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
