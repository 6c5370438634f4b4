// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * From a list of files to the spans that hold their content.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path_list.h"
#include "build/describe.h"
#include "content/file.h"
#include "index/lookup.h"
#include "index/records.h"
#include "stargz/open.h"

/**
 * struct work - a list of spans in progress
 * @index: the index
 * @ctx: the call
 * @path: name of the list
 * @listed: for each span: it is in the list
 * @passed: for each inode: its spans are in the list
 */
struct work {
	struct sgz_index *index;
	const struct sgz_context *ctx;
	const char *path;
	uint8_t *listed;
	uint8_t *passed;
};

static int add_span(struct work *w, uint32_t nr)
{
	__le32 *to;

	if (nr == STARGZ_NO_SPAN || w->listed[nr])
		return 0;
	to = sgz_vec_add(&w->index->table[STARGZ_TABLE_PREFETCH], 1,
			 sizeof(*to));
	if (!to)
		return sgz_nomem(w->ctx);
	*to = htole32(nr);
	w->listed[nr] = 1;
	return 0;
}

static int add_file(struct work *w, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(w->index, ino);
	uint64_t size = le64toh(inode->size), pos = 0;
	int ret = 0;

	if (!S_ISREG(le16toh(inode->mode)) || w->passed[ino - 1])
		return 0;
	w->passed[ino - 1] = 1;
	while (!ret && pos < size) {
		struct sgz_run run;

		sgz_file_run(w->index, ino, pos, &run);
		ret = add_span(w, run.span);
		pos += run.len;
	}
	return ret;
}

static int add_listed(struct work *w, const struct sgz_path_list *list)
{
	const struct sgz_listed_path *p = list->paths.data;
	int ret = 0;

	for (size_t n = list->paths.count; !ret && n; n--, p++) {
		uint32_t ino = sgz_find_path(w->index, p->path, p->len);

		if (ino)
			ret = add_file(w, ino);
		else if (!p->optional)
			sgz_warn(w->ctx, "%s, line %zu: %s does not exist",
				 w->path, p->line,
				 sgz_quote(p->path, p->len).text);
	}
	return ret;
}

static int make_list(struct work *w, const struct sgz_path_list *list)
{
	const struct sgz_vec *table = w->index->table;
	int ret;

	w->listed = calloc(table[STARGZ_TABLE_SPANS].count + 1, 1);
	w->passed = calloc(table[STARGZ_TABLE_INODES].count + 1, 1);
	ret = w->listed && w->passed ? add_listed(w, list) : sgz_nomem(w->ctx);
	free(w->listed);
	free(w->passed);
	return ret;
}

static int read_list(struct sgz_path_list *list, const struct sgz_context *ctx,
		     const char *path)
{
	int ret, fd = stargz_open_input(path, ctx->err);
	FILE *file;

	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return sgz_nomem(ctx);
	}
	ret = sgz_path_list_read(list, ctx, file);
	fclose(file);
	return ret;
}

int sgz_prefetch(struct sgz_index *index, const struct sgz_context *ctx,
		 const char *path)
{
	struct work w = { .index = index, .ctx = ctx, .path = path };
	struct stargz_error inner = { "" };
	const struct sgz_context reading = sgz_context_inner(ctx, &inner);
	struct sgz_path_list list = { 0 };
	int ret = read_list(&list, &reading, path);

	if (ret)
		sgz_fail(ctx, ret, "prefetch list %s: %s", path, inner.text);
	index->table[STARGZ_TABLE_PREFETCH].count = 0;
	if (!ret)
		ret = make_list(&w, &list);
	sgz_path_list_free(&list);
	return ret;
}
