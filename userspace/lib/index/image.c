// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include "index/image.h"

bool sgz_image_graft(const struct sgz_image *image, uint32_t *layer,
		     uint32_t *ino)
{
	const struct sgz_graft *graft = image->grafts.data;
	size_t low = 0, high = image->grafts.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (graft[middle].ino < *ino)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == image->grafts.count || graft[low].ino != *ino)
		return false;
	*layer = graft[low].layer;
	*ino = graft[low].below;
	return true;
}

void sgz_image_free(struct sgz_image *image)
{
	for (int i = 0; i < STARGZ_TABLES; i++)
		sgz_vec_free(&image->table[i]);
	sgz_vec_free(&image->grafts);
}
