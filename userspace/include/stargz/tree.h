/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: the files of a handle: names, attributes, content.
 *
 * An inode number identifies a file; the root has number 1. Paths are names
 * with slashes between them. Leading and trailing slashes do not matter. No
 * call follows symbolic links or interprets "." and "..".
 */
#ifndef STARGZ_TREE_H
#define STARGZ_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <stargz/error.h>
#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_lookup() - find a file by its path
 * @opened: the handle
 * @path: the path; empty or "/": the root
 * @ino: set to the inode number
 * @err: filled in on failure
 *
 * Return: 0, or -ENOENT.
 */
int stargz_lookup(struct stargz_opened *opened, const char *path,
		  uint32_t *ino, struct stargz_error *err);

/**
 * stargz_path() - the first path of a file
 * @opened: the handle
 * @ino: inode number
 * @path: set to the path, without leading slash, empty for the root; the caller
 *	releases it with free(3)
 * @err: filled in on failure
 *
 * Return: 0, or a negative errno: -ENOENT if there is no such inode or it has
 * no name; -ENAMETOOLONG if its path is longer than 64 KiB; -ENOMEM.
 */
int stargz_path(struct stargz_opened *opened, uint32_t ino, char **path,
		struct stargz_error *err);

/**
 * struct stargz_stat - attributes of a file
 * @ino: inode number
 * @mode: type and permissions, as st_mode of stat(2)
 * @nlink: number of links
 * @uid: owner
 * @gid: group
 * @mtime_nsec: nanoseconds of the time of last modification
 * @mtime_sec: its seconds since the Unix epoch
 * @size: size in bytes of a regular file or of the target of a symbolic link
 * @dev_major: major number of a device
 * @dev_minor: minor number of a device
 * @reserved: zero
 */
struct stargz_stat {
	uint32_t ino;
	uint32_t mode;
	uint32_t nlink;
	uint32_t uid;
	uint32_t gid;
	uint32_t mtime_nsec;
	int64_t mtime_sec;
	uint64_t size;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint64_t reserved[4];
};

/**
 * stargz_stat() - attributes of a file
 * @opened: the handle
 * @ino: inode number
 * @st: filled in
 * @err: filled in on failure
 *
 * Return: 0, or -ENOENT if there is no such inode.
 */
int stargz_stat(struct stargz_opened *opened, uint32_t ino,
		struct stargz_stat *st, struct stargz_error *err);

/**
 * stargz_readlink() - target of a symbolic link
 * @opened: the handle
 * @ino: inode number
 * @target: set to the target, which is valid as long as the handle; no NUL
 *	follows it
 * @len: set to its length in bytes
 * @err: filled in on failure
 *
 * Return: 0, -ENOENT if there is no such inode, -EINVAL if it is not a
 * symbolic link.
 */
int stargz_readlink(struct stargz_opened *opened, uint32_t ino,
		    const char **target, size_t *len,
		    struct stargz_error *err);

/**
 * typedef stargz_xattr_fn - callback for an extended attribute
 * @data: @data of stargz_xattrs()
 * @name: full name, including "user." and so on; valid during the call
 * @value: the value; valid during the call
 * @len: length of @value in bytes
 *
 * Return: 0 to continue; any other value ends stargz_xattrs(), which returns
 * it.
 */
typedef int (*stargz_xattr_fn)(void *data, const char *name,
			       const void *value, size_t len);

/**
 * stargz_xattrs() - extended attributes of a file
 * @opened: the handle
 * @ino: inode number
 * @fn: called for each attribute, in the order of their names
 * @data: passed to @fn
 * @err: filled in on failure, except if @fn failed
 *
 * Return: 0, -ENOENT if there is no such inode, -ENOMEM, or the value that @fn
 * returned.
 */
int stargz_xattrs(struct stargz_opened *opened, uint32_t ino,
		  stargz_xattr_fn fn, void *data, struct stargz_error *err);

/** struct stargz_walk - a walk through a tree */
struct stargz_walk;

/**
 * struct stargz_walk_entry - a directory entry that a walk visits
 * @path: its path, without leading slash, empty for the root; valid until the
 *	next call with the walk
 * @path_len: length of @path in bytes
 * @name: the last name in @path
 * @ino: inode number
 * @depth: number of directories between the start and the entry
 * @leaving: nonzero on the second visit of a directory, after its entries
 * @reserved: zero
 */
struct stargz_walk_entry {
	const char *path;
	size_t path_len;
	const char *name;
	uint32_t ino;
	uint32_t depth;
	uint32_t leaving;
	uint32_t reserved[5];
};

/**
 * stargz_walk_open() - start a walk
 * @walk: set to a handle for stargz_walk_close(), on success only
 * @opened: the tree; must stay open until stargz_walk_close()
 * @path: where to start; if it is not a directory, the walk visits only it
 * @err: filled in on failure
 *
 * Return: 0, -ENOENT if there is no such path, -ENOMEM.
 */
int stargz_walk_open(struct stargz_walk **walk, struct stargz_opened *opened,
		     const char *path, struct stargz_error *err);

/**
 * stargz_walk_next() - go to the next directory entry
 * @walk: the walk
 * @entry: filled in if there is one
 * @err: filled in on failure
 *
 * The walk visits a directory before its entries, and again, with @leaving,
 * after them. It visits entries in the order of the bytes of their names.
 *
 * Return: 1, 0 at the end, or a negative errno: -ENAMETOOLONG if a path is
 * longer than 64 KiB, -ENOMEM.
 */
int stargz_walk_next(struct stargz_walk *walk, struct stargz_walk_entry *entry,
		     struct stargz_error *err);

/**
 * stargz_walk_skip() - skip the entries of the directory visited last
 * @walk: the walk
 */
void stargz_walk_skip(struct stargz_walk *walk);

/**
 * stargz_walk_close() - release a walk
 * @walk: the walk, or NULL
 */
void stargz_walk_close(struct stargz_walk *walk);

/**
 * struct stargz_file_extent - the place of a contiguous part of a file
 * @pos: first byte in the file
 * @len: length in bytes
 * @encoding: &enum stargz_encoding; for a hole, the members below are zero
 * @span: number of the span
 * @offset: first byte in the decoded span
 * @reserved: zero
 */
struct stargz_file_extent {
	uint64_t pos;
	uint64_t len;
	uint32_t encoding;
	uint32_t span;
	uint64_t offset;
	uint64_t reserved[4];
};

/**
 * stargz_extent_at() - find the place of a byte of a file
 * @opened: the handle
 * @ino: inode number of a regular file
 * @pos: position in the file
 * @extent: set to the extent that starts at @pos
 * @err: filled in on failure
 *
 * Return: 0, -ENOENT if there is no such inode, -EINVAL if it is not a regular
 * file or if @pos is not below its size.
 */
int stargz_extent_at(struct stargz_opened *opened, uint32_t ino, uint64_t pos,
		     struct stargz_file_extent *extent,
		     struct stargz_error *err);

/**
 * stargz_read() - read bytes of a file
 * @opened: the handle
 * @ino: inode number of a regular file
 * @buf: destination
 * @len: size of @buf in bytes
 * @pos: first byte in the file
 * @err: filled in on failure
 *
 * The call verifies the checksums of gzip members and zstd frames that it
 * decodes as a whole. The handle caches a few spans, so that sequential reading
 * decodes each span of a file once.
 *
 * Return: number of bytes, less than @len only at the end of the file; or a
 * negative errno: -ENOENT if there is no such inode, -EINVAL if it is not a
 * regular file, -ENODATA if its blob was not passed to stargz_open(), -EUCLEAN
 * if the content is damaged, -ENOMEM, or an errno of read(2).
 */
ssize_t stargz_read(struct stargz_opened *opened, uint32_t ino, void *buf,
		    size_t len, uint64_t pos, struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TREE_H */
