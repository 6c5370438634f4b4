// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include "blob/footer_find.h"
#include "blob/footer_gzip.h"
#include "blob/footer_zstd.h"

#define FOOTER_MAX	SGZ_ZSTD_FOOTER_MAX

int sgz_footer_read(struct sgz_footer *footer, const struct sgz_blob *blob,
		    const struct sgz_context *ctx, const char *position)
{
	unsigned char end[FOOTER_MAX];
	size_t len = blob->size < FOOTER_MAX ? blob->size : FOOTER_MAX;
	int ret;

	if (position)
		return sgz_zstd_position(footer, blob, ctx, position);
	ret = sgz_blob_read(blob, ctx, blob->size - len, end, len);
	if (ret)
		return ret;
	ret = sgz_gzip_footer(footer, blob, ctx, end, len);
	return ret ? ret : sgz_zstd_footer(footer, blob, ctx, end, len);
}
