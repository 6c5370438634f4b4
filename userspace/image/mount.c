// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: mount and umount.
 */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "command.h"
#include "layers/assembly.h"
#include "layers/overlay.h"

static enum mount_exit fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return err == EPERM || err == EACCES ? MOUNT_USAGE : msg_exit_of(err);
}

/*
 * Is the topmost mount on a directory one of ours? The lines of the kernel are
 * in the order of mounting.
 */
static bool is_image(const char *dir, bool *is_mount)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool ours = false;

	*is_mount = false;
	while (file && (m = getmntent(file))) {
		if (strcmp(m->mnt_dir, dir))
			continue;
		*is_mount = true;
		ours = !strcmp(m->mnt_type, "stargz") ||
		       (!strcmp(m->mnt_type, "overlay") &&
			!strncmp(m->mnt_fsname, OVERLAY_SOURCE,
				 strlen(OVERLAY_SOURCE)));
	}
	if (file)
		endmntent(file);
	return ours;
}

/* Open the mount point, in the mount namespace of the caller. */
static enum mount_exit open_target(const char *path, int *target)
{
	char *dir = realpath(path, NULL);
	bool is_mount, busy;

	if (!dir)
		return fail(path, errno);
	busy = is_image(dir, &is_mount);
	*target = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(dir);
	if (*target < 0)
		return fail(path, errno);
	if (!busy)
		return MOUNT_OK;
	msg_error(path, "an image is mounted there; unmount it first: " PROG " umount");
	return MOUNT_FAILED;
}

static enum mount_exit prepare_failed(int ret)
{
	return ret == -EPERM || ret == -EACCES ? MOUNT_USAGE :
						 msg_exit_of(-ret);
}

static enum mount_exit attach(const struct settings *s, int mnt, int target)
{
	if (move_mount(mnt, "", target, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return fail(s->dir, errno);
	msg_note(s->dir, "mounted %s", s->image);
	return MOUNT_OK;
}

static enum mount_exit mount_image(struct assembly *a, int target)
{
	enum mount_exit ret;
	int mnt;

	ret = assembly_mount(a, &mnt);
	if (ret)
		return ret;
	ret = assembly_leave(a);
	if (!ret)
		ret = attach(a->s, mnt, target);
	close(mnt);
	return ret;
}

int command_mount(struct settings *s)
{
	struct assembly a = { .s = s, .rw = s->rw };
	int target = -1, prepared;
	enum mount_exit ret = MOUNT_OK;

	if (!s->fake)
		ret = open_target(s->dir, &target);
	if (!ret && !s->fake)
		ret = assembly_enter(&a);
	if (ret)
		return ret;
	prepared = assembly_prepare(&a);
	if (prepared)
		ret = prepare_failed(prepared);
	else if (!s->fake)
		ret = mount_image(&a, target);
	assembly_release(&a);
	return ret;
}

int command_umount(struct settings *s)
{
	char *dir = realpath(s->image, NULL);
	enum mount_exit ret = MOUNT_OK;
	bool is_mount;

	if (!dir)
		return fail(s->image, errno);
	if (!is_image(dir, &is_mount)) {
		msg_error(s->image, is_mount ? "not a mount of an image" :
					       "not mounted");
		ret = MOUNT_FAILED;
	} else if (umount2(dir, UMOUNT_NOFOLLOW)) {
		ret = fail(s->image, errno);
	}
	free(dir);
	return ret;
}
