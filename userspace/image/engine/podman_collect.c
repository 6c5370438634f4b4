// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: layers of a store that no image has, and what a killed program has
 * left. A layer is unmounted before its record goes, and the record goes before the
 * directory.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/files.h"
#include "podman.h"

/* Sets of IDs are the keys of JSON objects. */
static bool has(struct json_object *set, const char *id)
{
	return json_object_object_get_ex(set, id, NULL);
}

static void add(struct json_object *set, const char *id)
{
	json_object_object_add(set, id, NULL);
}

/* From the ID of each layer to its record. */
static struct json_object *map_layers(const struct podman *p)
{
	struct json_object *map = json_object_new_object();
	size_t count = json_object_array_length(p->layers);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(p->layers, i);

		json_object_object_add(map, podman_text(o, "id"),
				       json_object_get(o));
	}
	return map;
}

/* The layers of all images. */
static struct json_object *find_live(const struct podman *p)
{
	struct json_object *live = json_object_new_object();
	struct json_object *map = map_layers(p);
	size_t count = json_object_array_length(p->images);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(p->images, i);
		const char *id = podman_text(o, "layer");

		while (*id && !has(live, id)) {
			add(live, id);
			id = podman_text(json_object_object_get(map, id),
					 "parent");
		}
	}
	json_object_put(map);
	return live;
}

static bool is_id(const char *name)
{
	return strspn(name, "0123456789abcdef") == 2 * STARGZ_SHA256_LEN &&
	       !name[2 * STARGZ_SHA256_LEN];
}

/* Add the names of directories of layers that no image has. */
static int find_dead_folders(const struct podman *p, struct json_object *live,
			     struct json_object *dead)
{
	char *path = podman_path(p, "overlay");
	DIR *dir = opendir(path);
	struct dirent *d;

	free(path);
	if (!dir)
		return -errno;
	while ((d = readdir(dir)))
		if (is_id(d->d_name) && !has(live, d->d_name))
			add(dead, d->d_name);
	closedir(dir);
	return 0;
}

/* The layers that no image has: directories and records. */
static struct json_object *find_dead(const struct podman *p, int *ret)
{
	struct json_object *live = find_live(p);
	struct json_object *dead = json_object_new_object();
	size_t count = json_object_array_length(p->layers);

	*ret = find_dead_folders(p, live, dead);
	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(p->layers, i);

		if (!has(live, podman_text(o, "id")))
			add(dead, podman_text(o, "id"));
	}
	json_object_put(live);
	return dead;
}

/* Is @part in the text from @start to @end? */
static bool contains(const char *start, const char *end, const char *part)
{
	return memmem(start, end - start, part, strlen(part));
}

/*
 * Containers that run are mounts of overlayfs on a layer: podman 4 names it by its
 * short name, podman 5 by its directory.
 */
static bool in_use(const char *mounts, const char *id)
{
	char link[PODMAN_LINK], *dir;
	bool used = false;

	if (!mounts || !is_id(id))
		return false;
	podman_link(id, link);
	dir = xasprintf("/overlay/%s/", id);
	for (const char *line = mounts, *end; !used && *line; line = end) {
		end = strchrnul(line, '\n');
		used = contains(line, end, " - overlay ") &&
		       (contains(line, end, link) || contains(line, end, dir));
		end += *end == '\n';
	}
	free(dir);
	return used;
}

bool podman_dies_in_use(struct podman *p, const char *name)
{
	char *mounts = files_read("/proc/self/mountinfo", NULL);
	struct json_object *dead;
	bool used = false;
	int ret;

	dead = find_dead(p, &ret);
	json_object_object_foreach(dead, id, unused) {
		(void)unused;
		used = used || in_use(mounts, id);
	}
	if (used)
		msg_error(name, "a container uses it; stop the container first");
	json_object_put(dead);
	free(mounts);
	return used;
}

/* Unmount a layer that no image has. */
static int unmount(const struct podman *p, const char *mounts, const char *id)
{
	struct home home;
	int ret;

	podman_home(p, id, &home);
	if (in_use(mounts, id)) {
		msg_error(home.dir, "a container uses the layer, which no image has");
		ret = -EBUSY;
	} else {
		ret = home_unmount(&home);
	}
	free(home.dir);
	return ret;
}

/* Keep the records of layers that are not in a set. */
static void drop_records(struct podman *p, struct json_object *gone)
{
	struct json_object *rest = json_object_new_array();
	size_t count = json_object_array_length(p->layers);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(p->layers, i);

		if (!has(gone, podman_text(o, "id")))
			json_object_array_add(rest, json_object_get(o));
	}
	json_object_put(p->layers);
	p->layers = rest;
}

static int remove_tree(const char *path, bool tell, const char *what)
{
	bool there = !access(path, F_OK);
	int ret = files_remove_tree(path);

	if (ret)
		msg_error(path, "%s", strerror(-ret));
	else if (there && tell)
		printf("%s: removed, %s\n", path, what);
	return ret;
}

static int remove_layer(struct podman *p, const char *id, bool tell)
{
	char link[PODMAN_LINK], *path;
	struct home home;
	int ret;

	podman_home(p, id, &home);
	ret = home_clean(&home);
	if (!ret && is_id(id)) {
		podman_link(id, link);
		path = podman_path(p, "overlay/l/%s", link);
		ret = files_remove(path);
		free(path);
	}
	if (!ret)
		ret = remove_tree(home.dir, tell, "a layer of no image");
	free(home.dir);
	p->changes++;
	return ret;
}

static int collect_layers(struct podman *p, bool tell)
{
	char *mounts = files_read("/proc/self/mountinfo", NULL);
	struct json_object *gone = json_object_new_object(), *dead;
	int ret, one;

	dead = find_dead(p, &ret);
	json_object_object_foreach(dead, id, unused) {
		(void)unused;
		one = unmount(p, mounts, id);
		if (!one)
			add(gone, id);
		ret = ret ? ret : one;
	}
	drop_records(p, gone);
	one = podman_save_layers(p);
	ret = ret ? ret : one;
	json_object_object_foreach(gone, old, none) {
		(void)none;
		if (!one)
			one = remove_layer(p, old, tell);
	}
	json_object_put(dead);
	json_object_put(gone);
	free(mounts);
	return ret ? ret : one;
}

static bool is_dead_image(struct podman *p, const char *entry)
{
	return is_id(entry) && !podman_find(p->images, entry);
}

/* A short name whose layer is gone. */
static bool is_dead_link(struct podman *p, const char *entry)
{
	char *path = podman_path(p, "overlay/l/%s", entry);
	bool dead = *entry != '.' && access(path, F_OK) && errno == ENOENT;

	free(path);
	return dead;
}

/* Remove the entries of a directory for which @is_dead says so. */
static int collect_entries(struct podman *p, const char *name, bool tell,
			   bool (*is_dead)(struct podman *p, const char *entry),
			   const char *what)
{
	char *folder = podman_path(p, "%s", name);
	DIR *dir = opendir(folder);
	struct dirent *d;
	int ret = dir ? 0 : -errno;

	while (dir && (d = readdir(dir))) {
		char *path;
		int one;

		if (!is_dead(p, d->d_name))
			continue;
		path = xasprintf("%s/%s", folder, d->d_name);
		one = remove_tree(path, tell, what);
		ret = ret ? ret : one;
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return ret;
}

/* Files that were being written, in a directory and in those below it. */
static int collect_parts(const struct podman *p, const char *name, bool tell)
{
	char *folder = podman_path(p, "%s", name);
	DIR *dir = opendir(folder);
	struct dirent *d;
	int ret = files_collect(folder, tell);

	while (dir && (d = readdir(dir))) {
		char *path;
		int one;

		if (*d->d_name == '.' || d->d_type != DT_DIR)
			continue;
		path = xasprintf("%s/%s", folder, d->d_name);
		one = files_collect(path, tell);
		ret = ret ? ret : one;
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return ret;
}

int podman_collect(struct podman *p, bool tell)
{
	static const char *const folders[] = {
		"overlay-images", "overlay-layers", "overlay",
	};
	int ret = collect_layers(p, tell), one;

	one = collect_entries(p, "overlay-images", tell, is_dead_image,
			      "parts of an image");
	ret = ret ? ret : one;
	one = collect_entries(p, "overlay/l", tell, is_dead_link,
			      "a link to no layer");
	ret = ret ? ret : one;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		one = collect_parts(p, folders[i], tell);
		ret = ret ? ret : one;
	}
	return ret;
}
