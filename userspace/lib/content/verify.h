/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding the content of a new index: comparing it with the digests of the TOC
 * and computing the digests of spans.
 */
#ifndef SGZ_CONTENT_VERIFY_H
#define SGZ_CONTENT_VERIFY_H

#include "index/tables.h"

/**
 * sgz_check_content() - decode spans; compare or compute digests
 * @ctx: the call
 * @index: the index of a blob; receives the digests that it lacks, if it is to
 *	have digests
 * @blob: the layer
 * @ranges: NULL, or struct sgz_range: decode every span and compare these
 *	digests; the call sorts them
 *
 * Return: 0, -EUCLEAN if a span is damaged or too short, -EBADMSG if content
 * differs from its digest; the error text names the first file.
 */
int sgz_check_content(const struct sgz_context *ctx,
		      struct sgz_index *index, struct sgz_blob *blob,
		      struct sgz_vec *ranges);

#endif /* SGZ_CONTENT_VERIFY_H */
