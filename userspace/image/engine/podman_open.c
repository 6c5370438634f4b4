// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/files.h"
#include "podman.h"

/* Bytes with which a lock file says who has changed the store last. */
#define WRITER_BYTES	64

static int fail(const char *path)
{
	int ret = -errno;

	msg_error(path, "%s", strerror(errno));
	return ret;
}

char *podman_path(const struct podman *p, const char *format, ...)
{
	char *rest, *path;
	va_list args;

	va_start(args, format);
	if (vasprintf(&rest, format, args) < 0)
		rest = NULL;
	va_end(args);
	path = xasprintf("%s/%s", p->dir, rest ? rest : "");
	free(rest);
	return path;
}

const char *podman_text(struct json_object *record, const char *key)
{
	struct json_object *value = json_object_object_get(record, key);

	return json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) : "";
}

struct json_object *podman_find(struct json_object *list, const char *id)
{
	size_t count = json_object_array_length(list);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (!strcmp(podman_text(o, "id"), id))
			return o;
	}
	return NULL;
}

/* Base32 of the first bits of the ID; other names are random. */
void podman_link(const char *id, char link[PODMAN_LINK])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned int bits = 0, count = 0;

	for (size_t i = 0; i < PODMAN_LINK - 1; i++) {
		while (count < 5) {
			char digit[] = { *id++, '\0' };

			bits = bits << 4 | strtoul(digit, NULL, 16);
			count += 4;
		}
		count -= 5;
		link[i] = digits[bits >> count & 31];
	}
	link[PODMAN_LINK - 1] = '\0';
}

void podman_home(const struct podman *p, const char *id, struct home *home)
{
	*home = (struct home){
		.dir = podman_path(p, "overlay/%s", id),
		.mountpoint = "diff",
		.before = "podman.service podman.socket podman-restart.service podman-auto-update.service crio.service",
	};
}

/* The names that only the storage of an engine has, or a new store may have. */
static bool is_own_storage(const char *name)
{
	return !strcmp(name, "overlay-containers") || !strcmp(name, "libpod");
}

static bool is_ignored(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") ||
	       !strcmp(name, "lost+found");
}

/* Is the directory a store, or empty and to become one? */
static int check_kind(const char *dir, bool create)
{
	bool own = false, store = false, empty = true;
	DIR *list = opendir(dir);
	struct dirent *d;

	if (!list)
		return fail(dir);
	while ((d = readdir(list))) {
		own = own || is_own_storage(d->d_name);
		store = store || !strcmp(d->d_name, "overlay-images");
		empty = empty && is_ignored(d->d_name);
	}
	closedir(list);
	if (own)
		msg_error(dir, "is the storage of podman itself; give another directory, and name it in additionalimagestores of storage.conf");
	else if (!store && !(empty && create))
		msg_error(dir, "not an additional image store");
	return !own && (store || (empty && create)) ? 0 : -ENOTDIR;
}

/* overlay-images comes first: it says that the directory is a store. */
static int make_folders(const struct podman *p)
{
	static const char *const names[] = {
		"overlay-images", "overlay-layers", "overlay", "overlay/l",
	};
	unsigned int changes;
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = podman_path(p, "%s", names[i]);

		ret = files_keep_directory(path, 0700, &changes);
		free(path);
	}
	return ret;
}

/* An engine holds its lock for moments only. */
static int take_lock(const struct podman *p, const char *name, int *lock)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char *path = podman_path(p, "%s", name);
	int ret = 0;

	*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (*lock < 0 || fcntl(*lock, F_OFD_SETLKW, &whole))
		ret = fail(path);
	free(path);
	return ret;
}

/* A list of names, which may be missing if it is empty. */
static bool check_names(struct json_object *record)
{
	struct json_object *names = json_object_object_get(record, "names");
	size_t count;

	if (!names)
		return true;
	if (!json_object_is_type(names, json_type_array))
		return false;
	count = json_object_array_length(names);
	for (size_t i = 0; i < count; i++)
		if (!json_object_is_type(json_object_array_get_idx(names, i),
					 json_type_string))
			return false;
	return true;
}

/* Is it a list of records with IDs and names? */
static bool check_list(struct json_object *list)
{
	size_t count;

	if (!json_object_is_type(list, json_type_array))
		return false;
	count = json_object_array_length(list);
	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (!json_object_is_type(o, json_type_object) ||
		    !*podman_text(o, "id") || !check_names(o))
			return false;
	}
	return true;
}

static int load(const struct podman *p, const char *name,
		struct json_object **list)
{
	char *path = podman_path(p, "%s", name), *text = files_read(path, NULL);
	int ret = 0;

	if (text)
		*list = json_tokener_parse(text);
	else if (errno == ENOENT)
		*list = json_object_new_array();
	else
		ret = fail(path);
	if (!ret && !check_list(*list)) {
		msg_error(path, "damaged: not a list of records");
		ret = -EUCLEAN;
	}
	free(text);
	free(path);
	return ret;
}

int podman_open(struct podman *p, const char *dir, bool create)
{
	int ret;

	*p = (struct podman){ .layers_lock = -1, .images_lock = -1 };
	if (create && mkdir(dir, 0700) && errno != EEXIST)
		return fail(dir);
	p->dir = realpath(dir, NULL);
	if (!p->dir)
		return fail(dir);
	ret = check_kind(p->dir, create);
	if (!ret)
		ret = make_folders(p);
	if (!ret)
		ret = take_lock(p, "overlay-layers/layers.lock",
				&p->layers_lock);
	if (!ret)
		ret = take_lock(p, "overlay-images/images.lock",
				&p->images_lock);
	if (!ret)
		ret = load(p, "overlay-layers/layers.json", &p->layers);
	return ret ? ret : load(p, "overlay-images/images.json", &p->images);
}

static int save(struct podman *p, const char *name, struct json_object *list)
{
	char *path = podman_path(p, "%s", name);
	const char *text;
	int ret;

	text = json_object_to_json_string_ext(list,
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	ret = files_keep(path, text, strlen(text), &p->changes);
	free(path);
	return ret;
}

int podman_save_layers(struct podman *p)
{
	return save(p, "overlay-layers/layers.json", p->layers);
}

int podman_save_images(struct podman *p)
{
	return save(p, "overlay-images/images.json", p->images);
}

/* A service of podman that is running reads the lists again. */
static void tell_engines(int lock)
{
	static const char digits[] = "0123456789abcdef";
	char writer[WRITER_BYTES];

	if (getrandom(writer, sizeof(writer), 0) != sizeof(writer))
		return;
	for (size_t i = 0; i < sizeof(writer); i++)
		writer[i] = digits[writer[i] & 15];
	/* Without this they read the lists when they start again. */
	if (pwrite(lock, writer, sizeof(writer), 0) != sizeof(writer))
		msg_note(NULL, "running engines do not notice the change");
}

void podman_close(struct podman *p)
{
	if (p->changes) {
		tell_engines(p->layers_lock);
		tell_engines(p->images_lock);
	}
	if (p->images_lock >= 0)
		close(p->images_lock);
	if (p->layers_lock >= 0)
		close(p->layers_lock);
	json_object_put(p->layers);
	json_object_put(p->images);
	free(p->dir);
}
