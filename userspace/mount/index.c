// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: getting the index: from the user, from the source itself, from
 * the cache, or by making it. An index that cannot be cached is made in memory
 * and lives as long as the mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cache.h"
#include "cachekey.h"
#include "index.h"
#include "indexfile.h"
#include "stargz/index.h"
#include "xalloc.h"

static enum mount_exit fail(const struct source *src, int ret,
			    const struct stargz_error *err)
{
	msg_error(src->path, "%s", err->text[0] ? err->text : strerror(-ret));
	return msg_exit_of(-ret);
}

/* An option that requires a digest of the index or of its blob. */
struct required {
	const char *option;
	const char *value;
	const char *what;
	unsigned int of_blob;
};

/* Report a digest that cannot be read. */
static enum mount_exit no_digest(const char *path, const struct required *req,
				 int ret)
{
	if (ret == -ENODATA)
		msg_error(path, "cannot check %s: the index does not record the digest of one %s",
			  req->option, req->what);
	else if (ret == -EUCLEAN)
		msg_error(path, "not an index, or a damaged or outdated index");
	else
		msg_error(path, "%s", strerror(-ret));
	return MOUNT_FAILED;
}

static enum mount_exit check_digest(int fd, const char *path,
				    const struct required *req)
{
	uint8_t want[STARGZ_SHA256_LEN], have[STARGZ_SHA256_LEN];
	char hex[STARGZ_SHA256_HEX];
	int ret;

	if (!req->value)
		return MOUNT_OK;
	ret = stargz_sha256_parse(req->value, want);
	if (!ret)
		ret = req->of_blob ?
		      indexfile_blob_digest(fd, req->of_blob, have) :
		      indexfile_digest(fd, have);
	if (ret)
		return no_digest(path, req, ret);
	/* The kernel accepts the digest of fs-verity for the index, too. */
	if (!memcmp(want, have, sizeof(want)) ||
	    (!req->of_blob && indexfile_has_verity(fd, want)))
		return MOUNT_OK;
	stargz_sha256_hex(have, hex);
	msg_error(path, "the %s%s has the digest sha256:%s, not %s", req->what,
		  req->of_blob ? " of the index" : "", hex, req->value);
	return MOUNT_FAILED;
}

enum mount_exit index_check_digests(int fd, const char *path,
				    const struct mount_options *opt)
{
	const struct required required[] = {
		{ "toc_digest", opt->toc_digest, "table of contents",
		  STARGZ_BLOB_TOC },
		{ "layer_digest", opt->layer_digest, "layer",
		  STARGZ_BLOB_SHA256 },
		{ "index_digest", opt->index_digest, "index", 0 },
	};
	enum mount_exit ret = MOUNT_OK;

	for (size_t i = 0; !ret && i < sizeof(required) / sizeof(required[0]);
	     i++)
		ret = check_digest(fd, path, &required[i]);
	return ret;
}

static enum mount_exit given(struct index *index,
			     const struct mount_options *opt)
{
	index->path = xasprintf("%s", opt->index);
	index->fd = open(index->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (index->fd < 0) {
		msg_error(index->path, "%s", strerror(errno));
		return MOUNT_FAILED;
	}
	return index_check_digests(index->fd, index->path, opt);
}

/* What an index of the cache has to describe. */
struct wanted {
	const struct source *src;
	const struct mount_options *opt;
};

static bool fits_source(const void *data, int fd)
{
	const struct wanted *wanted = data;

	return indexfile_describes(fd, wanted->src, wanted->opt);
}

struct warnings {
	const char *path;
	unsigned long count;
};

static void warn(void *data, const char *line)
{
	struct warnings *w = data;

	w->count++;
	msg_note(w->path, "warning: %s", line);
}

/* Write the index to an empty file. */
static int build(const struct source *src, const struct mount_options *opt,
		 int out, struct stargz_index_stats *stats,
		 struct stargz_error *err)
{
	struct warnings warnings = { .path = src->path };
	const struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.toc_path = opt->toc,
		.toc_digest = opt->toc_digest,
		.layer_digest = opt->layer_digest,
		.digests = options_need_digests(opt),
		.has_start = true,
		.start = src->start,
		.raw = opt->raw,
		.offset = src->blob.start,
		.size = src->blob.size,
		.member_size = INDEX_LARGE_MEMBER,
		.warn = warn,
		.data = &warnings,
	};
	int ret;

	ret = stargz_index_blob(src->blob.fd, &how, out, stats, err);
	if (!ret && warnings.count && !msg_verbose())
		msg_error(src->path, "warning: %lu irregularities in the layer; stargz-index lists them",
			  warnings.count);
	return ret;
}

bool index_no_room(int ret)
{
	return ret == -ENOSPC || ret == -EDQUOT || ret == -EFBIG;
}

static int reopen_read_only(int fd)
{
	char *proc = xasprintf("/proc/self/fd/%d", fd);
	int ret = open(proc, O_RDONLY | O_CLOEXEC);

	if (ret < 0)
		ret = -errno;
	free(proc);
	return ret;
}

int index_new_in_memory(void)
{
	int fd = memfd_create("stargz-index", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void index_keep(struct index *index, struct cache *cache,
		const char *key, cache_fits fits, const void *data, int new,
		const char *name)
{
	index->fd = cache && key ? cache_add(cache, key, fits, data, new) :
				   -ENOENT;
	if (index->fd >= 0) {
		index->path = cache_path(cache, key);
		msg_note(name, "index: made %s", index->path);
	} else {
		/* The kernel rejects an index that is open for writing. */
		index->fd = reopen_read_only(new);
		index->path = xasprintf("/proc/self/fd/%d", index->fd);
		msg_note(name, "index: made for this mount only");
	}
	close(new);
}

/*
 * Make the index in an unnamed file of the cache, or, if the cache is full or
 * missing, in memory; then @cache becomes NULL.
 */
static int make(struct cache **cache, const struct source *src,
		const struct mount_options *opt,
		struct stargz_index_stats *stats, struct stargz_error *err)
{
	int fd = *cache ? cache_new(*cache) : -ENOSPC;
	int ret = fd < 0 ? -ENOSPC : build(src, opt, fd, stats, err);

	if (fd >= 0 && ret)
		close(fd);
	if (!index_no_room(ret))
		return ret ? ret : fd;
	err->text[0] = '\0';
	*cache = NULL;
	fd = index_new_in_memory();
	if (fd < 0)
		return fd;
	ret = build(src, opt, fd, stats, err);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

/* Make the index and add it to @cache if possible. */
static enum mount_exit make_index(struct index *index,
				  struct cache *cache,
				  const struct cachekey *key,
				  const struct source *src,
				  const struct mount_options *opt)
{
	const struct wanted wanted = { src, opt };
	struct stargz_error err = { "" };
	struct stargz_index_stats stats;
	char name[STARGZ_SHA256_HEX];
	bool cached;
	int fd = make(&cache, src, opt, &stats, &err);

	if (fd < 0)
		return fail(src, fd, &err);
	cached = cache && cachekey_of_index(key, src, opt, &stats, name);
	index_keep(index, cache, cached ? name : NULL, fits_source, &wanted, fd,
		   src->path);
	if (index->fd < 0)
		return fail(src, index->fd, &err);
	return index_check_digests(index->fd, src->path, opt);
}

static enum mount_exit through_cache(struct index *index,
				     struct cache *cache,
				     const struct source *src,
				     const struct mount_options *opt)
{
	const struct wanted wanted = { src, opt };
	struct stargz_error err = { "" };
	const char *name;
	struct cachekey key;
	int ret;

	ret = cachekey_make(src, opt, &key, &err);
	if (ret == -ENODATA)
		return make_index(index, NULL, NULL, src, opt);
	if (ret)
		return fail(src, ret, &err);
	name = key.toc[0] ? key.toc : key.file;
	index->fd = cache_find(cache, name, fits_source, &wanted);
	if (index->fd < 0 && name == key.toc && key.file[0]) {
		name = key.file;
		index->fd = cache_find(cache, name, fits_source, &wanted);
	}
	if (index->fd < 0)
		return make_index(index, cache, &key, src, opt);
	index->path = cache_path(cache, name);
	msg_note(src->path, "index: found %s", index->path);
	return index_check_digests(index->fd, src->path, opt);
}

void index_put(struct index *index)
{
	free(index->path);
	if (index->fd >= 0)
		close(index->fd);
}

enum mount_exit index_get(struct index *index, struct source *src,
			  const struct mount_options *opt)
{
	enum mount_exit ret;
	struct cache cache;

	index->path = NULL;
	index->fd = -1;
	if (opt->index)
		return given(index, opt);
	if (src->image)
		return index_check_digests(src->fd, src->path, opt);
	ret = source_find_blob(src, opt);
	if (ret)
		return ret;
	if (!opt->cache || cache_open(&cache, opt->cache_dir, opt->cache_size))
		return make_index(index, NULL, NULL, src, opt);
	ret = through_cache(index, &cache, src, opt);
	cache_close(&cache);
	return ret;
}
