// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Header blocks: checksum, numbers and names.
 */
#include <stdio.h>
#include <string.h>

#include "tarheader.h"

_Static_assert(sizeof(struct sgz_ustar) == SGZ_TAR_BLOCK, "tar block");

static int parse_octal(const char *p, size_t len, int64_t *value)
{
	*value = 0;
	for (; len && *p == ' '; p++)
		len--;
	for (; len && *p >= '0' && *p <= '7'; p++, len--) {
		if (*value >> 60)
			return -EUCLEAN;
		*value = *value << 3 | (*p - '0');
	}
	return len && *p && *p != ' ' ? -EUCLEAN : 0;
}

/* Two's complement, of which the field's top bit is no part. */
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

/* There are tars whose makers added up signed bytes. */
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

static void take_names(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	size_t len = strnlen(u->name, sizeof(u->name));
	size_t n = 0;

	if (!memcmp(u->magic, "ustar\0", 6) && u->prefix[0]) {
		n = strnlen(u->prefix, sizeof(u->prefix));
		memcpy(h->buf.name, u->prefix, n);
		h->buf.name[n++] = '/';
	}
	memcpy(h->buf.name + n, u->name, len);
	h->name = h->buf.name;
	h->name_len = n + len;
	h->link_len = strnlen(u->link, sizeof(u->link));
	memcpy(h->buf.link, u->link, h->link_len);
	h->link = h->buf.link;
}

/* An owner or a device number, which Linux keeps in 32 bits. */
static bool take_u32(const char *field, uint32_t *to)
{
	int64_t value;

	if (sgz_tar_number(field, 8, &value) || value < 0 ||
	    value > UINT32_MAX)
		return false;
	*to = value;
	return true;
}

const char *sgz_tar_block(struct sgz_tar_header *h, const struct sgz_ustar *u)
{
	int64_t mode, size, mtime;

	take_names(h, u);
	h->type = u->type;
	if (sgz_tar_number(u->mode, sizeof(u->mode), &mode))
		return "bad mode in a header";
	if (!take_u32(u->uid, &h->uid) || !take_u32(u->gid, &h->gid))
		return "bad owner in a header";
	if (sgz_tar_number(u->size, sizeof(u->size), &size) || size < 0)
		return "bad size in a header";
	if (sgz_tar_number(u->mtime, sizeof(u->mtime), &mtime))
		return "bad time in a header";
	h->major = 0;
	h->minor = 0;
	/* Others may have anything there. */
	if ((h->type == '3' || h->type == '4') &&
	    (!take_u32(u->major, &h->major) || !take_u32(u->minor, &h->minor)))
		return "bad device number in a header";
	h->mode = mode & 07777;
	h->size = size;
	h->time = sgz_time_convert(mtime, 0, &h->mtime);
	return NULL;
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
