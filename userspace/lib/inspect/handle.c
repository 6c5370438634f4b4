// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <stdlib.h>

#include "base/options.h"
#include "index/records.h"
#include "inspect/handle.h"

const struct sgz_context *sgz_handle_enter(struct stargz_opened *opened,
					   struct stargz_error *err)
{
	opened->ctx.err = err ? err : &opened->unwanted;
	return &opened->ctx;
}

int sgz_handle_new(struct stargz_opened **opened,
		   const struct stargz_index_options *opt, int fd,
		   struct stargz_error *err)
{
	struct stargz_opened *h = calloc(1, sizeof(*h));
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	int ret;

	if (!h)
		return sgz_nomem(&ctx);
	ret = sgz_options_copy(&h->opt, sizeof(h->opt), opt, ctx.err);
	if (!ret) {
		h->ctx = sgz_context_of(&h->opt, ctx.err);
		ret = sgz_opened_file(&h->o, sgz_handle_enter(h, err), &h->opt,
				      fd);
	}
	if (ret)
		stargz_close(h);
	else
		*opened = h;
	return ret;
}

const struct stargz_inode *sgz_handle_inode(struct stargz_opened *opened,
					    uint32_t ino)
{
	if (ino && ino <= opened->o.index.table[STARGZ_TABLE_INODES].count)
		return sgz_inode(&opened->o.index, ino);
	sgz_fail(&opened->ctx, -ENOENT, "inode %u: not in the index", ino);
	return NULL;
}

int stargz_open(struct stargz_opened **opened, const int *fds, size_t count,
		const struct stargz_index_options *opt,
		struct stargz_error *err)
{
	struct stargz_opened *h;
	int ret = sgz_handle_new(&h, opt, fds[0], err);

	if (ret)
		return ret;
	ret = sgz_opened_read(&h->o, fds, count);
	if (ret)
		stargz_close(h);
	else
		*opened = h;
	return ret;
}

enum stargz_kind stargz_opened_kind(const struct stargz_opened *opened)
{
	return opened->o.layer ? STARGZ_KIND_LAYER : STARGZ_KIND_INDEX;
}

void stargz_close(struct stargz_opened *opened)
{
	if (!opened)
		return;
	sgz_spanread_close(opened->reader);
	sgz_inodepath_free(&opened->names);
	sgz_opened_free(&opened->o);
	free(opened);
}
