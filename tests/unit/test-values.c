// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of TOC members: times, base64, digests; and quoting for messages.
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/sha256.h"
#include "base/timestamp.h"
#include "stargz/text.h"
#include "stargz_fs.h"
#include "unit.h"

#define NSEC 1000000000ll

static void time_is(const char *text, enum sgz_time_result result,
		    uint64_t want)
{
	uint64_t t;

	assert_int_equal(sgz_time_parse(text, &t), result);
	assert_int_equal(t, want + SGZ_EPOCH);
}

static void times(void **state)
{
	(void)state;
	time_is("1970-01-01T00:00:00Z", SGZ_TIME_OK, 0);
	time_is("1970-01-01T00:00:00.000000001Z", SGZ_TIME_OK, 1);
	time_is("1970-01-01T00:00:00.1234567891Z", SGZ_TIME_OK, 123456789);
	time_is("1969-12-31T23:59:59.5Z", SGZ_TIME_OK, -NSEC / 2);
	time_is("1970-01-01T01:00:00+01:00", SGZ_TIME_OK, 0);
	time_is("2000-02-29T12:00:00-12:00", SGZ_TIME_OK, 951868800 * NSEC);
	time_is("1901-12-13T20:45:52Z", SGZ_TIME_OK, STARGZ_TIME_BASE * NSEC);
	time_is("1901-12-13T20:45:51Z", SGZ_TIME_CLAMPED,
		STARGZ_TIME_BASE * NSEC);
	time_is("9999-12-31T23:59:59Z", SGZ_TIME_CLAMPED,
		(uint64_t)STARGZ_TIME_MAX * NSEC);
	time_is("0001-01-01T00:00:00Z", SGZ_TIME_OK, 0);
	time_is("", SGZ_TIME_BAD, 0);
	time_is("1970-01-01T00:00:00.Z", SGZ_TIME_BAD, 0);
	time_is("1970-01-01T24:00:00Z", SGZ_TIME_BAD, 0);
	time_is("1970-01-01T00:00:00+0100", SGZ_TIME_BAD, 0);
	time_is(" 1970-01-01T00:00:00Z", SGZ_TIME_BAD, 0);
}

static void base64_is(const char *text, const char *want, size_t want_len)
{
	char out[64];
	size_t len;

	assert_int_equal(sgz_base64_decode(out, &len, text, strlen(text)), 0);
	assert_int_equal(len, want_len);
	assert_memory_equal(out, want, len);
}

static void base64(void **state)
{
	static const char *const bad[] = {
		"A", "AA", "AAA", "AA=", "=AAA", "A===", "====", "AA=A",
		"AAAA=", "AA==AAAA", "AA-_", "AA A",
	};
	size_t len;
	char out[16];

	(void)state;
	base64_is("", "", 0);
	base64_is("AP8=", "\0\xff", 2);
	base64_is("AA==", "\0", 1);
	base64_is("aGVs\nbG8h\r\n", "hello!", 6);
	base64_is("+/+/", "\xfb\xff\xbf", 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(sgz_base64_decode(out, &len, bad[i],
						       strlen(bad[i])), 0);
}

static void digest(void **state)
{
	/* FIPS 180-2, B.1 */
	static const char abc[] = "sha256:"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	uint8_t want[STARGZ_SHA256_LEN], have[STARGZ_SHA256_LEN];
	struct sgz_sha256 sha;

	(void)state;
	assert_int_equal(stargz_sha256_parse(abc, want), 0);
	assert_string_equal(sgz_sha256_hex(want).text, abc + 7);
	assert_int_equal(sgz_sha256_open(&sha, &unit_context), 0);
	for (int i = 0; i < 2; i++) {
		sgz_sha256_add(&sha, "a", 1);
		sgz_sha256_add(&sha, "bc", 2);
		sgz_sha256_get(&sha, have);
		assert_memory_equal(have, want, sizeof(want));
	}
	sgz_sha256_close(&sha);
	assert_int_not_equal(stargz_sha256_parse(abc + 7, want), 0);
	assert_int_not_equal(stargz_sha256_parse("sha256:00", want), 0);
}

/* A character of a digest against what <ctype.h> and strtol(3) say of it. */
static void digest_digits(void **state)
{
	char text[8 + 2 * STARGZ_SHA256_LEN] = "sha256:";
	uint8_t have[STARGZ_SHA256_LEN];

	(void)state;
	for (int c = 1; c < 256; c++) {
		for (int at = 7; at < 9; at++) {
			char pair[3] = "00";

			memset(text + 7, '0', 2 * STARGZ_SHA256_LEN);
			text[at] = c;
			pair[at - 7] = c;
			assert_int_equal(!stargz_sha256_parse(text, have),
					 !!isxdigit(c));
			if (isxdigit(c))
				assert_int_equal(have[0], strtol(pair, NULL, 16));
		}
	}
}

static void quoting(void **state)
{
	char name[1000];
	struct sgz_quoted q;

	(void)state;
	assert_string_equal(sgz_quote("a\n\"\\\0b", 6).text,
			    "\"a\\x0a\\x22\\x5c\\x00b\"");
	memset(name, 'x', sizeof(name));
	q = sgz_quote(name, sizeof(name));
	assert_true(strlen(q.text) < SGZ_QUOTE_MAX);
	assert_string_equal(q.text + strlen(q.text) - 5, "x...\"");
	memset(name, 1, sizeof(name));
	assert_true(strlen(sgz_quote(name, sizeof(name)).text) < SGZ_QUOTE_MAX);
	memset(name, 0x80, sizeof(name));
	assert_string_equal(sgz_quote(name, sizeof(name)).text, "\"...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(base64),
		cmocka_unit_test(digest),
		cmocka_unit_test(digest_digits),
		cmocka_unit_test(quoting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
