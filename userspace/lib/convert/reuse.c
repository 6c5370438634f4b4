// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A layer is likely to have files of the older layer that the same command made,
 * and of the one with the same number.
 */
#include <stdlib.h>
#include <string.h>

#include "convert/reuse.h"

/* Layers to skip in the search for a command: so the search is linear. */
#define LOOK_AHEAD	8

static int keep_path(struct sgz_convert *c, struct sgz_convert_layer *layer,
		     const struct stargz_image *old, size_t nr)
{
	const struct sgz_image_layer *from;
	const char **to;
	char *path;
	size_t len;

	if (nr >= old->layers.count)
		return 0;
	from = sgz_image_layer(old, nr);
	if (from->missing)
		return 0;
	len = strlen(old->store.path) + strlen(from->place.name) + 2;
	path = sgz_arena_room(&c->texts, len);
	to = sgz_vec_add(&layer->reuse, 1, sizeof(*to));
	if (!path || !to)
		return sgz_nomem(c->ctx);
	snprintf(path, len, "%s/%s", old->store.path, from->place.name);
	*to = path;
	return 0;
}

/*
 * Find the next layer that a command made, from @next on. Returns the number of
 * layers if there is none.
 */
static size_t find_command(const struct stargz_image *old, size_t *next,
			   const char *command)
{
	for (size_t i = *next; command && i < old->layers.count &&
	     i < *next + LOOK_AHEAD; i++) {
		const char *text = sgz_image_layer(old, i)->created_by;

		if (!text || strcmp(text, command))
			continue;
		*next = i + 1;
		return i;
	}
	return old->layers.count;
}

static int use_image(struct sgz_convert *c, const struct stargz_image *image,
		     struct sgz_convert_layer *layers,
		     const struct stargz_image *old)
{
	size_t next = 0;
	int ret = 0;

	for (size_t i = 0; !ret && i < image->layers.count; i++) {
		size_t same = find_command(old, &next, sgz_image_layer(image, i)
					   ->created_by);

		ret = keep_path(c, &layers[i], old, i);
		if (!ret && same != i)
			ret = keep_path(c, &layers[i], old, same);
	}
	return ret;
}

static int use_name(struct sgz_convert *c, const struct stargz_image *image,
		    struct sgz_convert_layer *layers, const char *name)
{
	const struct stargz_image_options how = {
		.struct_size = sizeof(how),
		.platform = *image->platform_text.text ?
			    image->platform_text.text : NULL,
	};
	struct stargz_image *old;
	struct stargz_error err;
	int ret = stargz_image_open(&old, name, &how, &err);

	if (ret == -ENOMEM)
		return sgz_nomem(c->ctx);
	if (ret) {
		sgz_warn(c->ctx, "--reuse=%s: %s; no members are copied from it",
			 name, err.text);
		return 0;
	}
	if (sgz_store_is_archive(&old->store))
		sgz_warn(c->ctx, "--reuse=%s: an archive; no members are copied from it",
			 name);
	else
		ret = use_image(c, image, layers, old);
	stargz_image_close(old);
	return ret;
}

int sgz_convert_reuse(struct sgz_convert *c, const struct stargz_image *image,
		      struct sgz_convert_layer *layers)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->opt->reuse_count; i++)
		ret = use_name(c, image, layers, c->opt->reuse[i]);
	return ret;
}
