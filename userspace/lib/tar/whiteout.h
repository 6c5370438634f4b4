/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Names that say what a layer removes: those of the OCI image specification, which
 * came from AUFS, and those that AUFS kept for itself.
 */
#ifndef SGZ_TAR_WHITEOUT_H
#define SGZ_TAR_WHITEOUT_H

#include <stdbool.h>
#include <stddef.h>

/* What the name of a whiteout begins with; the name that it removes follows. */
#define SGZ_WHITEOUT	".wh."
/* Makes the directory that it is in opaque. */
#define SGZ_OPAQUE	".wh..wh..opq"

/** sgz_is_whiteout_name() - does a name begin as that of a whiteout? */
bool sgz_is_whiteout_name(const char *name, size_t len);

/** sgz_is_marker() - is the last name of a path that of a whiteout or marker? */
bool sgz_is_marker(const char *path, size_t len);

/**
 * sgz_path_without_aufs() - how much of a path is not a file of AUFS' own
 * @path: cleaned
 * @len: bytes in it
 *
 * Return: the length up to the first name that begins with ".wh..wh.", with the
 * slash before it; @len if there is none but that of an opaque marker.
 */
size_t sgz_path_without_aufs(const char *path, size_t len);

#endif /* SGZ_TAR_WHITEOUT_H */
