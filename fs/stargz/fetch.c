// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - reading compressed bytes and the index into memory.
 *
 * Reads from a block device use bios of stargz: the decoded bytes go to the
 * page cache of the mount, so the compressed bytes need not be in the page
 * cache of the device as well. Reads from a file use the page cache of its file
 * system. Nothing is shared here, so there are no locks.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

/* Add @len bytes at @buf to @bio; returns the number of bytes added. */
static size_t stargz_bio_add(struct bio *bio, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		unsigned int n = min_t(size_t, len - done, PAGE_SIZE);
		struct page *page;

		if (is_vmalloc_addr(buf + done))
			page = vmalloc_to_page(buf + done);
		else
			page = virt_to_page(buf + done);
		/* bio_add_page() merges contiguous pages into one entry. */
		if (bio_add_page(bio, page, n, 0) != n)
			break;
		done += n;
	}
	return done;
}

/* A bio of @io has ended, or all bios are submitted. */
static void stargz_bdev_put(struct stargz_bdev_read *io)
{
	if (atomic_dec_and_test(&io->left))
		complete(&io->done);
}

static void stargz_bdev_end_io(struct bio *bio)
{
	struct stargz_bdev_read *io = bio->bi_private;

	if (bio->bi_status)
		WRITE_ONCE(io->err, blk_status_to_errno(bio->bi_status));
	bio_put(bio);
	stargz_bdev_put(io);
}

/* Start to read whole sectors to @buf, which is page aligned. */
static void stargz_bdev_submit(struct stargz_bdev_read *io,
			       struct block_device *bdev, u64 pos, void *buf,
			       size_t len)
{
	atomic_set(&io->left, 1);
	io->err = 0;
	init_completion(&io->done);
	while (len) {
		unsigned int vecs = bio_max_segs(DIV_ROUND_UP(len, PAGE_SIZE));
		struct bio *bio = bio_alloc(bdev, vecs, REQ_OP_READ, GFP_NOIO);
		size_t n;

		bio->bi_iter.bi_sector = pos >> SECTOR_SHIFT;
		bio->bi_private = io;
		bio->bi_end_io = stargz_bdev_end_io;
		n = stargz_bio_add(bio, buf, len);
		atomic_inc(&io->left);
		submit_bio(bio);
		pos += n;
		buf += n;
		len -= n;
	}
	stargz_bdev_put(io);
}

/* Wait for a read of @len bytes to @buf. */
static int stargz_bdev_wait(struct stargz_bdev_read *io, void *buf, size_t len)
{
	wait_for_completion_io(&io->done);
	if (is_vmalloc_addr(buf))
		invalidate_kernel_vmap_range(buf, len);
	return io->err;
}

/**
 * stargz_fetch_pages() - read bytes of a source, bypassing its page cache
 * @src: the source
 * @pos: first byte
 * @buf: destination, page aligned
 * @len: number of bytes
 *
 * Files, and device ranges that are not sector aligned, are read through their
 * page cache nevertheless. Sleeps.
 *
 * Return: as stargz_source_read().
 */
int stargz_fetch_pages(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len)
{
	struct block_device *bdev = stargz_source_bdev(src);
	struct stargz_bdev_read io;

	if (!bdev || !IS_ALIGNED(pos | len, bdev_logical_block_size(bdev)))
		return stargz_source_read(src, pos, buf, len);
	stargz_bdev_submit(&io, bdev, pos, buf, len);
	return stargz_bdev_wait(&io, buf, len);
}

/**
 * stargz_fetch_begin() - start to read compressed bytes of a blob
 * @f: filled in; must not move before stargz_fetch_wait() returns
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: number of bytes, at most %STARGZ_FETCH_MAX, within
 *	stargz_blob_info.used
 * @scratch: page aligned memory to use if it is large enough, or NULL; the
 *	caller must not touch it before stargz_fetch_wait() returns
 * @scratch_size: size of @scratch, bytes
 *
 * Sleeps for memory only. May be called with folios locked.
 *
 * Return: 0, then stargz_fetch_wait() is needed; or -ENOMEM, also if @len is
 *	too large.
 */
int stargz_fetch_begin(struct stargz_fetch *f,
		       const struct stargz_blob_info *blob, u64 pos, size_t len,
		       void *scratch, size_t scratch_size)
{
	struct block_device *bdev = stargz_source_bdev(blob->source);
	u32 sector = bdev ? bdev_logical_block_size(bdev) : 1;
	u64 start = blob->start + pos;
	void *buf = scratch;

	if (len > STARGZ_FETCH_MAX)
		return -ENOMEM;
	f->from = round_down(start, sector);
	f->size = round_up(start + len, sector) - f->from;
	f->alloc = NULL;
	f->share.bytes = 0;
	f->forget = false;
	if (f->size > scratch_size) {
		/* Whole pages keep the buffer page aligned. */
		if (!stargz_share_take(&f->share, PAGE_ALIGN(f->size)))
			return -ENOMEM;
		buf = stargz_alloc(PAGE_ALIGN(f->size), __GFP_ACCOUNT);
		if (!buf) {
			stargz_share_drop(&f->share);
			return -ENOMEM;
		}
		f->alloc = buf;
	}
	f->blob = blob;
	f->pos = pos;
	f->len = len;
	f->data = buf + (start - f->from);
	if (bdev) {
		stargz_bdev_submit(&f->io, bdev, f->from, buf, f->size);
	} else {
		f->forget = !stargz_source_cached(blob->source, start, len);
		stargz_source_willneed(blob->source, start, len);
	}
	return 0;
}

/**
 * stargz_fetch_wait() - wait for a read that stargz_fetch_begin() started
 * @f: the read
 *
 * Sleeps.
 *
 * Return: 0, then stargz_fetch_free() is needed; -EIO or another error of the
 * read.
 */
int stargz_fetch_wait(struct stargz_fetch *f)
{
	const struct stargz_source *src = f->blob->source;
	void *buf = f->data - (f->blob->start + f->pos - f->from);
	int err;

	if (stargz_source_bdev(src))
		err = stargz_bdev_wait(&f->io, buf, f->size);
	else
		err = stargz_source_read(src, f->from, buf, f->size);
	if (!err && f->forget)
		stargz_source_forget(src, f->from, f->size);
	if (err)
		stargz_fetch_free(f);
	return err;
}

/**
 * stargz_fetch() - read compressed bytes of a blob
 * @f: filled in
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: number of bytes, within stargz_blob_info.used
 *
 * Sleeps. May be called with folios locked.
 *
 * Return: 0, then stargz_fetch_free() is needed; -ENOMEM, -EIO or another error
 * of the read.
 */
int stargz_fetch(struct stargz_fetch *f, const struct stargz_blob_info *blob,
		 u64 pos, size_t len)
{
	int err = stargz_fetch_begin(f, blob, pos, len, NULL, 0);

	return err ? err : stargz_fetch_wait(f);
}

/**
 * stargz_fetch_free() - free the memory of stargz_fetch()
 * @f: the bytes; may be zeroed
 */
void stargz_fetch_free(struct stargz_fetch *f)
{
	kvfree(f->alloc);
	stargz_share_drop(&f->share);
	memset(f, 0, sizeof(*f));
}

/**
 * stargz_fetched() - find a range in fetched bytes
 * @f: the bytes; may be zeroed
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: number of bytes
 *
 * Return: the bytes, or NULL if @f does not hold the whole range.
 */
const u8 *stargz_fetched(const struct stargz_fetch *f,
			 const struct stargz_blob_info *blob, u64 pos,
			 size_t len)
{
	if (f->blob != blob || pos < f->pos || pos - f->pos > f->len ||
	    len > f->len - (pos - f->pos))
		return NULL;
	return f->data + (pos - f->pos);
}
