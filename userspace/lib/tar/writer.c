// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Headers that every reader of tar understands, as GNU tar makes them with
 * --format=pax, but without fields that differ from run to run.
 *
 * Names are written as unchanged bytes. POSIX has "hdrcharset=BINARY" for names
 * that are not UTF-8, but GNU tar warns of it at each entry, and no reader
 * needs it.
 *
 * An access control list is written twice: as SCHILY.acl.* for GNU tar and
 * bsdtar, and as the kernel's attribute in SCHILY.xattr.* for containerd and
 * Docker, which do not know SCHILY.acl.*.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "stargz_fs.h"
#include "tar/acl.h"
#include "tar/header.h"
#include "tar/writer.h"

#define NSEC		1000000000
/* Largest numbers of fields of 8 and 12 bytes, in octal with a NUL. */
#define OCTAL_8		07777777u
#define OCTAL_12	077777777777ull

/* Write octal digits with leading zeroes, and a NUL as last byte. */
static void octal(char *field, size_t len, uint64_t value)
{
	field[--len] = '\0';
	for (; len; value >>= 3)
		field[--len] = '0' + (value & 7);
}

static void seal(struct sgz_ustar *u)
{
	const unsigned char *p = (const unsigned char *)u;
	unsigned int sum = 0;

	memcpy(u->magic, "ustar\0" "00", sizeof(u->magic));
	memset(u->checksum, ' ', sizeof(u->checksum));
	for (size_t i = 0; i < sizeof(*u); i++)
		sum += p[i];
	octal(u->checksum, sizeof(u->checksum) - 1, sum);
}

/* A record starts with its length, which includes the digits of the length. */
static size_t record_size(size_t rest)
{
	size_t size = rest + 1;

	while ((size_t)snprintf(NULL, 0, "%zu", size) + rest != size)
		size++;
	return size;
}

/**
 * struct words - PAX records being made
 * @records: their bytes
 * @all: make records also of values that fit in the header block
 */
struct words {
	struct sgz_vec records;
	bool all;
};

/* Append a record. Its key is @prefix followed by @key. */
static int put_record(struct words *words, const char *prefix,
		      const char *key, size_t key_len, const void *value,
		      size_t len)
{
	size_t rest = 1 + strlen(prefix) + key_len + 1 + len + 1;
	size_t size = record_size(rest);
	char *p = sgz_vec_add(&words->records, size, 1);

	if (!p)
		return -ENOMEM;
	p += sprintf(p, "%zu %s", size, prefix);
	p = mempcpy(p, key, key_len);
	*p++ = '=';
	p = mempcpy(p, value, len);
	*p = '\n';
	return 0;
}

static int put_text(struct words *words, const char *key,
		    const void *value, size_t len)
{
	return put_record(words, "", key, strlen(key), value, len);
}

static int put_number(struct words *words, const char *key, uint64_t value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu64, value);

	return put_text(words, key, text, len);
}

/* Write a number to a field; if it does not fit, write zero and a record. */
static int put_field(struct words *words, char *field, size_t len,
		     const char *key, uint64_t value)
{
	uint64_t max = len == 8 ? OCTAL_8 : OCTAL_12;

	octal(field, len, value > max ? 0 : value);
	return value > max || words->all ? put_number(words, key, value) : 0;
}

static int put_time(struct words *words, char *field, size_t len,
		    uint64_t time)
{
	int64_t sec = (int64_t)(time / NSEC) + STARGZ_TIME_BASE;
	uint32_t nsec = time % NSEC;
	bool negative = sec < 0, large = sec > (int64_t)OCTAL_12;
	char text[40];
	int n;

	octal(field, len, negative || large ? 0 : sec);
	if (!negative && !large && !nsec && !words->all)
		return 0;
	/* Sign and magnitude: -1.5 is half a second after -2. */
	if (negative && nsec) {
		sec++;
		nsec = NSEC - nsec;
	}
	n = sprintf(text, "%s%" PRIu64, negative ? "-" : "",
		    (uint64_t)(negative ? -sec : sec));
	if (nsec) {
		n += sprintf(text + n, ".%09u", nsec);
		while (text[n - 1] == '0')
			n--;
	}
	return put_text(words, "mtime", text, n);
}

/* Find the slash that divides a path into prefix and name, or NULL. */
static const char *divide(const char *path, size_t len)
{
	const struct sgz_ustar *u;

	/* The last byte may be the slash of a directory. */
	for (size_t i = len - 1; i-- > 1;)
		if (path[i] == '/' && i <= sizeof(u->prefix) &&
		    len - i - 1 <= sizeof(u->name))
			return path + i;
	return NULL;
}

/*
 * Readers without sparse files extract the map and the data segments. Their
 * name for the file is that of GNU tar.
 */
static int put_sparse_name(struct words *words, struct sgz_ustar *u,
			   const struct sgz_tar_header *h)
{
	size_t dir = sgz_path_last(h->name, h->name_len);
	char *name;
	int len, ret;

	len = asprintf(&name, "%.*sGNUSparseFile.0/%.*s", (int)dir, h->name,
		       (int)(h->name_len - dir), h->name + dir);
	if (len < 0)
		return -ENOMEM;
	memcpy(u->name, name, (size_t)len < sizeof(u->name) ?
			      (size_t)len : sizeof(u->name));
	/* Python uses the last name, so GNU.sparse.name must follow. */
	ret = (size_t)len > sizeof(u->name) || words->all ?
		      put_text(words, "path", name, len) : 0;
	free(name);
	if (!ret)
		ret = put_text(words, "GNU.sparse.major", "1", 1);
	if (!ret)
		ret = put_text(words, "GNU.sparse.minor", "0", 1);
	if (!ret)
		ret = put_text(words, "GNU.sparse.name", h->name, h->name_len);
	return ret ? ret : put_number(words, "GNU.sparse.realsize",
				      h->file_size);
}

static int put_name(struct words *words, struct sgz_ustar *u,
		    const struct sgz_tar_header *h)
{
	const char *slash;

	if (h->name_len <= sizeof(u->name) && !words->all) {
		memcpy(u->name, h->name, h->name_len);
		return 0;
	}
	slash = words->all ? NULL : divide(h->name, h->name_len);
	if (slash) {
		memcpy(u->prefix, h->name, slash - h->name);
		memcpy(u->name, slash + 1,
		       h->name + h->name_len - slash - 1);
		return 0;
	}
	memcpy(u->name, h->name, h->name_len < sizeof(u->name) ?
				 h->name_len : sizeof(u->name));
	return put_text(words, "path", h->name, h->name_len);
}

static int put_link(struct words *words, struct sgz_ustar *u,
		    const struct sgz_tar_header *h)
{
	if (h->type != '1' && h->type != '2')
		return 0;
	memcpy(u->link, h->link, h->link_len < sizeof(u->link) ?
				 h->link_len : sizeof(u->link));
	if (h->link_len <= sizeof(u->link) && !words->all)
		return 0;
	return put_text(words, "linkpath", h->link, h->link_len);
}

/* A name with its NUL, of a character set that all readers know. */
static bool fits_field(const char *name, size_t len, size_t field)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] & 0x80)
			return false;
	return len < field;
}

static int put_owner_name(struct words *words, char *field, size_t room,
			  const char *key, const char *name, size_t len)
{
	bool fits = fits_field(name, len, room);

	if (!len)
		return 0;
	if (fits)
		memcpy(field, name, len);
	return fits && !words->all ? 0 : put_text(words, key, name, len);
}

static int put_owner_names(struct words *words, struct sgz_ustar *u,
			   const struct sgz_tar_header *h)
{
	int ret = put_owner_name(words, u->owner, sizeof(u->owner), "uname",
				 h->uname, h->uname_len);

	return ret ? ret : put_owner_name(words, u->group, sizeof(u->group),
					  "gname", h->gname, h->gname_len);
}

static int put_device(struct words *words, struct sgz_ustar *u,
		      const struct sgz_tar_header *h)
{
	int ret;

	if (h->type != '3' && h->type != '4')
		return 0;
	ret = put_field(words, u->major, sizeof(u->major), "SCHILY.devmajor",
			h->major);
	return ret ? ret : put_field(words, u->minor, sizeof(u->minor),
				     "SCHILY.devminor", h->minor);
}

/* Escape "=", which would end the key, and "%", as GNU tar does. */
static size_t escape(char *to, const struct sgz_xattr *attr)
{
	char *p = to;

	for (size_t i = 0; i < attr->name_len; i++) {
		char c = attr->name[i];

		if (c == '%' || c == '=')
			p += sprintf(p, "%%%02X", c);
		else
			*p++ = c;
	}
	return p - to;
}

static int put_acl(struct words *words, const struct sgz_xattr *attr)
{
	static const char name[] = "system.posix_acl_";
	size_t len = strlen(name);
	struct sgz_vec text = { 0 };
	int ret;

	if (attr->name_len <= len || memcmp(attr->name, name, len))
		return 0;
	ret = sgz_acl_text(&text, attr->value, attr->value_len);
	if (!ret)
		ret = put_record(words, "SCHILY.acl.", attr->name + len,
				 attr->name_len - len, text.data, text.count);
	sgz_vec_free(&text);
	return ret == -EINVAL ? 0 : ret;
}

static int put_xattr(struct words *words, const struct sgz_xattr *attr)
{
	char *key = malloc(3 * attr->name_len + 1);
	int ret;

	if (!key)
		return -ENOMEM;
	ret = put_record(words, "SCHILY.xattr.", key, escape(key, attr),
			 attr->value, attr->value_len);
	free(key);
	return ret ? ret : put_acl(words, attr);
}

static int put_xattrs(struct words *words, const struct sgz_vec *xattrs)
{
	size_t size = xattrs->count * sizeof(struct sgz_xattr);
	struct sgz_xattr *sorted;
	int ret = 0;

	if (!xattrs->count)
		return 0;
	sorted = malloc(size);
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, xattrs->data, size);
	qsort(sorted, xattrs->count, sizeof(*sorted), sgz_xattr_compare_names);
	for (size_t i = 0; !ret && i < xattrs->count; i++)
		ret = put_xattr(words, &sorted[i]);
	free(sorted);
	return ret;
}

static int put_all(struct words *words, struct sgz_ustar *u,
		   const struct sgz_tar_header *h, uint64_t size)
{
	int ret;

	u->type = h->sparse ? '0' : h->type;
	octal(u->mode, sizeof(u->mode), h->mode);
	ret = h->sparse ? put_sparse_name(words, u, h) : put_name(words, u, h);
	if (!ret)
		ret = put_link(words, u, h);
	if (!ret)
		ret = put_field(words, u->size, sizeof(u->size), "size", size);
	if (!ret)
		ret = put_field(words, u->uid, sizeof(u->uid), "uid", h->uid);
	if (!ret)
		ret = put_field(words, u->gid, sizeof(u->gid), "gid", h->gid);
	if (!ret)
		ret = put_owner_names(words, u, h);
	if (!ret)
		ret = put_time(words, u->mtime, sizeof(u->mtime), h->mtime);
	if (!ret)
		ret = put_device(words, u, h);
	return ret ? ret : put_xattrs(words, &h->pax.xattrs);
}

/* Set the name under which readers without PAX extract the records. */
static void name_records(struct sgz_ustar *u, const struct sgz_tar_header *h)
{
	const char *end = h->name + h->name_len, *p;

	while (end > h->name + 1 && end[-1] == '/')
		end--;
	for (p = end; p > h->name && p[-1] != '/'; p--)
		;
	snprintf(u->name, sizeof(u->name), "PaxHeaders/%.*s", (int)(end - p),
		 p);
}

static int add_block(struct sgz_vec *head, const void *bytes, size_t len)
{
	char *to = sgz_vec_add(head, len + sgz_tar_padding(len), 1);

	if (!to)
		return -ENOMEM;
	memcpy(to, bytes, len);
	return 0;
}

static int add_records(struct sgz_vec *head, const struct sgz_vec *records,
		       const struct sgz_tar_header *h)
{
	struct sgz_ustar u = { .type = 'x' };
	int ret;

	name_records(&u, h);
	octal(u.mode, sizeof(u.mode), 0644);
	octal(u.uid, sizeof(u.uid), 0);
	octal(u.gid, sizeof(u.gid), 0);
	octal(u.size, sizeof(u.size), records->count);
	octal(u.mtime, sizeof(u.mtime), 0);
	seal(&u);
	ret = add_block(head, &u, sizeof(u));
	return ret ? ret : add_block(head, records->data, records->count);
}

static int put_map_number(struct sgz_vec *map, uint64_t value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	char *to = sgz_vec_add(map, len, 1);

	if (!to)
		return -ENOMEM;
	memcpy(to, text, len);
	return 0;
}

static int put_map_run(struct sgz_vec *map, uint64_t pos, uint64_t size)
{
	int ret = put_map_number(map, pos);

	return ret ? ret : put_map_number(map, size);
}

/*
 * Make the map of PAX 1.0: the number of data segments, then offset and size of
 * each. GNU tar needs an empty segment at the end of a file that ends in a
 * hole.
 */
static int put_map(struct sgz_vec *map, const struct sgz_tar_header *h)
{
	const struct sgz_tar_run *run = h->runs.data;
	size_t count = h->runs.count;
	bool hole = !count || run[count - 1].pos + run[count - 1].size <
			      h->file_size;
	int ret = put_map_number(map, count + hole);

	for (size_t i = 0; !ret && i < count; i++)
		ret = put_map_run(map, run[i].pos, run[i].size);
	return ret || !hole ? ret : put_map_run(map, h->file_size, 0);
}

static int write_head(struct sgz_vec *head, const struct sgz_tar_header *h,
		      bool all)
{
	struct words words = { .all = all };
	struct sgz_ustar u = { 0 };
	struct sgz_vec map = { 0 };
	int ret = h->sparse ? put_map(&map, h) : 0;

	if (!ret)
		ret = put_all(&words, &u, h, h->size + map.count +
			      sgz_tar_padding(map.count));
	if (!ret && words.records.count)
		ret = add_records(head, &words.records, h);
	seal(&u);
	if (!ret)
		ret = add_block(head, &u, sizeof(u));
	if (!ret && map.count)
		ret = add_block(head, map.data, map.count);
	sgz_vec_free(&words.records);
	sgz_vec_free(&map);
	return ret;
}

int sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h)
{
	return write_head(head, h, false);
}

int sgz_tar_write_all(struct sgz_vec *head, const struct sgz_tar_header *h)
{
	return write_head(head, h, true);
}
