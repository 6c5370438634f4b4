// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Header blocks: checksum, numbers and names.
 */
#include <stdio.h>
#include <string.h>

#include "stargz_fs.h"
#include "tar/header.h"
#include "tar/odd.h"

_Static_assert(sizeof(struct sgz_ustar) == SGZ_TAR_BLOCK, "tar block");

/* Bits of a device number that mknod(2) uses. */
#define MAJOR_BITS	0xfff
#define MINOR_BITS	0xfffff

/* Some writers pad the field with leading blanks or NULs. */
static int parse_octal(const char *p, size_t len, int64_t *value)
{
	*value = 0;
	for (; len && (*p == ' ' || !*p); p++)
		len--;
	for (; len && *p >= '0' && *p <= '7'; p++, len--) {
		if (*value >> 60)
			return -EUCLEAN;
		*value = *value << 3 | (*p - '0');
	}
	return len && *p && *p != ' ' ? -EUCLEAN : 0;
}

/* Two's complement; the top bit of the field only marks the format. */
static int parse_base256(const unsigned char *p, size_t len, int64_t *value)
{
	const int64_t sign = *p & 0x40 ? -1 : 0;
	uint64_t v = (uint64_t)sign << 6 | (*p & 0x3f);

	while (--len) {
		if ((int64_t)v >> 55 != sign)
			return -EUCLEAN;
		v = v << 8 | *++p;
	}
	*value = v;
	return 0;
}

int sgz_tar_number(const char *p, size_t len, int64_t *value)
{
	if (*p & 0x80)
		return parse_base256((const unsigned char *)p, len, value);
	return parse_octal(p, len, value);
}

/* Some old writers sum up signed bytes, so accept both sums. */
bool sgz_tar_is_header(const void *block)
{
	const struct sgz_ustar *u = block;
	const unsigned char *p = block;
	size_t field = offsetof(struct sgz_ustar, checksum);
	int64_t sum = 8 * ' ', signed_sum = sum, stored;

	for (size_t i = 0; i < sizeof(*u); i++) {
		if (i >= field && i < field + sizeof(u->checksum))
			continue;
		sum += p[i];
		signed_sum += (signed char)p[i];
	}
	return !parse_octal(u->checksum, sizeof(u->checksum), &stored) &&
	       (stored == sum || stored == signed_sum);
}

/* star headers have times at the end of the prefix field. */
static size_t prefix_room(const struct sgz_ustar *u)
{
	return memcmp(u->pad + 8, "tar\0", 4) ? sizeof(u->prefix) : 131;
}

/*
 * Before version 1.8, Go wrote a prefix into GNU headers, and layers of that
 * time are in use. Detect them by an invalid time at this place.
 */
static bool has_gnu_prefix(const struct sgz_ustar *u)
{
	int64_t time;
	bool bad = false;

	for (int i = 0; i < 24; i += 12)
		if (u->gnu.times[i] &&
		    sgz_tar_number(u->gnu.times + i, 12, &time))
			bad = true;
	for (size_t i = 0; bad && i < sizeof(u->prefix) && u->prefix[i]; i++)
		if (u->prefix[i] & 0x80)
			bad = false;
	return bad;
}

/* The prefix, also of a header whose union contains other fields. */
static const char *prefix_of(const struct sgz_ustar *u)
{
	return (const char *)u + offsetof(struct sgz_ustar, prefix);
}

static size_t prefix_length(const struct sgz_ustar *u)
{
	if (!memcmp(u->magic, "ustar\0", 6))
		return strnlen(prefix_of(u), prefix_room(u));
	if (!memcmp(u->magic, "ustar  ", 8) && has_gnu_prefix(u))
		return strnlen(prefix_of(u), sizeof(u->prefix));
	return 0;
}

static void take_names(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	size_t len = strnlen(u->name, sizeof(u->name));
	size_t n = prefix_length(u);

	memcpy(h->buf.name, u->prefix, n);
	if (n)
		h->buf.name[n++] = '/';
	memcpy(h->buf.name + n, u->name, len);
	h->name = h->buf.name;
	h->name_len = n + len;
	h->link_len = strnlen(u->link, sizeof(u->link));
	memcpy(h->buf.link, u->link, h->link_len);
	h->link = h->buf.link;
}

/* The oldest tars have something else there, or nothing. */
static void take_owner_names(struct sgz_tar_header *h,
			     const struct sgz_ustar *u)
{
	bool ustar = !memcmp(u->magic, "ustar", 5);

	h->uname_len = ustar ? strnlen(u->owner, sizeof(u->owner)) : 0;
	memcpy(h->buf.owner, u->owner, h->uname_len);
	h->uname = h->buf.owner;
	h->gname_len = ustar ? strnlen(u->group, sizeof(u->group)) : 0;
	memcpy(h->buf.group, u->group, h->gname_len);
	h->gname = h->buf.group;
}

static void take_owner(struct sgz_tar_header *h, const char *field,
		       uint32_t *to)
{
	int64_t value;

	if (sgz_tar_number(field, 8, &value)) {
		*to = 0;
		h->odd |= 1u << SGZ_ODD_OWNER;
	} else if (!sgz_tar_owner(value, to)) {
		h->odd |= 1u << SGZ_ODD_OWNER_RANGE;
	}
}

/* Like container engines, keep the lowest bits of a number out of range. */
static void take_device(struct sgz_tar_header *h, const char *field,
			uint32_t bits, uint32_t *to)
{
	int64_t value;

	if (sgz_tar_number(field, 8, &value)) {
		h->fault = "invalid device number, left out";
		return;
	}
	*to = value & bits;
	if (value != *to)
		h->odd |= 1u << SGZ_ODD_DEVICE_RANGE;
}

static void take_mode(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	int64_t mode;

	if (sgz_tar_number(u->mode, sizeof(u->mode), &mode)) {
		mode = 0;
		h->odd |= 1u << SGZ_ODD_MODE;
	}
	h->mode = mode & 07777;
}

static void take_time(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	int64_t mtime;

	if (!sgz_tar_number(u->mtime, sizeof(u->mtime), &mtime)) {
		h->time = sgz_time_convert(mtime, 0, &h->mtime);
		return;
	}
	h->time = SGZ_TIME_BAD;
	h->mtime = SGZ_EPOCH;
}

void sgz_tar_block(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	int64_t size;

	h->odd = 0;
	h->looked_up = false;
	h->fault = NULL;
	take_names(h, u);
	h->type = u->type;
	take_mode(h, u);
	take_owner(h, u->uid, &h->uid);
	take_owner(h, u->gid, &h->gid);
	take_owner_names(h, u);
	take_time(h, u);
	h->bad_size = sgz_tar_number(u->size, sizeof(u->size), &size) ||
		      size < 0;
	h->size = h->bad_size ? 0 : size;
	h->major = 0;
	h->minor = 0;
	/* Other types may have garbage in these fields. */
	if (h->type != '3' && h->type != '4')
		return;
	take_device(h, u->major, MAJOR_BITS, &h->major);
	take_device(h, u->minor, MINOR_BITS, &h->minor);
}

void sgz_tar_plain(struct sgz_ustar *u, const char *name, uint64_t size)
{
	const unsigned char *p = (const unsigned char *)u;
	unsigned int sum = 0;

	memset(u, 0, sizeof(*u));
	strncpy(u->name, name, sizeof(u->name) - 1);
	strcpy(u->mode, "0000000");
	strcpy(u->uid, "0000000");
	strcpy(u->gid, "0000000");
	snprintf(u->size, sizeof(u->size), "%011llo",
		 (unsigned long long)size & 077777777777ull);
	strcpy(u->mtime, "00000000000");
	memset(u->checksum, ' ', sizeof(u->checksum));
	u->type = '0';
	memcpy(u->magic, "ustar\0" "00", sizeof(u->magic));
	for (size_t i = 0; i < sizeof(*u); i++)
		sum += p[i];
	snprintf(u->checksum, sizeof(u->checksum), "%06o", sum);
}

int sgz_tar_add_holes(uint64_t *holes, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, uint64_t bytes)
{
	if (__builtin_add_overflow(*holes, bytes, holes))
		*holes = UINT64_MAX;
	if (*holes <= SGZ_HOLES_MAX)
		return 0;
	return sgz_fail(ctx, -E2BIG,
			"%s: files with %llu bytes of holes or more; the limit is %llu",
			sgz_quote(h->name, h->name_len).text,
			(unsigned long long)*holes,
			(unsigned long long)SGZ_HOLES_MAX);
}

bool sgz_tar_ends_with_slash(const struct sgz_tar_header *h)
{
	return h->name_len && h->name[h->name_len - 1] == '/';
}

/* v7 has no type for directories; their names end with a slash. */
static mode_t file_or_directory(const struct sgz_tar_header *h)
{
	return sgz_tar_ends_with_slash(h) ? S_IFDIR : S_IFREG;
}

const char *sgz_tar_type(const struct sgz_tar_header *h, mode_t *type)
{
	static const mode_t plain[] = { 0, S_IFLNK, S_IFCHR, S_IFBLK, S_IFDIR,
		S_IFIFO };

	if (h->fault)
		return h->fault;
	switch (h->type) {
	case '\0':
	case '0':
	case '7':
		*type = file_or_directory(h);
		return NULL;
	case '1' ... '6':
		*type = plain[h->type - '1'];
		return NULL;
	case 'S':
		*type = S_IFREG;
		return NULL;
	case 'D':	/* with a list of names, for incremental backups */
		*type = S_IFDIR;
		return NULL;
	case 'M':
		return "continues a file of another volume, left out";
	case 'V':
		return "volume label, left out";
	default:
		return "unknown type, left out";
	}
}
