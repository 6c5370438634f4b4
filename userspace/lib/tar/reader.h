/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Reading a tar stream header by header: v7, ustar, PAX and GNU. Extension
 * headers are applied to the header that they belong to.
 */
#ifndef SGZ_TAR_READER_H
#define SGZ_TAR_READER_H

#include "tar/input.h"

/**
 * sgz_tar_next() - read one header and its extension headers
 * @tar: initially zeroed except for the stream. The stream is at a header and
 *	is moved to the payload
 *
 * Irregular fields are no error: see sgz_tar_header.odd and sgz_tar_type().
 *
 * Return: 1, or 0 at the end of the archive, or a negative errno with the
 * error text set.
 */
int sgz_tar_next(struct sgz_tar *tar);

#endif /* SGZ_TAR_READER_H */
