// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: an index is a function of the table of contents, the footer
 * that points to it, the size of the layer, and the options it was made with.
 * So these are what its name in the cache is the digest of. Reading the
 * compressed table of contents is cheap next to parsing it. An index that is
 * a function of more than that (indexfile_is_of_toc()) is not kept.
 *
 * Where no footer of that kind points to a table of contents, the index may be
 * a function of every byte, and reading them all is no cheaper than making it
 * anew. There the name is made of the identity of the file: device, inode,
 * size, and the times of its last change. A block device has no such thing;
 * nor has a file that changed a moment ago, because it could change once more
 * without its times telling. Their indexes are not kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stargz/version.h"
#include "blob/footer.h"
#include "blob/footer_find.h"
#include "cachekey.h"
#include "indexfile.h"
#include "stargz_fs.h"
#include "xalloc.h"

#define HASH_BLOCK	(64u << 10)
#define NSEC		1000000000ll
/* Steps of a file's times: of the kernel, and of old file systems. */
#define FINE_STEP	(NSEC / 10)
#define COARSE_STEP	(2 * NSEC)

static void add_text(struct sgz_sha256 *sha, char *text)
{
	sgz_sha256_add(sha, text, strlen(text));
	free(text);
}

/* Everything before the table of contents; fields in a fixed order. */
static void add_head(struct sgz_sha256 *sha, const struct source *src,
		     const struct mount_options *opt)
{
	add_text(sha, xasprintf("stargz index: maker %s, format %d, %s view, %s TOC, start %" PRIu64
				", size %" PRIu64,
				STARGZ_TOOLS_VERSION, STARGZ_VERSION,
				opt->raw ? "raw" : "overlay",
				opt->toc ? "external" : "internal",
				src->start, src->blob.size));
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

static int add_identity(struct sgz_sha256 *sha, const struct source *src)
{
	struct stat st;

	if (fstat(src->blob.fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !is_settled(&st))
		return -ENODATA;
	add_text(sha, xasprintf(", device %ju, inode %ju, offset %" PRIu64
				" of %jd, modified %" PRId64
				", changed %" PRId64 "\n",
				(uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
				src->blob.start, (intmax_t)st.st_size,
				nanoseconds(&st.st_mtim),
				nanoseconds(&st.st_ctim)));
	return 0;
}

static int add_range(struct sgz_sha256 *sha, const struct sgz_blob *blob,
		     const struct sgz_context *ctx, uint64_t pos)
{
	unsigned char buf[HASH_BLOCK];

	while (pos < blob->size) {
		size_t len = blob->size - pos < sizeof(buf) ? blob->size - pos :
							      sizeof(buf);
		int ret = sgz_blob_read(blob, ctx, pos, buf, len);

		if (ret)
			return ret;
		sgz_sha256_add(sha, buf, len);
		pos += len;
	}
	return 0;
}

static int add_external(struct sgz_sha256 *sha, const struct sgz_context *ctx,
			const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct sgz_blob toc;
	int ret;

	if (fd < 0)
		return sgz_fail(ctx, -errno, "%s: %s", path, strerror(errno));
	ret = sgz_blob_open(&toc, ctx, fd, 0, 0);
	if (!ret)
		ret = add_range(sha, &toc, ctx, 0);
	close(fd);
	return ret;
}

static int add_toc(struct sgz_sha256 *sha, const struct source *src,
		   const struct sgz_context *ctx, uint64_t toc)
{
	add_text(sha, xasprintf(", TOC at %" PRIu64 "\n", toc));
	return add_range(sha, &src->blob, ctx, toc);
}

int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err)
{
	struct sgz_context ctx = { .err = err };
	uint8_t digest[STARGZ_SHA256_LEN];
	struct sgz_footer footer;
	struct sgz_sha256 sha;
	int ret;

	ret = sgz_footer_read(&footer, &src->blob, &ctx, NULL);
	key->of_file = !ret;
	if (ret >= 0)
		ret = sgz_sha256_open(&sha, &ctx);
	if (ret)
		return ret;
	add_head(&sha, src, opt);
	if (key->of_file)
		ret = add_identity(&sha, src);
	else
		ret = add_toc(&sha, src, &ctx, footer.toc);
	if (!ret && opt->toc)
		ret = add_external(&sha, &ctx, opt->toc);
	if (!ret) {
		sgz_sha256_get(&sha, digest);
		key->name = sgz_sha256_hex(digest);
	}
	sgz_sha256_close(&sha);
	return ret;
}

bool cachekey_fits(const struct cachekey *key, const struct source *src,
		   const struct mount_options *opt, int fd)
{
	struct stargz_error err;
	struct cachekey now;

	if (!key->of_file)
		return indexfile_is_of_toc(fd);
	/* The file must not have changed while it was read. */
	return !cachekey_make(src, opt, &now, &err) &&
	       !strcmp(key->name.text, now.name.text);
}
