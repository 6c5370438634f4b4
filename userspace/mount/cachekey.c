// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: an index has one of two names in the cache.
 *
 * Where no content was decoded for it, an index is a function of the table of
 * contents, of where the content ends, of the size of the layer, and of the
 * options: its name is the digest of those. Two copies of a layer share the index.
 * The digest is that of the uncompressed table, which the index has from the
 * bytes that were parsed. To decompress a table is cheap next to parsing it.
 *
 * Otherwise it may be a function of every byte: large members get checkpoints with
 * history, and names that are no UTF-8 come from the tar. Reading all bytes is no
 * cheaper than making the index anew. There the name is the digest of the identity
 * of the file: device, inode, size, and the times of its last change. A block
 * device has no such thing; nor has a file that changed a moment ago, because it
 * could change once more without its times telling. Their indexes are not kept.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/version.h"
#include "blob/footer.h"
#include "blob/footer_find.h"
#include "cachekey.h"
#include "stargz_fs.h"
#include "toc/read.h"
#include "xalloc.h"

#define NSEC		1000000000ll
/* Steps of a file's times: of the kernel, and of old file systems. */
#define FINE_STEP	(NSEC / 10)
#define COARSE_STEP	(2 * NSEC)

/* Digest of a text, which is freed. */
static int hash_text(struct sgz_hex *hex, const struct sgz_context *ctx,
		     char *text)
{
	uint8_t digest[SGZ_SHA256_LEN];
	struct sgz_sha256 sha;
	int ret = sgz_sha256_open(&sha, ctx);

	if (!ret) {
		sgz_sha256_add(&sha, text, strlen(text));
		sgz_sha256_get(&sha, digest);
		*hex = sgz_sha256_hex(digest);
		sgz_sha256_close(&sha);
	}
	free(text);
	return ret;
}

/* What every index depends on; fields in a fixed order. */
static char *head_text(const struct source *src,
		       const struct mount_options *opt)
{
	return xasprintf("stargz index: maker %s, format %d, %s view, %s TOC, start %" PRIu64
			 ", size %" PRIu64,
			 STARGZ_TOOLS_VERSION, STARGZ_VERSION,
			 opt->raw ? "raw" : "overlay",
			 opt->toc ? "external" : "internal",
			 src->start, src->blob.size);
}

static int name_of_toc(struct sgz_hex *name, const struct sgz_context *ctx,
		       const struct source *src,
		       const struct mount_options *opt, unsigned int codec,
		       uint64_t content_end,
		       const uint8_t sha256[SGZ_SHA256_LEN])
{
	char *text = head_text(src, opt);

	text = xappend(text, ", codec %u, content up to %" PRIu64
		       ", TOC sha256:%s\n", codec, content_end,
		       sgz_sha256_hex(sha256).text);
	return hash_text(name, ctx, text);
}

static int64_t nanoseconds(const struct timespec *t)
{
	return t->tv_sec * NSEC + t->tv_nsec;
}

/* Would one more change of the file give it another time? */
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

/* An empty name if the file cannot be known again. */
static int name_of_file(struct sgz_hex *name, const struct sgz_context *ctx,
			const struct source *src,
			const struct mount_options *opt)
{
	struct stat st, toc = { 0 };
	char *text;

	name->text[0] = '\0';
	if (fstat(src->blob.fd, &st) || (opt->toc && stat(opt->toc, &toc)))
		return sgz_fail(ctx, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || !is_settled(&st) ||
	    (opt->toc && (!S_ISREG(toc.st_mode) || !is_settled(&toc))))
		return 0;
	text = xappend(head_text(src, opt), ", offset %" PRIu64,
		       src->blob.start);
	text = append_identity(text, &st);
	if (opt->toc)
		text = append_identity(text, &toc);
	return hash_text(name, ctx, text);
}

/* An empty name if the layer has no table of contents. */
static int name_before(struct sgz_hex *name, const struct sgz_context *ctx,
		       const struct source *src,
		       const struct mount_options *opt)
{
	const struct sgz_toc_options how = { .path = opt->toc };
	uint8_t sha256[SGZ_SHA256_LEN];
	struct sgz_footer footer;
	int ret;

	name->text[0] = '\0';
	ret = sgz_footer_read(&footer, &src->blob, ctx, NULL);
	if (ret <= 0)
		return ret;
	ret = sgz_toc_digest(ctx, &how, &src->blob, &footer, sha256);
	return ret ? ret : name_of_toc(name, ctx, src, opt, footer.codec,
				       footer.data_end, sha256);
}

int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err)
{
	const struct sgz_context ctx = { .err = err };
	int ret = name_before(&key->toc, &ctx, src, opt);

	if (!ret)
		ret = name_of_file(&key->file, &ctx, src, opt);
	if (!ret && !key->toc.text[0] && !key->file.text[0])
		return -ENODATA;
	return ret;
}

bool cachekey_of_index(const struct cachekey *key, const struct source *src,
		       const struct mount_options *opt,
		       const struct stargz_index_stats *stats,
		       struct sgz_hex *name)
{
	struct stargz_error err;
	const struct sgz_context ctx = { .err = &err };

	if (stats->toc_only)
		return !name_of_toc(name, &ctx, src, opt, stats->codec,
				    stats->content_end, stats->toc_sha256);
	/* The file must not have changed while it was read. */
	return key->file.text[0] && !name_of_file(name, &ctx, src, opt) &&
	       !strcmp(name->text, key->file.text);
}
