// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/compare.h, stargz/dump.h, stargz/extract.h: whole trees.
 */
#include "base/options.h"
#include "inspect/diff.h"
#include "inspect/dump.h"
#include "inspect/extract.h"
#include "inspect/handle.h"
#include "stargz/compare.h"
#include "stargz/dump.h"
#include "stargz/extract.h"

static void ignore_difference(void *data, char where, const char *path,
			      const char *what)
{
	(void)data;
	(void)where;
	(void)path;
	(void)what;
}

int stargz_compare(struct stargz_opened *a, struct stargz_opened *b,
		   const struct stargz_compare_options *options,
		   struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(a, err);
	struct stargz_compare_options opt;
	struct sgz_treediff diff;
	int ret;

	sgz_handle_enter(b, err);
	ret = sgz_options_copy(&opt, sizeof(opt), options, ctx->err);
	if (ret)
		return ret;
	diff = (struct sgz_treediff){
		.a = &a->o,
		.b = &b->o,
		.threads = opt.threads,
		.found = opt.found ? opt.found : ignore_difference,
		.data = opt.data,
	};
	return sgz_treediff_run(&diff);
}

int stargz_dump_write(struct stargz_opened *opened, unsigned int threads,
		      FILE *to, struct stargz_error *err)
{
	sgz_handle_enter(opened, err);
	return sgz_dump_write(&opened->o, threads ? threads : 1, to);
}

int stargz_extract(struct stargz_opened *opened, int dir,
		   const struct stargz_extract_options *options,
		   uint64_t *faults, struct stargz_error *err)
{
	const struct sgz_context *ctx = sgz_handle_enter(opened, err);
	struct sgz_faults found = SGZ_FAULTS_INIT;
	struct stargz_extract_options opt;
	struct sgz_extract_options how;
	int ret;

	ret = sgz_options_copy(&opt, sizeof(opt), options, ctx->err);
	how = (struct sgz_extract_options){
		.root = dir,
		.path = opt.path,
		.overwrite = opt.overwrite,
	};
	if (!ret)
		ret = sgz_extract(&opened->o, &how, &found);
	if (faults)
		*faults = found.count;
	sgz_faults_tell(&found, opt.fault, opt.data);
	sgz_faults_free(&found);
	return ret;
}
