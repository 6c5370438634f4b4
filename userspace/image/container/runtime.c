// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../mount/xalloc.h"
#include "../base/child.h"
#include "../base/files.h"
#include "run.h"

char *runtime_find(const struct settings *s)
{
	static const char *const known[] = { "crun", "runc" };

	if (s->runtime)
		return !child_is_installed(s->runtime) ? NULL :
		       strchr(s->runtime, '/') ? xabsolute(s->runtime) :
						 xasprintf("%s", s->runtime);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (child_is_installed(known[i]))
			return xasprintf("%s", known[i]);
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

/* The locked file goes last: "gc" finds what could not be removed by it. */
int run_remove(const char *dir)
{
	static const char *const first[] = { "state", "rootfs" };
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(first) / sizeof(first[0]); i++) {
		char *path = xasprintf("%s/%s", dir, first[i]);

		ret = files_remove_tree(path);
		free(path);
	}
	return ret ? ret : files_remove_tree(dir);
}
