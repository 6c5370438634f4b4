// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - the files and block devices that hold an index and its blobs.
 *
 * All reads here go through a struct file and the page cache of its owner. A
 * block device, a file on any file system and a file of an overlay therefore
 * behave the same. Nothing in this file takes a lock; a source does not change
 * while it is open.
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
 * Check the file type before opening: opening a FIFO blocks, and opening a
 * character device may have any side effect. A file on another stargz mount
 * would nest our read path in itself. A file on a stack of file systems could
 * overflow the kernel stack, so each file adds to the depth
 * (stargz_stack_depth()).
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
		errorfc(fc, "%s: is on a stargz mount itself",
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
 * stargz_source_bdev() - block device of a source
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
 * Open the file at @path without notifying listeners about reads. A file that
 * the user gave as a descriptor is opened once more, because its flags,
 * readahead state and events belong to its owner. Permission was checked when
 * the owner opened it.
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
		 * Reads happen with folios locked. A fanotify listener that is
		 * asked for permission might need one of these folios.
		 */
		file = stargz_open_quiet(path, current_cred());
		err = PTR_ERR_OR_ZERO(file);
	}
	if (!err) {
		/* As open(2) does; integrity measurement hooks in here. */
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

/* Keep others from changing the bytes while the source is open. */
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
		/* Several mounts may share it, so the holder is the fs type. */
		err = stargz_claim_bdev(&src->claim, bdev->bd_dev, fc->fs_type);
		if (err) {
			errorfc(fc, "%s: is in use (error %d)", src->path, -err);
			return err;
		}
	}
	/* Bios (fetch.c) must see data that was just written. */
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

/* Use the credentials of the opener of @given, as reads of that file would. */
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
 * @fc: receives error messages
 * @src: its path is set, and @given if the user gave a descriptor; the rest is
 *	filled in
 * @claim: claim a block device. The VFS itself claims the device that is
 *	mounted
 *
 * From then on a regular file cannot be opened for writing, like the file of a
 * running program, because the content of a mount must not change.
 *
 * Return: 0 or a negative errno; stargz_source_close() is needed in both cases.
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
	 * Disable readahead of the file: bytes beyond the request would stay in
	 * its page cache, see stargz_source_forget().
	 */
	if (!stargz_source_bdev(src))
		vfs_fadvise(src->file, 0, 0, POSIX_FADV_RANDOM);
	/* The host of the mapping has the size, also for block devices. */
	src->size = i_size_read(src->host);
	return 0;
}

/**
 * stargz_source_check_bdev() - check that a superblock uses an open device
 * @fc: receives error messages
 * @src: a block device that is being mounted
 * @sb: the superblock that the VFS created or found
 *
 * Before 6.6 the VFS looks up the device a second time, by name.
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
 * stargz_source_close() - release the resources of stargz_source_open()
 * @src: opened, partly opened or never opened; its path is freed as well
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
 * @iter: destination and number of bytes
 *
 * Reads with the credentials of the mounter, so that a reader of the mount
 * needs no rights on the image. May sleep and allocate; reclaim never enters
 * file systems.
 *
 * Return: 0 if all bytes were read, -EIO if the source ends early or its file
 * system is damaged, -EINTR if the caller is being killed, or another error of
 * the read.
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
			/* Damage of the other file system is not ours. */
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
 * @buf: destination
 * @len: number of bytes
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
 * stargz_source_willneed() - start reading bytes that will be needed soon
 * @src: an open source
 * @pos: first byte
 * @len: number of bytes; a range beyond the end is ignored
 *
 * A hint that shortens the wait in stargz_source_read(). Does not wait for I/O,
 * but may wait for memory. Reclaim never enters file systems.
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
 * stargz_source_cached() - ask whether a page cache holds some bytes
 * @src: an open source
 * @pos: first byte
 * @len: number of bytes, not zero
 *
 * Ignores pages at both ends that also hold other bytes.
 *
 * Return: true if the source is a file and its page cache has a page of the
 *	range, or if this is unknown because the file system is stacked on
 *	another one. False for a range without a whole page, which
 *	stargz_source_forget() does not drop anyway.
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
 * @len: number of bytes, not zero
 *
 * For bytes that entered the page cache only through a read of stargz, so that
 * memory does not hold them both compressed and decoded. Drops whole pages that
 * are clean and unused.
 */
void stargz_source_forget(const struct stargz_source *src, u64 pos, u64 len)
{
	if (S_ISREG(src->host->i_mode))
		vfs_fadvise(src->file, pos, len, POSIX_FADV_DONTNEED);
}
