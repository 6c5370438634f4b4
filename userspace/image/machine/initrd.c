// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the initramfs.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/child.h"
#include "initrd.h"

/* The program of PATH, which may lack /sbin, or the one beside this program. */
static char *find_program(void)
{
	char self[PATH_MAX], *path, *slash;
	ssize_t len;

	if (child_is_installed(MKINITRAMFS))
		return xasprintf(MKINITRAMFS);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		path = xasprintf("%.*s/" MKINITRAMFS, (int)(slash - self), self);
		if (!access(path, X_OK))
			return path;
		free(path);
	}
	return xasprintf(MKINITRAMFS);
}

static enum exit_code run(const char *program, const char *const *argv)
{
	struct child child;
	int ret = child_start(&child, argv, -1, false), status;
	char *line;

	if (ret) {
		msg_error(program, "%s", ret == -ENOENT ?
			  "not installed; give --initrd=FILE" : strerror(-ret));
		return EXIT_SYSTEM;
	}
	status = child_wait(&child);
	line = child_end(&child);
	if (status)
		msg_error(NULL, "%s", *line ? line : MKINITRAMFS " failed");
	free(line);
	return status ? EXIT_SYSTEM : EXIT_OK;
}

enum exit_code initrd_make(const struct machine *m, const char *path)
{
	char *program = find_program();
	const char *const argv[] = {
		program, "--kernel", m->release, "-o", path, NULL,
	};
	enum exit_code ret = run(program, argv);

	free(program);
	return ret;
}
