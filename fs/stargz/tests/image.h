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
 * @data: %IMAGE_BYTES_MAX bytes, allocated with the first byte
 * @len: number of used bytes
 */
struct image_bytes {
	u8 *data;
	size_t len;
};

#define IMAGE_BYTES_MAX		65536

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
 * @table: the tables
 * @blob: the blob
 * @links: all names, sorted by directory and name after image_finish()
 * @nr_links: number of @links
 * @blob_at: offset of the blob, which is the size of the index
 * @size: size of the file that image_mount() writes, bytes
 * @mnt: the mount, set by image_mount()
 *
 * A change after image_finish() is damage that image_mount() writes to the
 * file. After a change of @super, call image_seal().
 */
struct image {
	struct kunit *test;
	struct stargz_super_block super;
	struct image_bytes table[STARGZ_TABLES];
	struct image_bytes blob;
	struct image_link links[IMAGE_LINKS_MAX];
	unsigned int nr_links;
	u64 blob_at;
	u64 size;
	struct vfsmount *mnt;
};

struct image *image_new(struct kunit *test);
u32 image_span(struct image *img, const void *member, u32 clen, u32 ulen);
u32 image_stored(struct image *img, const void *data, u32 len);
void image_history(struct image *img, const void *packed, u32 clen, u32 ulen);
u32 image_dir(struct image *img, u32 dir, const char *name);
u32 image_file(struct image *img, u32 dir, const char *name, u16 flags,
	       const struct image_seg *segs);
u32 image_symlink(struct image *img, u32 dir, const char *name,
		  const char *target);
u32 image_special(struct image *img, u32 dir, const char *name, umode_t mode,
		  u32 major, u32 minor);
void image_link(struct image *img, u32 dir, const char *name, u32 ino);
void image_finish(struct image *img);

void image_seal(struct stargz_super_block *super);
struct stargz_inode *image_inode(struct image *img, u32 ino);
u32 image_find(const struct image *img, const char *name);
void *image_record(struct image *img, enum stargz_table_id id, u32 nr);
void image_damage(void *record, size_t at, size_t size, u64 value);

int image_mount(struct image *img);
int image_lookup(struct image *img, const char *name, unsigned int flags,
		 struct path *path);
struct file *image_open(struct image *img, const char *name);

#endif /* STARGZ_TEST_IMAGE_H */
