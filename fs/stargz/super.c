// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - superblocks and the module.
 *
 * The cost of mounting does not depend on the number of files: mounting reads
 * the superblock and the blob table. struct stargz_sb_info holds everything
 * that belongs to a mount. init_fs_context allocates it, and stargz_info_free()
 * is the only place that frees it, however the mount ends. internal.h describes
 * the order of teardown.
 *
 * No locks besides those of the VFS: mounting and unmounting of a superblock
 * exclude each other.
 */
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/fs_parser.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/statfs.h>

#include "internal.h"

/*
 * Bounds of the default readahead window, which is also what a page fault reads
 * around. The default is the size of the largest span, rounded down to a power
 * of two for large folios, because readahead expands a window to whole spans. A
 * larger one reads spans that nobody wants at each fault; windows of sequential
 * readers grow, see stargz_grow_window(). Without compressed spans the default
 * of mm stays.
 */
#define STARGZ_WINDOW_MIN	SZ_64K
#define STARGZ_WINDOW_MAX	SZ_4M

/*
 * Maximum window of a single read(2), readahead(2) or madvise(2) that wants more
 * than the default window. Its size keeps all CPUs busy.
 */
#define STARGZ_WINDOW_IO	SZ_1M

static struct kmem_cache *stargz_inode_cachep;

/* Inodes */

static struct inode *stargz_alloc_inode(struct super_block *sb)
{
	struct stargz_inode_info *si =
		alloc_inode_sb(sb, stargz_inode_cachep, GFP_KERNEL);

	return si ? &si->vfs_inode : NULL;
}

static void stargz_free_inode(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	kmem_cache_free(stargz_inode_cachep, STARGZ_I(inode));
}

static void stargz_init_once(void *p)
{
	struct stargz_inode_info *si = p;

	inode_init_once(&si->vfs_inode);
}

/* Superblock operations */

static int stargz_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct super_block *sb = dentry->d_sb;
	const struct stargz_super_info *super = &STARGZ_SB(sb)->super;

	buf->f_type = STARGZ_SUPER_MAGIC;
	buf->f_bsize = sb->s_blocksize;
	buf->f_blocks = DIV_ROUND_UP_ULL(super->data_bytes, sb->s_blocksize);
	buf->f_files = super->table[STARGZ_TABLE_INODES].count;
	buf->f_namelen = STARGZ_NAME_MAX;
	buf->f_fsid = uuid_to_fsid(sb->s_uuid.b);
	return 0;
}

static int stargz_show_options(struct seq_file *seq, struct dentry *root)
{
	const struct stargz_sb_info *sbi = STARGZ_SB(root->d_sb);
	unsigned int i;

	if (sbi->has_index)
		seq_show_option(seq, "index", sbi->index.path);
	for (i = 0; i < sbi->nr_devices; i++)
		seq_show_option(seq, "device", sbi->devices[i].path);
	if (READ_ONCE(sbi->decoder) == STARGZ_DECODER_ZLIB)
		seq_puts(seq, ",decoder=zlib");
	if (sbi->verify != STARGZ_VERIFY_CRC)
		seq_printf(seq, ",verify=%s",
			   sbi->verify == STARGZ_VERIFY_NONE ? "none" :
							       "digest");
	else if (sbi->has_digest)
		seq_puts(seq, ",verify=crc");
	if (sbi->has_digest)
		seq_printf(seq, ",index_digest=sha256:%*phN", STARGZ_HASH_SIZE,
			   sbi->index_digest);
	return 0;
}

/*
 * There are no readers any more: end all tasks, then free the objects that they
 * used.
 */
static void stargz_release_super(struct stargz_sb_info *sbi)
{
	stargz_engine_drain(sbi);
	stargz_cache_drop_mount(sbi);
	stargz_meta_close(sbi);
}

static void stargz_put_super(struct super_block *sb)
{
	stargz_release_super(STARGZ_SB(sb));
}

static const struct super_operations stargz_sops = {
	.alloc_inode	= stargz_alloc_inode,
	.free_inode	= stargz_free_inode,
	.put_super	= stargz_put_super,
	.statfs		= stargz_statfs,
	.show_options	= stargz_show_options,
};

/* Per-mount state */

/**
 * stargz_info_alloc() - allocate the state of a mount
 *
 * Return: the state, for stargz_info_free(), or NULL if memory is short.
 */
struct stargz_sb_info *stargz_info_alloc(void)
{
	struct stargz_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL_ACCOUNT);

	if (!sbi)
		return NULL;
	sbi->stats = alloc_percpu_gfp(struct stargz_stats, GFP_KERNEL_ACCOUNT);
	if (!sbi->stats) {
		kfree(sbi);
		return NULL;
	}
	sbi->verify = STARGZ_VERIFY_CRC;
	spin_lock_init(&sbi->meta_lock);
	ratelimit_state_init(&sbi->ratelimit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
	stargz_cache_add_mount(&sbi->cache);
	stargz_marks_init(&sbi->bad_blocks);
	stargz_marks_init(&sbi->bad_spans);
	stargz_marks_init(&sbi->bad_units);
	stargz_prefetcher_init(&sbi->prefetcher);
	stargz_queue_init(&sbi->queue);
	return sbi;
}

static void stargz_info_free_rcu(struct rcu_head *rcu)
{
	struct stargz_sb_info *sbi =
		container_of(rcu, struct stargz_sb_info, rcu);

	kvfree(sbi->devices);
	kfree(sbi);
}

/**
 * stargz_info_free() - free the state of a mount
 * @sbi: not used by a live superblock; may be NULL
 *
 * stargz_same_super() may access it until the end of an RCU grace period.
 */
void stargz_info_free(struct stargz_sb_info *sbi)
{
	unsigned int i;

	if (!sbi)
		return;
	if (sbi->holds_zstd)
		stargz_zstd_release();
	stargz_sha256_close(sbi);
	stargz_marks_clear(&sbi->bad_blocks);
	stargz_marks_clear(&sbi->bad_spans);
	stargz_marks_clear(&sbi->bad_units);
	free_percpu(sbi->stats);
	kvfree(sbi->blobs);
	for (i = 0; i < sbi->nr_devices; i++)
		stargz_source_close(&sbi->devices[i]);
	stargz_source_close(&sbi->index);
	stargz_source_close(&sbi->image);
	call_rcu(&sbi->rcu, stargz_info_free_rcu);
}

/* Reading the superblock */

struct stargz_feature {
	u32 bit;
	const char *name;
};

static const struct stargz_feature stargz_features[] = {
	{ STARGZ_INCOMPAT_STORED,	"stored spans" },
	{ STARGZ_INCOMPAT_DEFLATE,	"checkpoints inside gzip members" },
	{ STARGZ_INCOMPAT_ZSTD,		"zstd" },
};

/* Bits of stargz_super_block.feature_incompat that this module supports. */
#define STARGZ_INCOMPAT_SUPPORTED	(STARGZ_INCOMPAT_STORED | \
					 STARGZ_INCOMPAT_DEFLATE | \
					 (IS_ENABLED(CONFIG_STARGZ_FS_ZSTD) ? \
					  STARGZ_INCOMPAT_ZSTD : 0))

static int stargz_check_features(struct fs_context *fc, u32 incompat)
{
	u32 left = incompat & ~STARGZ_INCOMPAT_SUPPORTED;
	unsigned int i;

	if (!left)
		return 0;
	for (i = 0; i < ARRAY_SIZE(stargz_features); i++)
		if (left & stargz_features[i].bit)
			errorfc(fc, "index needs a feature this module lacks: %s",
				stargz_features[i].name);
	for (i = 0; i < ARRAY_SIZE(stargz_features); i++)
		left &= ~stargz_features[i].bit;
	if (left)
		errorfc(fc, "index needs features this module does not know: %#x",
			left);
	return -EOPNOTSUPP;
}

/* Mounting a layer without an index is a common mistake: explain it. */
static int stargz_not_an_index(struct fs_context *fc,
			       const struct stargz_source *src, const void *raw)
{
	static const u8 gzip[] = { 0x1f, 0x8b };
	static const u8 zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if (!memcmp(raw, gzip, sizeof(gzip)) ||
	    !memcmp(raw, zstd, sizeof(zstd)))
		errorfc(fc, "%s: is a layer and needs an index (-o index=, see mount.stargz(8))",
			src->path);
	else
		errorfc(fc, "%s: no stargz superblock", src->path);
	return -EINVAL;
}

/* Is @block the first block of the index that the user wants? */
static int stargz_check_digest(struct fs_context *fc,
			       const struct stargz_sb_info *sbi,
			       const struct stargz_source *src,
			       const u8 *block)
{
	u8 digest[STARGZ_HASH_SIZE];
	int err;

	/* fs-verity verifies each read of the file. */
	if (stargz_fsverity_sha256(src->host, digest) &&
	    !memcmp(digest, sbi->index_digest, sizeof(digest)))
		return 0;
	err = stargz_sha256(sbi, block, STARGZ_BLOCK_SIZE, digest);
	if (err)
		return err;
	if (!memcmp(digest, sbi->index_digest, sizeof(digest)))
		return 0;
	errorfc(fc, "%s: the digest of the index is sha256:%*phN, not sha256:%*phN",
		src->path, STARGZ_HASH_SIZE, digest, STARGZ_HASH_SIZE,
		sbi->index_digest);
	return -EBADMSG;
}

/* Prepare what verify= and index_digest= ask for. */
static int stargz_setup_verify(struct fs_context *fc,
			       struct stargz_sb_info *sbi,
			       const struct stargz_source *src,
			       const u8 *block)
{
	int err;

	if (sbi->verify != STARGZ_VERIFY_DIGEST && !sbi->has_digest)
		return 0;
	err = stargz_sha256_open(sbi);
	if (err) {
		errorfc(fc, "SHA-256 is not available (error %d)", -err);
		return err;
	}
	return sbi->has_digest ? stargz_check_digest(fc, sbi, src, block) : 0;
}

static int stargz_check_super(struct fs_context *fc,
			      struct stargz_sb_info *sbi,
			      const struct stargz_source *src,
			      const u8 *block)
{
	const char *why;
	int err;

	if (get_unaligned_le32(block) != STARGZ_SUPER_MAGIC)
		return stargz_not_an_index(fc, src, block);
	err = stargz_setup_verify(fc, sbi, src, block);
	if (err)
		return err;
	why = stargz_super_check(block, src->size, &sbi->super, &err);
	if (why) {
		errorfc(fc, "%s: %s", src->path, why);
		return err;
	}
	if (sbi->verify == STARGZ_VERIFY_DIGEST &&
	    !(sbi->super.compat & STARGZ_COMPAT_DIGESTS))
		return invalfc(fc, "%s: the index has no digests (stargz-index --digests), verify=digest is not possible",
			       src->path);
	return stargz_check_features(fc, sbi->super.features);
}

static int stargz_read_super(struct fs_context *fc, struct stargz_sb_info *sbi)
{
	const struct stargz_source *src =
		sbi->has_index ? &sbi->index : &sbi->image;
	u32 n = min_t(u64, src->size, STARGZ_BLOCK_SIZE);
	u8 *block;
	int err;

	if (n < sizeof(struct stargz_super_block))
		return invalfc(fc, "%s: too small for a superblock", src->path);
	block = kzalloc(STARGZ_BLOCK_SIZE, GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	err = stargz_source_read(src, 0, block, n);
	if (err)
		errorfc(fc, "%s: cannot read superblock", src->path);
	else
		err = stargz_check_super(fc, sbi, src, block);
	kfree(block);
	return err;
}

/*
 * Source zero is the one that holds the index. The user gave the others: first
 * the image, unless it is source zero, then the devices.
 */
static const struct stargz_source *
stargz_find_source(const struct stargz_sb_info *sbi, u32 nr)
{
	if (!nr)
		return sbi->has_index ? &sbi->index : &sbi->image;
	if (sbi->has_index && nr == 1)
		return &sbi->image;
	nr -= sbi->has_index ? 2 : 1;
	return nr < sbi->nr_devices ? &sbi->devices[nr] : NULL;
}

static int stargz_check_blob(struct fs_context *fc,
			     const struct stargz_sb_info *sbi, unsigned int nr,
			     const struct stargz_blob *raw,
			     struct stargz_blob_info *blob)
{
	const char *why = stargz_check_blob_record(raw);
	u64 end;

	if (why) {
		errorfc(fc, "blob %u: %s", nr, why);
		return -EFSCORRUPTED;
	}
	blob->source = stargz_find_source(sbi, le32_to_cpu(raw->source));
	blob->start = le64_to_cpu(raw->start);
	blob->used = le64_to_cpu(raw->used);
	if (!blob->source) {
		errorfc(fc, "index refers to source %u, which was not given (-o device=)",
			le32_to_cpu(raw->source));
		return -EINVAL;
	}
	if (check_add_overflow(blob->start, blob->used, &end) ||
	    end > blob->source->size) {
		errorfc(fc, "%s: blob %u reaches from byte %llu to %llu, the source ends at %llu",
			blob->source->path, nr, blob->start,
			blob->start + blob->used, blob->source->size);
		return -EINVAL;
	}
	return 0;
}

/*
 * Start reading what the first lookups need. Inode numbers grow with depth, and
 * so do the positions of entries and names. The heads of these tables therefore
 * describe the objects near the root.
 */
static void stargz_prefetch_tree(struct super_block *sb)
{
	stargz_meta_prefetch(sb, STARGZ_TABLE_BLOBS, 0, 1);
	stargz_meta_prefetch(sb, STARGZ_TABLE_INODES, 0, SZ_128K);
	stargz_meta_prefetch(sb, STARGZ_TABLE_DIRENTS, 0, SZ_32K);
	stargz_meta_prefetch(sb, STARGZ_TABLE_NAMES, 0, SZ_32K);
}

static int stargz_read_blobs(struct super_block *sb, struct fs_context *fc)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	unsigned int i, n = sbi->super.table[STARGZ_TABLE_BLOBS].count;
	struct stargz_cursor cur = STARGZ_CURSOR(sb, STARGZ_TABLE_BLOBS);
	struct stargz_blob raw;
	int err = 0;

	/* An image of only directories and links needs no blob. */
	if (!n)
		return 0;
	sbi->blobs = kvcalloc(n, sizeof(*sbi->blobs), GFP_KERNEL_ACCOUNT);
	if (!sbi->blobs)
		return -ENOMEM;
	for (i = 0; !err && i < n; i++) {
		err = stargz_cursor_read(&cur, i, &raw, 1);
		if (!err)
			err = stargz_check_blob(fc, sbi, i, &raw,
						&sbi->blobs[i]);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	stargz_cursor_end(&cur);
	sbi->nr_blobs = n;
	return err;
}

/* Filling the superblock */

/*
 * A read of a file on stargz reads a source in the same thread, so a source
 * that is a file adds one level to the stack. The VFS's limit on stacking then
 * applies to everything in between. A block device ends a stack, because I/O
 * below it runs in other threads.
 */
static int stargz_source_depth(const struct stargz_source *src)
{
	const struct inode *inode;

	if (!src->file || stargz_source_bdev(src))
		return 0;
	inode = file_inode(src->file);
	return inode->i_sb->s_stack_depth + 1;
}

static int stargz_stack_depth(const struct stargz_sb_info *sbi)
{
	int depth = max(stargz_source_depth(&sbi->image),
			stargz_source_depth(&sbi->index));
	unsigned int i;

	for (i = 0; i < sbi->nr_devices; i++)
		depth = max(depth, stargz_source_depth(&sbi->devices[i]));
	return depth;
}

static void stargz_init_super(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	sb->s_magic = STARGZ_SUPER_MAGIC;
	sb->s_flags |= SB_RDONLY | SB_NOATIME;
	if (IS_ENABLED(CONFIG_FS_POSIX_ACL))
		sb->s_flags |= SB_POSIXACL;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = 1;
	sb->s_time_min = STARGZ_TIME_BASE;
	sb->s_time_max = STARGZ_TIME_MAX;
	sb->s_op = &stargz_sops;
	sb->s_xattr = stargz_xattr_handlers;
	sb->s_export_op = &stargz_export_ops;
	sb->s_stack_depth = stargz_stack_depth(sbi);
	/* The VFS named a block device already; for a file use its name. */
	if (!sbi->on_bdev)
		snprintf(sb->s_id, sizeof(sb->s_id), "%pD", sbi->image.file);
}

static int stargz_make_root(struct super_block *sb, struct fs_context *fc)
{
	struct inode *root = stargz_iget(sb, STARGZ_ROOT_INO);

	if (IS_ERR(root)) {
		errorfc(fc, "cannot read the root directory");
		return PTR_ERR(root);
	}
	if (!S_ISDIR(root->i_mode)) {
		errorfc(fc, "the root is not a directory");
		iput(root);
		return -EFSCORRUPTED;
	}
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

/*
 * The bdi of a block device has a window that fits its blocks, not spans, so
 * use a separate one. Its name must be unique: before 6.6 a device can be
 * mounted again while the bdi of its last mount is still being freed.
 */
static int stargz_setup_bdi(struct super_block *sb)
{
	static atomic_t seq;
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	u32 window;
	int err;

	if (sbi->on_bdev) {
		bdi_put(sb->s_bdi);
		sb->s_bdi = &noop_backing_dev_info;
	}
	err = super_setup_bdi_name(sb, "%u:%u-stargz-%u", MAJOR(sb->s_dev),
				   MINOR(sb->s_dev),
				   (unsigned int)atomic_inc_return(&seq));
	if (err)
		return err;
	sb->s_bdi->io_pages = STARGZ_WINDOW_IO / PAGE_SIZE;
	if (!sbi->super.max_span)
		return 0;
	window = clamp_t(u32, sbi->super.max_span, STARGZ_WINDOW_MIN,
			 STARGZ_WINDOW_MAX);
	sb->s_bdi->ra_pages = rounddown_pow_of_two(window / PAGE_SIZE);
	return 0;
}

/* Set up what reading needs. */
static int stargz_setup_reading(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	int err = 0;

	if (sbi->super.features & STARGZ_INCOMPAT_ZSTD) {
		err = stargz_zstd_hold();
		sbi->holds_zstd = !err;
	}
	return err ? err : stargz_setup_bdi(sb);
}

/**
 * stargz_fill_super() - set up a new superblock
 * @sb: new, with a struct stargz_sb_info whose sources are open
 * @fc: receives error messages
 *
 * Return: 0 or a negative errno; stargz_kill_sb() cleans up in both cases.
 */
int stargz_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	int err = 0;

	if (sbi->on_bdev)
		err = stargz_source_check_bdev(fc, &sbi->image, sb);
	if (err)
		return err;
	stargz_init_super(sb);
	err = stargz_read_super(fc, sbi);
	if (!err)
		err = stargz_meta_open(sb);
	if (err)
		return err;
	stargz_prefetch_tree(sb);
	err = stargz_read_blobs(sb, fc);
	if (!err)
		err = stargz_setup_reading(sb);
	if (err)
		return err;
	super_set_uuid(sb, sbi->super.uuid, sizeof(sbi->super.uuid));
	err = stargz_make_root(sb, fc);
	return err ? err : stargz_sysfs_register(sb);
}

/**
 * stargz_kill_sb() - end a superblock, as file_system_type.kill_sb
 * @sb: mounted, or partly set up
 */
void stargz_kill_sb(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	WRITE_ONCE(sbi->stopping, true);
	stargz_streams_stop();
	stargz_cache_stop();
	/* While the mount still owns the device number that names it. */
	stargz_sysfs_unregister(sbi);
	/* The VFS calls ->put_super() only for a superblock with a root. */
	if (!sb->s_root)
		stargz_release_super(sbi);
	if (sbi->on_bdev)
		kill_block_super(sb);
	else
		kill_anon_super(sb);
	/* sget_fc() may find the superblock until this function returns. */
	WRITE_ONCE(sb->s_fs_info, NULL);
	stargz_info_free(sbi);
}

static struct file_system_type stargz_fs_type = {
	.owner		 = THIS_MODULE,
	.name		 = "stargz",
	.init_fs_context = stargz_init_fs_context,
	.parameters	 = stargz_parameters,
	.kill_sb	 = stargz_kill_sb,
	.fs_flags	 = FS_REQUIRES_DEV | FS_ALLOW_IDMAP,
};
MODULE_ALIAS_FS("stargz");
MODULE_SOFTDEP("pre: crypto-sha256");

/* Objects that all mounts share, in the order of their dependencies. */
static int __init stargz_init_shared(void)
{
	int err;

	stargz_crc_init();
	err = stargz_engine_init();
	if (err)
		return err;
	err = stargz_streams_init();
	if (err)
		goto out_engine;
	err = stargz_cache_init();
	if (err)
		goto out_streams;
	return 0;

out_streams:
	stargz_streams_exit();
out_engine:
	stargz_engine_exit();
	return err;
}

static void stargz_exit_shared(void)
{
	stargz_cache_exit();
	stargz_streams_exit();
	stargz_engine_exit();
}

static int __init stargz_init(void)
{
	int err;

	err = stargz_init_shared();
	if (err)
		return err;
	stargz_inode_cachep =
		kmem_cache_create("stargz_inode_cache",
				  sizeof(struct stargz_inode_info), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
				  stargz_init_once);
	if (!stargz_inode_cachep) {
		err = -ENOMEM;
		goto out_shared;
	}
	err = stargz_sysfs_init();
	if (err)
		goto out_cache;
	err = register_filesystem(&stargz_fs_type);
	if (err)
		goto out_sysfs;
	return 0;

out_sysfs:
	stargz_sysfs_exit();
out_cache:
	kmem_cache_destroy(stargz_inode_cachep);
out_shared:
	stargz_exit_shared();
	return err;
}

static void __exit stargz_exit(void)
{
	unregister_filesystem(&stargz_fs_type);
	stargz_sysfs_exit();
	/* Inodes and struct stargz_sb_info are freed by RCU. */
	rcu_barrier();
	kmem_cache_destroy(stargz_inode_cachep);
	stargz_exit_shared();
}

module_init(stargz_init);
module_exit(stargz_exit);

MODULE_DESCRIPTION("Container layers mounted as they are");
MODULE_AUTHOR("The stargz authors");
MODULE_LICENSE("GPL");
