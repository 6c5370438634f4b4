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
#include <gcrypt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cachekey.h"
#include "error.h"
#include "indexfile.h"
#include "stargz/footer.h"
#include "stargz/version.h"
#include "stargz_fs.h"
#include "xalloc.h"

#define HASH_BLOCK	(64u << 10)
#define NSEC		1000000000ll
/* Steps of a file's times: of the kernel, and of old file systems. */
#define FINE_STEP	(NSEC / 10)
#define COARSE_STEP	(2 * NSEC)

static void add_text(gcry_md_hd_t sha, char *text)
{
	gcry_md_write(sha, text, strlen(text));
	free(text);
}

/* Everything before the table of contents; fields in a fixed order. */
static void add_head(gcry_md_hd_t sha, const struct source *src,
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

static int add_identity(gcry_md_hd_t sha, const struct source *src)
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

static int add_range(gcry_md_hd_t sha, const struct range *blob, uint64_t pos,
		     struct stargz_error *err)
{
	unsigned char buf[HASH_BLOCK];

	while (pos < blob->size) {
		size_t len = blob->size - pos < sizeof(buf) ? blob->size - pos :
							      sizeof(buf);
		int ret = range_read(blob, pos, buf, len, err);

		if (ret)
			return ret;
		gcry_md_write(sha, buf, len);
		pos += len;
	}
	return 0;
}

static int add_external(gcry_md_hd_t sha, const char *path,
			struct stargz_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct range toc;
	int ret;

	if (fd < 0)
		return error_set(err, -errno, "%s: %s", path,
				 strerror(errno));
	ret = range_open(&toc, fd, 0, 0, err);
	if (!ret)
		ret = add_range(sha, &toc, 0, err);
	close(fd);
	return ret;
}

static int add_toc(gcry_md_hd_t sha, const struct source *src, uint64_t toc,
		   struct stargz_error *err)
{
	add_text(sha, xasprintf(", TOC at %" PRIu64 "\n", toc));
	return add_range(sha, &src->blob, toc, err);
}

static int open_hash(gcry_md_hd_t *sha, struct stargz_error *err)
{
	gcry_error_t e;

	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	e = gcry_md_open(sha, GCRY_MD_SHA256, 0);
	return e ? error_set(err, -EIO, "libgcrypt: %s", gcry_strerror(e)) : 0;
}

int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct cachekey *key, struct stargz_error *err)
{
	struct stargz_footer footer;
	gcry_md_hd_t sha;
	int ret;

	ret = stargz_footer_find(&footer, src->blob.fd, src->blob.start,
				 src->blob.size, NULL, err);
	key->of_file = !ret;
	if (ret >= 0)
		ret = open_hash(&sha, err);
	if (ret)
		return ret;
	add_head(sha, src, opt);
	if (key->of_file)
		ret = add_identity(sha, src);
	else
		ret = add_toc(sha, src, footer.toc, err);
	if (!ret && opt->toc)
		ret = add_external(sha, opt->toc, err);
	if (!ret)
		stargz_sha256_hex(gcry_md_read(sha, GCRY_MD_SHA256),
				  key->name);
	gcry_md_close(sha);
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
	       !strcmp(key->name, now.name);
}
