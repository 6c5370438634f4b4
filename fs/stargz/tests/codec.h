/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - decoding one span with its codec, for the KUnit tests.
 */
#ifndef STARGZ_TEST_CODEC_H
#define STARGZ_TEST_CODEC_H

#include <kunit/test.h>

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

/*
 * As above, and verify the decoded bytes by the CRCs of the index of @sb, all of
 * them.
 */
static inline int test_codec_checked(struct kunit *test, struct super_block *sb,
				     struct stargz_decode *d)
{
	KUNIT_ASSERT_EQ(test, stargz_check_load(sb, d), 0);
	KUNIT_ASSERT_TRUE(test, d->checked);
	if (!test_codec(d))
		KUNIT_EXPECT_TRUE(test, stargz_check_end(d));
	return d->err;
}

#endif /* STARGZ_TEST_CODEC_H */
