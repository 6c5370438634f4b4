// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: mounting the parts of an image in a mount namespace of our own:
 *
 *	RUN_DIR		tmpfs, hidden from others
 *	RUN_DIR/N	layer N, or for the merged tree only 0
 *	RUN_DIR/empty	where overlayfs needs another layer
 *	RUN_DIR/rw	writable layer in memory, or file system of a device
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assembly.h"
#include "layer.h"
#include "overlay.h"
#include "shared.h"
#include "upper.h"

static enum mount_exit fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return err == EPERM || err == EACCES ? MOUNT_USAGE : msg_exit_of(err);
}

enum mount_exit assembly_enter(struct assembly *a)
{
	a->home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (a->home < 0)
		return fail("/proc/self/ns/mnt", errno);
	if (unshare(CLONE_NEWNS)) {
		if (errno != EPERM)
			return fail("mount namespace", errno);
		msg_error(NULL, "only root can mount");
		return MOUNT_USAGE;
	}
	/* Mounts of others arrive here, those of this process stay here. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return fail("mount namespace", errno);
	return MOUNT_OK;
}

int assembly_prepare(struct assembly *a)
{
	return image_prepare(a->s, &a->img, &a->opt, a->s->merged);
}

void assembly_release(struct assembly *a)
{
	image_release(&a->img);
	options_free(&a->opt);
}

enum mount_exit assembly_leave(struct assembly *a)
{
	if (setns(a->home, CLONE_NEWNS))
		return fail("mount namespace", errno);
	return MOUNT_OK;
}

/* Hide RUN_DIR behind an empty file system. */
static enum mount_exit make_room(void)
{
	if (mount("stargz-image", RUN_DIR, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=0700"))
		return fail(RUN_DIR, errno);
	if (mkdir(RUN_DIR "/empty", 0755))
		return fail(RUN_DIR, errno);
	return MOUNT_OK;
}

/* Mount a layer, or all as one tree, at RUN_DIR/@nr. */
static enum mount_exit mount_part(struct assembly *a, size_t nr, int source,
				  const struct mount_options *opt)
{
	char *target = xasprintf(RUN_DIR "/%zu", nr);
	char *path = xasprintf("/proc/self/fd/%d", source);
	enum mount_exit ret;

	if (mkdir(target, 0755))
		ret = fail(target, errno);
	else
		ret = layer_mount(a->s->image, path, source, target, opt);
	free(target);
	free(path);
	return ret;
}

static enum mount_exit mount_one(struct assembly *a,
				 const struct shared *shared, size_t nr)
{
	const struct image_layer *layer = &a->img.layers[nr];
	int source = shared_source(shared, layer);
	struct mount_options opt;
	enum mount_exit ret;

	ret = layer_options(&opt, a->s, &a->img, nr, &layer->index);
	if (!ret)
		ret = mount_part(a, nr, source, &opt);
	if (source != layer->fd)
		close(source);
	options_free(&opt);
	return ret;
}

static enum mount_exit mount_layers(struct assembly *a,
				    const struct shared *shared)
{
	enum mount_exit ret = MOUNT_OK;

	for (size_t i = 0; !ret && i < a->img.count; i++)
		ret = mount_one(a, shared, i);
	return ret;
}

static enum mount_exit mount_merged(struct assembly *a)
{
	options_add_verification(&a->opt);
	image_add_sources(&a->img, &a->opt);
	return mount_part(a, 0, a->img.layers[0].fd, &a->opt);
}

/* A mount that can be moved to another namespace. */
static enum mount_exit detach(const struct assembly *a, const char *dir,
			      int *mnt)
{
	*mnt = open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *mnt < 0 ? fail(a->s->image, errno) : MOUNT_OK;
}

static enum mount_exit mount_overlay(struct assembly *a, int *mnt)
{
	struct overlay overlay = {
		.name = a->s->image,
		.lowers = a->s->merged ? 1 : a->img.count,
		.userxattr = a->s->userxattr,
	};
	char *top = xasprintf(RUN_DIR "/%zu", overlay.lowers - 1);
	enum mount_exit ret = MOUNT_OK;

	if (a->rw)
		ret = upper_make(a->rw, top, &overlay);
	if (!ret)
		ret = overlay_mount(&overlay, mnt);
	free(overlay.upper);
	free(overlay.work);
	free(top);
	return ret;
}

static enum mount_exit mount_parts(struct assembly *a, int *mnt)
{
	struct shared shared;
	enum mount_exit ret;

	shared_open(&shared, &a->img, &a->opt);
	ret = make_room();
	if (!ret)
		ret = a->s->merged ? mount_merged(a) :
				     mount_layers(a, &shared);
	shared_close(&shared);
	if (ret)
		return ret;
	if (a->s->merged && !a->rw)
		return detach(a, RUN_DIR "/0", mnt);
	return mount_overlay(a, mnt);
}

enum mount_exit assembly_mount(struct assembly *a, int *mnt)
{
	enum mount_exit ret;

	if (mkdir(RUN_DIR, 0700) && errno != EEXIST)
		return fail(RUN_DIR, errno);
	ret = mount_parts(a, mnt);
	/* The whole mount keeps the parts that it uses. */
	if (!ret && (chdir("/") || umount2(RUN_DIR, MNT_DETACH)))
		ret = fail(RUN_DIR, errno);
	return ret;
}
