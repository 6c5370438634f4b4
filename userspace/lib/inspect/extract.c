// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A walk over the tree that keeps the directories of the current path open.
 * Each file is created by name in its open parent directory and must not exist
 * before. A directory gets its attributes after its entries: its mode could
 * prevent their creation, and their creation would change its time.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/openat_beneath.h"
#include "content/file.h"
#include "index/lookup.h"
#include "index/records.h"
#include "index/walk.h"
#include "inspect/extract.h"
#include "inspect/extract_attrs.h"

/* Maximum number of open directories; others are reopened when needed. */
#define OPEN_LEVELS	64
#define STEP		(256u << 10)

/* A directory of the path; @fd is its descriptor or -1. */
struct level {
	dev_t dev;
	ino_t ino;
	int fd;
};

/* The first name of an inode with several, as created. */
struct made {
	char *path;
	size_t len;
	dev_t dev;
	ino_t ino;
};

struct extract {
	struct sgz_opened *o;
	const struct sgz_extract_options *opt;
	struct sgz_faults *faults;
	struct sgz_treewalk walk;
	struct sgz_spanread *reader;
	struct sgz_vec dirs;	/* struct level */
	const char *links;	/* directory of the last hard link's target */
	size_t links_len;
	int links_fd;		/* descriptor of this directory, or -1 */
	size_t start_len;	/* length of the path where the walk starts */
	struct made *made;	/* by inode number minus one */
	struct sgz_arena paths;
	uint64_t done;
	char *buf;
};

static const struct sgz_index *index_of(const struct extract *x)
{
	return &x->o->index;
}

static const struct stargz_inode *inode_of(const struct extract *x)
{
	return sgz_inode(index_of(x), x->walk.ino);
}

/* Report a failure at the current path of the walk. */
static void note_failure(struct extract *x, int code, const char *why)
{
	const char *path = x->walk.path_len ? x->walk.path : "/";

	sgz_faults_add(x->faults, 0, code, "%s: %s",
		       sgz_quote(path, strlen(path)).text, why);
}

/* The path relative to the destination folder. */
static const char *path_within(const struct extract *x, size_t *len)
{
	size_t skip = x->start_len;

	if (x->walk.path_len > skip && x->walk.path[skip] == '/')
		skip++;
	*len = x->walk.path_len - skip;
	return x->walk.path + skip;
}

/* Length in bytes of the first @depth names of @path. */
static size_t prefix(const char *path, size_t len, size_t depth)
{
	const char *at = path;

	for (; depth; depth--) {
		const char *slash = memchr(at, '/', path + len - at);

		if (!slash)
			return len;
		at = slash + 1;
	}
	return at > path ? at - path - 1 : 0;
}

static struct level *level_at(const struct extract *x, size_t depth)
{
	return (struct level *)x->dirs.data + depth;
}

/* The directory at a depth of the current path. */
static int dir_at(struct extract *x, size_t depth)
{
	struct level *level = level_at(x, depth);
	const char *path;
	size_t len;

	if (level->fd >= 0)
		return level->fd;
	path = path_within(x, &len);
	level->fd = sgz_beneath_open(x->opt->root, path, prefix(path, len, depth),
				     O_RDONLY | O_DIRECTORY);
	return level->fd;
}

static void close_dir(struct extract *x, size_t depth)
{
	struct level *level = level_at(x, depth);

	if (level->fd >= 0)
		close(level->fd);
	level->fd = -1;
}

/*
 * Reopen the directory at @depth by ".." of @within. This is faster than to
 * open its whole path, which is still necessary if @within was moved.
 */
static void reopen_dir(struct extract *x, size_t depth, int within)
{
	struct level *level = level_at(x, depth);
	struct stat st;
	int fd;

	if (level->fd >= 0 || within < 0)
		return;
	fd = openat(within, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !fstat(fd, &st) && st.st_dev == level->dev &&
	    st.st_ino == level->ino)
		level->fd = fd;
	else if (fd >= 0)
		close(fd);
}

static int push_dir(struct extract *x, int fd)
{
	struct level *to = sgz_vec_add(&x->dirs, 1, sizeof(*to));
	struct stat st;

	if (!to) {
		close(fd);
		return sgz_nomem(x->o->ctx);
	}
	to->fd = fd;
	if (!fstat(fd, &st)) {
		to->dev = st.st_dev;
		to->ino = st.st_ino;
	}
	if (x->dirs.count > OPEN_LEVELS)
		close_dir(x, x->dirs.count - 1 - OPEN_LEVELS);
	return 0;
}

/* Remove an existing file with this name if options allow it. */
static int make_way(const struct extract *x, int dir, const char *name)
{
	if (!x->opt->overwrite)
		return -EEXIST;
	return unlinkat(dir, name, 0) ? -errno : 0;
}

static int open_made_dir(struct extract *x, int parent)
{
	const char *name = x->walk.name;
	int fd, ret;

	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return -errno;
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 || (errno != ENOTDIR && errno != ELOOP))
		return fd < 0 ? -errno : fd;
	ret = make_way(x, parent, name);
	if (ret)
		return ret;
	if (mkdirat(parent, name, 0700))
		return -errno;
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int enter_dir(struct extract *x)
{
	int fd;

	if (!x->walk.depth) {
		fd = fcntl(x->opt->root, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : push_dir(x, fd);
	}
	fd = dir_at(x, x->walk.depth - 1);
	if (fd >= 0)
		fd = open_made_dir(x, fd);
	if (fd >= 0)
		return push_dir(x, fd);
	note_failure(x, fd, strerror(-fd));
	x->walk.skip = true;
	return 0;
}

static void set_attributes(struct extract *x, int fd)
{
	struct stargz_error inner;
	const struct sgz_context ctx = sgz_context_inner(x->o->ctx, &inner);
	const char *path = x->walk.path_len ? x->walk.path : "/";
	int ret = sgz_extract_attributes(&ctx, index_of(x), x->walk.ino, fd,
					 sgz_quote(path, strlen(path)).text);

	if (ret)
		note_failure(x, ret, inner.text);
}

static void leave_dir(struct extract *x)
{
	size_t depth = x->walk.depth;
	int fd = dir_at(x, depth);

	/* Do this before setting attributes, because the mode may forbid it. */
	if (depth)
		reopen_dir(x, depth - 1, fd);
	if (fd < 0)
		note_failure(x, fd, strerror(-fd));
	else
		set_attributes(x, fd);
	close_dir(x, depth);
	x->dirs.count = depth;
}

static int write_all(int fd, const char *buf, size_t len, uint64_t pos)
{
	while (len) {
		ssize_t n = pwrite(fd, buf, len, pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= n;
		pos += n;
	}
	return 0;
}

/* Copy a part of a file that is not a hole. */
static int copy_piece(struct extract *x, int fd, const struct sgz_run *run)
{
	uint64_t pos = run->pos, end = pos + run->len;

	while (pos < end) {
		size_t n = end - pos < STEP ? end - pos : STEP;
		int ret = sgz_spanread_bytes(x->reader, run->span,
					     run->offset + pos - run->pos,
					     x->buf, n);

		if (ret)
			return ret;
		ret = write_all(fd, x->buf, n, pos);
		if (ret)
			return sgz_fail(x->o->ctx, ret, "write: %s",
					strerror(-ret));
		pos += n;
		x->done += n;
		sgz_progress(x->o->ctx, x->done,
			     le64toh(index_of(x)->sb.data_bytes));
	}
	return 0;
}

static int copy_file(struct extract *x, int fd)
{
	uint64_t size = le64toh(inode_of(x)->size), pos = 0;

	while (pos < size) {
		struct sgz_run run;
		int ret = 0;

		sgz_file_run(index_of(x), x->walk.ino, pos, &run);
		if (run.span != STARGZ_NO_SPAN)
			ret = copy_piece(x, fd, &run);
		if (ret)
			return ret;
		pos += run.len;
	}
	if (ftruncate(fd, size))
		return sgz_fail(x->o->ctx, -errno, "write: %s",
				strerror(errno));
	return 0;
}

/* An incomplete file is removed: it would look complete. */
static int make_file(struct extract *x, int dir)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, x->walk.name, flags, 0600), ret;

	if (fd < 0)
		return -errno;
	ret = copy_file(x, fd);
	if (ret) {
		note_failure(x, ret, x->o->ctx->err->text);
		unlinkat(dir, x->walk.name, 0);
		close(fd);
		return 0;
	}
	close(fd);
	return 1;
}

static int make_symlink(struct extract *x, int dir)
{
	const struct stargz_inode *inode = inode_of(x);
	char target[STARGZ_SYMLINK_MAX + 1];
	size_t len = le64toh(inode->size);

	memcpy(target, (char *)index_of(x)->table[STARGZ_TABLE_NAMES].data +
	       le32toh(inode->a), len);
	target[len] = '\0';
	return symlinkat(target, dir, x->walk.name) ? -errno : 1;
}

static int make_special(struct extract *x, int dir)
{
	const struct stargz_inode *inode = inode_of(x);
	mode_t type = le16toh(inode->mode) & S_IFMT;
	dev_t dev = 0;

	if (S_ISCHR(type) || S_ISBLK(type))
		dev = makedev(le32toh(inode->a), le32toh(inode->b));
	if (!mknodat(dir, x->walk.name, type | 0600, dev))
		return 1;
	if (errno != EPERM || !geteuid())
		return -errno;
	sgz_warn(x->o->ctx, "%s: not created: a device requires the superuser",
		 sgz_quote(x->walk.path, x->walk.path_len).text);
	return 0;
}

/* Open the directory of a link target. Successive links often share it. */
static int open_links(struct extract *x, const char *path, size_t len)
{
	if (x->links_fd >= 0 && x->links_len == len &&
	    !memcmp(x->links, path, len))
		return x->links_fd;
	if (x->links_fd >= 0)
		close(x->links_fd);
	x->links = path;
	x->links_len = len;
	x->links_fd = sgz_beneath_open(x->opt->root, path, len,
				       O_PATH | O_DIRECTORY);
	return x->links_fd;
}

/* Create another name of an inode whose first name exists. */
static int make_link(struct extract *x, int dir)
{
	const struct made *made = &x->made[x->walk.ino - 1];
	const char *slash = memrchr(made->path, '/', made->len);
	const char *name = slash ? slash + 1 : made->path;
	struct stat st;
	int from, ret = 1;

	from = open_links(x, made->path, slash ? slash - made->path : 0);
	if (from < 0)
		return from;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW))
		ret = -errno;
	else if (st.st_dev != made->dev || st.st_ino != made->ino)
		ret = -ESTALE;
	else if (linkat(from, name, dir, x->walk.name, 0))
		ret = -errno;
	return ret;
}

/* Remember the first name of an inode that has more. */
static int remember(struct extract *x, int fd)
{
	struct made *made = &x->made[x->walk.ino - 1];
	const char *path;
	struct stat st;

	if (le32toh(inode_of(x)->nlink) < 2 || fstat(fd, &st))
		return 0;
	path = path_within(x, &made->len);
	/* If @path is a file, it has its own name in the destination. */
	if (!made->len) {
		path = x->walk.name;
		made->len = x->walk.name_len;
	}
	made->path = sgz_arena_copy(&x->paths, path, made->len + 1);
	if (!made->path)
		return sgz_nomem(x->o->ctx);
	made->dev = st.st_dev;
	made->ino = st.st_ino;
	return 0;
}

/* Returns 1 if it was created, 0 if a failure was reported, or an errno. */
static int make_entry(struct extract *x, int dir)
{
	mode_t type = le16toh(inode_of(x)->mode) & S_IFMT;

	if (x->made[x->walk.ino - 1].path)
		return make_link(x, dir);
	if (S_ISREG(type))
		return make_file(x, dir);
	if (S_ISLNK(type))
		return make_symlink(x, dir);
	return make_special(x, dir);
}

static int finish_entry(struct extract *x, int dir)
{
	bool link = x->made[x->walk.ino - 1].path;
	int fd, ret;

	if (link)
		return 0;
	fd = openat(dir, x->walk.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		note_failure(x, -errno, strerror(errno));
		return 0;
	}
	set_attributes(x, fd);
	ret = remember(x, fd);
	close(fd);
	return ret;
}

static int visit_file(struct extract *x)
{
	int dir = x->walk.depth ? dir_at(x, x->walk.depth - 1) : x->opt->root;
	int ret = dir;

	if (dir >= 0)
		ret = make_entry(x, dir);
	if (ret == -EEXIST) {
		ret = make_way(x, dir, x->walk.name);
		if (!ret)
			ret = make_entry(x, dir);
	}
	if (ret < 0)
		note_failure(x, ret, strerror(-ret));
	return ret > 0 ? finish_entry(x, dir) : 0;
}

static int visit(struct extract *x)
{
	if (!S_ISDIR(le16toh(inode_of(x)->mode)))
		return visit_file(x);
	if (!x->walk.leaving)
		return enter_dir(x);
	leave_dir(x);
	return 0;
}

static int walk(struct extract *x)
{
	const char *path = x->opt->path ? x->opt->path : "";
	int ret = sgz_treewalk_open(&x->walk, x->o->ctx, index_of(x), path,
				    strlen(path));

	x->start_len = x->walk.path_len;
	while (!ret) {
		ret = sgz_treewalk_next(&x->walk);
		if (ret <= 0)
			break;
		ret = visit(x);
	}
	return ret;
}

int sgz_extract(struct sgz_opened *o, const struct sgz_extract_options *opt,
		struct sgz_faults *faults)
{
	struct extract x = {
		.o = o,
		.opt = opt,
		.faults = faults,
		.links_fd = -1,
	};
	int ret;

	x.made = calloc(o->index.table[STARGZ_TABLE_INODES].count,
			sizeof(*x.made));
	x.reader = sgz_spanread_open(o->ctx, &o->index, o->blobs);
	x.buf = malloc(STEP);
	if (x.made && x.reader && x.buf)
		ret = walk(&x);
	else
		ret = sgz_nomem(o->ctx);
	for (size_t i = 0; i < x.dirs.count; i++)
		close_dir(&x, i);
	if (x.links_fd >= 0)
		close(x.links_fd);
	sgz_vec_free(&x.dirs);
	sgz_treewalk_close(&x.walk);
	sgz_spanread_close(x.reader);
	sgz_arena_free(&x.paths);
	free(x.made);
	free(x.buf);
	return ret;
}
