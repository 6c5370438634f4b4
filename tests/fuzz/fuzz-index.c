// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Indexes and device images, damaged: what passes the checks is read whole, and
 * an edited index has the same tree.
 */
#include <endian.h>
#include <string.h>
#include <unistd.h>

#include "index/read.h"
#include "layer.h"
#include "make.h"
#include "seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void edit(const struct sgz_opened *o)
{
	static const char *const properties[] = { "a=b", NULL };
	static int out;
	struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.label = "label",
		.properties = properties,
	};
	const struct sgz_context *ctx = input_context();
	struct sgz_index again = { 0 };
	struct stargz_error error;
	struct sgz_blob file;

	memory_file(&out);
	/* Unless the index is unsound, or has no room before its blobs. */
	if (stargz_index_edit(o->file.fd, &how, out, NULL, &error))
		return;
	must(!sgz_blob_open(&file, ctx, out, 0, 0) &&
	     !sgz_index_read(&again, ctx, &file), "edited");
	must(!memcmp(again.sb.uuid, o->index.sb.uuid, sizeof(again.sb.uuid)) &&
	     again.table[STARGZ_TABLE_INODES].count ==
	     o->index.table[STARGZ_TABLE_INODES].count &&
	     again.table[STARGZ_TABLE_PROPERTIES].count == sizeof("a=b"),
	     "edited tree");
	sgz_index_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const __le32 magic = htole32(STARGZ_SUPER_MAGIC);
	const struct sgz_context *ctx = input_context();
	const struct stargz_index_options how = { 0 };
	static uint8_t copy[1 << 20];
	struct sgz_opened o = { 0 };

	if (len > sizeof(copy) || len < sizeof(magic))
		return 0;
	memcpy(copy, bytes, len);
	memcpy(copy, &magic, sizeof(magic));
	seal(copy, len);
	if (!sgz_opened_file(&o, ctx, &how, input_file(copy, len)) && !o.layer &&
	    !sgz_index_tables(&o.index, ctx, &o.file)) {
		look_at(&o);
		edit(&o);
	}
	sgz_opened_free(&o);
	return 0;
}
