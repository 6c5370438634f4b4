// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * To compare a directory, make a temporary layer of it. zstd at its lowest
 * level takes about as long as reading the files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "folder.h"
#include "output_temp.h"
#include "stargz/make.h"

static int open_temp(int *fd, struct stargz_error *err)
{
	const char *dir = getenv("TMPDIR");
	char *name;
	int slot;

	/* /tmp may be in memory. */
	if (!dir || !*dir)
		dir = "/var/tmp";
	slot = output_temp_open(dir, fd, &name);
	if (slot < 0)
		return error_set(err, -errno, "temporary file in %s: %s", dir,
				 strerror(errno));
	output_temp_remove(slot);
	free(name);
	return 0;
}

int folder_read(struct settings *s, int *fd, struct stargz_error *err)
{
	const struct stargz_make_options opt = {
		.struct_size = sizeof(opt),
		.format = STARGZ_LAYER_ZSTD_CHUNKED,
		.level = 1,
		.workers = s->threads,
		.warn = s->opt.warn,
		.progress = s->opt.progress,
		.data = s,
	};
	int layer, ret;

	ret = open_temp(&layer, err);
	if (ret)
		return ret;
	ret = stargz_make(*fd, &opt, layer, -1, NULL, err);
	if (ret) {
		close(layer);
		return ret;
	}
	close(*fd);
	*fd = layer;
	return 0;
}
