// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Functions for sources of any kind.
 */
#include "source/source.h"

int sgz_source_digest(struct sgz_source *source, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, struct sgz_sha256 *sha,
		      uint8_t digest[STARGZ_SHA256_LEN])
{
	uint64_t left = h->size;
	char buf[64 << 10];

	while (left) {
		ssize_t n = source->read(source, buf, left < sizeof(buf) ?
						      left : sizeof(buf));

		if (n < 0)
			return n;
		if (!n)
			return sgz_fail(ctx, -EUCLEAN,
					"%s: content ends too early",
					sgz_quote(h->name, h->name_len).text);
		sgz_sha256_add(sha, buf, n);
		left -= n;
	}
	sgz_sha256_get(sha, digest);
	return 0;
}
