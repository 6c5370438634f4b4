/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Sets of extended attributes in the form of the index, each stored once.
 */
#ifndef SGZ_BASE_XATTR_POOL_H
#define SGZ_BASE_XATTR_POOL_H

#include "base/context.h"
#include "base/memory.h"

/**
 * struct sgz_xattr - one attribute
 * @name: full name, "user." and so on included; not owned
 * @name_len: its length
 * @value: its value; not owned
 * @value_len: its length
 */
struct sgz_xattr {
	const char *name;
	size_t name_len;
	const void *value;
	size_t value_len;
};

/** sgz_xattr_compare_names() - compare attributes by name, for qsort(3) */
int sgz_xattr_compare_names(const void *left, const void *right);

/**
 * struct sgz_xattr_pool - the xattr table of the index being made
 * @heap: the encoded sets
 * @slots: hash table of positions in @heap
 * @sets: positions of all sets
 */
struct sgz_xattr_pool {
	struct sgz_vec heap;
	struct sgz_vec slots;
	struct sgz_vec sets;
};

/**
 * sgz_xattr_fault() - why an attribute cannot be in the index
 * @attr: the attribute
 *
 * Return: NULL if it can, or a few words.
 */
const char *sgz_xattr_fault(const struct sgz_xattr *attr);

/**
 * sgz_xattr_wanted() - should an attribute be in the index?
 * @attr: the attribute
 * @ctx: the call
 * @raw: the view is raw: attributes that overlayfs interprets stay
 * @owner: the entry, for the warning if the index cannot hold the attribute
 *
 * Return: true if so.
 */
bool sgz_xattr_wanted(const struct sgz_xattr *attr,
		      const struct sgz_context *ctx, bool raw,
		      const char *owner);

/**
 * sgz_xattr_pool_add() - store a set of attributes without faults
 * @pool: where
 * @ctx: the call
 * @attrs: they; sorted by this call, of equal names only one stays
 * @count: how many
 * @id: set to what struct stargz_inode.xattr holds
 *
 * Return: 0, -E2BIG if the set is too large, -ENOMEM.
 */
int sgz_xattr_pool_add(struct sgz_xattr_pool *pool,
		       const struct sgz_context *ctx, struct sgz_xattr *attrs,
		       size_t count, uint32_t *id);

/**
 * sgz_xattr_pool_get() - the attributes of a stored set
 * @pool: where
 * @id: the set
 * @arena: gets copies of the names and values
 * @attrs: vector of struct sgz_xattr that they are appended to
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_xattr_pool_get(const struct sgz_xattr_pool *pool, uint32_t id,
		       struct sgz_arena *arena, struct sgz_vec *attrs);

/**
 * sgz_xattr_pool_move() - take a set over from an index
 * @pool: where to
 * @ctx: the call
 * @heap: the table of sets of the index
 * @id: the set there; zero: none
 * @overlay: take attributes that overlayfs interprets, too
 * @to: set to the set in @pool
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_xattr_pool_move(struct sgz_xattr_pool *pool,
			const struct sgz_context *ctx,
			const struct sgz_vec *heap, uint32_t id, bool overlay,
			uint32_t *to);

/** sgz_xattr_pool_free() - release */
void sgz_xattr_pool_free(struct sgz_xattr_pool *pool);

#endif /* SGZ_BASE_XATTR_POOL_H */
