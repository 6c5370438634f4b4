/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: units of systemd that mount layers when the machine starts.
 */
#ifndef IMAGE_UNIT_H
#define IMAGE_UNIT_H

#include "../../mount/options.h"

/**
 * struct unit - a unit that mounts a layer
 * @folder: directory of the units
 * @where: mount point, an absolute path
 * @what: file of the layer
 * @opt: mount options
 * @before: units of the engine, separated by spaces
 * @image: name of the image
 */
struct unit {
	const char *folder;
	const char *where;
	const char *what;
	const struct mount_options *opt;
	const char *before;
	const char *image;
};

/**
 * unit_path() - name of the file of a unit
 * @folder: directory of the units
 * @where: mount point, an absolute path
 *
 * Return: a new string, or NULL after an error message: the name is too long.
 */
char *unit_path(const char *folder, const char *where);

/**
 * unit_keep() - have a unit, which systemd mounts at the next start
 * @unit: the unit
 * @path: from unit_path()
 * @changes: counts files that are written
 *
 * Return: 0, or a negative errno after an error message.
 */
int unit_keep(const struct unit *unit, const char *path, unsigned int *changes);

/**
 * unit_remove() - remove a unit
 * @path: its file
 *
 * Return: 0, also if it is missing, or a negative errno after an error message.
 */
int unit_remove(const char *path);

/** unit_folder() - the directory of units if systemd is running, or NULL */
const char *unit_folder(void);

/** unit_reload() - let systemd read the units of unit_folder() again */
void unit_reload(void);

#endif /* IMAGE_UNIT_H */
