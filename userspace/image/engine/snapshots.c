// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../layers/assembly.h"
#include "snapshots.h"

#define LOCK_FILE	RUN_DIR "/containerd.lock"
/* Key of a snapshot that is looked at. */
#define LOOK_KEY	SNAPSHOTS_KEY "look"
/* Name of a lease that is made to be deleted. */
#define LEASE		"stargz-image-gc"
/* ctr prints how a snapshot would be mounted there. */
#define NOWHERE		"/nowhere"

static struct json_object *record_of(const struct snapshots *c,
				     const char *key)
{
	return json_object_object_get(c->map, key);
}

static void add_record(struct snapshots *c, const char *key, const char *parent,
		       bool active)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "parent", json_object_new_string(parent));
	json_object_object_add(o, "active", json_object_new_boolean(active));
	json_object_object_add(o, "children", json_object_new_int(0));
	json_object_object_add(c->map, key, o);
}

static void count_child(struct snapshots *c, const char *parent, int change)
{
	struct json_object *o = record_of(c, parent), *count;

	count = json_object_object_get(o, "children");
	if (count)
		json_object_set_int(count, json_object_get_int(count) + change);
}

/* A line has key, parent unless it is missing, and kind. */
static void parse_line(struct snapshots *c, char *line)
{
	char *words[3] = { NULL }, *word;
	size_t count = 0;

	while (count < 3 && (word = strsep(&line, " \t")))
		if (*word)
			words[count++] = word;
	if (count < 2 || !strcmp(words[0], "KEY"))
		return;
	add_record(c, words[0], count == 3 ? words[1] : "",
		   strcmp(words[count - 1], "Committed"));
}

static int list(struct snapshots *c)
{
	char *text, *rest, *line;
	int ret = ctr_call(&c->ctr, -1, &text, "snapshots", "--snapshotter",
			   "overlayfs", "ls", NULL);

	if (ret)
		return ret;
	c->map = json_object_new_object();
	for (rest = text; (line = strsep(&rest, "\n"));)
		parse_line(c, line);
	free(text);
	json_object_object_foreach(c->map, key, o) {
		(void)o;
		count_child(c, snapshots_parent(c, key), 1);
	}
	return 0;
}

int snapshots_open(struct snapshots *c, const char *name, const char *ns)
{
	*c = (struct snapshots){
		.ctr = { .name = name, .ns = ctr_namespace(ns) },
	};
	mkdir(RUN_DIR, 0700);
	/* ctr inherits the lock: it may go on after this process was killed. */
	c->lock = open(LOCK_FILE, O_RDWR | O_CREAT, 0600);
	if (c->lock < 0 || flock(c->lock, LOCK_EX)) {
		msg_error(LOCK_FILE, "%s", strerror(errno));
		return -errno;
	}
	return list(c);
}

void snapshots_close(struct snapshots *c)
{
	json_object_put(c->map);
	if (c->lock >= 0)
		close(c->lock);
}

const char *snapshots_parent(const struct snapshots *c, const char *key)
{
	struct json_object *o = record_of(c, key);

	return o ? json_object_get_string(json_object_object_get(o, "parent")) :
		   NULL;
}

bool snapshots_is_active(const struct snapshots *c, const char *key)
{
	return json_object_get_boolean(json_object_object_get(record_of(c, key),
							      "active"));
}

unsigned int snapshots_children(const struct snapshots *c, const char *key)
{
	return json_object_get_int(json_object_object_get(record_of(c, key),
							  "children"));
}

void snapshots_home(const char *dir, struct home *home)
{
	*home = (struct home){
		.dir = (char *)dir,
		.mountpoint = "fs",
		.before = "containerd.service docker.service",
	};
}

/* Append the directory of a path that ends in "/fs". */
static void add_home(char ***homes, size_t *count, const char *path, size_t len)
{
	static const char end[] = "/fs";
	size_t cut = strlen(end);

	if (len < cut || strncmp(path + len - cut, end, cut))
		return;
	*homes = xrealloc(*homes, (*count + 1) * sizeof(**homes));
	(*homes)[(*count)++] = xasprintf("%.*s", (int)(len - cut), path);
}

/*
 * The command that ctr prints names the directories: "upperdir=" that of a snapshot
 * that is being made, "lowerdir=" those below it, the topmost first. Without any
 * below, it is a bind mount.
 */
static void parse_mount(const char *text, bool below, char ***homes,
			size_t *count)
{
	static const char bind[] = "mount -t bind ";
	const char *at = strstr(text, below ? "lowerdir=" : "upperdir=");

	if (at) {
		at = strchr(at, '=') + 1;
	} else {
		at = below ? NULL : strstr(text, bind);
		at = at ? at + strlen(bind) : "";
	}
	for (;;) {
		size_t len = strcspn(at, ":, \n");

		add_home(homes, count, at, len);
		if (at[len] != ':')
			return;
		at += len + 1;
	}
}

/* The directory of a snapshot that is being made, or of those below it. */
static int find_homes(struct snapshots *c, const char *key, bool below,
		      char ***homes, size_t *count)
{
	char *text;
	int ret = ctr_call(&c->ctr, -1, &text, "snapshots", "--snapshotter",
			   "overlayfs", "mounts", NOWHERE, key, NULL);

	*homes = NULL;
	*count = 0;
	if (ret)
		return ret;
	parse_mount(text, below, homes, count);
	free(text);
	if (*count)
		return 0;
	msg_error(c->ctr.name, "ctr does not say where the snapshot %s is",
		  key);
	return -EIO;
}

/*
 * The garbage collection of containerd 1.6 removes a snapshot, for instance of a
 * container that has gone, but not the entry for it in its parent, which then
 * cannot be removed "with child". The garbage collection does not look at such
 * entries, so let it remove the parent, too. Deleting a lease starts it.
 */
static int let_collect(struct ctr *ctr, const char *key)
{
	int ret = ctr_call(ctr, -1, NULL, "snapshots", "--snapshotter",
			   "overlayfs", "label", key, "containerd.io/gc.root=",
			   NULL);

	if (ret)
		return ret;
	ctr_call(ctr, -1, NULL, "leases", "create", "--id", LEASE, NULL);
	ret = ctr_call(ctr, -1, NULL, "leases", "delete", "--sync", LEASE, NULL);
	if (ret)
		return ret;
	/* Is it gone? */
	return ctr_call(ctr, -1, NULL, "snapshots", "--snapshotter", "overlayfs",
			"info", key, NULL) ? 0 : -EBUSY;
}

static int remove_key(struct snapshots *c, const char *key)
{
	struct ctr quiet = { .name = c->ctr.name, .ns = c->ctr.ns,
			     .quiet = true };
	int ret = ctr_call(&quiet, -1, NULL, "snapshots", "--snapshotter",
			   "overlayfs", "rm", key, NULL);

	if (ret && !snapshots_children(c, key))
		ret = let_collect(&quiet, key);
	/* Again, for the message. */
	if (ret)
		ret = ctr_call(&c->ctr, -1, NULL, "snapshots", "--snapshotter",
			       "overlayfs", "rm", key, NULL);
	if (ret)
		return ret;
	count_child(c, snapshots_parent(c, key), -1);
	json_object_object_del(c->map, key);
	return 0;
}

/* ctr protects a prepared snapshot, but not a view, from the garbage collection. */
int snapshots_homes(struct snapshots *c, const char *key, char ***homes,
		    size_t *count)
{
	int ret = 0, removed;

	*homes = NULL;
	*count = 0;
	if (record_of(c, LOOK_KEY))
		ret = remove_key(c, LOOK_KEY);
	if (!ret)
		ret = ctr_call(&c->ctr, -1, NULL, "snapshots", "--snapshotter",
			       "overlayfs", "prepare", LOOK_KEY, key, NULL);
	if (ret)
		return ret;
	ret = find_homes(c, LOOK_KEY, true, homes, count);
	removed = ctr_call(&c->ctr, -1, NULL, "snapshots", "--snapshotter",
			   "overlayfs", "rm", LOOK_KEY, NULL);
	return ret ? ret : removed;
}

void snapshots_free_homes(char **homes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(homes[i]);
	free(homes);
}

int snapshots_prepare(struct snapshots *c, const char *key, const char *parent,
		      char **home)
{
	char **homes;
	size_t count;
	int ret = 0;

	*home = NULL;
	if (!record_of(c, key))
		ret = ctr_call(&c->ctr, -1, NULL, "snapshots", "--snapshotter",
			       "overlayfs", "prepare", key, parent, NULL);
	if (ret)
		return ret;
	if (!record_of(c, key)) {
		add_record(c, key, parent ? parent : "", true);
		count_child(c, parent ? parent : "", 1);
	}
	ret = find_homes(c, key, false, &homes, &count);
	if (!ret)
		*home = xasprintf("%s", homes[0]);
	snapshots_free_homes(homes, count);
	return ret;
}

int snapshots_commit(struct snapshots *c, const char *key, const char *name,
		     const char *parent)
{
	int ret = ctr_call(&c->ctr, -1, NULL, "snapshots", "--snapshotter",
			   "overlayfs", "commit", name, key, NULL);

	if (ret)
		return ret;
	json_object_object_del(c->map, key);
	add_record(c, name, parent ? parent : "", false);
	return 0;
}

int snapshots_remove(struct snapshots *c, const char *key, const char *dir)
{
	struct home home;
	int ret;

	snapshots_home(dir, &home);
	ret = home_unmount(&home);
	/* Our files stay if containerd refuses: store mounts the layer again. */
	if (!ret)
		ret = remove_key(c, key);
	return ret ? ret : home_clean(&home);
}

/* Remove layers from the topmost on, until one is needed or not ours. */
static int collect_chain(struct snapshots *c, const char *top,
			 struct json_object *needed, bool tell)
{
	char *key = xasprintf("%s", top), **homes;
	size_t count, i = 0;
	int ret = snapshots_homes(c, top, &homes, &count);

	while (!ret && i < count && *key && !snapshots_children(c, key) &&
	       !json_object_object_get_ex(needed, key, NULL) &&
	       home_is_ours(homes[i])) {
		char *parent = xasprintf("%s", snapshots_parent(c, key));

		ret = snapshots_remove(c, key, homes[i++]);
		if (!ret && tell)
			printf("%s: removed, a layer of no image\n", key);
		free(key);
		key = parent;
	}
	snapshots_free_homes(homes, count);
	free(key);
	return ret;
}

/* What is left of a snapshot that was being made. */
static int collect_active(struct snapshots *c, const char *key, bool tell)
{
	char **homes;
	size_t count;
	int ret = find_homes(c, key, false, &homes, &count);

	if (!ret && strcmp(key, LOOK_KEY))
		ret = snapshots_remove(c, key, homes[0]);
	else if (!ret)
		ret = remove_key(c, key);
	if (!ret && tell)
		printf("%s: removed, a layer of no image\n", key);
	snapshots_free_homes(homes, count);
	return ret;
}

/* Ours, not that of a container. */
static bool is_being_made(const struct snapshots *c, const char *key)
{
	return snapshots_is_active(c, key) &&
	       !strncmp(key, SNAPSHOTS_KEY, strlen(SNAPSHOTS_KEY));
}

const char *snapshots_user(const struct snapshots *c, const char *top)
{
	json_object_object_foreach(c->map, key, o) {
		(void)o;
		if (snapshots_is_active(c, key) && !is_being_made(c, key) &&
		    !strcmp(snapshots_parent(c, key), top))
			return key;
	}
	return NULL;
}

/* The keys now; removing changes the map. */
static struct json_object *keys_of(const struct snapshots *c)
{
	struct json_object *keys = json_object_new_array();

	json_object_object_foreach(c->map, key, o) {
		(void)o;
		json_object_array_add(keys, json_object_new_string(key));
	}
	return keys;
}

int snapshots_collect(struct snapshots *c, struct json_object *needed,
		      bool tell)
{
	struct json_object *keys = keys_of(c);
	size_t count = json_object_array_length(keys);
	int ret = 0, one;

	for (size_t i = 0; i < 2 * count; i++) {
		struct json_object *o = json_object_array_get_idx(keys,
								  i % count);
		const char *key = json_object_get_string(o);

		/* Those that are being made first: they are on top. */
		if (!record_of(c, key))
			continue;
		if (i < count && is_being_made(c, key))
			one = collect_active(c, key, tell);
		else if (i >= count && !snapshots_is_active(c, key) &&
			 !snapshots_children(c, key) &&
			 !json_object_object_get_ex(needed, key, NULL))
			one = collect_chain(c, key, needed, tell);
		else
			one = 0;
		ret = ret ? ret : one;
	}
	json_object_put(keys);
	return ret;
}
