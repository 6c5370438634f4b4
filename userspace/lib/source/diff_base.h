/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The tree of a layer or index that another one is compared with.
 */
#ifndef SGZ_SOURCE_DIFF_BASE_H
#define SGZ_SOURCE_DIFF_BASE_H

#include "inspect/opened.h"

/**
 * struct sgz_old_file - a path of it
 * @path: cleaned path
 * @link: target of a symbolic link
 * @size: of a regular file
 * @mtime: nanoseconds since STARGZ_TIME_BASE
 * @path_len: bytes in @path
 * @link_len: bytes in @link
 * @uid: owner
 * @gid: group
 * @major: of a device
 * @minor: of a device
 * @xattr: set in the pool of the tree, or zero
 * @inode: the same for all paths of one file; %SGZ_NONE for a directory of
 *	which nothing else is known
 * @parent: number of the directory that it is in
 * @mode: type and permissions
 */
struct sgz_old_file {
	const char *path;
	const char *link;
	uint64_t size;
	uint64_t mtime;
	uint32_t path_len;
	uint32_t link_len;
	uint32_t uid;
	uint32_t gid;
	uint32_t major;
	uint32_t minor;
	uint32_t xattr;
	uint32_t inode;
	uint32_t parent;
	uint16_t mode;
};

/**
 * struct sgz_old_content - what is known of the content of an inode
 * @wanted: somebody will ask for the digest
 * @unpacked: the digest was made of what was unpacked
 * @digest: it
 */
struct sgz_old_content {
	bool wanted;
	bool unpacked;
	struct sgz_digest digest;
};

/**
 * struct sgz_old - the tree
 * @ctx: the call, without warnings
 * @blob: where from
 * @layer: it is a layer, not an index
 * @has_content: it is a layer, or a device image with all its layers
 * @files: struct sgz_old_file in the order of sgz_path_cmp(), the root first
 * @content: struct sgz_old_content by inode
 * @strings: paths
 * @toc: what a layer was read to
 * @opened: what an index was read to
 */
struct sgz_old {
	struct sgz_context ctx;
	struct sgz_blob blob;
	bool layer;
	bool has_content;
	struct sgz_vec files;
	struct sgz_vec content;
	struct sgz_arena strings;
	struct sgz_toc toc;
	struct sgz_opened opened;
};

/** sgz_old_file() - file by its number */
static inline struct sgz_old_file *sgz_old_file(const struct sgz_old *old,
						size_t i)
{
	return (struct sgz_old_file *)old->files.data + i;
}

/** sgz_old_content() - what is known of the content of a file */
static inline struct sgz_old_content *
sgz_old_content(const struct sgz_old *old, const struct sgz_old_file *file)
{
	return (struct sgz_old_content *)old->content.data + file->inode;
}

/**
 * sgz_old_read() - read a tree
 * @old: zeroed by the caller; sgz_old_free() is needed in any case
 * @ctx: the call; its error text is used, its warnings are not
 * @fd: a layer of any format, an index or a device image; open as long as @old
 *	is used
 *
 * What a layer takes from those below it is no part of the tree.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_old_read(struct sgz_old *old, const struct sgz_context *ctx, int fd);

/** sgz_old_find() - number of the file with a path, or %SGZ_NONE */
uint32_t sgz_old_find(const struct sgz_old *old, const char *path, size_t len);

/** sgz_old_xattrs() - as sgz_xattr_pool_get(), of a file */
int sgz_old_xattrs(const struct sgz_old *old, const struct sgz_old_file *file,
		   struct sgz_arena *arena, struct sgz_vec *attrs);

/**
 * sgz_old_hash() - find out the digests that are wanted
 * @old: the tree; its content is read if there are digests that neither a table
 *	of contents nor an index says
 * @threads: how many may read
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_old_hash(struct sgz_old *old, unsigned int threads);

/** sgz_old_free() - release */
void sgz_old_free(struct sgz_old *old);

#endif /* SGZ_SOURCE_DIFF_BASE_H */
