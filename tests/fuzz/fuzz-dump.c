// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts in the form of stargz-dump(5): what is taken of one makes headers of
 * whole blocks, and names that lead nowhere else.
 */
#include <endian.h>
#include <string.h>

#include "layer.h"
#include "source/from_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A layer without files: content is looked for, and not found. */
static void empty_layer(struct sgz_opened *layer)
{
	struct stargz_inode *root =
		sgz_vec_add(&layer->index.table[STARGZ_TABLE_INODES], 1,
			    sizeof(*root));

	must(!!root, "root");
	root->mode = htole16(S_IFDIR | 0755);
	root->nlink = htole32(2);
	root->parent = htole32(STARGZ_ROOT_INO);
}

static void check(const struct sgz_source_entry *entry)
{
	const struct sgz_tar_header *h = entry->h;

	must(entry->head_len && !(entry->head_len % SGZ_TAR_BLOCK), "blocks");
	must(h->name_len >= 2 && !memcmp(h->name, "./", 2), "name");
	must(!memmem(h->name, h->name_len, "/../", 4), "way out");
	must(!memmem(h->name, h->name_len, "//", 2), "slashes");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct sgz_context *ctx = input_context();
	struct sgz_opened layer = { .ctx = ctx };
	const struct sgz_dump_content content = { -1, &layer };
	struct sgz_source_entry entry;
	struct sgz_source *source;
	struct sgz_blob text;

	empty_layer(&layer);
	if (!sgz_blob_open(&text, ctx, input_file(bytes, len), 0, 0) &&
	    !sgz_source_dump(&source, ctx, &text, &content)) {
		while (source->next(source, &entry) == 1) {
			check(&entry);
			must(!source->again(source, &entry), "again");
		}
		source->close(source);
	}
	sgz_opened_free(&layer);
	return 0;
}
