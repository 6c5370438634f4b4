/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Setting the attributes of a file from an index.
 */
#ifndef SGZ_INSPECT_EXTRACT_ATTRS_H
#define SGZ_INSPECT_EXTRACT_ATTRS_H

#include "index/tables.h"

/**
 * sgz_extract_attributes() - set owner, extended attributes, mode and times
 * @ctx: the call; gets a warning for each attribute that cannot be set
 * @index: an index that was checked
 * @ino: inode number
 * @fd: file of any type, possibly opened with O_PATH
 * @name: its quoted name, for messages
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_extract_attributes(const struct sgz_context *ctx,
			   const struct sgz_index *index, uint32_t ino, int fd,
			   const char *name);

#endif /* SGZ_INSPECT_EXTRACT_ATTRS_H */
