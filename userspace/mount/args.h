/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the command line.
 */
#ifndef MOUNT_ARGS_H
#define MOUNT_ARGS_H

#include "options.h"

/**
 * struct args - the command line
 * @source: the layer or image, as on the command line
 * @target: absolute path of the mount point
 * @ns: file of the mount namespace to mount in, or NULL
 * @fake: do everything but mount
 * @sloppy: ignore options that the kernel does not know
 * @opt: mount options
 */
struct args {
	const char *source;
	char *target;
	char *ns;
	bool fake;
	bool sloppy;
	struct mount_options opt;
};

/**
 * args_parse() - parse the command line
 * @args: filled in; must be released with args_free(), also after an error
 * @argc: argument of main()
 * @argv: argument of main()
 *
 * Return: -1 to continue; else the exit status, after --help and the like or an
 * error message.
 */
int args_parse(struct args *args, int argc, char **argv);

/**
 * args_free() - release
 * @args: command line
 */
void args_free(struct args *args);

#endif /* MOUNT_ARGS_H */
