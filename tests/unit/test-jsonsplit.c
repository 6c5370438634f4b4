// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cutting JSON: the pieces do not depend on how the text arrives, and equal
 * those that json-c finds in the whole text.
 */
#include "toc/entry.h"
#include "toc/json_split.h"
#include "unit.h"

struct seen {
	struct json_object *members;
	struct json_object *elements;
};

static int on_member(void *data, const char *key, struct json_object *value)
{
	struct seen *seen = data;

	json_object_object_add(seen->members, key, json_object_get(value));
	return 0;
}

static int on_begin(void *data)
{
	(void)data;
	return 0;
}

static int on_element(void *data, struct json_object *value)
{
	struct seen *seen = data;

	json_object_array_add(seen->elements, json_object_get(value));
	return 0;
}

static int split(const char *text, size_t len, size_t step, struct seen *seen)
{
	struct sgz_jsonsplit s = {
		.ctx = &unit_context,
		.array = "entries",
		.member = on_member,
		.begin = on_begin,
		.element = on_element,
		.data = seen,
	};
	int ret;

	seen->members = json_object_new_object();
	seen->elements = json_object_new_array();
	ret = sgz_jsonsplit_open(&s);
	for (size_t i = 0; !ret && i < len; i += step)
		ret = sgz_jsonsplit_feed(&s, text + i,
					 len - i < step ? len - i : step);
	if (!ret)
		ret = sgz_jsonsplit_end(&s);
	sgz_jsonsplit_close(&s);
	return ret;
}

static void forget(struct seen *seen)
{
	json_object_put(seen->members);
	json_object_put(seen->elements);
}

static void any_step(void **state)
{
	static const char text[] =
		" {\"a\\u0062\" : [1,{\"x\":\"]},\\\\\\\"\"}] ,\"n\":null,"
		"\"entries\":[ 1 ,\"s,]}\\\"\",null,[],[[{}],{}], {\"k\":\n"
		"{\"l\":[true,-1.5e3]}} ], \"z\" : 12345 }\n\n";
	struct json_object *whole = json_tokener_parse(text), *entries;

	(void)state;
	assert_non_null(whole);
	assert_true(json_object_object_get_ex(whole, "entries", &entries));
	for (size_t step = 1; step <= sizeof(text); step++) {
		struct seen seen;

		assert_int_equal(split(text, strlen(text), step, &seen), 0);
		assert_true(json_object_equal(seen.elements, entries));
		json_object_object_add(seen.members, "entries",
				       json_object_get(entries));
		assert_true(json_object_equal(seen.members, whole));
		forget(&seen);
	}
	json_object_put(whole);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"", " ", "[]", "{", "{]", "{}}", "{} {}", "{\"a\"}",
		"{\"a\":}", "{\"a\":1 2}", "{\"a\":1,}", "{,}", "{a:1}",
		"{\"a\":'x'}", "{\"a\":[}", "{\"a\":[)]}", "{\"a\":nul}",
		"{\"entries\":[", "{\"entries\":[}", "{\"entries\":[1,]}",
		"{\"entries\":[,1]}", "{\"entries\":[1 2]}",
		"{\"entries\":[{]}]}", "{\"entries\":[\"]}",
		"{\"entries\":[1]]}", "{\"a\" \"b\"}", "{\"a\\x\":1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t step = 1; step < 4; step++) {
			struct seen seen;

			assert_int_equal(split(bad[i], strlen(bad[i]), step,
					       &seen), -EUCLEAN);
			forget(&seen);
		}
}

static void nul_bytes(void **state)
{
	static const char text[] = "{\"entries\":[1\0]}";
	struct seen seen;

	(void)state;
	assert_int_equal(split(text, sizeof(text) - 1, 3, &seen), -EUCLEAN);
	forget(&seen);
}

/* json-c clamps what does not fit; that must not pass for a number. */
static void integers(void **state)
{
	static const struct {
		const char *text;
		int ret;
		int64_t number;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-1", 0, -1 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "9223372036854775808", -EINVAL, 0 },
		{ "18446744073709551615", -EINVAL, 0 },
		{ "99999999999999999999", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
		{ "\"1\"", -EINVAL, 0 },
		{ "true", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *o = json_tokener_parse(cases[i].text);
		int64_t number;

		assert_int_equal(sgz_json_int(o, &number), cases[i].ret);
		if (!cases[i].ret)
			assert_int_equal(number, cases[i].number);
		json_object_put(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_step),
		cmocka_unit_test(malformed),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
