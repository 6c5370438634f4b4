// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Converting a tar header to JSON. Zero values are omitted, as by Go's encoder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/path.h"
#include "base/timestamp.h"
#include "layer/toc_entry.h"
#include "stargz/text.h"
#include "stargz_fs.h"

static int add(struct json_object *to, const char *key,
	       struct json_object *value)
{
	if (value && !json_object_object_add(to, key, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* Add bytes of a tar, which need not be UTF-8. */
static int add_text(struct json_object *to, const char *key, const char *bytes,
		    size_t len)
{
	char *text = malloc(3 * len + 1);
	int ret;

	if (!text)
		return -ENOMEM;
	len = stargz_text_lossy(text, bytes, len);
	ret = add(to, key, json_object_new_string_len(text, len));
	free(text);
	return ret;
}

int sgz_toc_item_number(struct sgz_toc_item *r, const char *key, uint64_t value)
{
	return value ? add(r->json, key, json_object_new_int64(value)) : 0;
}

int sgz_toc_item_digest(struct sgz_toc_item *r, const char *key,
			const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char text[8 + 2 * STARGZ_SHA256_LEN];

	snprintf(text, sizeof(text), "sha256:%s", sgz_sha256_hex(sha256).text);
	return add(r->json, key, json_object_new_string(text));
}

static int add_time(struct sgz_toc_item *r, uint64_t time)
{
	char text[STARGZ_TIME_TEXT];

	if (time == SGZ_EPOCH)
		return 0;
	sgz_time_text(text, time);
	return add(r->json, "modtime", json_object_new_string(text));
}

static int add_xattr(struct json_object *to, const struct sgz_xattr *attr)
{
	size_t room = (attr->value_len + 2) / 3 * 4 + 1;
	char *name = malloc(3 * attr->name_len + 1);
	char *value = malloc(room);
	int ret = -ENOMEM;
	size_t len;

	if (name && value) {
		name[stargz_text_lossy(name, attr->name, attr->name_len)] = '\0';
		len = stargz_base64_encode(value, attr->value, attr->value_len);
		ret = add(to, name, json_object_new_string_len(value, len));
	}
	free(name);
	free(value);
	return ret;
}

static int compare_names(const void *left, const void *right)
{
	const struct sgz_xattr *a = left, *b = right;
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int ret = memcmp(a->name, b->name, len);

	return ret ? ret : (a->name_len > len) - (b->name_len > len);
}

/* Sort by name: the order of a file system is not reproducible. */
static int add_xattrs(struct sgz_toc_item *r, const struct sgz_vec *xattrs)
{
	struct json_object *to = NULL;
	struct sgz_vec sorted = { 0 };
	struct sgz_xattr *attr;
	int ret = 0;

	if (!xattrs->count)
		return 0;
	attr = sgz_vec_add(&sorted, xattrs->count, sizeof(*attr));
	if (!attr)
		return -ENOMEM;
	memcpy(attr, xattrs->data, xattrs->count * sizeof(*attr));
	qsort(attr, xattrs->count, sizeof(*attr), compare_names);
	for (size_t i = 0; !ret && i < xattrs->count; i++, attr++) {
		if (sgz_xattr_fault(attr))
			continue;
		if (!to) {
			to = json_object_new_object();
			ret = add(r->json, "xattrs", to);
		}
		if (!ret)
			ret = add_xattr(to, attr);
	}
	sgz_vec_free(&sorted);
	return ret;
}

static const char *type_name(mode_t type)
{
	switch (type) {
	case 0:
		return "hardlink";
	case S_IFLNK:
		return "symlink";
	case S_IFDIR:
		return "dir";
	case S_IFCHR:
		return "char";
	case S_IFBLK:
		return "block";
	case S_IFIFO:
		return "fifo";
	default:
		return "reg";
	}
}

/* Start an entry of any kind. */
static int begin(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		 const char *type)
{
	r->json = json_object_new_object();
	if (!r->json)
		return -ENOMEM;
	if (add_text(r->json, "name", h->name, h->name_len))
		return -ENOMEM;
	return add(r->json, "type", json_object_new_string(type));
}

static int add_owner(struct sgz_toc_item *r, const struct sgz_tar_header *h)
{
	int ret = add_time(r, h->mtime);

	if (!ret)
		ret = sgz_toc_item_number(r, "mode", h->mode);
	if (!ret)
		ret = sgz_toc_item_number(r, "uid", h->uid);
	if (!ret)
		ret = sgz_toc_item_number(r, "gid", h->gid);
	if (!ret && h->uname_len)
		ret = add_text(r->json, "userName", h->uname, h->uname_len);
	if (!ret && h->gname_len)
		ret = add_text(r->json, "groupName", h->gname, h->gname_len);
	return ret;
}

int sgz_toc_item_entry(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		       mode_t type)
{
	int ret = begin(r, h, type_name(type));

	if (!ret && type == S_IFREG)
		ret = sgz_toc_item_number(r, "size", h->file_size);
	if (!ret && (!type || type == S_IFLNK))
		ret = add_text(r->json, "linkName", h->link, h->link_len);
	if (!ret)
		ret = add_owner(r, h);
	if (!ret)
		ret = sgz_toc_item_number(r, "devMajor", h->major);
	if (!ret)
		ret = sgz_toc_item_number(r, "devMinor", h->minor);
	return ret ? ret : add_xattrs(r, &h->pax.xattrs);
}

int sgz_toc_item_more(struct sgz_toc_item *r, const struct sgz_tar_header *h)
{
	return begin(r, h, "chunk");
}

/* The last chunk has no size: it extends to the end of the file. */
int sgz_toc_item_chunk(struct sgz_toc_item *r, const struct sgz_tar_header *h,
		       const struct sgz_file_chunk *piece)
{
	int ret = sgz_toc_item_number(r, "chunkOffset", piece->pos);

	if (!ret && piece->pos + piece->size < h->file_size)
		ret = sgz_toc_item_number(r, "chunkSize", piece->size);
	if (!ret && piece->hole)
		ret = add(r->json, "chunkType", json_object_new_string("zeros"));
	return ret;
}

void sgz_records_free(struct sgz_vec *records)
{
	struct sgz_toc_item *r = records->data;

	for (size_t i = 0; i < records->count; i++)
		json_object_put(r[i].json);
	sgz_vec_free(records);
}
