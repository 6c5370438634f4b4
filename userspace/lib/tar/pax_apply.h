/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * From records of extended headers to the header of an entry.
 */
#ifndef SGZ_TAR_PAX_APPLY_H
#define SGZ_TAR_PAX_APPLY_H

#include "tar/acl.h"
#include "tar/header.h"

/**
 * sgz_pax_apply() - put what was collected in place of what the block says
 * @h: header with the block's fields filled
 *
 * The attributes are completed by those that have records of their own.
 * Sparse files are left to sgz_sparse_read().
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_pax_apply(struct sgz_tar_header *h,
		  const struct sgz_acl_names *names);

/** sgz_pax_path_length() - bytes of a path, which ends at a NUL byte */
size_t sgz_pax_path_length(struct sgz_tar_header *h,
			   const struct sgz_pax_text *text);

#endif /* SGZ_TAR_PAX_APPLY_H */
