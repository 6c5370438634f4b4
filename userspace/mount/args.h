/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the command line.
 */
#ifndef MOUNT_ARGS_H
#define MOUNT_ARGS_H

#include "options.h"

/**
 * struct args - the command line
 * @source: what to mount, as given
 * @target: where, absolute
 * @ns: file of the mount namespace to mount in, or NULL
 * @fake: do everything but mount
 * @sloppy: leave out options that the kernel does not know
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
 * args_parse() - understand the command line
 * @args: filled; to be released by args_free() in any case
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Return: -1 to go on; else the exit status, after --help and the like or an
 * error message.
 */
int args_parse(struct args *args, int argc, char **argv);

/**
 * args_free() - release what args_parse() filled
 * @args: command line
 */
void args_free(struct args *args);

#endif /* MOUNT_ARGS_H */
