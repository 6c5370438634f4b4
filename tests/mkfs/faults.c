// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of the code that makes layers. t_prove.py links this file into a
 * mkfs.stargz of its own with the linker's --wrap. FAULT names the fault, and
 * the file or the byte that it hits.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

static bool fault(const char *name)
{
	const char *planted = getenv("FAULT");

	return planted && !strcmp(planted, name);
}

/* Each kind of fault hits one file. */
static bool is_victim(const struct sgz_tar_header *h)
{
	return h->name_len >= 6 && !memcmp(h->name, "victim", 6);
}

/* Change a copy of a header. @where is "tar" or "toc". */
static struct sgz_tar_header changed(const struct sgz_tar_header *h,
				     const char *where)
{
	static struct sgz_xattr attr = { .name = "user.b", .name_len = 6,
		.value = "y", .value_len = 1 };
	const char *planted = getenv("FAULT");
	struct sgz_tar_header c = *h;

	if (!planted || !is_victim(h) || strncmp(planted, where, 3))
		return c;
	planted += 4;
	if (!strcmp(planted, "mode"))
		c.mode ^= 1;
	else if (!strcmp(planted, "owner"))
		c.uid++;
	else if (!strcmp(planted, "group"))
		c.gid++;
	else if (!strcmp(planted, "time"))
		c.mtime += 1000000000;
	else if (!strcmp(planted, "name"))
		c.name_len--;
	else if (!strcmp(planted, "link") && c.link_len)
		c.link_len--;
	else if (!strcmp(planted, "device"))
		c.minor++;
	else if (!strcmp(planted, "size"))
		c.file_size += c.size++;
	else if (!strcmp(planted, "no-xattr"))
		c.pax.xattrs.count = 0;
	else if (!strcmp(planted, "xattr") && c.pax.xattrs.count == 1)
		c.pax.xattrs.data = &attr;
	return c;
}

int __wrap_sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h)
{
	const struct sgz_tar_header c = changed(h, "tar");

	return __real_sgz_tar_write(head, &c);
}

int __wrap_sgz_toc_item_entry(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, mode_t type)
{
	const struct sgz_tar_header c = changed(h, "toc");

	if (fault("toc type") && is_victim(h))
		type = type == S_IFREG ? S_IFIFO : S_IFREG;
	return __real_sgz_toc_item_entry(r, &c, type);
}

int __wrap_sgz_toc_item_chunk(struct sgz_toc_item *r,
			      const struct sgz_tar_header *h, const struct sgz_file_chunk *piece)
{
	struct sgz_file_chunk c = *piece;

	if (fault("chunk size") && c.pos + c.size < h->file_size)
		c.size--;
	return __real_sgz_toc_item_chunk(r, h, &c);
}

int __wrap_sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
			      uint64_t unit, uint64_t inner)
{
	static int seen;

	if (r->content && ++seen == 2) {
		if (fault("unit"))
			unit++;
		if (fault("inner"))
			inner++;
		if (fault("digest"))
			r->sha256[3] ^= 1;
		if (fault("lost")) {
			w->count++;
			json_object_put(r->json);
			r->json = NULL;
			return 0;
		}
	}
	return __real_sgz_toc_writer_add(w, r, unit, inner);
}

int __wrap_sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
				const uint8_t *sha256)
{
	uint8_t copy[STARGZ_SHA256_LEN];

	memcpy(copy, sha256, sizeof(copy));
	copy[0] ^= fault("late digest");
	return __real_sgz_toc_writer_known(w, late, copy);
}

/* A byte comes in before a header. */
int __wrap_sgz_pack_add(struct sgz_pack *p, const void *bytes, size_t len)
{
	static int seen;
	int ret = 0;

	if (fault("shift") && ++seen == 4)
		ret = __real_sgz_pack_add(p, "", 1);
	return ret ? ret : __real_sgz_pack_add(p, bytes, len);
}

int __wrap_sgz_compress(struct sgz_compressor *c, const void *bytes, size_t len,
			struct sgz_vec *out)
{
	char *copy = malloc(len);
	int ret;

	memcpy(copy, bytes, len);
	copy[0] ^= fault("member");
	ret = __real_sgz_compress(c, copy, len - fault("short member"), out);
	free(copy);
	return ret;
}

/* One byte of the table of contents, before or after it is compressed. */
int __wrap_sgz_spool_add(struct sgz_spool *spool, const void *bytes, size_t len)
{
	static const struct sgz_spool *first;
	const char *planted = getenv("FAULT");
	char *copy = malloc(len);
	size_t at, bit;
	bool is_text;
	char which;
	int ret;

	if (!first)
		first = spool;
	is_text = spool == first;
	memcpy(copy, bytes, len);
	if (planted && sscanf(planted, "%c.byte %zu.%zu", &which, &at, &bit) ==
	    3 && (which == 'a') == is_text && at >= spool->size &&
	    at - spool->size < len)
		copy[at - spool->size] ^= 1 << bit;
	ret = __real_sgz_spool_add(spool, copy, len);
	free(copy);
	return ret;
}
