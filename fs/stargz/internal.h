/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - in-core structures and prototypes.
 *
 * Data flows one way: super -> source -> meta, record -> inode -> namei, dir,
 * xattr, export (the tree), and map -> data -> ahead -> cache -> decode ->
 * fetch, crc, codec_* -> inflate (the content); stored spans go from data
 * to codec_stored at once. Each section below is one source file, in that
 * order; sysfs, which only looks, is the last, and record and inflate have
 * headers of their own, which userspace shares.
 */
#ifndef STARGZ_INTERNAL_H
#define STARGZ_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <linux/zlib.h>

#include "compat.h"
#include "inflate.h"
#include "record.h"
#include "stargz_fs.h"

/* Most device= options of one mount. */
#define STARGZ_MAX_DEVICES	STARGZ_MAX_BLOBS

/**
 * struct stargz_source - an open file or block device that is read from
 * @path: as the user gave it
 * @file: read-only
 * @size: bytes when it was opened
 * @write_denied: deny_write_access() is held
 *
 * Immutable between opening and closing.
 */
struct stargz_source {
	char *path;
	struct file *file;
	u64 size;
	bool write_denied;
};

/**
 * struct stargz_blob_info - one layer blob, checked against its source
 * @source: where it is
 * @start: first byte in the source
 * @used: bytes that spans may refer to, all of them within the source
 */
struct stargz_blob_info {
	const struct stargz_source *source;
	u64 start;
	u64 used;
};

/**
 * struct stargz_span_cache - decoded spans
 * @spans: span number -> struct stargz_span_buf, being decoded or decoded, or
 *	an XArray value when the span is damaged; its xa_lock protects
 *	everything here and the fields of struct stargz_span_buf that say so,
 *	and is the innermost lock
 * @lru: decoded spans that nobody uses now, least recently used first
 * @bytes: memory of all buffers in @spans; also read without the lock, by
 *	sysfs.c
 * @idle_bytes: memory of the buffers on @lru; also read without the lock, as
 *	a hint for the shrinker
 * @limit: @bytes above which idle buffers are freed at once
 * @nr_bad: damaged spans in @spans
 * @shrinker: frees idle buffers under memory pressure
 */
struct stargz_span_cache {
	struct xarray spans;
	struct list_head lru;
	u64 bytes;
	u64 idle_bytes;
	u64 limit;
	unsigned int nr_bad;
	struct stargz_shrinker shrinker;
};

/* Walks through the blob that are told apart, and batches ahead of each. */
#define STARGZ_RUNS		8
#define STARGZ_RUN_BATCHES	4

/**
 * struct stargz_run - somebody who reads file after file in blob order
 * @used: stargz_ahead.clock when it last went on; 0 for an unused one
 * @id: unlike that of any other run before or after it
 * @first: the span that it began with
 * @next: the span that is expected next
 * @end: spans before this one were read or are being decoded ahead
 * @hits: files read so far
 * @read: spans read
 * @skipped: spans that were left out between them
 * @busy: its next batch is being made
 * @nr_ends: number of @ends
 * @ends: for each batch ahead of @next, the span behind its last one
 */
struct stargz_run {
	u64 used;
	u64 id;
	u32 first;
	u32 next;
	u32 end;
	u32 hits;
	u32 read;
	u32 skipped;
	bool busy;
	unsigned int nr_ends;
	u32 ends[STARGZ_RUN_BATCHES];
};

/**
 * struct stargz_ahead - what is decoded ahead of readers
 * @lock: everything here
 * @clock: counts files
 * @runs: the walks that were seen last
 */
struct stargz_ahead {
	spinlock_t lock;		/* all of this */
	u64 clock;
	struct stargz_run runs[STARGZ_RUNS];
};

/**
 * enum stargz_decoder - who inflates
 * @STARGZ_DECODER_OWN: inflate.c
 * @STARGZ_DECODER_ZLIB: the kernel's zlib
 */
enum stargz_decoder {
	STARGZ_DECODER_OWN,
	STARGZ_DECODER_ZLIB,
};

/**
 * struct stargz_stream_pool - decoder states, one for each running decode
 * @lock: see below
 * @idle: streams not in use
 * @count: streams that exist, at least one after a successful mount
 * @wait: those who wait for an idle stream
 *
 * A holder of a stream never takes a folio lock of this file system and never
 * waits for another stream of the same pool, so waiting for one is safe with
 * folios locked. For a second one, to decode two spans side by side, nobody
 * waits.
 */
struct stargz_stream_pool {
	spinlock_t lock;		/* @idle and @count */
	struct list_head idle;
	unsigned int count;
	wait_queue_head_t wait;
};

/**
 * enum stargz_stat - counters of a mount, which only grow
 * @STARGZ_STAT_SPANS_DECODED: decodes that ran to their end with success
 * @STARGZ_STAT_BYTES_INFLATED: decoded bytes of those
 * @STARGZ_STAT_BYTES_DELIVERED: bytes of files, holes not counted, that were
 *	put into the page cache
 * @STARGZ_STAT_BYTES_FETCHED: compressed bytes read from the sources
 * @STARGZ_STAT_CACHE_HITS: spans that were found in the span cache
 * @STARGZ_STAT_CACHE_MISSES: spans that were not
 * @STARGZ_STAT_SPANS_PREFETCHED: spans decoded ahead of a reader
 * @STARGZ_STAT_DECODE_NS: time spent decoding, of all CPUs together
 * @STARGZ_STAT_VERIFY_FAILURES: streams that were damaged, or whose size,
 *	CRC or digest was not what it should be
 * @STARGZ_STATS: how many there are
 */
enum stargz_stat {
	STARGZ_STAT_SPANS_DECODED,
	STARGZ_STAT_BYTES_INFLATED,
	STARGZ_STAT_BYTES_DELIVERED,
	STARGZ_STAT_BYTES_FETCHED,
	STARGZ_STAT_CACHE_HITS,
	STARGZ_STAT_CACHE_MISSES,
	STARGZ_STAT_SPANS_PREFETCHED,
	STARGZ_STAT_DECODE_NS,
	STARGZ_STAT_VERIFY_FAILURES,
	STARGZ_STATS
};

/**
 * struct stargz_sb_info - one mounted file system
 * @super: the checked superblock
 * @image: what fc->source named
 * @index: the separate index, file unused when the index is in @image
 * @devices: device= sources
 * @nr_devices: number of @devices
 * @has_index: @index is used
 * @on_bdev: @image is a block device and owned by this superblock
 * @blobs: the blob table
 * @nr_blobs: its length
 * @meta_inode: its page cache holds the index
 * @meta_ra: what is known of how each table is read; used without a lock
 * @cache: decoded spans
 * @pool: decoder states
 * @ahead: walks through the blobs
 * @workqueue: decodes for readahead
 * @decoder: which decoder is used where there is a choice; a remount changes
 *	it, so it is read and written with READ_ONCE() and WRITE_ONCE()
 * @decoder_given: @decoder comes from an option
 * @stats: counters, by enum stargz_stat
 * @kobj: their folder in sysfs
 * @kobj_released: nobody refers to @kobj any more
 * @has_kobj: @kobj is registered
 *
 * Made by init_fs_context, handed to the superblock, freed after it is dead.
 * Immutable after mounting but for @meta_ra, @cache, @pool, @ahead, @decoder
 * and @stats.
 */
struct stargz_sb_info {
	struct stargz_super_info super;
	struct stargz_source image;
	struct stargz_source index;
	struct stargz_source *devices;
	unsigned int nr_devices;
	bool has_index;
	bool on_bdev;
	struct stargz_blob_info *blobs;
	unsigned int nr_blobs;
	struct inode *meta_inode;
	struct file_ra_state meta_ra[STARGZ_TABLES];
	struct stargz_span_cache cache;
	struct stargz_stream_pool pool;
	struct stargz_ahead ahead;
	struct workqueue_struct *workqueue;
	enum stargz_decoder decoder;
	bool decoder_given;
	atomic64_t stats[STARGZ_STATS];
	struct kobject kobj;
	struct completion kobj_released;
	bool has_kobj;
};

/**
 * struct stargz_inode_info - in-core inode
 * @a: struct stargz_inode.a
 * @b: struct stargz_inode.b
 * @xattr: struct stargz_inode.xattr
 * @parent: struct stargz_inode.parent
 * @inlined: %STARGZ_INODE_INLINE is set
 * @vfs_inode: the VFS's part
 *
 * Immutable once the inode is no longer I_NEW.
 */
struct stargz_inode_info {
	u32 a;
	u32 b;
	u32 xattr;
	u32 parent;
	bool inlined;
	struct inode vfs_inode;
};

static inline struct stargz_sb_info *STARGZ_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct stargz_inode_info *STARGZ_I(const struct inode *inode)
{
	return container_of(inode, struct stargz_inode_info, vfs_inode);
}

/* All our inode numbers fit 32 bits, whatever the width of i_ino is. */
static inline u32 stargz_ino(const struct inode *inode)
{
	return inode->i_ino;
}

/**
 * stargz_stat_add() - advance a counter
 * @sbi: the mount
 * @stat: which counter
 * @n: by how much
 *
 * From any context.
 */
static inline void stargz_stat_add(struct stargz_sb_info *sbi,
				   enum stargz_stat stat, u64 n)
{
	atomic64_add(n, &sbi->stats[stat]);
}

/**
 * stargz_blob_used() - how far spans may go in the blob of a span
 * @sbi: the mount
 * @raw: an unchecked span
 *
 * Return: bytes, or 0 when there is no such blob, for stargz_check_span().
 */
static inline u64 stargz_blob_used(const struct stargz_sb_info *sbi,
				   const struct stargz_span *raw)
{
	u16 blob = le16_to_cpu(raw->blob);

	return blob < sbi->nr_blobs ? sbi->blobs[blob].used : 0;
}

/* super.c */
__printf(2, 3)
void stargz_err(const struct super_block *sb, const char *fmt, ...);
int stargz_damaged(const struct inode *inode, const char *why);

/* source.c */
int stargz_source_open(struct fs_context *fc, struct stargz_source *src);
void stargz_source_close(struct stargz_source *src);
struct block_device *stargz_source_bdev(const struct stargz_source *src);
int stargz_source_read(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len);
void stargz_source_willneed(const struct stargz_source *src, u64 pos, u64 len);

/* meta.c */

/**
 * struct stargz_cursor - a place in a table
 * @sb: the file system
 * @id: the table
 * @folio: referenced, holds the record that was read last, or NULL
 *
 * Belongs to one thread. For those who read several records of a table near
 * each other; begins as STARGZ_CURSOR().
 */
struct stargz_cursor {
	struct super_block *sb;
	enum stargz_table_id id;
	struct folio *folio;
};

#define STARGZ_CURSOR(_sb, _id)	{ .sb = (_sb), .id = (_id) }

int stargz_meta_open(struct super_block *sb);
void stargz_meta_close(struct stargz_sb_info *sbi);
int stargz_cursor_read(struct stargz_cursor *cur, u64 nr, void *buf,
		       unsigned int count);
void stargz_cursor_end(struct stargz_cursor *cur);
int stargz_meta_read(struct super_block *sb, enum stargz_table_id id, u64 nr,
		     void *buf, unsigned int count);
void stargz_meta_prefetch(struct super_block *sb, enum stargz_table_id id,
			  u64 nr, size_t len);

/* inode.c */
struct inode *stargz_iget(struct super_block *sb, u64 ino);
int stargz_getattr(struct mnt_idmap *idmap, const struct path *path,
		   struct kstat *stat, u32 request_mask,
		   unsigned int query_flags);

/* namei.c */
extern const struct inode_operations stargz_dir_iops;

/* dir.c */
extern const struct file_operations stargz_dir_fops;

/* xattr.c */
extern const struct xattr_handler *STARGZ_XATTR_CONST stargz_xattr_handlers[];
ssize_t stargz_listxattr(struct dentry *dentry, char *buffer, size_t size);
#if IS_ENABLED(CONFIG_FS_POSIX_ACL)
struct posix_acl *stargz_get_acl(struct inode *inode, int type, bool rcu);
#else
#define stargz_get_acl	NULL
#endif

/* export.c */
extern const struct export_operations stargz_export_ops;

/* map.c */

/**
 * struct stargz_map - a run of a file that comes from one place
 * @pos: first byte in the file
 * @len: bytes, not zero
 * @span: span number, or %STARGZ_NO_SPAN for a hole
 * @offset: offset of the first byte in the decoded span
 * @raw: the span's record, checked; unset for a hole
 */
struct stargz_map {
	u64 pos;
	u64 len;
	u32 span;
	u32 offset;
	struct stargz_span raw;
};

static inline bool stargz_map_is_stored(const struct stargz_map *map)
{
	return map->span != STARGZ_NO_SPAN &&
	       map->raw.codec == STARGZ_CODEC_STORED;
}

int stargz_map(struct inode *inode, u64 pos, struct stargz_map *map);
loff_t stargz_llseek(struct file *file, loff_t offset, int whence);
int stargz_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len);

/* data.c */
extern const struct address_space_operations stargz_aops;
extern const struct file_operations stargz_file_fops;

/* ahead.c */
void stargz_ahead_init(struct stargz_ahead *ahead);
void stargz_ahead(struct super_block *sb, u32 first, u32 last, bool ends);

/* cache.c */

struct stargz_fetch;

/**
 * struct stargz_span_buf - a span in the cache
 * @lru: on stargz_span_cache.lru while @users is zero (cache lock)
 * @span: its number
 * @len: bytes
 * @size: bytes of memory that @data takes
 * @users: who holds it (cache lock)
 * @delivered: bytes copied out so far (cache lock)
 * @err: result of decoding; valid after @done
 * @done: decoding is over
 * @data: @len decoded bytes, valid after @done without @err
 */
struct stargz_span_buf {
	struct list_head lru;
	u32 span;
	u32 len;
	size_t size;
	unsigned int users;
	u64 delivered;
	int err;
	struct completion done;
	void *data;
};

int stargz_cache_init(struct stargz_span_cache *cache, u32 max_span,
		      const char *id);
void stargz_cache_destroy(struct stargz_span_cache *cache);
bool stargz_span_known(struct super_block *sb, u32 span);
void stargz_span_damaged(struct super_block *sb, u32 span);
struct stargz_span_buf *stargz_span_claim(struct super_block *sb, u32 span,
					  u32 ulen);
void stargz_span_finish(struct super_block *sb, struct stargz_span_buf *buf,
			int err);
struct stargz_span_buf *stargz_span_get(struct super_block *sb,
					const struct stargz_map *map,
					const struct stargz_fetch *have);
void stargz_span_put(struct super_block *sb, struct stargz_span_buf *buf,
		     u64 delivered);

/* decode.c */

/**
 * struct stargz_input - compressed bytes, handed out piece by piece
 * @next: first byte at hand
 * @avail: bytes at hand
 * @refill: makes the next piece available through @next and @avail, leaves
 *	@avail zero at the end of the range; returns a negative errno on error
 */
struct stargz_input {
	const u8 *next;
	size_t avail;
	int (*refill)(struct stargz_input *in);
};

/**
 * struct stargz_stream - state of one decode
 * @list: on stargz_stream_pool.idle while unused
 * @decoder: the decoder of this decode
 * @z: the kernel's inflater, which works in @workspace
 * @own: our own, which is @workspace
 * @workspace: memory for either; lives as long as the stream
 * @zstd: the context of zstd, once one was needed
 * @in_buf: %STARGZ_INPUT_SIZE bytes for compressed data, page aligned
 * @sink: %STARGZ_SINK_SIZE bytes for output that nobody wants
 * @window: %STARGZ_WINDOW_SIZE bytes for the history before a span
 * @window_len: how many of them count
 * @why: after an error, what was wrong with the data; else NULL
 * @ns: time the codec took
 */
struct stargz_stream {
	struct list_head list;
	enum stargz_decoder decoder;
	struct z_stream_s z;
	struct stargz_inflate *own;
	void *workspace;
	void *zstd;
	void *in_buf;
	u8 *sink;
	u8 *window;
	size_t window_len;
	const char *why;
	u64 ns;
};

#define STARGZ_INPUT_SIZE	65536
#define STARGZ_SINK_SIZE	65536

/**
 * struct stargz_want - what of a span is wanted
 * @out: where to; @to - @from bytes
 * @from: offset of the first byte in the decoded span
 * @to: offset behind the last one
 */
struct stargz_want {
	u8 *out;
	u32 from;
	u32 to;
};

/**
 * struct stargz_decode - a span, to be decoded
 * @span: its number
 * @raw: its record, checked
 * @want: which of its bytes are wanted, and where; undefined after an error
 * @strm: the decoder's state
 * @in: its compressed bytes, or NULL when they are to be read piece by piece
 * @crc: CRC-32 of what was decoded, where it counts
 * @err: how it went: 0, -EFSCORRUPTED the blob is damaged, -EINTR the caller is
 *	being killed, -EIO or what reading gave
 * @done: called when it is over, maybe earlier than others are; or NULL
 * @data: for @done
 *
 * The first three and the last two are for the caller to set, and @err is for
 * him to read; the rest is between decode.c and the codecs.
 */
struct stargz_decode {
	u32 span;
	const struct stargz_span *raw;
	struct stargz_want want;
	struct stargz_stream *strm;
	struct stargz_input *in;
	u32 crc;
	int err;
	void (*done)(struct stargz_decode *d);
	void *data;
};

int stargz_pool_init(struct stargz_stream_pool *pool);
void stargz_pool_destroy(struct stargz_stream_pool *pool);
struct stargz_stream *stargz_stream_alloc(void);
void stargz_stream_free(struct stargz_stream *strm);
int stargz_input_byte(struct stargz_input *in);
void stargz_decode_spans(struct super_block *sb, struct stargz_decode *d,
			 unsigned int nr, const struct stargz_fetch *have);

/* fetch.c */

/**
 * struct stargz_bdev_read - bios under way
 * @left: how many are not over, and one for who submits them
 * @err: result of one that failed, or 0
 * @done: all are over
 */
struct stargz_bdev_read {
	atomic_t left;
	int err;
	struct completion done;
};

/**
 * struct stargz_fetch - compressed bytes in memory
 * @blob: where they come from; NULL when there are none
 * @pos: position of the first one in the blob
 * @len: how many
 * @data: the bytes; valid after stargz_fetch_wait()
 * @alloc: the memory they are in when it is ours to free, else NULL
 * @from: where reading begins in the source, whole sectors of a device
 * @size: how many bytes are read
 * @io: their way from a device
 */
struct stargz_fetch {
	const struct stargz_blob_info *blob;
	u64 pos;
	size_t len;
	u8 *data;
	void *alloc;
	u64 from;
	size_t size;
	struct stargz_bdev_read io;
};

void *stargz_alloc(size_t size);
int stargz_fetch_pages(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len);
int stargz_fetch_begin(struct stargz_fetch *f,
		       const struct stargz_blob_info *blob, u64 pos, size_t len,
		       void *scratch, size_t scratch_size);
int stargz_fetch_wait(struct stargz_fetch *f);
int stargz_fetch(struct stargz_fetch *f, const struct stargz_blob_info *blob,
		 u64 pos, size_t len);
void stargz_fetch_free(struct stargz_fetch *f);
const u8 *stargz_fetched(const struct stargz_fetch *f,
			 const struct stargz_blob_info *blob, u64 pos,
			 size_t len);

/* crc.c */
void stargz_crc_init(void);
u32 stargz_crc(u32 crc, const u8 *data, size_t len);

/* codec_gzip.c */
int stargz_gzip_header(struct stargz_stream *strm, struct stargz_input *in);

/**
 * struct stargz_gzip_out - output of a member while it is inflated
 * @base: a run of memory. What was written before lies there in front of @pos,
 *	and what came before that, in @dict
 * @pos: where to write on
 * @end: where to stop
 * @dict: history
 * @dict_len: its length
 */
struct stargz_gzip_out {
	u8 *base;
	size_t pos;
	size_t end;
	const u8 *dict;
	size_t dict_len;
};

/**
 * struct stargz_gzip - a span while it is decoded
 * @d: what is decoded
 * @strm: its stream
 * @out: where output goes now
 * @from: where in @out the run began that is under way
 * @ulen: decoded size of the span
 * @stop: how far to decode, bytes of the span or behind it
 * @total: how many were decoded, those of the run under way not counted
 * @member: how many of them came before the member
 * @crc: CRC-32 of the member, or of all of a span with %STARGZ_SPAN_CRC
 * @checked: that is a span with %STARGZ_SPAN_CRC
 * @whole: all of it is wanted, so it goes there at once and not to the sink
 */
struct stargz_gzip {
	struct stargz_decode *d;
	struct stargz_stream *strm;
	struct stargz_gzip_out out;
	size_t from;
	u32 ulen;
	u32 stop;
	u32 total;
	u32 member;
	u32 crc;
	bool checked;
	bool whole;
};

int stargz_gzip_begin(struct stargz_gzip *g, struct stargz_decode *d);
int stargz_gzip_run(struct stargz_gzip *g);
struct stargz_gzip *stargz_gzip_two(struct stargz_gzip *a,
				    struct stargz_gzip *b);
void stargz_gzip_end(struct stargz_gzip *g, int ret);

/* window.c */
void stargz_window_prefetch(struct super_block *sb, u32 span);
int stargz_window_load(struct super_block *sb, u32 span,
		       struct stargz_stream *strm);

/* codec_zstd.c */
#if IS_ENABLED(CONFIG_STARGZ_FS_ZSTD)
void stargz_zstd_decode(struct stargz_decode *d);
#else
/* An index that needs it is not mounted. */
static inline void stargz_zstd_decode(struct stargz_decode *d)
{
	d->err = -EFSCORRUPTED;
}
#endif

/* codec_stored.c */
int stargz_stored_read(struct super_block *sb, const struct stargz_map *map,
		       u32 from, const struct bio_vec *to, unsigned int nr,
		       size_t slack);

/* sysfs.c */
int stargz_sysfs_init(void);
void stargz_sysfs_exit(void);
int stargz_sysfs_register(struct super_block *sb);
void stargz_sysfs_unregister(struct stargz_sb_info *sbi);

#endif /* STARGZ_INTERNAL_H */
