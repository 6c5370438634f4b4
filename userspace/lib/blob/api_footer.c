// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/footer.h: the footer of a layer.
 */
#include "blob/footer_find.h"
#include "stargz/footer.h"

int stargz_footer_find(struct stargz_footer *footer, int fd, uint64_t offset,
		       uint64_t size, const char *position,
		       struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_footer found;
	struct sgz_blob blob;
	int ret;

	ret = sgz_blob_open(&blob, &ctx, fd, offset, size);
	if (!ret)
		ret = sgz_footer_read(&found, &blob, &ctx, position);
	if (ret == 1)
		*footer = (struct stargz_footer){
			.encoding = (uint32_t)found.codec,
			.external = found.external,
			.toc = found.toc,
			.toc_end = found.toc_end,
			.toc_size = found.toc_size,
			.data_end = found.data_end,
		};
	return ret;
}

const char *stargz_encoding_name(unsigned int encoding)
{
	static const char *const names[] = {
		[STARGZ_ENCODING_STORED] = "stored",
		[STARGZ_ENCODING_GZIP] = "gzip",
		[STARGZ_ENCODING_DEFLATE] = "deflate",
		[STARGZ_ENCODING_ZSTD] = "zstd",
		[STARGZ_ENCODING_HOLE] = "hole",
	};

	return encoding < sizeof(names) / sizeof(names[0]) ? names[encoding] :
							     NULL;
}
