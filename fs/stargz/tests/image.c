// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - small images that are built in memory and mounted, for the KUnit
 * tests.
 *
 * Written from the description of the format alone. It uses no code of the
 * module, so that an error there cannot confirm itself.
 */
#include <crypto/sha2.h>
#include <linux/crc32.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "image.h"

#define IMAGE_PATH	"/stargz-kunit.img"

/* Number of bytes of the first allocation. */
#define IMAGE_ROOM	65536

static const u8 record_sizes[STARGZ_TABLES] = {
	[STARGZ_TABLE_INODES]	= 48,
	[STARGZ_TABLE_DIRENTS]	= 12,
	[STARGZ_TABLE_NAMES]	= 1,
	[STARGZ_TABLE_EXTENTS]	= 16,
	[STARGZ_TABLE_SPANS]	= 24,
	[STARGZ_TABLE_BLOBS]	= 128,
	[STARGZ_TABLE_HISTORIES]	= 24,
	[STARGZ_TABLE_HISTORY_DATA] = 1,
	[STARGZ_TABLE_DIGESTS]	= 32,
	[STARGZ_TABLE_PIECES]	= 4,
	[STARGZ_TABLE_DIGEST_STARTS] = 4,
	[STARGZ_TABLE_PREFETCH]	= 4,
	[STARGZ_TABLE_PROPERTIES] = 1,
};

/* Building */

static void bytes_grow(struct kunit *test, struct image_bytes *bytes,
		       size_t len)
{
	size_t room = max_t(size_t, len + len / 4, IMAGE_ROOM);
	u8 *data = kvzalloc(room, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	if (bytes->len)
		memcpy(data, bytes->data, bytes->len);
	kvfree(bytes->data);
	bytes->data = data;
	bytes->room = room;
}

/* Append bytes, or zeroes if @data is NULL; returns their offset. */
static size_t bytes_add(struct kunit *test, struct image_bytes *to,
			const void *data, size_t len)
{
	const size_t at = to->len;

	if (at + len > to->room)
		bytes_grow(test, to, at + len);
	if (data)
		memcpy(to->data + at, data, len);
	to->len += len;
	return at;
}

/**
 * image_add() - append records to a table
 * @img: the image
 * @id: the table
 * @data: the records, or NULL for zeroes
 * @len: their size in bytes
 *
 * Return: number of the first record.
 */
u32 image_add(struct image *img, enum stargz_table_id id, const void *data,
	      size_t len)
{
	return bytes_add(img->test, &img->table[id], data, len) /
	       record_sizes[id];
}

/**
 * image_link() - add a name for an inode
 * @img: the image
 * @dir: the directory
 * @name: the name, owned by the caller
 * @ino: the inode
 */
void image_link(struct image *img, u32 dir, const char *name, u32 ino)
{
	struct stargz_inode *raw = image_inode(img, ino);

	KUNIT_ASSERT_LT(img->test, img->nr_links, IMAGE_LINKS_MAX);
	img->links[img->nr_links++] = (struct image_link) {
		.dir	= dir,
		.ino	= ino,
		.type	= le16_to_cpu(raw->mode) >> 12,
		.name	= name,
	};
	le32_add_cpu(&raw->nlink, 1);
	if (S_ISDIR(le16_to_cpu(raw->mode)))
		le32_add_cpu(&image_inode(img, dir)->nlink, 1);
}

static u32 inode_add(struct image *img, u32 dir, const char *name,
		     const struct stargz_inode *raw)
{
	u32 ino = image_add(img, STARGZ_TABLE_INODES, raw, sizeof(*raw)) + 1;

	image_link(img, dir, name, ino);
	return ino;
}

static void image_free(void *data)
{
	struct image *img = data;
	unsigned int i;

	for (i = 0; i < STARGZ_TABLES; i++)
		kvfree(img->table[i].data);
	kvfree(img->tree.data);
	kvfree(img->blob.data);
}

/**
 * image_new() - create an image with an empty root directory
 * @test: the test, which frees the image
 *
 * Return: the image.
 */
struct image *image_new(struct kunit *test)
{
	const struct stargz_inode root = {
		.mode	= cpu_to_le16(S_IFDIR | 0755),
		.nlink	= cpu_to_le32(2),
		.parent	= cpu_to_le32(STARGZ_ROOT_INO),
	};
	struct image *img = kunit_kzalloc(test, sizeof(*img), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, img);
	img->test = test;
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, image_free, img),
			0);
	image_add(img, STARGZ_TABLE_INODES, &root, sizeof(root));
	return img;
}

/**
 * image_span() - add a gzip member to the blob, and a span for it
 * @img: the image
 * @member: the member
 * @clen: length of @member in bytes
 * @ulen: decoded size of the span
 *
 * Return: number of the span.
 */
u32 image_span(struct image *img, const void *member, u32 clen, u32 ulen)
{
	const struct stargz_span raw = {
		.start	= cpu_to_le64(bytes_add(img->test, &img->blob, member,
						clen)),
		.clen	= cpu_to_le32(clen),
		.ulen	= cpu_to_le32(ulen),
		.codec	= STARGZ_CODEC_GZIP,
	};

	if (ulen > le32_to_cpu(img->super.max_span))
		img->super.max_span = cpu_to_le32(ulen);
	return image_add(img, STARGZ_TABLE_SPANS, &raw, sizeof(raw));
}

/**
 * image_stored() - add uncompressed bytes to the blob, and a span for them
 * @img: the image
 * @data: the bytes
 * @len: number of bytes
 *
 * Return: number of the span.
 */
u32 image_stored(struct image *img, const void *data, u32 len)
{
	const struct stargz_span raw = {
		.start	= cpu_to_le64(bytes_add(img->test, &img->blob, data,
						len)),
		.clen	= cpu_to_le32(len),
		.ulen	= cpu_to_le32(len),
		.codec	= STARGZ_CODEC_STORED,
	};

	img->super.feature_incompat |= cpu_to_le32(STARGZ_INCOMPAT_STORED);
	return image_add(img, STARGZ_TABLE_SPANS, &raw, sizeof(raw));
}

/**
 * image_crcs() - add the CRCs of a span
 * @img: the image
 * @plain: decoded bytes of the span
 * @len: their number
 *
 * Return: stargz_span.check of the span.
 */
u32 image_crcs(struct image *img, const void *plain, u32 len)
{
	u32 at, nr = 0;

	if (len <= 32768)
		return ~crc32_le(~0, plain, len);
	for (at = 0; at < len; at += 32768) {
		const __le32 crc = cpu_to_le32(~crc32_le(~0, plain + at,
							 min(len - at,
							     32768U)));
		u32 n = image_add(img, STARGZ_TABLE_PIECES, &crc, sizeof(crc));

		if (!at)
			nr = n;
	}
	return nr;
}

/**
 * image_pieces() - add the CRCs of a span that is in the image
 * @img: the image
 * @span: number of the span
 * @plain: its decoded bytes
 */
void image_pieces(struct image *img, u32 span, const void *plain)
{
	struct stargz_span *raw = image_record(img, STARGZ_TABLE_SPANS, span);

	raw->flags |= STARGZ_SPAN_CHECKED;
	raw->check = cpu_to_le32(image_crcs(img, plain,
					    le32_to_cpu(raw->ulen)));
}

/**
 * image_digests() - add the digests of a span
 * @img: the image
 * @span: number of the span; the one after that of the last call
 * @plain: its decoded bytes
 */
void image_digests(struct image *img, u32 span, const void *plain)
{
	const struct stargz_span *raw =
		image_record(img, STARGZ_TABLE_SPANS, span);
	u32 at, len = le32_to_cpu(raw->ulen);
	__le32 start = cpu_to_le32(img->table[STARGZ_TABLE_DIGESTS].len / 32);
	u8 digest[32];

	KUNIT_ASSERT_EQ(img->test, span,
			image_add(img, STARGZ_TABLE_DIGEST_STARTS, &start,
				  sizeof(start)));
	for (at = 0; at < len; at += 131072) {
		sha256(plain + at, min(len - at, 131072U), digest);
		image_add(img, STARGZ_TABLE_DIGESTS, digest, sizeof(digest));
	}
	img->super.feature_compat |= cpu_to_le32(STARGZ_COMPAT_DIGESTS);
}

/**
 * image_history() - add a history for the last span
 * @img: the image
 * @packed: the compressed history
 * @clen: length of @packed in bytes
 * @ulen: bytes of history
 */
void image_history(struct image *img, const void *packed, u32 clen, u32 ulen)
{
	const struct image_bytes *spans = &img->table[STARGZ_TABLE_SPANS];
	const u32 span = spans->len / record_sizes[STARGZ_TABLE_SPANS] - 1;
	struct stargz_history raw = {
		.span	= cpu_to_le32(span),
		.clen	= cpu_to_le32(clen),
		.ulen	= cpu_to_le32(ulen),
	};

	raw.offset = cpu_to_le64(image_add(img, STARGZ_TABLE_HISTORY_DATA,
					   packed, clen));
	image_add(img, STARGZ_TABLE_HISTORIES, &raw, sizeof(raw));
}

/**
 * image_dir() - add a directory
 * @img: the image
 * @dir: its parent
 * @name: its name
 *
 * Return: inode number.
 */
u32 image_dir(struct image *img, u32 dir, const char *name)
{
	const struct stargz_inode raw = {
		.mode	= cpu_to_le16(S_IFDIR | 0755),
		.nlink	= cpu_to_le32(1),
		.parent	= cpu_to_le32(dir),
	};

	return inode_add(img, dir, name, &raw);
}

/**
 * image_file() - add a regular file
 * @img: the image
 * @dir: its directory
 * @name: its name
 * @flags: %STARGZ_INODE_INLINE to store the only extent in the inode
 * @segs: extents of the file
 *
 * Return: inode number.
 */
u32 image_file(struct image *img, u32 dir, const char *name, u16 flags,
	       const struct image_seg *segs)
{
	struct stargz_inode raw = {
		.mode	= cpu_to_le16(S_IFREG | 0644),
		.flags	= cpu_to_le16(flags),
	};
	u32 nr, first = 0;
	u64 pos = 0;

	for (nr = 0; segs[nr].len && !flags; nr++) {
		const struct stargz_extent extent = {
			.pos	= cpu_to_le64(pos),
			.span	= cpu_to_le32(segs[nr].span),
			.offset	= cpu_to_le32(segs[nr].offset),
		};
		u32 at = image_add(img, STARGZ_TABLE_EXTENTS, &extent,
				   sizeof(extent));

		if (!nr)
			first = at;
		pos += segs[nr].len;
	}
	raw.size = cpu_to_le64(flags ? segs->len : pos);
	raw.a = cpu_to_le32(flags ? segs->span : first);
	raw.b = cpu_to_le32(flags ? segs->offset : nr);
	le64_add_cpu(&img->super.data_bytes, le64_to_cpu(raw.size));
	return inode_add(img, dir, name, &raw);
}

/**
 * image_symlink() - add a symbolic link
 * @img: the image
 * @dir: its directory
 * @name: its name
 * @target: target of the link
 *
 * Return: inode number.
 */
u32 image_symlink(struct image *img, u32 dir, const char *name,
		  const char *target)
{
	const size_t len = strlen(target);
	const struct stargz_inode raw = {
		.mode	= cpu_to_le16(S_IFLNK | 0777),
		.size	= cpu_to_le64(len),
		.a	= cpu_to_le32(image_add(img, STARGZ_TABLE_NAMES,
						target, len)),
	};

	return inode_add(img, dir, name, &raw);
}

/**
 * image_special() - add a device, fifo or socket
 * @img: the image
 * @dir: its directory
 * @name: its name
 * @mode: type and permissions
 * @major: of a device
 * @minor: of a device
 *
 * Return: inode number.
 */
u32 image_special(struct image *img, u32 dir, const char *name, umode_t mode,
		  u32 major, u32 minor)
{
	const struct stargz_inode raw = {
		.mode	= cpu_to_le16(mode),
		.a	= cpu_to_le32(major),
		.b	= cpu_to_le32(minor),
	};

	return inode_add(img, dir, name, &raw);
}

/* strcmp() compares unsigned bytes, and a prefix sorts first. */
static int link_cmp(const void *a, const void *b)
{
	const struct image_link *x = a, *y = b;

	if (x->dir != y->dir)
		return x->dir < y->dir ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void add_dirents(struct image *img)
{
	unsigned int i;

	sort(img->links, img->nr_links, sizeof(img->links[0]), link_cmp, NULL);
	for (i = 0; i < img->nr_links; i++) {
		const struct image_link *l = &img->links[i];
		const size_t len = strlen(l->name);
		const struct stargz_dirent raw = {
			.ino	  = cpu_to_le32(l->ino),
			.name	  = cpu_to_le32(image_add(img,
							  STARGZ_TABLE_NAMES,
							  l->name, len)),
			.name_len = len,
			.type	  = l->type,
		};
		struct stargz_inode *dir = image_inode(img, l->dir);
		u32 at = image_add(img, STARGZ_TABLE_DIRENTS, &raw,
				   sizeof(raw));

		if (!dir->b)
			dir->a = cpu_to_le32(at);
		le32_add_cpu(&dir->b, 1);
	}
}

/* The hash tree */

/* Append the SHA-256 of a block. */
static void hash_add(struct kunit *test, struct image_bytes *to,
		     const u8 *block)
{
	u8 hash[32];

	sha256(block, 4096, hash);
	bytes_add(test, to, hash, sizeof(hash));
}

/* Append zeroes up to the end of the block. */
static void hash_pad(struct kunit *test, struct image_bytes *level)
{
	bytes_add(test, level, NULL, ALIGN(level->len, 4096) - level->len);
}

/**
 * image_hash_tree() - make a hash tree
 * @test: the test
 * @leaves: number of blocks to hash, at least one
 * @leaf: produces them
 * @from: for @leaf
 * @tree: empty; receives the tree, and needs kvfree() of its data
 * @root: receives the root hash, 32 bytes
 */
void image_hash_tree(struct kunit *test, u64 leaves, image_leaf_t *leaf,
		     const void *from, struct image_bytes *tree, u8 *root)
{
	u8 *block = kunit_kmalloc(test, 4096, GFP_KERNEL);
	struct image_bytes level[8] = {};
	unsigned int top = 0;
	u64 at;

	KUNIT_ASSERT_NOT_NULL(test, block);
	for (at = 0; at < leaves; at++) {
		leaf(from, at, block);
		hash_add(test, &level[0], block);
	}
	/* The only leaf needs no tree: its hash is the root. */
	while (level[top].len > 32) {
		hash_pad(test, &level[top]);
		for (at = 0; at < level[top].len; at += 4096)
			hash_add(test, &level[top + 1], level[top].data + at);
		top++;
	}
	memcpy(root, level[top].data, 32);
	kvfree(level[top].data);
	while (top--) {
		bytes_add(test, tree, level[top].data, level[top].len);
		kvfree(level[top].data);
	}
	kunit_kfree(test, block);
}

/* Produce a block of the tables; implements image_leaf_t. */
static void table_block(const void *from, u64 nr, u8 *block)
{
	const struct image *img = from;
	const u64 start = (nr + 1) * 4096;
	unsigned int i;

	memset(block, 0, 4096);
	for (i = 0; i < STARGZ_TABLES; i++) {
		const struct image_bytes *t = &img->table[i];
		u64 at = le64_to_cpu(img->super.table[i].offset);
		u64 first = max(at, start);
		u64 end = min(at + t->len, start + 4096);

		if (first < end)
			memcpy(block + (first - start), t->data + (first - at),
			       end - first);
	}
}

/**
 * image_hash() - make hash tree, root hash and checksum match the tables
 * @img: the image, after image_finish()
 */
void image_hash(struct image *img)
{
	kvfree(img->tree.data);
	img->tree = (struct image_bytes) {};
	image_hash_tree(img->test, img->tree_at / 4096 - 1, table_block, img,
			&img->tree, img->super.tree_root);
	image_seal(&img->super);
}

/**
 * image_digest() - hash the first block of an index
 * @img: the image
 * @digest: receives the SHA-256, 32 bytes
 */
void image_digest(const struct image *img, u8 *digest)
{
	sha256(img->block, sizeof(img->block), digest);
}

/* Finishing */

/* Number of blocks of a hash tree. */
static u64 tree_blocks(u64 leaves)
{
	u64 sum = 0;

	while (leaves > 1) {
		leaves = DIV_ROUND_UP_ULL(leaves, 128);
		sum += leaves;
	}
	return sum;
}

/* Place the tables from the second block on; tree and blob follow. */
static void place_tables(struct image *img)
{
	struct stargz_super_block *super = &img->super;
	u64 at = 4096;
	unsigned int i;

	for (i = 0; i < STARGZ_TABLES; i++) {
		if (!img->table[i].len)
			continue;
		super->table[i].offset = cpu_to_le64(at);
		super->table[i].count = cpu_to_le64(img->table[i].len /
						    record_sizes[i]);
		at = ALIGN(at + img->table[i].len, STARGZ_TABLE_ALIGN);
	}
	img->tree_at = ALIGN(at, 4096);
	img->blob_at = img->tree_at +
		       4096 * tree_blocks(img->tree_at / 4096 - 1);
	super->tree_offset = cpu_to_le64(img->tree_at);
	super->index_size = cpu_to_le64(img->blob_at);
}

/**
 * image_finish() - complete directories, blob table, hash tree and superblock
 * @img: the image
 */
void image_finish(struct image *img)
{
	struct stargz_super_block *super = &img->super;
	struct stargz_blob blob = {
		.size	= cpu_to_le64(img->blob.len),
		.used	= cpu_to_le64(img->blob.len),
	};

	add_dirents(img);
	image_add(img, STARGZ_TABLE_BLOBS, &blob, sizeof(blob));
	super->magic = cpu_to_le32(STARGZ_SUPER_MAGIC);
	super->version = cpu_to_le16(STARGZ_VERSION);
	super->size = cpu_to_le16(4096);
	memcpy(super->uuid, "stargz KUnit img", sizeof(super->uuid));
	memcpy(super->label, "a volume", 8);
	memcpy(super->creator, "KUnit", 5);
	place_tables(img);
	image_damage(image_record(img, STARGZ_TABLE_BLOBS, 0),
		     offsetof(struct stargz_blob, start), sizeof(__le64),
		     img->blob_at);
	img->size = img->blob_at + img->blob.len;
	image_hash(img);
}

/* Looking up records, to damage them */

/**
 * image_seal() - set the checksum of a superblock
 * @super: the superblock
 */
void image_seal(struct stargz_super_block *super)
{
	super->crc32 = 0;
	super->crc32 = cpu_to_le32(~crc32_le(~0, (u8 *)super, sizeof(*super)));
}

/**
 * image_record() - get a record
 * @img: the image
 * @id: the table
 * @nr: number of the record
 *
 * Return: the record, which the caller may modify until a record is added.
 */
void *image_record(struct image *img, enum stargz_table_id id, u32 nr)
{
	return img->table[id].data + (size_t)nr * record_sizes[id];
}

/**
 * image_inode() - get the record of an inode
 * @img: the image
 * @ino: inode number
 *
 * Return: the record, which the caller may modify.
 */
struct stargz_inode *image_inode(struct image *img, u32 ino)
{
	return image_record(img, STARGZ_TABLE_INODES, ino - 1);
}

/**
 * image_find() - get the position of a name, after image_finish()
 * @img: the image
 * @name: a name that exists in one directory only
 *
 * Return: index in struct image.links, which is also the number of the
 * directory entry.
 */
u32 image_find(const struct image *img, const char *name)
{
	unsigned int i;

	for (i = 0; i < img->nr_links; i++)
		if (!strcmp(img->links[i].name, name))
			return i;
	KUNIT_FAIL_AND_ABORT(img->test, "no name %s", name);
	return 0;
}

/**
 * image_damage() - overwrite a field
 * @record: the record
 * @at: offset of the field
 * @size: its size
 * @value: new value
 */
void image_damage(void *record, size_t at, size_t size, u64 value)
{
	const __le64 raw = cpu_to_le64(value);

	memcpy(record + at, &raw, size);
}

/* Mounting */

static void image_unlink(void *data)
{
	struct dentry *dir;
	struct path path;

	if (kern_path(IMAGE_PATH, 0, &path))
		return;
	dir = dget_parent(path.dentry);
	inode_lock_nested(d_inode(dir), I_MUTEX_PARENT);
	vfs_unlink(mnt_idmap(path.mnt), d_inode(dir), path.dentry, NULL);
	inode_unlock(d_inode(dir));
	dput(dir);
	path_put(&path);
}

static int write_at(struct file *file, u64 end, const void *data, size_t len,
		    u64 at)
{
	loff_t pos = at;
	ssize_t n;

	/* Longer names are truncated. */
	if (at >= end || !len)
		return 0;
	len = min_t(u64, len, end - at);
	n = kernel_write(file, data, len, &pos);
	return n == len ? 0 : n < 0 ? n : -EIO;
}

static int write_parts(struct file *file, const struct image *img)
{
	const struct stargz_super_block *super = &img->super;
	unsigned int i;
	int err;

	/* First the padding at the end; the superblock comes last. */
	err = write_at(file, img->size, "", 1, img->size - 1);
	for (i = 0; !err && i < STARGZ_TABLES; i++)
		err = write_at(file, img->size, img->table[i].data,
			       img->table[i].len,
			       le64_to_cpu(super->table[i].offset));
	if (!err)
		err = write_at(file, img->size, img->tree.data, img->tree.len,
			       img->tree_at);
	if (!err)
		err = write_at(file, img->size, img->blob.data, img->blob.len,
			       img->blob_at);
	if (!err)
		err = write_at(file, img->size, img->block,
			       sizeof(img->block), 0);
	return err;
}

static void image_write(struct image *img)
{
	struct file *file;
	int err;

	file = filp_open(IMAGE_PATH, O_WRONLY | O_CREAT | O_EXCL | O_LARGEFILE,
			 0600);
	KUNIT_ASSERT_FALSE(img->test, IS_ERR(file));
	err = write_parts(file, img);
	img->host = file_inode(file);
	/* Close it now: a file that is open for writing cannot be mounted. */
	__fput_sync(file);
	KUNIT_ASSERT_EQ(img->test,
			kunit_add_action_or_reset(img->test, image_unlink,
						  NULL), 0);
	KUNIT_ASSERT_EQ(img->test, err, 0);
}

KUNIT_DEFINE_ACTION_WRAPPER(image_unmount, kern_unmount, struct vfsmount *);

/**
 * image_mount() - write the image to a file and mount the file
 * @img: the image; its test unmounts and deletes the file
 * @options: mount options, separated by commas, or NULL
 *
 * A further call mounts the same file again.
 *
 * Return: 0, or the error of mounting.
 */
int image_mount(struct image *img, const char *options)
{
	struct file_system_type *type = get_fs_type("stargz");
	char *copy = kunit_kstrdup(img->test, options, GFP_KERNEL);
	struct vfsmount *mnt;

	KUNIT_ASSERT_NOT_NULL(img->test, type);
	KUNIT_ASSERT_EQ(img->test, !copy, !options);
	if (!img->host)
		image_write(img);
	mnt = vfs_kern_mount(type, SB_KERNMOUNT, IMAGE_PATH, copy);
	/* As put_filesystem(), which is not exported. */
	module_put(type->owner);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	img->mnt = mnt;
	return kunit_add_action_or_reset(img->test, image_unmount, mnt);
}

/**
 * image_poke() - change a byte of the file while it is mounted
 * @img: the image
 * @pos: offset of the byte in the file
 * @flip: bits to flip
 *
 * The byte changes in the page cache of the file. deny_write_access() forbids
 * writes.
 */
void image_poke(const struct image *img, u64 pos, u8 flip)
{
	struct folio *folio = filemap_get_folio(img->host->i_mapping,
						pos >> PAGE_SHIFT);
	u8 *byte;

	KUNIT_ASSERT_FALSE(img->test, IS_ERR_OR_NULL(folio));
	byte = folio_address(folio) + offset_in_folio(folio, pos);
	*byte ^= flip;
	folio_put(folio);
}

/**
 * image_lookup() - find a file of the mounted image
 * @img: the image
 * @name: path from its root
 * @flags: LOOKUP_*
 * @path: set, with references
 *
 * Return: 0 or a negative errno.
 */
int image_lookup(struct image *img, const char *name, unsigned int flags,
		 struct path *path)
{
	return vfs_path_lookup(img->mnt->mnt_root, img->mnt, name, flags,
			       path);
}

KUNIT_DEFINE_ACTION_WRAPPER(image_close, __fput_sync, struct file *);

/**
 * image_open() - open a file of the mounted image for reading
 * @img: the image; its test closes the file
 * @name: path from its root
 *
 * Return: the file or an ERR_PTR.
 */
struct file *image_open(struct image *img, const char *name)
{
	struct file *file = file_open_root_mnt(img->mnt, name, O_RDONLY, 0);

	if (!IS_ERR(file))
		KUNIT_ASSERT_EQ(img->test,
				kunit_add_action_or_reset(img->test,
							  image_close, file),
				0);
	return file;
}
