/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mount.stargz: mount options (argument of -o).
 */
#ifndef MOUNT_OPTIONS_H
#define MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "option_table.h"

/* Default directory of the index cache, and its default limit in bytes. */
#define INDEX_CACHE_DIR		"/var/cache/stargz"
#define INDEX_CACHE_SIZE	(1ULL << 30)

/**
 * struct kernel_option - an option for the kernel
 * @key: name
 * @value: value, or NULL for a flag
 * @file: @value is the path of a file; the kernel gets the open file
 * @fd: the open file, not owned, or -1: open it when needed
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
 * @layer_digest: layer_digest=sha256:HEX, or NULL
 * @index_digest: index_digest=sha256:HEX, or NULL
 * @verify: verify=LEVEL, or NULL
 * @raw: show whiteouts as they are in the tar
 * @image: image=REF, the image of an archive, or NULL: the only one
 * @platform: platform=OS/ARCH[/VARIANT], or NULL: that of this machine
 * @cache: use the index cache
 * @cache_dir: its directory
 * @cache_size: its limit in bytes
 * @remount: change the options of an existing mount
 * @loop: mount a loop device of the file
 * @loop_device: the loop device, or NULL: any free one
 * @offset: first byte of the blob in the source
 * @sizelimit: size of the blob in bytes, or zero: the rest of the source
 * @attr: MOUNT_ATTR_* flags
 * @kernel: options for the kernel, in the order of the command line
 * @kernel_count: number of @kernel
 */
struct mount_options {
	char *index;
	char *toc;
	char *toc_digest;
	char *layer_digest;
	char *index_digest;
	char *verify;
	bool raw;
	char *image;
	char *platform;
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
 * options_init() - set the defaults
 * @opt: filled in
 */
void options_init(struct mount_options *opt);

/**
 * options_free() - release options
 * @opt: options
 */
void options_free(struct mount_options *opt);

/**
 * options_parse() - parse the argument of one -o
 * @opt: the options are added here
 * @text: comma separated list, as mount(8) splits it: a comma or double quote
 *	in a value has a backslash before it, or the value is in double quotes;
 *	other backslashes are ordinary characters
 *
 * Return: %MOUNT_OK, or %MOUNT_USAGE after an error message.
 */
enum mount_exit options_parse(struct mount_options *opt, const char *text);

/**
 * options_check() - reject options that contradict each other
 * @opt: all options
 *
 * Return: %MOUNT_OK, or the exit status after an error message.
 */
enum mount_exit options_check(const struct mount_options *opt);

/**
 * options_need_digests() - must the index have digests of all content?
 * @opt: options
 *
 * Return: true with verify=digest, and with index_digest= without verify=.
 */
bool options_need_digests(const struct mount_options *opt);

/**
 * options_add_verification() - add verify= and index_digest= for the kernel
 * @opt: all options
 */
void options_add_verification(struct mount_options *opt);

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
 * @fd: the file, which stays open until the mount is complete, or -1
 */
void options_add_file(struct mount_options *opt, const char *key,
		      const char *path, int fd);

/* The keys that the program handles itself. */
extern const struct option_table mount_option_keys;

#endif /* MOUNT_OPTIONS_H */
