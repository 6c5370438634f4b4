// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../mount/indexfile.h"
#include "../base/files.h"
#include "podman.h"
#include "stargz/text.h"
#include "unit.h"

/* Codes of containers/storage for the compression of a layer. */
enum compression {
	COMPRESSION_NONE = 0,
	COMPRESSION_GZIP = 2,
	COMPRESSION_ZSTD = 4,
};

/* Longest name of a document: "manifest-" and a digest. */
#define KEY_MAX		(sizeof("manifest-") + STORE_DIGEST)

/**
 * struct document - a document of an image
 * @key: its name
 * @bytes: its content
 * @len: size of the content in bytes
 */
struct document {
	char key[KEY_MAX];
	const char *bytes;
	size_t len;
};

/* An image has these documents. */
#define DOCUMENTS	3

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void add_size(struct json_object *o, const char *key, uint64_t size)
{
	json_object_object_add(o, key, json_object_new_uint64(size));
}

/*
 * A time that podman can parse: one wrong time would hide all images of the store.
 */
static char *time_of(const struct stored *im)
{
	const char *text = im->info.created, *rest;
	struct tm tm = { 0 };

	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!rest || tm.tm_year < -1900 || tm.tm_year > 8099)
		return xasprintf("1970-01-01T00:00:00Z");
	return xasprintf("%.*sZ", (int)(rest - text), text);
}

static enum compression compression_of(const struct stargz_image_layer *layer)
{
	const char *type = layer->media_type;

	if (strstr(type, "gzip"))
		return COMPRESSION_GZIP;
	return strstr(type, "zstd") ? COMPRESSION_ZSTD : COMPRESSION_NONE;
}

/* The size that podman shows: the bytes of the files. */
static uint64_t size_of(const struct image_layer *layer)
{
	struct indexfile index;

	return indexfile_read(layer->index.fd, &index) ? 0 : index.data_bytes;
}

static struct json_object *new_layer(const struct stored *im, size_t nr)
{
	const struct image_layer *layer = &im->img.layers[nr];
	struct json_object *o = json_object_new_object();
	char digest[STORE_DIGEST], *created = time_of(im);

	add_text(o, "id", store_hex(im->chain[nr]));
	if (nr)
		add_text(o, "parent", store_hex(im->chain[nr - 1]));
	add_text(o, "created", created);
	store_digest(digest, layer->info.sha256);
	add_text(o, "compressed-diff-digest", digest);
	add_size(o, "compressed-size", layer->info.size);
	store_digest(digest, layer->info.diffid);
	add_text(o, "diff-digest", digest);
	add_size(o, "diff-size", size_of(layer));
	add_size(o, "compression", compression_of(&layer->info));
	free(created);
	return o;
}

/* Short names of the layers below a layer, the topmost first. */
static char *lower_of(const struct stored *im, size_t nr)
{
	char *text = xasprintf("%s", ""), link[PODMAN_LINK];

	for (size_t i = nr; i-- > 0;) {
		podman_link(store_hex(im->chain[i]), link);
		text = xappend(text, "l/%s%s", link, i ? ":" : "");
	}
	return text;
}

static int keep_text(struct stored *im, const char *dir, const char *name,
		     const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	int ret = files_keep(path, text, strlen(text), &im->changes);

	free(path);
	return ret;
}

/* The short name of a layer, and those of the layers below. */
static int keep_links(const struct podman *p, struct stored *im, size_t nr,
		      const char *dir)
{
	const char *id = store_hex(im->chain[nr]);
	char link[PODMAN_LINK], *path, *text;
	int ret;

	podman_link(id, link);
	ret = keep_text(im, dir, "link", link);
	if (!ret) {
		path = podman_path(p, "overlay/l/%s", link);
		text = xasprintf("../%s/diff", id);
		ret = files_keep_link(path, text, &im->changes);
		free(path);
		free(text);
	}
	if (!ret && nr) {
		text = lower_of(im, nr);
		ret = keep_text(im, dir, "lower", text);
		free(text);
	}
	return ret;
}

static int keep_layer(const struct podman *p, struct stored *im, size_t nr)
{
	struct home home;
	char *diff;
	int ret;

	podman_home(p, store_hex(im->chain[nr]), &home);
	diff = xasprintf("%s/diff", home.dir);
	ret = files_keep_directory(home.dir, 0700, &im->changes);
	if (!ret)
		ret = files_keep_directory(diff, 0755, &im->changes);
	if (!ret)
		ret = keep_links(p, im, nr, home.dir);
	if (!ret)
		ret = home_keep(&home, im, nr);
	free(diff);
	free(home.dir);
	return ret;
}

static int keep_layers(struct podman *p, struct stored *im)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < im->img.count; i++)
		ret = keep_layer(p, im, i);
	if (ret)
		return ret;
	for (size_t i = 0; i < im->img.count; i++)
		if (!podman_find(p->layers, store_hex(im->chain[i])))
			json_object_array_add(p->layers, new_layer(im, i));
	return podman_save_layers(p);
}

static void set_documents(const struct stored *im,
			  struct document docs[DOCUMENTS])
{
	for (size_t i = 0; i < 2; i++) {
		docs[i].bytes = im->manifest;
		docs[i].len = im->manifest_len;
	}
	strcpy(docs[0].key, "manifest");
	snprintf(docs[1].key, sizeof(docs[1].key), "manifest-%s", im->digest);
	strcpy(docs[2].key, im->id);
	docs[2].bytes = im->info.config;
	docs[2].len = im->info.config_len;
}

/* Names of files are encoded if they have other characters than letters. */
static char *file_of(const char *key)
{
	char *name;

	if (!key[strspn(key, "abcdefghijklmnopqrstuvwxyz")])
		return xasprintf("%s", key);
	name = xrealloc(NULL, (strlen(key) + 2) / 3 * 4 + 2);
	*name = '=';
	name[1 + stargz_base64_encode(name + 1, key, strlen(key))] = '\0';
	return name;
}

static int keep_documents(const struct podman *p, struct stored *im,
			  const struct document docs[DOCUMENTS])
{
	char *dir = podman_path(p, "overlay-images/%s", store_hex(im->id));
	int ret = files_keep_directory(dir, 0700, &im->changes);

	for (size_t i = 0; !ret && i < DOCUMENTS; i++) {
		char *name = file_of(docs[i].key);
		char *path = xasprintf("%s/%s", dir, name);

		ret = files_keep(path, docs[i].bytes, docs[i].len,
				 &im->changes);
		free(name);
		free(path);
	}
	free(dir);
	return ret;
}

static void add_documents(struct json_object *o,
			  const struct document docs[DOCUMENTS])
{
	struct json_object *names = json_object_new_array();
	struct json_object *sizes = json_object_new_object();
	struct json_object *digests = json_object_new_object();

	for (size_t i = 0; i < DOCUMENTS; i++) {
		uint8_t sha256[STARGZ_SHA256_LEN];
		char digest[STORE_DIGEST];

		json_object_array_add(names,
				      json_object_new_string(docs[i].key));
		add_size(sizes, docs[i].key, docs[i].len);
		stargz_sha256(docs[i].bytes, docs[i].len, sha256, NULL);
		store_digest(digest, sha256);
		add_text(digests, docs[i].key, digest);
	}
	json_object_object_add(o, "big-data-names", names);
	json_object_object_add(o, "big-data-sizes", sizes);
	json_object_object_add(o, "big-data-digests", digests);
}

static struct json_object *new_image(const struct stored *im,
				     const struct document docs[DOCUMENTS])
{
	struct json_object *o = json_object_new_object();
	char *created = time_of(im);

	add_text(o, "id", store_hex(im->id));
	add_text(o, "digest", im->digest);
	add_text(o, "layer", store_hex(im->chain[im->img.count - 1]));
	add_text(o, "metadata", "{}");
	add_documents(o, docs);
	add_text(o, "created", created);
	free(created);
	return o;
}

/* The names of an image; the list is made if it is missing. */
static struct json_object *names_of(struct json_object *record)
{
	struct json_object *names = json_object_object_get(record, "names");

	if (!names) {
		names = json_object_new_array();
		json_object_object_add(record, "names", names);
	}
	return names;
}

/* Position of a name in a record, or -1. */
static int find_name(struct json_object *record, const char *name)
{
	struct json_object *names = names_of(record);
	size_t count = json_object_array_length(names);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(names, i);

		if (!strcmp(json_object_get_string(o), name))
			return i;
	}
	return -1;
}

/* The image that has a name, or NULL. */
static struct json_object *find_named(const struct podman *p, const char *name)
{
	size_t count = json_object_array_length(p->images);

	for (size_t i = 0; i < count; i++) {
		struct json_object *o = json_object_array_get_idx(p->images, i);

		if (find_name(o, name) >= 0)
			return o;
	}
	return NULL;
}

static int check_name(const struct podman *p, const struct stored *im)
{
	struct json_object *o = find_named(p, im->name);

	if (!o || !strcmp(podman_text(o, "id"), store_hex(im->id)))
		return 0;
	msg_error(im->name, "is the name of another image in %s; give another one by --name, or unstore that image",
		  p->dir);
	return -EEXIST;
}

static int keep_image(struct podman *p, struct stored *im)
{
	struct document docs[DOCUMENTS];
	struct json_object *o = podman_find(p->images, store_hex(im->id));
	int ret;

	set_documents(im, docs);
	ret = keep_documents(p, im, docs);
	if (ret)
		return ret;
	if (!o) {
		o = new_image(im, docs);
		json_object_array_add(p->images, o);
	}
	if (find_name(o, im->name) < 0)
		json_object_array_add(names_of(o),
				      json_object_new_string(im->name));
	return podman_save_images(p);
}

/* What this call has made goes again if it fails: no image has it. */
enum exit_code podman_store(struct stored *im)
{
	struct podman p;
	int ret = podman_open(&p, im->s->podman, true);

	if (!ret)
		ret = check_name(&p, im);
	if (!ret) {
		ret = keep_layers(&p, im);
		if (!ret)
			ret = keep_image(&p, im);
		if (ret)
			podman_collect(&p, false);
	}
	im->changes += p.changes;
	podman_close(&p);
	return exitcode_of(ret);
}

static void drop_image(struct podman *p, struct json_object *image)
{
	size_t count = json_object_array_length(p->images);

	for (size_t i = 0; i < count; i++)
		if (json_object_array_get_idx(p->images, i) == image) {
			json_object_array_del_idx(p->images, i, 1);
			return;
		}
}

/* Remove a name, and with the last one the image. */
static int forget(struct podman *p, const char *id, const char *name)
{
	struct json_object *o = *id ? podman_find(p->images, store_hex(id)) :
				      find_named(p, name), *names;

	if (!o) {
		msg_error(name, "no such image in %s", p->dir);
		return -ENOENT;
	}
	names = names_of(o);
	if (*id || json_object_array_length(names) < 2)
		drop_image(p, o);
	else
		json_object_array_del_idx(names, find_name(o, name), 1);
	return podman_dies_in_use(p, name) ? -EBUSY : 0;
}

enum exit_code podman_unstore(struct settings *s)
{
	char id[STORE_DIGEST], *name;
	struct podman p;
	int ret = store_name(s, id, &name);

	if (ret)
		return exitcode_of(ret);
	ret = podman_open(&p, s->podman, false);
	if (!ret)
		ret = forget(&p, id, name);
	if (!ret)
		ret = podman_save_images(&p);
	if (!ret)
		ret = podman_collect(&p, false);
	if (!ret)
		printf("%s: removed\n", name);
	podman_close(&p);
	free(name);
	return exitcode_of(ret);
}

enum exit_code podman_gc(struct settings *s)
{
	struct podman p;
	int ret = podman_open(&p, s->podman, false);

	if (!ret)
		ret = podman_collect(&p, true);
	podman_close(&p);
	return exitcode_of(ret);
}
