// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * All content is read first, for the digests; then the tree is walked.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/escape.h"
#include "base/timestamp.h"
#include "base/xattr_pool.h"
#include "index/records.h"
#include "index/walk.h"
#include "inspect/dump.h"
#include "inspect/file_digests.h"

#define NSEC	1000000000u

struct dump {
	struct sgz_opened *o;
	struct sgz_treewalk walk;
	struct sgz_filedigests digests;
	struct sgz_arena paths;
	char **first;		/* first path of inodes with several names */
	struct sgz_vec line;
};

static const struct sgz_index *index_of(const struct dump *d)
{
	return &d->o->index;
}

static int text(struct dump *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int text(struct dump *d, const char *fmt, ...)
{
	char part[160], *to;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	to = sgz_vec_add(&d->line, n + 1, 1);
	if (!to)
		return -ENOMEM;
	memcpy(to, part, n);
	d->line.count--;
	return 0;
}

/* Any bytes as one field. A single dash would mean an empty field. */
static int field(struct dump *d, const char *bytes, size_t len)
{
	if (len == 1 && *bytes == '-')
		return text(d, "\\x2d");
	return sgz_escape(&d->line, bytes, len, "");
}

static int path_field(struct dump *d, const char *path, size_t len)
{
	int ret = text(d, "/");

	return ret ? ret : sgz_escape(&d->line, path, len, "");
}

/* As in PAX headers: before 1970 the number with its fraction is negative. */
static int time_field(struct dump *d, uint64_t time)
{
	int64_t sec = STARGZ_TIME_BASE + (int64_t)(time / NSEC);
	unsigned int nsec = time % NSEC;
	bool minus = sec < 0;

	if (minus && nsec) {
		sec++;
		nsec = NSEC - nsec;
	}
	return text(d, " %s%" PRId64 ".%09u", minus ? "-" : "",
		    minus ? -sec : sec, nsec);
}

static char type_of(uint16_t mode)
{
	static const char types[] = "?pc?d?b?f?l?s???";

	return types[mode >> 12];
}

static int file_fields(struct dump *d)
{
	const uint8_t *sha256 = sgz_filedigests_get(&d->digests, d->walk.ino);
	int ret;

	if (!sha256)
		return text(d, SGZ_DUMP_NONE " " SGZ_DUMP_NONE);
	ret = path_field(d, d->walk.path, d->walk.path_len);
	return ret ? ret : text(d, " sha256:%s", sgz_sha256_hex(sha256).text);
}

/* The field of the content, and that of its digest. */
static int content_fields(struct dump *d, const struct stargz_inode *inode)
{
	const char *names = index_of(d)->table[STARGZ_TABLE_NAMES].data;
	int ret;

	switch (le16toh(inode->mode) & S_IFMT) {
	case S_IFREG:
		return file_fields(d);
	case S_IFLNK:
		ret = field(d, names + le32toh(inode->a),
			    le64toh(inode->size));
		return ret ? ret : text(d, " " SGZ_DUMP_NONE);
	case S_IFCHR:
	case S_IFBLK:
		return text(d, "%u:%u " SGZ_DUMP_NONE, le32toh(inode->a),
			    le32toh(inode->b));
	default:
		return text(d, SGZ_DUMP_NONE " " SGZ_DUMP_NONE);
	}
}

static int xattr_fields(struct dump *d, uint32_t id)
{
	const struct sgz_xattr_pool pool = {
		.heap = index_of(d)->table[STARGZ_TABLE_XATTRS],
	};
	struct sgz_arena arena = { 0 };
	struct sgz_vec attrs = { 0 };
	const struct sgz_xattr *attr;
	int ret = sgz_xattr_pool_get(&pool, id, &arena, &attrs);

	attr = attrs.data;
	for (size_t i = 0; !ret && i < attrs.count; i++, attr++) {
		ret = text(d, " ");
		if (!ret)
			ret = sgz_escape(&d->line, attr->name, attr->name_len,
					 "=");
		if (!ret)
			ret = text(d, "=");
		if (!ret)
			ret = sgz_escape(&d->line, attr->value,
					 attr->value_len, "");
	}
	sgz_vec_free(&attrs);
	sgz_arena_free(&arena);
	return ret;
}

/* Another name of an inode that has a line already. */
static int link_line(struct dump *d, const char *first)
{
	int ret = text(d, " h - - - - - ");

	if (!ret)
		ret = path_field(d, first, strlen(first));
	return ret ? ret : text(d, " " SGZ_DUMP_NONE);
}

static int inode_line(struct dump *d)
{
	const struct stargz_inode *inode = sgz_inode(index_of(d), d->walk.ino);
	uint16_t mode = le16toh(inode->mode);
	int ret;

	ret = text(d, " %c %04o %u %u", type_of(mode), mode & 07777,
		   le32toh(inode->uid), le32toh(inode->gid));
	if (!ret)
		ret = time_field(d, le64toh(inode->mtime));
	if (!ret)
		ret = text(d, " %" PRIu64 " ", le64toh(inode->size));
	if (!ret)
		ret = content_fields(d, inode);
	return ret ? ret : xattr_fields(d, le32toh(inode->xattr));
}

static int write_line(struct dump *d, FILE *to)
{
	const struct stargz_inode *inode = sgz_inode(index_of(d), d->walk.ino);
	char **first = &d->first[d->walk.ino - 1];
	int ret;

	d->line.count = 0;
	ret = path_field(d, d->walk.path, d->walk.path_len);
	if (!ret)
		ret = *first ? link_line(d, *first) : inode_line(d);
	if (!ret && !*first && !S_ISDIR(le16toh(inode->mode)) &&
	    le32toh(inode->nlink) > 1) {
		*first = sgz_arena_copy(&d->paths, d->walk.path,
					d->walk.path_len + 1);
		ret = *first ? 0 : -ENOMEM;
	}
	if (ret)
		return sgz_nomem(d->o->ctx);
	fwrite(d->line.data, 1, d->line.count, to);
	putc('\n', to);
	return 0;
}

static int write_tree(struct dump *d, FILE *to)
{
	bool raw = le32toh(index_of(d)->sb.feature_compat) &
		   STARGZ_COMPAT_RAW_VIEW;
	int ret = sgz_treewalk_open(&d->walk, d->o->ctx, index_of(d), "", 0);

	fputs(raw ? SGZ_DUMP_MAGIC "raw\n" : SGZ_DUMP_MAGIC "overlay\n", to);
	while (!ret && !ferror(to)) {
		ret = sgz_treewalk_next(&d->walk);
		if (ret <= 0)
			break;
		ret = d->walk.leaving ? 0 : write_line(d, to);
	}
	return ret;
}

static int read_digests(struct dump *d, unsigned int threads)
{
	size_t inodes = index_of(d)->table[STARGZ_TABLE_INODES].count;
	int ret = sgz_filedigests_open(&d->digests, d->o);

	for (size_t ino = 1; !ret && ino <= inodes; ino++)
		ret = sgz_filedigests_want(&d->digests, d->o, ino);
	return ret ? ret : sgz_filedigests_read(&d->digests, d->o, threads);
}

int sgz_dump_write(struct sgz_opened *o, unsigned int threads, FILE *to)
{
	struct dump d = { .o = o };
	int ret;

	d.first = calloc(o->index.table[STARGZ_TABLE_INODES].count,
			 sizeof(*d.first));
	ret = d.first ? read_digests(&d, threads) : sgz_nomem(o->ctx);
	if (!ret)
		ret = write_tree(&d, to);
	sgz_treewalk_close(&d.walk);
	sgz_filedigests_free(&d.digests);
	sgz_arena_free(&d.paths);
	sgz_vec_free(&d.line);
	free(d.first);
	return ret;
}
