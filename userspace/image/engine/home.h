/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the directory that an engine has for a layer:
 *
 *	stargz.layer	link to the file of the layer
 *	stargz.index	its index, the file of the cache if possible
 *	stargz.unit	link to the unit that mounts it, if there is one
 *
 * and in it a directory on which the layer is mounted.
 */
#ifndef IMAGE_HOME_H
#define IMAGE_HOME_H

#include "store.h"

/**
 * struct home - the directory of a layer
 * @dir: its path, absolute
 * @mountpoint: name of the mount point in it
 * @before: units of the engine, separated by spaces
 */
struct home {
	char *dir;
	const char *mountpoint;
	const char *before;
};

/**
 * home_keep() - have a layer mounted, now and when the machine starts
 * @home: the directory, which exists with the mount point
 * @im: the image; its changes are counted
 * @nr: number of the layer
 *
 * Return: 0, or a negative errno after an error message.
 */
int home_keep(const struct home *home, struct stored *im, size_t nr);

/** home_is_ours() - was the directory made by home_keep()? */
bool home_is_ours(const char *dir);

/**
 * home_unmount() - unmount a layer, and remove its unit
 * @home: the directory
 *
 * Return: 0, also if it is not mounted, or a negative errno after an error
 * message.
 */
int home_unmount(const struct home *home);

/**
 * home_clean() - remove our files
 * @home: the directory of a layer that is not mounted
 *
 * Return: 0, or a negative errno after an error message.
 */
int home_clean(const struct home *home);

#endif /* IMAGE_HOME_H */
