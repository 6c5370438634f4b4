/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - decoding one span with its codec, for the KUnit tests.
 */
#ifndef STARGZ_TEST_CODEC_H
#define STARGZ_TEST_CODEC_H

#include "../internal.h"

/* Decode a span in a new stream; returns d->err. */
static inline int test_codec(struct stargz_decode *d)
{
	const struct stargz_codec_ops *codec = stargz_codec(d->raw);
	int ret = codec->begin(d);

	while (!ret)
		ret = codec->run(d);
	d->err = codec->end(d, min(ret, 0));
	return d->err;
}

#endif /* STARGZ_TEST_CODEC_H */
