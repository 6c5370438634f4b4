/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Sparse files in tar: GNU's old format and its three PAX formats.
 */
#ifndef SGZ_TAR_SPARSE_H
#define SGZ_TAR_SPARSE_H

#include "tar/input.h"

/**
 * sgz_sparse_read() - read the map of a sparse file
 * @tar: @sparse, @runs and @file_size of its header are filled in. Map blocks
 *	in the stream are read and subtracted from @size
 * @u: the header block
 *
 * An invalid map sets the fault of the entry.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_sparse_read(struct sgz_tar *tar, const struct sgz_ustar *u);

#endif /* SGZ_TAR_SPARSE_H */
