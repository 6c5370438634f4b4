// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "../../mount/indexfile.h"
#include "../../mount/kernel.h"
#include "layer.h"

/* Add the file of the layer that the index calls @blob. */
static void add_source(struct mount_options *opt, const struct image *img,
		       const struct stargz_blob *blob)
{
	for (size_t i = 0; i < img->count; i++) {
		const struct image_layer *layer = &img->layers[i];
		char *path;

		if (memcmp(layer->info.sha256, blob->sha256,
			   sizeof(blob->sha256)))
			continue;
		path = image_file_name(layer->fd);
		options_add_file(opt, "device", path, layer->fd);
		free(path);
		return;
	}
}

/* The other layers of which the index of a layer has files. */
static int add_others(struct mount_options *opt, const struct image *img,
		      const struct index *index)
{
	struct indexfile file;
	struct stargz_blob blob;
	int ret = indexfile_read(index->fd, &file);

	for (size_t i = 1; !ret && !img->one_file && i < file.blobs; i++) {
		ret = indexfile_blob(index->fd, &file, i, &blob);
		if (!ret)
			add_source(opt, img, &blob);
	}
	return ret;
}

enum mount_exit layer_options(struct mount_options *opt,
			      const struct settings *s,
			      const struct image *img, size_t nr,
			      const struct index *index)
{
	int ret;

	options_init(opt);
	if (s->verify)
		options_add_kernel(opt, "verify", s->verify);
	options_add_file(opt, "index", index->path, index->fd);
	ret = add_others(opt, img, index);
	if (!ret)
		return MOUNT_OK;
	msg_error(s->image, "layer %zu: %s: %s", nr, index->path,
		  strerror(-ret));
	return msg_exit_of(-ret);
}

enum mount_exit layer_mount(const char *name, const char *path, int fd,
			    const char *target,
			    const struct mount_options *opt)
{
	const struct mount_call call = {
		.name = name,
		.source = path,
		.source_fd = fd,
		.target = target,
		.opt = opt,
	};

	msg_note(name, "mount %s", target);
	return kernel_mount(&call);
}
