/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The base of a comparison: the tree of a layer or index.
 */
#ifndef SGZ_SOURCE_DIFF_BASE_H
#define SGZ_SOURCE_DIFF_BASE_H

#include "inspect/opened.h"
#include "source/path_tree.h"

/**
 * struct sgz_old_file - a path of the base
 * @link: target of a symbolic link
 * @size: size of a regular file in bytes
 * @mtime: nanoseconds since STARGZ_TIME_BASE
 * @link_len: length of @link in bytes
 * @uid: owner
 * @gid: group
 * @major: major number of a device
 * @minor: minor number of a device
 * @xattr: set in the pool of the tree, or zero
 * @inode: equal for all paths of one file; %SGZ_NONE for a directory without
 *	an entry
 * @parent: number of its directory, less than its own number
 * @mode: type and permissions
 */
struct sgz_old_file {
	const char *link;
	uint64_t size;
	uint64_t mtime;
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
 * struct sgz_old_content - content of an inode
 * @wanted: its digest is needed
 * @unpacked: @digest was computed from the content
 * @digest: its digest
 */
struct sgz_old_content {
	bool wanted;
	bool unpacked;
	struct sgz_digest digest;
};

/**
 * struct sgz_old - the base
 * @ctx: the call, without warnings
 * @blob: the layer, index or device image
 * @layer: @blob is a layer, not an index
 * @has_content: @blob is a layer, or a device image with all its layers
 * @files: struct sgz_old_file, the root first
 * @names: tree of their paths; a file and its node have the same number
 * @order: numbers of the files in the order of sgz_path_cmp()
 * @content: struct sgz_old_content by inode
 * @toc: entries of a layer
 * @opened: handle of an index
 */
struct sgz_old {
	struct sgz_context ctx;
	struct sgz_blob blob;
	bool layer;
	bool has_content;
	struct sgz_vec files;
	struct sgz_path_tree names;
	struct sgz_vec order;
	struct sgz_vec content;
	struct sgz_toc toc;
	struct sgz_opened opened;
};

/** sgz_old_file() - file by its number */
static inline struct sgz_old_file *sgz_old_file(const struct sgz_old *old,
						size_t i)
{
	return (struct sgz_old_file *)old->files.data + i;
}

/** sgz_old_name() - name of a file */
static inline const struct sgz_path_node *sgz_old_name(const struct sgz_old *old,
						       uint32_t i)
{
	return sgz_path_node(&old->names, i);
}

/** sgz_old_content() - content of a file, whose @inode is not %SGZ_NONE */
static inline struct sgz_old_content *
sgz_old_content(const struct sgz_old *old, const struct sgz_old_file *file)
{
	return (struct sgz_old_content *)old->content.data + file->inode;
}

/**
 * sgz_old_read() - read a base
 * @old: zeroed; must be released, also after an error
 * @ctx: the call; there are no warnings
 * @fd: a layer of any format, an index or a device image; must stay open as long
 *	as @old
 *
 * The tree does not include files that a layer takes from layers below it.
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_old_read(struct sgz_old *old, const struct sgz_context *ctx, int fd);

/** sgz_old_find() - number of the file with a path, or %SGZ_NONE */
uint32_t sgz_old_find(const struct sgz_old *old, const char *path, size_t len);

/** sgz_old_xattrs() - as sgz_xattr_pool_get(), for a file */
int sgz_old_xattrs(const struct sgz_old *old, const struct sgz_old_file *file,
		   struct sgz_arena *arena, struct sgz_vec *attrs);

/**
 * sgz_old_hash() - compute the wanted digests
 * @old: the base; its content is decoded if neither a table of contents nor an
 *	index has one of them
 * @threads: number of threads that decode
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_old_hash(struct sgz_old *old, unsigned int threads);

/** sgz_old_free() - release */
void sgz_old_free(struct sgz_old *old);

#endif /* SGZ_SOURCE_DIFF_BASE_H */
