/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Applying the records of extended headers to the header of an entry.
 */
#ifndef SGZ_TAR_PAX_APPLY_H
#define SGZ_TAR_PAX_APPLY_H

#include "tar/acl.h"
#include "tar/header.h"

/**
 * sgz_pax_apply() - replace fields of the header block by collected records
 * @h: header, filled in by sgz_tar_block()
 * @names: lookup of names in access control lists, or NULL
 *
 * Attributes that have records of their own, such as ACLs, are added to the
 * others. sgz_sparse_read() handles the records of sparse files.
 *
 * Return: 0, or -ENOMEM.
 */
int sgz_pax_apply(struct sgz_tar_header *h,
		  const struct sgz_acl_names *names);

/** sgz_pax_path_length() - length of a path in bytes, up to a NUL byte */
size_t sgz_pax_path_length(struct sgz_tar_header *h,
			   const struct sgz_pax_text *text);

#endif /* SGZ_TAR_PAX_APPLY_H */
