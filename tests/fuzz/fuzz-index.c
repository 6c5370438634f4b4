// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Indexes and device images, damaged: what passes the checks is read whole.
 */
#include <endian.h>
#include <string.h>
#include <zlib.h>

#include "index/read.h"
#include "layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* No mutation would hit upon the checksum. */
static void seal(uint8_t *bytes, size_t len)
{
	struct stargz_super_block sb;

	if (len < sizeof(sb))
		return;
	memcpy(&sb, bytes, sizeof(sb));
	sb.magic = htole32(STARGZ_SUPER_MAGIC);
	sb.crc32 = 0;
	sb.crc32 = htole32(crc32(0, (const Bytef *)&sb, sizeof(sb)));
	memcpy(bytes, &sb, sizeof(sb));
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
	seal(copy, len);
	if (!sgz_opened_file(&o, ctx, &how, input_file(copy, len)) && !o.layer &&
	    !sgz_index_tables(&o.index, ctx, &o.file))
		look_at(&o);
	sgz_opened_free(&o);
	return 0;
}
