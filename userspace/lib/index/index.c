// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <stdlib.h>

#include "index/index.h"

bool sgz_index_graft(const struct sgz_index *index, uint32_t *layer,
		     uint32_t *ino)
{
	const struct sgz_graft *graft = index->grafts.data;
	size_t low = 0, high = index->grafts.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (graft[middle].ino < *ino)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->grafts.count || graft[low].ino != *ino)
		return false;
	*layer = graft[low].layer;
	*ino = graft[low].below;
	return true;
}

void sgz_index_free(struct sgz_index *index)
{
	for (int i = 0; i < STARGZ_TABLES; i++)
		sgz_vec_free(&index->table[i]);
	sgz_vec_free(&index->tree);
	sgz_vec_free(&index->undigested);
	sgz_vec_free(&index->grafts);
	free(index->opaque);
}
