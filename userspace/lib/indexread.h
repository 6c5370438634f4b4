/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading an index back.
 */
#ifndef SGZ_INDEXREAD_H
#define SGZ_INDEXREAD_H

#include "blob.h"
#include "image.h"

/** sgz_is_index() - do these bytes begin a superblock? */
bool sgz_is_index(const void *bytes, size_t len);

/**
 * sgz_index_read() - read a whole index into memory
 * @image: filled; zeroed by the caller; sgz_image_free() releases it
 * @ctx: the call
 * @file: what begins with it
 *
 * Everything has been checked by sgz_records_check() when this succeeds.
 *
 * Return: 0, -EINVAL if it is none or one that we do not know, -EUCLEAN if it
 * is damaged, -ENOMEM, or what reading gave; the error text is set.
 */
int sgz_index_read(struct sgz_image *image, const struct sgz_context *ctx,
		   const struct sgz_blob *file);

#endif /* SGZ_INDEXREAD_H */
