// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of decoding ahead: what readers pass while a batch
 * waits is not decoded for them once more.
 *
 * Tasks of higher priority keep every worker busy, so a batch waits for as
 * long as a test wants it to.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/file.h>
#include <linux/wait.h>

#include "members.h"
#include "mounted.h"

#define FILES		200
#define TEXT		"stargz\n"
#define TEXT_LEN	(sizeof(TEXT) - 1)

/* Files in order that make a walk, and spans of the batch that follows. */
#define WALK		3
#define BATCH		128

/* More than there are workers for each CPU. */
#define PLUGS_PER_CPU	8

struct fixture {
	struct image *img;
	struct stargz_sb_info *sbi;
	char name[FILES][4];
};

/* A task that ends when it is told to. */
struct plug {
	struct stargz_task task;
	struct completion *go;
};

static void plug_run(struct stargz_task *task, bool drop)
{
	wait_for_completion(container_of(task, struct plug, task)->go);
}

/* No worker takes another task before @go is completed. */
static void plug_workers(struct kunit *test, struct completion *go)
{
	struct fixture *f = test->priv;
	unsigned int i, n = PLUGS_PER_CPU * num_online_cpus();
	struct plug *plugs = kunit_kcalloc(test, n, sizeof(*plugs),
					   GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, plugs);
	init_completion(go);
	for (i = 0; i < n; i++) {
		plugs[i].task.run = plug_run;
		plugs[i].go = go;
		stargz_engine_queue(f->sbi, &plugs[i].task, STARGZ_DEMAND);
	}
}

/* Let the workers go, and wait until they have done all there is. */
static void unplug_workers(struct kunit *test, struct completion *go)
{
	struct stargz_queue *queue = &((struct fixture *)test->priv)->sbi->queue;

	complete_all(go);
	wait_event(queue->idle, !READ_ONCE(queue->held));
}

static u64 counter(struct kunit *test, enum stargz_stat stat)
{
	const struct fixture *f = test->priv;

	return mounted_counter(f->img, stat);
}

/* Read the files from number @first to before @end. */
static void read_files(struct kunit *test, unsigned int first,
		       unsigned int end)
{
	struct fixture *f = test->priv;

	for (; first < end; first++) {
		struct file *file = image_open(f->img, f->name[first]);
		char text[TEXT_LEN + 1];
		loff_t pos = 0;

		KUNIT_ASSERT_FALSE(test, IS_ERR(file));
		KUNIT_ASSERT_EQ(test, kernel_read(file, text, sizeof(text),
						  &pos), TEXT_LEN);
		KUNIT_ASSERT_TRUE(test, !memcmp(text, TEXT, TEXT_LEN));
	}
}

/* Nobody reads while a batch waits: all of it is decoded ahead. */
static void ahead_test(struct kunit *test)
{
	struct completion go;

	plug_workers(test, &go);
	read_files(test, 0, WALK);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_DECODED), WALK);
	unplug_workers(test, &go);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_PREFETCHED),
			BATCH);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_DECODED),
			WALK + BATCH);
	/* One file more makes the next batch, which takes no part of this. */
	plug_workers(test, &go);
	read_files(test, WALK, WALK + BATCH);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_DECODED),
			WALK + BATCH);
	unplug_workers(test, &go);
}

/* The walk that a batch is made for leaves some files out and goes on. */
static void passed_test(struct kunit *test)
{
	const unsigned int to = WALK + 8;
	struct completion go;

	plug_workers(test, &go);
	read_files(test, 0, WALK);
	read_files(test, to - 1, to);
	unplug_workers(test, &go);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_PREFETCHED),
			BATCH - (to - WALK));
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_DECODED),
			WALK + 1 + BATCH - (to - WALK));
}

/* A walk of its own reads what the batch of another one is to decode. */
static void other_walk_test(struct kunit *test)
{
	const unsigned int from = 64, end = from + 40;
	struct completion go;

	plug_workers(test, &go);
	read_files(test, 0, WALK);
	read_files(test, from, end);
	unplug_workers(test, &go);
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_PREFETCHED),
			BATCH - (end - from));
	KUNIT_EXPECT_EQ(test, counter(test, STARGZ_STAT_SPANS_DECODED),
			WALK + BATCH);
}

static int stargz_prefetch_init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct image_seg segs[2] = { { TEXT_LEN } };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->img = image_new(test);
	for (i = 0; i < FILES; i++) {
		snprintf(f->name[i], sizeof(f->name[i]), "%03u", i);
		segs[0].span = image_span(f->img, member_gzip,
					  sizeof(member_gzip), TEXT_LEN);
		image_file(f->img, STARGZ_ROOT_INO, f->name[i],
			   STARGZ_INODE_INLINE, segs);
	}
	image_finish(f->img);
	KUNIT_ASSERT_EQ(test, image_mount(f->img, NULL), 0);
	f->sbi = mounted_info(f->img);
	return 0;
}

static struct kunit_case stargz_prefetch_cases[] = {
	KUNIT_CASE(ahead_test),
	KUNIT_CASE(passed_test),
	KUNIT_CASE(other_walk_test),
	{}
};

static struct kunit_suite stargz_prefetch_suite = {
	.name		= "stargz_prefetch",
	.init		= stargz_prefetch_init,
	.test_cases	= stargz_prefetch_cases,
};

kunit_test_suite(stargz_prefetch_suite);
