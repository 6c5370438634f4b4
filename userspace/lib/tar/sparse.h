/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Sparse files in tar: GNU's old form and its three PAX forms.
 */
#ifndef SGZ_TAR_SPARSE_H
#define SGZ_TAR_SPARSE_H

#include "tar/input.h"

/**
 * sgz_sparse_read() - find out which runs of a file are stored
 * @tar: its header is complete but for @sparse, @runs and @file_size; what
 *	the map takes up of the stream is read and no part of @size any more
 * @u: the header block
 *
 * A map that cannot be right is a fault of the entry.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_sparse_read(struct sgz_tar *tar, const struct sgz_ustar *u);

#endif /* SGZ_TAR_SPARSE_H */
