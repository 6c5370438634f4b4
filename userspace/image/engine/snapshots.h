/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: snapshots of containerd's snapshotter overlayfs. A layer is mounted
 * over the directory "fs" of its snapshot, before the snapshot is committed with the
 * chain ID, by which containerd finds it. The snapshotter has a directory for each
 * snapshot, in which our files are, too.
 */
#ifndef IMAGE_SNAPSHOTS_H
#define IMAGE_SNAPSHOTS_H

#include "../source/ctr.h"
#include "home.h"

/* The keys of snapshots that are being made begin with this. */
#define SNAPSHOTS_KEY	"stargz-image-"

/**
 * struct snapshots - all snapshots of a namespace
 * @ctr: how to call ctr
 * @lock: a locked file: one program at a time changes snapshots; or -1
 * @map: from the key of each to {parent, active, children}
 */
struct snapshots {
	struct ctr ctr;
	int lock;
	struct json_object *map;
};

/**
 * snapshots_open() - lock, and list the snapshots
 * @c: filled in; must be closed with snapshots_close(), also after an error
 * @name: for messages
 * @ns: the namespace, or NULL
 *
 * Return: 0, or a negative errno after an error message.
 */
int snapshots_open(struct snapshots *c, const char *name, const char *ns);

/** snapshots_close() - release */
void snapshots_close(struct snapshots *c);

/** snapshots_parent() - key of the parent, an empty text, or NULL: no snapshot */
const char *snapshots_parent(const struct snapshots *c, const char *key);

/** snapshots_is_active() - is it still being made, or that of a container? */
bool snapshots_is_active(const struct snapshots *c, const char *key);

/** snapshots_children() - number of snapshots on top of one */
unsigned int snapshots_children(const struct snapshots *c, const char *key);

/** snapshots_user() - key of a container's snapshot on top of one, or NULL */
const char *snapshots_user(const struct snapshots *c, const char *top);

/**
 * snapshots_homes() - the directories of a committed snapshot and those below
 * @c: the snapshots
 * @key: its key
 * @homes: set to an array of strings, this snapshot first
 * @count: set to their number
 *
 * Return: 0, or a negative errno after an error message.
 */
int snapshots_homes(struct snapshots *c, const char *key, char ***homes,
		    size_t *count);

/** snapshots_free_homes() - release */
void snapshots_free_homes(char **homes, size_t count);

/**
 * snapshots_prepare() - start a snapshot, or go on with one
 * @c: the snapshots
 * @key: its key
 * @parent: key of the parent, or NULL
 * @home: set to its directory
 *
 * Return: 0, or a negative errno after an error message.
 */
int snapshots_prepare(struct snapshots *c, const char *key, const char *parent,
		      char **home);

/**
 * snapshots_commit() - commit a snapshot
 * @c: the snapshots
 * @key: its key
 * @name: its key from now on
 * @parent: key of the parent, or NULL
 *
 * Return: 0, or a negative errno after an error message.
 */
int snapshots_commit(struct snapshots *c, const char *key, const char *name,
		     const char *parent);

/**
 * snapshots_remove() - unmount a layer and remove its snapshot
 * @c: the snapshots
 * @key: its key
 * @dir: its directory
 *
 * Return: 0, or a negative errno after an error message.
 */
int snapshots_remove(struct snapshots *c, const char *key, const char *dir);

/**
 * snapshots_collect() - remove layers that no image has
 * @c: the snapshots
 * @needed: keys of snapshots that images have
 * @tell: name what is removed
 *
 * Return: 0, or a negative errno after an error message; the rest is removed
 * nevertheless.
 */
int snapshots_collect(struct snapshots *c, struct json_object *needed,
		      bool tell);

/** snapshots_home() - a directory, for home.h */
void snapshots_home(const char *dir, struct home *home);

#endif /* IMAGE_SNAPSHOTS_H */
