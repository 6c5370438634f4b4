// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading extended attributes. Symbolic links and devices can only be opened
 * with O_PATH, and fgetxattr(2) rejects such descriptors. getxattr(2) of their
 * names in /proc/self/fd works.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include <linux/limits.h>

#include "source/from_dir_xattr.h"
#include "stargz_fs.h"
#include "tar/odd.h"

/* Maximum size of an attribute in an index without name and value, in bytes. */
#define ENTRY_SIZE	(sizeof(struct stargz_xattr) + 3)

struct reader {
	struct sgz_pax *pax;
	const struct sgz_context *ctx;
	const char *name;
	int fd;
	bool open;
	size_t size;
	char path[32];
	char list[XATTR_LIST_MAX];
	char value[XATTR_SIZE_MAX];
};

static int xattr_failed(const struct reader *r)
{
	return sgz_fail(r->ctx, -errno, "%s: extended attributes: %s",
			sgz_quote(r->name, strlen(r->name)).text,
			strerror(errno));
}

static int read_one(struct reader *r, const char *key)
{
	struct sgz_xattr attr = { .name_len = strlen(key) };
	ssize_t n;

	if (r->open)
		n = fgetxattr(r->fd, key, r->value, sizeof(r->value));
	else
		n = getxattr(r->path, key, r->value, sizeof(r->value));
	/* Some file systems list attributes that cannot be read. */
	if (n < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
		return 0;
	if (n < 0)
		return xattr_failed(r);
	r->size += ENTRY_SIZE + attr.name_len + n;
	if (r->size > STARGZ_XATTR_SET_MAX)
		return 0;
	attr.name = sgz_arena_copy(&r->pax->arena, key, attr.name_len);
	attr.value_len = n;
	attr.value = sgz_arena_copy(&r->pax->arena, r->value, n);
	return attr.name && attr.value && !sgz_pax_put_xattr(r->pax, &attr) ?
		       0 : sgz_nomem(r->ctx);
}

/* Warn of the limits of an index, which all readers have. */
static void warn_of_rest(const struct reader *r)
{
	struct sgz_quoted name = sgz_quote(r->name, strlen(r->name));

	if (r->size > STARGZ_XATTR_SET_MAX)
		sgz_warn(r->ctx, "%s: more than 1 MiB of extended attributes, the rest is omitted",
			 name.text);
	if (r->pax->odd & 1u << SGZ_ODD_XATTRS)
		sgz_warn(r->ctx, "%s: more than 4096 extended attributes, the rest is omitted",
			 name.text);
}

static int read_all(struct reader *r)
{
	const char *key = r->list, *end;
	ssize_t n;
	int ret = 0;

	if (r->open)
		n = flistxattr(r->fd, r->list, sizeof(r->list));
	else
		n = listxattr(r->path, r->list, sizeof(r->list));
	if (n < 0)
		return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : xattr_failed(r);
	end = key + n;
	for (; !ret && key < end; key += strlen(key) + 1)
		ret = read_one(r, key);
	if (!ret)
		warn_of_rest(r);
	return ret;
}

int sgz_file_xattrs(struct sgz_pax *pax, const struct sgz_context *ctx,
		    const char *name, int fd, bool open)
{
	struct reader *r = malloc(sizeof(*r));
	int ret;

	if (!r)
		return sgz_nomem(ctx);
	r->pax = pax;
	r->ctx = ctx;
	r->name = name;
	r->fd = fd;
	r->open = open;
	r->size = sizeof(struct stargz_xattr_set);
	snprintf(r->path, sizeof(r->path), "/proc/self/fd/%d", fd);
	ret = read_all(r);
	free(r);
	return ret;
}
