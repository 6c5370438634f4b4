// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Encoding extended attributes, and sharing equal sets between inodes.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/xattr_pool.h"
#include "stargz_fs.h"

#define UNIT	4
/* Most bytes of all sets: a layer can be a thousand times smaller than these. */
#define HEAP_MAX	(1u << 30)

/* What the kernel defines of its ACL xattrs, posix_acl_xattr.h. */
#define ACL_HEADER	4
#define ACL_ENTRY	8
#define ACL_VERSION	2

struct prefix {
	const char *text;
	size_t len;
	bool whole;	/* the whole name, nothing follows */
};

static const struct prefix prefixes[] = {
	[STARGZ_XATTR_USER] = { "user.", 5, false },
	[STARGZ_XATTR_TRUSTED] = { "trusted.", 8, false },
	[STARGZ_XATTR_SECURITY] = { "security.", 9, false },
	[STARGZ_XATTR_ACL_ACCESS] = { "system.posix_acl_access", 23, true },
	[STARGZ_XATTR_ACL_DEFAULT] = { "system.posix_acl_default", 24, true },
};

#define PREFIXES	(sizeof(prefixes) / sizeof(prefixes[0]))

/* Index of the prefix of a name, or 0 if we have none for it. */
static unsigned int find_prefix(const char *name, size_t len)
{
	for (unsigned int i = 1; i < PREFIXES; i++) {
		const struct prefix *p = &prefixes[i];

		if (len < p->len || memcmp(name, p->text, p->len))
			continue;
		if (p->whole ? len == p->len : len > p->len)
			return i;
	}
	return 0;
}

static bool acl_sound(const struct sgz_xattr *attr)
{
	uint32_t version;

	if (attr->value_len < ACL_HEADER ||
	    (attr->value_len - ACL_HEADER) % ACL_ENTRY)
		return false;
	memcpy(&version, attr->value, sizeof(version));
	return le32toh(version) == ACL_VERSION;
}

const char *sgz_xattr_fault(const struct sgz_xattr *attr)
{
	unsigned int prefix = find_prefix(attr->name, attr->name_len);

	if (!prefix)
		return "has no prefix that Linux file systems store";
	if (attr->name_len > 255)
		return "has a name longer than 255 bytes";
	if (memchr(attr->name, '\0', attr->name_len))
		return "has a NUL byte in its name";
	if (attr->value_len > STARGZ_XATTR_VALUE_MAX)
		return "has a value larger than 65536 bytes";
	if (prefixes[prefix].whole && !acl_sound(attr))
		return "is not a well-formed version 2 ACL";
	return NULL;
}

static bool is_overlay(const struct sgz_xattr *attr)
{
	static const char *const overlay[] = {
		"trusted.overlay.", "user.overlay.",
	};

	for (int i = 0; i < 2; i++) {
		size_t len = strlen(overlay[i]);

		if (attr->name_len >= len &&
		    !memcmp(attr->name, overlay[i], len))
			return true;
	}
	return false;
}

bool sgz_xattr_wanted(const struct sgz_xattr *attr,
		      const struct sgz_context *ctx, bool raw,
		      const char *owner)
{
	const char *fault;

	if (!raw && is_overlay(attr))
		return false;
	fault = sgz_xattr_fault(attr);
	if (fault)
		sgz_warn(ctx, "%s: extended attribute %s %s and is left out",
			 owner, sgz_quote(attr->name, attr->name_len).text,
			 fault);
	return !fault;
}

int sgz_xattr_compare_names(const void *left, const void *right)
{
	const struct sgz_xattr *a = left, *b = right;
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int cmp = memcmp(a->name, b->name, len);

	if (cmp)
		return cmp;
	return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* By prefix number, then by the bytes of the rest. */
static int compare_names(const struct sgz_xattr *a, const struct sgz_xattr *b)
{
	unsigned int pa = find_prefix(a->name, a->name_len);
	unsigned int pb = find_prefix(b->name, b->name_len);

	if (pa != pb)
		return pa < pb ? -1 : 1;
	return sgz_xattr_compare_names(a, b);
}

/* Of equal names, the one with the greater value comes last. */
static int compare_xattrs(const void *left, const void *right)
{
	const struct sgz_xattr *a = left, *b = right;
	size_t len = a->value_len < b->value_len ? a->value_len : b->value_len;
	int cmp = compare_names(a, b);

	if (cmp)
		return cmp;
	cmp = len ? memcmp(a->value, b->value, len) : 0;
	if (cmp)
		return cmp;
	return (a->value_len > b->value_len) - (a->value_len < b->value_len);
}

/* Sort, and keep the last of equal names only. */
static size_t sort_unique(struct sgz_xattr *attrs, size_t count)
{
	size_t n = 0;

	if (count > 1)
		qsort(attrs, count, sizeof(*attrs), compare_xattrs);
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && !compare_names(&attrs[i], &attrs[i + 1]))
			continue;
		attrs[n++] = attrs[i];
	}
	return n;
}

static size_t record_size(const struct sgz_xattr *attr)
{
	unsigned int prefix = find_prefix(attr->name, attr->name_len);
	size_t size = sizeof(struct stargz_xattr) +
		attr->name_len - prefixes[prefix].len + attr->value_len;

	return (size + UNIT - 1) / UNIT * UNIT;
}

static void encode(char *to, uint32_t size, const struct sgz_xattr *attrs,
		   size_t count)
{
	struct stargz_xattr_set set = {
		.size = htole32(size),
		.count = htole32(count),
	};

	memcpy(to, &set, sizeof(set));
	to += sizeof(set);
	for (size_t i = 0; i < count; i++) {
		const struct sgz_xattr *attr = &attrs[i];
		unsigned int prefix = find_prefix(attr->name, attr->name_len);
		size_t skip = prefixes[prefix].len;
		struct stargz_xattr record = {
			.value_len = htole32(attr->value_len),
			.name_len = attr->name_len - skip,
			.prefix = prefix,
		};
		char *p = to;

		memcpy(p, &record, sizeof(record));
		p += sizeof(record);
		memcpy(p, attr->name + skip, attr->name_len - skip);
		p += attr->name_len - skip;
		if (attr->value_len)
			memcpy(p, attr->value, attr->value_len);
		to += record_size(attr);
	}
}

static uint32_t set_size(const struct sgz_xattr_pool *pool, uint32_t at)
{
	const struct stargz_xattr_set *set =
		(void *)((char *)pool->heap.data + at);

	return le32toh(set->size);
}

static uint32_t *find_slot(const struct sgz_xattr_pool *pool, const char *set,
			   uint32_t size)
{
	uint32_t *slots = pool->slots.data;
	size_t mask = pool->slots.count - 1;
	size_t i = sgz_hash(0, set, size) & mask;
	const char *heap = pool->heap.data;

	for (; slots[i]; i = (i + 1) & mask) {
		uint32_t at = (slots[i] - 1) * UNIT;

		if (set_size(pool, at) == size && !memcmp(heap + at, set, size))
			break;
	}
	return &slots[i];
}

static int grow_slots(struct sgz_xattr_pool *pool)
{
	size_t room = pool->slots.count ? 2 * pool->slots.count : 64;
	const uint32_t *ids = pool->sets.data;
	struct sgz_vec old = pool->slots;

	memset(&pool->slots, 0, sizeof(pool->slots));
	if (!sgz_vec_add(&pool->slots, room, sizeof(uint32_t))) {
		pool->slots = old;
		return -ENOMEM;
	}
	sgz_vec_free(&old);
	for (size_t i = 0; i < pool->sets.count; i++) {
		uint32_t at = (ids[i] - 1) * UNIT;

		*find_slot(pool, (char *)pool->heap.data + at,
			   set_size(pool, at)) = ids[i];
	}
	return 0;
}

/* Make the set at the end of the heap the only one with these bytes. */
static int intern(struct sgz_xattr_pool *pool, uint32_t at, uint32_t size,
		  uint32_t *id)
{
	uint32_t *slot, *set;

	if (2 * pool->sets.count >= pool->slots.count && grow_slots(pool))
		return -ENOMEM;
	slot = find_slot(pool, (char *)pool->heap.data + at, size);
	if (*slot) {
		pool->heap.count = at;
		*id = *slot;
		return 0;
	}
	set = sgz_vec_add(&pool->sets, 1, sizeof(*set));
	if (!set)
		return -ENOMEM;
	*slot = *set = *id = at / UNIT + 1;
	return 0;
}

int sgz_xattr_pool_add(struct sgz_xattr_pool *pool,
		       const struct sgz_context *ctx, struct sgz_xattr *attrs,
		       size_t count, uint32_t *id)
{
	size_t size = sizeof(struct stargz_xattr_set);
	size_t at = pool->heap.count;
	char *set;

	*id = 0;
	count = sort_unique(attrs, count);
	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++)
		size += record_size(&attrs[i]);
	if (size > STARGZ_XATTR_SET_MAX)
		return sgz_fail(ctx, -E2BIG,
				"extended attributes of %zu bytes; the limit is %u",
				size, STARGZ_XATTR_SET_MAX);
	if (at + size > HEAP_MAX)
		return sgz_fail(ctx, -E2BIG,
				"more than 1 GiB of extended attributes");
	set = sgz_vec_add(&pool->heap, size, 1);
	if (!set)
		return sgz_nomem(ctx);
	encode(set, size, attrs, count);
	return intern(pool, at, size, id) ? sgz_nomem(ctx) : 0;
}

int sgz_xattr_pool_get(const struct sgz_xattr_pool *pool, uint32_t id,
		       struct sgz_arena *arena, struct sgz_vec *attrs)
{
	const struct stargz_xattr_set *set;
	const char *p;

	if (!id)
		return 0;
	p = (char *)pool->heap.data + (size_t)(id - 1) * UNIT;
	set = (const void *)p;
	p += sizeof(*set);
	for (uint32_t left = le32toh(set->count); left; left--) {
		const struct stargz_xattr *record = (const void *)p;
		const struct prefix *prefix = &prefixes[record->prefix];
		struct sgz_xattr *attr = sgz_vec_add(attrs, 1, sizeof(*attr));
		char name[256];

		if (!attr)
			return -ENOMEM;
		memcpy(name, prefix->text, prefix->len);
		memcpy(name + prefix->len, p + sizeof(*record),
		       record->name_len);
		attr->name_len = prefix->len + record->name_len;
		attr->name = sgz_arena_copy(arena, name, attr->name_len);
		attr->value_len = le32toh(record->value_len);
		attr->value = sgz_arena_copy(arena, p + sizeof(*record) +
					     record->name_len, attr->value_len);
		if (!attr->name || !attr->value)
			return -ENOMEM;
		p += record_size(attr);
	}
	return 0;
}

int sgz_xattr_pool_move(struct sgz_xattr_pool *pool,
			const struct sgz_context *ctx,
			const struct sgz_vec *heap, uint32_t id, bool overlay,
			uint32_t *to)
{
	const struct sgz_xattr_pool from = { .heap = *heap };
	struct sgz_arena copies = { 0 };
	struct sgz_vec attrs = { 0 };
	struct sgz_xattr *attr;
	size_t kept = 0;
	int ret;

	*to = 0;
	if (!id)
		return 0;
	ret = sgz_xattr_pool_get(&from, id, &copies, &attrs);
	if (ret)
		sgz_nomem(ctx);
	attr = attrs.data;
	for (size_t i = 0; !ret && i < attrs.count; i++)
		if (sgz_xattr_wanted(&attr[i], ctx, overlay,
				     "an inode of a layer"))
			attr[kept++] = attr[i];
	if (!ret)
		ret = sgz_xattr_pool_add(pool, ctx, attr, kept, to);
	sgz_vec_free(&attrs);
	sgz_arena_free(&copies);
	return ret;
}

void sgz_xattr_pool_free(struct sgz_xattr_pool *pool)
{
	sgz_vec_free(&pool->heap);
	sgz_vec_free(&pool->slots);
	sgz_vec_free(&pool->sets);
}
