// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Functions for sources of any kind.
 */
#include "source/source.h"

static int digest_bytes(struct sgz_source *source,
			const struct sgz_context *ctx,
			const struct sgz_tar_header *h, struct sgz_sha256 *sha,
			uint64_t left)
{
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
	return 0;
}

int sgz_source_digest(struct sgz_source *source, const struct sgz_context *ctx,
		      const struct sgz_tar_header *h, struct sgz_sha256 *sha,
		      uint8_t digest[STARGZ_SHA256_LEN])
{
	const struct sgz_tar_run *run = h->runs.data;
	size_t count = h->sparse ? h->runs.count : 0;
	uint64_t pos = 0;
	int ret = 0;

	if (!h->sparse)
		ret = digest_bytes(source, ctx, h, sha, h->size);
	for (size_t i = 0; !ret && i < count; i++, run++) {
		sgz_sha256_zeroes(sha, run->pos - pos);
		ret = digest_bytes(source, ctx, h, sha, run->size);
		pos = run->pos + run->size;
	}
	if (h->sparse)
		sgz_sha256_zeroes(sha, h->file_size - pos);
	sgz_sha256_get(sha, digest);
	return ret;
}
