/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Decoding all content of a blob and comparing it with the digests of the TOC.
 */
#ifndef SGZ_CONTENT_VERIFY_H
#define SGZ_CONTENT_VERIFY_H

#include "index/tables.h"

/**
 * sgz_check_content() - decode every span and compare digests
 * @ctx: the call
 * @index: the index of a blob
 * @blob: the layer
 * @ranges: struct sgz_range: the digests; the call sorts them
 *
 * Return: 0, -EUCLEAN if a span is damaged or too short, -EBADMSG if content
 * differs from its digest; the error text names the first file.
 */
int sgz_check_content(const struct sgz_context *ctx,
		      const struct sgz_index *index, struct sgz_blob *blob,
		      struct sgz_vec *ranges);

#endif /* SGZ_CONTENT_VERIFY_H */
