// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz: the order of the checks. Each one relies on those before it, so
 * that faults of one kind end the work before the next kind.
 */
#include <inttypes.h>
#include <stdio.h>

#include "blob/footer.h"
#include "content/read_all.h"
#include "format/format.h"
#include "fsck.h"
#include "index/read.h"
#include "index/records_check.h"
#include "index/tree_check.h"
#include "inspect/tar_check.h"

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

/* Print what was found so far and forget it; returns exit codes. */
static int report(struct target *t)
{
	const struct sgz_fault *fault = t->faults.list.data;
	size_t shown = t->faults.list.count;
	int code = EXIT_CLEAN;

	bar_clear(&t->settings->bar);
	sgz_faults_sort(&t->faults);
	for (size_t i = 0; i < shown; i++) {
		fprintf(stderr, PROG ": %s: %s\n", t->settings->now,
			fault[i].text);
		code |= code_of(fault[i].code);
	}
	if (t->faults.count > shown) {
		fprintf(stderr, PROG ": %s: and %" PRIu64 " more\n",
			t->settings->now, t->faults.count - shown);
		code |= EXIT_ERRORS;
	}
	sgz_faults_free(&t->faults);
	return code;
}

/* Every span is decoded, and every digest compared that is known. */
static int check_content(struct target *t, const struct sgz_context *ctx)
{
	struct sgz_inodepath names = { 0 };
	struct sgz_content content = {
		.ctx = ctx,
		.index = &t->input.opened.index,
		.blobs = t->input.opened.blobs,
		.names = &names,
		.ranges = t->input.opened.ranges,
		.threads = t->settings->threads,
		.all = true,
		.faults = &t->faults,
	};
	int ret = sgz_inodepath_make(&names, ctx, &t->input.opened.index);

	if (!ret)
		ret = sgz_content_read(&content);
	sgz_inodepath_free(&names);
	return ret;
}

static void warn_absent(const struct target *t, const struct sgz_context *ctx)
{
	size_t count = t->input.opened.index.table[STARGZ_TABLE_BLOBS].count;
	size_t absent = 0;

	for (size_t i = 0; i < count; i++)
		absent += t->input.opened.blobs[i].fd < 0;
	if (absent)
		sgz_warn(ctx, "%zu of %zu blobs are not given (--device), their content is not checked",
			 absent, count);
}

/* Tables of contents are compared with their tars if all else is right. */
static int check_tars(struct target *t, const struct sgz_context *ctx)
{
	struct sgz_opened *o = &t->input.opened;
	size_t count = o->index.table[STARGZ_TABLE_BLOBS].count;
	const struct sgz_toc_options how = {
		.path = t->settings->opt.toc_path,
		.digest = t->settings->opt.toc_digest,
		.stored_digest = t->settings->opt.toc_stored_digest,
		.position = t->settings->opt.toc_position,
	};
	int ret = 0;

	for (size_t i = 0; !ret && !t->faults.count && i < count; i++)
		if (o->blobs[i].fd >= 0)
			ret = sgz_tar_faults(ctx, &how, &o->blobs[i],
					     &t->faults);
	return ret;
}

/* What the index says, then what it describes. */
static int check_full(struct target *t, const struct sgz_context *ctx)
{
	struct sgz_opened *o = &t->input.opened;
	int ret = sgz_records_faults(&o->index, ctx, &t->faults);

	if (!ret && !t->faults.count)
		ret = sgz_tree_faults(&o->index, ctx, &t->faults);
	if (ret || t->faults.count)
		return ret;
	if (!o->layer) {
		ret = sgz_opened_blobs(o, t->input.fds, t->input.count, &t->faults);
		if (ret || t->faults.count)
			return ret;
		warn_absent(t, ctx);
		ret = sgz_opened_digests(o, &t->faults);
	}
	if (!ret)
		ret = check_content(t, ctx);
	return ret ? ret : check_tars(t, ctx);
}

static int full(struct target *t, const struct sgz_context *ctx)
{
	struct sgz_opened *o = &t->input.opened;
	int ret;

	ret = o->layer ? sgz_opened_layer(o) :
			 sgz_index_tables(&o->index, ctx, &o->file);
	return ret ? ret : check_full(t, ctx);
}

/* A layer: its footer, and its TOC if there is something to compare with. */
static int quick_layer(struct target *t, const struct sgz_context *ctx)
{
	const struct stargz_index_options *opt = &t->settings->opt;
	struct sgz_opened *o = &t->input.opened;
	int ret;

	if (opt->toc_digest || opt->toc_stored_digest || opt->toc_path)
		return sgz_opened_layer(o);
	ret = sgz_format_probe(&o->file, ctx, opt->toc_position);
	if (!ret)
		return sgz_fail(ctx, -EINVAL,
				"neither an index nor a layer of a kind that is known");
	return ret < 0 ? ret : 0;
}

/* An index: superblock, bounds of tables, and that its blobs are there. */
static int quick_index(struct target *t, const struct sgz_context *ctx)
{
	struct sgz_opened *o = &t->input.opened;
	int ret = sgz_index_superblock(&o->index.sb, ctx, &o->file);

	if (!ret)
		ret = sgz_index_table(&o->index, ctx, &o->file,
				      STARGZ_TABLE_BLOBS);
	return ret ? ret : sgz_opened_blobs(o, t->input.fds, t->input.count, &t->faults);
}

/* The tree is written if nothing is wrong with the index. */
static int extract(struct target *t, const struct sgz_context *ctx)
{
	int ret = sgz_opened_read(&t->input.opened, t->input.fds, t->input.count);

	return ret ? ret : fsck_extract(t, ctx);
}

static void print_clean(const struct target *t)
{
	struct stargz_index_stats stats;

	if (t->settings->quiet)
		return;
	printf("%s: %s", t->settings->now,
	       t->settings->full ? "clean" : "clean (quick check)");
	if (t->settings->verbose && t->input.opened.index.sb.magic) {
		sgz_index_stats(&t->input.opened.index, &stats);
		printf(", %" PRIu64 " spans, %" PRIu64 " bytes of content",
		       stats.spans, stats.data_bytes);
	}
	putchar('\n');
}

static int work(struct target *t, const struct sgz_context *ctx)
{
	int ret = inputs_look(&t->input, &t->settings->inputs, ctx,
			      &t->settings->opt);

	if (ret)
		return ret;
	if (t->settings->full) {
		ret = full(t, ctx);
		if (ret || t->faults.count || !t->settings->extract)
			return ret;
		return fsck_extract(t, ctx);
	}
	if (t->settings->extract)
		return extract(t, ctx);
	return t->input.opened.layer ? quick_layer(t, ctx) : quick_index(t, ctx);
}

int fsck_target(struct target *t)
{
	struct stargz_error err = { "" };
	const struct sgz_context ctx = sgz_context_of(&t->settings->opt, &err);
	int ret, code;

	t->faults = (struct sgz_faults)SGZ_FAULTS_INIT;
	ret = work(t, &ctx);
	code = report(t) | code_of(ret);
	if (ret)
		fprintf(stderr, PROG ": %s: %s\n", t->settings->now, err.text);
	else if (!code && !t->settings->extract)
		print_clean(t);
	return code;
}
