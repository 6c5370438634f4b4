// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads the modules. The list has a line each, in the order of loading:
 *
 *   kernel RELEASE	the modules are for this kernel
 *   load FILE		required
 *   try FILE		drivers that not all machines need
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "init.h"

/* Longest parameters of a module, in bytes. */
#define PARAMETERS_SIZE	1024

static void check_kernel(const char *release)
{
	struct utsname name;

	if (uname(&name) || !strcmp(name.release, release))
		return;
	fail("this initramfs has modules for kernel %s, and kernel %s runs: make it again by stargz-mkinitramfs --kernel %s",
	     release, name.release, name.release);
}

/* Why a module could not be loaded, and what to do. */
static const char *reason(int err)
{
	switch (err) {
	case ENOEXEC:
		return "it is for another kernel: build it for this one, and make the initramfs again";
	case ENOENT:
		return "it uses symbols that this kernel lacks: build it for this one, and make the initramfs again";
	case EKEYREJECTED:
	case ENOKEY:
		return "the kernel requires a signature that it trusts: sign it, or switch Secure Boot off";
	default:
		return strerror(err);
	}
}

/* Returns 0 or an errno. */
static int load(const struct cmdline *cmdline, const char *file)
{
	char path[256], name[128], parameters[PARAMETERS_SIZE];
	int fd, err;

	snprintf(path, sizeof(path), MODULES_DIR "/%s", file);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(file, "."), file);
	cmdline_module(cmdline, name, parameters, sizeof(parameters));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	/* Built in, or loaded as the dependency of another one. */
	return err == EEXIST ? 0 : err;
}

static void take_line(const struct cmdline *cmdline, char *line)
{
	char *file = strchr(line, ' ');
	int err;

	if (!file)
		return;
	*file++ = '\0';
	if (!strcmp(line, "kernel")) {
		check_kernel(file);
		return;
	}
	err = load(cmdline, file);
	if (err && !strcmp(line, "load"))
		fail("module %s cannot be loaded: %s", file, reason(err));
	/* ENODEV: the driver has nothing to do on this machine. */
	if (err && err != ENODEV)
		complain("module %s cannot be loaded: %s", file, reason(err));
}

void modules_load(const struct cmdline *cmdline)
{
	FILE *list = fopen(MODULES_LIST, "re");
	char line[256];

	/* A kernel with everything built in. */
	if (!list)
		return;
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		take_line(cmdline, line);
	}
	fclose(list);
}
