// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - KUnit tests of mounting, lookup, directory listing and inode
 * attributes, on a mounted image.
 */
#include <kunit/test.h>
#include <linux/file.h>
#include <linux/namei.h>
#include <linux/stat.h>

#include "../internal.h"
#include "image.h"

/* Enough names for the binary search to take every path. */
#define MANY		100

static const char *const odd_names[] = {
	"a", "ab", "abc", "abd", "b", " ", "\x01", "\x7f", "\x80", "\x80\x7f",
	"\xc3\xa4", "\xff", "\xff\xfe", "\xff\xff", "...", "..a", ".a", "-",
	"A", "\\", "a\n", "*",
};

static __printf(2, 3)
char *text(struct kunit *test, const char *fmt, ...)
{
	char *buf = kunit_kmalloc(test, 2 * STARGZ_NAME_MAX, GFP_KERNEL);
	va_list args;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	va_start(args, fmt);
	vscnprintf(buf, 2 * STARGZ_NAME_MAX, fmt, args);
	va_end(args);
	return buf;
}

static char *longest_name(struct kunit *test, size_t len)
{
	char *name = kunit_kzalloc(test, STARGZ_NAME_MAX + 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, name);
	return memset(name, 'x', len);
}

static void add_dirs(struct kunit *test, struct image *img)
{
	static const struct image_seg none;
	unsigned int i;
	u32 dir;

	image_dir(img, STARGZ_ROOT_INO, "none");
	dir = image_dir(img, STARGZ_ROOT_INO, "one");
	image_file(img, dir, "only", 0, &none);
	dir = image_dir(img, STARGZ_ROOT_INO, "two");
	image_file(img, dir, "second", 0, &none);
	image_file(img, dir, "first", 0, &none);
	dir = image_dir(img, STARGZ_ROOT_INO, "three");
	image_file(img, dir, "y", 0, &none);
	image_dir(img, dir, "z");
	image_dir(img, dir, "x");
	dir = image_dir(img, STARGZ_ROOT_INO, "many");
	for (i = 0; i < MANY; i++)
		image_file(img, dir, text(test, "n%u", i * 3), 0, &none);
	dir = image_dir(img, STARGZ_ROOT_INO, "odd");
	for (i = 0; i < ARRAY_SIZE(odd_names); i++)
		image_file(img, dir, odd_names[i], 0, &none);
	image_file(img, dir, longest_name(test, STARGZ_NAME_MAX), 0, &none);
	image_file(img, dir, longest_name(test, STARGZ_NAME_MAX - 1), 0,
		   &none);
}

/* One object of each type, all with unique names. */
static void add_kinds(struct image *img)
{
	static const struct image_seg hole[] = {
		{ 5000, STARGZ_NO_SPAN }, {}
	};
	u32 dir = image_dir(img, STARGZ_ROOT_INO, "kinds");
	u32 ino = image_file(img, dir, "file", STARGZ_INODE_INLINE, hole);
	struct stargz_inode *raw = image_inode(img, ino);

	image_link(img, dir, "another", ino);
	raw->mode = cpu_to_le16(S_IFREG | 06754);
	raw->uid = cpu_to_le32(70000);
	raw->gid = cpu_to_le32(80000);
	/* 2001-09-09 01:46:40.123456789 UTC */
	raw->mtime = cpu_to_le64((1000000000ULL + 2147483648ULL) *
				 NSEC_PER_SEC + 123456789);
	ino = image_dir(img, dir, "deep");
	image_dir(img, ino, "deeper");
	image_symlink(img, dir, "symlink", "../kinds/file");
	image_special(img, dir, "char", S_IFCHR | 0600, 4095, 1048575);
	image_special(img, dir, "block", S_IFBLK | 0660, 8, 1);
	image_special(img, dir, "fifo", S_IFIFO | 0622, 0, 0);
	image_special(img, dir, "socket", S_IFSOCK | 0777, 0, 0);
}

static int stargz_tree_init(struct kunit *test)
{
	struct image *img = image_new(test);

	add_dirs(test, img);
	add_kinds(img);
	image_finish(img);
	test->priv = img;
	return 0;
}

static const char *const dir_names[] = {
	"none", "one", "two", "three", "many", "odd", "kinds", "/",
};

static void dir_desc(const char *const *name, char *desc)
{
	strscpy(desc, *name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(dir, dir_names, dir_desc);

/* Mount, find the directory of this run, and return its inode number. */
static u32 mount_dir(struct kunit *test)
{
	const char *const *name = test->param_value;
	struct image *img = test->priv;

	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	if (!strcmp(*name, "/"))
		return STARGZ_ROOT_INO;
	return img->links[image_find(img, *name)].ino;
}

static const struct image_link *model_find(const struct image *img, u32 dir,
					   const char *name)
{
	unsigned int i;

	for (i = 0; i < img->nr_links; i++)
		if (img->links[i].dir == dir &&
		    !strcmp(img->links[i].name, name))
			return &img->links[i];
	return NULL;
}

/* Look up a name in the directory of this run and compare with the model. */
static void probe(struct kunit *test, u32 dir, const char *name)
{
	const char *const *dir_name = test->param_value;
	struct image *img = test->priv;
	const struct image_link *l = model_find(img, dir, name);
	struct path path;
	char *full;
	int err;

	if (!*name || strchr(name, '/') || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return;
	full = text(test, "%s/%s", *dir_name, name);
	err = image_lookup(img, full, 0, &path);
	kunit_kfree(test, full);
	KUNIT_EXPECT_EQ_MSG(test, err, l ? 0 : -ENOENT, "%*pE",
			    (int)strlen(name), name);
	if (err)
		return;
	if (l) {
		struct inode *inode = d_inode(path.dentry);

		KUNIT_EXPECT_EQ(test, inode->i_ino, l->ino);
		KUNIT_EXPECT_EQ(test, fs_umode_to_dtype(inode->i_mode),
				l->type);
	}
	path_put(&path);
}

/* Existing names, and names right before and after them. */
static void lookup_test(struct kunit *test)
{
	struct image *img = test->priv;
	u32 dir = mount_dir(test);
	char name[STARGZ_NAME_MAX + 2];
	unsigned int i;
	size_t len;

	for (i = 0; i < img->nr_links; i++) {
		if (img->links[i].dir != dir)
			continue;
		len = strscpy(name, img->links[i].name, sizeof(name));
		probe(test, dir, name);
		name[len - 1]--;
		probe(test, dir, name);
		name[len - 1] += 2;
		probe(test, dir, name);
		name[len - 1] = '\0';
		probe(test, dir, name);
		if (len == STARGZ_NAME_MAX)
			continue;
		strscpy(name, img->links[i].name, sizeof(name));
		name[len + 1] = '\0';
		name[len] = '\x01';
		probe(test, dir, name);
		name[len] = '\xff';
		probe(test, dir, name);
	}
	probe(test, dir, "\x01");
	probe(test, dir, "m");
	probe(test, dir, "\xff\xff\xff");
}

static void name_too_long_test(struct kunit *test)
{
	struct image *img = test->priv;
	struct path path;

	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	KUNIT_EXPECT_EQ(test, image_lookup(img, longest_name(test, 256), 0,
					   &path), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, image_lookup(img, longest_name(test, 255), 0,
					   &path), -ENOENT);
}

/* Compares a listing with the model. */
struct listing {
	struct dir_context ctx;
	struct kunit *test;
	const struct image_link *next;
	u32 dir;
	unsigned int room;
	unsigned int dots;
	unsigned int names;
};

static bool listing_actor(struct dir_context *ctx, const char *name, int len,
			  loff_t pos, u64 ino, unsigned int type)
{
	struct listing *l = container_of(ctx, struct listing, ctx);

	if (!l->room)
		return false;
	l->room--;
	KUNIT_EXPECT_EQ(l->test, pos, l->dots + l->names);
	if (l->dots < 2) {
		l->dots++;
		KUNIT_EXPECT_EQ(l->test, len, l->dots);
		KUNIT_EXPECT_MEMEQ(l->test, name, "..", len);
		KUNIT_EXPECT_EQ(l->test, type, DT_DIR);
		return true;
	}
	l->names++;
	KUNIT_EXPECT_EQ(l->test, l->next->dir, l->dir);
	KUNIT_EXPECT_EQ(l->test, len, strlen(l->next->name));
	KUNIT_EXPECT_MEMEQ(l->test, name, l->next->name, len);
	KUNIT_EXPECT_EQ(l->test, ino, l->next->ino);
	KUNIT_EXPECT_EQ(l->test, type, l->next->type);
	l->next++;
	return true;
}

/* List with room for this number of entries at a time. */
static void list_dir(struct kunit *test, struct file *file, u32 dir,
		     unsigned int room)
{
	struct image *img = test->priv;
	struct listing l = {
		.ctx.actor = listing_actor,
		.test = test,
		.dir = dir,
	};
	unsigned int i, seen, expected = 0;

	for (i = img->nr_links; i--; ) {
		if (img->links[i].dir == dir) {
			l.next = &img->links[i];
			expected++;
		}
	}
	KUNIT_ASSERT_EQ(test, vfs_llseek(file, 0, SEEK_SET), 0);
	do {
		seen = l.dots + l.names;
		l.room = room;
		KUNIT_ASSERT_EQ(test, iterate_dir(file, &l.ctx), 0);
	} while (l.dots + l.names != seen);
	KUNIT_EXPECT_EQ(test, l.dots, 2);
	KUNIT_EXPECT_EQ(test, l.names, expected);
}

static void list_test(struct kunit *test)
{
	static const unsigned int rooms[] = { 1, 2, 3, 15, 16, 17, 1000 };
	const char *const *name = test->param_value;
	u32 dir = mount_dir(test);
	struct file *file = image_open(test->priv, *name);
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	for (i = 0; i < ARRAY_SIZE(rooms); i++)
		list_dir(test, file, dir, rooms[i]);
}

/* There is no entry beyond the end, at any distance. */
static void list_behind_test(struct kunit *test)
{
	static const loff_t offsets[] = { MANY + 2, MANY + 3, U32_MAX,
					  U32_MAX + 2LL, S64_MAX };
	struct image *img = test->priv;
	struct listing l = { .ctx.actor = listing_actor, .test = test };
	struct file *file;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	file = image_open(img, "many");
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		file->f_pos = offsets[i];
		l.room = 1;
		KUNIT_EXPECT_EQ(test, iterate_dir(file, &l.ctx), 0);
		KUNIT_EXPECT_EQ(test, l.room, 1);
	}
}

static void stat_of(struct kunit *test, const char *name, struct kstat *stat)
{
	struct path path;

	KUNIT_ASSERT_EQ(test, image_lookup(test->priv, name, 0, &path), 0);
	KUNIT_EXPECT_EQ(test, vfs_getattr(&path, stat, STATX_BASIC_STATS,
					  AT_STATX_SYNC_AS_STAT), 0);
	path_put(&path);
}

static void attributes_test(struct kunit *test)
{
	struct kstat stat, other;

	KUNIT_ASSERT_EQ(test, image_mount(test->priv, NULL), 0);
	stat_of(test, "kinds/file", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFREG | 06754);
	KUNIT_EXPECT_EQ(test, stat.nlink, 2);
	KUNIT_EXPECT_EQ(test, from_kuid(&init_user_ns, stat.uid), 70000);
	KUNIT_EXPECT_EQ(test, from_kgid(&init_user_ns, stat.gid), 80000);
	KUNIT_EXPECT_EQ(test, stat.size, 5000);
	KUNIT_EXPECT_EQ(test, stat.mtime.tv_sec, 1000000000);
	KUNIT_EXPECT_EQ(test, stat.mtime.tv_nsec, 123456789);
	stat_of(test, "kinds/another", &other);
	KUNIT_EXPECT_EQ(test, other.ino, stat.ino);

	/* "." and its entry, ".." of each sub-directory. */
	stat_of(test, "kinds", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFDIR | 0755);
	KUNIT_EXPECT_EQ(test, stat.nlink, 3);
	stat_of(test, "kinds/char", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFCHR | 0600);
	KUNIT_EXPECT_EQ(test, stat.rdev, MKDEV(4095, 1048575));
	stat_of(test, "kinds/block", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFBLK | 0660);
	KUNIT_EXPECT_EQ(test, stat.rdev, MKDEV(8, 1));
	stat_of(test, "kinds/fifo", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFIFO | 0622);
	stat_of(test, "kinds/socket", &stat);
	KUNIT_EXPECT_EQ(test, stat.mode, S_IFSOCK | 0777);
}

static void symlink_test(struct kunit *test)
{
	struct image *img = test->priv;
	struct path path;
	struct inode *inode;

	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	KUNIT_ASSERT_EQ(test, image_lookup(img, "kinds/symlink", 0, &path), 0);
	inode = d_inode(path.dentry);
	KUNIT_EXPECT_TRUE(test, S_ISLNK(inode->i_mode));
	KUNIT_EXPECT_EQ(test, i_size_read(inode), 13);
	KUNIT_EXPECT_STREQ(test, inode->i_link, "../kinds/file");
	path_put(&path);

	KUNIT_ASSERT_EQ(test, image_lookup(img, "kinds/symlink", LOOKUP_FOLLOW,
					   &path), 0);
	KUNIT_EXPECT_EQ(test, d_inode(path.dentry)->i_ino,
			img->links[image_find(img, "file")].ino);
	path_put(&path);
}

/* Damage to the index that a single lookup detects */

struct damage_case {
	const char *desc;
	u8 table;
	const char *victim;
	u32 at;
	u32 size;
	u64 value;
	bool listed;
};

#define INODE		STARGZ_TABLE_INODES
#define DIRENT		STARGZ_TABLE_DIRENTS
#define I(field)	offsetof(struct stargz_inode, field)
#define D(field)	offsetof(struct stargz_dirent, field)

/* @listed: the listing succeeds, because it reads only entries. */
static const struct damage_case lookup_damage_cases[] = {
	{ "entry without inode", DIRENT, "only", D(ino), 4, 0 },
	{ "entry of an inode behind the last", DIRENT, "only", D(ino), 4,
	  100000 },
	{ "entry without name", DIRENT, "only", D(name_len), 1, 0 },
	{ "name behind the table", DIRENT, "only", D(name), 4, 0xfffffff0 },
	{ "unknown type", DIRENT, "only", D(type), 1, 14 },
	{ "whiteout as a type", DIRENT, "only", D(type), 1, DT_WHT },
	{ "reserved field", DIRENT, "only", D(reserved), 2, 1 },
	{ "other type than the inode", DIRENT, "only", D(type), 1, DT_LNK,
	  true },
	{ "directory that leads to the root", DIRENT, "deeper", D(ino), 4, 1,
	  true },
	{ "directory with another parent", INODE, "deep", I(parent), 4, 1,
	  true },
	{ "directory below a later one", INODE, "deep", I(parent), 4, 100,
	  true },
	{ "directory behind the last entry", INODE, "deep", I(a), 4, U32_MAX,
	  true },
	{ "unknown inode flags", INODE, "file", I(flags), 2, 2, true },
	{ "inode without links", INODE, "file", I(nlink), 4, 0, true },
	{ "inode of no type", INODE, "fifo", I(mode), 2, 0644, true },
	{ "file that is too large", INODE, "file", I(size), 8, U64_MAX, true },
	{ "attributes of nowhere", INODE, "file", I(xattr), 4, 1, true },
	{ "link to nowhere", INODE, "symlink", I(size), 8, 0, true },
	{ "link behind the table", INODE, "symlink", I(a), 4, U32_MAX, true },
	{ "link that is too long", INODE, "symlink", I(size), 8, 4096, true },
	{ "bad device", INODE, "char", I(a), 4, 4096, true },
	{ "fifo with a device", INODE, "fifo", I(b), 4, 1, true },
};

KUNIT_ARRAY_PARAM_DESC(lookup_damage, lookup_damage_cases, desc);

static void do_damage(struct image *img, const struct damage_case *c)
{
	u32 nr = image_find(img, c->victim);

	if (c->table == STARGZ_TABLE_INODES)
		nr = img->links[nr].ino - 1;
	image_damage(image_record(img, c->table, nr), c->at, c->size,
		     c->value);
}

static bool count_actor(struct dir_context *ctx, const char *name, int len,
			loff_t pos, u64 ino, unsigned int type)
{
	return true;
}

/* List the directory that holds the victim. */
static int list_parent(struct kunit *test, const char *parent)
{
	struct dir_context ctx = { .actor = count_actor };
	struct file *file = image_open(test->priv, parent);

	if (IS_ERR(file))
		return PTR_ERR(file);
	return iterate_dir(file, &ctx);
}

static const char *path_of(struct kunit *test, u32 dir)
{
	struct image *img = test->priv;
	unsigned int i;

	if (dir == STARGZ_ROOT_INO)
		return "/";
	for (i = 0; img->links[i].ino != dir; i++)
		;
	return text(test, "%s/%s", path_of(test, img->links[i].dir),
		    img->links[i].name);
}

static void lookup_damage_test(struct kunit *test)
{
	const struct damage_case *c = test->param_value;
	struct image *img = test->priv;
	u32 dir = img->links[image_find(img, c->victim)].dir;
	const char *parent = path_of(test, dir);
	const char *full = text(test, "%s/%s", parent, c->victim);
	struct path path;
	int i;

	do_damage(img, c);
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	/* A second attempt has the same result. */
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, image_lookup(img, full, 0, &path),
				-EFSCORRUPTED);
		KUNIT_EXPECT_EQ(test, list_parent(test, parent),
				c->listed ? 0 : -EFSCORRUPTED);
	}
	/* The rest of the tree is not affected. */
	KUNIT_ASSERT_EQ(test, image_lookup(img, "many/n3", 0, &path), 0);
	path_put(&path);
}

/* Damaged names, which a listing detects. */
struct name_case {
	const char *desc;
	const char *victim;
	const char *bytes;
	u8 len;
};

static const struct name_case name_cases[] = {
	{ "slash", "deep", "d/ep", 4 },
	{ "NUL", "char", "c\0ar", 4 },
	{ "same as the one before", "abd", "abc", 3 },
	{ "less than the one before", "second", "f", 1 },
	{ "above the next", "first", "t", 1 },
	{ "name of the directory itself", "y", ".", 1 },
	{ "name of the parent", "ab", "..", 2 },
};

KUNIT_ARRAY_PARAM_DESC(name, name_cases, desc);

static void name_damage_test(struct kunit *test)
{
	const struct name_case *c = test->param_value;
	struct image *img = test->priv;
	u32 at = image_find(img, c->victim);
	struct stargz_dirent *raw =
		image_record(img, STARGZ_TABLE_DIRENTS, at);

	/* Not longer than the original name. */
	memcpy(image_record(img, STARGZ_TABLE_NAMES, le32_to_cpu(raw->name)),
	       c->bytes, c->len);
	raw->name_len = c->len;
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	KUNIT_EXPECT_EQ(test,
			list_parent(test, path_of(test, img->links[at].dir)),
			-EFSCORRUPTED);
}

/* A symbolic link whose target contains a NUL. */
static void symlink_damage_test(struct kunit *test)
{
	struct image *img = test->priv;
	u32 ino = img->links[image_find(img, "symlink")].ino;
	u32 at = le32_to_cpu(image_inode(img, ino)->a);
	struct path path;

	*(u8 *)image_record(img, STARGZ_TABLE_NAMES, at + 5) = 0;
	KUNIT_ASSERT_EQ(test, image_mount(img, NULL), 0);
	KUNIT_EXPECT_EQ(test, image_lookup(img, "kinds/symlink", 0, &path),
			-EFSCORRUPTED);
	KUNIT_EXPECT_EQ(test, image_lookup(img, "kinds/symlink", LOOKUP_FOLLOW,
					   &path), -EFSCORRUPTED);
}

/* Damage that mounting detects */

struct mount_case {
	const char *desc;
	u8 table;
	u32 at;
	u32 size;
	u64 value;
	int err;
};

#define S(field)	offsetof(struct stargz_super_block, field)
#define B(field)	offsetof(struct stargz_blob, field)
#define SUPER		STARGZ_TABLES
#define ROOT		STARGZ_TABLE_INODES
#define BLOB		STARGZ_TABLE_BLOBS

static const struct mount_case mount_cases[] = {
	{ "nothing wrong", SUPER, S(magic), 4, 0x7a477453, 0 },
	{ "a layer by gzip", SUPER, S(magic), 4, 0x00088b1f, -EINVAL },
	{ "a layer by zstd", SUPER, S(magic), 4, 0xfd2fb528, -EINVAL },
	{ "version 2", SUPER, S(version), 2, 2, -EINVAL },
	{ "a development version", SUPER, S(size), 2, 512, -EINVAL },
	{ "no size of the superblock", SUPER, S(size), 2, 0, -EFSCORRUPTED },
	{ "hash tree on the superblock", SUPER, S(tree_offset), 8, 0,
	  -EFSCORRUPTED },
	{ "hash tree behind the index", SUPER, S(tree_offset), 8, 1 << 30,
	  -EFSCORRUPTED },
	{ "larger than its file", SUPER, S(index_size), 8, 1 << 30,
	  -EFSCORRUPTED },
	{ "stored spans", SUPER, S(feature_incompat), 4, 1, 0 },
	{ "checkpoints", SUPER, S(feature_incompat), 4, 2, 0 },
	{ "zstd", SUPER, S(feature_incompat), 4, 4,
	  IS_ENABLED(CONFIG_STARGZ_FS_ZSTD) ? 0 : -EOPNOTSUPP },
	{ "unknown feature", SUPER, S(feature_incompat), 4, 0x80000000,
	  -EOPNOTSUPP },
	{ "compatible features", SUPER, S(feature_compat), 4, U32_MAX, 0 },
	{ "blob table on the superblock", SUPER, S(table[STARGZ_TABLE_BLOBS]), 8, 0,
	  -EFSCORRUPTED },
	{ "blob of a source that is not given", BLOB, B(source), 4, 1,
	  -EINVAL },
	{ "blob of no source", BLOB, B(source), 4, U32_MAX, -EINVAL },
	{ "blob behind its source", BLOB, B(start), 8, 1 << 30, -EINVAL },
	{ "blob of which more is used than there is", BLOB, B(used), 8, 1 << 30,
	  -EFSCORRUPTED },
	{ "blob that wraps around", BLOB, B(start), 8, U64_MAX, -EFSCORRUPTED },
	{ "root is a file", ROOT, I(mode), 2, S_IFREG | 0644, -EFSCORRUPTED },
	{ "root is a fifo", ROOT, I(mode), 2, S_IFIFO | 0644, -EFSCORRUPTED },
	{ "root has a parent", ROOT, I(parent), 4, 2, -EFSCORRUPTED },
	{ "root has too many entries", ROOT, I(b), 4, U32_MAX,
	  -EFSCORRUPTED },
};

KUNIT_ARRAY_PARAM_DESC(mount, mount_cases, desc);

static void mount_test(struct kunit *test)
{
	const struct mount_case *c = test->param_value;
	struct image *img = test->priv;

	if (c->table == SUPER) {
		image_damage(&img->super, c->at, c->size, c->value);
		image_seal(&img->super);
	} else {
		image_damage(image_record(img, c->table, 0), c->at, c->size,
			     c->value);
	}
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), c->err);
}

/* The blob is at the end of the file: it cannot be one byte longer. */
static void mount_blob_end_test(struct kunit *test)
{
	struct image *img = test->priv;
	struct stargz_blob *raw = image_record(img, STARGZ_TABLE_BLOBS, 0);

	le64_add_cpu(&raw->size, 1);
	le64_add_cpu(&raw->used, 1);
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), -EINVAL);
}

/* A root whose record is valid, but not that of a directory. */
static void mount_other_root_test(struct kunit *test)
{
	struct image *img = test->priv;
	struct stargz_inode *root = image_inode(img, STARGZ_ROOT_INO);

	*root = *image_inode(img, img->links[image_find(img, "fifo")].ino);
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), -EFSCORRUPTED);
}

/* The block of the superblock is zero up to its end. */
static void mount_rest_test(struct kunit *test)
{
	struct image *img = test->priv;

	img->block[sizeof(img->block) - 1] = 1;
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), -EFSCORRUPTED);
}

static void mount_checksum_test(struct kunit *test)
{
	struct image *img = test->priv;

	le32_add_cpu(&img->super.crc32, 1);
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL), -EFSCORRUPTED);
}

static const u64 cut_cases[] = {
	0, 1, 4, 511, 512, 513, 4095, 4096, 8191, 8192,
};

static void cut_desc(const u64 *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%llu bytes", *size);
}

KUNIT_ARRAY_PARAM(cut, cut_cases, cut_desc);

/* Without a superblock it is not an index, with one it is damaged. */
static void mount_truncated_test(struct kunit *test)
{
	const u64 *size = test->param_value;
	struct image *img = test->priv;

	img->size = *size;
	KUNIT_EXPECT_EQ(test, image_mount(img, NULL),
			*size < 512 ? -EINVAL : -EFSCORRUPTED);
}

static struct kunit_case stargz_tree_cases[] = {
	KUNIT_CASE_PARAM(lookup_test, dir_gen_params),
	KUNIT_CASE(name_too_long_test),
	KUNIT_CASE_PARAM(list_test, dir_gen_params),
	KUNIT_CASE(list_behind_test),
	KUNIT_CASE(attributes_test),
	KUNIT_CASE(symlink_test),
	KUNIT_CASE_PARAM(lookup_damage_test, lookup_damage_gen_params),
	KUNIT_CASE_PARAM(name_damage_test, name_gen_params),
	KUNIT_CASE(symlink_damage_test),
	KUNIT_CASE_PARAM(mount_test, mount_gen_params),
	KUNIT_CASE(mount_blob_end_test),
	KUNIT_CASE(mount_other_root_test),
	KUNIT_CASE(mount_rest_test),
	KUNIT_CASE(mount_checksum_test),
	KUNIT_CASE_PARAM(mount_truncated_test, cut_gen_params),
	{}
};

static struct kunit_suite stargz_tree_suite = {
	.name		= "stargz_tree",
	.init		= stargz_tree_init,
	.test_cases	= stargz_tree_cases,
};

kunit_test_suite(stargz_tree_suite);
