/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Giving a file the attributes that an index has for it.
 */
#ifndef SGZ_INSPECT_EXTRACT_ATTRS_H
#define SGZ_INSPECT_EXTRACT_ATTRS_H

#include "index/tables.h"

/**
 * sgz_extract_attributes() - set owner, extended attributes, mode and times
 * @ctx: the call; warned of attributes that cannot be set
 * @index: an index that was checked
 * @ino: whose attributes
 * @fd: what gets them, of any kind, maybe opened with O_PATH
 * @name: quoted, for messages
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_extract_attributes(const struct sgz_context *ctx,
			   const struct sgz_index *index, uint32_t ino, int fd,
			   const char *name);

#endif /* SGZ_INSPECT_EXTRACT_ATTRS_H */
