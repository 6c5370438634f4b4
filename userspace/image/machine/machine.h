/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: a virtual machine that boots the layers of an image.
 *
 * The disks are read-only: the index of all layers, then the layers as they are,
 * or one device image with both. A virtual machine monitor that counts whole
 * sectors would lose the end of a layer; QEMU fills the last sector with zeros.
 */
#ifndef IMAGE_MACHINE_H
#define IMAGE_MACHINE_H

#include "../source/open.h"
#include "words.h"

/**
 * enum vmm - virtual machine monitors that boot() can start
 * @VMM_QEMU: QEMU, a PC with PCI
 * @VMM_MICROVM: QEMU, a small machine with virtio-mmio
 */
enum vmm {
	VMM_QEMU,
	VMM_MICROVM,
};

/**
 * enum accel - how QEMU executes the guest
 * @ACCEL_AUTO: KVM if it can be used, else TCG
 * @ACCEL_KVM: by the processor
 * @ACCEL_TCG: by emulation
 */
enum accel {
	ACCEL_AUTO,
	ACCEL_KVM,
	ACCEL_TCG,
};

/* Most disks of a machine, of 24 places for devices that a microvm has. */
#define MACHINE_DISKS	20

/**
 * struct machine - a virtual machine
 * @s: the command line
 * @img: the image and its index
 * @opt: mount options
 * @kernel: file of the kernel; allocated
 * @release: release of the kernel, or NULL: the command line names an initramfs;
 *	allocated
 * @initrd: file of the initramfs; allocated
 * @params: parameters of the kernel for the first process: init= and environment
 * @args: arguments of the first process
 * @disks: files of the read-only disks, in order
 * @sources: number of these disks that are not the index
 */
struct machine {
	struct settings *s;
	struct image img;
	struct mount_options opt;
	char *kernel;
	char *release;
	char *initrd;
	struct words params;
	struct words args;
	struct words disks;
	size_t sources;
};

/** command_boot() - boot an image in a virtual machine; returns the exit code */
int command_boot(struct settings *s);

/**
 * kernel_find() - choose the kernel
 * @m: @kernel and @release are set
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code kernel_find(struct machine *m);

/**
 * init_find() - choose the first process
 * @m: @params and @args are set; @img has the index of all layers
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code init_find(struct machine *m);

/**
 * cmdline_make() - the command line of the kernel
 * @m: the machine
 * @platform: parameters that the virtual machine monitor needs
 * @cmdline: set to a new string
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code cmdline_make(const struct machine *m, const char *platform,
			    char **cmdline);

/**
 * machine_sources() - use a disk for the index and one for each layer
 * @m: @disks and @sources are set
 *
 * Return: false if a machine has no place for so many disks.
 */
bool machine_sources(struct machine *m);

/**
 * machine_disk() - use one disk, a device image
 * @m: @disks and @sources are set
 * @path: its file
 */
void machine_disk(struct machine *m, const char *path);

/**
 * qemu_words() - the command line of QEMU
 * @m: the machine
 * @kind: of machine
 * @words: filled in
 *
 * Return: %EXIT_OK, or the exit code after an error message; @words is empty then.
 */
enum exit_code qemu_words(const struct machine *m, enum vmm kind,
			  struct words *words);

/**
 * print_machines() - print commands for all virtual machine monitors
 * @m: the machine, whose files are names in the directory of the commands
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code print_machines(struct machine *m);

#endif /* IMAGE_MACHINE_H */
