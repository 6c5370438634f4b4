/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Making the header blocks of a tar entry: ustar, and before it a PAX extended
 * header for values that do not fit in ustar.
 */
#ifndef SGZ_TAR_WRITER_H
#define SGZ_TAR_WRITER_H

#include "tar/reader.h"

/**
 * sgz_tar_write() - make the header blocks of an entry
 * @head: the blocks are appended
 * @h: names, numbers, time, h->pax.xattrs, and the runs of a sparse file; the
 *	rest of h->pax is ignored
 *
 * Equal headers give equal bytes, whatever the order of the attributes.
 *
 * Return: 0, or -ENOMEM, without error text.
 */
int sgz_tar_write(struct sgz_vec *head, const struct sgz_tar_header *h);

/**
 * sgz_tar_write_all() - make header blocks with PAX records for all fields
 * @head: the blocks are appended
 * @h: as for sgz_tar_write()
 *
 * For an entry after a global header, whose records apply unless the entry has
 * a record with the same key.
 *
 * Return: 0, or -ENOMEM, without error text.
 */
int sgz_tar_write_all(struct sgz_vec *head, const struct sgz_tar_header *h);

#endif /* SGZ_TAR_WRITER_H */
