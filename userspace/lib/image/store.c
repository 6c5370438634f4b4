// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Names of blobs are made of digests here, so no text of an image is ever the
 * name of a file outside the archive. Symbolic links are followed: build
 * systems fill directories with links.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/store.h"

static int failed(const struct sgz_context *ctx, const char *name)
{
	return sgz_fail(ctx, -errno, "%s: %s", name, strerror(errno));
}

int sgz_store_open_fd(struct sgz_store *store, const struct sgz_context *ctx,
		      int fd, const char *path)
{
	memset(store, 0, sizeof(*store));
	store->path = path;
	store->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (store->fd < 0)
		return sgz_fail(ctx, -errno, "%s", strerror(errno));
	store->transport = SGZ_OCI_ARCHIVE;
	return sgz_archive_open(&store->archive, ctx, store->fd);
}

int sgz_store_open(struct sgz_store *store, const struct sgz_context *ctx,
		   enum sgz_transport transport, const char *path)
{
	memset(store, 0, sizeof(*store));
	store->transport = transport;
	store->path = path;
	store->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
			 (sgz_store_is_archive(store) ? 0 : O_DIRECTORY));
	if (store->fd < 0)
		return sgz_fail(ctx, -errno, "%s", strerror(errno));
	return sgz_store_is_archive(store) ?
		       sgz_archive_open(&store->archive, ctx, store->fd) : 0;
}

static int set_name(struct sgz_place *place, const struct sgz_context *ctx,
		    const char *name)
{
	int len = snprintf(place->name, sizeof(place->name), "%s", name);

	return len < (int)sizeof(place->name) ? 0 :
	       sgz_fail(ctx, -ENAMETOOLONG, "%s: %s", name,
			strerror(ENAMETOOLONG));
}

int sgz_store_file(const struct sgz_store *store, const struct sgz_context *ctx,
		   const char *name, struct sgz_place *place)
{
	struct stat st;
	int ret;

	memset(place, 0, sizeof(*place));
	if (sgz_store_is_archive(store))
		return sgz_archive_find(&store->archive, ctx, name,
					&place->start, &place->size);
	ret = set_name(place, ctx, name);
	if (ret)
		return ret;
	if (fstatat(store->fd, name, &st, 0))
		return failed(ctx, name);
	if (!S_ISREG(st.st_mode))
		return sgz_fail(ctx, -EINVAL, "%s: not a regular file", name);
	place->size = st.st_size;
	return 0;
}

int sgz_store_blob(const struct sgz_store *store, const struct sgz_context *ctx,
		   const uint8_t digest[STARGZ_SHA256_LEN],
		   struct sgz_place *place)
{
	bool flat = store->transport == SGZ_DIR ||
		    store->transport == SGZ_BLOBS;
	const struct sgz_hex hex = sgz_sha256_hex(digest);
	char name[sizeof(place->name)];
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);
	int ret;

	snprintf(name, sizeof(name), "%s%s", flat ? "" : "blobs/sha256/",
		 hex.text);
	ret = sgz_store_file(store, &quiet, name, place);
	if (ret == -ENOENT)
		return sgz_fail(ctx, ret, "the blob sha256:%s is missing",
				hex.text);
	return ret ? sgz_fail(ctx, ret, "%s", err.text) : 0;
}

int sgz_store_fd(const struct sgz_store *store, const struct sgz_context *ctx,
		 const struct sgz_place *place)
{
	int fd;

	if (!*place->name)
		fd = fcntl(store->fd, F_DUPFD_CLOEXEC, 0);
	else
		fd = openat(store->fd, place->name, O_RDONLY | O_CLOEXEC |
			    O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? failed(ctx, *place->name ? place->name : store->path) :
			fd;
}

static int read_bytes(const struct sgz_context *ctx, int fd,
		      const struct sgz_place *place, struct sgz_vec *bytes)
{
	struct sgz_blob blob;
	char *to;
	int ret;

	to = sgz_vec_add(bytes, place->size + 1, 1);
	if (!to)
		return sgz_nomem(ctx);
	bytes->count--;
	if (!place->size)
		return 0;
	ret = sgz_blob_open(&blob, ctx, fd, place->start, place->size);
	return ret ? ret : sgz_blob_read(&blob, ctx, 0, to, place->size);
}

int sgz_store_read(const struct sgz_store *store, const struct sgz_context *ctx,
		   const char *what, const struct sgz_place *place,
		   struct sgz_vec *bytes)
{
	int fd, ret;

	if (place->size > SGZ_DOC_MAX)
		return sgz_fail(ctx, -E2BIG, "%s: %llu bytes; the limit is %u",
				what, (unsigned long long)place->size,
				SGZ_DOC_MAX);
	fd = sgz_store_fd(store, ctx, place);
	if (fd < 0)
		return fd;
	ret = read_bytes(ctx, fd, place, bytes);
	close(fd);
	return ret;
}

void sgz_store_close(struct sgz_store *store)
{
	sgz_archive_free(&store->archive);
	if (store->fd >= 0)
		close(store->fd);
	store->fd = -1;
}
