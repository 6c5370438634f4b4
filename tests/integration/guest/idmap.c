// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idmap - create a second, idmapped mount of a directory.
 *
 *	idmap SOURCE TARGET FIRST COUNT
 *
 * Owners 0 to COUNT - 1 of SOURCE appear as FIRST and up below TARGET.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_map(pid_t pid, const char *name, const char *map)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, map, strlen(map)) < 0)
		err(1, "%s", path);
	close(fd);
}

/* A user namespace with this map; a child holds it until it is open here. */
static int user_namespace(const char *map)
{
	int ready[2], fd;
	char path[64], byte;
	pid_t pid;

	if (pipe(ready))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		if (unshare(CLONE_NEWUSER))
			err(1, "unshare");
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	/* The child closes its end of the pipe after unshare(). */
	if (read(ready[0], &byte, 1) < 0)
		err(1, "pipe");
	write_map(pid, "uid_map", map);
	write_map(pid, "gid_map", map);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

int main(int argc, char **argv)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	char map[64];
	int tree;

	if (argc != 5)
		errx(2, "Usage: idmap SOURCE TARGET FIRST COUNT");
	snprintf(map, sizeof(map), "0 %s %s\n", argv[3], argv[4]);
	tree = syscall(SYS_open_tree, AT_FDCWD, argv[1],
		       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		err(1, "%s: open_tree", argv[1]);
	attr.userns_fd = user_namespace(map);
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr,
		    sizeof(attr)))
		err(1, "%s: mount_setattr", argv[1]);
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, argv[2],
		    MOVE_MOUNT_F_EMPTY_PATH))
		err(1, "%s: move_mount", argv[2]);
	return 0;
}
