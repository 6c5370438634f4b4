// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checking a file, and reporting the result.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fsck.h"
#include "report.h"

static int code_of(int error)
{
	switch (error) {
	case 0:
		return EXIT_CLEAN;
	case -EUCLEAN:
	case -EBADMSG:
	case -E2BIG:
		return EXIT_ERRORS;
	default:
		return EXIT_OPERATION;
	}
}

static void add_fault(struct target *t, int code, const char *text)
{
	struct json_object *fault = json_object_new_object();

	report_bytes(fault, "message", text, strlen(text));
	report_int(fault, "errno", -code);
	json_object_array_add(t->faults, fault);
}

void fsck_fault(void *data, int code, const char *text)
{
	struct target *t = data;

	bar_clear(&t->settings->bar);
	if (t->faults)
		add_fault(t, code, text);
	else
		fprintf(stderr, PROG ": %s: %s\n", t->settings->now, text);
	t->code |= code_of(code);
	t->told++;
}

/* The library counts all faults, but reports only the first ones. */
static void count_rest(struct target *t, uint64_t faults)
{
	if (faults <= t->told)
		return;
	if (!t->faults)
		fprintf(stderr, PROG ": %s: and %" PRIu64 " more faults\n",
			t->settings->now, faults - t->told);
	t->code |= EXIT_ERRORS;
}

static void print_clean(const struct target *t,
			const struct stargz_checked *checked)
{
	if (t->settings->quiet)
		return;
	printf("%s: %s", t->settings->now,
	       t->settings->full ? "clean" : "clean (quick check)");
	if (t->settings->verbose && checked->known)
		printf(", %" PRIu64 " spans, %" PRIu64 " bytes of content",
		       checked->stats.spans, checked->stats.data_bytes);
	putchar('\n');
}

static void print_json(struct target *t, const struct stargz_checked *checked)
{
	static const char *const results[] = {
		[EXIT_CLEAN] = "clean",
		[EXIT_ERRORS] = "errors",
		[EXIT_OPERATION] = "failed",
		[EXIT_ERRORS | EXIT_OPERATION] = "failed",
	};
	const struct settings *s = t->settings;
	struct json_object *o = json_object_new_object();

	report_bytes(o, "file", s->now, strlen(s->now));
	report_text(o, "check", s->full ? "full" : "quick");
	report_text(o, "result", results[t->code]);
	report_int(o, "fault_count", checked->faults > t->told ?
				     checked->faults : t->told);
	json_object_object_add(o, "faults", t->faults);
	if (checked->known) {
		report_int(o, "spans", checked->stats.spans);
		report_int(o, "data_bytes", checked->stats.data_bytes);
	}
	report_print(stdout, o, true);
	t->faults = NULL;
}

static int check(struct target *t, struct stargz_checked *checked,
		 struct stargz_error *err)
{
	const struct settings *s = t->settings;
	const struct stargz_check_options opt = {
		.struct_size = sizeof(opt),
		.index = &s->opt,
		.threads = s->threads,
		.full = s->full,
		.fault = fsck_fault,
		.data = t,
	};
	int ret = stargz_check(t->input.fds, t->input.count, &opt, checked,
			       s->extract ? &t->input.opened : NULL, err);

	bar_clear(&t->settings->bar);
	count_rest(t, checked->faults);
	if (!ret && !checked->faults && !s->extract && !s->json)
		print_clean(t, checked);
	return ret;
}

/* Called only if the check found no faults. */
static int extract(struct target *t, struct stargz_error *err)
{
	uint64_t faults = 0;
	int ret = 0;

	if (!t->input.opened)
		ret = stargz_open(&t->input.opened, t->input.fds,
				  t->input.count, &t->settings->opt, err);
	if (!ret)
		ret = fsck_extract(t, &faults, err);
	bar_clear(&t->settings->bar);
	count_rest(t, faults);
	return ret;
}

int fsck_unopened(struct target *t)
{
	const struct stargz_checked nothing = { 0 };

	t->code = EXIT_OPERATION;
	t->faults = t->settings->json ? json_object_new_array() : NULL;
	if (t->settings->json)
		print_json(t, &nothing);
	return t->code;
}

int fsck_target(struct target *t)
{
	const struct settings *s = t->settings;
	struct stargz_checked checked = { 0 };
	struct stargz_error err = { "" };
	int ret = inputs_check(&t->input, &s->inputs, &err);

	t->faults = s->json ? json_object_new_array() : NULL;
	if (!ret && (s->full || !s->extract))
		ret = check(t, &checked, &err);
	if (!ret && !t->code && s->extract)
		ret = extract(t, &err);
	if (ret)
		fsck_fault(t, ret, err.text);
	if (s->json)
		print_json(t, &checked);
	return t->code;
}
