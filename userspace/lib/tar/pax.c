// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * PAX records: those of POSIX, and the extensions of star, libarchive, GNU tar
 * and Red Hat's tar.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/hash.h"
#include "tar/odd.h"
#include "tar/pax.h"

#define XATTRS_MAX	4096
/* Maximum number of attributes that are searched without a hash table. */
#define SEARCHED_MAX	16

static const char *const keys[SGZ_PAX_KEYS] = {
	[SGZ_PAX_PATH] = "path",
	[SGZ_PAX_LINKPATH] = "linkpath",
	[SGZ_PAX_SIZE] = "size",
	[SGZ_PAX_UID] = "uid",
	[SGZ_PAX_GID] = "gid",
	[SGZ_PAX_UNAME] = "uname",
	[SGZ_PAX_GNAME] = "gname",
	[SGZ_PAX_MTIME] = "mtime",
	[SGZ_PAX_SELINUX] = "RHT.security.selinux",
	[SGZ_PAX_ACL_ACCESS] = "SCHILY.acl.access",
	[SGZ_PAX_ACL_DEFAULT] = "SCHILY.acl.default",
	[SGZ_PAX_SPARSE_MAJOR] = "GNU.sparse.major",
	[SGZ_PAX_SPARSE_MINOR] = "GNU.sparse.minor",
	[SGZ_PAX_SPARSE_NAME] = "GNU.sparse.name",
	[SGZ_PAX_SPARSE_REALSIZE] = "GNU.sparse.realsize",
	[SGZ_PAX_SPARSE_SIZE] = "GNU.sparse.size",
	[SGZ_PAX_SPARSE_BLOCKS] = "GNU.sparse.numblocks",
	[SGZ_PAX_SPARSE_MAP] = "GNU.sparse.map",
};

static bool text_is(const struct sgz_pax_text *text, const char *word)
{
	return text->len == strlen(word) && !memcmp(text->p, word, text->len);
}

/* The part of @text after @prefix, or NULL. */
static const char *after(const struct sgz_pax_text *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len <= len || memcmp(text->p, prefix, len))
		return NULL;
	return text->p + len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Resolve %XX in place; without @all only %25 and %3D, as GNU tar escapes no
 * other bytes.
 */
static size_t unescape(char *text, size_t len, bool all)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = -1, low = -1, c = -1;

		if (text[i] == '%' && len - i > 2) {
			high = hex_digit(text[i + 1]);
			low = hex_digit(text[i + 2]);
		}
		if (high >= 0 && low >= 0)
			c = high << 4 | low;
		if (c < 0 || (!all && c != '%' && c != '=')) {
			text[n++] = text[i];
			continue;
		}
		text[n++] = c;
		i += 2;
	}
	return n;
}

static bool same_name(const struct sgz_xattr *a, const struct sgz_xattr *b)
{
	return a->name_len == b->name_len &&
	       !memcmp(a->name, b->name, a->name_len);
}

static uint16_t *find_slot(const struct sgz_pax *pax,
			   const struct sgz_xattr *attr)
{
	const struct sgz_xattr *a = pax->xattrs.data;
	uint16_t *slots = pax->slots.data;
	size_t mask = pax->slots.count - 1;
	size_t i = sgz_hash(0, attr->name, attr->name_len) & mask;

	while (slots[i] && !same_name(&a[slots[i] - 1], attr))
		i = (i + 1) & mask;
	return &slots[i];
}

static int grow_slots(struct sgz_pax *pax)
{
	size_t room = pax->slots.count ? 2 * pax->slots.count :
					 4 * SEARCHED_MAX;
	const struct sgz_xattr *a = pax->xattrs.data;

	pax->slots.count = 0;
	if (!sgz_vec_add(&pax->slots, room, sizeof(uint16_t)))
		return -ENOMEM;
	for (size_t i = 0; i < pax->xattrs.count; i++)
		*find_slot(pax, &a[i]) = i + 1;
	return 0;
}

/* Index of the attribute with the same name, or the number of attributes. */
static size_t find_xattr(const struct sgz_pax *pax,
			 const struct sgz_xattr *attr)
{
	const struct sgz_xattr *a = pax->xattrs.data;
	size_t i = 0;

	if (pax->slots.count) {
		i = *find_slot(pax, attr);
		return i ? i - 1 : pax->xattrs.count;
	}
	while (i < pax->xattrs.count && !same_name(&a[i], attr))
		i++;
	return i;
}

static int add_xattr(struct sgz_pax *pax, const struct sgz_xattr *attr)
{
	struct sgz_xattr *a = sgz_vec_add(&pax->xattrs, 1, sizeof(*a));
	size_t count = pax->xattrs.count;

	if (!a)
		return -ENOMEM;
	*a = *attr;
	if (count > SEARCHED_MAX && 2 * count > pax->slots.count)
		return grow_slots(pax);
	if (pax->slots.count)
		*find_slot(pax, attr) = count;
	return 0;
}

int sgz_pax_put_xattr(struct sgz_pax *pax, const struct sgz_xattr *attr)
{
	size_t i = find_xattr(pax, attr);

	if (i < pax->xattrs.count) {
		((struct sgz_xattr *)pax->xattrs.data)[i] = *attr;
		return 0;
	}
	if (i < XATTRS_MAX)
		return add_xattr(pax, attr);
	pax->odd |= 1u << SGZ_ODD_XATTRS;
	return 0;
}

static int star_xattr(struct sgz_pax *pax, const char *name, size_t len,
		      const struct sgz_pax_text *value)
{
	struct sgz_xattr attr = {
		.value = value->p,
		.value_len = value->len,
	};
	char *copy = sgz_arena_copy(&pax->arena, name, len);

	if (!copy)
		return -ENOMEM;
	attr.name = copy;
	attr.name_len = unescape(copy, len, false);
	return sgz_pax_put_xattr(pax, &attr);
}

/* The name is URL-encoded, the value is base64 without padding. */
static int libarchive_xattr(struct sgz_pax *pax, const char *name, size_t len,
			    const struct sgz_pax_text *value)
{
	size_t padded = (value->len + 3) / 4 * 4;
	char *copy = sgz_arena_copy(&pax->arena, name, len);
	char *bytes = sgz_arena_room(&pax->arena, padded);
	struct sgz_xattr attr = { .name = copy, .value = bytes };

	if (!copy || !bytes)
		return -ENOMEM;
	attr.name_len = unescape(copy, len, true);
	memset(bytes, '=', padded);
	memcpy(bytes, value->p, value->len);
	/* Decoding in place works because base64 is longer than its value. */
	if (sgz_base64_decode(bytes, &attr.value_len, bytes, padded)) {
		pax->odd |= 1u << SGZ_ODD_XATTR_BASE64;
		return 0;
	}
	return sgz_pax_put_xattr(pax, &attr);
}

/* GNU sparse 0.0 repeats two keys for each data segment. */
static int add_pair(struct sgz_pax *pax, const struct sgz_pax_text *key,
		    const struct sgz_pax_text *value)
{
	bool second = text_is(key, "GNU.sparse.numbytes");
	struct sgz_pax_text *to;

	if (second != pax->pairs.count % 2) {
		pax->bad_pairs = true;
		return 0;
	}
	to = sgz_vec_add(&pax->pairs, 1, sizeof(*to));
	if (!to)
		return -ENOMEM;
	*to = *value;
	return 0;
}

static int record(struct sgz_pax *pax, const struct sgz_pax_text *key,
		  const struct sgz_pax_text *value)
{
	const char *end = key->p + key->len;
	const char *name;

	for (int i = 0; i < SGZ_PAX_KEYS; i++) {
		if (!text_is(key, keys[i]))
			continue;
		/* An empty value cancels an earlier record. */
		pax->value[i] = *value;
		if (!value->len)
			pax->value[i].p = NULL;
		return 0;
	}
	name = after(key, "SCHILY.xattr.");
	if (name)
		return star_xattr(pax, name, end - name, value);
	name = after(key, "LIBARCHIVE.xattr.");
	if (name)
		return libarchive_xattr(pax, name, end - name, value);
	if (text_is(key, "GNU.sparse.offset") ||
	    text_is(key, "GNU.sparse.numbytes"))
		return add_pair(pax, key, value);
	return 0;
}

/* Parse the length of a record; returns what follows the blank, or NULL. */
static const char *record_length(const char *p, const char *end, size_t *len)
{
	const char *start = p;

	for (*len = 0; p < end && *p >= '0' && *p <= '9'; p++) {
		*len = *len * 10 + (*p - '0');
		if (*len > SGZ_TAR_EXTENSION_MAX)
			return NULL;
	}
	return p > start && p < end && *p == ' ' ? p + 1 : NULL;
}

/* Split off the first record in [@p, @end); set @next to its end. */
static bool split_record(const char *p, const char *end, const char **next,
			 struct sgz_pax_text *key, struct sgz_pax_text *value)
{
	const char *equal;
	size_t size;

	key->p = record_length(p, end, &size);
	if (!key->p || size > (size_t)(end - p) ||
	    size < (size_t)(key->p - p) + 2 || p[size - 1] != '\n')
		return false;
	*next = p + size;
	equal = memchr(key->p, '=', *next - 1 - key->p);
	if (!equal)
		return false;
	key->len = equal - key->p;
	value->p = equal + 1;
	value->len = *next - 1 - value->p;
	return true;
}

static void forget_records(struct sgz_pax *pax)
{
	memset(pax->value, 0, sizeof(pax->value));
	pax->xattrs.count = 0;
	pax->slots.count = 0;
	pax->pairs.count = 0;
	pax->bad_pairs = false;
	pax->odd = 0;
}

int sgz_pax_collect(struct sgz_pax *pax, const char *bytes, size_t len)
{
	const char *p = bytes, *end = p + len;
	int ret = 0;

	forget_records(pax);
	while (!ret && p < end && *p) {
		struct sgz_pax_text key, value;

		if (!split_record(p, end, &p, &key, &value)) {
			pax->odd |= 1u << SGZ_ODD_RECORDS;
			break;
		}
		ret = record(pax, &key, &value);
	}
	return ret;
}

int sgz_pax_number(const struct sgz_pax_text *text, uint64_t max,
		   uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < text->len; i++) {
		unsigned int digit = text->p[i] - '0';

		if (digit > 9 || *value > (max - digit) / 10)
			return -EUCLEAN;
		*value = *value * 10 + digit;
	}
	return text->len ? 0 : -EUCLEAN;
}

void sgz_pax_reset(struct sgz_pax *pax)
{
	forget_records(pax);
	memset(&pax->gnu_name, 0, sizeof(pax->gnu_name));
	memset(&pax->gnu_link, 0, sizeof(pax->gnu_link));
	pax->bytes = 0;
	sgz_arena_reset(&pax->arena);
}

void sgz_pax_free(struct sgz_pax *pax)
{
	sgz_vec_free(&pax->xattrs);
	sgz_vec_free(&pax->slots);
	sgz_vec_free(&pax->pairs);
	sgz_arena_free(&pax->arena);
}
