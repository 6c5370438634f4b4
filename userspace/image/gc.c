// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: what is left of a process that was killed. The directories of
 * containers are not locked any more; their mounts ended with the mount namespace.
 * Layers in the stores of engines belong to no image.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/staging.h"
#include "command.h"
#include "container/run.h"
#include "engine/store.h"
#include "engine/unit.h"
#include "layers/assembly.h"
#include "layers/shared.h"

/* Longest name of an image to print. */
#define NAME_ROOM	512

extern char **environ;

/* Seconds after which a directory without a lock is not one being made. */
#define AGE_MIN		10

/* Open a directory that was left before there was a lock. */
static int open_old(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || (!fstat(fd, &st) && time(NULL) - st.st_ctime > AGE_MIN))
		return fd;
	close(fd);
	return -1;
}

/* Lock the directory of a container. Returns -1 if it is in use. */
static int take(const char *dir, char name[NAME_ROOM])
{
	char *path = xasprintf("%s/lock", dir);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n;

	free(path);
	strcpy(name, "an image");
	if (fd < 0)
		return errno == ENOENT ? open_old(dir) : -1;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	n = read(fd, name, NAME_ROOM - 1);
	if (n > 0)
		name[n] = '\0';
	name[strcspn(name, "\n")] = '\0';
	return fd;
}

/* Let the runtime end the container, which may still run. */
static void delete_container(const char *runtime, const char *dir)
{
	char *state = xasprintf("%s/state", dir);
	char *id = xasprintf("stargz-%s", strrchr(dir, '-') + 1);
	posix_spawn_file_actions_t actions;
	const char *const argv[] = {
		runtime, "--root", state, "delete", "--force", id, NULL,
	};
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	if (!posix_spawnp(&pid, argv[0], &actions, NULL, (char **)argv,
			  environ))
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	posix_spawn_file_actions_destroy(&actions);
	free(state);
	free(id);
}

static int collect(const char *dir, const char *runtime)
{
	char name[NAME_ROOM];
	int lock = take(dir, name), ret;

	if (lock < 0)
		return 0;
	if (runtime)
		delete_container(runtime, dir);
	ret = run_remove(dir);
	if (ret)
		msg_error(dir, "%s", strerror(-ret));
	else
		printf("%s: removed, a container of %s\n", dir, name);
	close(lock);
	return ret;
}

static int collect_all(DIR *dir, const char *runtime)
{
	struct dirent *d;
	int ret = 0;

	while ((d = readdir(dir))) {
		char *path;

		if (strncmp(d->d_name, RUN_PREFIX, strlen(RUN_PREFIX)))
			continue;
		path = xasprintf(RUN_DIR "/%s", d->d_name);
		if (collect(path, runtime))
			ret = -EIO;
		free(path);
	}
	return ret;
}

static int collect_containers(struct settings *s)
{
	struct assembly a = { .s = s };
	char *runtime;
	DIR *dir;
	int ret;

	staging_clean(s->image_cache);
	dir = opendir(RUN_DIR);
	if (!dir && errno == ENOENT)
		return EXIT_OK;
	if (!dir) {
		msg_error(RUN_DIR, "%s", strerror(errno));
		return EXIT_SYSTEM;
	}
	/* For what the runtime may need. */
	if (assembly_enter(&a)) {
		closedir(dir);
		return EXIT_SYSTEM;
	}
	runtime_prepare();
	runtime = runtime_find(s);
	ret = collect_all(dir, runtime);
	free(runtime);
	closedir(dir);
	msg_note(RUN_DIR, "%u links to missing layers removed", shared_clean());
	return exitcode_of(ret);
}

/* Parts of units that were being written. */
static int collect_units(const struct settings *s)
{
	const char *folder = s->units ? s->units : unit_folder();

	if (!folder || !strcmp(folder, "none"))
		return EXIT_OK;
	return exitcode_of(files_collect(folder, true));
}

int command_gc(struct settings *s)
{
	int code, units;

	if (!s->podman && !s->store_containerd)
		return collect_containers(s);
	code = s->podman ? podman_gc(s) : containerd_gc(s);
	units = collect_units(s);
	return code == EXIT_OK ? units : code;
}
