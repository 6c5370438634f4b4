// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blobs by their ends: footers of gzip and zstd, and the table of contents
 * that they lead to.
 */
#include <string.h>

#include "blob/footer.h"
#include "blob/footer_find.h"
#include "layer.h"
#include "toc/read.h"
#include "toc/toc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What a footer says lies in the blob. */
static void check(const struct sgz_footer *footer, const struct sgz_blob *blob)
{
	must(footer->data_end <= blob->size, "end of content");
	must(footer->external || (footer->toc <= footer->toc_end &&
				  footer->toc_end <= blob->size),
	     "table of contents");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct sgz_context *ctx = input_context();
	const struct sgz_toc_options how = { 0 };
	struct sgz_footer footer = { 0 };
	struct sgz_toc toc = { 0 };
	char position[64] = "";
	struct sgz_blob blob;
	size_t n;

	/* First, as a text with its end, what a manifest says; or nothing. */
	n = strnlen((const char *)bytes, len < sizeof(position) ?
		    len : sizeof(position));
	if (n == len || n == sizeof(position))
		return 0;
	memcpy(position, bytes, n);
	if (!sgz_blob_open(&blob, ctx, input_file(bytes + n + 1, len - n - 1),
			   0, 0) &&
	    sgz_footer_read(&footer, &blob, ctx, n ? position : NULL) == 1) {
		check(&footer, &blob);
		sgz_toc_read(&toc, ctx, &how, &blob, &footer);
	}
	sgz_toc_free(&toc);
	return 0;
}
