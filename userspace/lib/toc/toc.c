// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include "toc/toc.h"

void sgz_toc_free(struct sgz_toc *toc)
{
	sgz_vec_free(&toc->entries);
	sgz_vec_free(&toc->chunks);
	sgz_xattr_pool_free(&toc->xattrs);
	sgz_arena_free(&toc->strings);
	sgz_vec_free(&toc->chunk_digests);
	sgz_vec_free(&toc->file_digests);
}
