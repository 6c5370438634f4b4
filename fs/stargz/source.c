// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the files and block devices that an index and its blobs are read
 * from.
 *
 * What is read here is read through a struct file with the page cache of
 * whoever owns it, so a block device, a file on any file system and a file of
 * an overlay are the same thing. Nothing in this file takes a lock; a source
 * does not change while it is open.
 */
#include <linux/blkdev.h>
#include <linux/cred.h>
#include <linux/fadvise.h>
#include <linux/file.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/mm.h>
#include <linux/uio.h>

#include "internal.h"

/*
 * What a path is, before it is opened: opening a FIFO waits, and opening a
 * character device may do anything. A file on another stargz would nest our
 * read path in itself; one on a stack of file systems would take more kernel
 * stack than there is, so each file adds to the depth (stargz_stack_depth()).
 */
static int stargz_source_check(struct fs_context *fc,
			       const struct stargz_source *src,
			       const struct path *path)
{
	struct inode *inode = d_backing_inode(path->dentry);

	if (S_ISBLK(inode->i_mode)) {
		if (path->mnt->mnt_flags & MNT_NODEV ||
		    path->mnt->mnt_sb->s_iflags & SB_I_NODEV) {
			errorfc(fc, "%s: devices are not allowed there (nodev)",
				src->path);
			return -EACCES;
		}
		return 0;
	}
	if (!S_ISREG(inode->i_mode)) {
		errorfc(fc, "%s: neither a block device nor a regular file",
			src->path);
		return -EINVAL;
	}
	if (inode->i_sb->s_type == fc->fs_type) {
		errorfc(fc, "%s: is on a stargz mount itself, use a loop device",
			src->path);
		return -EINVAL;
	}
	if (inode->i_sb->s_stack_depth >= FILESYSTEM_MAX_STACK_DEPTH) {
		errorfc(fc, "%s: file systems are stacked too deeply, use a loop device",
			src->path);
		return -EINVAL;
	}
	return 0;
}

/**
 * stargz_source_bdev() - the block device that a source is
 * @src: an open source
 *
 * Return: the device, or NULL for a regular file.
 */
struct block_device *stargz_source_bdev(const struct stargz_source *src)
{
	struct inode *host = src->host;

	return S_ISBLK(host->i_mode) ? I_BDEV(host) : NULL;
}

/*
 * Open the file at @path, as a reader of whom nobody is told. What was given as
 * an open file is opened once more, because flags, readahead state and events
 * of the other one are its owner's; permission was checked when that was done.
 */
static int stargz_source_open_path(struct fs_context *fc,
				   struct stargz_source *src,
				   const struct path *path)
{
	struct file *file;
	int err;

	err = stargz_source_check(fc, src, path);
	if (err)
		return err;
	if (!src->given)
		err = path_permission(path, MAY_OPEN | MAY_READ);
	if (!err) {
		/*
		 * Reading happens with folios locked. A listener that is asked
		 * for permission then may want one of these folios.
		 */
		file = stargz_open_quiet(path, current_cred());
		err = PTR_ERR_OR_ZERO(file);
	}
	if (!err) {
		/* As open(2) does: integrity measurement looks at it here. */
		err = stargz_post_open(file, MAY_OPEN | MAY_READ);
		if (err)
			fput(file);
	}
	if (err) {
		errorfc(fc, "%s: cannot open (error %d)", src->path, -err);
		return err;
	}
	src->file = file;
	src->host = file->f_mapping->host;
	return 0;
}

/* See that nobody changes the bytes as long as the source is open. */
static int stargz_source_protect(struct fs_context *fc,
				 struct stargz_source *src, bool claim)
{
	struct block_device *bdev = stargz_source_bdev(src);
	int err;

	if (!bdev) {
		err = deny_write_access(src->file);
		if (err)
			errorfc(fc, "%s: is open for writing", src->path);
		else
			src->write_denied = true;
		return err;
	}
	if (claim) {
		/* Several mounts may share it, so the holder is all of them. */
		err = stargz_claim_bdev(&src->claim, bdev->bd_dev, fc->fs_type);
		if (err) {
			errorfc(fc, "%s: is in use (error %d)", src->path, -err);
			return err;
		}
	}
	/* What was just written must be seen by bios, fetch.c. */
	err = sync_blockdev(bdev);
	if (err)
		errorfc(fc, "%s: cannot be flushed", src->path);
	return err;
}

static int stargz_source_open_by_name(struct fs_context *fc,
				      struct stargz_source *src)
{
	struct path path;
	int err;

	err = kern_path(src->path, LOOKUP_FOLLOW, &path);
	if (err) {
		errorfc(fc, "%s: cannot open (error %d)", src->path, -err);
		return err;
	}
	err = stargz_source_open_path(fc, src, &path);
	path_put(&path);
	return err;
}

/* With the credentials of whoever opened what was given, as it is read then. */
static int stargz_source_open_given(struct fs_context *fc,
				    struct stargz_source *src)
{
	const struct cred *old = override_creds(src->given->f_cred);
	int err;

	err = stargz_source_open_path(fc, src, &src->given->f_path);
	revert_creds(old);
	fput(src->given);
	src->given = NULL;
	return err;
}

/**
 * stargz_source_open() - open a source for reading
 * @fc: where error texts go
 * @src: its path is set, and the file if one was given; the rest is filled in
 * @claim: claim a block device, as the VFS does by itself for the one that is
 *	mounted
 *
 * A regular file cannot be opened for writing from then on, as with a running
 * program, because bytes that change under a mount are not a file system.
 *
 * Return: 0 or a negative errno; then stargz_source_close() is still needed.
 */
int stargz_source_open(struct fs_context *fc, struct stargz_source *src,
		       bool claim)
{
	int err;

	if (src->given)
		err = stargz_source_open_given(fc, src);
	else
		err = stargz_source_open_by_name(fc, src);
	if (!err)
		err = stargz_source_protect(fc, src, claim);
	if (err)
		return err;
	/*
	 * Exactly what is asked for is read from a file: what else there is
	 * would stay in its page cache, see stargz_source_forget().
	 */
	if (!stargz_source_bdev(src))
		vfs_fadvise(src->file, 0, 0, POSIX_FADV_RANDOM);
	/* The mapping's host knows the size of files and of block devices. */
	src->size = i_size_read(src->host);
	return 0;
}

/**
 * stargz_source_check_bdev() - check that a superblock is of an open device
 * @fc: where error texts go
 * @src: a block device that is being mounted
 * @sb: the superblock that the VFS made or found
 *
 * Before 6.6 the VFS looks for the device once more, by name.
 *
 * Return: 0 or -EAGAIN.
 */
int stargz_source_check_bdev(struct fs_context *fc,
			     const struct stargz_source *src,
			     struct super_block *sb)
{
	if (src->file->f_mapping == stargz_bdev_mapping(sb))
		return 0;
	errorfc(fc, "%s: changed while being mounted", src->path);
	return -EAGAIN;
}

/**
 * stargz_source_close() - release what stargz_source_open() took
 * @src: opened, half opened or never opened; its path is freed as well
 */
void stargz_source_close(struct stargz_source *src)
{
	stargz_claim_release(&src->claim);
	if (src->write_denied)
		allow_write_access(src->file);
	if (src->file)
		fput(src->file);
	if (src->given)
		fput(src->given);
	kfree(src->path);
	memset(src, 0, sizeof(*src));
}

/**
 * stargz_source_read_iter() - read bytes
 * @src: an open source
 * @pos: first byte
 * @iter: where to, and how many
 *
 * Reads with the credentials of the mounter: whoever reads a file of the
 * mount needs no rights on the image. May sleep and allocate, never enters
 * file systems on reclaim.
 *
 * Return: 0 when all bytes were read, -EIO when the source ends early or its file
 * system is damaged, -EINTR when the caller is being killed, or what reading gave.
 */
int stargz_source_read_iter(const struct stargz_source *src, u64 pos,
			    struct iov_iter *iter)
{
	const struct cred *old = override_creds(src->file->f_cred);
	unsigned int nofs = memalloc_nofs_save();
	loff_t at = pos;
	int err = 0;

	while (!err && iov_iter_count(iter)) {
		ssize_t n = vfs_iter_read(src->file, iter, &at, 0);

		if (n == -ERESTARTSYS)
			err = -EINTR;
		else if (n == -EUCLEAN || !n)
			/* Damage of the other file system is none of ours. */
			err = -EIO;
		else if (n < 0)
			err = n;
	}
	memalloc_nofs_restore(nofs);
	revert_creds(old);
	return err;
}

/**
 * stargz_source_read() - read bytes to a buffer
 * @src: an open source
 * @pos: first byte
 * @buf: where to
 * @len: how many
 *
 * Return: as stargz_source_read_iter().
 */
int stargz_source_read(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, len);
	return stargz_source_read_iter(src, pos, &iter);
}

/**
 * stargz_source_willneed() - have bytes read that will be wanted soon
 * @src: an open source
 * @pos: first byte
 * @len: how many; what is beyond the end does not count
 *
 * A hint for stargz_source_read(), which need not wait as long then. Does not
 * wait for reading, but may for memory. Never enters file systems on reclaim.
 */
void stargz_source_willneed(const struct stargz_source *src, u64 pos, u64 len)
{
	const struct cred *old = override_creds(src->file->f_cred);
	unsigned int nofs = memalloc_nofs_save();

	vfs_fadvise(src->file, pos, len, POSIX_FADV_WILLNEED);
	memalloc_nofs_restore(nofs);
	revert_creds(old);
}

/**
 * stargz_source_cached() - ask whether a page cache has some bytes
 * @src: an open source
 * @pos: first byte
 * @len: how many, not zero
 *
 * Pages at the ends that hold other bytes as well do not count.
 *
 * Return: whether the source is a file and its page cache has a page of them, or
 *	it cannot be known, as the file system is stacked on another one. False
 *	for a range of no whole page, which stargz_source_forget() leaves alone
 *	anyway.
 */
bool stargz_source_cached(const struct stargz_source *src, u64 pos, u64 len)
{
	u64 start = round_up(pos, PAGE_SIZE);
	u64 end = round_down(pos + len, PAGE_SIZE);

	return start < end && S_ISREG(src->host->i_mode) &&
	       (src->host->i_sb->s_stack_depth ||
		filemap_range_has_page(src->host->i_mapping, start, end - 1));
}

/**
 * stargz_source_forget() - drop bytes from the page cache of a file
 * @src: an open source
 * @pos: first byte
 * @len: how many, not zero
 *
 * For bytes that were brought there by reading them here, so that they are not
 * in memory in two forms. Whole pages that are clean and not in use go.
 */
void stargz_source_forget(const struct stargz_source *src, u64 pos, u64 len)
{
	if (S_ISREG(src->host->i_mode))
		vfs_fadvise(src->file, pos, len, POSIX_FADV_DONTNEED);
}
