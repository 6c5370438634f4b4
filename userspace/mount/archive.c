// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: the layers of an image are ranges of the archive, so one index
 * of all layers is mounted with the archive as its only source.
 */
#include "archive.h"
#include "image.h"

bool archive_found(const struct source *src, const struct mount_options *opt)
{
	bool layer = opt->index || opt->toc || opt->toc_digest || opt->raw ||
		     opt->layer_digest || opt->offset || opt->sizelimit;

	return !src->image && !layer && stargz_image_is_archive(src->fd);
}

static enum mount_exit get_index(struct index *index, struct image *img,
				 const struct mount_options *opt)
{
	int ret = image_open_layers(img);

	if (!ret)
		ret = image_get_indexes(img, opt, true);
	if (ret)
		return msg_exit_of(-ret);
	*index = img->merged;
	img->merged = (struct index){ .fd = -1 };
	return index_check_digests(index->fd, img->name, opt);
}

enum mount_exit archive_index(struct index *index, const struct source *src,
			      const struct mount_options *opt)
{
	const struct stargz_image_options how = {
		.struct_size = sizeof(how),
		.platform = opt->platform,
		.ref = opt->image,
	};
	struct image img = { .name = src->path };
	struct stargz_image *image;
	struct stargz_error err;
	enum mount_exit exit;
	int ret;

	*index = (struct index){ .fd = -1 };
	ret = stargz_image_open_archive(&image, src->fd, src->path, &how, &err);
	if (ret) {
		msg_error(src->path, "%s", err.text);
		return msg_exit_of(-ret);
	}
	img.image = image;
	exit = get_index(index, &img, opt);
	image_close(&img);
	stargz_image_close(image);
	return exit;
}
