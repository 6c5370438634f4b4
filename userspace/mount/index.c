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

/* Check an existing index against toc_digest=. */
static enum mount_exit check_toc(int fd, const char *path,
				 const struct mount_options *opt)
{
	int ret = opt->toc_digest ? indexfile_has_toc(fd, opt->toc_digest) : 1;

	if (ret == 1)
		return MOUNT_OK;
	if (ret == -ENODATA)
		msg_error(path, "cannot check toc_digest: the index does not record the digest of one table of contents");
	else if (ret == -EUCLEAN)
		msg_error(path, "not an index, or a damaged index");
	else if (ret < 0)
		msg_error(path, "%s", strerror(-ret));
	else
		msg_error(path, "the table of contents of the index does not have the digest %s",
			  opt->toc_digest);
	return MOUNT_FAILED;
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
	return check_toc(index->fd, index->path, opt);
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

/*
 * Producers of eStargz cut files into chunks of 4 MiB. Placing checkpoints in
 * them would decode much of the layer and delay the mount.
 */
#define LARGE_MEMBER	(4u << 20)

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
		.raw = opt->raw,
		.offset = src->blob.start,
		.size = src->blob.size,
		.member_size = LARGE_MEMBER,
		.warn = warn,
		.data = &warnings,
	};
	int ret;

	ret = stargz_index_blob(src->blob.fd, &how, out, stats, err);
	if (!ret && src->start != src->blob.start)
		ret = indexfile_set_start(out, src->start);
	if (!ret && warnings.count && !msg_verbose())
		msg_error(src->path, "warning: %lu irregularities in the layer; stargz-index lists them",
			  warnings.count);
	return ret;
}

static bool no_room(int ret)
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

/*
 * Make the index in an unnamed file of the cache, or, if the cache is full or
 * missing, in memory; then @cache becomes NULL.
 */
static int make(const struct cache **cache, const struct source *src,
		const struct mount_options *opt,
		struct stargz_index_stats *stats, struct stargz_error *err)
{
	int fd = *cache ? cache_new(*cache) : -ENOSPC;
	int ret = fd < 0 ? -ENOSPC : build(src, opt, fd, stats, err);

	if (fd >= 0 && ret)
		close(fd);
	if (!no_room(ret))
		return ret ? ret : fd;
	err->text[0] = '\0';
	*cache = NULL;
	fd = memfd_create("stargz-index", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = build(src, opt, fd, stats, err);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

/* Make the index and add it to @cache if possible. */
static enum mount_exit make_index(struct index *index,
				  const struct cache *cache,
				  const struct cachekey *key,
				  const struct source *src,
				  const struct mount_options *opt)
{
	struct stargz_error err = { "" };
	struct stargz_index_stats stats;
	char name[STARGZ_SHA256_HEX];
	int fd = make(&cache, src, opt, &stats, &err);

	if (fd < 0)
		return fail(src, fd, &err);
	if (cache && cachekey_of_index(key, src, opt, &stats, name))
		index->fd = cache_add(cache, name, src, fd);
	if (index->fd >= 0) {
		index->path = cache_path(cache, name);
		msg_note(src->path, "index: made %s", index->path);
	} else {
		/* The kernel rejects an index that is open for writing. */
		index->fd = reopen_read_only(fd);
		index->path = xasprintf("/proc/self/fd/%d", index->fd);
		msg_note(src->path, "index: made for this mount only");
	}
	close(fd);
	return index->fd < 0 ? fail(src, index->fd, &err) : MOUNT_OK;
}

static enum mount_exit through_cache(struct index *index,
				     const struct cache *cache,
				     const struct source *src,
				     const struct mount_options *opt)
{
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
	index->fd = cache_find(cache, name, src);
	if (index->fd < 0 && name == key.toc && key.file[0]) {
		name = key.file;
		index->fd = cache_find(cache, name, src);
	}
	if (index->fd < 0)
		return make_index(index, cache, &key, src, opt);
	index->path = cache_path(cache, name);
	msg_note(src->path, "index: found %s", index->path);
	return check_toc(index->fd, src->path, opt);
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
		return check_toc(src->fd, src->path, opt);
	ret = source_find_blob(src, opt);
	if (ret)
		return ret;
	if (!opt->cache || cache_open(&cache, opt->cache_dir, opt->cache_size))
		return make_index(index, NULL, NULL, src, opt);
	ret = through_cache(index, &cache, src, opt);
	cache_close(&cache);
	return ret;
}
