// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../../mount/indexfile.h"
#include "../base/files.h"
#include "home.h"
#include "../layers/layer.h"
#include "unit.h"

#define INDEX	"stargz.index"
#define LAYER	"stargz.layer"
#define UNIT	"stargz.unit"

static char *path_of(const struct home *home, const char *name)
{
	return xasprintf("%s/%s", home->dir, name);
}

static bool exists(const struct home *home, const char *name)
{
	char *path = path_of(home, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static bool is_mounted(const struct home *home)
{
	char *path = path_of(home, home->mountpoint);
	struct statfs st;
	bool is = !statfs(path, &st) && st.f_type == STARGZ_SUPER_MAGIC;

	free(path);
	return is;
}

/* Open the index; -1 if there is none that describes the layer. */
static int open_index(const char *path, const struct image_layer *layer)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || image_index_fits(layer, fd))
		return fd;
	close(fd);
	return -1;
}

/* The index of the cache gets another name, or is copied to this file system. */
static int place_index(const char *path, const struct image_layer *layer)
{
	char *proc;
	int ret;

	unlink(path);
	proc = xasprintf("/proc/self/fd/%d", layer->index.fd);
	ret = linkat(AT_FDCWD, proc, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
	free(proc);
	return ret ? files_copy(path, layer->index.fd) : 0;
}

static int keep_index(const struct home *home, const struct image_layer *layer,
		      struct index *index)
{
	int ret;

	index->path = path_of(home, INDEX);
	ret = place_index(index->path, layer);
	if (ret)
		return ret;
	index->fd = open_index(index->path, layer);
	if (index->fd >= 0)
		return 0;
	msg_error(index->path, "was changed by another program");
	return -EBUSY;
}

/* The link to the unit comes first, so that the unit is found and removed. */
static int keep_unit(const struct home *home, struct stored *im,
		     const char *what, const struct mount_options *opt)
{
	char *where = path_of(home, home->mountpoint);
	char *link = path_of(home, UNIT);
	const struct unit unit = {
		.folder = im->units,
		.where = where,
		.what = what,
		.opt = opt,
		.before = home->before,
		.image = im->name,
	};
	char *path = unit_path(im->units, where);
	int ret = path ? 0 : -ENAMETOOLONG;

	if (!ret)
		ret = files_keep_link(link, path, &im->changes);
	if (!ret)
		ret = unit_keep(&unit, path, &im->changes);
	free(where);
	free(link);
	free(path);
	return ret;
}

static int mount_layer(const struct home *home, const struct stored *im,
		       const char *what, int fd,
		       const struct mount_options *opt)
{
	char *where;
	int ret;

	if (is_mounted(home))
		return 0;
	where = path_of(home, home->mountpoint);
	ret = layer_mount(im->s->image, what, fd, where, opt) ? -EIO : 0;
	free(where);
	return ret;
}

/* Everything is there, and the file of the layer, too. */
static bool is_complete(const struct home *home, const struct stored *im)
{
	return is_mounted(home) && exists(home, INDEX) && exists(home, LAYER) &&
	       (!im->units || exists(home, UNIT));
}

int home_keep(const struct home *home, struct stored *im, size_t nr)
{
	const struct image_layer *layer = &im->img.layers[nr];
	struct index index = { .fd = -1 };
	struct mount_options opt;
	char *what, *link;
	int ret;

	if (is_complete(home, im))
		return 0;
	im->changes++;
	what = image_file_name(layer->fd);
	link = path_of(home, LAYER);
	ret = files_keep_link(link, what, &im->changes);
	if (!ret)
		ret = keep_index(home, layer, &index);
	if (!ret) {
		ret = layer_options(&opt, im->s, &im->img, nr, &index) ?
		      -EIO : 0;
		if (!ret && im->units)
			ret = keep_unit(home, im, what, &opt);
		if (!ret)
			ret = mount_layer(home, im, what, layer->fd, &opt);
		options_free(&opt);
	}
	index_put(&index);
	free(link);
	free(what);
	return ret;
}

bool home_is_ours(const char *dir)
{
	char *link = xasprintf("%s/" LAYER, dir), target[2];
	bool ours = readlink(link, target, sizeof(target)) > 0;

	free(link);
	return ours;
}

static int remove_unit(const struct home *home)
{
	char *link = path_of(home, UNIT), path[PATH_MAX];
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	int ret = 0;

	if (n > 0) {
		path[n] = '\0';
		ret = unit_remove(path);
	}
	if (!ret)
		ret = files_remove(link);
	free(link);
	return ret;
}

int home_unmount(const struct home *home)
{
	char *path = path_of(home, home->mountpoint);
	int ret = 0;

	if (is_mounted(home) && umount2(path, UMOUNT_NOFOLLOW)) {
		ret = -errno;
		msg_error(path, "%s", strerror(errno));
	}
	free(path);
	return ret ? ret : remove_unit(home);
}

static int remove_file(const struct home *home, const char *name)
{
	char *path = path_of(home, name);
	int ret = files_remove(path);

	free(path);
	return ret;
}

int home_clean(const struct home *home)
{
	int ret = remove_file(home, INDEX);

	return ret ? ret : remove_file(home, LAYER);
}
