/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the command line.
 */
#ifndef IMAGE_OPTIONS_H
#define IMAGE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bar.h"
#include "exitcode.h"
#include "names.h"
#include "stargz/make.h"

#define PROG	"stargz-image"

/**
 * enum command - the commands, in the order of the table
 * @COMMAND_LS: list images
 * @COMMAND_INFO: describe an image
 * @COMMAND_VERIFY: compare all digests
 * @COMMAND_MOUNT: mount an image
 * @COMMAND_UMOUNT: unmount it
 * @COMMAND_DISK: write a disk
 * @COMMAND_RUN: run a container
 * @COMMAND_BOOT: boot a virtual machine
 * @COMMAND_MAP: draw what is read of a mount
 * @COMMAND_GC: remove what is left of containers and in stores
 * @COMMAND_PULL: copy an image, and index its layers
 * @COMMAND_CONVERT: convert the layers of an image
 * @COMMAND_STORE: make an image known to an engine
 * @COMMAND_UNSTORE: undo that
 */
enum command {
	COMMAND_LS,
	COMMAND_INFO,
	COMMAND_VERIFY,
	COMMAND_MOUNT,
	COMMAND_UMOUNT,
	COMMAND_DISK,
	COMMAND_RUN,
	COMMAND_BOOT,
	COMMAND_MAP,
	COMMAND_GC,
	COMMAND_PULL,
	COMMAND_CONVERT,
	COMMAND_STORE,
	COMMAND_UNSTORE,
};

/**
 * struct settings - the command line
 * @command: &enum command
 * @image: the image as on the command line, or the directory of umount and map
 * @dir: where to mount
 * @dest: destination of pull and convert
 * @args: the command in the container, or the first process of the machine
 * @platform: platform of the image, or NULL
 * @json: print JSON
 * @overlay: mount the layers with overlayfs
 * @merged: mount all layers as one tree
 * @rw: the writable layer, or NULL: none
 * @rw_given: @rw is that of the command line
 * @userxattr: overlayfs uses attributes of users
 * @verify: what the kernel verifies, or NULL: its default; "digest" adds digests to
 *	the index of a disk
 * @fake: do everything but mount
 * @output: file to write, or NULL
 * @label: label of a disk, or NULL
 * @runtime: program that runs containers, or NULL: the first one there is
 * @host_network: the container uses the network of the host
 * @make: how layers are made
 * @reader: who reads their annotations: enum stargz_reader
 * @reuse: older images, whose layers have members to copy
 * @image_cache: directory with images of registries
 * @cache_dir: directory of the index cache
 * @cache_size: its limit in bytes
 * @no_cache: do not use the cache
 * @containerd: root directory of containerd
 * @containerd_ref: name of the image in containerd, if it is one of containerd
 * @podman: directory of the additional image store, or NULL
 * @store_containerd: the engine is containerd
 * @namespace: its namespace, or NULL: that of the environment
 * @name: name for the engine, or NULL: that of the image
 * @units: directory for units of systemd, or "none", or NULL: the default
 * @vmm: the virtual machine monitor: enum vmm
 * @print: print commands instead of starting it
 * @kernel: file or release of the kernel, or NULL: choose one
 * @initrd: file of the initramfs, or NULL: make one
 * @memory: memory of the machine in bytes
 * @cpus: its number of processors
 * @accel: how it is executed: enum accel
 * @append: more parameters of the kernel
 * @plot: file of the picture, or NULL: none
 * @trace: a recorded trace, or NULL: record one
 * @seconds: how long to record, or zero: until a signal
 * @quiet: no warnings, no progress bar
 * @verbose: report each step
 * @bar: the progress bar
 */
struct settings {
	int command;
	const char *image;
	const char *dir;
	const char *dest;
	struct names args;
	const char *platform;
	bool json;
	bool overlay;
	bool merged;
	const char *rw;
	bool rw_given;
	bool userxattr;
	const char *verify;
	bool fake;
	const char *output;
	const char *label;
	const char *runtime;
	bool host_network;
	struct stargz_make_options make;
	uint32_t reader;
	struct names reuse;
	const char *image_cache;
	const char *cache_dir;
	uint64_t cache_size;
	bool no_cache;
	const char *containerd;
	const char *containerd_ref;
	const char *podman;
	bool store_containerd;
	const char *namespace;
	const char *name;
	const char *units;
	uint32_t vmm;
	bool print;
	const char *kernel;
	const char *initrd;
	uint64_t memory;
	uint32_t cpus;
	uint32_t accel;
	struct names append;
	const char *plot;
	const char *trace;
	uint32_t seconds;
	bool quiet;
	bool verbose;
	struct bar bar;
};

/**
 * options_parse_command() - parse the command line
 * @s: filled in
 * @argc: argument of main()
 * @argv: argument of main()
 *
 * Return: -1 to continue, else the exit code.
 */
int options_parse_command(struct settings *s, int argc, char **argv);

#endif /* IMAGE_OPTIONS_H */
