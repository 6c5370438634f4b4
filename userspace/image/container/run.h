/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: containers, and their directories below RUN_DIR.
 *
 * RUN_DIR/run-XXXXXX has config.json, the empty directory rootfs, on which the
 * image is mounted in the mount namespace of this process only, the state of the
 * runtime, and the file "lock", which this process has locked while it lives.
 */
#ifndef IMAGE_RUN_H
#define IMAGE_RUN_H

#include "../cmdline/options.h"

/* The names of the directories begin with this. */
#define RUN_PREFIX	"run-"

/**
 * runtime_find() - find the OCI runtime
 * @s: the command line
 *
 * Return: its name or absolute path in new memory, or NULL if none is installed.
 */
char *runtime_find(const struct settings *s);

/**
 * runtime_prepare() - mount what the runtime needs and the system lacks
 *
 * Call it in a mount namespace of this process.
 */
void runtime_prepare(void);

/**
 * run_remove() - remove the directory of a container that has ended
 * @dir: the directory
 *
 * Return: 0 or a negative errno.
 */
int run_remove(const char *dir);

/** command_run() - run a command in a container; returns its exit status */
int command_run(struct settings *s);

#endif /* IMAGE_RUN_H */
