/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the mount of an image, made of the mounts of its layers.
 *
 * The parts are mounted in a mount namespace of this process. The kernel keeps
 * what the whole mount uses, and the namespace ends with the process, however
 * it ends: no mount of a part is ever visible to others or left behind. The
 * kernel also shares layers: two mounts of the same file with the same index are
 * one superblock.
 */
#ifndef IMAGE_ASSEMBLY_H
#define IMAGE_ASSEMBLY_H

#include "../source/open.h"
#include "rundir.h"

/**
 * struct assembly - an image that is being mounted
 * @s: the command line
 * @rw: the writable layer, or NULL: none
 * @home: the mount namespace of the caller
 * @img: the image
 * @opt: mount options
 */
struct assembly {
	struct settings *s;
	const char *rw;
	int home;
	struct image img;
	struct mount_options opt;
};

/**
 * assembly_enter() - enter a mount namespace of our own
 * @a: @s and @rw are set
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit assembly_enter(struct assembly *a);

/**
 * assembly_prepare() - open the image and get its indexes
 * @a: the assembly; must be released with assembly_release(), also after an error
 *
 * Return: 0, or a negative errno after an error message.
 */
int assembly_prepare(struct assembly *a);

/**
 * assembly_mount() - mount the image, detached from all directories
 * @a: the assembly, after assembly_enter() and assembly_prepare()
 * @mnt: set to the mount
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit assembly_mount(struct assembly *a, int *mnt);

/**
 * assembly_leave() - return to the mount namespace of the caller
 * @a: the assembly
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit assembly_leave(struct assembly *a);

/** assembly_release() - release the image */
void assembly_release(struct assembly *a);

#endif /* IMAGE_ASSEMBLY_H */
