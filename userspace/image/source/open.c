// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "open.h"

void image_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total);
}

int image_open(struct settings *s, struct stargz_image **image)
{
	const struct stargz_image_options how = {
		.struct_size = sizeof(how),
		.platform = s->platform,
		.progress = image_progress,
		.data = s,
	};
	struct stargz_error err;
	char *name;
	int ret = image_name(s, &name);

	if (ret)
		return ret;
	bar_start(&s->bar, s->image);
	ret = stargz_image_open(image, name, &how, &err);
	bar_clear(&s->bar);
	free(name);
	if (ret)
		msg_error(s->image, "%s", err.text);
	return ret;
}

void image_options(const struct settings *s, struct mount_options *opt)
{
	options_init(opt);
	opt->cache = !s->no_cache;
	free(opt->cache_dir);
	opt->cache_dir = xabsolute(s->cache_dir);
	opt->cache_size = s->cache_size;
	opt->verify = s->verify ? xasprintf("%s", s->verify) : NULL;
}

int image_prepare(struct settings *s, struct image *img,
		  struct mount_options *opt, bool merged)
{
	struct stargz_image *image;
	int ret;

	image_options(s, opt);
	*img = (struct image){
		.name = s->image,
		.merged.fd = -1,
		.quiet = s->quiet,
		.progress = image_progress,
		.data = s,
	};
	ret = image_open(s, &image);
	if (ret)
		return ret;
	img->image = image;
	ret = image_open_layers(img);
	if (ret)
		return ret;
	bar_start(&s->bar, s->image);
	ret = image_get_indexes(img, opt, merged);
	bar_clear(&s->bar);
	return ret;
}

void image_release(struct image *img)
{
	image_close(img);
	stargz_image_close((struct stargz_image *)img->image);
}
