/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Extended attributes of files of the host.
 */
#ifndef SGZ_SOURCE_FROM_DIR_XATTR_H
#define SGZ_SOURCE_FROM_DIR_XATTR_H

#include "base/context.h"
#include "tar/pax.h"

/**
 * sgz_file_xattrs() - read all attributes of a file
 * @pax: the attributes are added to its xattrs
 * @ctx: the call
 * @name: name of the file, for messages
 * @fd: the file, possibly a symbolic link
 * @open: @fd was opened without O_PATH
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_file_xattrs(struct sgz_pax *pax, const struct sgz_context *ctx,
		    const char *name, int fd, bool open);

#endif /* SGZ_SOURCE_FROM_DIR_XATTR_H */
