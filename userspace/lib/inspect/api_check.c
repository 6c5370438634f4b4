// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/check.h. A full check covers each record of the index, the layers from
 * which it was made, all content, and each table of contents against its tar.
 * Each step relies on the previous ones, so the check ends after the first step
 * that finds a fault.
 */
#include "base/options.h"
#include "content/read_all.h"
#include "index/read.h"
#include "index/records_check.h"
#include "index/tree_check.h"
#include "inspect/handle.h"
#include "inspect/layer_end.h"
#include "inspect/tar_check.h"
#include "stargz/check.h"
#include "stargz/info.h"

struct check {
	const struct stargz_check_options *opt;
	const int *fds;
	size_t count;
	struct stargz_opened *h;
	struct sgz_faults faults;
};

static const struct sgz_context *context_of(const struct check *c)
{
	return &c->h->ctx;
}

static size_t blobs(const struct check *c)
{
	return c->h->o.index.table[STARGZ_TABLE_BLOBS].count;
}

/* Decode every span, and compare every known digest. */
static int check_content(struct check *c)
{
	struct sgz_inodepath names = { 0 };
	struct sgz_content content = {
		.ctx = context_of(c),
		.index = &c->h->o.index,
		.blobs = c->h->o.blobs,
		.names = &names,
		.ranges = c->h->o.ranges,
		.threads = c->opt->threads ? c->opt->threads : 1,
		.all = true,
		.faults = &c->faults,
	};
	int ret = sgz_inodepath_make(&names, context_of(c), content.index);

	if (!ret)
		ret = sgz_content_read(&content);
	sgz_inodepath_free(&names);
	return ret;
}

static void warn_absent(const struct check *c)
{
	size_t absent = 0;

	for (size_t i = 0; i < blobs(c); i++)
		absent += c->h->o.blobs[i].fd < 0;
	if (absent)
		sgz_warn(context_of(c), "%zu of %zu blobs are missing (--device), so their content is not checked",
			 absent, blobs(c));
}

/* Compare tables of contents with their tars if there are no other faults. */
static int check_tars(struct check *c)
{
	const struct sgz_toc_options how = sgz_toc_options_of(&c->h->opt);
	int ret = 0;

	for (size_t i = 0; !ret && !c->faults.count && i < blobs(c); i++)
		if (c->h->o.blobs[i].fd >= 0)
			ret = sgz_tar_faults(context_of(c), &how,
					     &c->h->o.blobs[i], &c->faults);
	return ret;
}

/* Check the records of the index, then the blobs and the content. */
static int check_index(struct check *c)
{
	struct sgz_opened *o = &c->h->o;
	int ret = sgz_records_faults(&o->index, context_of(c), &c->faults);

	if (!ret && !c->faults.count)
		ret = sgz_tree_faults(&o->index, context_of(c), &c->faults);
	if (ret || c->faults.count)
		return ret;
	if (!o->layer) {
		ret = sgz_opened_blobs(o, c->fds, c->count, &c->faults);
		if (ret || c->faults.count)
			return ret;
		warn_absent(c);
		ret = sgz_opened_digests(o, &c->faults);
	}
	if (!ret)
		ret = check_content(c);
	return ret ? ret : check_tars(c);
}

static int check_full(struct check *c)
{
	struct sgz_opened *o = &c->h->o;
	int ret;

	ret = o->layer ? sgz_opened_layer(o) :
			 sgz_index_tables(&o->index, context_of(c), &o->file);
	return ret ? ret : check_index(c);
}

/* Check that a layer is complete. */
static int check_layer(struct check *c)
{
	const struct sgz_toc_options how = sgz_toc_options_of(&c->h->opt);

	return sgz_layer_end(context_of(c), &how, &c->h->o.file, &c->faults);
}

/* Check superblock and hash tree of an index, and the sizes of its blobs. */
static int check_bounds(struct check *c)
{
	struct sgz_opened *o = &c->h->o;
	int ret = sgz_index_tables(&o->index, context_of(c), &o->file);

	return ret ? ret : sgz_opened_blobs(o, c->fds, c->count, &c->faults);
}

static int run(struct check *c, struct stargz_error *err)
{
	struct stargz_index_options opt;
	int ret = sgz_options_copy(&opt, sizeof(opt), c->opt->index, err);

	/* Makes the handle keep the digests of a table of contents. */
	opt.check = c->opt->full;
	if (!ret) {
		opt.struct_size = sizeof(opt);
		ret = sgz_handle_new(&c->h, &opt, c->fds[0], err);
	}
	if (ret)
		return ret;
	if (c->opt->full)
		return check_full(c);
	return c->h->o.layer ? check_layer(c) : check_bounds(c);
}

int stargz_check(const int *fds, size_t count,
		 const struct stargz_check_options *options,
		 struct stargz_checked *checked, struct stargz_opened **opened,
		 struct stargz_error *err)
{
	struct check c = { NULL, fds, count, NULL, SGZ_FAULTS_INIT };
	struct stargz_checked found = { 0 };
	struct stargz_check_options opt;
	struct stargz_error unwanted;
	int ret;

	err = err ? err : &unwanted;
	ret = sgz_options_copy(&opt, sizeof(opt), options, err);
	c.opt = &opt;
	if (!ret)
		ret = run(&c, err);
	found.faults = c.faults.count;
	found.known = c.h && c.h->o.index.sb.magic;
	if (found.known)
		stargz_get_stats(c.h, &found.stats);
	sgz_faults_tell(&c.faults, opt.fault, opt.data);
	sgz_faults_free(&c.faults);
	if (checked)
		*checked = found;
	if (opened)
		*opened = NULL;
	if (opened && !ret && !found.faults && opt.full)
		*opened = c.h;
	else
		stargz_close(c.h);
	return ret;
}
