// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layers without a table of contents, most of them tars: what can be made an
 * index of passes all checks and is read whole.
 */
#include <string.h>

#include "layer.h"
#include "tar/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* No mutation would hit upon the checksum of a header. */
static void seal(uint8_t *block)
{
	struct sgz_ustar *u = (struct sgz_ustar *)block;
	unsigned int sum = 0;

	if (memcmp(u->magic, "ustar", 5))
		return;
	memset(u->checksum, ' ', sizeof(u->checksum));
	for (size_t i = 0; i < sizeof(*u); i++)
		sum += block[i];
	for (int i = 5; i >= 0; i--, sum >>= 3)
		u->checksum[i] = '0' + (sum & 7);
	u->checksum[6] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct sgz_context *ctx = input_context();
	const struct stargz_index_options how = { 0 };
	static uint8_t copy[1 << 20];
	struct sgz_opened o = { 0 };

	if (len > sizeof(copy))
		return 0;
	memcpy(copy, bytes, len);
	for (size_t at = 0; at + SGZ_TAR_BLOCK <= len; at += SGZ_TAR_BLOCK)
		seal(copy + at);
	if (!sgz_opened_file(&o, ctx, &how, input_file(copy, len)) && o.layer &&
	    !sgz_opened_layer(&o))
		look_at(&o);
	sgz_opened_free(&o);
	return 0;
}
