// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../mount/xalloc.h"
#include "run.h"

/* Is a program in a directory of PATH? */
static bool is_installed(const char *program)
{
	const char *path = getenv("PATH");
	char *copy, *rest, *dir;
	bool found = false;

	if (strchr(program, '/'))
		return !access(program, X_OK);
	copy = xasprintf("%s", path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
	for (rest = copy; !found && (dir = strsep(&rest, ":"));) {
		char *file = xasprintf("%s/%s", dir, program);

		found = !access(file, X_OK);
		free(file);
	}
	free(copy);
	return found;
}

const char *runtime_find(const struct settings *s)
{
	static const char *const known[] = { "crun", "runc" };

	if (s->runtime)
		return is_installed(s->runtime) ? s->runtime : NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_installed(known[i]))
			return known[i];
	return NULL;
}

/* Small systems have no control groups mounted. */
void runtime_prepare(void)
{
	static const char dir[] = "/sys/fs/cgroup";

	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) &&
	    access("/sys/fs/cgroup/memory", F_OK))
		mount("cgroup2", dir, "cgroup2",
		      MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) ? -errno : 0;
}

/* Never enter another file system: it may be that of the image. */
int run_remove(const char *dir)
{
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_MOUNT | FTW_PHYS);
}
