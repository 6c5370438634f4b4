/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stargz - access to the state of a mounted image, for the KUnit tests.
 */
#ifndef STARGZ_TEST_MOUNTED_H
#define STARGZ_TEST_MOUNTED_H

#include <linux/pagemap.h>

#include "../internal.h"
#include "image.h"

static inline struct super_block *mounted_sb(const struct image *img)
{
	return img->mnt->mnt_sb;
}

static inline struct stargz_sb_info *mounted_info(const struct image *img)
{
	return STARGZ_SB(mounted_sb(img));
}

static inline u64 mounted_counter(const struct image *img,
				  enum stargz_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(mounted_info(img)->stats, cpu)->n[stat];
	return sum;
}

/* Drop the blocks of the index from @first to @last from memory. */
static inline void mounted_forget(const struct image *img, u64 first, u64 last)
{
	struct address_space *mapping =
		mounted_info(img)->meta_inode->i_mapping;
	int err = invalidate_inode_pages2_range(mapping,
						(first * STARGZ_BLOCK_SIZE) >>
						PAGE_SHIFT,
						(last * STARGZ_BLOCK_SIZE) >>
						PAGE_SHIFT);

	KUNIT_ASSERT_EQ(img->test, err, 0);
}

/* Forget which spans and units were found damaged. */
static inline void mounted_forget_damage(const struct image *img)
{
	struct stargz_sb_info *sbi = mounted_info(img);

	stargz_marks_clear(&sbi->bad_blocks);
	stargz_marks_clear(&sbi->bad_spans);
	stargz_marks_clear(&sbi->bad_units);
}

static inline void mounted_forget_all(const struct image *img)
{
	mounted_forget(img, 0, img->blob_at / STARGZ_BLOCK_SIZE);
	mounted_forget_damage(img);
}

#endif /* STARGZ_TEST_MOUNTED_H */
