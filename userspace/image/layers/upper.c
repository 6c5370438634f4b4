// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the writable layer is the folder "upper" beside the folder
 * "work" that overlayfs needs, in memory, in a directory or on a device.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../mount/xalloc.h"
#include "rundir.h"
#include "upper.h"

#define RW_DIR		RUN_DIR "/rw"

extern char **environ;

static enum mount_exit fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return msg_exit_of(err);
}

/* mount(8) knows which file system a device has. */
static enum mount_exit mount_device(const char *device)
{
	const char *const argv[] = { "mount", "--", device, RW_DIR, NULL };
	posix_spawn_file_actions_t actions;
	int err, status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, (char **)argv,
			   environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return fail("mount", err);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!status)
		return MOUNT_OK;
	msg_error(device, "mount(8) cannot mount it; is there a file system on it, and is it not in use?");
	return MOUNT_FAILED;
}

static enum mount_exit make_folder(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return fail(path, errno);
	return MOUNT_OK;
}

/*
 * Make a directory of overlayfs, or open the one that is there: a symbolic link in
 * its place would lead writes to elsewhere. @like: attributes of a new one, or NULL
 */
static enum mount_exit make_inside(int dir, const char *name, const char *path,
				   const char *like)
{
	bool made = !mkdirat(dir, name, 0755);
	enum mount_exit ret = MOUNT_OK;
	struct stat st;
	int fd;

	if (!made && errno != EEXIST)
		return fail(path, errno);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(path, errno);
	/* overlayfs shows the writable layer's attributes of the root directory. */
	if (made && like && (stat(like, &st) ||
			     fchown(fd, st.st_uid, st.st_gid) ||
			     fchmod(fd, st.st_mode & 07777)))
		ret = fail(path, errno);
	close(fd);
	return ret;
}

static enum mount_exit make_folders(const char *dir, const char *like,
				    struct overlay *overlay)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum mount_exit ret;

	if (fd < 0)
		return fail(dir, errno);
	overlay->upper = xasprintf("%s/upper", dir);
	overlay->work = xasprintf("%s/work", dir);
	ret = make_inside(fd, "upper", overlay->upper, like);
	if (!ret)
		ret = make_inside(fd, "work", overlay->work, NULL);
	close(fd);
	return ret;
}

enum mount_exit upper_make(const char *rw, const char *like,
			   struct overlay *overlay)
{
	enum mount_exit ret;
	struct stat st;
	char *dir;

	if (!strcmp(rw, "tmpfs")) {
		ret = make_folder(RW_DIR);
		return ret ? ret : make_folders(RW_DIR, like, overlay);
	}
	if (stat(rw, &st))
		return fail(rw, errno);
	if (S_ISBLK(st.st_mode)) {
		ret = make_folder(RW_DIR);
		if (!ret)
			ret = mount_device(rw);
		return ret ? ret : make_folders(RW_DIR, like, overlay);
	}
	if (!S_ISDIR(st.st_mode)) {
		msg_error(rw, "neither tmpfs, nor a directory, nor a block device");
		return MOUNT_USAGE;
	}
	dir = realpath(rw, NULL);
	if (!dir)
		return fail(rw, errno);
	ret = make_folders(dir, like, overlay);
	free(dir);
	return ret;
}
