/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: the system calls that mount.
 */
#ifndef MOUNT_KERNEL_H
#define MOUNT_KERNEL_H

#include "options.h"

/**
 * struct mount_call - the arguments of a mount
 * @name: source on the command line, for messages
 * @source: file or device for the kernel
 * @source_fd: @source, open for reading; -1 for a remount
 * @target: mount point
 * @ns: file of the mount namespace of @target, or NULL: the current one
 * @sloppy: ignore options that the kernel does not know
 * @opt: options
 */
struct mount_call {
	const char *name;
	const char *source;
	int source_fd;
	const char *target;
	const char *ns;
	bool sloppy;
	const struct mount_options *opt;
};

/**
 * kernel_log() - read the kernel's messages about a file system context
 * @fs: the context
 * @type: type of the file system
 * @call: @name and @source
 *
 * The function prints each warning as a line, and each note with -v.
 *
 * Return: the errors in a new string, which is empty if there are none.
 */
char *kernel_log(int fs, const char *type, const struct mount_call *call);

/**
 * kernel_mount() - mount
 * @call: the arguments
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit kernel_mount(const struct mount_call *call);

/**
 * kernel_remount() - change the options of a mount
 * @call: the arguments
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit kernel_remount(const struct mount_call *call);

/**
 * kernel_options() - write options in the form of -o of mount(8)
 * @opt: the options
 *
 * Return: a new string.
 */
char *kernel_options(const struct mount_options *opt);

/**
 * kernel_describe() - write a mount as a command of mount(8)
 * @call: the arguments
 *
 * Return: a new string.
 */
char *kernel_describe(const struct mount_call *call);

#endif /* MOUNT_KERNEL_H */
