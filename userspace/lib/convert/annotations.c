// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <string.h>

#include "convert/annotations.h"
#include "convert/json.h"

#define TOC_DIGEST	"containerd.io/snapshot/stargz/toc.digest"
#define PODMAN		"io.github.containers.zstd-chunked."

/* Annotations that describe the bytes of a layer begin with these. */
static const char *const prefixes[] = {
	"containerd.io/snapshot/stargz/", "containerd.io/uncompressed",
	"io.containers.estargz.", "io.containers.zstd-chunked.", PODMAN,
};

static bool begins(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static struct json_object *get_annotations(struct json_object *descriptor)
{
	struct json_object *notes;

	if (!descriptor ||
	    !json_object_object_get_ex(descriptor, "annotations", &notes) ||
	    !json_object_is_type(notes, json_type_object))
		return NULL;
	return notes;
}

enum sgz_annotated sgz_annotated(struct json_object *descriptor)
{
	struct json_object *notes = get_annotations(descriptor);

	if (notes && json_object_object_get(notes, PODMAN "manifest-checksum"))
		return SGZ_ANNOTATED_PODMAN;
	if (notes && json_object_object_get(notes, TOC_DIGEST))
		return SGZ_ANNOTATED;
	return SGZ_ANNOTATED_NOT;
}

static bool is_of_bytes(const char *key)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (begins(key, prefixes[i]))
			return true;
	return false;
}

/* Annotations that are added; @ret: 0 or a negative errno. */
struct adding {
	const struct sgz_context *ctx;
	struct json_object *to;
	int ret;
};

static void add(void *data, const char *key, const char *value)
{
	struct adding *a = data;

	if (!a->ret)
		a->ret = sgz_json_add_text(a->ctx, a->to, key, value);
}

int sgz_annotate(const struct sgz_convert *c, struct json_object *descriptor,
		 const struct sgz_convert_layer *layer)
{
	struct json_object *old = get_annotations(descriptor);
	struct adding a = { c->ctx, json_object_new_object(), 0 };

	if (!a.to)
		return sgz_nomem(c->ctx);
	if (old) {
		json_object_object_foreach(old, key, value) {
			if (!a.ret && !is_of_bytes(key))
				a.ret = sgz_json_add(c->ctx, a.to, key,
						     json_object_get(value));
		}
	}
	stargz_made_annotations(&layer->made, c->make.format, c->opt->reader,
				add, &a);
	if (!a.ret)
		return sgz_json_add(c->ctx, descriptor, "annotations", a.to);
	json_object_put(a.to);
	return a.ret;
}
