/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - in-core structures and prototypes.
 *
 * Each section below is one source file. A file uses what stands above its own
 * section, and record.c and inflate.c, which userspace shares and which have
 * headers of their own:
 *
 *   log                          messages
 *   owner, share, engine         on whose behalf work is done, what memory that
 *                                may take, and when
 *   source, fetch, input         bytes of the index and of blobs
 *   meta, inode, namei, dir,     the tree
 *   xattr, export
 *   crc, stream, history,        codecs
 *   codec, codec_*
 *   map                          file range to span
 *   decode, cache, stored        spans, decoded, kept or read as they are
 *   prefetch, request,           the page cache
 *   readahead, file
 *   sysfs, context, super        a mount
 *
 * Who holds what, and the order in which it goes. Work that is queued or runs
 * on the workqueue (a job of a readahead window, a batch of the prefetcher)
 * counts in stargz_queue.held of its mount and refers to nothing else of it
 * but struct stargz_sb_info and locked folios; locked folios hold their inode.
 * Unmounting goes through these steps, each of which ends what could still use
 * the things of those after it:
 *
 *   1. stargz_kill_sb() sets @stopping: decoding ends at its next slice, and
 *      nobody waits for a stream or for room in the cache on its behalf.
 *   2. The folder in sysfs goes, when nobody reads there any more.
 *   3. The VFS drops dentries and inodes; that waits for locked folios.
 *   4. stargz_release_super() drains: held becomes 0, nothing runs any more.
 *   5. It drops the cached spans of the mount, and the inode of the index,
 *      whose folios a read of the device may still hold locked.
 *   6. The superblock dies; the block device is given back.
 *   7. stargz_info_free(): blobs, files, counters; memory that sget_fc() may
 *      still look at goes after an RCU grace period.
 *
 * A mount that fails goes the same way from wherever it got to. What all
 * mounts share (workqueue, streams, span cache, inode slab) lives as long as
 * the module.
 */
#ifndef STARGZ_INTERNAL_H
#define STARGZ_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bvec.h>
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/ratelimit.h>
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
 * @path: as the user gave it, or that of @given then
 * @given: what came as a file descriptor, until it is opened
 * @file: read-only
 * @host: the inode whose page cache @file reads; tells sources apart. Only
 *	compared, never followed, once the mount is being torn down
 * @size: bytes when it was opened
 * @claim: keeps others from claiming or formatting a block device
 * @write_denied: deny_write_access() is held
 *
 * Immutable between opening and closing.
 */
struct stargz_source {
	char *path;
	struct file *given;
	struct file *file;
	struct inode *host;
	u64 size;
	struct stargz_claim claim;
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

/* Walks through the blob that are told apart, and batches ahead of each. */
#define STARGZ_RUNS		8
#define STARGZ_RUN_BATCHES	4

/**
 * struct stargz_run - a reader that reads file after file in blob order
 * @used: stargz_prefetcher.clock at its last file; 0 for an unused one
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
 * struct stargz_prefetcher - what is decoded ahead of readers
 * @lock: everything here
 * @clock: counts files
 * @runs: the walks that were seen last
 * @batches: what is to be decoded ahead, or is being decoded
 * @nr_batches: how many
 */
struct stargz_prefetcher {
	spinlock_t lock;		/* all of this */
	u64 clock;
	struct stargz_run runs[STARGZ_RUNS];
	struct list_head batches;
	unsigned int nr_batches;
};

/**
 * enum stargz_decoder - which decoder inflates
 * @STARGZ_DECODER_OWN: inflate.c
 * @STARGZ_DECODER_ZLIB: the kernel's zlib
 */
enum stargz_decoder {
	STARGZ_DECODER_OWN,
	STARGZ_DECODER_ZLIB,
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
 * struct stargz_stats - the counters of one CPU
 * @n: by enum stargz_stat
 */
struct stargz_stats {
	u64 n[STARGZ_STATS];
};

/**
 * enum stargz_priority - which of two queues a task is on
 * @STARGZ_DEMAND: a reader waits, or soon will
 * @STARGZ_PREFETCH: nobody has asked yet; may be dropped
 * @STARGZ_PRIORITIES: how many there are
 */
enum stargz_priority {
	STARGZ_DEMAND,
	STARGZ_PREFETCH,
	STARGZ_PRIORITIES
};

/**
 * struct stargz_queue - the tasks of one mount
 * @tasks: those that wait for a worker, by priority
 * @turn: on the engine's list of that priority while @tasks has some
 * @held: tasks that wait or run
 * @idle: woken when @held becomes 0
 *
 * The engine's lock protects all of it.
 */
struct stargz_queue {
	struct list_head tasks[STARGZ_PRIORITIES];
	struct list_head turn[STARGZ_PRIORITIES];
	unsigned int held;
	wait_queue_head_t idle;
};

/**
 * struct stargz_mount_cache - what one mount has in the span cache
 * @bufs: its buffers, on stargz_span_buf.mount; protected by the cache's lock
 * @bytes: their memory; protected likewise, also read without it by sysfs.c
 * @bad: an XArray value for each span known to be damaged
 * @nr_bad: how many there are; protected by the lock of @bad
 */
struct stargz_mount_cache {
	struct list_head bufs;
	u64 bytes;
	struct xarray bad;
	unsigned int nr_bad;
};

/**
 * struct stargz_sb_info - one mounted file system
 * @super: the checked superblock
 * @image: what fc->source named
 * @index: the separate index, file unused when the index is in @image
 * @devices: device= sources
 * @nr_devices: number of @devices
 * @room_devices: how many @devices has room for
 * @has_index: @index is used
 * @on_bdev: @image is a block device and owned by this superblock
 * @blobs: the blob table
 * @nr_blobs: its length
 * @meta_inode: its page cache holds the index
 * @meta_lock: @meta_ra
 * @meta_ra: what is known of how each table is read
 * @cache: its part of the span cache
 * @prefetcher: walks through the blobs
 * @queue: its tasks
 * @stopping: it is being unmounted, so what is under way may end early; read
 *	and written with READ_ONCE() and WRITE_ONCE()
 * @decoder: which decoder is used where there is a choice; a remount changes
 *	it, so it is read and written with READ_ONCE() and WRITE_ONCE()
 * @decoder_given: @decoder comes from an option
 * @stats: counters of each CPU
 * @ratelimit: of messages
 * @kobj: the folder of the counters in sysfs
 * @kobj_released: nobody refers to @kobj any more
 * @has_kobj: @kobj is registered
 * @holds_zstd: counts as a user of the reserve of codec_zstd.c
 * @rcu: frees it
 *
 * Made by init_fs_context, handed to the superblock, freed after it is dead.
 * Immutable after mounting but for what is said to change.
 */
struct stargz_sb_info {
	struct stargz_super_info super;
	struct stargz_source image;
	struct stargz_source index;
	struct stargz_source *devices;
	unsigned int nr_devices;
	unsigned int room_devices;
	bool has_index;
	bool on_bdev;
	struct stargz_blob_info *blobs;
	unsigned int nr_blobs;
	struct inode *meta_inode;
	spinlock_t meta_lock;		/* @meta_ra */
	struct file_ra_state meta_ra[STARGZ_TABLES];
	struct stargz_mount_cache cache;
	struct stargz_prefetcher prefetcher;
	struct stargz_queue queue;
	bool stopping;
	enum stargz_decoder decoder;
	bool decoder_given;
	struct stargz_stats __percpu *stats;
	struct ratelimit_state ratelimit;
	struct kobject kobj;
	struct completion kobj_released;
	bool has_kobj;
	bool holds_zstd;
	struct rcu_head rcu;
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
	this_cpu_add(sbi->stats->n[stat], n);
}

/* log.c */
__printf(2, 3)
void stargz_err(const struct super_block *sb, const char *fmt, ...);
int stargz_damaged(const struct inode *inode, const char *why);

/* owner.c */

/**
 * struct stargz_owner - on whose behalf work is done
 * @memcg: memory is charged to it; a reference
 * @blkcg: reads of devices are accounted to it; a reference, or NULL
 */
struct stargz_owner {
	struct mem_cgroup *memcg;
	struct cgroup_subsys_state *blkcg;
};

/**
 * struct stargz_owner_saved - what a worker was before it worked for an owner
 * @memcg: its active memory cgroup
 * @noio: for memalloc_noio_restore()
 */
struct stargz_owner_saved {
	struct mem_cgroup *memcg;
	unsigned int noio;
};

void stargz_owner_get(struct stargz_owner *owner);
void stargz_owner_put(struct stargz_owner *owner);
void stargz_owner_enter(const struct stargz_owner *owner,
			struct stargz_owner_saved *saved);
void stargz_owner_leave(const struct stargz_owner_saved *saved);

/* Memory that is charged to whoever reads, see stargz_alloc(). */
#define STARGZ_GFP		(GFP_NOIO | __GFP_ACCOUNT | __GFP_NOWARN)

void *stargz_alloc(size_t size, gfp_t flags);

/* share.c */

/**
 * struct stargz_share - memory that reading holds of a memory cgroup
 * @bytes: how much; 0: none, or there is no limit
 * @slot: where it is counted
 */
struct stargz_share {
	size_t bytes;
	unsigned int slot;
};

bool stargz_share_take(struct stargz_share *share, size_t bytes);
void stargz_share_drop(struct stargz_share *share);

/* engine.c */

/**
 * struct stargz_task - something that a worker is to do
 * @list: on a queue until it runs
 * @sbi: the mount
 * @owner: who it is done for; taken by stargz_engine_queue()
 * @run: does it, and frees the task. Called without locks. With @drop it is
 *	only to be freed, as the mount goes away: a task of %STARGZ_DEMAND never
 *	sees that
 */
struct stargz_task {
	struct list_head list;
	struct stargz_sb_info *sbi;
	struct stargz_owner owner;
	void (*run)(struct stargz_task *task, bool drop);
};

void stargz_queue_init(struct stargz_queue *queue);
void stargz_engine_queue(struct stargz_sb_info *sbi, struct stargz_task *task,
			 enum stargz_priority priority);
void stargz_engine_drain(struct stargz_sb_info *sbi);
int stargz_engine_init(void);
void stargz_engine_exit(void);

/* source.c */
int stargz_source_open(struct fs_context *fc, struct stargz_source *src,
		       bool claim);
int stargz_source_check_bdev(struct fs_context *fc,
			     const struct stargz_source *src,
			     struct super_block *sb);
void stargz_source_close(struct stargz_source *src);
struct block_device *stargz_source_bdev(const struct stargz_source *src);
int stargz_source_read(const struct stargz_source *src, u64 pos, void *buf,
		       size_t len);
int stargz_source_read_iter(const struct stargz_source *src, u64 pos,
			    struct iov_iter *iter);
void stargz_source_willneed(const struct stargz_source *src, u64 pos, u64 len);
bool stargz_source_cached(const struct stargz_source *src, u64 pos, u64 len);
void stargz_source_forget(const struct stargz_source *src, u64 pos, u64 len);

/* fetch.c */

/* Most compressed bytes that are held in memory in one run. */
#define STARGZ_FETCH_MAX	SZ_4M

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
 * @share: of the cgroup that @alloc is charged to
 * @from: where reading begins in the source, whole sectors of a device
 * @size: how many bytes are read
 * @forget: the page cache of the source had none of them before
 * @io: their way from a device
 */
struct stargz_fetch {
	const struct stargz_blob_info *blob;
	u64 pos;
	size_t len;
	u8 *data;
	void *alloc;
	struct stargz_share share;
	u64 from;
	size_t size;
	bool forget;
	struct stargz_bdev_read io;
};

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

/* input.c */

/* What is read at a time when there is no memory for more. */
#define STARGZ_INPUT_SIZE	65536

/**
 * struct stargz_input - compressed bytes of a span
 * @next: first byte at hand
 * @avail: bytes at hand
 * @left: how many more there are, to be read piece by piece
 * @piece: how many are read at a time, at most %STARGZ_INPUT_SIZE
 * @buf: %STARGZ_INPUT_SIZE bytes of memory for them
 * @read: reads the next @n bytes to @to; 0 or a negative errno
 * @from: for @read: the blob
 * @pos: for @read: position of the next byte in there
 *
 * Either all bytes are at hand from the start, and the rest is zero, or
 * stargz_input_blob() set it up.
 */
struct stargz_input {
	const u8 *next;
	size_t avail;
	u64 left;
	size_t piece;
	void *buf;
	int (*read)(struct stargz_input *in, void *to, size_t n);
	const void *from;
	u64 pos;
};

void stargz_input_blob(struct stargz_input *in,
		       const struct stargz_blob_info *blob, u64 pos, u64 len,
		       void *buf);

int stargz_input_need(struct stargz_input *in, size_t n);
int stargz_input_byte(struct stargz_input *in);

/* Is everything that is left at hand? */
static inline bool stargz_input_whole(const struct stargz_input *in)
{
	return !in->left;
}

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

/**
 * stargz_bad_span() - check a span record against the mount
 * @sbi: the mount
 * @raw: the record
 *
 * Return: NULL, or what is wrong.
 */
static inline const char *stargz_bad_span(const struct stargz_sb_info *sbi,
					  const struct stargz_span *raw)
{
	u16 blob = le16_to_cpu(raw->blob);

	return stargz_check_span(&sbi->super, blob < sbi->nr_blobs ?
				 sbi->blobs[blob].used : 0, raw);
}

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

/* crc.c */
void stargz_crc_init(void);
u32 stargz_crc(u32 crc, const u8 *data, size_t len);

/* stream.c */

/* What a stream decodes to when nobody wants the bytes. */
#define STARGZ_SINK_SIZE	65536

/* Room for what a codec keeps from one slice to the next, bytes. */
#define STARGZ_CODEC_STATE	192

/**
 * struct stargz_stream - state of one decode
 * @list: on the pool's list while unused
 * @decoder: the decoder of this decode
 * @z: the kernel's inflater, which works in @workspace
 * @own: our own, which is @workspace
 * @workspace: memory for either; lives as long as the stream
 * @zstd: the context of zstd, once one was needed
 * @in_buf: %STARGZ_INPUT_SIZE bytes for compressed data, page aligned
 * @sink: %STARGZ_SINK_SIZE bytes for output that nobody wants
 * @history: %STARGZ_HISTORY_SIZE bytes for what precedes a span
 * @history_len: how many of them count
 * @why: after an error, what was wrong with the data; else NULL
 * @ns: time the codec took
 * @state: for the codec
 *
 * Whoever holds a stream may decode, read compressed bytes and add to the span
 * cache; nobody else may, so the number of streams bounds the memory and the
 * CPU time that all readers together take.
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
	u8 *history;
	size_t history_len;
	const char *why;
	u64 ns;
	u8 state[STARGZ_CODEC_STATE] __aligned(8);
};

struct stargz_stream *stargz_stream_alloc(void);
void stargz_stream_free(struct stargz_stream *strm);
struct stargz_stream *stargz_stream_get(const struct stargz_sb_info *sbi);
void stargz_streams_stop(void);
struct stargz_stream *stargz_stream_try(void);
void stargz_stream_put(struct stargz_stream *strm);
unsigned int stargz_streams_count(void);
int stargz_streams_init(void);
void stargz_streams_exit(void);

/* history.c */
void stargz_history_prefetch(struct super_block *sb, u32 span);
int stargz_history_load(struct super_block *sb, u32 span,
			struct stargz_stream *strm);

/* codec.c */

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

struct stargz_budget;

/**
 * struct stargz_decode - a span, to be decoded
 * @span: its number
 * @raw: its record, checked
 * @want: which of its bytes are wanted, and where; undefined after an error
 * @budget: what may be spent on it
 * @strm: the decoder's state
 * @in: its compressed bytes
 * @crc: CRC-32 of what was decoded, where it counts
 * @err: how it went: 0, -EFSCORRUPTED the blob is damaged, -E2BIG there is not
 *	so much left of @budget, -EINTR the caller is being killed or the mount
 *	goes away, -ENOMEM, -EIO or what reading gave
 * @done: called when it is over, maybe earlier than others are; or NULL
 * @data: for @done
 *
 * The first four and the last two are for the caller to set, and @err is for
 * him to read; the rest is between decode.c and the codecs.
 */
struct stargz_decode {
	u32 span;
	const struct stargz_span *raw;
	struct stargz_want want;
	struct stargz_budget *budget;
	struct stargz_stream *strm;
	struct stargz_input in;
	u32 crc;
	int err;
	void (*done)(struct stargz_decode *d);
	void *data;
};

/**
 * struct stargz_codec_ops - how spans of one enum stargz_codec are decoded
 * @name: for people
 * @stored: the bytes are the content. Nothing below is set
 * @prepare: bring what is needed beside the compressed bytes, while these are
 *	read; may sleep. Or NULL
 * @begin: start to decode d->in; what it keeps is in strm->state
 * @run: go on for one slice, of bounded input and output
 * @pair: go on with two spans of this codec at once, without ending either;
 *	returns that to @run next. NULL: they cannot go side by side
 * @end: be done with it, whatever @begin or @run returned last. Sets d->crc
 *	to the CRC-32 of the span if the record has one. Returns what becomes
 *	of the error, usually the same
 *
 * @begin and @run return 0 when there is more to do, 1 when all is there, or
 * an error as in stargz_decode.err, with strm->why where the data is at fault.
 * They do not reschedule nor look at signals: decode.c does, between slices.
 */
struct stargz_codec_ops {
	const char *name;
	bool stored;
	int (*prepare)(struct super_block *sb, struct stargz_decode *d);
	int (*begin)(struct stargz_decode *d);
	int (*run)(struct stargz_decode *d);
	struct stargz_decode *(*pair)(struct stargz_decode *a,
				      struct stargz_decode *b);
	int (*end)(struct stargz_decode *d, int ret);
};

extern const struct stargz_codec_ops stargz_codec_stored;
extern const struct stargz_codec_ops stargz_codec_gzip;
extern const struct stargz_codec_ops stargz_codec_deflate;
#if IS_ENABLED(CONFIG_STARGZ_FS_ZSTD)
extern const struct stargz_codec_ops stargz_codec_zstd;
int stargz_zstd_hold(void);
void stargz_zstd_release(void);
#else
/* An index that needs it is not mounted. */
static inline int stargz_zstd_hold(void)
{
	return -EOPNOTSUPP;
}

static inline void stargz_zstd_release(void)
{
}
#endif

const struct stargz_codec_ops *stargz_codec(const struct stargz_span *raw);

/* codec_gzip.c */
#if IS_ENABLED(CONFIG_STARGZ_FS_KUNIT_TEST)
int stargz_gzip_header(struct stargz_stream *strm, struct stargz_input *in);
#endif

/* map.c */

/**
 * enum stargz_map_kind - what a run of a file is
 * @STARGZ_MAP_HOLE: zeroes
 * @STARGZ_MAP_STORED: bytes of a blob as they are
 * @STARGZ_MAP_ENCODED: bytes that have to be decoded
 */
enum stargz_map_kind {
	STARGZ_MAP_HOLE,
	STARGZ_MAP_STORED,
	STARGZ_MAP_ENCODED,
};

/**
 * struct stargz_map - a run of a file that comes from one place
 * @pos: first byte in the file
 * @len: bytes, not zero
 * @kind: what it is
 * @span: span number, or %STARGZ_NO_SPAN for a hole
 * @offset: offset of the first byte in the decoded span
 * @raw: the span's record, checked; unset for a hole
 */
struct stargz_map {
	u64 pos;
	u64 len;
	enum stargz_map_kind kind;
	u32 span;
	u32 offset;
	struct stargz_span raw;
};

int stargz_map(struct inode *inode, u64 pos, struct stargz_map *map);
loff_t stargz_llseek(struct file *file, loff_t offset, int whence);
int stargz_fiemap(struct inode *inode, struct fiemap_extent_info *info,
		  u64 start, u64 len);

/* decode.c */

/**
 * struct stargz_budget - what one request may cost
 * @decoded: bytes that may still be decoded for it
 * @fetched: compressed bytes that may still be decoded for it
 *
 * Shared by the jobs of a readahead window. Whatever an index and a blob say,
 * reading a folio or a window costs no more than this.
 */
struct stargz_budget {
	atomic64_t decoded;
	atomic64_t fetched;
};

/*
 * A page may lie in two spans of the largest size, and of a window each 4 KiB
 * in a span of 64 KiB, which is the least that a span counts for. Layers by honest
 * producers need a fraction of that.
 */
#define STARGZ_BUDGET_BASE	(2 * STARGZ_SPAN_MAX + SZ_4M)
#define STARGZ_BUDGET_RATIO	16

/**
 * stargz_budget_init() - grant a budget
 * @budget: filled in
 * @len: bytes of files that are wanted
 */
static inline void stargz_budget_init(struct stargz_budget *budget, u64 len)
{
	u64 n = STARGZ_BUDGET_BASE + STARGZ_BUDGET_RATIO * len;

	atomic64_set(&budget->decoded, n);
	atomic64_set(&budget->fetched, n);
}

/**
 * struct stargz_session - one who decodes, from the first span to the last
 * @sb: the file system
 * @strm: the stream, once one was needed; see struct stargz_stream
 * @have: compressed bytes at hand; when a span's are not among them they are
 *	read
 * @budget: what it may cost
 *
 * Belongs to one thread. Begins with @sb and @budget set and the rest zero;
 * stargz_session_end() gives back what it holds.
 */
struct stargz_session {
	struct super_block *sb;
	struct stargz_stream *strm;
	struct stargz_fetch have;
	struct stargz_budget *budget;
};

bool stargz_unwanted(struct super_block *sb);
int stargz_session_start(struct stargz_session *session);
void stargz_session_end(struct stargz_session *session);
void stargz_decode_spans(struct stargz_session *session,
			 struct stargz_decode *d, unsigned int nr);

/* cache.c */

/**
 * struct stargz_span_buf - a span in the cache
 * @hash: in the hash table, while it can be found
 * @mount: on stargz_mount_cache.bufs, likewise
 * @lru: on the cache's list while @users is zero, least recently used first
 * @shrink: on the cache's list_lru, likewise
 * @sbi: the mount
 * @span: its number
 * @len: bytes
 * @size: bytes of memory that @data takes
 * @share: of the cgroup that it is charged to, until it can be evicted
 * @users: how many hold it
 * @delivered: bytes copied out so far
 * @ahead: decoded ahead, and nobody has asked for it yet
 * @err: result of decoding; valid after @done
 * @done: decoding is over
 * @data: @len decoded bytes, valid after @done without @err
 *
 * The cache's lock protects the lists, @users, @delivered and @ahead; the rest
 * is set before others see it, or as said.
 */
struct stargz_span_buf {
	struct hlist_node hash;
	struct list_head mount;
	struct list_head lru;
	struct list_head shrink;
	struct stargz_sb_info *sbi;
	u32 span;
	u32 len;
	size_t size;
	struct stargz_share share;
	unsigned int users;
	u64 delivered;
	bool ahead;
	int err;
	struct completion done;
	void *data;
};

/**
 * enum stargz_claim_how - what to do when the cache is full
 * @STARGZ_CLAIM_WAIT: wait until there is room
 * @STARGZ_CLAIM_TRY: give up
 * @STARGZ_CLAIM_AHEAD: give up, also when too much that was decoded ahead has
 *	not been asked for yet
 */
enum stargz_claim_how {
	STARGZ_CLAIM_WAIT,
	STARGZ_CLAIM_TRY,
	STARGZ_CLAIM_AHEAD,
};

bool stargz_span_bad(struct stargz_sb_info *sbi, u32 span);
bool stargz_span_known(struct stargz_sb_info *sbi, u32 span);
void stargz_span_damaged(struct stargz_sb_info *sbi, u32 span);
struct stargz_span_buf *stargz_span_claim(struct stargz_sb_info *sbi, u32 span,
					  u32 ulen, enum stargz_claim_how how);
void stargz_span_finish(struct stargz_span_buf *buf, int err);
struct stargz_span_buf *stargz_span_get(struct stargz_session *session,
					const struct stargz_map *map);
void stargz_span_put(struct stargz_span_buf *buf, u64 delivered);
void stargz_cache_add_mount(struct stargz_mount_cache *cache);
void stargz_cache_drop_mount(struct stargz_sb_info *sbi);
void stargz_cache_stop(void);
u64 stargz_cache_bytes(void);
u64 stargz_cache_limit(void);
int stargz_cache_init(void);
void stargz_cache_exit(void);

/* stored.c */
int stargz_stored_read(struct super_block *sb, const struct stargz_map *map,
		       u32 from, const struct bio_vec *to, unsigned int nr,
		       size_t slack);

/* prefetch.c */
void stargz_prefetcher_init(struct stargz_prefetcher *prefetcher);
void stargz_prefetch(struct super_block *sb, u32 first, u32 last, bool ends);

/* request.c */

/**
 * struct stargz_slot - a folio of a request
 * @folio: locked; not ours any more once @left is zero
 * @pos: where it starts in the file
 * @end: where its part of the file ends: behind the folio or the file
 * @left: bytes of it that nobody has produced yet
 * @bad: some of them will never come
 */
struct stargz_slot {
	struct folio *folio;
	u64 pos;
	u64 end;
	atomic_t left;
	bool bad;
};

/**
 * struct stargz_request - a readahead window
 * @inode: the file; alive as long as a folio is locked
 * @refs: jobs that are not over, and who makes them
 * @budget: of all jobs together
 * @nr: number of @slots
 * @slots: the folios, in order and without gaps
 */
struct stargz_request {
	struct inode *inode;
	refcount_t refs;
	struct stargz_budget budget;
	unsigned int nr;
	struct stargz_slot slots[];
};

/**
 * struct stargz_job - a part of a window
 * @task: on the queue of the mount
 * @req: the window
 * @session: its stream, and compressed bytes that were read
 * @pos: first byte in the file that is still to come
 * @end: behind the last one
 * @slot: the slot that holds @pos
 * @blob: the blob of its spans, when @clen is not zero
 * @start: first of their compressed bytes
 * @clen: how many compressed bytes can be read at once, or 0. A hint: what
 *	was read is looked up by position
 */
struct stargz_job {
	struct stargz_task task;
	struct stargz_request *req;
	struct stargz_session session;
	u64 pos;
	u64 end;
	unsigned int slot;
	u16 blob;
	u64 start;
	u64 clen;
};

struct stargz_request *stargz_request_alloc(struct readahead_control *rac);
void stargz_request_put(struct stargz_request *req);
void stargz_job_execute(struct stargz_job *job);
void stargz_job_run_task(struct stargz_task *task, bool drop);

/* readahead.c */
void stargz_readahead(struct readahead_control *rac);

/* file.c */
extern const struct address_space_operations stargz_aops;
extern const struct file_operations stargz_file_fops;

/* sysfs.c */
int stargz_sysfs_init(void);
void stargz_sysfs_exit(void);
int stargz_sysfs_register(struct super_block *sb);
void stargz_sysfs_unregister(struct stargz_sb_info *sbi);

/* context.c */
extern const struct fs_parameter_spec stargz_parameters[];
int stargz_init_fs_context(struct fs_context *fc);

/* super.c */
int stargz_fill_super(struct super_block *sb, struct fs_context *fc);
void stargz_kill_sb(struct super_block *sb);
struct stargz_sb_info *stargz_info_alloc(void);
void stargz_info_free(struct stargz_sb_info *sbi);

#endif /* STARGZ_INTERNAL_H */
