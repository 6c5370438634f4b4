/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: an additional image store of podman, buildah and CRI-O, in the form
 * of the driver overlay of containers/storage:
 *
 *	overlay-layers/layers.json	the layers
 *	overlay-images/images.json	the images
 *	overlay-images/ID/		manifest and configuration of an image
 *	overlay/ID/diff			where a layer is mounted
 *	overlay/ID/{link,lower}		its short name, those of the layers below
 *	overlay/l/LINK			leads from a short name to the layer
 *
 * Engines read the store with read locks on layers.lock and images.lock; changing
 * it takes both write locks.
 */
#ifndef IMAGE_PODMAN_H
#define IMAGE_PODMAN_H

#include "home.h"

/* Length of a short name, with the NUL. */
#define PODMAN_LINK	27

/**
 * struct podman - an open store
 * @dir: its path
 * @layers_lock: the locked file of the layers, or -1
 * @images_lock: the locked file of the images, or -1
 * @layers: content of layers.json
 * @images: content of images.json
 * @changes: number of changes, for those who do not count them elsewhere
 */
struct podman {
	char *dir;
	int layers_lock;
	int images_lock;
	struct json_object *layers;
	struct json_object *images;
	unsigned int changes;
};

/**
 * podman_open() - open and lock a store
 * @p: filled in; must be closed with podman_close(), also after an error
 * @dir: its directory
 * @create: make a new store if the directory is missing or empty
 *
 * Return: 0, or a negative errno after an error message.
 */
int podman_open(struct podman *p, const char *dir, bool create);

/** podman_close() - tell engines of changes, and unlock */
void podman_close(struct podman *p);

/** podman_path() - a path in the store, in a new string */
char *podman_path(const struct podman *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** podman_save_layers() - write layers.json; returns 0 or a negative errno */
int podman_save_layers(struct podman *p);

/** podman_save_images() - write images.json; returns 0 or a negative errno */
int podman_save_images(struct podman *p);

/** podman_text() - a text of a record, or an empty one */
const char *podman_text(struct json_object *record, const char *key);

/** podman_find() - the record with an ID, or NULL */
struct json_object *podman_find(struct json_object *list, const char *id);

/**
 * podman_link() - the short name of a layer
 * @id: its ID, 64 hexadecimal digits
 * @link: set to the name
 */
void podman_link(const char *id, char link[PODMAN_LINK]);

/**
 * podman_home() - the directory of a layer, for home.h
 * @p: the store
 * @id: its ID
 * @home: filled in; the caller frees @dir
 */
void podman_home(const struct podman *p, const char *id, struct home *home);

/**
 * podman_dies_in_use() - is a layer in use that no image has?
 * @p: the store
 * @name: for the message
 *
 * Return: true after an error message.
 */
bool podman_dies_in_use(struct podman *p, const char *name);

/**
 * podman_collect() - remove what no image has
 * @p: the store
 * @tell: name what is removed
 *
 * Return: 0, or a negative errno after an error message; the rest is removed
 * nevertheless.
 */
int podman_collect(struct podman *p, bool tell);

#endif /* IMAGE_PODMAN_H */
