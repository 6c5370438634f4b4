/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - in-core structures and prototypes.
 *
 * Each section below is one source file. A file uses only the sections above
 * its own, and record.c and inflate.c, which userspace shares and which have
 * headers of their own:
 *
 *   log, marks                   messages, and what is known to be damaged
 *   owner, share, engine         cgroups, their memory, and the workers
 *   source, fetch, input         bytes of the index and of blobs
 *   sha256, hashtree             verification of the index
 *   meta, inode, namei, dir,     the tree
 *   xattr, export
 *   crc, stream, history,        codecs
 *   check, codec, codec_*
 *   map                          file range to span
 *   decode, cache, stored        spans: decoded, cached, or stored
 *   prefetch, request,           the page cache
 *   readahead, file
 *   sysfs, context, super        a mount
 *
 * Lifetime and teardown. A task that is queued or runs on the workqueue (a job
 * of a readahead window, a batch of the prefetcher) counts in
 * stargz_queue.held of its mount, and so does the rest of a span that a worker
 * decodes for a reader. It uses no other object of the mount than the
 * superblock, struct stargz_sb_info with its sources, and locked folios; a locked
 * folio pins its inode.
 * Unmounting takes these steps. Each one ends all users of the objects that the
 * later steps free:
 *
 *   1. stargz_kill_sb() sets @stopping: decoding ends at its next slice, and
 *      no task of the mount waits for a stream or for room in the cache.
 *   2. It removes the sysfs directory, after the last reader has left.
 *   3. The VFS drops dentries and inodes, which waits for locked folios.
 *   4. stargz_release_super() drains the queue: held becomes 0, no task runs.
 *   5. It drops the cached spans of the mount and the inode of the index, whose
 *      folios a device read may still hold locked.
 *   6. The VFS frees the superblock and releases the block device.
 *   7. stargz_info_free() frees blobs, files and counters. Memory that
 *      sget_fc() may still access is freed after an RCU grace period.
 *
 * A failed mount takes the same steps from the point that it reached. The
 * objects that all mounts share (workqueue, streams, span cache, inode slab)
 * live as long as the module.
 */
#ifndef STARGZ_INTERNAL_H
#define STARGZ_INTERNAL_H

#include <crypto/hash.h>
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
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <linux/zlib.h>

#include "compat.h"
#include "inflate.h"
#include "record.h"
#include "stargz_fs.h"

/* Maximum number of device= options of one mount. */
#define STARGZ_MAX_DEVICES	STARGZ_MAX_BLOBS

/**
 * struct stargz_source - an open file or block device that holds blobs
 * @path: path as the user gave it, or the path of @given at that time
 * @given: file descriptor that the user gave, until the source is opened
 * @file: opened read-only
 * @host: inode whose page cache @file reads; identifies the source. Once the
 *	mount is being torn down it is only compared, never dereferenced
 * @size: size in bytes at the time of opening
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
 * @source: source that holds the blob
 * @start: offset of the first byte in the source
 * @used: number of bytes that spans may refer to, all within the source
 */
struct stargz_blob_info {
	const struct stargz_source *source;
	u64 start;
	u64 used;
};

/* Number of runs that a mount tracks, and maximum batches ahead of each. */
#define STARGZ_RUNS		8
#define STARGZ_RUN_BATCHES	4

/**
 * struct stargz_run - a reader that reads file after file in blob order
 * @used: stargz_prefetcher.clock at its last file; 0 for an unused slot
 * @id: unique among all runs of the mount, past and future
 * @first: first span of the run
 * @next: next expected span
 * @end: spans before this one were read or are being decoded ahead
 * @hits: number of files read so far
 * @read: number of spans read
 * @skipped: number of spans skipped between them
 * @busy: a thread is building its next batch
 * @nr_ends: number of @ends
 * @ends: for each batch ahead of @next, the span after its last one
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
 * struct stargz_prefetcher - spans that are decoded ahead of readers
 * @lock: protects all other fields
 * @clock: counts files
 * @runs: most recent runs
 * @batches: batches that wait for a worker or are being decoded
 * @nr_batches: number of @batches
 */
struct stargz_prefetcher {
	spinlock_t lock;		/* all other fields */
	u64 clock;
	struct stargz_run runs[STARGZ_RUNS];
	struct list_head batches;
	unsigned int nr_batches;
};

/**
 * enum stargz_decoder - decoder for deflate data
 * @STARGZ_DECODER_OWN: inflate.c
 * @STARGZ_DECODER_ZLIB: the kernel's zlib
 */
enum stargz_decoder {
	STARGZ_DECODER_OWN,
	STARGZ_DECODER_ZLIB,
};

/**
 * enum stargz_verify - what the content is verified by
 * @STARGZ_VERIFY_NONE: nothing
 * @STARGZ_VERIFY_CRC: the CRCs of the index; for spans without them the
 *	checksums of members and frames
 * @STARGZ_VERIFY_DIGEST: the digests of the index; and the index by its hash
 *	tree
 */
enum stargz_verify {
	STARGZ_VERIFY_NONE,
	STARGZ_VERIFY_CRC,
	STARGZ_VERIFY_DIGEST,
};

/**
 * enum stargz_stat - counters of a mount, which only grow
 * @STARGZ_STAT_SPANS_DECODED: spans decoded successfully to their end
 * @STARGZ_STAT_BYTES_INFLATED: decoded bytes of those spans
 * @STARGZ_STAT_BYTES_DELIVERED: bytes of files, without holes, put into the
 *	page cache
 * @STARGZ_STAT_BYTES_FETCHED: compressed bytes read from the sources
 * @STARGZ_STAT_CACHE_HITS: spans found in the span cache
 * @STARGZ_STAT_CACHE_MISSES: spans not found in the span cache
 * @STARGZ_STAT_SPANS_PREFETCHED: spans decoded ahead of a reader
 * @STARGZ_STAT_DECODE_NS: time spent decoding, nanoseconds of all CPUs together
 * @STARGZ_STAT_VERIFY_FAILURES: spans that were damaged, or whose size, CRC or
 *	digest was wrong, and blocks of the index that do not match the tree
 * @STARGZ_STATS: number of counters
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
 * @n: counter values, indexed by enum stargz_stat
 */
struct stargz_stats {
	u64 n[STARGZ_STATS];
};

/**
 * enum stargz_priority - the queues of tasks, in order of precedence
 * @STARGZ_DEMAND: a reader waits for the task, or soon will
 * @STARGZ_PREFETCH: no reader waits; the task may be dropped
 * @STARGZ_PRIORITIES: number of priorities
 */
enum stargz_priority {
	STARGZ_DEMAND,
	STARGZ_PREFETCH,
	STARGZ_PRIORITIES
};

/**
 * struct stargz_queue - the tasks of one mount
 * @tasks: tasks that wait for a worker, by priority
 * @turn: on the engine's list of that priority while @tasks is not empty
 * @held: number of tasks that wait or run
 * @idle: woken when @held becomes 0
 *
 * The engine's lock protects all fields.
 */
struct stargz_queue {
	struct list_head tasks[STARGZ_PRIORITIES];
	struct list_head turn[STARGZ_PRIORITIES];
	unsigned int held;
	wait_queue_head_t idle;
};

/**
 * struct stargz_marks - a set of numbers of limited size
 * @xa: an XArray value for each number
 * @nr: number of entries of @xa; protected by the lock of @xa
 */
struct stargz_marks {
	struct xarray xa;
	unsigned int nr;
};

/**
 * struct stargz_mount_cache - the part of the span cache that a mount owns
 * @bufs: buffers of the mount, on stargz_span_buf.mount; protected by the
 *	cache's lock
 * @bytes: memory of the buffers; protected by the cache's lock, also read
 *	without it by sysfs.c
 */
struct stargz_mount_cache {
	struct list_head bufs;
	u64 bytes;
};

/*
 * Number of tables of which a mount keeps folios in memory, and maximum number of
 * folios of each: 512 KiB with pages of 4 KiB.
 */
#define STARGZ_META_KEPT	4
#define STARGZ_META_PLACES	32

/**
 * struct stargz_sb_info - one mounted file system
 * @super: checked superblock
 * @image: source that fc->source names
 * @index: source of a separate index; its file is NULL if @image has the index
 * @devices: sources given by device=
 * @nr_devices: number of @devices
 * @room_devices: allocated number of @devices
 * @has_index: @index is used
 * @on_bdev: @image is a block device that this superblock owns
 * @blobs: blob table
 * @nr_blobs: number of @blobs
 * @meta_inode: inode whose page cache holds the index
 * @meta_lock: protects @meta_ra
 * @meta_ra: readahead state of each table
 * @meta_kept: folios of the index with a reference, see stargz_meta_keep()
 * @cache: spans of the mount in the span cache
 * @bad_blocks: blocks of the index that do not match the hash tree
 * @bad_spans: spans that are known to be damaged
 * @bad_units: units of stored spans that are, see stored.c
 * @prefetcher: tracks readers and decodes ahead of them
 * @queue: tasks of the mount
 * @stopping: unmount has started; decoding and waiting may end early. Accessed
 *	with READ_ONCE() and WRITE_ONCE()
 * @decoder: decoder to use where there is a choice. A remount changes it, so it
 *	is accessed with READ_ONCE() and WRITE_ONCE()
 * @decoder_given: an option set @decoder
 * @verify: what the content is verified by
 * @verify_given: an option set @verify
 * @has_digest: an option set @index_digest
 * @index_digest: required SHA-256 of the first block of the index, or of the
 *	fs-verity descriptor of its file
 * @sha256: transform for hashing, or NULL: records of the index are not
 *	verified
 * @stats: per-CPU counters
 * @ratelimit: limits messages
 * @kobj: sysfs directory of the counters
 * @kobj_released: the last reference to @kobj is gone
 * @has_kobj: @kobj is registered
 * @holds_zstd: the mount is a user of the reserve of codec_zstd.c
 * @rcu: frees the structure after a grace period
 *
 * init_fs_context allocates it, the superblock takes it over, and it is freed
 * after the superblock is dead. Immutable after mounting, except for the fields
 * that name a lock or an accessor.
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
	/* Changed by xchg(). */
	struct folio *meta_kept[STARGZ_META_KEPT][STARGZ_META_PLACES];
	struct stargz_mount_cache cache;
	struct stargz_marks bad_blocks;
	struct stargz_marks bad_spans;
	struct stargz_marks bad_units;
	struct stargz_prefetcher prefetcher;
	struct stargz_queue queue;
	bool stopping;
	enum stargz_decoder decoder;
	bool decoder_given;
	enum stargz_verify verify;
	bool verify_given;
	bool has_digest;
	u8 index_digest[STARGZ_HASH_SIZE];
	struct crypto_shash *sha256;
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
 * @vfs_inode: embedded VFS inode
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

/* Inode numbers of stargz fit 32 bits, whatever the width of i_ino. */
static inline u32 stargz_ino(const struct inode *inode)
{
	return inode->i_ino;
}

/**
 * stargz_stat_add() - advance a counter
 * @sbi: the mount
 * @stat: counter
 * @n: increment
 *
 * Context: Any context.
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

/* marks.c */
void stargz_marks_init(struct stargz_marks *marks);
void stargz_marks_clear(struct stargz_marks *marks);
bool stargz_mark_test(struct stargz_marks *marks, unsigned long number);
bool stargz_mark_set(struct stargz_marks *marks, unsigned long number);

/* owner.c */

/**
 * struct stargz_owner - cgroups on whose behalf a task runs
 * @memcg: memory cgroup that is charged; a reference
 * @blkcg: block cgroup that device reads are accounted to; a reference, or NULL
 */
struct stargz_owner {
	struct mem_cgroup *memcg;
	struct cgroup_subsys_state *blkcg;
};

/**
 * struct stargz_owner_saved - state of a worker that stargz_owner_leave()
 *	restores
 * @memcg: active memory cgroup of the worker
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

/* Allocation flags for memory that is charged to the reader. */
#define STARGZ_GFP		(GFP_NOIO | __GFP_ACCOUNT | __GFP_NOWARN)

void *stargz_alloc(size_t size, gfp_t flags);

/* share.c */

/**
 * struct stargz_share - held memory of a memory cgroup
 * @bytes: amount; 0 if nothing is held or the cgroup has no limit
 * @slot: counter slot of the cgroup
 */
struct stargz_share {
	size_t bytes;
	unsigned int slot;
};

bool stargz_share_take(struct stargz_share *share, size_t bytes);
void stargz_share_drop(struct stargz_share *share);

/* engine.c */

/**
 * struct stargz_task - a unit of work for a worker
 * @list: on a queue until the task runs, after stargz_engine_queue()
 * @work: after stargz_engine_continue()
 * @sbi: the mount
 * @owner: cgroups of the caller of stargz_engine_queue()
 * @run: runs and frees the task. Called without locks. If @drop is set, it only
 *	frees the task, because the mount goes away. @drop is never set for a
 *	task of %STARGZ_DEMAND
 */
struct stargz_task {
	union {
		struct list_head list;
		struct work_struct work;
	};
	struct stargz_sb_info *sbi;
	struct stargz_owner owner;
	void (*run)(struct stargz_task *task, bool drop);
};

void stargz_queue_init(struct stargz_queue *queue);
void stargz_engine_queue(struct stargz_sb_info *sbi, struct stargz_task *task,
			 enum stargz_priority priority);
void stargz_engine_continue(struct stargz_sb_info *sbi,
			    struct stargz_task *task);
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

/* Maximum size of compressed bytes in one contiguous buffer. */
#define STARGZ_FETCH_MAX	SZ_4M

/**
 * struct stargz_bdev_read - bios in flight
 * @left: number of unfinished bios, plus one while bios are being submitted
 * @err: error of a failed bio, or 0
 * @done: all bios have ended
 */
struct stargz_bdev_read {
	atomic_t left;
	int err;
	struct completion done;
};

/**
 * struct stargz_fetch - compressed bytes in memory
 * @blob: blob that the bytes come from; NULL if there are none
 * @pos: offset of the first byte in the blob
 * @len: number of bytes
 * @data: the bytes; valid after stargz_fetch_wait()
 * @alloc: buffer to free, or NULL if the caller provided the buffer
 * @share: held memory of the cgroup that @alloc is charged to
 * @from: offset in the source where the read starts; sector-aligned on a device
 * @size: number of bytes to read
 * @forget: the page cache of the source held none of the bytes before
 * @io: bios of a read from a device
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

/* Size of a chunk if memory for all compressed bytes is not available. */
#define STARGZ_INPUT_SIZE	65536

/**
 * struct stargz_input - compressed bytes of a span
 * @next: first byte in memory
 * @avail: number of bytes in memory
 * @left: number of bytes still to be read, chunk by chunk
 * @piece: bytes to read at a time, at most %STARGZ_INPUT_SIZE
 * @buf: %STARGZ_INPUT_SIZE bytes of memory for a chunk
 * @read: reads the next @n bytes to @to; returns 0 or a negative errno
 * @from: for @read: the blob
 * @pos: for @read: offset of the next byte in the blob
 *
 * Either all bytes are in memory from the start and the other fields are zero,
 * or stargz_input_blob() initialised the structure.
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

/* Are all remaining bytes in memory? */
static inline bool stargz_input_whole(const struct stargz_input *in)
{
	return !in->left;
}

/* sha256.c */

/* Room for the state of a driver of SHA-256, bytes. */
#define STARGZ_SHA256_STATE	256

/**
 * struct stargz_sha256 - a hash in progress
 * @desc: struct shash_desc and the state of the driver
 */
struct stargz_sha256 {
	u8 desc[sizeof(struct shash_desc) + STARGZ_SHA256_STATE]
		__aligned(__alignof__(struct shash_desc));
};

static inline struct shash_desc *stargz_sha256_desc(struct stargz_sha256 *hash)
{
	return (struct shash_desc *)hash->desc;
}

int stargz_sha256_open(struct stargz_sb_info *sbi);
void stargz_sha256_close(struct stargz_sb_info *sbi);
int stargz_sha256_start(struct stargz_sha256 *hash,
			const struct stargz_sb_info *sbi);
int stargz_sha256_add(struct stargz_sha256 *hash, const u8 *data, size_t len);
int stargz_sha256_end(struct stargz_sha256 *hash, u8 *digest);
int stargz_sha256(const struct stargz_sb_info *sbi, const u8 *data, size_t len,
		  u8 *digest);

/* hashtree.c */
int stargz_tree_verify(struct super_block *sb, struct folio *folio);

/* meta.c */

/**
 * struct stargz_cursor - a position in a table
 * @sb: the file system
 * @id: the table
 * @folio: referenced folio of the record that was read last, or NULL
 *
 * Belongs to one thread. Saves look-ups for readers of several records that lie
 * near each other. Initialise it with STARGZ_CURSOR().
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
struct folio *stargz_meta_block(struct super_block *sb, u64 pos);
int stargz_meta_read(struct super_block *sb, enum stargz_table_id id, u64 nr,
		     void *buf, unsigned int count);
void stargz_meta_prefetch(struct super_block *sb, enum stargz_table_id id,
			  u64 nr, size_t len);

/**
 * stargz_bad_span() - check a span record against the mount
 * @sbi: the mount
 * @raw: the record
 *
 * Return: NULL, or the rule that @raw violates.
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

/* check.c, first part */

/* Size of the buffer for the sums of a span, bytes. */
#define STARGZ_SUMS_SIZE	16384

/**
 * struct stargz_sums - the sums by which a span is verified
 * @kind: kind of the sums; with %STARGZ_VERIFY_NONE the other fields are unset
 * @unit: decoded bytes that a sum covers; a power of two
 * @single: there is one sum, a CRC, in @first
 * @first: first record in the table of pieces or of digests
 */
struct stargz_sums {
	enum stargz_verify kind;
	u32 unit;
	bool single;
	u32 first;
};

/**
 * struct stargz_sum - the sum of a unit, in progress
 * @kind: kind of the sum
 * @crc: CRC-32, not inverted
 * @hash: SHA-256
 */
struct stargz_sum {
	enum stargz_verify kind;
	u32 crc;
	struct stargz_sha256 hash;
};

/**
 * struct stargz_check - verification of a decode
 * @sbi: the mount
 * @sums: the sums of the span
 * @sum: sum of the current unit
 * @ulen: decoded size of the span
 * @pos: number of decoded bytes so far
 */
struct stargz_check {
	const struct stargz_sb_info *sbi;
	struct stargz_sums sums;
	struct stargz_sum sum;
	u32 ulen;
	u32 pos;
};

/* stream.c */

/* Size of the buffer for decoded bytes outside the wanted range. */
#define STARGZ_SINK_SIZE	65536

/* Size of the state that a codec keeps between slices, bytes. */
#define STARGZ_CODEC_STATE	192

/**
 * struct stargz_stream - state of one decode
 * @list: on the idle list while unused
 * @decoder: decoder of the current decode
 * @z: state of the kernel's zlib, which uses @workspace
 * @own: state of inflate.c, stored in @workspace
 * @workspace: memory of either decoder; lives as long as the stream
 * @zstd: zstd context, allocated on first use
 * @in_buf: %STARGZ_INPUT_SIZE bytes for compressed data, page aligned
 * @sink: %STARGZ_SINK_SIZE bytes for output outside the wanted range
 * @history: %STARGZ_HISTORY_SIZE bytes for the history of a span
 * @history_len: number of valid bytes of @history
 * @sums: %STARGZ_SUMS_SIZE bytes for the sums of a span
 * @check: verification of the current decode
 * @why: after an error, the reason if the data is at fault; else NULL
 * @ns: time spent in the codec, nanoseconds
 * @state: private state of the codec
 *
 * A task must hold a stream to decode, to read compressed bytes or to add to
 * the span cache. The number of streams therefore bounds the memory and the CPU
 * time of all readers together.
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
	u8 *sums;
	struct stargz_check check;
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
 * struct stargz_want - the wanted range of a span
 * @out: destination of @to - @from bytes
 * @from: offset of the first byte in the decoded span
 * @to: offset after the last byte
 */
struct stargz_want {
	u8 *out;
	u32 from;
	u32 to;
};

struct stargz_budget;

/**
 * struct stargz_decode - a request to decode one span
 * @span: span number
 * @raw: span record, checked
 * @want: wanted range and its destination, whose content is undefined after an
 *	error
 * @budget: budget of the request
 * @strm: decoder state
 * @in: compressed bytes
 * @checked: stargz_check_add() verifies the decoded bytes, or nothing shall; so
 *	the checksums of members and frames need not be verified
 * @err: result: 0, -EFSCORRUPTED the blob is damaged, -E2BIG @budget is
 *	exhausted, -EINTR the caller is being killed or the mount goes away,
 *	-ENOMEM, -EIO or another error from reading
 * @progress: called with the number of leading bytes of the span that are decoded
 *	and verified whenever there are more; or NULL
 * @done: called when this decode has ended, possibly before others; or NULL
 * @data: for @progress and @done
 *
 * The caller sets the first four and the last three fields and reads @err.
 * decode.c and the codecs own the other fields.
 */
struct stargz_decode {
	u32 span;
	const struct stargz_span *raw;
	struct stargz_want want;
	struct stargz_budget *budget;
	struct stargz_stream *strm;
	struct stargz_input in;
	bool checked;
	int err;
	void (*progress)(struct stargz_decode *d, u32 ready);
	void (*done)(struct stargz_decode *d);
	void *data;
};

/**
 * struct stargz_codec_ops - operations of one enum stargz_codec
 * @name: name for messages
 * @stored: the bytes are the content; all operations are NULL
 * @prepare: load data other than the compressed bytes, while these are being
 *	read; may sleep. May be NULL
 * @begin: start to decode d->in; the codec keeps its state in strm->state
 * @run: decode one slice of bounded input and output
 * @pair: continue two spans of this codec side by side, without ending either;
 *	returns the one to @run next. NULL: spans cannot be paired
 * @end: release the state, whatever @begin or @run returned last. Returns the
 *	final result, usually its argument
 * @locks: does the decode hold a lock, so that no other task can continue it?
 *	NULL: never
 *
 * If d->checked is set, @run passes all decoded bytes up to the end of the span
 * to stargz_check_add(), in their order, before it returns.
 *
 * @begin and @run return 0 if there is more to do, 1 if the span is complete,
 * or an error as in stargz_decode.err, with strm->why if the data is at fault.
 * They neither reschedule nor check signals; decode.c does so between slices.
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
	bool (*locks)(const struct stargz_decode *d);
};

/* check.c, second part */
int stargz_sums_find(struct super_block *sb, u32 span,
		     const struct stargz_span *raw, struct stargz_sums *sums,
		     const char **why);
int stargz_sums_read(struct super_block *sb, const struct stargz_sums *sums,
		     u32 unit, void *to, unsigned int nr);
int stargz_sum_start(struct stargz_sum *sum, const struct stargz_sb_info *sbi,
		     enum stargz_verify kind);
int stargz_sum_add(struct stargz_sum *sum, const u8 *data, size_t len);
int stargz_sum_verify(struct stargz_sum *sum, const void *want);
const char *stargz_sum_differs(enum stargz_verify kind);
int stargz_check_load(struct super_block *sb, struct stargz_decode *d);
int stargz_check_add(struct stargz_decode *d, const u8 *data, size_t len);
u32 stargz_check_ready(const struct stargz_decode *d);
bool stargz_check_end(const struct stargz_decode *d);

extern const struct stargz_codec_ops stargz_codec_stored;
extern const struct stargz_codec_ops stargz_codec_gzip;
extern const struct stargz_codec_ops stargz_codec_deflate;
#if IS_ENABLED(CONFIG_STARGZ_FS_ZSTD)
extern const struct stargz_codec_ops stargz_codec_zstd;
int stargz_zstd_hold(void);
void stargz_zstd_release(void);
#else
/* An index that needs zstd is never mounted. */
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
 * enum stargz_map_kind - kind of an extent
 * @STARGZ_MAP_HOLE: zeroes
 * @STARGZ_MAP_STORED: uncompressed bytes of a blob
 * @STARGZ_MAP_ENCODED: bytes that must be decoded
 */
enum stargz_map_kind {
	STARGZ_MAP_HOLE,
	STARGZ_MAP_STORED,
	STARGZ_MAP_ENCODED,
};

/**
 * struct stargz_map - an extent of a file
 * @pos: first byte in the file
 * @len: number of bytes, not zero
 * @kind: kind of the extent
 * @span: span number, or %STARGZ_NO_SPAN for a hole
 * @offset: offset of the first byte in the decoded span
 * @raw: span record, checked; unset for a hole
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
 * struct stargz_budget - limit on the work of one request
 * @decoded: bytes that may still be decoded
 * @fetched: compressed bytes that may still be decoded
 *
 * The jobs of a readahead window share one budget. It bounds the cost of
 * reading a folio or a window, whatever an index and a blob say.
 */
struct stargz_budget {
	atomic64_t decoded;
	atomic64_t fetched;
};

/*
 * A page may lie in two spans of the largest size. In a window, every 4 KiB may
 * lie in a different span, which is charged at least 64 KiB. Layers of real
 * producers need a fraction of that.
 */
#define STARGZ_BUDGET_BASE	(2 * STARGZ_SPAN_MAX + SZ_4M)
#define STARGZ_BUDGET_RATIO	16

/**
 * stargz_budget_init() - grant a budget
 * @budget: filled in
 * @len: number of wanted bytes of files
 */
static inline void stargz_budget_init(struct stargz_budget *budget, u64 len)
{
	u64 n = STARGZ_BUDGET_BASE + STARGZ_BUDGET_RATIO * len;

	atomic64_set(&budget->decoded, n);
	atomic64_set(&budget->fetched, n);
}

/**
 * struct stargz_session - state of a task that decodes spans
 * @sb: the file system
 * @strm: the stream, once one was needed; see struct stargz_stream
 * @have: compressed bytes in memory; those of other spans are read on demand
 * @budget: budget of the request
 *
 * Belongs to one thread. The caller sets @sb and @budget and zeroes the rest;
 * stargz_session_end() releases what the session holds.
 */
struct stargz_session {
	struct super_block *sb;
	struct stargz_stream *strm;
	struct stargz_fetch have;
	struct stargz_budget *budget;
};

/**
 * struct stargz_lane - one of two decodes that run side by side
 * @strm: its stream, or NULL if the lane has none
 * @d: current decode, or NULL if there is none
 * @codec: codec of @d
 * @fetch: compressed bytes that were read for @d
 */
struct stargz_lane {
	struct stargz_stream *strm;
	struct stargz_decode *d;
	const struct stargz_codec_ops *codec;
	struct stargz_fetch fetch;
};

/**
 * struct stargz_lanes - state of decoding several spans
 * @sb: the file system
 * @have: compressed bytes in memory
 * @next: next decode to begin
 * @left: number of decodes that have not begun
 * @since: start of the time that is not accounted yet, ns
 * @lane: decodes in progress
 */
struct stargz_lanes {
	struct super_block *sb;
	const struct stargz_fetch *have;
	struct stargz_decode *next;
	unsigned int left;
	u64 since;
	struct stargz_lane lane[2];
};

/**
 * struct stargz_solo - a decode of one span that can pause
 * @l: its only lane
 * @d: the decode; the caller sets @d.span, @d.want, @d.progress and @d.data
 * @raw: the span; the caller sets it
 * @have: compressed bytes in memory
 *
 * Owns a stream and @have from stargz_solo_begin() on.
 */
struct stargz_solo {
	struct stargz_lanes l;
	struct stargz_decode d;
	struct stargz_span raw;
	struct stargz_fetch have;
};

bool stargz_unwanted(struct super_block *sb);
bool stargz_budget_take(struct stargz_budget *budget, u32 decoded, u32 fetched);
int stargz_session_start(struct stargz_session *session);
void stargz_session_end(struct stargz_session *session);
void stargz_decode_spans(struct stargz_session *session,
			 struct stargz_decode *d, unsigned int nr);
bool stargz_solo_begin(struct stargz_solo *solo,
		       struct stargz_session *session);
bool stargz_solo_run(struct stargz_solo *solo, u32 until);
bool stargz_solo_detach(struct stargz_solo *solo);
void stargz_solo_return(struct stargz_solo *solo,
			struct stargz_session *session);
void stargz_solo_end(struct stargz_solo *solo);

/* cache.c */

/**
 * struct stargz_span_buf - a span in the cache
 * @hash: in the hash table, until the buffer is dropped
 * @mount: on stargz_mount_cache.bufs, for the same time
 * @lru: on the cache's list while @users is zero, least recently used first
 * @shrink: on the cache's list_lru while @users is zero
 * @sbi: the mount
 * @span: span number
 * @len: decoded size, bytes
 * @size: accounted memory of the buffer, bytes
 * @share: held memory of the cgroup, until the buffer can be evicted
 * @users: reference count
 * @delivered: number of bytes copied to the page cache so far
 * @ahead: decoded ahead, and not requested yet
 * @err: result of decoding; valid after @ended
 * @ready: number of leading bytes of @data that are valid
 * @ended: decoding has ended
 * @data: @len decoded bytes
 *
 * The cache's lock protects the lists, @users, @delivered and @ahead. The task
 * that decodes the span sets @err, @ready and @ended, the latter two with
 * smp_store_release(). The other fields are set before the buffer becomes
 * visible.
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
	u32 ready;
	bool ended;
	void *data;
};

/**
 * enum stargz_claim_how - behaviour if the cache is full
 * @STARGZ_CLAIM_WAIT: wait for room
 * @STARGZ_CLAIM_TRY: fail
 * @STARGZ_CLAIM_AHEAD: fail, also if unrequested spans that were decoded ahead
 *	take too much of the cache
 */
enum stargz_claim_how {
	STARGZ_CLAIM_WAIT,
	STARGZ_CLAIM_TRY,
	STARGZ_CLAIM_AHEAD,
};

bool stargz_span_known(struct stargz_sb_info *sbi, u32 span);
struct stargz_span_buf *stargz_span_claim(struct stargz_sb_info *sbi, u32 span,
					  u32 ulen, enum stargz_claim_how how);
void stargz_span_progress(struct stargz_span_buf *buf, u32 ready);
void stargz_span_finish(struct stargz_span_buf *buf, int err);
bool stargz_span_part(u32 end, u32 ulen);
struct stargz_span_buf *stargz_span_get(struct stargz_session *session,
					const struct stargz_map *map, u32 end);
void stargz_span_put(struct stargz_span_buf *buf, u64 delivered);
void stargz_cache_add_mount(struct stargz_mount_cache *cache);
void stargz_cache_drop_mount(struct stargz_sb_info *sbi);
void stargz_cache_stop(void);
u64 stargz_cache_bytes(void);
u64 stargz_cache_limit(void);
int stargz_cache_init(void);
void stargz_cache_exit(void);

/* stored.c */
int stargz_stored_read(struct stargz_session *session,
		       const struct stargz_map *map, u32 from,
		       const struct bio_vec *to, unsigned int nr, size_t slack);

/* prefetch.c */
void stargz_prefetcher_init(struct stargz_prefetcher *prefetcher);
void stargz_prefetch(struct super_block *sb, u32 first, u32 last, bool ends);

/* request.c */

/**
 * struct stargz_slot - a folio of a request
 * @folio: locked until @left becomes zero; not ours after that
 * @pos: start of the folio in the file
 * @end: end of the folio, or of the file if that comes first
 * @left: number of missing bytes
 * @bad: some bytes could not be produced
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
 * @inode: the file; pinned by the locked folios
 * @refs: one for each unfinished job and one for the planner
 * @budget: budget that all jobs share
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
 * @session: stream and compressed bytes of the job
 * @pos: first byte in the file that is still missing
 * @end: end of the job in the file
 * @slot: slot that holds @pos
 * @blob: blob of the spans, if @clen is not zero
 * @start: offset of their first compressed byte in the blob
 * @clen: number of compressed bytes to read at once, or 0. A hint: spans find
 *	their bytes by position
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
