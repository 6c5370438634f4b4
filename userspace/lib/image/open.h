/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Opening an image.
 */
#ifndef SGZ_IMAGE_OPEN_H
#define SGZ_IMAGE_OPEN_H

#include "image/image.h"

/** sgz_store_settle() - is an archive an OCI layout, or of docker save? */
void sgz_store_settle(struct sgz_store *store);

#endif /* SGZ_IMAGE_OPEN_H */
