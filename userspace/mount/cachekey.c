// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: an index has one of two names in the cache.
 *
 * If no content was decoded for an index, it depends only on the table of
 * contents, the end of the content, the size of the layer, and the options. Its
 * name is the digest of these, so copies of a layer share the index. The digest
 * of the table is that of the uncompressed bytes, which the indexer computes
 * when it parses them. Decompressing a table is cheap compared with parsing it.
 *
 * Otherwise the index may depend on every byte: large members get checkpoints
 * with history, and names that are not UTF-8 come from the tar. Reading all
 * bytes costs as much as making the index again. In this case, the name is the
 * digest of the identity of the file: device, inode, size, and the times of its
 * last change. This is also the name of an index that has the digest of the layer
 * or of its content: another file with the same table of contents may have other
 * content. Two kinds of sources have no such identity, and their indexes
 * are not cached: block devices, and files that changed a moment ago, because
 * another change might not change the times.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "cachekey.h"
#include "error.h"
#include "stargz/footer.h"
#include "stargz/toc.h"
#include "stargz/version.h"
#include "stargz_fs.h"
#include "xalloc.h"

#define NSEC		1000000000ll
/* Granularity of file times: of the kernel, and of old file systems. */
#define FINE_STEP	(NSEC / 10)
#define COARSE_STEP	(2 * NSEC)

/* Digest of a text, which the function frees. */
static int hash_text(char name[STARGZ_SHA256_HEX], struct stargz_error *err,
		     char *text)
{
	uint8_t digest[STARGZ_SHA256_LEN];
	int ret = stargz_sha256(text, strlen(text), digest, err);

	free(text);
	if (!ret)
		stargz_sha256_hex(digest, name);
	return ret;
}

/* Does the index have digests of bytes that the table does not determine? */
static bool hashes_content(const struct mount_options *opt)
{
	return opt->layer_digest || options_need_digests(opt);
}

/* The data on which every index depends, in a fixed order. */
static char *head_text(const struct source *src,
		       const struct mount_options *opt)
{
	return xasprintf("stargz index: maker %s, format %d, %s view, %s TOC, "
			 "digests of %s, start %" PRIu64 ", size %" PRIu64,
			 STARGZ_TOOLS_VERSION, STARGZ_VERSION,
			 opt->raw ? "raw" : "overlay",
			 opt->toc ? "external" : "internal",
			 options_need_digests(opt) ? "layer and content" :
			 opt->layer_digest ? "layer" : "nothing",
			 src->start, src->blob.size);
}

static int name_of_toc(char name[STARGZ_SHA256_HEX], struct stargz_error *err,
		       const struct source *src,
		       const struct mount_options *opt, unsigned int encoding,
		       uint64_t content_end,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char *text = head_text(src, opt), hex[STARGZ_SHA256_HEX];

	stargz_sha256_hex(sha256, hex);
	text = xappend(text, ", encoding %u, content up to %" PRIu64
		       ", TOC sha256:%s\n", encoding, content_end, hex);
	return hash_text(name, err, text);
}

static int64_t nanoseconds(const struct timespec *t)
{
	return t->tv_sec * NSEC + t->tv_nsec;
}

/* Would another change of the file change its time? */
static bool is_settled(const struct stat *st)
{
	int64_t step = st->st_ctim.tv_nsec ? FINE_STEP : COARSE_STEP;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return nanoseconds(&now) - nanoseconds(&st->st_ctim) > step;
}

static char *append_identity(char *text, const struct stat *st)
{
	return xappend(text, ", device %ju, inode %ju, size %jd, modified %"
		       PRId64 ", changed %" PRId64 "\n",
		       (uintmax_t)st->st_dev, (uintmax_t)st->st_ino,
		       (intmax_t)st->st_size, nanoseconds(&st->st_mtim),
		       nanoseconds(&st->st_ctim));
}

/*
 * Do the times of a file show that it has changed? A read-only file system may
 * be an image with fixed times, and another image may replace it with the same
 * device number.
 */
static bool keeps_times(int fd, const struct stat *st)
{
	struct statvfs fs;

	return S_ISREG(st->st_mode) && is_settled(st) && !fstatvfs(fd, &fs) &&
	       !(fs.f_flag & ST_RDONLY);
}

/* The name is empty if the file has no reliable identity. */
static int name_of_file(char name[STARGZ_SHA256_HEX], struct stargz_error *err,
			const struct source *src,
			const struct mount_options *opt)
{
	struct stat st, toc = { 0 };
	char *text;

	name[0] = '\0';
	if (fstat(src->blob.fd, &st) || (opt->toc && stat(opt->toc, &toc)))
		return error_set(err, -errno, "%s", strerror(errno));
	if (!keeps_times(src->blob.fd, &st) ||
	    (opt->toc && (!S_ISREG(toc.st_mode) || !is_settled(&toc))))
		return 0;
	text = xappend(head_text(src, opt), ", offset %" PRIu64,
		       src->blob.start);
	text = append_identity(text, &st);
	if (opt->toc)
		text = append_identity(text, &toc);
	return hash_text(name, err, text);
}

/* The name is empty if the layer has no table of contents. */
static int name_before(char name[STARGZ_SHA256_HEX], struct stargz_error *err,
		       const struct source *src,
		       const struct mount_options *opt)
{
	const struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.toc_path = opt->toc,
		.offset = src->blob.start,
		.size = src->blob.size,
	};
	uint8_t sha256[STARGZ_SHA256_LEN];
	struct stargz_footer footer;
	int ret;

	name[0] = '\0';
	ret = stargz_footer_find(&footer, src->blob.fd, src->blob.start,
				 src->blob.size, NULL, err);
	if (ret <= 0)
		return ret;
	ret = stargz_toc_digest(src->blob.fd, &how, sha256, err);
	return ret ? ret : name_of_toc(name, err, src, opt, footer.encoding,
				       footer.data_end, sha256);
}

int cachekey_hash(char name[STARGZ_SHA256_HEX], const char *text)
{
	return hash_text(name, NULL, xasprintf("%s", text));
}

int cachekey_of_layer(char name[STARGZ_SHA256_HEX], int fd,
		      const struct stargz_image_layer *layer)
{
	char hex[STARGZ_SHA256_HEX];
	struct stat st;
	char *text;

	if (fstat(fd, &st))
		return -errno;
	if (!keeps_times(fd, &st))
		return -ENODATA;
	stargz_sha256_hex(layer->sha256, hex);
	text = xasprintf("stargz layer: sha256:%s, start %" PRIu64
			 ", size %" PRIu64, hex, layer->start, layer->size);
	return hash_text(name, NULL, append_identity(text, &st));
}

int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err)
{
	int ret = 0;

	key->toc[0] = '\0';
	if (!hashes_content(opt))
		ret = name_before(key->toc, err, src, opt);
	if (!ret)
		ret = name_of_file(key->file, err, src, opt);
	if (!ret && !key->toc[0] && !key->file[0])
		return -ENODATA;
	return ret;
}

bool cachekey_of_index(const struct cachekey *key, const struct source *src,
		       const struct mount_options *opt,
		       const struct stargz_index_stats *stats,
		       char name[STARGZ_SHA256_HEX])
{
	struct stargz_error err;

	if (stats->toc_only && !hashes_content(opt))
		return !name_of_toc(name, &err, src, opt, stats->encoding,
				    stats->content_end, stats->toc_sha256);
	/* The file must not have changed while it was read. */
	return key->file[0] && !name_of_file(name, &err, src, opt) &&
	       !strcmp(name, key->file);
}
