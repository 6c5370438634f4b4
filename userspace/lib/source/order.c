// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reordering the entries of a collection.
 */
#include <stdlib.h>
#include <string.h>

#include "source/collection.h"
#include "source/order.h"
#include "stargz_fs.h"
#include "tar/whiteout.h"

/**
 * struct orderer - the source
 * @source: its interface
 * @inner: the source with all entries
 * @all: the entries
 * @order: the wanted order
 * @sequence: numbers of items in the new order
 * @chain: numbers of items, hard links before their targets
 * @way: nodes of a path, from its last name up
 * @next: index of the next item in @sequence
 */
struct orderer {
	struct sgz_source source;
	struct sgz_source *inner;
	struct sgz_collection all;
	const struct sgz_order *order;
	struct sgz_vec sequence;
	struct sgz_vec chain;
	struct sgz_vec way;
	size_t next;
};

static struct orderer *to_orderer(struct sgz_source *source)
{
	return (struct orderer *)source;
}

static bool all_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p == end;
}

/* The part after the last dot, without version: "so" of "lib.so.1.2". */
static const char *suffix(const struct sgz_item *item, size_t *len)
{
	const char *end = item->path + item->path_len, *p = end;
	const char *found = end;

	*len = 0;
	while (p > item->path && p[-1] != '/') {
		/* A dot at the start of a name starts no suffix. */
		if (*--p != '.' || p == item->path || p[-1] == '/')
			continue;
		found = p + 1;
		*len = end - found;
		if (!all_digits(found, end))
			break;
		end = p;
	}
	return found;
}

/* Files without content first, hard links last. */
static int class_of(const struct sgz_item *item)
{
	if (item->type == '1')
		return 2;
	return item->size ? 1 : 0;
}

static int by_type(const void *left, const void *right, void *all)
{
	const struct sgz_item *a = sgz_item(all, *(const uint32_t *)left);
	const struct sgz_item *b = sgz_item(all, *(const uint32_t *)right);
	size_t a_len, b_len;
	const char *sa = suffix(a, &a_len), *sb = suffix(b, &b_len);
	int cmp = class_of(a) - class_of(b);

	if (!cmp && class_of(a) == 1)
		cmp = sgz_path_cmp(sa, a_len, sb, b_len);
	return cmp ? cmp : sgz_item_cmp(a, b);
}

/* The numbers of all items, in the order of the option. */
static int sort(const struct orderer *o, struct sgz_vec *numbers)
{
	const struct sgz_collection *all = &o->all;
	bool path = o->order->sort == STARGZ_SORT_PATH;
	size_t count = path ? all->by_path.count : all->items.count;
	uint32_t *n = sgz_vec_add(numbers, count, sizeof(*n));

	if (!n)
		return count ? sgz_nomem(all->rw.ctx) : 0;
	for (size_t i = 0; i < count; i++)
		n[i] = path ? ((uint32_t *)all->by_path.data)[i] : i;
	if (o->order->sort == STARGZ_SORT_TYPE)
		qsort_r(n, count, sizeof(*n), by_type, (void *)all);
	return 0;
}

static int put(struct orderer *o, uint32_t i)
{
	uint32_t *to = sgz_vec_add(&o->sequence, 1, sizeof(*to));

	if (!to)
		return sgz_nomem(o->all.rw.ctx);
	*to = i;
	return 0;
}

/* Place the item of a node, unless it has its place. */
static int put_once(struct orderer *o, uint32_t node)
{
	uint32_t i = node == SGZ_NO_PATH ? SGZ_NO_ITEM :
		     sgz_path_node(&o->all.tree, node)->value;

	if (i == SGZ_NO_ITEM || sgz_item(&o->all, i)->done)
		return 0;
	sgz_item(&o->all, i)->done = true;
	return put(o, i);
}

/* Place the opaque marker beside a name, and its whiteout. */
static int put_marker(struct orderer *o, uint32_t node)
{
	char whiteout[sizeof(SGZ_WHITEOUT) + STARGZ_NAME_MAX] = SGZ_WHITEOUT;
	const struct sgz_path_node *n = sgz_path_node(&o->all.tree, node);
	size_t fixed = strlen(SGZ_WHITEOUT);
	int ret;

	ret = put_once(o, sgz_path_child(&o->all.tree, n->parent, SGZ_OPAQUE,
					 strlen(SGZ_OPAQUE)));
	if (ret || n->name_len > STARGZ_NAME_MAX)
		return ret;
	memcpy(whiteout + fixed, n->name, n->name_len);
	return put_once(o, sgz_path_child(&o->all.tree, n->parent, whiteout,
					  fixed + n->name_len));
}

/*
 * Set @o->way to the nodes from @node up, without the root. Stop at a node that
 * was passed, unless @passed is set.
 */
static int list_way(struct orderer *o, uint32_t node, bool passed)
{
	o->way.count = 0;
	while (node && (passed || !sgz_path_node(&o->all.tree, node)->passed)) {
		uint32_t *to = sgz_vec_add(&o->way, 1, sizeof(*to));

		if (!to)
			return sgz_nomem(o->all.rw.ctx);
		*to = node;
		node = sgz_path_node(&o->all.tree, node)->parent;
	}
	return 0;
}

/*
 * Place the whiteouts and opaque markers that would remove an item if they came
 * later: those of its own name and of its parent directories. An item may be
 * such a marker. A node is passed when its markers and those above are placed.
 */
static int put_markers(struct orderer *o, const struct sgz_item *item)
{
	const uint32_t *node;
	int ret;

	if (!o->all.markers)
		return 0;
	ret = list_way(o, item->node, false);
	node = o->way.data;
	for (size_t i = o->way.count; !ret && i--; ) {
		sgz_path_node(&o->all.tree, node[i])->passed = true;
		ret = put_marker(o, node[i]);
	}
	return ret;
}

/* Place the parent directories, outermost first. */
static int put_parents(struct orderer *o, const struct sgz_item *item)
{
	const uint32_t *node;
	int ret = list_way(o, item->node, true);

	if (!ret && o->way.count)
		ret = put_once(o, SGZ_PATH_ROOT);
	node = o->way.data;
	for (size_t i = o->way.count; !ret && i-- > 1; )
		ret = put_once(o, node[i]);
	return ret;
}

/* Place an item, and before it the target of a hard link. */
static int put_chain(struct orderer *o, uint32_t i, bool parents)
{
	int ret = 0;

	o->chain.count = 0;
	while (i != SGZ_NO_ITEM && !sgz_item(&o->all, i)->done) {
		struct sgz_item *item = sgz_item(&o->all, i);
		uint32_t *to = sgz_vec_add(&o->chain, 1, sizeof(*to));

		if (!to)
			return sgz_nomem(o->all.rw.ctx);
		*to = i;
		item->done = true;
		i = SGZ_NO_ITEM;
		if (item->link && !item->open)
			i = sgz_collection_find(&o->all, item->link,
						item->link_len);
	}
	while (!ret && o->chain.count) {
		i = ((uint32_t *)o->chain.data)[--o->chain.count];
		ret = put_markers(o, sgz_item(&o->all, i));
		if (!ret && parents)
			ret = put_parents(o, sgz_item(&o->all, i));
		if (!ret)
			ret = put(o, i);
	}
	return ret;
}

/* Place the listed files. *@first: number of entries up to the last of them. */
static int put_first(struct orderer *o, uint64_t *first)
{
	const struct sgz_listed_path *p = o->order->first->paths.data;

	for (size_t n = o->order->first->paths.count; n; n--, p++) {
		uint32_t i = sgz_collection_find(&o->all, p->path, p->len);
		int ret = 0;

		if (i != SGZ_NO_ITEM) {
			ret = put_chain(o, i, true);
			*first = o->sequence.count;
		} else if (!p->optional) {
			sgz_warn(o->all.rw.ctx,
				 "%s: a prioritized file that does not exist",
				 sgz_quote(p->path, p->len).text);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Place hard links to files of lower layers, before an entry of this layer gets
 * the name of their target; and before them the entries that they replace.
 */
static int put_open(struct orderer *o)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < o->all.items.count; i++) {
		const struct sgz_item *item = sgz_item(&o->all, i);
		uint32_t same;

		if (!item->open)
			continue;
		same = sgz_collection_find(&o->all, item->path, item->path_len);
		if (same < i)
			ret = put_chain(o, same, false);
		if (!ret)
			ret = put_chain(o, i, false);
	}
	return ret;
}

static int arrange(struct orderer *o, uint64_t *first)
{
	struct sgz_vec rest = { 0 };
	int ret = put_open(o);

	*first = 0;
	if (!ret && o->order->first)
		ret = put_first(o, first);
	if (!ret)
		ret = sort(o, &rest);
	for (size_t i = 0; !ret && i < rest.count; i++)
		ret = put_chain(o, ((uint32_t *)rest.data)[i], false);
	sgz_vec_free(&rest);
	return ret;
}

static int order_next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct orderer *o = to_orderer(source);
	const uint32_t *sequence = o->sequence.data;
	int ret;

	if (o->next == o->sequence.count) {
		sgz_collection_end(&o->all);
		return 0;
	}
	ret = sgz_collection_give(&o->all, sequence[o->next++], entry);
	return ret ? ret : 1;
}

static ssize_t order_read(struct sgz_source *source, void *buf, size_t len)
{
	return sgz_collection_read(&to_orderer(source)->all, buf, len);
}

static int order_again(struct sgz_source *source,
		       const struct sgz_source_entry *entry)
{
	return sgz_collection_again(&to_orderer(source)->all, entry);
}

static void free_orderer(struct orderer *o)
{
	sgz_collection_free(&o->all);
	sgz_vec_free(&o->sequence);
	sgz_vec_free(&o->chain);
	sgz_vec_free(&o->way);
	free(o);
}

static void order_close(struct sgz_source *source)
{
	struct sgz_source *inner = to_orderer(source)->inner;

	free_orderer(to_orderer(source));
	inner->close(inner);
}

int sgz_source_order(struct sgz_source **source, const struct sgz_context *ctx,
		     const struct sgz_order *order, uint64_t *first)
{
	struct orderer *o = calloc(1, sizeof(*o));
	int ret;

	if (!o)
		return sgz_nomem(ctx);
	o->source.next = order_next;
	o->source.read = order_read;
	o->source.again = order_again;
	o->source.close = order_close;
	o->inner = *source;
	o->order = order;
	ret = sgz_collect(&o->all, ctx, *source);
	if (!ret)
		ret = arrange(o, first);
	if (ret)
		free_orderer(o);
	else
		*source = &o->source;
	return ret;
}
