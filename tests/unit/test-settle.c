// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is left of entries that replace one another, by hand.
 */
#include "index/settle.h"
#include "unit.h"

/* Entries are "name", "name/" of a directory, and "name>target" of a link. */
struct sample {
	const char *entries[8];
	const char *fates[8];	/* ".", "-", "=N" its name, ">N" a link to it */
};

static const struct sample samples[] = {
	{ { "a", "b>a", "c>b" }, { ".", ".", "." } },
	{ { "a", "a" }, { "-", "." } },
	{ { "d/", "d/a", "d/" }, { "-", ".", "." } },
	{ { "a", "b>a", "a" }, { "=1", "-", "." } },
	{ { "a", "b>a", "a", "c>b", "d>a" }, { "=1", "-", ".", ".", "." } },
	{ { "a", "b>a", "c>a", "a" }, { "=1", "-", ">1", "." } },
	{ { "a", "b>a", "c>b", "b" }, { ".", "-", ">0", "." } },
	{ { "a", "b>a", "a>b" }, { ".", ".", "-" } },
	{ { "a", "b>a", "c>b", "b>c" }, { ".", ".", ".", "-" } },
	{ { "a", "b>a", "a", "b" }, { "-", "-", ".", "." } },
	{ { "a", "b>a", "a", "b", "a>b" }, { "-", "-", "-", ".", "." } },
	{ { "a", "a>a" }, { ".", "-" } },
	{ { "a>b", "b" }, { ".", "." } },
	{ { "a", "b>a", "a/", "a/c>b" }, { "=1", "-", ".", "." } },
};

static void add(struct sgz_toc *toc, const char *text)
{
	struct sgz_entry *entry = sgz_vec_add(&toc->entries, 1, sizeof(*entry));
	const char *link = strchr(text, '>');
	size_t len = link ? (size_t)(link - text) : strlen(text);
	bool dir = text[len - 1] == '/';

	assert_non_null(entry);
	entry->name = text;
	entry->name_len = len - dir;
	entry->mode = link ? 0 : dir ? S_IFDIR : S_IFREG;
	if (link) {
		entry->flags = SGZ_HARDLINK;
		entry->link = link + 1;
		entry->link_len = strlen(link + 1);
	}
}

static void check_fate(const struct sgz_fate *fate, const char *want)
{
	static const char kinds[] = {
		[SGZ_STAYS] = '.', [SGZ_GOES] = '-', [SGZ_RENAMED] = '=',
		[SGZ_RELINKED] = '>',
	};

	assert_int_equal(kinds[fate->kind], want[0]);
	if (want[1])
		assert_int_equal(fate->name, want[1] - '0');
}

static void what_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct sgz_toc toc = { 0 };
		struct sgz_settled settled = { 0 };
		size_t changed = 0;

		for (int k = 0; k < 8 && samples[i].entries[k]; k++)
			add(&toc, samples[i].entries[k]);
		assert_int_equal(sgz_settle(&settled, &unit_context, &toc), 0);
		assert_int_equal(settled.fates.count, toc.entries.count);
		for (size_t k = 0; k < toc.entries.count; k++) {
			check_fate(sgz_fate(&settled, k), samples[i].fates[k]);
			changed += samples[i].fates[k][0] != '.';
		}
		assert_int_equal(settled.changed, changed);
		sgz_settled_free(&settled);
		sgz_toc_free(&toc);
	}
}

static void nothing(void **state)
{
	struct sgz_toc toc = { 0 };
	struct sgz_settled settled = { 0 };

	(void)state;
	assert_int_equal(sgz_settle(&settled, &unit_context, &toc), 0);
	assert_int_equal(settled.changed, 0);
	sgz_settled_free(&settled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
