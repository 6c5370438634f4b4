/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: mount options (what follows -o).
 */
#ifndef MOUNT_OPTIONS_H
#define MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "option_table.h"

/* Where indexes are kept between mounts, and how much of them. */
#define INDEX_CACHE_DIR		"/var/cache/stargz"
#define INDEX_CACHE_SIZE	(1ULL << 30)

/**
 * struct kernel_option - an option for the kernel
 * @key: name
 * @value: value, or NULL for a flag
 * @file: @value is the path of a file, which goes to the kernel open
 * @fd: that file, which somebody else closes, or -1: it is opened then
 */
struct kernel_option {
	char *key;
	char *value;
	bool file;
	int fd;
};

/**
 * struct mount_options - all options of one mount
 * @index: index=PATH, or NULL: find or make one
 * @toc: toc=FILE, or NULL
 * @toc_digest: toc_digest=sha256:HEX, or NULL
 * @raw: show the tar as it is
 * @cache: keep indexes
 * @cache_dir: where
 * @cache_size: at most this many bytes of them
 * @remount: change the options of a mount that is there
 * @loop: put a loop device between file and filesystem
 * @loop_device: this one, or NULL: any
 * @offset: first byte of the blob in the source
 * @sizelimit: bytes of the blob, or zero: the rest of the source
 * @attr: MOUNT_ATTR_* flags
 * @kernel: what is left for the kernel, in the order given
 * @kernel_count: how many of them
 */
struct mount_options {
	char *index;
	char *toc;
	char *toc_digest;
	bool raw;
	bool cache;
	char *cache_dir;
	uint64_t cache_size;
	bool remount;
	bool loop;
	char *loop_device;
	uint64_t offset;
	uint64_t sizelimit;
	uint64_t attr;
	struct kernel_option *kernel;
	size_t kernel_count;
};

/**
 * options_init() - the options of a mount without -o
 * @opt: filled
 */
void options_init(struct mount_options *opt);

/**
 * options_free() - release options
 * @opt: options
 */
void options_free(struct mount_options *opt);

/**
 * options_parse() - add what one -o says
 * @opt: what is known so far
 * @text: comma separated list, as mount(8) splits it: a comma or double quote
 *	in a value has a backslash before it, or the value stands in double
 *	quotes. Any other backslash stands for itself.
 *
 * Return: %MOUNT_OK, or %MOUNT_USAGE after an error message.
 */
enum mount_exit options_parse(struct mount_options *opt, const char *text);

/**
 * options_check() - refuse options that contradict each other
 * @opt: all options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit options_check(const struct mount_options *opt);

/**
 * options_add_kernel() - add an option for the kernel
 * @opt: options
 * @key: its name
 * @value: its value, or NULL
 */
void options_add_kernel(struct mount_options *opt, const char *key,
			const char *value);

/**
 * options_add_file() - add a file for the kernel
 * @opt: options
 * @key: name of the option
 * @path: the file
 * @fd: the same, open for reading until the mount is done, or -1
 */
void options_add_file(struct mount_options *opt, const char *key,
		      const char *path, int fd);

/* Our own options: keys of what follows -o. */
extern const struct option_table mount_option_keys;

#endif /* MOUNT_OPTIONS_H */
