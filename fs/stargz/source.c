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
#include <linux/sched/mm.h>

#include "internal.h"

/*
 * A file that lies on another stargz would nest our read path in itself, and
 * one on a stack of overlays would take more kernel stack than is good. The
 * backing file's depth becomes ours (stargz_fill_super()).
 */
static int stargz_source_check(struct fs_context *fc,
			       const struct stargz_source *src)
{
	struct inode *inode = file_inode(src->file);

	if (S_ISBLK(inode->i_mode))
		return 0;
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
		errorfc(fc, "%s: file systems are stacked too deeply",
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
	struct inode *host = src->file->f_mapping->host;

	return S_ISBLK(host->i_mode) ? I_BDEV(host) : NULL;
}

/**
 * stargz_source_open() - open a source for reading
 * @fc: where error texts go
 * @src: its path is set; the rest is filled in
 *
 * A regular file cannot be opened for writing from then on, as with a running
 * program, because bytes that change under a mount are not a file system.
 *
 * Return: 0 or a negative errno; then stargz_source_close() is still needed.
 */
int stargz_source_open(struct fs_context *fc, struct stargz_source *src)
{
	struct file *file;
	int err;

	file = filp_open(src->path, O_RDONLY | O_LARGEFILE | O_NOATIME, 0);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		errorfc(fc, "%s: cannot open (error %d)", src->path, -err);
		return err;
	}
	src->file = file;

	err = stargz_source_check(fc, src);
	if (err)
		return err;

	if (S_ISREG(file_inode(file)->i_mode)) {
		err = deny_write_access(file);
		if (err) {
			errorfc(fc, "%s: is open for writing", src->path);
			return err;
		}
		src->write_denied = true;
	} else {
		/* What was just written must be seen by bios, fetch.c. */
		err = sync_blockdev(stargz_source_bdev(src));
		if (err) {
			errorfc(fc, "%s: cannot be flushed", src->path);
			return err;
		}
	}
	/* The mapping's host knows the size of files and of block devices. */
	src->size = i_size_read(file->f_mapping->host);
	return 0;
}

/**
 * stargz_source_close() - release what stargz_source_open() took
 * @src: opened, half opened or never opened; its path is freed as well
 */
void stargz_source_close(struct stargz_source *src)
{
	if (src->write_denied)
		allow_write_access(src->file);
	if (src->file)
		fput(src->file);
	kfree(src->path);
	memset(src, 0, sizeof(*src));
}

/**
 * stargz_source_read() - read bytes
 * @src: an open source
 * @pos: first byte
 * @buf: where to
 * @len: how many
 *
 * Reads with the credentials of the mounter: whoever reads a file of the
 * mount needs no rights on the image. May sleep and allocate, never enters
 * file systems on reclaim.
 *
 * Return: 0 when all @len bytes were read, -EIO when the source ends early,
 * -EINTR when the caller is being killed, or what reading gave.
 */
int stargz_source_read(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len)
{
	const struct cred *old = override_creds(src->file->f_cred);
	unsigned int nofs = memalloc_nofs_save();
	loff_t at = pos;
	int err = 0;

	while (len) {
		ssize_t n = kernel_read(src->file, buf, len, &at);

		if (n <= 0) {
			err = n == -ERESTARTSYS ? -EINTR : n < 0 ? n : -EIO;
			break;
		}
		buf += n;
		len -= n;
	}
	memalloc_nofs_restore(nofs);
	revert_creds(old);
	return err;
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
