// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/footer.h: detecting the kind of a file.
 */
#include "format/format.h"
#include "index/read.h"
#include "stargz/footer.h"

int stargz_probe(int fd, uint64_t offset, uint64_t size,
		 struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_blob blob;
	int ret;

	ret = sgz_blob_open(&blob, &ctx, fd, offset, size);
	if (!ret && blob.pipe)
		ret = sgz_fail(&ctx, -EINVAL,
			       "not a regular file or block device");
	if (ret)
		return ret;
	if (sgz_is_index(blob.head, blob.head_len))
		return STARGZ_KIND_INDEX;
	ret = sgz_format_probe(&blob, &ctx, NULL);
	return ret == 1 ? STARGZ_KIND_LAYER : ret;
}
