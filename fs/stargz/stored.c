// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - stored spans.
 *
 * Stored bytes need no decoding and no caching. They go from their source
 * straight into the page cache, and only the wanted bytes of a span, which may
 * be of any size, are read. If all sectors match, a bio reads from a block
 * device into the folios. Otherwise, and for files, the bytes are copied from
 * the page cache of the source. The only memory needed is a bio, which a
 * mempool guarantees. Nothing is shared here, so there are no locks.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/uio.h>

#include "internal.h"

static size_t stargz_stored_size(const struct bio_vec *to, unsigned int nr)
{
	size_t size = 0;

	while (nr--)
		size += to++->bv_len;
	return size;
}

/*
 * Number of bytes after the last one that a bio must read as well to cover
 * whole sectors of @sector bytes; negative if no padding makes that possible.
 */
static int stargz_stored_pad(u64 pos, const struct bio_vec *to,
			     unsigned int nr, u32 sector, size_t slack)
{
	u32 pad = -to[nr - 1].bv_len & (sector - 1);
	unsigned int i;

	if (!IS_ALIGNED(pos, sector) || pad > slack)
		return -1;
	for (i = 0; i < nr; i++)
		if (!IS_ALIGNED(to[i].bv_offset, sector) ||
		    (i < nr - 1 && !IS_ALIGNED(to[i].bv_len, sector)))
			return -1;
	return pad;
}

/* Read whole sectors; the last entry of @to is extended by @pad bytes. */
static int stargz_stored_bdev(struct block_device *bdev, u64 pos,
			      const struct bio_vec *to, unsigned int nr,
			      u32 pad)
{
	unsigned int i, end;
	int err = 0;

	for (i = 0; i < nr && !err; i = end) {
		struct bio *bio = bio_alloc(bdev, bio_max_segs(nr - i),
					    REQ_OP_READ, GFP_NOIO);

		bio->bi_iter.bi_sector = pos >> SECTOR_SHIFT;
		for (end = i; end < nr; end++) {
			u32 len = to[end].bv_len + (end == nr - 1 ? pad : 0);

			if (bio_add_page(bio, to[end].bv_page, len,
					 to[end].bv_offset) != len)
				break;
			pos += len;
		}
		/* Avoid a loop if an empty bio cannot take the entry. */
		err = end > i ? submit_bio_wait(bio) : -EIO;
		bio_put(bio);
	}
	return err;
}

/* Read through the page cache of the source. */
static int stargz_stored_copy(const struct stargz_source *src, u64 pos,
			      const struct bio_vec *to, unsigned int nr)
{
	struct iov_iter iter;

	iov_iter_bvec(&iter, ITER_DEST, to, nr, stargz_stored_size(to, nr));
	return stargz_source_read_iter(src, pos, &iter);
}

/* Verify the checksum, if there is one and the whole span was read. */
static bool stargz_stored_verify(const struct stargz_span *raw,
				 const struct bio_vec *to, unsigned int nr)
{
	u32 crc = ~0;
	unsigned int i;

	if (!(raw->flags & STARGZ_SPAN_CRC) ||
	    stargz_stored_size(to, nr) != le32_to_cpu(raw->ulen))
		return true;
	/* No highmem (stargz_fill_type()): an entry is contiguous. */
	for (i = 0; i < nr; i++)
		crc = stargz_crc(crc, page_address(to[i].bv_page) +
				 to[i].bv_offset, to[i].bv_len);
	return ~crc == le32_to_cpu(raw->crc32);
}

/**
 * stargz_stored_read() - read bytes of a stored span
 * @sb: the file system
 * @map: the extent, from stargz_map()
 * @from: offset of the first byte in the span
 * @to: destination; its total length must not exceed the rest of the span from
 *	@from on, and each entry is contiguous memory within one folio
 * @nr: number of @to, at least one
 * @slack: number of bytes after the last one that may be overwritten
 *
 * Sleeps. May be called with folios locked; takes no lock of stargz. After an
 * error the content of the destination is undefined.
 *
 * The checksum is verified only if the span is read as a whole. After a
 * mismatch every read of the span fails.
 *
 * Return: 0, -EFSCORRUPTED if the checksum of the span differs, -EINTR if the
 * caller is being killed, -EIO or another error of the read.
 */
int stargz_stored_read(struct super_block *sb, const struct stargz_map *map,
		       u32 from, const struct bio_vec *to, unsigned int nr,
		       size_t slack)
{
	const struct stargz_span *raw = &map->raw;
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	const struct stargz_blob_info *blob =
		&sbi->blobs[le16_to_cpu(raw->blob)];
	u64 pos = blob->start + le64_to_cpu(raw->start) + from;
	struct block_device *bdev = stargz_source_bdev(blob->source);
	int pad = -1;
	int err;

	if (stargz_span_bad(sbi, map->span))
		return -EFSCORRUPTED;
	if (bdev)
		pad = stargz_stored_pad(pos, to, nr,
					bdev_logical_block_size(bdev), slack);
	if (pad >= 0)
		err = stargz_stored_bdev(bdev, pos, to, nr, pad);
	else
		err = stargz_stored_copy(blob->source, pos, to, nr);
	if (!err)
		stargz_stat_add(sbi, STARGZ_STAT_BYTES_FETCHED,
				stargz_stored_size(to, nr));
	if (!err && !stargz_stored_verify(raw, to, nr)) {
		stargz_stat_add(sbi, STARGZ_STAT_VERIFY_FAILURES, 1);
		stargz_span_damaged(sbi, map->span);
		err = -EFSCORRUPTED;
	}
	if (err && err != -EINTR)
		stargz_err(sb, "stored bytes at byte %llu of blob %u: %s (error %d)",
			   le64_to_cpu(raw->start) + from,
			   le16_to_cpu(raw->blob),
			   err == -EFSCORRUPTED ?
			   "checksum of the index differs" : "cannot be read",
			   -err);
	return err;
}
