// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - from mount options to a superblock.
 *
 * Each set of sources has one superblock. A second mount of the same files or
 * devices shares the superblock, and therefore inodes and page cache.
 *
 * A source is given by its path or, with FSCONFIG_SET_FD, as a file descriptor.
 * A descriptor has no path length limit and may come from any mount namespace.
 *
 * No locks: a struct fs_context belongs to one thread at a time.
 */
#include <linux/fs_parser.h>
#include <linux/slab.h>

#include "internal.h"

/* Mount options */

enum {
	STARGZ_OPT_INDEX,
	STARGZ_OPT_DEVICE,
	STARGZ_OPT_DECODER,
	STARGZ_OPT_VERIFY,
	STARGZ_OPT_INDEX_DIGEST,
};

static const struct constant_table stargz_decoders[] = {
	{ "auto",	STARGZ_DECODER_OWN },
	{ "zlib",	STARGZ_DECODER_ZLIB },
	{}
};

static const struct constant_table stargz_verifies[] = {
	{ "none",	STARGZ_VERIFY_NONE },
	{ "crc",	STARGZ_VERIFY_CRC },
	{ "digest",	STARGZ_VERIFY_DIGEST },
	{}
};

const struct fs_parameter_spec stargz_parameters[] = {
	fsparam_string("index",		STARGZ_OPT_INDEX),
	fsparam_string("device",	STARGZ_OPT_DEVICE),
	fsparam_enum("decoder",		STARGZ_OPT_DECODER, stargz_decoders),
	fsparam_enum("verify",		STARGZ_OPT_VERIFY, stargz_verifies),
	fsparam_string("index_digest",	STARGZ_OPT_INDEX_DIGEST),
	{}
};

/* Make room for one more source; doubles the allocation. */
static int stargz_grow_devices(struct stargz_sb_info *sbi)
{
	unsigned int room = max(4U, 2 * sbi->room_devices);
	struct stargz_source *grown;

	if (sbi->nr_devices < sbi->room_devices)
		return 0;
	grown = kvcalloc(room, sizeof(*grown), GFP_KERNEL_ACCOUNT);
	if (!grown)
		return -ENOMEM;
	if (sbi->nr_devices)
		memcpy(grown, sbi->devices, sbi->nr_devices * sizeof(*grown));
	kvfree(sbi->devices);
	sbi->devices = grown;
	sbi->room_devices = room;
	return 0;
}

/*
 * The current path of @file as the caller sees it, charged to the caller. For a
 * file without a path, d_path() appends "(deleted)".
 */
static char *stargz_file_path(struct file *file)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	char *path, *copy;

	if (!buf)
		return NULL;
	path = file_path(file, buf, PATH_MAX);
	copy = kstrdup(IS_ERR(path) ? "(path too long)" : path,
		       GFP_KERNEL_ACCOUNT);
	kfree(buf);
	return copy;
}

/*
 * Read permission was checked when the file was opened; f_mode records it.
 * Kernels before 6.13 do not pass on O_PATH descriptors, but return -EBADF as
 * well.
 */
static int stargz_check_given(struct fs_context *fc,
			      const struct fs_parameter *param)
{
	if (param->file->f_mode & FMODE_PATH)
		errorfc(fc, "%s: the file descriptor is of O_PATH, open it for reading",
			param->key);
	else if (!(param->file->f_mode & FMODE_READ))
		errorfc(fc, "%s: the file descriptor is not open for reading",
			param->key);
	else
		return 0;
	return -EBADF;
}

/* Keep the path or the file; it is opened when all options are known. */
static int stargz_set_source(struct fs_context *fc, struct stargz_source *src,
			     const struct fs_parameter *param)
{
	int err;

	if (param->type != fs_value_is_file) {
		if (!*param->string)
			return invalfc(fc, "%s: empty path", param->key);
		src->path = kstrdup(param->string, GFP_KERNEL_ACCOUNT);
		return src->path ? 0 : -ENOMEM;
	}
	err = stargz_check_given(fc, param);
	if (err)
		return err;
	src->path = stargz_file_path(param->file);
	if (!src->path)
		return -ENOMEM;
	src->given = get_file(param->file);
	return 0;
}

static int stargz_add_device(struct fs_context *fc, struct stargz_sb_info *sbi,
			     const struct fs_parameter *param)
{
	int err;

	if (sbi->nr_devices == STARGZ_MAX_DEVICES)
		return invalfc(fc, "too many devices");
	err = stargz_grow_devices(sbi);
	if (!err)
		err = stargz_set_source(fc, &sbi->devices[sbi->nr_devices],
					param);
	if (!err)
		sbi->nr_devices++;
	return err;
}

static int stargz_set_index(struct fs_context *fc, struct stargz_sb_info *sbi,
			    const struct fs_parameter *param)
{
	int err;

	if (sbi->has_index)
		return invalfc(fc, "index given twice");
	err = stargz_set_source(fc, &sbi->index, param);
	sbi->has_index = !err;
	return err;
}

/* A digest of the index, "sha256:" and 64 hexadecimal digits. */
static int stargz_set_digest(struct fs_context *fc, struct stargz_sb_info *sbi,
			     const struct fs_parameter *param)
{
	static const char prefix[] = "sha256:";
	u8 digest[STARGZ_HASH_SIZE];
	const char *hex = param->string + sizeof(prefix) - 1;

	if (strncmp(param->string, prefix, sizeof(prefix) - 1) ||
	    strlen(hex) != 2 * sizeof(digest) ||
	    hex2bin(digest, hex, sizeof(digest)))
		return invalfc(fc, "%s: \"%s\" is not sha256: and 64 hexadecimal digits",
			       param->key, param->string);
	if (sbi->has_digest &&
	    memcmp(digest, sbi->index_digest, sizeof(digest)))
		return invalfc(fc, "%s: given twice", param->key);
	memcpy(sbi->index_digest, digest, sizeof(digest));
	sbi->has_digest = true;
	return 0;
}

/*
 * The image as a file. The VFS handles the image as a path: it sets fc->source
 * and refuses a second source.
 */
static int stargz_set_image(struct fs_context *fc, struct stargz_sb_info *sbi,
			    const struct fs_parameter *param)
{
	int err;

	if (fc->source)
		return invalfc(fc, "source given twice");
	err = stargz_set_source(fc, &sbi->image, param);
	if (err)
		return err;
	fc->source = kstrdup(sbi->image.path, GFP_KERNEL);
	if (fc->source)
		return 0;
	stargz_source_close(&sbi->image);
	return -ENOMEM;
}

/*
 * Parse a parameter that is a file. Before 6.13 a description in
 * stargz_parameters allows only one type, so these are looked up here.
 */
static int stargz_parse_file(struct fs_context *fc, struct stargz_sb_info *sbi,
			     const struct fs_parameter *param)
{
	if (!strcmp(param->key, "source"))
		return stargz_set_image(fc, sbi, param);
	if (!strcmp(param->key, "index"))
		return stargz_set_index(fc, sbi, param);
	if (!strcmp(param->key, "device"))
		return stargz_add_device(fc, sbi, param);
	return invalfc(fc, "%s: takes no file descriptor", param->key);
}

static int stargz_parse_param(struct fs_context *fc,
			      struct fs_parameter *param)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	struct fs_parse_result result;
	int opt;

	if (param->type == fs_value_is_file)
		return stargz_parse_file(fc, sbi, param);
	opt = fs_parse(fc, stargz_parameters, param, &result);
	if (opt < 0)
		return opt;
	switch (opt) {
	case STARGZ_OPT_DECODER:
		sbi->decoder = result.uint_32;
		sbi->decoder_given = true;
		return 0;
	case STARGZ_OPT_VERIFY:
		sbi->verify = result.uint_32;
		sbi->verify_given = true;
		return 0;
	case STARGZ_OPT_INDEX_DIGEST:
		return stargz_set_digest(fc, sbi, param);
	case STARGZ_OPT_DEVICE:
		return stargz_add_device(fc, sbi, param);
	default:
		return stargz_set_index(fc, sbi, param);
	}
}

/* From options to a superblock */

static int stargz_open_sources(struct fs_context *fc,
			       struct stargz_sb_info *sbi)
{
	unsigned int i;
	int err;

	if (!sbi->image.path)
		sbi->image.path = kstrdup(fc->source, GFP_KERNEL_ACCOUNT);
	if (!sbi->image.path)
		return -ENOMEM;
	err = stargz_source_open(fc, &sbi->image, false);
	if (!err && sbi->has_index)
		err = stargz_source_open(fc, &sbi->index, true);
	for (i = 0; !err && i < sbi->nr_devices; i++)
		err = stargz_source_open(fc, &sbi->devices[i], true);
	return err;
}

/* Are the sources other than the image the same? */
static bool stargz_same_sources(const struct stargz_sb_info *a,
				const struct stargz_sb_info *b)
{
	unsigned int i;

	if (a->has_index != b->has_index || a->nr_devices != b->nr_devices ||
	    (a->has_index && a->index.host != b->index.host))
		return false;
	for (i = 0; i < a->nr_devices; i++)
		if (a->devices[i].host != b->devices[i].host)
			return false;
	return true;
}

/* Do both verify the same? */
static bool stargz_same_verify(const struct stargz_sb_info *a,
			       const struct stargz_sb_info *b)
{
	return a->verify == b->verify && a->has_digest == b->has_digest &&
	       !memcmp(a->index_digest, b->index_digest,
		       sizeof(a->index_digest));
}

/*
 * Is @sb the superblock of the sources in @fc? sget_fc() calls this under a
 * spinlock. It finds superblocks until the end of their ->kill_sb(), so one
 * that is being torn down must never match.
 */
static int stargz_same_super(struct super_block *sb, struct fs_context *fc)
{
	const struct stargz_sb_info *old, *new = fc->s_fs_info;
	bool same;

	rcu_read_lock();
	old = READ_ONCE(sb->s_fs_info);
	same = old && !READ_ONCE(old->stopping) && !old->on_bdev &&
	       old->image.host == new->image.host &&
	       READ_ONCE(old->decoder) == new->decoder &&
	       stargz_same_verify(old, new) &&
	       stargz_same_sources(old, new);
	rcu_read_unlock();
	return same;
}

/*
 * A block device has one superblock. A second mount may share it only if all
 * other sources are the same.
 */
static int stargz_get_tree_bdev(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	struct super_block *sb;
	int err;

	sbi->on_bdev = true;
	err = stargz_get_tree_dev(fc, stargz_source_bdev(&sbi->image)->bd_dev,
				  stargz_fill_super);
	if (err)
		return err;
	sb = fc->root->d_sb;
	/* A new superblock has taken over fc->s_fs_info. */
	if (!fc->s_fs_info)
		return 0;
	err = stargz_source_check_bdev(fc, &sbi->image, sb);
	if (!err && (!stargz_same_sources(sbi, STARGZ_SB(sb)) ||
		     !stargz_same_verify(sbi, STARGZ_SB(sb)))) {
		errorfc(fc, "%s: is mounted already with other index=, device=, verify= or index_digest= options",
			fc->source);
		err = -EBUSY;
	}
	if (!err)
		return 0;
	dput(fc->root);
	fc->root = NULL;
	deactivate_locked_super(sb);
	return err;
}

/* Mounts of the same files share a superblock. */
static int stargz_get_tree_file(struct fs_context *fc)
{
	struct super_block *sb;
	int err;

	sb = sget_fc(fc, stargz_same_super, set_anon_super_fc);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	if (!sb->s_root) {
		err = stargz_fill_super(sb, fc);
		if (err) {
			deactivate_locked_super(sb);
			return err;
		}
		sb->s_flags |= SB_ACTIVE;
	}
	fc->root = dget(sb->s_root);
	return 0;
}

static int stargz_get_tree(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = fc->s_fs_info;
	int err;

	if (!fc->source)
		return invalfc(fc, "no source");
	/* A digest of the index without an option means: verify all of it. */
	if (sbi->has_digest && !sbi->verify_given)
		sbi->verify = STARGZ_VERIFY_DIGEST;
	err = stargz_open_sources(fc, sbi);
	if (err)
		return err;
	/* get_tree_bdev() needs the flag before it opens the device. */
	fc->sb_flags |= SB_RDONLY;
	if (stargz_source_bdev(&sbi->image))
		return stargz_get_tree_bdev(fc);
	return stargz_get_tree_file(fc);
}

/* Does a remount name the mounted source, by path or as the same file? */
static bool stargz_names_source(const struct stargz_source *new,
				const struct stargz_source *old)
{
	return !strcmp(new->path, old->path) ||
	       (new->given && new->given->f_mapping->host == old->host);
}

static int stargz_reconfigure(struct fs_context *fc)
{
	struct stargz_sb_info *old = STARGZ_SB(fc->root->d_sb);
	const struct stargz_sb_info *new = fc->s_fs_info;
	unsigned int i;

	/* Options that are not repeated stay; sources cannot change. */
	if (new->has_index &&
	    (!old->has_index || !stargz_names_source(&new->index, &old->index)))
		return invalfc(fc, "index= cannot change");
	for (i = 0; i < new->nr_devices; i++)
		if (i >= old->nr_devices ||
		    !stargz_names_source(&new->devices[i], &old->devices[i]))
			return invalfc(fc, "device= cannot change");
	if (new->verify_given && new->verify != old->verify)
		return invalfc(fc, "verify= cannot change");
	if (new->has_digest &&
	    (!old->has_digest ||
	     memcmp(new->index_digest, old->index_digest, STARGZ_HASH_SIZE)))
		return invalfc(fc, "index_digest= cannot change");
	if (new->decoder_given)
		WRITE_ONCE(old->decoder, new->decoder);
	fc->sb_flags |= SB_RDONLY;
	return 0;
}

static void stargz_free_fc(struct fs_context *fc)
{
	stargz_info_free(fc->s_fs_info);
}

static const struct fs_context_operations stargz_context_ops = {
	.parse_param	= stargz_parse_param,
	.get_tree	= stargz_get_tree,
	.reconfigure	= stargz_reconfigure,
	.free		= stargz_free_fc,
};

/**
 * stargz_init_fs_context() - begin mounting, as
 *	file_system_type.init_fs_context
 * @fc: filled in
 *
 * Return: 0 or -ENOMEM.
 */
int stargz_init_fs_context(struct fs_context *fc)
{
	struct stargz_sb_info *sbi = stargz_info_alloc();

	if (!sbi)
		return -ENOMEM;
	fc->s_fs_info = sbi;
	fc->ops = &stargz_context_ops;
	return 0;
}
