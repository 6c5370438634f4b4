/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Whiteouts: names of the OCI image specification that remove files of lower
 * layers. They come from AUFS, which uses more such names for internal files.
 */
#ifndef SGZ_TAR_WHITEOUT_H
#define SGZ_TAR_WHITEOUT_H

#include <stdbool.h>
#include <stddef.h>

/* Prefix of a whiteout. The name that it removes follows. */
#define SGZ_WHITEOUT	".wh."
/* Makes its directory opaque. */
#define SGZ_OPAQUE	".wh..wh..opq"

/** sgz_is_whiteout_name() - does a name start with the prefix of whiteouts? */
bool sgz_is_whiteout_name(const char *name, size_t len);

/** sgz_is_marker() - is the last name of a path a whiteout or opaque marker? */
bool sgz_is_marker(const char *path, size_t len);

/**
 * sgz_path_without_aufs() - length of a path without internal names of AUFS
 * @path: cleaned
 * @len: its length in bytes
 *
 * Return: the length up to the first name that starts with ".wh..wh.",
 * including the slash before it; or @len if there is no such name except for an
 * opaque marker at the end.
 */
size_t sgz_path_without_aufs(const char *path, size_t len);

#endif /* SGZ_TAR_WHITEOUT_H */
