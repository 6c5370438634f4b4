// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The new layer is read by the code that reads any layer. That code is
 * independent of the source, and the recorded data of the source is independent
 * of the writer.
 */
#include <string.h>

#include "blob/footer.h"
#include "blob/footer_find.h"
#include "build/index.h"
#include "content/verify.h"
#include "format/names_from_tar.h"
#include "inspect/same_views.h"
#include "inspect/tar_check.h"
#include "layer/verify_made.h"
#include "toc/read.h"

struct verification {
	const char *toc_path;
	struct sgz_context ctx;
	struct sgz_blob blob;
	struct sgz_expected *expected;
	struct sgz_toc toc;
	struct sgz_tree want;
	struct sgz_tree have;
	struct sgz_faults faults;
};

static int read_toc(struct verification *v)
{
	const struct sgz_toc_options how = { .path = v->toc_path };
	struct sgz_footer footer;
	int ret = sgz_footer_read(&footer, &v->blob, &v->ctx, NULL);

	if (ret < 0)
		return ret;
	if (!ret)
		return sgz_fail(&v->ctx, -EUCLEAN, "no footer");
	ret = sgz_toc_read(&v->toc, &v->ctx, &how, &v->blob, &footer);
	return ret ? ret : sgz_truenames_restore(&v->toc, &v->ctx, &v->blob,
						 footer.codec);
}

/* Compare the digest in the table with that of the bytes of the source. */
static int compare_digests(void *data, struct sgz_faults *faults, uint32_t a,
			   uint32_t b)
{
	struct verification *v = data;
	const struct sgz_digest *want = v->expected->toc.file_digests.data;
	const struct sgz_digest *have = v->toc.file_digests.data;

	if (want[a].set && have[b].set &&
	    !memcmp(want[a].sha256, have[b].sha256, STARGZ_SHA256_LEN))
		return 0;
	sgz_faults_add(faults, 0, -EBADMSG,
		       "%s: does not have the digest of the source",
		       sgz_entry_quoted(sgz_toc_entry(&v->toc, b)).text);
	return 0;
}

static int compare_with_source(struct verification *v)
{
	const struct sgz_treesame same = {
		.names = { "the source", "the layer" },
		.content = compare_digests,
		.data = v,
		.faults = &v->faults,
	};
	int ret;

	ret = read_toc(v);
	if (!ret)
		ret = sgz_same_views(&same, &v->ctx, &v->want, &v->have);
	return ret ? ret : sgz_faults_fail(&v->faults, &v->ctx);
}

/* Decode all content and compare it with the digests of the table. */
static int check_content(struct verification *v)
{
	const struct stargz_index_options how = {
		.toc_path = v->toc_path,
		.raw = true,
		.check = true,
	};
	struct sgz_index index = { 0 };
	int ret = sgz_index_make(&index, &v->ctx, &how, &v->blob, NULL);

	sgz_index_free(&index);
	return ret;
}

static int verify(struct verification *v, int fd, uint64_t size)
{
	const struct sgz_toc_options how = { .path = v->toc_path };
	int ret = sgz_blob_open(&v->blob, &v->ctx, fd, 0, size);

	if (!ret)
		ret = compare_with_source(v);
	if (!ret)
		ret = check_content(v);
	if (!ret)
		ret = sgz_tar_faults(&v->ctx, &how, &v->blob, &v->faults);
	return ret ? ret : sgz_faults_fail(&v->faults, &v->ctx);
}

int sgz_verify(const struct sgz_context *ctx, int fd, uint64_t size,
	       const char *toc_path,
	       struct sgz_expected *e)
{
	struct stargz_error inner = { "" };
	struct verification v = { .faults = SGZ_FAULTS_INIT, .expected = e };
	int ret;

	v.want.toc = &e->toc;
	v.have.toc = &v.toc;
	v.toc.raw = true;
	v.toc.digests = true;
	v.toc_path = toc_path;
	v.ctx = sgz_context_quiet(ctx, &inner);
	ret = verify(&v, fd, size);
	sgz_tree_free(&v.want);
	sgz_tree_free(&v.have);
	sgz_toc_free(&v.toc);
	sgz_faults_free(&v.faults);
	if (ret)
		return sgz_fail(ctx, ret, "verification failed: %s",
				inner.text);
	return 0;
}
