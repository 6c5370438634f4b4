/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: the files of what was opened: names, attributes, content.
 *
 * A file is known by its inode number, from 1, the root, on. Paths are names
 * with slashes between them; slashes at their ends do not matter, symbolic
 * links are not followed, "." and ".." are no names.
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
 * @err: filled on failure
 *
 * Return: 0, or -ENOENT.
 */
int stargz_lookup(struct stargz_opened *opened, const char *path,
		  uint32_t *ino, struct stargz_error *err);

/**
 * stargz_path() - the first path of a file
 * @opened: the handle
 * @ino: inode number
 * @path: set to the path, without a slash at its start, for the caller to
 *	free(3); that of the root is empty
 * @err: filled on failure
 *
 * Return: 0, or a negative errno: -ENOENT there is no such inode, or it has no
 * name; -ENAMETOOLONG its path is longer than 64 KiB; -ENOMEM.
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
 * @mtime_sec: seconds of it since the Unix epoch
 * @size: bytes of a regular file or of the target of a symbolic link
 * @dev_major: of a device
 * @dev_minor: of a device
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
 * @st: filled
 * @err: filled on failure
 *
 * Return: 0, or -ENOENT if there is no such inode.
 */
int stargz_stat(struct stargz_opened *opened, uint32_t ino,
		struct stargz_stat *st, struct stargz_error *err);

/**
 * stargz_readlink() - target of a symbolic link
 * @opened: the handle
 * @ino: inode number
 * @target: set to the target, which is valid as long as the handle. No NUL
 *	follows it.
 * @len: set to its length in bytes
 * @err: filled on failure
 *
 * Return: 0, -ENOENT if there is no such inode, -EINVAL if it is no symbolic
 * link.
 */
int stargz_readlink(struct stargz_opened *opened, uint32_t ino,
		    const char **target, size_t *len,
		    struct stargz_error *err);

/**
 * typedef stargz_xattr_fn - is called with an extended attribute
 * @data: as given to stargz_xattrs()
 * @name: its full name, "user." and so on included; valid during the call
 * @value: its value; valid during the call
 * @len: bytes of it
 *
 * Return: 0 to go on, else what stargz_xattrs() is to return.
 */
typedef int (*stargz_xattr_fn)(void *data, const char *name,
			       const void *value, size_t len);

/**
 * stargz_xattrs() - extended attributes of a file
 * @opened: the handle
 * @ino: inode number
 * @fn: called with each of them, in the order of their names
 * @data: handed to @fn
 * @err: filled on failure, but not if @fn ends it
 *
 * Return: 0, -ENOENT if there is no such inode, -ENOMEM, or what @fn returned.
 */
int stargz_xattrs(struct stargz_opened *opened, uint32_t ino,
		  stargz_xattr_fn fn, void *data, struct stargz_error *err);

/** struct stargz_walk - a walk through a tree */
struct stargz_walk;

/**
 * struct stargz_walk_entry - a name that a walk has come to
 * @path: its path, without a slash at its start; that of the root is empty;
 *	valid until the next call for the walk
 * @path_len: bytes of it
 * @name: the last name in @path
 * @ino: inode number
 * @depth: how many directories it is below the start
 * @leaving: it is a directory all of whose entries have been visited
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
 * stargz_walk_open() - begin a walk
 * @walk: set to a handle for stargz_walk_close(), on success only
 * @opened: what to walk through; has to stay open as long as the walk
 * @path: where to begin; a file is a walk of one name
 * @err: filled on failure
 *
 * Return: 0, -ENOENT if there is no such path, -ENOMEM.
 */
int stargz_walk_open(struct stargz_walk **walk, struct stargz_opened *opened,
		     const char *path, struct stargz_error *err);

/**
 * stargz_walk_next() - go to the next name
 * @walk: the walk
 * @entry: filled if there is one
 * @err: filled on failure
 *
 * A directory comes before its entries, which are in the order of their names,
 * byte by byte; and once more, with @leaving, behind them.
 *
 * Return: 1, 0 at the end, or a negative errno: -ENAMETOOLONG a path is longer
 * than 64 KiB, -ENOMEM.
 */
int stargz_walk_next(struct stargz_walk *walk, struct stargz_walk_entry *entry,
		     struct stargz_error *err);

/**
 * stargz_walk_skip() - keep out of the directory that the walk has just come to
 * @walk: the walk
 */
void stargz_walk_skip(struct stargz_walk *walk);

/**
 * stargz_walk_close() - release a walk
 * @walk: the walk, or NULL
 */
void stargz_walk_close(struct stargz_walk *walk);

/**
 * struct stargz_file_extent - where a run of bytes of a file is
 * @pos: first byte in the file
 * @len: bytes of the run
 * @encoding: &enum stargz_encoding; for a hole the rest is zero
 * @span: number of the span that has them
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
 * stargz_extent_at() - where a byte of a file is
 * @opened: the handle
 * @ino: inode number of a regular file
 * @pos: a byte of it, before its end
 * @extent: set to the run that begins there
 * @err: filled on failure
 *
 * Return: 0, -ENOENT if there is no such inode, -EINVAL if it is no regular
 * file or ends before @pos.
 */
int stargz_extent_at(struct stargz_opened *opened, uint32_t ino, uint64_t pos,
		     struct stargz_file_extent *extent,
		     struct stargz_error *err);

/**
 * stargz_read() - read bytes of a file
 * @opened: the handle
 * @ino: inode number of a regular file
 * @buf: gets them
 * @len: how many bytes at most
 * @pos: first byte in the file
 * @err: filled on failure
 *
 * Decoded bytes are compared with the checksums of the layer where a whole
 * member or frame is decoded. Some spans are kept: reading a file from its
 * start to its end decodes each once.
 *
 * Return: bytes read, less than @len only at the end of the file; or a negative
 * errno: -ENOENT there is no such inode, -EINVAL it is no regular file,
 * -ENODATA its blob is not at hand, -EUCLEAN the content is damaged, -ENOMEM,
 * and what read(2) gives.
 */
ssize_t stargz_read(struct stargz_opened *opened, uint32_t ino, void *buf,
		    size_t len, uint64_t pos, struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TREE_H */
