// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * A walk through a directory. Each file is opened by its name in its open
 * parent directory, never through a symbolic link, so that concurrent renames
 * cannot redirect the walk. Only one directory is open at a time, so the depth
 * is not limited by open files. The way back is "..", which must be the
 * directory from which the walk came.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/host_file.h"
#include "base/path.h"
#include "source/from_dir.h"
#include "source/from_dir_holes.h"
#include "source/from_dir_xattr.h"
#include "tar/writer.h"

/* Size in bytes of the end of an archive. */
#define END_SIZE	(2 * SGZ_TAR_BLOCK)

/**
 * struct level - a directory of the current path
 * @dev: its device
 * @ino: its inode
 * @names: char *, the sorted names of its entries
 * @next: index of the next name
 * @path_len: length of its path in bytes, including the slash after it
 */
struct level {
	dev_t dev;
	ino_t ino;
	struct sgz_vec names;
	size_t next;
	size_t path_len;
};

/** struct known - first name of a file with several names */
struct known {
	dev_t dev;
	ino_t ino;
	char name[];
};

/**
 * struct dir - the source
 * @source: its interface
 * @ctx: the call
 * @opt: the options
 * @root: the directory
 * @fd: the directory of the innermost level
 * @root_dev: device of @root
 * @levels: struct level, outermost first
 * @path: path of the entry, with a NUL
 * @known: tree of struct known
 * @h: header of the entry
 * @target: target of a symbolic link
 * @head: header blocks
 * @content: content of the entry
 * @content_name: path of the file of @content
 * @sparse: @content has holes, which are not read
 * @runs: struct sgz_tar_run, the data segments between holes
 * @run: number of data segments that were started
 * @pad: number of zeroes after the content
 * @done: bytes of content read so far
 * @holes: bytes of holes of all files whose holes are read
 * @begun: the root was visited
 */
struct dir {
	struct sgz_source source;
	const struct sgz_context *ctx;
	const struct sgz_dir_options *opt;
	int root;
	int fd;
	dev_t root_dev;
	struct sgz_vec levels;
	struct sgz_vec path;
	void *known;
	struct sgz_tar_header h;
	char target[PATH_MAX];
	struct sgz_vec head;
	struct sgz_file_content content;
	char *content_name;
	bool sparse;
	struct sgz_vec runs;
	size_t run;
	uint64_t pad;
	uint64_t done;
	uint64_t holes;
	bool begun;
};

static struct dir *to_dir(struct sgz_source *source)
{
	return (struct dir *)source;
}

static const char *path_of(const struct dir *d)
{
	return d->path.data;
}

static int path_failed(const struct dir *d)
{
	return sgz_file_failed(d->ctx, path_of(d));
}

static struct level *innermost(const struct dir *d)
{
	return (struct level *)d->levels.data + d->levels.count - 1;
}

/* Set the path: the first @len bytes are the directory, @name follows. */
static int set_path(struct dir *d, size_t len, const char *name)
{
	size_t name_len = strlen(name) + 1;
	char *to;

	d->path.count = len;
	to = sgz_vec_add(&d->path, name_len, 1);
	if (!to)
		return sgz_nomem(d->ctx);
	memcpy(to, name, name_len);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct dir *d, struct level *level, const char *name)
{
	char **to;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	to = sgz_vec_add(&level->names, 1, sizeof(*to));
	if (to)
		*to = strdup(name);
	return to && *to ? 0 : sgz_nomem(d->ctx);
}

static int list_names(struct dir *d, struct level *level)
{
	int fd = openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int ret = 0;

	if (!stream) {
		ret = path_failed(d);
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (!ret) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			ret = errno ? path_failed(d) : 0;
			break;
		}
		ret = add_name(d, level, entry->d_name);
	}
	closedir(stream);
	if (level->names.count)
		qsort(level->names.data, level->names.count, sizeof(char *),
		      compare_names);
	return ret;
}

static void free_level(struct level *level)
{
	char **name = level->names.data;

	for (size_t i = 0; i < level->names.count; i++)
		free(name[i]);
	sgz_vec_free(&level->names);
}

/* Enter the directory of the entry; the function takes @fd over. */
static int descend(struct dir *d, int fd, const struct stat *st)
{
	struct level *level;

	if (d->opt->one_file_system && st->st_dev != d->root_dev) {
		close(fd);
		return 0;
	}
	if (d->fd >= 0)
		close(d->fd);
	d->fd = fd;
	level = sgz_vec_add(&d->levels, 1, sizeof(*level));
	if (!level)
		return sgz_nomem(d->ctx);
	level->dev = st->st_dev;
	level->ino = st->st_ino;
	level->path_len = strlen(path_of(d));
	return list_names(d, level);
}

/* Return to the parent directory; returns 0 after the root. */
static int ascend(struct dir *d)
{
	const struct level *level;
	struct stat st;
	int fd;

	free_level(innermost(d));
	if (!--d->levels.count)
		return 0;
	level = innermost(d);
	fd = openat(d->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(d->fd);
	d->fd = fd;
	((char *)d->path.data)[level->path_len] = '\0';
	if (fd < 0 || fstat(fd, &st))
		return path_failed(d);
	if (st.st_dev != level->dev || st.st_ino != level->ino)
		return sgz_fail(d->ctx, -EUCLEAN,
				"%s: a subdirectory was moved while it was read",
				sgz_quote(path_of(d), level->path_len).text);
	return 1;
}

static int compare_known(const void *left, const void *right)
{
	const struct known *a = left, *b = right;

	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

/* Returns 1 if the file had another name before; the entry becomes a link. */
static int find_known(struct dir *d, const struct stat *st)
{
	size_t len = strlen(path_of(d)) + 1;
	struct known *known, **found;

	if (st->st_nlink < 2)
		return 0;
	known = malloc(sizeof(*known) + len);
	if (!known)
		return sgz_nomem(d->ctx);
	known->dev = st->st_dev;
	known->ino = st->st_ino;
	memcpy(known->name, path_of(d), len);
	found = tsearch(known, &d->known, compare_known);
	if (found && *found == known)
		return 0;
	free(known);
	if (!found)
		return sgz_nomem(d->ctx);
	d->h.type = '1';
	d->h.link = (*found)->name;
	d->h.link_len = strlen(d->h.link);
	return 1;
}

static bool is_output(const struct dir *d, const struct stat *st)
{
	const struct stat *output = d->opt->output;

	for (size_t i = 0; i < d->opt->outputs; i++)
		if (st->st_dev == output[i].st_dev &&
		    st->st_ino == output[i].st_ino)
			return true;
	return false;
}

static bool is_excluded(const struct dir *d)
{
	const char *path = path_of(d) + strlen("./");

	return sgz_path_is_own(path, strlen(path)) ||
	       (d->opt->excluded &&
		d->opt->excluded(d->opt->data, path, strlen(path)));
}

/* Open only files with content for reading: for a device, it has effects. */
static int open_flags(mode_t mode)
{
	const int flags = O_NOFOLLOW | O_CLOEXEC;

	if (S_ISDIR(mode))
		return flags | O_RDONLY | O_DIRECTORY;
	if (S_ISREG(mode))
		return flags | O_RDONLY | O_NONBLOCK | O_NOCTTY;
	return flags | O_PATH;
}

/*
 * Open the file of @st, and update @st. Fail if the name now refers to another
 * file. @shown is the path for messages.
 */
static int open_node(struct dir *d, int dir, const char *name,
		     const char *shown, struct stat *st)
{
	const struct stat old = *st;
	int fd = openat(dir, name, open_flags(old.st_mode));

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return sgz_file_changed(d->ctx, shown);
	if (fd < 0)
		return sgz_file_failed(d->ctx, shown);
	if (!fstat(fd, st) && st->st_dev == old.st_dev &&
	    st->st_ino == old.st_ino &&
	    (st->st_mode & S_IFMT) == (old.st_mode & S_IFMT))
		return fd;
	close(fd);
	return sgz_file_changed(d->ctx, shown);
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return '2';
	case S_IFCHR:
		return '3';
	case S_IFBLK:
		return '4';
	case S_IFDIR:
		return '5';
	case S_IFIFO:
		return '6';
	default:
		return '0';
	}
}

static void take_stat(struct dir *d, const struct stat *st)
{
	struct sgz_tar_header *h = &d->h;

	h->name = path_of(d);
	h->name_len = strlen(h->name);
	h->link_len = 0;
	h->type = type_of(st->st_mode);
	h->mode = st->st_mode & 07777;
	h->uid = st->st_uid;
	h->gid = st->st_gid;
	h->major = major(st->st_rdev);
	h->minor = minor(st->st_rdev);
	h->size = 0;
	h->file_size = 0;
	h->sparse = false;
	h->time = sgz_time_convert(st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
				   &h->mtime);
	sgz_pax_reset(&h->pax);
}

static int take_target(struct dir *d, int fd)
{
	ssize_t n = readlinkat(fd, "", d->target, sizeof(d->target));

	if (n < 0)
		return path_failed(d);
	d->h.link = d->target;
	d->h.link_len = n;
	return 0;
}

/* Detects a change of a file between two reads. */
static uint64_t fingerprint(const struct stat *st)
{
	const uint64_t what[] = {
		st->st_dev, st->st_ino, st->st_size,
		st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
	};

	return sgz_hash(0, what, sizeof(what));
}

/* Start reading the file @fd. end_content() closes it and frees @name. */
static int begin_content(struct dir *d, char *name, int fd,
			 const struct stat *st, const struct sgz_tar_header *h)
{
	struct sgz_tar_run *to;

	d->content_name = name;
	sgz_file_content_open(&d->content, fd, st);
	d->pad = sgz_tar_padding(h->size);
	d->sparse = h->sparse;
	d->run = 0;
	d->runs.count = 0;
	if (!h->sparse || !h->runs.count)
		return 0;
	to = sgz_vec_add(&d->runs, h->runs.count, sizeof(*to));
	if (!to)
		return sgz_nomem(d->ctx);
	memcpy(to, h->runs.data, h->runs.count * sizeof(*to));
	return 0;
}

static void end_content(struct dir *d)
{
	sgz_file_content_close(&d->content);
	free(d->content_name);
	d->content_name = NULL;
	d->pad = 0;
}

static int make_head(struct dir *d, struct sgz_source_entry *entry,
		     uint64_t place)
{
	/* Warn only for the first name of a file. */
	if (d->h.time == SGZ_TIME_CLAMPED && d->h.type != '1')
		sgz_warn(d->ctx,
			 "%s: time is out of range, the nearest valid one is used",
			 sgz_quote(d->h.name, d->h.name_len).text);
	d->head.count = 0;
	if (sgz_tar_write(&d->head, &d->h))
		return sgz_nomem(d->ctx);
	entry->h = &d->h;
	entry->head = d->head.data;
	entry->head_len = d->head.count;
	entry->place = place;
	return 1;
}

/* Set the sizes of a file, and find its holes. */
static int find_holes(struct dir *d, int fd, const struct stat *st)
{
	int ret = sgz_file_runs(&d->h.runs, d->ctx, fd, st);
	const struct sgz_tar_run *run = d->h.runs.data;
	uint64_t size = 0;

	d->h.file_size = st->st_size;
	d->h.size = st->st_size;
	if (ret <= 0)
		return ret;
	for (size_t i = 0; i < d->h.runs.count; i++)
		size += run[i].size;
	if (d->opt->holes) {
		d->h.sparse = true;
		d->h.size = size;
		return 0;
	}
	d->h.runs.count = 0;
	return sgz_tar_add_holes(&d->holes, d->ctx, &d->h,
				 d->h.file_size - size);
}

static int take_regular(struct dir *d, struct sgz_source_entry *entry, int fd,
			const struct stat *st)
{
	char *name = strdup(path_of(d));
	int ret;

	if (!name) {
		close(fd);
		return sgz_nomem(d->ctx);
	}
	ret = find_holes(d, fd, st);
	if (ret) {
		free(name);
		close(fd);
		return ret;
	}
	ret = begin_content(d, name, fd, st, &d->h);
	return ret ? ret : make_head(d, entry, fingerprint(st));
}

static int read_xattrs(struct dir *d, int fd, bool open)
{
	int ret = sgz_file_xattrs(&d->h.pax, d->ctx, path_of(d), fd, open);

	if (!ret || ret == -ENOMEM || !d->opt->ignore_failed)
		return ret;
	sgz_warn(d->ctx, "%s, left out", d->ctx->err->text);
	return 0;
}

/* Make the entry of the file @fd; the function takes @fd over. */
static int take_node(struct dir *d, struct sgz_source_entry *entry, int fd,
		     const struct stat *st)
{
	const bool open = S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
	int ret = 0;

	if (!d->opt->no_xattrs)
		ret = read_xattrs(d, fd, open);
	if (!ret && S_ISREG(st->st_mode))
		return take_regular(d, entry, fd, st);
	if (!ret && S_ISDIR(st->st_mode)) {
		ret = descend(d, fd, st);
		return ret ? ret : make_head(d, entry, 0);
	}
	if (!ret && S_ISLNK(st->st_mode))
		ret = take_target(d, fd);
	close(fd);
	return ret ? ret : make_head(d, entry, 0);
}

/*
 * Handle a name in the innermost directory that cannot be read: with
 * @ignore_failed warn and omit it. @st is the result of fstat(), or NULL. Later
 * names of the file must not become links to this one. Returns 0 or @code.
 */
static int read_failed(struct dir *d, int code, const struct stat *st)
{
	struct known key, **found;

	if (code == -ENOMEM || !d->opt->ignore_failed)
		return code;
	sgz_warn(d->ctx, "%s, left out", d->ctx->err->text);
	if (!st)
		return 0;
	key.dev = st->st_dev;
	key.ino = st->st_ino;
	found = tfind(&key, &d->known, compare_known);
	if (found) {
		struct known *known = *found;

		tdelete(&key, &d->known, compare_known);
		free(known);
	}
	return 0;
}

/* Visit a name in the innermost directory. Returns 0 if there is no entry. */
static int visit(struct dir *d, struct sgz_source_entry *entry,
		 const char *name)
{
	struct stat st;
	int fd, ret;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return read_failed(d, path_failed(d), NULL);
	if (S_ISSOCK(st.st_mode) || is_output(d, &st)) {
		sgz_warn(d->ctx, "%s: %s, left out",
			 sgz_quote(path_of(d), strlen(path_of(d))).text,
			 S_ISSOCK(st.st_mode) ? "socket" : "output file");
		return 0;
	}
	if (!S_ISDIR(st.st_mode)) {
		take_stat(d, &st);
		ret = find_known(d, &st);
		if (ret)
			return ret < 0 ? ret : make_head(d, entry, 0);
	}
	fd = open_node(d, d->fd, name, path_of(d), &st);
	if (fd < 0)
		return read_failed(d, fd, &st);
	if (S_ISDIR(st.st_mode)) {
		ret = set_path(d, strlen(path_of(d)), "/");
		if (ret) {
			close(fd);
			return ret;
		}
	}
	take_stat(d, &st);
	return take_node(d, entry, fd, &st);
}

static int visit_root(struct dir *d, struct sgz_source_entry *entry)
{
	struct stat st;
	int ret = set_path(d, 0, "./");
	int fd;

	if (ret)
		return ret;
	d->begun = true;
	if (fstat(d->root, &st))
		return path_failed(d);
	d->root_dev = st.st_dev;
	fd = open_node(d, d->root, ".", path_of(d), &st);
	if (fd < 0)
		return fd;
	take_stat(d, &st);
	return take_node(d, entry, fd, &st);
}

static int dir_next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct dir *d = to_dir(source);
	int ret = 0;

	end_content(d);
	if (!d->begun)
		return visit_root(d, entry);
	while (!ret && d->levels.count) {
		struct level *level = innermost(d);
		const char *name;

		if (level->next == level->names.count) {
			ret = ascend(d);
			if (ret < 0)
				return ret;
			ret = 0;
			continue;
		}
		name = ((char **)level->names.data)[level->next++];
		ret = set_path(d, level->path_len, name);
		if (!ret && !is_excluded(d))
			ret = visit(d, entry, name);
	}
	if (!ret)
		d->pad = END_SIZE;
	return ret;
}

/* Skip a hole: go to the next data segment, or to the end of the file. */
static int next_run(struct dir *d)
{
	const struct sgz_tar_run *run = d->runs.data;
	uint64_t pos = d->content.st.st_size;

	if (d->run && run[d->run - 1].pos + run[d->run - 1].size >
		      d->content.pos)
		return 0;
	if (d->content.pos == pos)
		return 0;
	if (d->run < d->runs.count)
		pos = run[d->run++].pos;
	return sgz_file_content_skip(&d->content, d->ctx, d->content_name, pos);
}

static ssize_t read_content(struct dir *d, void *buf, size_t len)
{
	const struct sgz_tar_run *run = d->runs.data;
	uint64_t left;
	int ret;

	if (d->sparse) {
		ret = next_run(d);
		if (ret)
			return ret;
		if (d->content.pos == (uint64_t)d->content.st.st_size)
			return 0;
		run += d->run - 1;
		left = run->pos + run->size - d->content.pos;
		if (len > left)
			len = left;
	}
	return sgz_file_content_read(&d->content, d->ctx, d->content_name, buf,
				     len);
}

static ssize_t dir_read(struct sgz_source *source, void *buf, size_t len)
{
	struct dir *d = to_dir(source);
	ssize_t n = 0;

	if (d->content.fd >= 0)
		n = read_content(d, buf, len);
	if (n > 0) {
		d->done += n;
		sgz_progress(d->ctx, d->done, 0);
	}
	if (n)
		return n;
	if (len > d->pad)
		len = d->pad;
	memset(buf, 0, len);
	d->pad -= len;
	return len;
}

/* Open the parent directory of @path, which becomes the last name. */
static int open_parent(struct dir *d, char **path)
{
	int dir = openat(d->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *slash;

	while (dir >= 0 && (slash = strchr(*path, '/'))) {
		int fd;

		*slash = '\0';
		fd = openat(dir, *path, O_PATH | O_DIRECTORY | O_NOFOLLOW |
			    O_CLOEXEC);
		close(dir);
		dir = fd;
		*path = slash + 1;
	}
	return dir;
}

static int open_again(struct dir *d, const char *name, struct stat *st)
{
	char *path = strdup(name), *last = path;
	int dir, fd;

	if (!path)
		return sgz_nomem(d->ctx);
	dir = open_parent(d, &last);
	if (dir < 0 || fstatat(dir, last, st, AT_SYMLINK_NOFOLLOW))
		fd = sgz_file_failed(d->ctx, name);
	else
		fd = open_node(d, dir, last, name, st);
	if (dir >= 0)
		close(dir);
	free(path);
	return fd;
}

static int dir_again(struct sgz_source *source,
		     const struct sgz_source_entry *entry)
{
	struct dir *d = to_dir(source);
	struct stat st;
	char *name;
	int fd;

	end_content(d);
	if (!entry->h->size)
		return 0;
	name = strndup(entry->h->name, entry->h->name_len);
	if (!name)
		return sgz_nomem(d->ctx);
	fd = open_again(d, name, &st);
	if (fd >= 0 && fingerprint(&st) == entry->place)
		return begin_content(d, name, fd, &st, entry->h);
	if (fd >= 0) {
		close(fd);
		fd = sgz_file_changed(d->ctx, name);
	}
	free(name);
	return fd;
}

static void dir_close(struct sgz_source *source)
{
	struct dir *d = to_dir(source);

	end_content(d);
	for (; d->levels.count; d->levels.count--)
		free_level(innermost(d));
	sgz_vec_free(&d->levels);
	tdestroy(d->known, free);
	sgz_pax_free(&d->h.pax);
	sgz_vec_free(&d->h.runs);
	sgz_vec_free(&d->runs);
	sgz_vec_free(&d->head);
	sgz_vec_free(&d->path);
	if (d->fd >= 0)
		close(d->fd);
	close(d->root);
	free(d);
}

int sgz_source_dir(struct sgz_source **source, const struct sgz_context *ctx,
		   int fd, const struct sgz_dir_options *opt)
{
	struct dir *d = calloc(1, sizeof(*d));

	if (!d) {
		close(fd);
		return sgz_nomem(ctx);
	}
	d->source.next = dir_next;
	d->source.read = dir_read;
	d->source.again = dir_again;
	d->source.close = dir_close;
	d->ctx = ctx;
	d->opt = opt;
	d->root = fd;
	d->fd = -1;
	d->content.fd = -1;
	*source = &d->source;
	return 0;
}
