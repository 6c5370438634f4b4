// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Finding the table of contents, in the blob or in a separate file, and
 * streaming its JSON through the digest, the splitter and the decoder. The
 * JSON is never in memory as a whole.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/path.h"
#include "stargz/open.h"
#include "stargz_fs.h"
#include "tar/header.h"
#include "tar/reader.h"
#include "toc/entry.h"
#include "toc/json_split.h"
#include "toc/read.h"

/* A TOC being read. */
struct reader {
	const struct sgz_context *ctx;
	const struct sgz_toc_options *opt;
	struct sgz_toc *toc;
	struct sgz_stream stream;
	struct sgz_sha256 sha;
	struct sgz_jsonsplit split;
	struct sgz_decoder decoder;
	bool digest_only;	/* decode nothing */
	bool entries;		/* member "entries" was seen */
	uint64_t size;		/* bytes of JSON so far */
};

static int on_member(void *data, const char *key, struct json_object *value)
{
	struct reader *r = data;
	int64_t version;

	if (!strcasecmp(key, "entries") && value)
		return sgz_fail(r->ctx, -EUCLEAN,
				"TOC: \"entries\" is not an array");
	if (strcasecmp(key, "version") || !value)
		return 0;
	if (sgz_json_int(value, &version) || version != 1)
		return sgz_fail(r->ctx, -EUCLEAN,
				"TOC: version is %s; only version 1 is supported",
				json_object_to_json_string(value));
	return 0;
}

static int on_begin(void *data)
{
	struct reader *r = data;

	if (r->entries)
		return sgz_fail(r->ctx, -EUCLEAN,
				"TOC: more than one \"entries\" array");
	r->entries = true;
	return 0;
}

static int on_element(void *data, struct json_object *value)
{
	struct reader *r = data;

	return sgz_decoder_entry(&r->decoder, value);
}

static int feed(struct reader *r, const char *text, size_t len)
{
	sgz_sha256_add(&r->sha, text, len);
	r->size += len;
	if (r->opt->copy)
		fwrite(text, 1, len, r->opt->copy);
	return r->digest_only ? 0 : sgz_jsonsplit_feed(&r->split, text, len);
}

/*
 * Feed the next @left bytes of the stream, or with UINT64_MAX all bytes up to
 * its end.
 */
static int feed_stream(struct reader *r, uint64_t left)
{
	const bool bare = left == UINT64_MAX;
	const uint64_t start = r->stream.pos;
	uint64_t sum = 0;
	char buf[64 << 10];

	while (left) {
		size_t want = left < sizeof(buf) ? left : sizeof(buf);
		ssize_t n = sgz_stream_read(&r->stream, buf, want);
		int ret;

		if (n < 0)
			return n;
		if (!n && bare)
			return 0;
		if (!n)
			return sgz_fail(r->ctx, -EUCLEAN, "TOC: cut off");
		sum += n;
		if (sum > SGZ_TOC_JSON_MAX)
			return sgz_fail(r->ctx, -E2BIG,
					"TOC: larger than the limit of 2 GiB");
		ret = feed(r, buf, n);
		if (ret)
			return ret;
		left -= n;
		sgz_progress(r->ctx, r->stream.pos - start,
			     r->stream.end - start);
	}
	return 0;
}

/* Read to the end of the stream, so that its checksum is verified. */
static int drain(struct reader *r)
{
	char buf[4096];
	uint64_t sum = 0;
	ssize_t n;

	while ((n = sgz_stream_read(&r->stream, buf, sizeof(buf))) > 0) {
		sum += n;
		if (sum > SGZ_TOC_JSON_MAX)
			return sgz_fail(r->ctx, -E2BIG,
					"TOC: more than 2 GiB of data after it");
	}
	return n;
}

/* Read the TOC of a tar entry; the stream is at its content. */
static int read_tar(struct reader *r, const struct sgz_tar_header *h)
{
	char name[sizeof(SGZ_TOC_NAME) + 16];
	size_t len = h->name_len;
	int ret;

	if (len < sizeof(name))
		len = sgz_path_clean(name, h->name, len);
	if (len != strlen(SGZ_TOC_NAME) || memcmp(name, SGZ_TOC_NAME, len))
		return sgz_fail(r->ctx, -EUCLEAN,
				"TOC: the tar entry is %s, not " SGZ_TOC_NAME,
				sgz_quote(h->name, h->name_len).text);
	if (h->size > SGZ_TOC_JSON_MAX)
		return sgz_fail(r->ctx, -E2BIG,
				"TOC: %" PRIu64 " bytes; the limit is 2 GiB",
				h->size);
	ret = feed_stream(r, h->size);
	return ret ? ret : drain(r);
}

/* Does the stream start with a tar header, or else with bare JSON? */
static int sniff(struct reader *r, const struct sgz_blob *blob, uint64_t start,
		 uint64_t end, enum sgz_stream_kind kind, bool *tar)
{
	char block[SGZ_TAR_BLOCK];
	size_t have = 0;
	ssize_t n;

	n = sgz_stream_open(&r->stream, r->ctx, blob, start, end, kind);
	while (!n && have < sizeof(block)) {
		n = sgz_stream_read(&r->stream, block + have,
				    sizeof(block) - have);
		if (n <= 0)
			break;
		have += n;
		n = 0;
	}
	sgz_stream_close(&r->stream);
	*tar = have == sizeof(block) && sgz_tar_is_header(block);
	return n;
}

static int read_range(struct reader *r, const struct sgz_blob *blob,
		      uint64_t start, uint64_t end, enum sgz_stream_kind kind)
{
	struct sgz_tar tar = { .stream = &r->stream };
	bool is_tar;
	int ret;

	if (end - start > SGZ_TOC_STORED_MAX && kind != SGZ_PLAIN)
		return sgz_fail(r->ctx, -E2BIG,
				"TOC: %" PRIu64 " compressed bytes; the limit is 256 MiB",
				end - start);
	ret = sniff(r, blob, start, end, kind, &is_tar);
	if (ret)
		return ret;
	ret = sgz_stream_open(&r->stream, r->ctx, blob, start, end, kind);
	if (!ret && is_tar) {
		ret = sgz_tar_next(&tar);
		if (ret == 1)
			ret = read_tar(r, &tar.h);
	} else if (!ret) {
		ret = feed_stream(r, UINT64_MAX);
	}
	if (!ret && !r->digest_only)
		ret = sgz_jsonsplit_end(&r->split);
	if (!ret && !r->digest_only)
		ret = sgz_decoder_end(&r->decoder);
	sgz_tar_close(&tar);
	sgz_stream_close(&r->stream);
	return ret;
}

static int read_opened(struct reader *r, int fd)
{
	enum sgz_stream_kind kind = SGZ_PLAIN;
	unsigned char magic[4] = { 0 };
	struct sgz_blob blob;
	int ret;

	ret = sgz_blob_open(&blob, r->ctx, fd, 0, 0);
	if (!ret && blob.size >= sizeof(magic))
		ret = sgz_blob_read(&blob, r->ctx, 0, magic, sizeof(magic));
	if (ret)
		return ret;
	if (!memcmp(magic, "\x1f\x8b", 2))
		kind = SGZ_MEMBERS;
	else if (!memcmp(magic, "\x28\xb5\x2f\xfd", 4))
		kind = SGZ_FRAMES;
	return read_range(r, &blob, 0, blob.size, kind);
}

static void set_context(struct reader *r, const struct sgz_context *ctx)
{
	r->ctx = ctx;
	r->split.ctx = ctx;
	r->decoder.ctx = ctx;
}

/* Read a TOC in a separate file; error messages name the file. */
static int read_external(struct reader *r, const char *path)
{
	struct stargz_error inner = { "" };
	const struct sgz_context ctx = sgz_context_inner(r->ctx, &inner);
	const struct sgz_context *outer = r->ctx;
	int fd, ret;

	fd = stargz_open_input(path, &inner);
	if (fd < 0)
		return sgz_fail(outer, fd, "TOC file %s: %s", path, inner.text);
	set_context(r, &ctx);
	ret = read_opened(r, fd);
	set_context(r, outer);
	close(fd);
	if (ret)
		return sgz_fail(outer, ret, "TOC file %s: %s", path,
				inner.text);
	return 0;
}

/* Compare @have with the required digest @text, if it is not NULL. */
static int check_digest(const struct reader *r, const char *text,
			const uint8_t have[STARGZ_SHA256_LEN])
{
	uint8_t want[STARGZ_SHA256_LEN];

	if (!text)
		return 0;
	if (stargz_sha256_parse(text, want))
		return sgz_fail(r->ctx, -EBADMSG,
				"the required TOC digest is not \"sha256:\" and 64 hexadecimal digits");
	if (!memcmp(want, have, sizeof(want)))
		return 0;
	return sgz_fail(r->ctx, -EBADMSG, "TOC digest is sha256:%s, not %s",
			sgz_sha256_hex(have).text, text);
}

/* Check the digest of the TOC as stored, before any of it is decoded. */
static int check_stored(struct reader *r, const struct sgz_blob *blob,
			const struct sgz_footer *footer)
{
	uint8_t have[STARGZ_SHA256_LEN];
	uint64_t pos = footer->toc;
	char buf[16 << 10];
	int ret = 0;

	if (!r->opt->stored_digest)
		return 0;
	while (!ret && pos < footer->toc_end) {
		size_t n = sizeof(buf);

		if (n > footer->toc_end - pos)
			n = footer->toc_end - pos;
		ret = sgz_blob_read(blob, r->ctx, pos, buf, n);
		if (!ret)
			sgz_sha256_add(&r->sha, buf, n);
		pos += n;
	}
	sgz_sha256_get(&r->sha, have);
	return ret ? ret : check_digest(r, r->opt->stored_digest,
					have);
}

static int read_inside(struct reader *r, const struct sgz_blob *blob,
		       const struct sgz_footer *footer)
{
	bool gzip = footer->codec == STARGZ_CODEC_GZIP;
	int ret;

	ret = check_stored(r, blob, footer);
	if (!ret)
		ret = read_range(r, blob, footer->toc, footer->toc_end,
				 gzip ? SGZ_MEMBERS : SGZ_FRAMES);
	if (!ret && footer->toc_size && footer->toc_size != r->size)
		return sgz_fail(r->ctx, -EUCLEAN,
				"TOC: %" PRIu64 " bytes, but %" PRIu64 " according to the footer",
				r->size, footer->toc_size);
	return ret;
}

static int locate_and_read(struct reader *r, const struct sgz_blob *blob,
			   const struct sgz_footer *footer)
{
	int ret;

	r->toc->data_end = footer->data_end;
	r->toc->codec = footer->codec;
	if (r->opt->path && r->opt->stored_digest)
		return sgz_fail(r->ctx, -EINVAL,
				"the required digest is that of a TOC in the layer, but the TOC is in a separate file");
	if (r->opt->path)
		ret = read_external(r, r->opt->path);
	else if (footer->external)
		return sgz_fail(r->ctx, -EINVAL,
				"the TOC of this layer is in a separate file; name it with --toc");
	else
		ret = read_inside(r, blob, footer);
	if (ret)
		return ret;
	sgz_sha256_get(&r->sha, r->toc->sha256);
	r->toc->has_digest = true;
	return check_digest(r, r->opt->digest, r->toc->sha256);
}

static int read_toc(struct sgz_toc *toc, const struct sgz_context *ctx,
		    const struct sgz_toc_options *opt,
		    const struct sgz_blob *blob,
		    const struct sgz_footer *footer, bool digest_only)
{
	struct reader *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return sgz_nomem(ctx);
	r->ctx = ctx;
	r->opt = opt;
	r->toc = toc;
	r->digest_only = digest_only;
	r->decoder = (struct sgz_decoder){ .ctx = ctx, .toc = toc };
	r->split = (struct sgz_jsonsplit){
		.ctx = ctx,
		.array = "entries",
		.member = on_member,
		.begin = on_begin,
		.element = on_element,
		.data = r,
	};
	ret = sgz_sha256_open(&r->sha, ctx);
	if (ret)
		goto out;
	ret = sgz_jsonsplit_open(&r->split);
	if (!ret)
		ret = locate_and_read(r, blob, footer);
	sgz_jsonsplit_close(&r->split);
	sgz_decoder_free(&r->decoder);
	sgz_sha256_close(&r->sha);
out:
	free(r);
	return ret;
}

struct sgz_toc_options sgz_toc_options_of(const struct stargz_index_options *opt)
{
	return (struct sgz_toc_options){
		.path = opt->toc_path,
		.digest = opt->toc_digest,
		.stored_digest = opt->toc_stored_digest,
		.position = opt->toc_position,
	};
}

int sgz_toc_absent(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -EINVAL,
			"the layer has no table of contents, but an option requires one; it is another layer, or truncated");
}

int sgz_toc_read(struct sgz_toc *toc, const struct sgz_context *ctx,
		 const struct sgz_toc_options *opt, const struct sgz_blob *blob,
		 const struct sgz_footer *footer)
{
	return read_toc(toc, ctx, opt, blob, footer, false);
}

int sgz_toc_digest(const struct sgz_context *ctx,
		   const struct sgz_toc_options *opt,
		   const struct sgz_blob *blob, const struct sgz_footer *footer,
		   uint8_t sha256[STARGZ_SHA256_LEN])
{
	struct sgz_toc toc = { 0 };
	int ret = read_toc(&toc, ctx, opt, blob, footer, true);

	memcpy(sha256, toc.sha256, sizeof(toc.sha256));
	return ret;
}
