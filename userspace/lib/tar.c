// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading tar headers. PAX and GNU extension headers are folded into the
 * header they belong to.
 */
#include <stdlib.h>
#include <string.h>

#include "tar.h"

/* Most bytes of one extension header: attributes of 1 MiB and some names. */
#define EXTENSION_MAX	(4u << 20)

/* A ustar header as it stands in the stream. */
struct ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8];
	char owner[32];
	char group[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char pad[12];
};

_Static_assert(sizeof(struct ustar) == SGZ_TAR_BLOCK, "tar block");

static int parse_octal(const char *p, size_t len, uint64_t *value)
{
	*value = 0;
	while (len && *p == ' ')
		p++, len--;
	for (; len && *p >= '0' && *p <= '7'; p++, len--) {
		if (*value >> 60)
			return -EUCLEAN;
		*value = *value << 3 | (*p - '0');
	}
	return len && *p && *p != ' ' ? -EUCLEAN : 0;
}

/* Octal digits, or GNU's base 256 with the top bit set. */
static int parse_number(const char *p, size_t len, uint64_t *value)
{
	if (!(*p & 0x80))
		return parse_octal(p, len, value);
	*value = *p++ & 0x3f;
	while (--len) {
		if (*value >> 55)
			return -EUCLEAN;
		*value = *value << 8 | (unsigned char)*p++;
	}
	return 0;
}

bool sgz_tar_is_header(const void *block)
{
	const struct ustar *u = block;
	const unsigned char *p = block;
	size_t field = offsetof(struct ustar, checksum);
	uint64_t sum = 8 * ' ', stored;

	for (size_t i = 0; i < sizeof(*u); i++)
		if (i < field || i >= field + sizeof(u->checksum))
			sum += p[i];
	return !parse_octal(u->checksum, sizeof(u->checksum), &stored) &&
	       stored == sum;
}

static int set_text(char **to, size_t *to_len, const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	free(*to);
	*to = copy;
	*to_len = len;
	return 0;
}

static int add_xattr(struct sgz_tar_header *h, const char *name, size_t len)
{
	char *at = sgz_vec_add(&h->xattrs, len + 1, 1);

	if (!at)
		return -ENOMEM;
	memcpy(at, name, len);
	return 0;
}

/* Does a PAX record have this key? Then return its value. */
static const char *record_value(const char *p, const char *end, const char *key)
{
	size_t len = strlen(key);

	if ((size_t)(end - p) <= len || memcmp(p, key, len) || p[len] != '=')
		return NULL;
	return p + len + 1;
}

/* One record, without its length and the final newline. */
static int pax_record(struct sgz_tar_header *h, const char *p, const char *end,
		      bool *sized)
{
	static const char xattr[] = "SCHILY.xattr.";
	const char *v;

	v = record_value(p, end, "path");
	if (v)
		return set_text(&h->name, &h->name_len, v, end - v);
	v = record_value(p, end, "linkpath");
	if (v)
		return set_text(&h->link, &h->link_len, v, end - v);
	v = record_value(p, end, "size");
	if (v) {
		char *stop;

		h->size = strtoull(v, &stop, 10);
		*sized = true;
		return stop == end && *v != '-' ? 0 : -EUCLEAN;
	}
	if ((size_t)(end - p) > strlen(xattr) &&
	    !memcmp(p, xattr, strlen(xattr))) {
		p += strlen(xattr);
		v = memchr(p, '=', end - p);
		return v ? add_xattr(h, p, v - p) : 0;
	}
	return 0;
}

static int pax_records(struct sgz_tar_header *h, const char *p, size_t size,
		       bool *sized)
{
	const char *end = p + size;

	while (p < end && *p) {
		char *text;
		unsigned long len = strtoul(p, &text, 10);
		int ret;

		if (*text != ' ' || len > (size_t)(end - p) ||
		    len < (size_t)(text - p) + 2 || p[len - 1] != '\n')
			return -EUCLEAN;
		ret = pax_record(h, text + 1, p + len - 1, sized);
		if (ret)
			return ret;
		p += len;
	}
	return 0;
}

static int read_extension(struct sgz_stream *s, struct sgz_tar_header *h,
			  char type, uint64_t size, bool *sized)
{
	char *buf;
	int ret;

	if (size > EXTENSION_MAX)
		return sgz_fail(s->ctx, -E2BIG,
				"tar extension header of %llu bytes; the limit is %u",
				(unsigned long long)size, EXTENSION_MAX);
	buf = calloc(1, size + 1);
	if (!buf)
		return sgz_nomem(s->ctx);
	ret = sgz_stream_full(s, buf, size);
	if (!ret)
		ret = sgz_stream_skip(s, sgz_tar_padding(size));
	if (ret)
		goto out;
	if (type == 'L')
		ret = set_text(&h->name, &h->name_len, buf, strlen(buf));
	else if (type == 'K')
		ret = set_text(&h->link, &h->link_len, buf, strlen(buf));
	else if (type == 'x')
		ret = pax_records(h, buf, size, sized);
	if (ret)
		sgz_fail(s->ctx, ret, ret == -ENOMEM ? "out of memory" :
			 "damaged tar extension header");
out:
	free(buf);
	return ret;
}

/* Take from the ustar header what no extension has set. */
static int finish(const struct sgz_context *ctx, struct sgz_tar_header *h,
		  const struct ustar *u, uint64_t size, bool sized)
{
	size_t len = strnlen(u->name, sizeof(u->name));
	size_t prefix = strnlen(u->prefix, sizeof(u->prefix));
	char path[sizeof(u->prefix) + 1 + sizeof(u->name)];
	size_t n = 0;

	if (!memcmp(u->magic, "ustar\0", 6) && prefix) {
		memcpy(path, u->prefix, prefix);
		path[prefix] = '/';
		n = prefix + 1;
	}
	memcpy(path + n, u->name, len);
	if (!h->name && set_text(&h->name, &h->name_len, path, n + len))
		return sgz_nomem(ctx);
	len = strnlen(u->link, sizeof(u->link));
	if (!h->link && set_text(&h->link, &h->link_len, u->link, len))
		return sgz_nomem(ctx);
	h->type = u->type;
	if (!sized)
		h->size = size;
	return 1;
}

static bool is_zero(const void *block)
{
	static const char zero[SGZ_TAR_BLOCK];

	return !memcmp(block, zero, sizeof(zero));
}

int sgz_tar_next(struct sgz_stream *s, struct sgz_tar_header *h)
{
	bool sized = false;

	sgz_tar_free(h);
	for (;;) {
		struct ustar u;
		uint64_t size;
		int ret;

		ret = sgz_stream_full(s, &u, sizeof(u));
		if (ret)
			return ret;
		if (is_zero(&u))
			return 0;
		if (!sgz_tar_is_header(&u) ||
		    parse_number(u.size, sizeof(u.size), &size))
			return sgz_fail(s->ctx, -EUCLEAN,
					"damaged tar header in the member at offset %llu",
					(unsigned long long)s->member);
		if (!strchr("xgLK", u.type) || !u.type)
			return finish(s->ctx, h, &u, size, sized);
		ret = read_extension(s, h, u.type, size, &sized);
		if (ret)
			return ret;
	}
}

void sgz_tar_free(struct sgz_tar_header *h)
{
	free(h->name);
	free(h->link);
	sgz_vec_free(&h->xattrs);
	memset(h, 0, sizeof(*h));
}
