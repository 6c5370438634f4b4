// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <errno.h>
#include <libdeflate.h>
#include <string.h>

#include "format/pieces.h"
#include "stargz_fs.h"

static int add_crc(struct sgz_vec *list, uint32_t crc)
{
	uint32_t *to = sgz_vec_add(list, 1, sizeof(*to));

	if (!to)
		return -ENOMEM;
	*to = crc;
	return 0;
}

int sgz_pieces_add(struct sgz_pieces *pieces, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;

	while (len) {
		size_t n = STARGZ_PIECE_SIZE - pieces->len;

		n = n < len ? n : len;
		pieces->crc = libdeflate_crc32(pieces->crc, from, n);
		pieces->len += n;
		from += n;
		len -= n;
		if (pieces->len < STARGZ_PIECE_SIZE)
			break;
		if (add_crc(&pieces->list, pieces->crc))
			return -ENOMEM;
		pieces->crc = 0;
		pieces->len = 0;
	}
	return 0;
}

int sgz_pieces_store(const struct sgz_pieces *pieces, struct sgz_vec *to)
{
	const struct sgz_vec *list = &pieces->list;
	uint32_t *crc = sgz_vec_add(to, list->count, sizeof(*crc));

	if (!crc)
		return -ENOMEM;
	if (list->count)
		memcpy(crc, list->data, list->count * sizeof(*crc));
	return pieces->len ? add_crc(to, pieces->crc) : 0;
}

void sgz_pieces_resume(struct sgz_pieces *pieces, uint32_t crc, uint32_t len)
{
	pieces->list.count = 0;
	pieces->crc = crc;
	pieces->len = len;
}
