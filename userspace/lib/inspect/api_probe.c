// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/footer.h: detecting the kind of a file.
 */
#include <sys/stat.h>

#include "format/format.h"
#include "index/read.h"
#include "stargz/footer.h"

/* What is read from a pipe is lost for the caller. */
static bool is_pipe(int fd)
{
	struct stat st;

	return !fstat(fd, &st) &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

int stargz_probe(int fd, uint64_t offset, uint64_t size,
		 struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_blob blob;
	int ret;

	if (is_pipe(fd))
		return sgz_fail(&ctx, -EINVAL,
				"not a regular file or block device");
	ret = sgz_blob_open(&blob, &ctx, fd, offset, size);
	if (ret)
		return ret;
	if (sgz_is_index(blob.head, blob.head_len))
		return STARGZ_KIND_INDEX;
	ret = sgz_format_probe(&blob, &ctx, NULL);
	return ret == 1 ? STARGZ_KIND_LAYER : ret;
}
