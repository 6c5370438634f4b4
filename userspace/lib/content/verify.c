// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Decoding the content of a layer, up to the first fault.
 */
#include <unistd.h>

#include "content/read_all.h"
#include "content/verify.h"

static int read_all(struct sgz_content *content, struct sgz_faults *faults)
{
	int ret = sgz_content_read(content);

	return ret ? ret : sgz_faults_fail(faults, content->ctx);
}

int sgz_check_content(const struct sgz_context *ctx,
		      struct sgz_index *index, struct sgz_blob *blob,
		      struct sgz_vec *ranges)
{
	struct sgz_faults faults = SGZ_FAULTS_INIT;
	struct sgz_inodepath names = { 0 };
	struct sgz_content content = {
		.ctx = ctx,
		.index = index,
		.blobs = blob,
		.names = &names,
		.threads = sysconf(_SC_NPROCESSORS_ONLN),
		.all = ranges,
		.undigested = index->undigested.data,
		.faults = &faults,
	};
	int ret = sgz_inodepath_make(&names, ctx, index);

	if (ranges)
		content.ranges = *ranges;
	if (!ret)
		ret = read_all(&content, &faults);
	sgz_inodepath_free(&names);
	sgz_faults_free(&faults);
	return ret;
}
