// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - mounting, superblock operations, module entry.
 *
 * Mounting costs the same for one file and for a million: the superblock and
 * the blob table are read, nothing else. All that belongs to a mount is in
 * struct stargz_sb_info, which exists from init_fs_context on and is freed
 * in one place, stargz_free_info(), whichever way the mount ends.
 */
#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/statfs.h>
#include <linux/workqueue.h>

#include "internal.h"

/*
 * Default of the readahead window. It is the size of the largest span within
 * these bounds; readahead rounds it to whole spans.
 */
#define STARGZ_WINDOW_MIN	SZ_1M
#define STARGZ_WINDOW_MAX	SZ_4M

/* Decodes in progress for each CPU: while one reads, another computes. */
#define STARGZ_WORKERS_PER_CPU	2

static struct kmem_cache *stargz_inode_cachep;

/**
 * stargz_err() - log what is wrong with a mounted file system
 * @sb: the file system
 * @fmt: printf() format, without newline
 *
 * Ratelimited: a damaged image must not flood the log.
 */
void stargz_err(const struct super_block *sb, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err_ratelimited("stargz (%s): %pV\n", sb->s_id, &vaf);
	va_end(args);
}

/**
 * stargz_damaged() - log that something about an inode is damaged
 * @inode: the inode
 * @why: what
 *
 * Return: -EFSCORRUPTED.
 */
int stargz_damaged(const struct inode *inode, const char *why)
{
	stargz_err(inode->i_sb, "inode %u: %s", stargz_ino(inode), why);
	return -EFSCORRUPTED;
}

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
	return 0;
}

static void stargz_put_super(struct super_block *sb)
{
	stargz_meta_close(STARGZ_SB(sb));
}

static const struct super_operations stargz_sops = {
	.alloc_inode	= stargz_alloc_inode,
	.free_inode	= stargz_free_inode,
	.put_super	= stargz_put_super,
	.statfs		= stargz_statfs,
	.show_options	= stargz_show_options,
};

static void stargz_free_info(struct stargz_sb_info *sbi)
{
	unsigned int i;

	if (!sbi)
		return;
	/* What decodes ahead may still be at it. */
	if (sbi->workqueue)
		destroy_workqueue(sbi->workqueue);
	stargz_cache_destroy(&sbi->cache);
	stargz_pool_destroy(&sbi->pool);
	kvfree(sbi->blobs);
	for (i = 0; i < sbi->nr_devices; i++)
		stargz_source_close(&sbi->devices[i]);
	kvfree(sbi->devices);
	stargz_source_close(&sbi->index);
	stargz_source_close(&sbi->image);
	kfree(sbi);
}

/* Mount options */

enum { STARGZ_OPT_INDEX, STARGZ_OPT_DEVICE, STARGZ_OPT_DECODER };

static const struct constant_table stargz_decoders[] = {
	{ "auto",	STARGZ_DECODER_OWN },
	{ "zlib",	STARGZ_DECODER_ZLIB },
	{}
};

static const struct fs_parameter_spec stargz_parameters[] = {
	fsparam_string("index",		STARGZ_OPT_INDEX),
	fsparam_string("device",	STARGZ_OPT_DEVICE),
	fsparam_enum("decoder",		STARGZ_OPT_DECODER, stargz_decoders),
	{}
};

static int stargz_add_device(struct fs_context *fc, struct stargz_sb_info *sbi,
			     struct fs_parameter *param)
{
	struct stargz_source *grown;

	if (sbi->nr_devices == STARGZ_MAX_DEVICES)
		return invalfc(fc, "too many devices");
	grown = kvcalloc(sbi->nr_devices + 1, sizeof(*grown), GFP_KERNEL);
	if (!grown)
		return -ENOMEM;
	if (sbi->nr_devices)
		memcpy(grown, sbi->devices, sbi->nr_devices * sizeof(*grown));
	kvfree(sbi->devices);
	sbi->devices = grown;
	grown[sbi->nr_devices++].path = param->string;
	param->string = NULL;
	return 0;
}

static int stargz_parse_param(struct fs_context *fc,
			      struct fs_parameter *param)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	struct fs_parse_result result;
	int opt;

	opt = fs_parse(fc, stargz_parameters, param, &result);
	if (opt < 0)
		return opt;
	if (opt == STARGZ_OPT_DECODER) {
		sbi->decoder = result.uint_32;
		sbi->decoder_given = true;
		return 0;
	}
	if (!*param->string)
		return invalfc(fc, "%s: empty path", param->key);
	if (opt == STARGZ_OPT_DEVICE)
		return stargz_add_device(fc, sbi, param);
	if (sbi->has_index)
		return invalfc(fc, "index given twice");
	sbi->index.path = param->string;
	sbi->has_index = true;
	param->string = NULL;
	return 0;
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

/* What this module can read, of stargz_super_block.feature_incompat. */
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

/* A layer without an index is the mistake everybody makes once. */
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

static int stargz_read_super(struct fs_context *fc, struct stargz_sb_info *sbi)
{
	const struct stargz_source *src =
		sbi->has_index ? &sbi->index : &sbi->image;
	struct stargz_super_block *raw;
	const char *why;
	int err;

	if (src->size < sizeof(*raw))
		return invalfc(fc, "%s: too small for a superblock", src->path);
	raw = kmalloc(sizeof(*raw), GFP_KERNEL);
	if (!raw)
		return -ENOMEM;
	err = stargz_source_read(src, 0, raw, sizeof(*raw));
	if (err) {
		errorfc(fc, "%s: cannot read superblock", src->path);
		goto out;
	}
	if (le32_to_cpu(raw->magic) != STARGZ_SUPER_MAGIC) {
		err = stargz_not_an_index(fc, src, raw);
		goto out;
	}
	why = stargz_super_check(raw, src->size, &sbi->super, &err);
	if (why) {
		errorfc(fc, "%s: %s", src->path, why);
		goto out;
	}
	err = stargz_check_features(fc, le32_to_cpu(raw->feature_incompat));
out:
	kfree(raw);
	return err;
}

/*
 * Source zero is what holds the index. The others are what the user gave: the
 * image first, unless that is source zero already, and then the devices.
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
	u64 end;

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
 * What the first lookups need, while the mount goes on. Numbers of inodes grow
 * with their depth, and so do places of entries and names, so that the heads of
 * these tables have all that is near the root.
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

	/* An image of nothing but directories and links needs no blob. */
	if (!n)
		return 0;
	sbi->blobs = kvcalloc(n, sizeof(*sbi->blobs), GFP_KERNEL);
	if (!sbi->blobs)
		return -ENOMEM;
	for (i = 0; !err && i < n; i++) {
		err = stargz_cursor_read(&cur, i, &raw, 1);
		if (!err)
			err = stargz_check_blob(fc, sbi, i, &raw,
						&sbi->blobs[i]);
	}
	stargz_cursor_end(&cur);
	sbi->nr_blobs = n;
	return err;
}

/* Filling the superblock */

static int stargz_stack_depth(const struct stargz_sb_info *sbi)
{
	int depth = file_inode(sbi->image.file)->i_sb->s_stack_depth;
	unsigned int i;

	if (sbi->has_index)
		depth = max(depth,
			    file_inode(sbi->index.file)->i_sb->s_stack_depth);
	for (i = 0; i < sbi->nr_devices; i++) {
		const struct file *file = sbi->devices[i].file;

		depth = max(depth, file_inode(file)->i_sb->s_stack_depth);
	}
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
	/* A block device gave its name already; a file has a better one. */
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
 * A block device comes with a bdi whose window fits its blocks, not spans.
 * Names never come again: before 6.6 a device can be mounted once more while
 * the bdi of its last mount is still on its way out.
 */
static int stargz_setup_bdi(struct super_block *sb)
{
	static atomic_t seq;
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
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
	sb->s_bdi->ra_pages = clamp_t(u32, sbi->super.max_span,
				      STARGZ_WINDOW_MIN, STARGZ_WINDOW_MAX) /
			      PAGE_SIZE;
	return 0;
}

/* What reading needs. */
static int stargz_setup_decoding(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	int err;

	stargz_ahead_init(&sbi->ahead);
	err = stargz_pool_init(&sbi->pool);
	if (!err)
		err = stargz_cache_init(&sbi->cache, sbi->super.max_span,
					sb->s_id);
	if (err)
		return err;
	/*
	 * Names have room for a device number, but not for any file's name.
	 * Reclaim waits for no read of ours, so there is no WQ_MEM_RECLAIM: to
	 * start its thread takes longer than all the rest of a mount.
	 */
	sbi->workqueue = alloc_workqueue("stargz-%u:%u", WQ_UNBOUND,
					 STARGZ_WORKERS_PER_CPU *
					 num_online_cpus(), MAJOR(sb->s_dev),
					 MINOR(sb->s_dev));
	return sbi->workqueue ? 0 : -ENOMEM;
}

static int stargz_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);
	int err;

	/* What was opened by name must be what is being mounted. */
	if (sbi->on_bdev &&
	    sbi->image.file->f_mapping != stargz_bdev_mapping(sb)) {
		errorfc(fc, "%s: changed while being mounted", sbi->image.path);
		return -EAGAIN;
	}
	stargz_init_super(sb);
	err = stargz_read_super(fc, sbi);
	if (!err)
		err = stargz_meta_open(sb);
	if (err)
		return err;
	stargz_prefetch_tree(sb);
	err = stargz_read_blobs(sb, fc);
	if (!err)
		err = stargz_setup_decoding(sb);
	if (!err)
		err = stargz_setup_bdi(sb);
	if (err)
		return err;
	super_set_uuid(sb, sbi->super.uuid, sizeof(sbi->super.uuid));
	err = stargz_make_root(sb, fc);
	return err ? err : stargz_sysfs_register(sb);
}

/* From options to a superblock */

static int stargz_open_sources(struct fs_context *fc,
			       struct stargz_sb_info *sbi)
{
	unsigned int i;
	int err;

	sbi->image.path = kstrdup(fc->source, GFP_KERNEL);
	if (!sbi->image.path)
		return -ENOMEM;
	err = stargz_source_open(fc, &sbi->image);
	if (!err && sbi->has_index)
		err = stargz_source_open(fc, &sbi->index);
	for (i = 0; !err && i < sbi->nr_devices; i++)
		err = stargz_source_open(fc, &sbi->devices[i]);
	return err;
}

static bool stargz_same_file(const struct stargz_source *a,
			     const struct stargz_source *b)
{
	return a->file->f_mapping->host == b->file->f_mapping->host;
}

static bool stargz_same_sources(const struct stargz_sb_info *a,
				const struct stargz_sb_info *b)
{
	unsigned int i;

	if (a->has_index != b->has_index || a->nr_devices != b->nr_devices)
		return false;
	if (a->has_index && !stargz_same_file(&a->index, &b->index))
		return false;
	for (i = 0; i < a->nr_devices; i++)
		if (!stargz_same_file(&a->devices[i], &b->devices[i]))
			return false;
	return true;
}

/*
 * A block device has one superblock, which a second mount shares; that is
 * right only when the rest of the sources is the same as well.
 */
static int stargz_get_tree_bdev(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	struct super_block *sb;
	int err;

	sbi->on_bdev = true;
	err = get_tree_bdev(fc, stargz_fill_super);
	if (err)
		return err;
	sb = fc->root->d_sb;
	/* A new superblock took fc->s_fs_info over. */
	if (!fc->s_fs_info || stargz_same_sources(sbi, STARGZ_SB(sb)))
		return 0;
	errorfc(fc, "%s: is mounted already with other index= or device= options",
		fc->source);
	dput(fc->root);
	fc->root = NULL;
	deactivate_locked_super(sb);
	return -EBUSY;
}

static int stargz_get_tree(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	int err;

	if (!fc->source)
		return invalfc(fc, "no source");
	err = stargz_open_sources(fc, sbi);
	if (err)
		return err;
	/* get_tree_bdev() wants the flag before it opens the device. */
	fc->sb_flags |= SB_RDONLY;
	if (S_ISBLK(file_inode(sbi->image.file)->i_mode))
		return stargz_get_tree_bdev(fc);
	return get_tree_nodev(fc, stargz_fill_super);
}

static int stargz_reconfigure(struct fs_context *fc)
{
	struct stargz_sb_info *old = STARGZ_SB(fc->root->d_sb);
	const struct stargz_sb_info *new = fc->s_fs_info;
	unsigned int i;

	/* Options that are not repeated stay; others cannot change. */
	if (new->has_index &&
	    (!old->has_index || strcmp(new->index.path, old->index.path)))
		return invalfc(fc, "index= cannot change");
	for (i = 0; i < new->nr_devices; i++)
		if (i >= old->nr_devices ||
		    strcmp(new->devices[i].path, old->devices[i].path))
			return invalfc(fc, "device= cannot change");
	if (new->decoder_given)
		WRITE_ONCE(old->decoder, new->decoder);
	fc->sb_flags |= SB_RDONLY;
	return 0;
}

static void stargz_free_fc(struct fs_context *fc)
{
	stargz_free_info(fc->s_fs_info);
}

static const struct fs_context_operations stargz_context_ops = {
	.parse_param	= stargz_parse_param,
	.get_tree	= stargz_get_tree,
	.reconfigure	= stargz_reconfigure,
	.free		= stargz_free_fc,
};

static int stargz_init_fs_context(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);

	if (!sbi)
		return -ENOMEM;
	fc->s_fs_info = sbi;
	fc->ops = &stargz_context_ops;
	return 0;
}

static void stargz_kill_sb(struct super_block *sb)
{
	struct stargz_sb_info *sbi = STARGZ_SB(sb);

	/* As long as the device number that it is named by is ours. */
	stargz_sysfs_unregister(sbi);
	/* A mount that failed early has no ->put_super(). */
	if (!sb->s_root)
		stargz_meta_close(sbi);
	if (sbi->on_bdev)
		kill_block_super(sb);
	else
		kill_anon_super(sb);
	/* Only now is nobody left who could read. */
	stargz_free_info(sbi);
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

static int __init stargz_init(void)
{
	int err;

	stargz_crc_init();
	stargz_inode_cachep =
		kmem_cache_create("stargz_inode_cache",
				  sizeof(struct stargz_inode_info), 0,
				  SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
				  stargz_init_once);
	if (!stargz_inode_cachep)
		return -ENOMEM;
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
	return err;
}

static void __exit stargz_exit(void)
{
	unregister_filesystem(&stargz_fs_type);
	stargz_sysfs_exit();
	/* Inodes are freed under RCU. */
	rcu_barrier();
	kmem_cache_destroy(stargz_inode_cachep);
}

module_init(stargz_init);
module_exit(stargz_exit);

MODULE_DESCRIPTION("Container layers mounted as they are");
MODULE_AUTHOR("The stargz authors");
MODULE_LICENSE("GPL");
