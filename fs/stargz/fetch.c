// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - compressed bytes and the index, brought into memory.
 *
 * From a block device they are read with bios of our own: what is decoded
 * goes to a page cache of ours, and what it comes from need not be in the
 * device's as well. From a file they come through the page cache of its file
 * system. Nothing is shared here, so nothing is locked.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

/* Add @len bytes at @buf to @bio; returns how many found room. */
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
		/* Neighbours in memory share an entry, so this goes far. */
		if (bio_add_page(bio, page, n, 0) != n)
			break;
		done += n;
	}
	return done;
}

/* Read whole sectors to @buf, which starts at a page border. */
static int stargz_bdev_read(struct block_device *bdev, u64 pos, void *buf,
			    size_t len)
{
	while (len) {
		unsigned int vecs = bio_max_segs(DIV_ROUND_UP(len, PAGE_SIZE));
		struct bio *bio = bio_alloc(bdev, vecs, REQ_OP_READ, GFP_NOFS);
		size_t n;
		int err;

		bio->bi_iter.bi_sector = pos >> SECTOR_SHIFT;
		n = stargz_bio_add(bio, buf, len);
		err = submit_bio_wait(bio);
		bio_put(bio);
		if (err)
			return err;
		if (is_vmalloc_addr(buf))
			invalidate_kernel_vmap_range(buf, n);
		pos += n;
		buf += n;
		len -= n;
	}
	return 0;
}

/**
 * stargz_fetch_pages() - read bytes of a source without its page cache
 * @src: the source
 * @pos: first byte
 * @buf: where to; starts at a page border
 * @len: how many
 *
 * A range of a device that is not of whole sectors, and files, are read
 * through their page cache nevertheless. Sleeps.
 *
 * Return: as stargz_source_read().
 */
int stargz_fetch_pages(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len)
{
	struct block_device *bdev = stargz_source_bdev(src);

	if (bdev && IS_ALIGNED(pos | len, bdev_logical_block_size(bdev)))
		return stargz_bdev_read(bdev, pos, buf, len);
	return stargz_source_read(src, pos, buf, len);
}

/**
 * stargz_alloc() - memory that reading can do without
 * @size: bytes
 *
 * For folios that are locked, so no file system may be entered. Without the
 * OOM killer, which that rules out too, the allocator would go on for ever:
 * it gives up here, and the caller has a way that needs no memory.
 *
 * Return: memory for kvfree(), or NULL.
 */
void *stargz_alloc(size_t size)
{
	void *p = kmalloc(size, GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN);

	return p ? p : __vmalloc(size, GFP_NOFS | __GFP_RETRY_MAYFAIL |
				 __GFP_NOWARN);
}

/**
 * stargz_fetch() - read compressed bytes of a blob
 * @f: filled in
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: how many; they lie within what the blob may use
 * @scratch: memory to use when it is large enough, page aligned, or NULL
 * @scratch_size: its size, bytes
 *
 * Sleeps. May be called with folios locked.
 *
 * Return: 0, then stargz_fetch_free() is needed; -ENOMEM, -EIO, or what
 * reading gave.
 */
int stargz_fetch(struct stargz_fetch *f, const struct stargz_blob_info *blob,
		 u64 pos, size_t len, void *scratch, size_t scratch_size)
{
	struct block_device *bdev = stargz_source_bdev(blob->source);
	u32 sector = bdev ? bdev_logical_block_size(bdev) : 1;
	u64 start = blob->start + pos, from = round_down(start, sector);
	size_t size = round_up(start + len, sector) - from;
	void *buf = scratch;
	int err;

	f->alloc = NULL;
	if (size > scratch_size) {
		/* Whole pages, so that it starts at a page border. */
		buf = stargz_alloc(PAGE_ALIGN(size));
		if (!buf)
			return -ENOMEM;
		f->alloc = buf;
	}
	if (bdev)
		err = stargz_bdev_read(bdev, from, buf, size);
	else
		err = stargz_source_read(blob->source, from, buf, size);
	if (err) {
		stargz_fetch_free(f);
		return err;
	}
	f->blob = blob;
	f->pos = pos;
	f->len = len;
	f->data = buf + (start - from);
	return 0;
}

/**
 * stargz_fetch_free() - give the memory of stargz_fetch() back
 * @f: what was fetched; may be zeroed
 */
void stargz_fetch_free(struct stargz_fetch *f)
{
	kvfree(f->alloc);
	memset(f, 0, sizeof(*f));
}

/**
 * stargz_fetched() - find a range in what was fetched
 * @f: what was fetched; may be zeroed
 * @blob: the blob
 * @pos: first byte in the blob
 * @len: how many
 *
 * Return: the bytes, or NULL when not all of them are there.
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
