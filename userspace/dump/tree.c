// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names, attributes and content of files.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/escape.h"
#include "base/timestamp.h"
#include "base/xattr_pool.h"
#include "content/file.h"
#include "dump.h"
#include "index/lookup.h"
#include "index/records.h"
#include "index/walk.h"
#include "report.h"

#define STEP	(128u << 10)

static const struct sgz_index *index_of(const struct job *job)
{
	return &job->opened->index;
}

/* The inode that was asked for, or 0 with the error text set. */
static uint32_t wanted(const struct job *job)
{
	const struct settings *s = job->settings;
	uint32_t ino = s->ino ? s->ino : STARGZ_ROOT_INO;

	if (s->path)
		ino = sgz_find_path(index_of(job), s->path, strlen(s->path));
	if (ino > index_of(job)->table[STARGZ_TABLE_INODES].count)
		ino = 0;
	if (!ino && s->path)
		sgz_fail(job->ctx, -ENOENT, "%s: not in the tree",
			 sgz_quote(s->path, strlen(s->path)).text);
	else if (!ino)
		sgz_fail(job->ctx, -ENOENT, "inode %u: not in the index",
			 s->ino);
	return ino;
}

static const char *target_of(const struct job *job,
			     const struct stargz_inode *inode)
{
	return (const char *)index_of(job)->table[STARGZ_TABLE_NAMES].data +
	       le32toh(inode->a);
}

static void mode_text(char text[11], uint16_t mode)
{
	static const char types[] = "?pc?d?b?-?l?s???";
	static const char bits[] = "rwxrwxrwx";

	text[0] = types[mode >> 12];
	for (int i = 0; i < 9; i++)
		text[i + 1] = mode & (0400 >> i) ? bits[i] : '-';
	if (mode & S_ISUID)
		text[3] = mode & 0100 ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & 0010 ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & 0001 ? 't' : 'T';
	text[10] = '\0';
}

static void add_xattrs(const struct job *job, struct json_object *o,
		       uint32_t id)
{
	const struct sgz_xattr_pool pool = {
		.heap = index_of(job)->table[STARGZ_TABLE_XATTRS],
	};
	struct json_object *rows = json_object_new_array();
	struct sgz_arena arena = { 0 };
	struct sgz_vec attrs = { 0 };
	const struct sgz_xattr *attr;

	sgz_xattr_pool_get(&pool, id, &arena, &attrs);
	attr = attrs.data;
	for (size_t i = 0; i < attrs.count; i++, attr++) {
		struct json_object *row = json_object_new_object();

		report_bytes(row, "name", attr->name, attr->name_len);
		report_bytes(row, "value", attr->value, attr->value_len);
		json_object_array_add(rows, row);
	}
	sgz_vec_free(&attrs);
	sgz_arena_free(&arena);
	json_object_object_add(o, "xattrs", rows);
}

static void describe(const struct job *job, struct json_object *o,
		     uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(index_of(job), ino);
	uint16_t mode = le16toh(inode->mode);
	char text[16];

	mode_text(text, mode);
	report_text(o, "mode", text);
	snprintf(text, sizeof(text), "%04o", mode & 07777);
	report_text(o, "permissions", text);
	report_int(o, "links", le32toh(inode->nlink));
	report_int(o, "uid", le32toh(inode->uid));
	report_int(o, "gid", le32toh(inode->gid));
	report_int(o, "size", le64toh(inode->size));
	report_time(o, "mtime", le64toh(inode->mtime));
	report_int(o, "ino", ino);
	if (S_ISLNK(mode))
		report_bytes(o, "target", target_of(job, inode),
			     le64toh(inode->size));
	if (S_ISCHR(mode) || S_ISBLK(mode)) {
		report_int(o, "major", le32toh(inode->a));
		report_int(o, "minor", le32toh(inode->b));
	}
}

int dump_stat(const struct job *job)
{
	struct sgz_inodepath names = { 0 };
	struct json_object *o;
	uint32_t ino = wanted(job);
	char *path;
	size_t len;
	int ret;

	if (!ino)
		return -ENOENT;
	ret = sgz_inodepath_make(&names, job->ctx, index_of(job));
	if (ret)
		goto out;
	o = json_object_new_object();
	if (!sgz_inodepath_get(&names, ino, &path, &len)) {
		report_bytes(o, "path", len ? path : "/", len ? len : 1);
		free(path);
	}
	describe(job, o, ino);
	add_xattrs(job, o, le32toh(sgz_inode(index_of(job), ino)->xattr));
	report_print(job->to, o, job->settings->json);
out:
	sgz_inodepath_free(&names);
	return ret;
}

static void list_json(const struct job *job, const struct sgz_treewalk *w,
		      bool first)
{
	struct json_object *o = json_object_new_object();

	report_bytes(o, "path", w->path_len ? w->path : "/",
		     w->path_len ? w->path_len : 1);
	describe(job, o, w->ino);
	fprintf(job->to, "%s%s", first ? "[" : ",\n",
		json_object_to_json_string_ext(o,
					       JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

/* As ls -l has it, but each path in full and on one line. */
static void list_text(const struct job *job, const struct sgz_treewalk *w,
		      struct sgz_vec *text)
{
	const struct stargz_inode *inode = sgz_inode(index_of(job), w->ino);
	uint16_t mode = le16toh(inode->mode);
	char time[STARGZ_TIME_TEXT], bits[11], size[24];

	mode_text(bits, mode);
	sgz_time_text(time, le64toh(inode->mtime));
	if (S_ISCHR(mode) || S_ISBLK(mode))
		snprintf(size, sizeof(size), "%u,%u", le32toh(inode->a),
			 le32toh(inode->b));
	else
		snprintf(size, sizeof(size), "%llu",
			 (unsigned long long)le64toh(inode->size));
	text->count = 0;
	sgz_escape(text, w->path_len ? w->path : "/",
		   w->path_len ? w->path_len : 1, NULL);
	if (S_ISLNK(mode)) {
		sgz_escape(text, " -> ", 4, NULL);
		sgz_escape(text, target_of(job, inode), le64toh(inode->size),
			   NULL);
	}
	fprintf(job->to, "%s %3u %5u %5u %10s %s %s\n", bits,
		le32toh(inode->nlink), le32toh(inode->uid),
		le32toh(inode->gid), size, time,
		text->data ? (char *)text->data : "");
}

static void list_one(const struct job *job, const struct sgz_treewalk *w,
		     struct sgz_vec *text, bool *first)
{
	if (job->settings->json)
		list_json(job, w, *first);
	else
		list_text(job, w, text);
	*first = false;
}

int dump_list(const struct job *job)
{
	const struct settings *s = job->settings;
	struct sgz_treewalk w = { 0 };
	struct sgz_vec text = { 0 };
	bool first = true;
	int ret;

	ret = sgz_treewalk_open(&w, job->ctx, index_of(job), s->path,
				strlen(s->path));
	while (!ret && (ret = sgz_treewalk_next(&w)) > 0) {
		bool dir = S_ISDIR(le16toh(sgz_inode(index_of(job),
						     w.ino)->mode));

		ret = 0;
		if (w.leaving)
			continue;
		w.skip = w.depth && !s->recursive;
		if (w.depth || !dir || s->recursive)
			list_one(job, &w, &text, &first);
	}
	if (!ret && s->json)
		fputs(first ? "[]\n" : "]\n", job->to);
	sgz_treewalk_close(&w);
	sgz_vec_free(&text);
	return ret;
}

static uint32_t wanted_file(const struct job *job)
{
	uint32_t ino = wanted(job);

	if (ino && !S_ISREG(le16toh(sgz_inode(index_of(job), ino)->mode))) {
		sgz_fail(job->ctx, -EINVAL, "%s: not a regular file",
			 job->settings->path);
		return 0;
	}
	return ino;
}

static void add_piece(const struct job *job, struct json_object *rows,
		      const struct sgz_run *run)
{
	struct json_object *row = json_object_new_object();
	const struct stargz_span *span;

	json_object_array_add(rows, row);
	report_int(row, "pos", run->pos);
	report_int(row, "length", run->len);
	if (run->span == STARGZ_NO_SPAN) {
		report_text(row, "codec", "hole");
		return;
	}
	span = sgz_span(index_of(job), run->span);
	report_text(row, "codec", dump_codec(span->codec));
	report_int(row, "span", run->span);
	report_int(row, "offset", run->offset);
	report_int(row, "blob", le16toh(span->blob));
	report_int(row, "start", le64toh(span->start));
	report_int(row, "bit", span->flags & STARGZ_SPAN_BIT_MASK);
	report_int(row, "compressed", le32toh(span->clen));
	report_int(row, "decoded", le32toh(span->ulen));
}

int dump_extents(const struct job *job)
{
	struct json_object *o, *rows;
	uint32_t ino = wanted_file(job);
	uint64_t pos = 0, size;

	if (!ino)
		return -ENOENT;
	size = le64toh(sgz_inode(index_of(job), ino)->size);
	o = json_object_new_object();
	rows = json_object_new_array();
	report_int(o, "ino", ino);
	report_int(o, "size", size);
	while (pos < size) {
		struct sgz_run run;

		sgz_file_run(index_of(job), ino, pos, &run);
		add_piece(job, rows, &run);
		pos += run.len;
	}
	json_object_object_add(o, "extents", rows);
	report_print(job->to, o, job->settings->json);
	return 0;
}

static int cat(const struct job *job, struct sgz_spanread *r, uint32_t ino,
	       char *buf)
{
	uint64_t size = le64toh(sgz_inode(index_of(job), ino)->size);

	for (uint64_t pos = 0; pos < size && !ferror(job->to); pos += STEP) {
		size_t n = size - pos < STEP ? size - pos : STEP;
		int ret = sgz_file_read(r, ino, pos, buf, n);

		if (ret)
			return ret;
		fwrite(buf, 1, n, job->to);
	}
	return 0;
}

int dump_cat(const struct job *job)
{
	uint32_t ino = wanted_file(job);
	struct sgz_spanread *r;
	char *buf;
	int ret;

	if (!ino)
		return -ENOENT;
	r = sgz_spanread_open(job->ctx, index_of(job), job->opened->blobs);
	buf = malloc(STEP);
	ret = r && buf ? cat(job, r, ino, buf) : sgz_nomem(job->ctx);
	free(buf);
	sgz_spanread_close(r);
	return ret;
}

int dump_blob(const struct job *job)
{
	const struct sgz_opened *o = job->opened;
	uint32_t nr = job->settings->blob;
	char buf[64 << 10];
	uint64_t size;

	if (nr >= index_of(job)->table[STARGZ_TABLE_BLOBS].count)
		return sgz_fail(job->ctx, -EINVAL, "has no blob %u", nr);
	size = le64toh(sgz_blob_record(index_of(job), nr)->size);
	if (o->blobs[nr].fd < 0)
		return sgz_fail(job->ctx, -EINVAL, "blob %u is not in it", nr);
	if (o->blobs[nr].size < size)
		return sgz_fail(job->ctx, -EUCLEAN,
				"blob %u is cut off after %llu bytes", nr,
				(unsigned long long)o->blobs[nr].size);
	for (uint64_t pos = 0; pos < size && !ferror(job->to); ) {
		size_t n = size - pos < sizeof(buf) ? size - pos : sizeof(buf);
		int ret = sgz_blob_read(&o->blobs[nr], job->ctx, pos, buf, n);

		if (ret)
			return ret;
		fwrite(buf, 1, n, job->to);
		pos += n;
	}
	return 0;
}
