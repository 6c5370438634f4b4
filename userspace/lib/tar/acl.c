// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * ACL text and the structures of the kernel's posix_acl_xattr.h.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tar/acl.h"

#define ACL_VERSION	2
#define NO_ID		UINT32_MAX
/* user, name, permissions, number */
#define FIELDS		4

/* The kernel requires entries in the order of these values. */
enum tag {
	USER_OBJ = 0x01,
	USER = 0x02,
	GROUP_OBJ = 0x04,
	GROUP = 0x08,
	MASK = 0x10,
	OTHER = 0x20,
};

struct acl_entry {
	uint16_t tag;
	uint16_t perm;
	uint32_t id;
};

struct field {
	const char *p;
	size_t len;
};

static bool is(const struct field *f, const char *word)
{
	return f->len == strlen(word) && !memcmp(f->p, word, f->len);
}

static bool number(const struct field *f, uint32_t *id)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->len; i++) {
		if (f->p[i] < '0' || f->p[i] > '9')
			return false;
		n = n * 10 + (f->p[i] - '0');
		if (n >= NO_ID)
			return false;
	}
	*id = n;
	return f->len;
}

static bool permissions(const struct field *f, uint16_t *perm)
{
	static const char letters[] = "rwx";

	*perm = 0;
	for (size_t i = 0; i < f->len; i++) {
		const char *at = strchr(letters, f->p[i]);

		if (f->p[i] == '-')
			continue;
		if (!f->p[i] || !at)
			return false;
		*perm |= 4 >> (at - letters);
	}
	return f->len;
}

static int split(const char *p, const char *end, struct field *f)
{
	int n = 0;

	while (n < FIELDS) {
		const char *colon = memchr(p, ':', end - p);

		f[n].p = p;
		f[n++].len = (colon ? colon : end) - p;
		if (!colon)
			return n;
		p = colon + 1;
	}
	return -1;
}

static int tag_of(const struct field *f)
{
	if (is(&f[0], "user"))
		return f[1].len ? USER : USER_OBJ;
	if (is(&f[0], "group"))
		return f[1].len ? GROUP : GROUP_OBJ;
	if (is(&f[0], "mask"))
		return MASK;
	return is(&f[0], "other") ? OTHER : 0;
}

/* Set the ID of an entry. Returns 1 if it was looked up, or an error. */
static int find_owner(const struct field *f, int n, struct acl_entry *e,
		      const struct sgz_acl_names *names)
{
	int ret = -ENOENT;

	if (number(&f[n == FIELDS ? 3 : 1], &e->id))
		return 0;
	if (names)
		ret = names->find(names->data, f[1].p, f[1].len,
				  e->tag == GROUP, &e->id);
	return ret ? ret : 1;
}

static int parse_entry(const char *p, const char *end, struct acl_entry *e,
		       const struct sgz_acl_names *names)
{
	struct field f[FIELDS] = { 0 };
	int n = split(p, end, f);
	int perm = 2;

	if (n < 2)
		return -EINVAL;
	e->tag = tag_of(f);
	e->id = NO_ID;
	/* "mask:rwx" and "other:rwx" are allowed, too. */
	if (n == 2 && (is(&f[0], "mask") || is(&f[0], "other")))
		perm = 1;
	if (!e->tag || !permissions(&f[perm], &e->perm))
		return -EINVAL;
	if (e->tag != USER && e->tag != GROUP)
		return 0;
	return find_owner(f, n, e, names);
}

static int compare_acl_entries(const void *left, const void *right)
{
	const struct acl_entry *a = left, *b = right;

	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/*
 * No entry twice, the three base entries present, and a mask if there are
 * named users or groups.
 */
static bool is_valid(const struct acl_entry *e, size_t count)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && !compare_acl_entries(&e[i - 1], &e[i]))
			return false;
		seen |= e[i].tag;
	}
	if ((seen & (USER_OBJ | GROUP_OBJ | OTHER)) !=
	    (USER_OBJ | GROUP_OBJ | OTHER))
		return false;
	return !(seen & (USER | GROUP)) || seen & MASK;
}

static int encode(struct sgz_vec *acl, const struct acl_entry *e, size_t count)
{
	const uint32_t version = htole32(ACL_VERSION);
	char *to = sgz_vec_add(acl, sizeof(version) + count * sizeof(*e), 1);

	if (!to)
		return -ENOMEM;
	memcpy(to, &version, sizeof(version));
	to += sizeof(version);
	for (; count; count--, e++, to += sizeof(*e)) {
		const struct acl_entry disk = {
			htole16(e->tag), htole16(e->perm), htole32(e->id)
		};

		memcpy(to, &disk, sizeof(disk));
	}
	return 0;
}

static int parse(struct sgz_vec *entries, const char *p, const char *end,
		 const struct sgz_acl_names *names)
{
	int named = 0;

	while (p < end) {
		const char *stop = p;
		struct acl_entry *e;
		int ret;

		while (stop < end && *stop != ',' && *stop != '\n')
			stop++;
		if (stop > p) {
			e = sgz_vec_add(entries, 1, sizeof(*e));
			if (!e)
				return -ENOMEM;
			ret = parse_entry(p, stop, e, names);
			if (ret < 0)
				return ret;
			named |= ret;
		}
		p = stop + 1;
	}
	return named;
}

/* If there is a mask, it is the group part of the mode. */
static uint16_t mode_of(const struct acl_entry *e, size_t count)
{
	uint16_t mode = 0;

	for (; count; count--, e++) {
		if (e->tag == USER_OBJ)
			mode |= e->perm << 6;
		else if (e->tag == OTHER)
			mode |= e->perm;
		else if (e->tag == MASK)
			mode = (mode & ~070) | e->perm << 3;
		else if (e->tag == GROUP_OBJ)
			mode |= e->perm << 3;
	}
	return mode;
}

int sgz_acl_convert(struct sgz_vec *acl, const char *text, size_t len,
		    uint16_t *mode, const struct sgz_acl_names *names)
{
	struct sgz_vec entries = { 0 };
	int named = parse(&entries, text, text + len, names);
	int ret = named < 0 ? named : 0;

	if (!ret && entries.count)
		qsort(entries.data, entries.count, sizeof(struct acl_entry),
		      compare_acl_entries);
	if (!ret && !is_valid(entries.data, entries.count))
		ret = -EINVAL;
	if (!ret && mode)
		*mode = (*mode & ~0777) | mode_of(entries.data, entries.count);
	if (!ret && !(mode && entries.count == 3))
		ret = encode(acl, entries.data, entries.count);
	sgz_vec_free(&entries);
	return ret ? ret : named;
}

static const char *tag_name(uint16_t tag)
{
	switch (tag) {
	case USER_OBJ:
	case USER:
		return "user";
	case GROUP_OBJ:
	case GROUP:
		return "group";
	case MASK:
		return "mask";
	case OTHER:
		return "other";
	default:
		return NULL;
	}
}

static int decode(struct sgz_vec *entries, const char *acl, size_t len)
{
	const struct acl_entry *disk;
	uint32_t version;

	if (len < sizeof(version) || (len - sizeof(version)) % sizeof(*disk))
		return -EINVAL;
	memcpy(&version, acl, sizeof(version));
	if (le32toh(version) != ACL_VERSION)
		return -EINVAL;
	for (size_t at = sizeof(version); at < len; at += sizeof(*disk)) {
		struct acl_entry *e = sgz_vec_add(entries, 1, sizeof(*e));

		if (!e)
			return -ENOMEM;
		memcpy(e, acl + at, sizeof(*e));
		e->tag = le16toh(e->tag);
		e->perm = le16toh(e->perm);
		e->id = le32toh(e->id);
		if (!tag_name(e->tag) || e->perm > 7)
			return -EINVAL;
	}
	return is_valid(entries->data, entries->count) ? 0 : -EINVAL;
}

static int add_text(struct sgz_vec *text, const struct acl_entry *e)
{
	char entry[40], id[12] = "";
	char *to;
	int len;

	if (e->tag == USER || e->tag == GROUP)
		snprintf(id, sizeof(id), "%u", e->id);
	len = snprintf(entry, sizeof(entry), "%s%s:%s:%c%c%c",
		       text->count ? "," : "", tag_name(e->tag), id,
		       e->perm & 4 ? 'r' : '-', e->perm & 2 ? 'w' : '-',
		       e->perm & 1 ? 'x' : '-');
	to = sgz_vec_add(text, len, 1);
	if (!to)
		return -ENOMEM;
	memcpy(to, entry, len);
	return 0;
}

int sgz_acl_text(struct sgz_vec *text, const void *acl, size_t len)
{
	struct sgz_vec entries = { 0 };
	int ret = decode(&entries, acl, len);
	const struct acl_entry *e = entries.data;

	for (size_t i = 0; !ret && i < entries.count; i++)
		ret = add_text(text, &e[i]);
	sgz_vec_free(&entries);
	return ret;
}
