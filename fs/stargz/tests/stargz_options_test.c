// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of the mount options verify= and index_digest=: what they
 * accept, what they refuse, and which mounts share a superblock.
 */
#include <kunit/test.h>
#include <linux/fs_context.h>
#include <linux/seq_file.h>

#include "members.h"
#include "mounted.h"

#define HASH		32
#define ZEROES		"00000000000000000000000000000000" \
			"00000000000000000000000000000000"

struct options_test {
	struct image *img;
	char text[512];
	char hex[2 * HASH + 1];
};

/* An image of one span, and the digest of its index as text. */
static struct options_test *make_image(struct kunit *test, bool digests)
{
	struct options_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	u8 digest[HASH];

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->img = image_new(test);
	image_span(t->img, member_gzip, sizeof(member_gzip), 7);
	image_pieces(t->img, 0, "stargz\n");
	if (digests)
		image_digests(t->img, 0, "stargz\n");
	image_finish(t->img);
	image_digest(t->img, digest);
	snprintf(t->hex, sizeof(t->hex), "%*phN", HASH, digest);
	return t;
}

/* Mount with @before, the first @nr digits of the digest, and @after. */
static int mount_digits(struct options_test *t, const char *before, int nr,
			const char *after)
{
	snprintf(t->text, sizeof(t->text), "%s%.*s%s", before, nr, t->hex,
		 after);
	return image_mount(t->img, t->text);
}

static int mount_digest(struct options_test *t, const char *before)
{
	return mount_digits(t, before, 2 * HASH, "");
}

static enum stargz_verify verify_of(const struct options_test *t)
{
	return mounted_info(t->img)->verify;
}

/* verify= */

static void verify_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);

	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_CRC);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=none"), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_NONE);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=crc"), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_CRC);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=digest"), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_DIGEST);
	/* The last value applies. */
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=crc,verify=none"),
			0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_NONE);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify=md5"), -EINVAL);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify="), -EINVAL);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify"), -EINVAL);
}

/* An index without digests. */
static void no_digests_test(struct kunit *test)
{
	struct options_test *t = make_image(test, false);

	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify=digest"), -EINVAL);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, NULL), 0);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify=none"), 0);
	/* index_digest= implies verify=digest. */
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, mount_digest(t,
					   "verify=crc,index_digest=sha256:"),
			0);
	KUNIT_EXPECT_EQ(test, mount_digest(t,
					   "verify=none,index_digest=sha256:"),
			0);
}

/* index_digest= */

static void right_digest_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	char *c;

	KUNIT_ASSERT_EQ(test, mount_digest(t, "index_digest=sha256:"), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_DIGEST);
	KUNIT_ASSERT_EQ(test, mount_digest(t,
					   "verify=crc,index_digest=sha256:"),
			0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_CRC);
	KUNIT_ASSERT_EQ(test, mount_digits(t, "index_digest=sha256:",
					   2 * HASH, ",verify=none"), 0);
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_NONE);
	for (c = t->hex; *c; c++)
		*c = toupper(*c);
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:"), 0);
}

/* The same digest may be given twice. */
static void twice_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	char first[128];

	snprintf(first, sizeof(first),
		 "index_digest=sha256:%s,index_digest=sha256:", t->hex);
	KUNIT_EXPECT_EQ(test, mount_digest(t, first), 0);
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:" ZEROES
					   ",index_digest=sha256:"), -EINVAL);
	KUNIT_EXPECT_EQ(test, mount_digits(t, "index_digest=sha256:", 2 * HASH,
					   ",index_digest=sha256:" ZEROES),
			-EINVAL);
}

/* A digest with one wrong digit. */
static void wrong_digest_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	unsigned int i;

	for (i = 0; i < 2 * HASH; i++) {
		const char digit = t->hex[i];

		t->hex[i] = digit == '0' ? '1' : '0';
		KUNIT_EXPECT_EQ_MSG(test,
				    mount_digest(t, "index_digest=sha256:"),
				    -EBADMSG, "digit %u", i);
		KUNIT_EXPECT_EQ(test,
				mount_digest(t,
					     "verify=none,index_digest=sha256:"),
				-EBADMSG);
		t->hex[i] = digit;
	}
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:"), 0);
}

/* The digest covers fields that the kernel does not use. */
static void changed_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);

	t->img->super.label[31]++;
	image_seal(&t->img->super);
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:"),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, "verify=digest"), 0);
}

/* The digest is compared before the superblock is checked. */
static void damaged_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);

	t->img->block[sizeof(t->img->block) - 1] = 1;
	KUNIT_EXPECT_EQ(test, mount_digest(t, "index_digest=sha256:"),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, image_mount(t->img, NULL), -EFSCORRUPTED);
}

struct text_case {
	const char *before;
	int digits;
	const char *after;
};

static const struct text_case text_cases[] = {
	{ "index_digest=sha256:", 64, "0" },
	{ "index_digest=sha256:", 64, "00" },
	{ "index_digest=sha256:", 64, " " },
	{ "index_digest=sha256:", 63, "" },
	{ "index_digest=sha256:", 62, "" },
	{ "index_digest=sha256:", 0, "" },
	{ "index_digest=sha256:", 63, "g" },
	{ "index_digest=sha256:", 63, " " },
	{ "index_digest=sha256:g", 63, "" },
	{ "index_digest=sha256:0x", 62, "" },
	{ "index_digest=sha256: ", 63, "" },
	{ "index_digest=sha256", 64, "" },
	{ "index_digest=sha256=", 64, "" },
	{ "index_digest=SHA256:", 64, "" },
	{ "index_digest=sha512:", 64, "" },
	{ "index_digest=sha1:", 40, "" },
	{ "index_digest= sha256:", 64, "" },
	{ "index_digest=", 64, "" },
	{ "index_digest=", 0, "" },
	{ "index_digest", 0, "" },
};

static void text_desc(const struct text_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "\"%s\", %d digits, \"%s\"",
		 c->before, c->digits, c->after);
}

KUNIT_ARRAY_PARAM(text, text_cases, text_desc);

static void bad_text_test(struct kunit *test)
{
	const struct text_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mount_digits(make_image(test, true), c->before,
					   c->digits, c->after), -EINVAL);
}

/* Superblocks */

/* Mounts of one file share a superblock if their options are the same. */
static void shared_test(struct kunit *test)
{
	static const char *const options[] = {
		"verify=none", "verify=crc", "verify=digest",
		"verify=none,index_digest=sha256:",
		"verify=crc,index_digest=sha256:",
		"verify=digest,index_digest=sha256:",
	};
	struct options_test *t = make_image(test, true);
	struct super_block *sb[ARRAY_SIZE(options)];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		int nr = strchr(options[i], ':') ? 2 * HASH : 0;

		KUNIT_ASSERT_EQ(test, mount_digits(t, options[i], nr, ""), 0);
		sb[i] = mounted_sb(t->img);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, sb[i], sb[j]);
		KUNIT_ASSERT_EQ(test, mount_digits(t, options[i], nr, ""), 0);
		KUNIT_EXPECT_PTR_EQ(test, mounted_sb(t->img), sb[i]);
	}
	/* The defaults */
	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	KUNIT_EXPECT_PTR_EQ(test, mounted_sb(t->img), sb[1]);
	KUNIT_ASSERT_EQ(test, mount_digest(t, "index_digest=sha256:"), 0);
	KUNIT_EXPECT_PTR_EQ(test, mounted_sb(t->img), sb[5]);
}

/* One mount does not rely on what another one has read. */
static void separate_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	struct super_block *none, *digest;
	u64 root = le64_to_cpu(t->img->super.table[STARGZ_TABLE_INODES].offset);
	struct stargz_inode raw;

	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=none"), 0);
	none = mounted_sb(t->img);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, "verify=digest"), 0);
	digest = mounted_sb(t->img);
	image_poke(t->img, root, 1);
	mounted_forget_all(t->img);
	KUNIT_EXPECT_EQ(test, stargz_meta_read(none, STARGZ_TABLE_INODES, 0,
					       &raw, 1), 0);
	KUNIT_EXPECT_EQ(test, stargz_meta_read(digest, STARGZ_TABLE_INODES, 0,
					       &raw, 1), -EFSCORRUPTED);
}

/* Remounting */

/* Remount with @options, as mount -o remount does. */
static int remount(struct kunit *test, const struct options_test *t,
		   const char *options)
{
	struct super_block *sb = mounted_sb(t->img);
	char *copy = kunit_kstrdup(test, options, GFP_KERNEL);
	struct fs_context *fc;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	fc = fs_context_for_reconfigure(sb->s_root, SB_RDONLY, SB_RDONLY);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fc));
	err = generic_parse_monolithic(fc, copy);
	if (!err) {
		down_write(&sb->s_umount);
		err = fc->ops->reconfigure(fc);
		up_write(&sb->s_umount);
	}
	put_fs_context(fc);
	return err;
}

/* The options of the mount as /proc/mounts shows them. */
static const char *shown(struct kunit *test, const struct options_test *t)
{
	struct super_block *sb = mounted_sb(t->img);
	struct seq_file seq = { .size = PAGE_SIZE };

	seq.buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seq.buf);
	KUNIT_EXPECT_EQ(test, sb->s_op->show_options(&seq, sb->s_root), 0);
	KUNIT_ASSERT_FALSE(test, seq_has_overflowed(&seq));
	return seq.buf;
}

static void remount_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	char same[128];

	snprintf(same, sizeof(same), "index_digest=sha256:%s", t->hex);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, NULL), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, ""), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=crc"), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=none"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=digest"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=other"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remount(test, t, same), -EINVAL);
	KUNIT_EXPECT_EQ(test, remount(test, t, "decoder=zlib"), 0);
	KUNIT_EXPECT_STREQ(test, shown(test, t), ",decoder=zlib");
	/* A refused option leaves all others unchanged. */
	KUNIT_EXPECT_EQ(test, remount(test, t, "decoder=auto,verify=none"),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, shown(test, t), ",decoder=zlib");
	KUNIT_EXPECT_EQ(test, verify_of(t), STARGZ_VERIFY_CRC);
}

static void remount_digest_test(struct kunit *test)
{
	struct options_test *t = make_image(test, true);
	char same[128];

	snprintf(same, sizeof(same), "index_digest=sha256:%s", t->hex);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, same), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, ""), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, same), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=digest"), 0);
	KUNIT_EXPECT_EQ(test, remount(test, t, "verify=crc"), -EINVAL);
	KUNIT_EXPECT_EQ(test, remount(test, t, "index_digest=sha256:" ZEROES),
			-EINVAL);
	same[strlen(same) - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, remount(test, t, same), -EINVAL);
}

/* Showing */

struct shown_case {
	const char *options;
	const char *shown;
	bool digest;
};

static const struct shown_case shown_cases[] = {
	{ "decoder=auto", "" },
	{ "verify=crc", "" },
	{ "verify=none", ",verify=none" },
	{ "verify=digest", ",verify=digest" },
	{ "decoder=zlib,verify=none", ",decoder=zlib,verify=none" },
	{ "decoder=auto", ",verify=digest", true },
	{ "verify=digest", ",verify=digest", true },
	{ "verify=crc", ",verify=crc", true },
	{ "verify=none", ",verify=none", true },
};

static void shown_desc(const struct shown_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s%s", c->options,
		 c->digest ? ", index_digest" : "");
}

KUNIT_ARRAY_PARAM(shown, shown_cases, shown_desc);

/* A mount with the shown options shares the superblock. */
static void shown_test(struct kunit *test)
{
	const struct shown_case *c = test->param_value;
	struct options_test *t = make_image(test, true);
	struct super_block *sb;
	char digest[128] = "";
	const char *text;

	if (c->digest)
		snprintf(digest, sizeof(digest), ",index_digest=sha256:%s",
			 t->hex);
	KUNIT_ASSERT_EQ(test, mount_digits(t, c->options, 0, digest), 0);
	sb = mounted_sb(t->img);
	text = shown(test, t);
	snprintf(t->text, sizeof(t->text), "%s%s", c->shown, digest);
	KUNIT_EXPECT_STREQ(test, text, t->text);
	KUNIT_ASSERT_EQ(test, image_mount(t->img, text), 0);
	KUNIT_EXPECT_PTR_EQ(test, mounted_sb(t->img), sb);
}

static struct kunit_case stargz_options_cases[] = {
	KUNIT_CASE(verify_test),
	KUNIT_CASE(no_digests_test),
	KUNIT_CASE(right_digest_test),
	KUNIT_CASE(twice_test),
	KUNIT_CASE(wrong_digest_test),
	KUNIT_CASE(changed_test),
	KUNIT_CASE(damaged_test),
	KUNIT_CASE_PARAM(bad_text_test, text_gen_params),
	KUNIT_CASE(shared_test),
	KUNIT_CASE(separate_test),
	KUNIT_CASE(remount_test),
	KUNIT_CASE(remount_digest_test),
	KUNIT_CASE_PARAM(shown_test, shown_gen_params),
	{}
};

static struct kunit_suite stargz_options_suite = {
	.name		= "stargz_options",
	.test_cases	= stargz_options_cases,
};

kunit_test_suite(stargz_options_suite);
