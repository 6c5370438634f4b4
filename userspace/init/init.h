/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first process of an initramfs made by stargz-mkinitramfs. It loads modules,
 * mounts a stargz root with an overlay if one is wanted, and executes the init of
 * the image. stargz.cmdline(7) describes the kernel command line.
 *
 * The files, in the order in which their functions run:
 *
 *   cmdline.c	parses the kernel command line, without any system call
 *   modules.c	loads the modules that the initramfs lists
 *   device.c	waits for a device, and finds it by UUID or label
 *   mount.c	the mount system calls, with the kernel's reasons
 *   root.c	mounts the image and the overlay
 *   switch.c	moves the mounts, empties the initramfs, executes the init
 *   message.c	writes messages, and ends the machine after an error
 *
 * An error ends the machine: see fail().
 */
#ifndef INIT_H
#define INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmdline.h"

/* Where stargz-mkinitramfs puts the modules, and their list. */
#define MODULES_DIR	"/modules"
#define MODULES_LIST	MODULES_DIR "/list"

/* Mount points in the initramfs; the last two move to the root of the image. */
#define NEWROOT		"/root"
#define RUN_DIR		"/run"
#define STATE_DIR	RUN_DIR "/stargz"
#define LOWER_DIR	STATE_DIR "/lower"
#define UPPER_DIR	STATE_DIR "/upper"

/* Size of a text that describes an error, in bytes. */
#define WHY_SIZE	512

/* message.c */

/** message_init() - set what fail() needs; @cmdline is kept */
void message_init(const struct cmdline *cmdline);

/** note() - write a line that is not an error, unless "quiet" is given */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** complain() - write a line about an error and go on */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * fail() - write a line about an error and end the machine
 * @fmt: printf format of the line
 *
 * With panic=N on the kernel command line the machine restarts after N seconds,
 * or immediately if N is negative. Otherwise it powers off.
 */
void fail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* modules.c */

/** modules_load() - load the modules of the initramfs, in the order of its list */
void modules_load(const struct cmdline *cmdline);

/* device.c */

/**
 * device_wait() - wait until a device exists and can be read
 * @option: the option that names it, for messages
 * @name: a path, UUID= or LABEL=
 * @seconds: limit
 *
 * Return: the path of the device, allocated. A device that does not appear ends
 * the machine.
 */
char *device_wait(const char *option, const char *name, unsigned int seconds);

/**
 * device_uuid() - read the UUID of an index
 * @path: device
 * @text: receives it, in the usual form
 *
 * Return: false if there is no index at the start of the device.
 */
bool device_uuid(const char *path, char text[37]);

/** device_same() - are these two paths of one device? */
bool device_same(const char *a, const char *b);

/* mount.c */

/**
 * mount_new() - mount a file system
 * @type: its type
 * @source: device, or NULL
 * @options: "key=value,flag" or NULL; ro, rw and options such as nodev, which are
 *	those of a mount, are understood as well
 * @readonly: make superblock and mount read-only
 * @target: mount point
 * @why: receives the reason if the mount fails; if possible the kernel's own
 *
 * Return: 0 or an errno.
 */
int mount_new(const char *type, const char *source, const char *options,
	      bool readonly, const char *target, char why[WHY_SIZE]);

/** make_dir() - create a directory that may exist; ends the machine on failure */
void make_dir(const char *path);

/* root.c */

/** root_mount() - mount the image, and an overlay if one is wanted, at NEWROOT */
void root_mount(const struct cmdline *cmdline);

/** root_undo() - unmount the file systems that root_mount() may write to */
void root_undo(void);

/* switch.c */

/**
 * switch_root() - make NEWROOT the root directory and execute the init in it
 * @cmdline: the kernel command line
 * @argv: arguments of this process
 * @envp: its environment
 */
void switch_root(const struct cmdline *cmdline, char **argv, char **envp)
	__attribute__((noreturn));

#endif /* INIT_H */
