/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the header blocks of a tar entry: ustar, and a PAX extended header
 * before it where that cannot hold what there is to say.
 */
#ifndef SGZ_TAR_WRITER_H
#define SGZ_TAR_WRITER_H

#include "tar/reader.h"

/**
 * sgz_tar_write() - make the header blocks of an entry
 * @head: bytes; they are appended
 * @h: what they are to say: its names, numbers, time and h->pax.xattrs. A
 *	sparse file is written as if it had h->size bytes and no holes. What
 *	else is in h->pax is not looked at.
 *
 * Equal headers give equal bytes; the order of attributes does not matter.
 *
 * Return: 0, or -ENOMEM, without error text.
 */
int sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h);

/**
 * sgz_tar_write_all() - make header blocks that say everything in PAX records
 * @head: bytes; they are appended
 * @h: what they are to say
 *
 * As sgz_tar_write(), for an entry that stands behind a global header: what
 * that says holds unless a record of the entry says something else.
 *
 * Return: 0, or -ENOMEM, without error text.
 */
int sgz_tar_write_all(struct sgz_vec *head, const struct sgz_tar_header *h);

#endif /* SGZ_TAR_WRITER_H */
