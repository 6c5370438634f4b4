// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * An incomplete download of a tar has only valid entries, and a layer without
 * its footer is a valid .tar.gz or .tar.zst. The latter is detected by the
 * table of contents, which is last before the footer, in a separate gzip member
 * or skippable frame. A layer that was recompressed to an ordinary tar.gz also
 * has this entry, but no member that starts with it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "blob/footer_find.h"
#include "blob/footer_zstd.h"
#include "blob/stream.h"
#include "format/plain_tar.h"
#include "format/tar_entries.h"
#include "format/targz.h"
#include "format/zstd_tar.h"
#include "inspect/layer_end.h"
#include "tar/header.h"

struct end {
	struct sgz_context ctx;
	struct sgz_blob *blob;
	struct sgz_faults *faults;
	struct sgz_toc toc;
	/* Offset of the last member or frame, in the blob and decoded. */
	uint64_t last;
	uint64_t last_decoded;
	struct sgz_stream stream;
};

static int note_member(void *data, const struct sgz_stream *s)
{
	struct end *e = data;

	e->last = s->member;
	e->last_decoded = s->before;
	return 0;
}

static int no_footer(struct end *e)
{
	sgz_faults_add(e->faults, 0, -EUCLEAN,
		       "the footer after the table of contents is missing, the layer is cut short at %llu bytes; fetch it again",
		       (unsigned long long)e->blob->size);
	return 0;
}

/* Does the last gzip member start with the entry of the table of contents? */
static bool ends_in_toc(const struct end *e)
{
	size_t count = e->toc.entries.count;
	const struct sgz_entry *entry;

	if (!count)
		return false;
	entry = sgz_toc_entry(&e->toc, count - 1);
	return entry->b && entry->name_len == strlen(SGZ_TOC_NAME) &&
	       !memcmp(entry->name, SGZ_TOC_NAME, entry->name_len) &&
	       sgz_toc_chunk(&e->toc, entry->a)->inner ==
	       e->last_decoded + SGZ_TAR_BLOCK;
}

/* Does the data end in the skippable frame of a table of contents? */
static int ends_in_skippable(const struct end *e)
{
	unsigned char head[SGZ_SKIPPABLE_HEAD];
	uint32_t magic;
	int ret;

	if (e->blob->size - e->last < sizeof(head))
		return 0;
	ret = sgz_blob_read(e->blob, &e->ctx, e->last, head, sizeof(head));
	memcpy(&magic, head, sizeof(magic));
	return ret ? ret : le32toh(magic) == SGZ_SKIPPABLE;
}

static int check_end(struct end *e, enum sgz_stream_kind kind)
{
	int ret = 0;

	if (kind == SGZ_MEMBERS)
		ret = ends_in_toc(e);
	else if (kind == SGZ_FRAMES)
		ret = ends_in_skippable(e);
	else if (!e->toc.end_marker)
		sgz_faults_add(e->faults, 0, -EUCLEAN,
			       "the tar has no end marker, it may be cut short at %llu bytes; fetch it again",
			       (unsigned long long)e->blob->size);
	return ret == 1 ? no_footer(e) : ret;
}

static int read_to_end(struct end *e, enum sgz_stream_kind kind)
{
	struct sgz_stream *s = &e->stream;
	int ret = sgz_stream_open(s, &e->ctx, e->blob, 0, e->blob->size, kind);

	s->begun = note_member;
	s->begun_data = e;
	if (!ret)
		ret = sgz_tar_walk(&e->toc, &e->ctx, s);
	if (!ret)
		ret = sgz_stream_drain(s);
	sgz_stream_close(s);
	return ret ? ret : check_end(e, kind);
}

static int check_without_footer(struct end *e)
{
	int ret;

	if (sgz_targz_probe(e->blob))
		return read_to_end(e, SGZ_MEMBERS);
	ret = sgz_plaintar_probe(e->blob, &e->ctx);
	if (ret)
		return ret < 0 ? ret : read_to_end(e, SGZ_PLAIN);
	ret = sgz_zstdtar_probe(e->blob, &e->ctx);
	if (ret)
		return ret < 0 ? ret : read_to_end(e, SGZ_FRAMES);
	return sgz_fail(&e->ctx, -EINVAL,
			"neither an index nor a layer of a known format");
}

int sgz_layer_end(const struct sgz_context *ctx,
		  const struct sgz_toc_options *opt, struct sgz_blob *blob,
		  struct sgz_faults *faults)
{
	struct end *e = calloc(1, sizeof(*e));
	struct sgz_footer footer;
	int ret;

	if (!e)
		return sgz_nomem(ctx);
	/* Only a full check reports irregularities that are not errors. */
	e->ctx = sgz_context_quiet(ctx, ctx->err);
	e->blob = blob;
	e->faults = faults;
	ret = sgz_footer_read(&footer, blob, ctx, opt->position);
	if (ret == 1 && footer.external && !sgz_toc_asked(opt))
		ret = 0;
	else if (ret == 1)
		ret = sgz_toc_read(&e->toc, ctx, opt, blob, &footer);
	else if (!ret && sgz_toc_asked(opt))
		ret = sgz_toc_absent(ctx);
	else if (!ret)
		ret = check_without_footer(e);
	sgz_toc_free(&e->toc);
	free(e);
	return ret;
}
