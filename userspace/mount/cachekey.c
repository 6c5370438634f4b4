// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: an index is a function of the table of contents, the footer
 * that points to it, the size of the layer, and the options it was made with.
 * So these are what its name in the cache is the digest of. Reading the
 * compressed table of contents is cheap next to parsing it. An index that is
 * a function of more than that (indexfile_is_of_toc()) is not kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cachekey.h"
#include "footer.h"
#include "stargz_fs.h"
#include "version.h"
#include "xalloc.h"

#define HASH_BLOCK	(64u << 10)

/* Everything before the table of contents; fields in a fixed order. */
static void add_head(struct sgz_sha256 *sha, const struct source *src,
		     const struct mount_options *opt,
		     const struct sgz_footer *footer)
{
	char *head = xasprintf("stargz index: maker %s, format %d, %s view, %s TOC, start %" PRIu64
			       ", size %" PRIu64 ", TOC at %" PRIu64 "\n",
			       STARGZ_TOOLS_VERSION, STARGZ_VERSION,
			       opt->raw ? "raw" : "overlay",
			       opt->toc ? "external" : "internal",
			       src->start, src->blob.size, footer->toc);

	sgz_sha256_add(sha, head, strlen(head));
	free(head);
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

int cachekey_make(const struct source *src, const struct mount_options *opt,
		  struct sgz_hex *key, struct stargz_error *err)
{
	struct stargz_index_options none = { 0 };
	struct sgz_context ctx = { .opt = &none, .err = err };
	uint8_t digest[SGZ_SHA256_LEN];
	struct sgz_footer footer;
	struct sgz_sha256 sha;
	int ret;

	ret = sgz_footer_read(&footer, &src->blob, &ctx);
	if (!ret)
		ret = sgz_sha256_open(&sha, &ctx);
	if (ret)
		return ret;
	add_head(&sha, src, opt, &footer);
	ret = add_range(&sha, &src->blob, &ctx, footer.toc);
	if (!ret && opt->toc)
		ret = add_external(&sha, &ctx, opt->toc);
	if (!ret) {
		sgz_sha256_get(&sha, digest);
		*key = sgz_sha256_hex(digest);
	}
	sgz_sha256_close(&sha);
	return ret;
}
