// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names, attributes and content of files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dump.h"
#include "error.h"
#include "report.h"
#include "stargz/info.h"
#include "stargz/text.h"
#include "stargz/tree.h"

#define STEP	(128u << 10)

#define ROOT_INO	1

/* The attributes of the file of --stat, --ino and so on. */
static int wanted(const struct job *job, struct stargz_stat *st)
{
	const struct settings *s = job->settings;
	uint32_t ino = s->ino ? s->ino : ROOT_INO;
	int ret = 0;

	if (s->path)
		ret = stargz_lookup(job->opened, s->path, &ino, job->err);
	return ret ? ret : stargz_stat(job->opened, ino, st, job->err);
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

static int add_xattr(void *data, const char *name, const void *value,
		     size_t len)
{
	struct json_object *row = json_object_new_object();

	report_bytes(row, "name", name, strlen(name));
	report_bytes(row, "value", value, len);
	json_object_array_add(data, row);
	return 0;
}

static void describe(const struct job *job, struct json_object *o,
		     const struct stargz_stat *st)
{
	const char *target;
	char text[16];
	size_t len;

	mode_text(text, st->mode);
	report_text(o, "mode", text);
	snprintf(text, sizeof(text), "%04o", st->mode & 07777);
	report_text(o, "permissions", text);
	report_int(o, "links", st->nlink);
	report_int(o, "uid", st->uid);
	report_int(o, "gid", st->gid);
	report_int(o, "size", st->size);
	report_time(o, "mtime", st->mtime_sec, st->mtime_nsec);
	report_int(o, "ino", st->ino);
	if (!stargz_readlink(job->opened, st->ino, &target, &len, NULL))
		report_bytes(o, "target", target, len);
	if (S_ISCHR(st->mode) || S_ISBLK(st->mode)) {
		report_int(o, "major", st->dev_major);
		report_int(o, "minor", st->dev_minor);
	}
}

int dump_stat(const struct job *job)
{
	struct json_object *o, *xattrs;
	struct stargz_stat st;
	char *path;
	int ret = wanted(job, &st);

	if (ret)
		return ret;
	o = json_object_new_object();
	xattrs = json_object_new_array();
	ret = stargz_path(job->opened, st.ino, &path, job->err);
	if (!ret) {
		report_bytes(o, "path", *path ? path : "/",
			     *path ? strlen(path) : 1);
		free(path);
	}
	if (ret == -ENOMEM)
		goto out;
	describe(job, o, &st);
	ret = stargz_xattrs(job->opened, st.ino, add_xattr, xattrs, job->err);
	json_object_object_add(o, "xattrs", json_object_get(xattrs));
	if (!ret)
		report_print(job->to, json_object_get(o),
			     job->settings->json);
out:
	json_object_put(xattrs);
	json_object_put(o);
	return ret;
}

static const char *path_of(const struct stargz_walk_entry *e)
{
	return e->path_len ? e->path : "/";
}

static void list_json(const struct job *job, const struct stargz_walk_entry *e,
		      const struct stargz_stat *st, bool first)
{
	struct json_object *o = json_object_new_object();

	report_bytes(o, "path", path_of(e), strlen(path_of(e)));
	describe(job, o, st);
	fprintf(job->to, "%s%s", first ? "[" : ",\n",
		json_object_to_json_string_ext(o,
					       JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void print_escaped(FILE *to, const char *before, const char *bytes,
			  size_t len)
{
	char *text = stargz_text_escape(bytes, len);

	fprintf(to, "%s%s", before, text ? text : "");
	free(text);
}

/* As ls -l, but with full paths, escaped to one line. */
static void list_text(const struct job *job, const struct stargz_walk_entry *e,
		      const struct stargz_stat *st)
{
	char time[STARGZ_TIME_TEXT], bits[11], size[24];
	const char *target;
	size_t len;

	mode_text(bits, st->mode);
	stargz_time_text(time, st->mtime_sec, st->mtime_nsec);
	if (S_ISCHR(st->mode) || S_ISBLK(st->mode))
		snprintf(size, sizeof(size), "%u,%u", st->dev_major,
			 st->dev_minor);
	else
		snprintf(size, sizeof(size), "%llu",
			 (unsigned long long)st->size);
	fprintf(job->to, "%s %3u %5u %5u %10s %s", bits, st->nlink, st->uid,
		st->gid, size, time);
	print_escaped(job->to, " ", path_of(e), strlen(path_of(e)));
	if (!stargz_readlink(job->opened, st->ino, &target, &len, NULL))
		print_escaped(job->to, " -> ", target, len);
	putc('\n', job->to);
}

static int list_one(const struct job *job, struct stargz_walk *walk,
		    const struct stargz_walk_entry *e, bool *first)
{
	const struct settings *s = job->settings;
	struct stargz_stat st;
	int ret = stargz_stat(job->opened, e->ino, &st, job->err);

	if (ret)
		return ret;
	if (e->depth && !s->recursive)
		stargz_walk_skip(walk);
	if (!e->depth && S_ISDIR(st.mode) && !s->recursive)
		return 0;
	if (s->json)
		list_json(job, e, &st, *first);
	else
		list_text(job, e, &st);
	*first = false;
	return 0;
}

int dump_list(const struct job *job)
{
	struct stargz_walk_entry e;
	struct stargz_walk *walk;
	bool first = true;
	int ret = stargz_walk_open(&walk, job->opened, job->settings->path,
				   job->err);

	if (ret)
		return ret;
	while (!ret && (ret = stargz_walk_next(walk, &e, job->err)) > 0)
		ret = e.leaving ? 0 : list_one(job, walk, &e, &first);
	if (!ret && job->settings->json)
		fputs(first ? "[]\n" : "]\n", job->to);
	stargz_walk_close(walk);
	return ret;
}

static int wanted_file(const struct job *job, struct stargz_stat *st)
{
	int ret = wanted(job, st);

	if (!ret && !S_ISREG(st->mode))
		return error_set(job->err, -EINVAL, "%s: not a regular file",
				 job->settings->path);
	return ret;
}

static void add_extent(const struct job *job, struct json_object *rows,
		       const struct stargz_file_extent *e)
{
	struct json_object *row = json_object_new_object();
	struct stargz_span_info span;

	json_object_array_add(rows, row);
	report_int(row, "pos", e->pos);
	report_int(row, "length", e->len);
	report_text(row, "codec", stargz_encoding_name(e->encoding));
	if (e->encoding == STARGZ_ENCODING_HOLE ||
	    stargz_get_span(job->opened, e->span, &span))
		return;
	report_int(row, "span", e->span);
	report_int(row, "offset", e->offset);
	report_int(row, "blob", span.blob);
	report_int(row, "start", span.start);
	report_int(row, "bit", span.bit);
	report_int(row, "compressed", span.compressed);
	report_int(row, "decoded", span.decoded);
}

int dump_extents(const struct job *job)
{
	struct json_object *o, *rows;
	struct stargz_file_extent e;
	struct stargz_stat st;
	int ret = wanted_file(job, &st);

	if (ret)
		return ret;
	o = json_object_new_object();
	rows = json_object_new_array();
	report_int(o, "ino", st.ino);
	report_int(o, "size", st.size);
	for (uint64_t pos = 0; !ret && pos < st.size; pos += e.len) {
		ret = stargz_extent_at(job->opened, st.ino, pos, &e, job->err);
		if (!ret)
			add_extent(job, rows, &e);
	}
	json_object_object_add(o, "extents", rows);
	report_print(job->to, o, job->settings->json);
	return ret;
}

int dump_cat(const struct job *job)
{
	struct stargz_stat st;
	uint64_t pos = 0;
	char *buf;
	ssize_t n;
	int ret = wanted_file(job, &st);

	if (ret)
		return ret;
	buf = malloc(STEP);
	if (!buf)
		return error_set(job->err, -ENOMEM, "out of memory");
	do {
		n = stargz_read(job->opened, st.ino, buf, STEP, pos, job->err);
		if (n > 0)
			pos += fwrite(buf, 1, n, job->to);
	} while (n > 0 && !ferror(job->to));
	free(buf);
	return n < 0 ? n : 0;
}

int dump_blob(const struct job *job)
{
	char buf[64 << 10];
	uint64_t pos = 0;
	ssize_t n;

	do {
		n = stargz_blob_read(job->opened, job->settings->blob, buf,
				     sizeof(buf), pos, job->err);
		if (n > 0)
			pos += fwrite(buf, 1, n, job->to);
	} while (n > 0 && !ferror(job->to));
	return n < 0 ? n : 0;
}
