// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A layer that has the wanted format is copied: by a reflink, a hard link, or its
 * bytes. What is verified are the bytes of the copy, unless it is a hard link.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"
#include "blob/footer_find.h"
#include "blob/footer_gzip.h"
#include "convert/layer.h"
#include "image/hash.h"
#include "stargz/toc.h"

/* Bytes to copy at once. */
#define STEP	(1u << 20)

static int failed(const struct sgz_context *ctx, const char *what)
{
	return sgz_fail(ctx, -errno, "%s: %s", what, strerror(errno));
}

/* stargz and eStargz differ in their footers. */
static bool is_wanted_gzip(const struct sgz_convert *c,
			   const struct sgz_footer *footer, uint64_t size)
{
	unsigned char bytes[SGZ_FOOTER_SIZE];
	enum sgz_footer_kind kind = c->make.format == STARGZ_LAYER_STARGZ ?
				    SGZ_FOOTER_STARGZ : SGZ_FOOTER_ESTARGZ;

	return size - footer->toc_end == sgz_footer_make(bytes, kind, 0);
}

/* Does a layer have the wanted format? */
static bool is_wanted(const struct sgz_convert *c,
		      const struct sgz_context *ctx,
		      const struct sgz_convert_layer *layer,
		      const struct sgz_blob *blob, struct sgz_footer *footer)
{
	bool zstd = c->make.format == STARGZ_LAYER_ZSTD_CHUNKED;
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);

	if (sgz_footer_read(footer, blob, &quiet, NULL) != 1)
		return false;
	if (!zstd)
		return footer->codec == STARGZ_CODEC_GZIP &&
		       is_wanted_gzip(c, footer, blob->size);
	/* Only the annotations say that podman can read the frames. */
	return footer->codec == STARGZ_CODEC_ZSTD &&
	       (c->opt->reader != STARGZ_READER_PODMAN || layer->podman);
}

/* The digest of the compressed table of contents, which containers/storage wants. */
static int hash_stored_toc(const struct sgz_context *ctx,
			   const struct sgz_blob *blob,
			   struct stargz_made *made)
{
	const struct sgz_place place = {
		.start = blob->start + made->toc, .size = made->toc_stored,
	};
	struct sgz_layer_hash hash;
	int ret = sgz_layer_hash(&hash, ctx, blob->fd, &place, true);

	memcpy(made->toc_stored_sha256, hash.digest, sizeof(hash.digest));
	return ret;
}

/* Set what the annotations of a copied layer say. */
static int describe(const struct sgz_context *ctx, const struct sgz_blob *blob,
		    const struct sgz_footer *footer, struct stargz_made *made)
{
	const struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.offset = blob->start,
		.size = blob->size,
	};
	int ret = 0;

	made->size = blob->size;
	made->toc = footer->toc;
	made->toc_stored = footer->toc_end - footer->toc;
	made->toc_size = footer->toc_size;
	if (footer->codec == STARGZ_CODEC_ZSTD)
		ret = hash_stored_toc(ctx, blob, made);
	return ret ? ret : stargz_toc_digest(blob->fd, &how, made->toc_sha256,
					     ctx->err);
}

/* Compare the digests of a copied layer, and take them over. */
static int verify(const struct sgz_context *ctx, int fd,
		  const struct sgz_place *place, struct sgz_convert_layer *layer)
{
	struct stargz_made *made = &layer->made;
	struct sgz_layer_hash have;
	int ret = sgz_layer_hash(&have, ctx, fd, place, false);

	if (ret)
		return ret;
	if (memcmp(have.digest, layer->digest, sizeof(have.digest)))
		return sgz_fail(ctx, -EBADMSG,
				"the layer has the digest sha256:%s, not sha256:%s",
				sgz_sha256_hex(have.digest).text,
				sgz_sha256_hex(layer->digest).text);
	if (memcmp(have.diff_id, layer->diff_id, sizeof(have.diff_id)))
		return sgz_fail(ctx, -EBADMSG,
				"the layer has the diffID sha256:%s, not sha256:%s",
				sgz_sha256_hex(have.diff_id).text,
				sgz_sha256_hex(layer->diff_id).text);
	made->tar_size = have.tar_size;
	memcpy(made->sha256, have.digest, sizeof(made->sha256));
	memcpy(made->diff_id, have.diff_id, sizeof(made->diff_id));
	return 0;
}

/* Can a file of ours have another name in the destination? */
static bool can_link(const struct sgz_convert *c, const struct sgz_context *ctx,
		     int fd, const struct stat *st)
{
	return st->st_uid == geteuid() &&
	       sgz_destination_can_link(&c->dest, ctx, fd);
}

static int copy_bytes(const struct sgz_context *ctx, int from,
		      const struct sgz_place *place, int to)
{
	off_t at = place->start;
	uint64_t left = place->size;

	while (left) {
		ssize_t n = copy_file_range(from, &at, to, NULL,
					    left < STEP ? left : STEP, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(ctx, "copy");
		if (!n)
			return sgz_fail(ctx, -EIO,
					"the file was truncated while it was copied");
		left -= n;
	}
	return 0;
}

/* Make a copy in the destination. Sets @place to the place of the bytes in it. */
static int copy_layer(const struct sgz_convert *c,
		      const struct sgz_context *ctx, int fd,
		      struct sgz_convert_layer *layer, struct sgz_place *place)
{
	struct stat st;
	bool whole;
	int ret;

	if (fstat(fd, &st))
		return failed(ctx, "layer");
	whole = !place->start && (uint64_t)st.st_size == place->size;
	ret = sgz_destination_new(&c->dest, ctx, &layer->blob);
	if (ret)
		return ret;
	if (whole && !ioctl(layer->blob.fd, FICLONE, fd))
		return 0;
	if (whole && can_link(c, ctx, fd, &st)) {
		sgz_destination_discard(&c->dest, &layer->blob);
		layer->blob.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return layer->blob.fd < 0 ? failed(ctx, "layer") : 0;
	}
	ret = copy_bytes(ctx, fd, place, layer->blob.fd);
	place->start = 0;
	return ret;
}

static int keep_layer(const struct sgz_convert *c,
		      const struct sgz_context *ctx,
		      struct sgz_convert_layer *layer, int fd,
		      const struct sgz_footer *footer)
{
	struct sgz_place place = layer->place;
	struct sgz_blob blob;
	int ret = 0;

	layer->kept = true;
	if (!sgz_destination_has(&c->dest, layer->digest, place.size)) {
		ret = copy_layer(c, ctx, fd, layer, &place);
		fd = layer->blob.fd;
	}
	if (!ret)
		ret = verify(ctx, fd, &place, layer);
	if (!ret)
		ret = sgz_blob_open(&blob, ctx, fd, place.start, place.size);
	return ret ? ret : describe(ctx, &blob, footer, &layer->made);
}

static int make_layer(const struct sgz_convert *c,
		      const struct sgz_context *ctx,
		      struct sgz_convert_layer *layer, int fd,
		      unsigned int workers)
{
	struct stargz_make_options how = c->make;
	char digest[sizeof("sha256:") + STARGZ_SHA256_HEX];
	int ret = sgz_destination_new(&c->dest, ctx, &layer->blob);

	if (ret)
		return ret;
	snprintf(digest, sizeof(digest), "sha256:%s",
		 sgz_sha256_hex(layer->digest).text);
	how.workers = workers;
	how.digests = true;
	how.reuse_paths = layer->reuse.data;
	how.reuse_count = layer->reuse.count;
	how.warn = ctx->warn;
	how.progress = ctx->progress;
	how.data = ctx->data;
	how.source_start = layer->place.start;
	how.source_size = layer->place.size;
	how.source_digest = digest;
	return stargz_make(fd, &how, layer->blob.fd, -1, &layer->made, ctx->err);
}

int sgz_convert_one(const struct sgz_convert *c, const struct sgz_context *ctx,
		    struct sgz_convert_layer *layer, unsigned int workers)
{
	int fd = sgz_store_fd(&c->store, ctx, &layer->place), ret;
	struct sgz_footer footer;
	struct sgz_blob blob;

	if (fd < 0)
		return fd;
	ret = sgz_blob_open(&blob, ctx, fd, layer->place.start,
			    layer->place.size);
	if (!ret && is_wanted(c, ctx, layer, &blob, &footer))
		ret = keep_layer(c, ctx, layer, fd, &footer);
	else if (!ret)
		ret = make_layer(c, ctx, layer, fd, workers);
	close(fd);
	return ret;
}

/* Copy the bytes of a blob, and compare their digest. */
static int copy_blob(const struct sgz_convert *c, int fd,
		     const struct sgz_place *place,
		     const uint8_t digest[STARGZ_SHA256_LEN])
{
	const struct sgz_place copied = { .size = place->size };
	struct sgz_layer_hash have;
	struct sgz_dest_blob blob;
	int ret = sgz_destination_new(&c->dest, c->ctx, &blob);

	if (ret)
		return ret;
	ret = copy_bytes(c->ctx, fd, place, blob.fd);
	if (!ret)
		ret = sgz_layer_hash(&have, c->ctx, blob.fd, &copied, true);
	if (!ret && memcmp(have.digest, digest, sizeof(have.digest)))
		ret = sgz_fail(c->ctx, -EBADMSG,
			       "the blob sha256:%s has the digest sha256:%s",
			       sgz_sha256_hex(digest).text,
			       sgz_sha256_hex(have.digest).text);
	if (!ret)
		ret = sgz_destination_keep(&c->dest, c->ctx, &blob, digest);
	sgz_destination_discard(&c->dest, &blob);
	return ret;
}

int sgz_convert_copy(const struct sgz_convert *c,
		     const uint8_t digest[STARGZ_SHA256_LEN])
{
	struct sgz_place place;
	int fd, ret = sgz_store_blob(&c->store, c->ctx, digest, &place);

	if (ret)
		return ret;
	fd = sgz_store_fd(&c->store, c->ctx, &place);
	if (fd < 0)
		return fd;
	ret = copy_blob(c, fd, &place, digest);
	close(fd);
	return ret;
}
