/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * All entries of a source, to be read in any order.
 */
#ifndef SGZ_SOURCE_COLLECTION_H
#define SGZ_SOURCE_COLLECTION_H

#include "base/spool.h"
#include "source/rewrite.h"
#include "source/source.h"

/* No item. */
#define SGZ_NO_ITEM	UINT32_MAX

/**
 * struct sgz_item - an entry that was collected
 * @path: its cleaned path
 * @link: of a hard link: cleaned path of the target
 * @target: of a symbolic link
 * @head_at: its header blocks in the temporary file
 * @place: its payload there, or where the source says it is
 * @size: bytes of that
 * @path_len: bytes in @path
 * @link_len: bytes in @link
 * @target_len: bytes in @target
 * @head_len: bytes of header blocks
 * @type: type flag
 * @dir: it is a directory
 * @listed: it is of a file, and not of a type that no layer has
 * @changed: its path or link is not what its header blocks say
 * @absolute: SGZ_*_ABSOLUTE
 * @open: see struct sgz_fate
 * @done: for the use of who collects; set for what nothing is left of once
 *	all entries are read, see sgz_settle()
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
	char type;
	uint8_t absolute;
	bool dir;
	bool listed;
	bool changed;
	bool open;
	bool done;
};

/**
 * struct sgz_collection - entries
 * @inner: where they come from
 * @rw: makes header blocks that do not depend on what stands before them
 * @spool: what was kept
 * @items: struct sgz_item, as they came
 * @strings: what they point to
 * @by_path: numbers of items that are not done, in the order of
 *	sgz_item_cmp(); one for each path, but for those that are not listed
 * @markers: how many of them are whiteouts or opaque markers
 * @hr: reads header blocks
 * @inside: what is read comes from @inner
 * @at: else next byte to be read of the temporary file
 * @left: so many bytes
 * @end: where the end of the archive is in the temporary file
 */
struct sgz_collection {
	struct sgz_source *inner;
	struct sgz_rewriter rw;
	struct sgz_spool spool;
	struct sgz_vec items;
	struct sgz_arena strings;
	struct sgz_vec by_path;
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
 * @a: one
 * @a_len: bytes in it
 * @b: the other
 * @b_len: bytes in it
 *
 * A slash is less than any other byte: what is in a directory comes right after
 * it, before what has a longer name.
 *
 * Return: as memcmp().
 */
int sgz_path_cmp(const char *a, size_t a_len, const char *b, size_t b_len);

/** sgz_item_cmp() - compare by path, those with one path as they came */
int sgz_item_cmp(const struct sgz_item *a, const struct sgz_item *b);

/**
 * sgz_collect() - read a source
 * @c: zeroed by the caller; sgz_collection_free() is needed in any case
 * @ctx: the call; has to live as long as the collection
 * @inner: the source, to be closed by the caller, after the collection was
 *	freed. All of it is read, but no content if it can be read again.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_collect(struct sgz_collection *c, const struct sgz_context *ctx,
		struct sgz_source *inner);

/**
 * sgz_collection_after() - where a path is or would be
 * @c: the collection
 * @path: cleaned path
 * @len: bytes in it
 *
 * Return: index into @c->by_path of the first item that does not come before
 *	the path.
 */
size_t sgz_collection_after(const struct sgz_collection *c, const char *path,
			    size_t len);

/** sgz_collection_find() - number of the item with a path, or none */
uint32_t sgz_collection_find(const struct sgz_collection *c, const char *path,
			     size_t len);

/**
 * sgz_collection_give() - go to an entry
 * @c: the collection
 * @i: number of the item
 * @entry: filled, as by sgz_source.next; its place is the item's
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_collection_give(struct sgz_collection *c, uint32_t i,
			struct sgz_source_entry *entry);

/** sgz_collection_again() - as sgz_source.again, for an entry of this */
int sgz_collection_again(struct sgz_collection *c,
			 const struct sgz_source_entry *entry);

/** sgz_collection_end() - go to the end of the archive */
void sgz_collection_end(struct sgz_collection *c);

/** sgz_collection_read() - as sgz_source.read, where one went to last */
ssize_t sgz_collection_read(struct sgz_collection *c, void *buf, size_t len);

/** sgz_collection_free() - release */
void sgz_collection_free(struct sgz_collection *c);

#endif /* SGZ_SOURCE_COLLECTION_H */
