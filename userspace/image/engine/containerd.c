// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: images that containerd knows by name. containerd gets the manifest and
 * the configuration; the layers stay where they are, and are mounted as snapshots.
 *
 * containerd keeps all state: the snapshots have the label of a root of the garbage
 * collection, which ctr sets, and the image has a label with its topmost snapshot.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snapshots.h"
#include "../base/tarfile.h"

static const char *top_of(const struct stored *im)
{
	return im->chain[im->img.count - 1];
}

/* Number of layers, from the lowest on, that containerd has already. */
static size_t count_ready(const struct snapshots *c, const struct stored *im)
{
	size_t count = 0;

	while (count < im->img.count && snapshots_parent(c, im->chain[count]) &&
	       !snapshots_is_active(c, im->chain[count]))
		count++;
	return count;
}

/* Layers that containerd has unpacked itself stay as they are. */
static int keep_ready(struct snapshots *c, struct stored *im, size_t ready)
{
	char **homes;
	size_t count;
	int ret;

	if (!ready)
		return 0;
	ret = snapshots_homes(c, im->chain[ready - 1], &homes, &count);
	for (size_t i = 0; !ret && i < ready && i < count; i++) {
		const char *dir = homes[count - 1 - i];
		struct home home;

		if (!home_is_ours(dir))
			continue;
		snapshots_home(dir, &home);
		ret = home_keep(&home, im, i);
	}
	snapshots_free_homes(homes, count);
	return ret;
}

static int make_layer(struct snapshots *c, struct stored *im, size_t nr)
{
	char *key = xasprintf(SNAPSHOTS_KEY "%s", store_hex(im->chain[nr]));
	const char *parent = nr ? im->chain[nr - 1] : NULL;
	struct home home;
	char *dir;
	int ret;

	im->changes++;
	ret = snapshots_prepare(c, key, parent, &dir);
	if (!ret) {
		snapshots_home(dir, &home);
		ret = home_keep(&home, im, nr);
	}
	if (!ret)
		ret = snapshots_commit(c, key, im->chain[nr], parent);
	free(dir);
	free(key);
	return ret;
}

static int keep_layers(struct snapshots *c, struct stored *im)
{
	size_t ready = count_ready(c, im);
	int ret = keep_ready(c, im, ready);

	for (size_t i = ready; !ret && i < im->img.count; i++)
		ret = make_layer(c, im, i);
	return ret;
}

static char *new_index(const struct stored *im)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *entry = json_object_new_object();
	struct json_object *notes = json_object_new_object();
	const char *text;
	char *copy;

	json_object_object_add(notes, "io.containerd.image.name",
			       json_object_new_string(im->name));
	json_object_object_add(entry, "mediaType",
			       json_object_new_string(im->media_type));
	json_object_object_add(entry, "digest",
			       json_object_new_string(im->digest));
	json_object_object_add(entry, "size",
			       json_object_new_uint64(im->manifest_len));
	json_object_object_add(entry, "annotations", notes);
	json_object_array_add(list, entry);
	json_object_object_add(o, "schemaVersion", json_object_new_int(2));
	json_object_object_add(o, "manifests", list);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = xasprintf("%s", text);
	json_object_put(o);
	return copy;
}

static int add_blob(int fd, const char *digest, const char *bytes, size_t len)
{
	char *path = xasprintf("blobs/sha256/%s", store_hex(digest));
	int ret = tarfile_add(fd, path, bytes, len);

	free(path);
	return ret;
}

/* A tar in the OCI layout, without layers, in memory. */
static int write_archive(int fd, const struct stored *im)
{
	static const char version[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	char *index = new_index(im);
	int ret = tarfile_add(fd, "oci-layout", version, strlen(version));

	if (!ret)
		ret = tarfile_add(fd, "index.json", index, strlen(index));
	if (!ret)
		ret = add_blob(fd, im->digest, im->manifest, im->manifest_len);
	if (!ret)
		ret = add_blob(fd, im->id, im->info.config,
			       im->info.config_len);
	if (!ret)
		ret = tarfile_end(fd);
	if (!ret && lseek(fd, 0, SEEK_SET) < 0)
		ret = -errno;
	free(index);
	return ret;
}

static int import(struct snapshots *c, const struct stored *im)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	int ret = fd < 0 ? -errno : write_archive(fd, im);

	if (ret)
		msg_error(im->name, "%s", strerror(-ret));
	else
		ret = ctr_call(&c->ctr, fd, NULL, "images", "import",
			       "--no-unpack", "--all-platforms", "-", NULL);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int set_label(struct snapshots *c, const struct stored *im)
{
	char *label = xasprintf(CTR_LABEL "=%s", top_of(im));
	int ret = ctr_call(&c->ctr, -1, NULL, "images", "label", im->name, label,
			   NULL);

	free(label);
	return ret;
}

static int keep_image(struct snapshots *c, struct stored *im,
		      const struct ctr_image *old)
{
	int ret = 0;

	if (old->digest && old->top && !strcmp(old->top, top_of(im)))
		return 0;
	im->changes++;
	if (!old->digest)
		ret = import(c, im);
	return ret ? ret : set_label(c, im);
}

/*
 * The name is free, or that of this image. An image of containerd may be one of
 * several platforms under the name.
 */
static int check_name(struct snapshots *c, const struct stored *im,
		      struct ctr_image *old)
{
	int ret = ctr_find_image(&c->ctr, im->name, old);

	if (ret || !old->digest || !strcmp(old->digest, im->digest) ||
	    (im->s->containerd_ref && !im->s->name))
		return ret;
	msg_error(im->name, "is the name of another image in the namespace %s; give another one by --name, or remove that image",
		  c->ctr.ns);
	return -EEXIST;
}

/* Add a snapshot and those below to a set. */
static void add_chain(const struct snapshots *c, struct json_object *set,
		      const char *key)
{
	while (*key && snapshots_parent(c, key) &&
	       !json_object_object_get_ex(set, key, NULL)) {
		json_object_object_add(set, key, NULL);
		key = snapshots_parent(c, key);
	}
}

/* The snapshots that stored images need, except the one with a name. */
static int find_needed(struct snapshots *c, const char *except,
		       struct json_object **needed)
{
	struct ctr_image *images;
	size_t count;
	int ret = ctr_list_images(&c->ctr, &images, &count);

	*needed = json_object_new_object();
	for (size_t i = 0; i < count; i++)
		if (images[i].top && (!except || strcmp(images[i].name, except)))
			add_chain(c, *needed, images[i].top);
	ctr_free_images(images, count);
	return ret;
}

static int collect(struct snapshots *c, bool tell)
{
	struct json_object *needed;
	int ret = find_needed(c, NULL, &needed);

	if (!ret)
		ret = snapshots_collect(c, needed, tell);
	json_object_put(needed);
	return ret;
}

enum exit_code containerd_store(struct stored *im)
{
	struct ctr_image old = { 0 };
	struct snapshots c;
	int ret = snapshots_open(&c, im->s->image, im->s->namespace);

	if (!ret)
		ret = check_name(&c, im, &old);
	if (!ret) {
		ret = keep_layers(&c, im);
		if (!ret)
			ret = keep_image(&c, im, &old);
		if (ret)
			collect(&c, false);
	}
	free(old.digest);
	free(old.top);
	snapshots_close(&c);
	return exitcode_of(ret);
}

static int check_image(struct snapshots *c, const char *name, char **top)
{
	struct ctr_image image;
	int ret = ctr_find_image(&c->ctr, name, &image);
	bool found = image.digest;

	*top = image.top;
	free(image.digest);
	if (ret)
		return ret;
	if (!found) {
		msg_error(name, "no such image in the namespace %s", c->ctr.ns);
		return -ENOENT;
	}
	if (!image.top) {
		msg_error(name, "was not stored by " PROG);
		return -EINVAL;
	}
	return 0;
}

static int forget(struct snapshots *c, const char *name, const char *top)
{
	struct json_object *needed;
	const char *user;
	int ret = find_needed(c, name, &needed);

	user = snapshots_user(c, top);
	if (!ret && user && !json_object_object_get_ex(needed, top, NULL)) {
		msg_error(name, "the container %s uses it; remove the container first",
			  user);
		ret = -EBUSY;
	}
	if (!ret)
		ret = ctr_call(&c->ctr, -1, NULL, "images", "rm", name, NULL);
	if (!ret)
		ret = snapshots_collect(c, needed, false);
	json_object_put(needed);
	return ret;
}

enum exit_code containerd_unstore(struct settings *s)
{
	char id[STORE_DIGEST], *name, *top = NULL;
	struct snapshots c;
	int ret = store_name(s, id, &name);

	if (ret)
		return exitcode_of(ret);
	ret = snapshots_open(&c, name, s->namespace);
	if (!ret)
		ret = check_image(&c, name, &top);
	if (!ret)
		ret = forget(&c, name, top);
	if (!ret)
		printf("%s: removed\n", name);
	snapshots_close(&c);
	free(top);
	free(name);
	return exitcode_of(ret);
}

enum exit_code containerd_gc(struct settings *s)
{
	struct snapshots c;
	int ret = snapshots_open(&c, ctr_namespace(s->namespace), s->namespace);

	if (!ret)
		ret = collect(&c, true);
	snapshots_close(&c);
	return exitcode_of(ret);
}
