// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: store and unstore.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cmdline/reference.h"
#include "store.h"
#include "unit.h"

void store_digest(char text[STORE_DIGEST],
		  const uint8_t sha256[STARGZ_SHA256_LEN])
{
	strcpy(text, "sha256:");
	stargz_sha256_hex(sha256, text + strlen(text));
}

const char *store_hex(const char *digest)
{
	return digest + strlen("sha256:");
}

/* The chain IDs of the OCI specification, by which engines share layers. */
static void set_chain(struct stored *im)
{
	char diffid[STORE_DIGEST], *text;
	uint8_t sha256[STARGZ_SHA256_LEN];

	im->chain = xrealloc(NULL, im->img.count * sizeof(*im->chain));
	for (size_t i = 0; i < im->img.count; i++) {
		store_digest(diffid, im->img.layers[i].info.diffid);
		if (!i) {
			strcpy(im->chain[0], diffid);
			continue;
		}
		text = xasprintf("%s %s", im->chain[i - 1], diffid);
		stargz_sha256(text, strlen(text), sha256, NULL);
		store_digest(im->chain[i], sha256);
		free(text);
	}
}

/*
 * The name that an image gets, in a new string; NULL after an error message. That of
 * an image of containerd stays as it is.
 */
static char *choose_name(const struct settings *s, const char *ref)
{
	char *name;

	if (s->name)
		return reference_complete(s->name);
	if (s->containerd_ref)
		return xasprintf("%s", s->containerd_ref);
	if (!*ref) {
		msg_error(s->image, "the image has no name; give one by --name");
		return NULL;
	}
	name = reference_complete(ref);
	if (!name)
		msg_error(s->image, "engines do not accept the name %s; give another one by --name",
			  ref);
	return name;
}

static int prepare(struct stored *im)
{
	int ret = image_prepare(im->s, &im->img, &im->opt, false);

	if (ret)
		return ret;
	stargz_image_get_info(im->img.image, &im->info);
	im->name = choose_name(im->s, im->info.ref);
	if (!im->name)
		return -EINVAL;
	set_chain(im);
	store_digest(im->id, im->info.config_sha256);
	return store_manifest(im);
}

static void release(struct stored *im)
{
	image_release(&im->img);
	options_free(&im->opt);
	free(im->chain);
	free(im->name);
	free(im->own_manifest);
}

static const char *choose_units(const struct settings *s)
{
	if (!s->units)
		return unit_folder();
	return strcmp(s->units, "none") ? s->units : NULL;
}

/* Mounting needs root, and so do the directories of engines. */
static bool may_mount(void)
{
	if (!geteuid())
		return true;
	msg_error(NULL, "only root can mount");
	return false;
}

static void reload_units(const struct settings *s)
{
	if (!s->units && unit_folder())
		unit_reload();
}

int command_store(struct settings *s)
{
	struct stored im = { .s = s };
	char *units = NULL;
	int code, ret;

	if (!may_mount())
		return EXIT_USAGE;
	if (choose_units(s))
		units = xabsolute(choose_units(s));
	im.units = units;
	ret = prepare(&im);
	if (ret)
		code = exitcode_of(ret);
	else
		code = s->podman ? podman_store(&im) : containerd_store(&im);
	if (code == EXIT_OK)
		printf("%s: %s\n", im.name,
		       im.changes ? "stored" : "is stored already");
	if (im.changes)
		reload_units(s);
	release(&im);
	free(units);
	return code;
}

int command_unstore(struct settings *s)
{
	int code;

	if (!may_mount())
		return EXIT_USAGE;
	code = s->podman ? podman_unstore(s) : containerd_unstore(s);
	if (code == EXIT_OK)
		reload_units(s);
	return code;
}

/* Does the operand say where an image is, so that it is not a name? */
static bool is_place(const char *text)
{
	static const char *const prefixes[] = {
		"oci:", "oci-archive:", "docker-archive:", "dir:",
		"containerd:",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(text, prefixes[i], strlen(prefixes[i])))
			return true;
	return strstr(text, "@sha256:");
}

int store_name(struct settings *s, char id[STORE_DIGEST], char **name)
{
	struct stargz_image_info info;
	struct stargz_image *image;
	int ret;

	*id = '\0';
	*name = NULL;
	if (!is_place(s->image)) {
		*name = reference_complete(s->image);
		if (!*name)
			msg_error(s->image, "neither an image nor a name of one");
		return *name ? 0 : -EINVAL;
	}
	ret = image_open(s, &image);
	if (ret)
		return ret;
	stargz_image_get_info(image, &info);
	store_digest(id, info.config_sha256);
	*name = choose_name(s, info.ref);
	stargz_image_close(image);
	return *name ? 0 : -EINVAL;
}
