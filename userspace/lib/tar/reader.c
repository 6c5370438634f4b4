// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading headers: extension headers are collected up to the header of an
 * entry, then applied to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tar/odd.h"
#include "tar/odd_report.h"
#include "tar/pax_apply.h"
#include "tar/reader.h"
#include "tar/sparse.h"

static int too_long(const struct sgz_tar *tar, uint64_t size)
{
	char why[100];

	snprintf(why, sizeof(why),
		 "extension headers of %llu bytes for one entry; the limit is %u",
		 (unsigned long long)size, SGZ_TAR_EXTENSION_MAX);
	return sgz_tar_fail(tar, -E2BIG, why);
}

/* Read the payload of an extension header, and append a NUL. */
static int read_extension(struct sgz_tar *tar, uint64_t size, char **bytes)
{
	struct sgz_pax *pax = &tar->h.pax;
	/* Count a block for each header, so that their number is limited. */
	uint64_t room = size > SGZ_TAR_BLOCK ? size : SGZ_TAR_BLOCK;
	char padding[SGZ_TAR_BLOCK];
	int ret;

	*bytes = NULL;
	if (room > SGZ_TAR_EXTENSION_MAX - pax->bytes)
		return too_long(tar, pax->bytes + room);
	*bytes = sgz_arena_room(&pax->arena, size + 1);
	if (!*bytes)
		return sgz_nomem(tar->stream->ctx);
	pax->bytes += room;
	(*bytes)[size] = '\0';
	ret = sgz_tar_read(tar, *bytes, size);
	if (!ret)
		ret = sgz_tar_read(tar, padding, sgz_tar_padding(size));
	return ret;
}

/*
 * According to POSIX, a global header applies to all entries after it. But
 * container engines ignore its records; only check whether there are any.
 */
static int look_at_globals(struct sgz_tar *tar, const char *bytes, size_t size)
{
	size_t sum = tar->h.pax.bytes;
	struct sgz_pax pax = { 0 };
	bool used;
	int ret = sgz_pax_collect(&pax, bytes, size);

	used = pax.xattrs.count;
	for (int i = 0; i < SGZ_PAX_KEYS; i++)
		used |= !!pax.value[i].p;
	sgz_pax_free(&pax);
	/* A global header cancels the extension headers before it. */
	sgz_pax_reset(&tar->h.pax);
	tar->h.pax.bytes = sum;
	if (ret)
		return sgz_nomem(tar->stream->ctx);
	return used;
}

static void set_value(struct sgz_pax_text *to, const char *text)
{
	to->p = text;
	to->len = strlen(text);
}

/* Read one extension header. Returns 1 if it is global and has records. */
static int extend(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct sgz_pax *pax = &tar->h.pax;
	char *bytes;
	int64_t size;
	int ret;

	if (sgz_tar_number(u->size, sizeof(u->size), &size) || size < 0)
		return sgz_tar_damaged(tar, "invalid size of an extension header");
	ret = read_extension(tar, size, &bytes);
	if (ret)
		return ret;
	switch (u->type) {
	case 'L':
		set_value(&pax->gnu_name, bytes);
		return 0;
	case 'K':
		set_value(&pax->gnu_link, bytes);
		return 0;
	case 'g':
		return look_at_globals(tar, bytes, size);
	default:
		ret = sgz_pax_collect(pax, bytes, size);
		return ret ? sgz_nomem(tar->stream->ctx) : 0;
	}
}

static bool is_zero(const void *block)
{
	static const char zero[SGZ_TAR_BLOCK];

	return !memcmp(block, zero, sizeof(zero));
}

/* Types that never have a payload, whatever their size. */
static bool is_bare(const struct sgz_tar_header *h)
{
	if (h->type >= '1' && h->type <= '6')
		return true;
	return sgz_tar_ends_with_slash(h) && (!h->type || h->type == '7');
}

/* What follows a header: the end of the archive, a header, or a payload. */
enum after {
	AFTER_NOTHING,
	AFTER_HEADER,
	AFTER_PAYLOAD,
};

static int look_ahead(struct sgz_tar *tar)
{
	char block[SGZ_TAR_BLOCK];
	int have = sgz_tar_peek(tar, block);

	if (have < 0)
		return have;
	if (have < SGZ_TAR_BLOCK || is_zero(block))
		return AFTER_NOTHING;
	return sgz_tar_is_header(block) ? AFTER_HEADER : AFTER_PAYLOAD;
}

/*
 * Some writers set a size for entries without payload. Some even write one: the
 * content of the target of a hard link.
 */
static int drop_payload(struct sgz_tar *tar)
{
	struct sgz_tar_header *h = &tar->h;
	uint64_t size = h->size;
	int after = size ? look_ahead(tar) : AFTER_NOTHING;

	h->size = 0;
	if (after != AFTER_PAYLOAD)
		return after < 0 ? after : 0;
	if (size > INT64_MAX - SGZ_TAR_BLOCK)
		return sgz_tar_damaged(tar, "invalid size, and no header after it");
	h->odd |= 1u << SGZ_ODD_PAYLOAD;
	return sgz_tar_skip(tar, size + sgz_tar_padding(size));
}

/*
 * To container engines, an entry of type 0 is a file even if its name ends with
 * a slash. But if a header follows instead of a payload, it is a v7 directory,
 * as GNU tar and bsdtar assume.
 */
static int settle_size(struct sgz_tar *tar)
{
	struct sgz_tar_header *h = &tar->h;
	int after;

	if (is_bare(h))
		return drop_payload(tar);
	if (h->bad_size)
		return sgz_tar_damaged(tar, "invalid size");
	if (h->type != '0' || !h->size || !sgz_tar_ends_with_slash(h))
		return 0;
	after = look_ahead(tar);
	if (after == AFTER_HEADER) {
		h->size = 0;
		h->type = '5';
	}
	return after < 0 ? after : 0;
}

static int finish(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct sgz_tar_header *h = &tar->h;
	int ret;

	sgz_tar_block(h, u);
	tar->named = true;
	ret = sgz_pax_apply(h, tar->names);
	if (ret)
		return sgz_nomem(tar->stream->ctx);
	ret = settle_size(tar);
	if (!ret)
		ret = sgz_sparse_read(tar, u);
	if (ret)
		return ret;
	if (!h->fault)
		h->fault = sgz_tar_fault(h);
	return 1;
}

static bool is_extension(char type)
{
	return type && strchr("xXgLK", type);
}

/* Discard the previous entry, except for its name for error messages. */
static void begin(struct sgz_tar *tar)
{
	const struct sgz_tar_header *h = &tar->h;

	if (tar->named) {
		tar->last_len = h->name_len < sizeof(tar->last) ?
			h->name_len : sizeof(tar->last);
		memcpy(tar->last, h->name, tar->last_len);
	}
	tar->named = false;
	sgz_pax_reset(&tar->h.pax);
}

int sgz_tar_next(struct sgz_tar *tar)
{
	bool globals = false;

	begin(tar);
	for (;;) {
		struct sgz_ustar u;
		int ret;

		tar->at = tar->pos;
		ret = sgz_tar_block_read(tar, &u);
		if (ret <= 0)
			return ret;
		if (is_zero(&u)) {
			tar->marked = true;
			return 0;
		}
		if (!sgz_tar_is_header(&u))
			return sgz_tar_damaged(tar, "damaged header");
		ret = is_extension(u.type) ? extend(tar, &u) : finish(tar, &u);
		if (ret < 0)
			return ret;
		if (!is_extension(u.type))
			break;
		globals |= ret;
	}
	if (globals)
		tar->h.odd |= 1u << SGZ_ODD_GLOBALS;
	return 1;
}
