// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The header blocks of all entries go to a temporary file, and so does their
 * payload if the source cannot read it again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "index/settle.h"
#include "source/collection.h"
#include "tar/whiteout.h"

static const char *keep_path(struct sgz_collection *c, const char *path,
			     size_t len, uint32_t *clean_len)
{
	char *copy = sgz_arena_copy(&c->strings, path, len);

	if (copy)
		*clean_len = sgz_path_clean(copy, copy, len);
	return copy;
}

static int keep_names(struct sgz_collection *c, struct sgz_item *item,
		      const struct sgz_tar_header *h)
{
	item->absolute = sgz_absolute_flags(h->name, h->name_len, h->link,
					    h->link_len);
	item->path = keep_path(c, h->name, h->name_len, &item->path_len);
	if (item->path && h->type == '1')
		item->link = keep_path(c, h->link, h->link_len,
				       &item->link_len);
	if (item->path && h->type == '2') {
		item->target = sgz_arena_copy(&c->strings, h->link,
					      h->link_len);
		item->target_len = h->link_len;
	}
	return item->path && (item->link || h->type != '1') &&
	       (item->target || h->type != '2') ? 0 : sgz_nomem(c->rw.ctx);
}

/* Copy everything up to the next entry to the temporary file. */
static int keep_rest(struct sgz_collection *c)
{
	char buf[64 << 10];
	ssize_t n;

	while ((n = c->inner->read(c->inner, buf, sizeof(buf))) > 0) {
		int ret = sgz_spool_add(&c->spool, buf, n);

		if (ret)
			return ret;
	}
	return n;
}

static int keep_entry(struct sgz_collection *c, struct sgz_source_entry *entry)
{
	struct sgz_item *item;
	mode_t mode;
	int ret = sgz_rewrite(&c->rw, entry, NULL);

	if (ret)
		return ret;
	if (c->items.count == SGZ_NO_ITEM)
		return sgz_fail(c->rw.ctx, -E2BIG, "too many entries");
	item = sgz_vec_add(&c->items, 1, sizeof(*item));
	if (!item)
		return sgz_nomem(c->rw.ctx);
	item->type = entry->h->type;
	item->listed = !sgz_tar_type(entry->h, &mode);
	item->dir = item->listed && S_ISDIR(mode);
	item->size = entry->h->size;
	item->head_at = c->spool.size;
	item->head_len = entry->head_len;
	ret = keep_names(c, item, entry->h);
	if (!ret)
		ret = sgz_spool_add(&c->spool, entry->head, entry->head_len);
	if (ret)
		return ret;
	item->place = c->inner->again ? entry->place : c->spool.size;
	return c->inner->again ? 0 : keep_rest(c);
}

static int keep_all(struct sgz_collection *c)
{
	struct sgz_source_entry entry;
	int ret;

	while ((ret = c->inner->next(c->inner, &entry)) == 1) {
		ret = keep_entry(c, &entry);
		if (ret)
			return ret;
	}
	c->end = c->spool.size;
	return ret ? ret : keep_rest(c);
}

int sgz_path_cmp(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len, i = 0;

	while (i < len && a[i] == b[i])
		i++;
	if (i == len)
		return (a_len > b_len) - (a_len < b_len);
	if (a[i] == '/' || b[i] == '/')
		return a[i] == '/' ? -1 : 1;
	return (unsigned char)a[i] - (unsigned char)b[i];
}

int sgz_item_cmp(const struct sgz_item *a, const struct sgz_item *b)
{
	int cmp = sgz_path_cmp(a->path, a->path_len, b->path, b->path_len);

	/* The addresses are in the order of the source: it is one array. */
	return cmp ? cmp : (a > b) - (a < b);
}

static int by_path(const void *left, const void *right, void *c)
{
	return sgz_item_cmp(sgz_item(c, *(const uint32_t *)left),
			    sgz_item(c, *(const uint32_t *)right));
}

/* Convert items to entries; @numbers maps each entry to its item. */
static int list(const struct sgz_collection *c, struct sgz_toc *toc,
		struct sgz_vec *numbers)
{
	for (uint32_t i = 0; i < c->items.count; i++) {
		const struct sgz_item *item = sgz_item(c, i);
		struct sgz_entry *entry;
		uint32_t *number;

		if (!item->listed)
			continue;
		entry = sgz_vec_add(&toc->entries, 1, sizeof(*entry));
		number = sgz_vec_add(numbers, 1, sizeof(*number));
		if (!entry || !number)
			return sgz_nomem(c->rw.ctx);
		*number = i;
		entry->name = item->path;
		entry->name_len = item->path_len;
		entry->mode = item->dir ? S_IFDIR : S_IFREG;
		entry->flags = item->absolute;
		if (item->target) {
			entry->mode = S_IFLNK;
			entry->link = item->target;
			entry->link_len = item->target_len;
		}
		if (!item->link)
			continue;
		entry->link = item->link;
		entry->link_len = item->link_len;
		entry->mode = 0;
		entry->flags |= SGZ_HARDLINK;
	}
	return 0;
}

static int keep_fate(struct sgz_collection *c, struct sgz_item *item,
		     const struct sgz_fate *fate, const struct sgz_toc *toc)
{
	const struct sgz_entry *name = sgz_toc_entry(toc, fate->name);

	item->done = fate->kind == SGZ_GOES;
	item->open = fate->open;
	item->changed = fate->kind == SGZ_RENAMED ||
			fate->kind == SGZ_RELINKED || fate->path || fate->link;
	if (fate->path) {
		item->path = sgz_arena_copy(&c->strings, fate->path,
					    fate->path_len);
		item->path_len = fate->path_len;
	} else if (fate->kind == SGZ_RENAMED) {
		item->path = name->name;
		item->path_len = name->name_len;
	}
	if (fate->link) {
		item->link = sgz_arena_copy(&c->strings, fate->link,
					    fate->link_len);
		item->link_len = fate->link_len;
	} else if (fate->kind == SGZ_RELINKED) {
		item->link = name->name;
		item->link_len = name->name_len;
	}
	return item->path && (item->link || !fate->link) ?
		       0 : sgz_nomem(c->rw.ctx);
}

/*
 * Entries replace others, and links find their targets, in the order of the
 * source. Determine the result before the order changes.
 */
static int settle(struct sgz_collection *c)
{
	struct sgz_settled settled = { 0 };
	struct sgz_toc toc = { 0 };
	struct sgz_vec numbers = { 0 };
	int ret;

	ret = list(c, &toc, &numbers);
	if (!ret)
		ret = sgz_settle(&settled, c->rw.ctx, &toc);
	for (size_t i = 0; !ret && i < numbers.count; i++)
		ret = keep_fate(c, sgz_item(c, ((uint32_t *)numbers.data)[i]),
				sgz_fate(&settled, i), &toc);
	sgz_settled_free(&settled);
	sgz_vec_free(&numbers);
	sgz_toc_free(&toc);
	return ret;
}

static bool same_marker(const struct sgz_item *a, const struct sgz_item *b)
{
	return a->path_len == b->path_len &&
	       sgz_is_marker(a->path, a->path_len) &&
	       !memcmp(a->path, b->path, b->path_len);
}

/* Of several markers with the same path, only the last one counts. */
static void keep_last_markers(struct sgz_collection *c)
{
	uint32_t *n = c->by_path.data;
	size_t count = c->by_path.count, kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct sgz_item *item = sgz_item(c, n[i]);

		if (i + 1 < count && same_marker(item, sgz_item(c, n[i + 1])))
			item->done = true;
		else
			n[kept++] = n[i];
	}
	c->by_path.count = kept;
}

/* By now only items that are not listed share a path with another item. */
static int make_tree(struct sgz_collection *c)
{
	const uint32_t *n = c->by_path.data;

	for (size_t i = 0; i < c->by_path.count; i++) {
		struct sgz_item *item = sgz_item(c, n[i]);
		struct sgz_path_node *node;

		item->node = sgz_path_add(&c->tree, item->path, item->path_len);
		if (item->node == SGZ_NO_PATH)
			return sgz_nomem(c->rw.ctx);
		node = sgz_path_node(&c->tree, item->node);
		if (node->value == SGZ_NO_PATH)
			node->value = n[i];
	}
	return 0;
}

static int sort(struct sgz_collection *c)
{
	size_t count = 0;
	uint32_t *n;
	int ret = settle(c);

	if (ret)
		return ret;
	n = sgz_vec_add(&c->by_path, c->items.count, sizeof(*n));
	if (!n && c->items.count)
		return sgz_nomem(c->rw.ctx);
	for (size_t i = 0; i < c->items.count; i++) {
		const struct sgz_item *item = sgz_item(c, i);

		if (item->done)
			continue;
		n[count++] = i;
		c->markers += sgz_is_marker(item->path, item->path_len);
	}
	c->by_path.count = count;
	if (count)
		qsort_r(n, count, sizeof(*n), by_path, c);
	keep_last_markers(c);
	return make_tree(c);
}

int sgz_collect(struct sgz_collection *c, const struct sgz_context *ctx,
		struct sgz_source *inner)
{
	int ret;

	c->inner = inner;
	c->rw.ctx = ctx;
	ret = sgz_spool_open(&c->spool, ctx);
	if (!ret)
		ret = keep_all(c);
	return ret ? ret : sort(c);
}

uint32_t sgz_collection_find(const struct sgz_collection *c, const char *path,
			     size_t len)
{
	uint32_t node = sgz_path_find(&c->tree, path, len);

	return node == SGZ_NO_PATH ? SGZ_NO_ITEM :
				     sgz_path_node(&c->tree, node)->value;
}

int sgz_collection_again(struct sgz_collection *c,
			 const struct sgz_source_entry *entry)
{
	c->inside = c->inner->again;
	if (c->inside)
		return c->inner->again(c->inner, entry);
	c->at = entry->place;
	c->left = entry->h->size + sgz_tar_padding(entry->h->size);
	return 0;
}

/* Write new header blocks for a path or link that settle() has changed. */
static int give_changed(struct sgz_collection *c, const struct sgz_item *item,
			struct sgz_source_entry *entry)
{
	struct sgz_tar_header *h = &c->hr.tar.h;

	h->name = item->path;
	h->name_len = item->path_len;
	if (item->link) {
		h->link = item->link;
		h->link_len = item->link_len;
	}
	return sgz_rewrite(&c->rw, entry, h);
}

int sgz_collection_give(struct sgz_collection *c, uint32_t i,
			struct sgz_source_entry *entry)
{
	const struct sgz_item *item = sgz_item(c, i);
	char *head = sgz_vec_add(&c->hr.bytes, item->head_len, 1);
	ssize_t n;
	int ret;

	if (!head)
		return sgz_nomem(c->rw.ctx);
	n = sgz_spool_read(&c->spool, item->head_at, head, item->head_len);
	if (n < 0)
		return n;
	ret = sgz_head_read(&c->hr, c->rw.ctx);
	if (ret)
		return ret;
	entry->h = &c->hr.tar.h;
	entry->head = c->hr.bytes.data;
	entry->head_len = item->head_len;
	entry->place = item->place;
	ret = item->changed ? give_changed(c, item, entry) : 0;
	return ret ? ret : sgz_collection_again(c, entry);
}

void sgz_collection_end(struct sgz_collection *c)
{
	c->inside = false;
	c->at = c->end;
	c->left = c->spool.size - c->end;
}

ssize_t sgz_collection_read(struct sgz_collection *c, void *buf, size_t len)
{
	ssize_t n;

	if (c->inside)
		return c->inner->read(c->inner, buf, len);
	if (len > c->left)
		len = c->left;
	n = len ? sgz_spool_read(&c->spool, c->at, buf, len) : 0;
	if (n > 0) {
		c->at += n;
		c->left -= n;
	}
	return n;
}

void sgz_collection_free(struct sgz_collection *c)
{
	if (c->spool.ctx)
		sgz_spool_close(&c->spool);
	sgz_vec_free(&c->items);
	sgz_vec_free(&c->by_path);
	sgz_path_free(&c->tree);
	sgz_arena_free(&c->strings);
	sgz_head_reader_free(&c->hr);
	sgz_rewriter_free(&c->rw);
}
