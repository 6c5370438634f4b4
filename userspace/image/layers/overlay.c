// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: overlayfs. From Linux 6.8 on a context takes one layer after the
 * other. Before, all layers are one string, for which fsconfig(2) has no room, so
 * mount(2) takes it. It has room for 500 layers, the limit of overlayfs, because
 * the names are short and relative.
 *
 * Linux 6.5 to 6.7 refuse the key. Before 6.5, overlayfs does not know contexts:
 * the VFS takes any key, and only creating the mount fails, without a message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../mount/kernel.h"
#include "../../mount/xalloc.h"
#include "overlay.h"
#include "rundir.h"

/* The kernel's limits of layers and of strings of fsconfig(2), with the NUL. */
#define LAYERS_MAX	500
#define STRING_MAX	256

static enum mount_exit fail(const struct overlay *o, int err)
{
	msg_error(o->name, "overlay: %s", strerror(err));
	return MOUNT_FAILED;
}

static enum mount_exit no_overlay(const struct overlay *o)
{
	msg_error(o->name, "the kernel does not support overlayfs; load its module, or mount with --merged");
	return MOUNT_FAILED;
}

static int set(int fs, const char *key, const char *value)
{
	return fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0);
}

/* Name of the source in mountinfo; a long one is cut. */
static char *source_of(const struct overlay *o)
{
	return xasprintf(OVERLAY_SOURCE "%.*s",
			 (int)(STRING_MAX - sizeof(OVERLAY_SOURCE)), o->name);
}

/* Overlayfs takes no single layer if there is no writable one. */
static bool wants_empty(const struct overlay *o)
{
	return !o->upper && o->lowers < 2;
}

static int add_lowers(int fs, const struct overlay *o)
{
	char path[sizeof(RUN_DIR) + 24];
	int ret = 0;

	for (size_t i = o->lowers; !ret && i-- > 0;) {
		snprintf(path, sizeof(path), RUN_DIR "/%zu", i);
		ret = set(fs, "lowerdir+", path);
	}
	if (!ret && wants_empty(o))
		ret = set(fs, "lowerdir+", RUN_DIR "/empty");
	return ret;
}

static int add_upper(int fs, const struct overlay *o)
{
	char *source = source_of(o);
	int ret = set(fs, "source", source);

	free(source);
	if (!ret && o->upper)
		ret = set(fs, "upperdir", o->upper);
	if (!ret && o->upper)
		ret = set(fs, "workdir", o->work);
	/*
	 * The file systems of layers and changes differ. With xino, readdir(3) and
	 * stat(2) agree about the inode number of each directory.
	 */
	if (!ret)
		ret = set(fs, "xino", "on");
	if (!ret && o->userxattr)
		ret = fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", NULL, 0);
	if (!ret && !o->upper)
		ret = fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0);
	return ret;
}

/* All layers in one string of relative paths. */
static char *join(const struct overlay *o)
{
	char *text = xasprintf("xino=on,lowerdir=");

	for (size_t i = o->lowers; i-- > 0;)
		text = xappend(text, "%zu%s", i,
			       i || wants_empty(o) ? ":" : "");
	if (wants_empty(o))
		text = xappend(text, "empty");
	if (o->upper)
		text = xappend(text, ",upperdir=%s,workdir=%s", o->upper,
			       o->work);
	if (o->userxattr)
		text = xappend(text, ",userxattr");
	return text;
}

static enum mount_exit old_mount(const struct overlay *o, int *mnt)
{
	static const char dir[] = RUN_DIR "/whole";
	char *source = source_of(o), *data = join(o);
	int ret = 0;

	if (o->upper && strpbrk(o->upper, ",:\\")) {
		msg_error(o->upper, "this kernel does not take a path with a comma, colon or backslash");
		free(source);
		free(data);
		return MOUNT_FAILED;
	}
	if (chdir(RUN_DIR) || mkdir(dir, 0755) ||
	    mount(source, dir, "overlay", o->upper ? 0 : MS_RDONLY, data))
		ret = errno;
	free(source);
	free(data);
	if (ret == ENODEV)
		return no_overlay(o);
	if (ret)
		return fail(o, ret);
	*mnt = open_tree(AT_FDCWD, dir, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *mnt < 0 ? fail(o, errno) : MOUNT_OK;
}

/* Is the failure that of a kernel that does not know "lowerdir+"? */
static bool is_too_old(int err, const char *log)
{
	return err == EINVAL && (!*log || strstr(log, "lowerdir+") ||
				 strstr(log, "Legacy"));
}

static enum mount_exit new_mount(int fs, const struct overlay *o, int *mnt)
{
	const struct mount_call call = { .name = o->name, .source = "overlay" };
	enum mount_exit exit = MOUNT_FAILED;
	int ret = add_lowers(fs, o), err;
	char *log;

	if (!ret)
		ret = add_upper(fs, o);
	if (!ret)
		ret = fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	err = errno;
	if (!ret) {
		*mnt = fsmount(fs, FSMOUNT_CLOEXEC,
			       o->upper ? 0 : MOUNT_ATTR_RDONLY);
		return *mnt < 0 ? fail(o, errno) : MOUNT_OK;
	}
	log = kernel_log(fs, "overlayfs", &call);
	if (is_too_old(err, log))
		exit = old_mount(o, mnt);
	else
		msg_error(o->name, "overlay: %s", *log ? log : strerror(err));
	free(log);
	return exit;
}

enum mount_exit overlay_mount(const struct overlay *o, int *mnt)
{
	enum mount_exit ret;
	int fs;

	if (o->lowers > LAYERS_MAX) {
		msg_error(o->name, "%zu layers; overlayfs takes %d: mount with --merged",
			  o->lowers, LAYERS_MAX);
		return MOUNT_FAILED;
	}
	fs = fsopen("overlay", FSOPEN_CLOEXEC);
	if (fs < 0)
		return errno == ENODEV ? no_overlay(o) : fail(o, errno);
	ret = new_mount(fs, o, mnt);
	close(fs);
	return ret;
}
