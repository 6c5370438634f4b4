/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - small images that are built in memory and mounted, for the KUnit
 * tests.
 */
#ifndef STARGZ_TEST_IMAGE_H
#define STARGZ_TEST_IMAGE_H

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/path.h>

#include "../stargz_fs.h"

/**
 * struct image_bytes - bytes that grow at their end
 * @data: the bytes; they move when they grow
 * @len: number of used bytes
 * @room: number of allocated bytes; the unused ones are zero
 */
struct image_bytes {
	u8 *data;
	size_t len;
	size_t room;
};

/**
 * struct image_link - a name in a directory
 * @dir: inode number of the directory
 * @ino: inode number
 * @type: DT_*
 * @name: terminated
 */
struct image_link {
	u32 dir;
	u32 ino;
	u8 type;
	const char *name;
};

#define IMAGE_LINKS_MAX		256

/**
 * struct image_seg - an extent of a file
 * @len: number of bytes; zero ends an array
 * @span: span number, or %STARGZ_NO_SPAN
 * @offset: first byte in the decoded span
 */
struct image_seg {
	u64 len;
	u32 span;
	u32 offset;
};

/**
 * struct image - an index, followed by the one blob to which it refers
 * @test: the test that owns the memory
 * @super: the superblock, complete after image_finish()
 * @block: the whole first block of the index, which begins with @super
 * @table: the tables
 * @tree: the hash tree, complete after image_finish()
 * @blob: the blob
 * @links: all names, sorted by directory and name after image_finish()
 * @nr_links: number of @links
 * @tree_at: offset of the hash tree
 * @blob_at: offset of the blob, which is the size of the index
 * @size: size of the file that image_mount() writes, bytes
 * @host: the inode of the file, once image_mount() has written it
 * @mnt: the last mount, set by image_mount()
 *
 * A change after image_finish() is damage that image_mount() writes to the
 * file. After a change of @super, call image_seal(). For a change of a table
 * that is to match the hash tree, call image_hash().
 */
struct image {
	struct kunit *test;
	union {
		struct stargz_super_block super;
		u8 block[STARGZ_BLOCK_SIZE];
	};
	struct image_bytes table[STARGZ_TABLES];
	struct image_bytes tree;
	struct image_bytes blob;
	struct image_link links[IMAGE_LINKS_MAX];
	unsigned int nr_links;
	u64 tree_at;
	u64 blob_at;
	u64 size;
	struct inode *host;
	struct vfsmount *mnt;
};

/**
 * typedef image_leaf_t - produce a block that a hash tree covers
 * @from: where from
 * @nr: number of the block, counted from zero
 * @block: receives %STARGZ_BLOCK_SIZE bytes
 */
typedef void image_leaf_t(const void *from, u64 nr, u8 *block);

struct image *image_new(struct kunit *test);
u32 image_span(struct image *img, const void *member, u32 clen, u32 ulen);
u32 image_stored(struct image *img, const void *data, u32 len);
u32 image_crcs(struct image *img, const void *plain, u32 len);
void image_pieces(struct image *img, u32 span, const void *plain);
void image_digests(struct image *img, u32 span, const void *plain);
void image_history(struct image *img, const void *packed, u32 clen, u32 ulen);
u32 image_dir(struct image *img, u32 dir, const char *name);
u32 image_file(struct image *img, u32 dir, const char *name, u16 flags,
	       const struct image_seg *segs);
u32 image_symlink(struct image *img, u32 dir, const char *name,
		  const char *target);
u32 image_special(struct image *img, u32 dir, const char *name, umode_t mode,
		  u32 major, u32 minor);
void image_link(struct image *img, u32 dir, const char *name, u32 ino);
u32 image_add(struct image *img, enum stargz_table_id id, const void *data,
	      size_t len);
void image_finish(struct image *img);

void image_hash_tree(struct kunit *test, u64 leaves, image_leaf_t *leaf,
		     const void *from, struct image_bytes *tree, u8 *root);
void image_hash(struct image *img);
void image_digest(const struct image *img, u8 *digest);
void image_seal(struct stargz_super_block *super);
struct stargz_inode *image_inode(struct image *img, u32 ino);
u32 image_find(const struct image *img, const char *name);
void *image_record(struct image *img, enum stargz_table_id id, u32 nr);
void image_damage(void *record, size_t at, size_t size, u64 value);

int image_mount(struct image *img, const char *options);
void image_poke(const struct image *img, u64 pos, u8 flip);
int image_lookup(struct image *img, const char *name, unsigned int flags,
		 struct path *path);
struct file *image_open(struct image *img, const char *name);

#endif /* STARGZ_TEST_IMAGE_H */
