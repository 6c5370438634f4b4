/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * All entries of a source, readable in any order.
 */
#ifndef SGZ_SOURCE_COLLECTION_H
#define SGZ_SOURCE_COLLECTION_H

#include "base/spool.h"
#include "source/path_tree.h"
#include "source/rewrite.h"
#include "source/source.h"

#define SGZ_NO_ITEM	UINT32_MAX

/**
 * struct sgz_item - an entry of a collection
 * @path: its cleaned path
 * @link: cleaned path of the target of a hard link
 * @target: target of a symbolic link
 * @head_at: position of its header blocks in the temporary file
 * @place: position of its payload there, or sgz_source_entry.place
 * @size: size of the payload in bytes
 * @path_len: length of @path in bytes
 * @link_len: length of @link in bytes
 * @target_len: length of @target in bytes
 * @head_len: size of the header blocks in bytes
 * @node: node of its path in the tree of the collection, unless sgz_collect()
 *	set @done
 * @type: type flag
 * @dir: it is a directory
 * @listed: its type is one that layers can contain
 * @changed: its path or link differs from its header blocks
 * @absolute: SGZ_*_ABSOLUTE
 * @open: see struct sgz_fate
 * @done: sgz_collect() sets it for entries that later entries replace or
 *	remove, see sgz_settle(); then the caller may use it
 */
struct sgz_item {
	const char *path;
	const char *link;
	const char *target;
	uint64_t head_at;
	uint64_t place;
	uint64_t size;
	uint32_t path_len;
	uint32_t link_len;
	uint32_t target_len;
	uint32_t head_len;
	uint32_t node;
	char type;
	uint8_t absolute;
	bool dir;
	bool listed;
	bool changed;
	bool open;
	bool done;
};

/**
 * struct sgz_collection - all entries of a source
 * @inner: the source
 * @rw: makes header blocks that do not depend on earlier entries
 * @spool: the temporary file
 * @items: struct sgz_item, in the order of the source
 * @strings: memory for the strings of @items
 * @by_path: numbers of items that are not done, in the order of
 *	sgz_item_cmp(); one for each path, except for items that are not listed
 * @tree: their paths; the value of a node is the first item with its path
 * @markers: number of whiteouts and opaque markers among them
 * @hr: reads header blocks
 * @inside: read from @inner
 * @at: else next byte to read in the temporary file
 * @left: remaining bytes there
 * @end: position of the end of the archive in the temporary file
 */
struct sgz_collection {
	struct sgz_source *inner;
	struct sgz_rewriter rw;
	struct sgz_spool spool;
	struct sgz_vec items;
	struct sgz_arena strings;
	struct sgz_vec by_path;
	struct sgz_path_tree tree;
	size_t markers;
	struct sgz_head_reader hr;
	bool inside;
	uint64_t at;
	uint64_t left;
	uint64_t end;
};

/** sgz_item() - item by its number */
static inline struct sgz_item *sgz_item(const struct sgz_collection *c,
					uint32_t i)
{
	return (struct sgz_item *)c->items.data + i;
}

/**
 * sgz_path_cmp() - compare cleaned paths
 * @a: first path
 * @a_len: its length in bytes
 * @b: second path
 * @b_len: its length in bytes
 *
 * A slash is less than any other byte, so that the contents of a directory
 * directly follow it.
 *
 * Return: as memcmp().
 */
int sgz_path_cmp(const char *a, size_t a_len, const char *b, size_t b_len);

/** sgz_item_cmp() - compare by path, then by the order of the source */
int sgz_item_cmp(const struct sgz_item *a, const struct sgz_item *b);

/**
 * sgz_collect() - read a source
 * @c: zeroed; must be released, also after an error
 * @ctx: the call; must stay valid as long as the collection
 * @inner: the source, which the caller closes after it has released the
 *	collection. The call reads all of it, without content if the source can
 *	be read again.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_collect(struct sgz_collection *c, const struct sgz_context *ctx,
		struct sgz_source *inner);

/** sgz_collection_find() - number of the item with a path, or SGZ_NO_ITEM */
uint32_t sgz_collection_find(const struct sgz_collection *c, const char *path,
			     size_t len);

/**
 * sgz_collection_give() - go to an entry
 * @c: the collection
 * @i: number of the item
 * @entry: filled in, as by sgz_source.next; its place is that of the item
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_collection_give(struct sgz_collection *c, uint32_t i,
			struct sgz_source_entry *entry);

/** sgz_collection_again() - as sgz_source.again, for an entry of @c */
int sgz_collection_again(struct sgz_collection *c,
			 const struct sgz_source_entry *entry);

/** sgz_collection_end() - go to the end of the archive */
void sgz_collection_end(struct sgz_collection *c);

/** sgz_collection_read() - as sgz_source.read, for the current entry */
ssize_t sgz_collection_read(struct sgz_collection *c, void *buf, size_t len);

/** sgz_collection_free() - release */
void sgz_collection_free(struct sgz_collection *c);

#endif /* SGZ_SOURCE_COLLECTION_H */
