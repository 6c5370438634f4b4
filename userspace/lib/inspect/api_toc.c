// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/toc.h: the tree as the table of contents of an eStargz layer. A table
 * of contents locates content by gzip members, so spans that continue a member
 * are joined with the spans before them.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/timestamp.h"
#include "base/xattr_pool.h"
#include "content/file.h"
#include "content/read_all.h"
#include "index/records.h"
#include "index/walk.h"
#include "inspect/handle.h"
#include "stargz/text.h"
#include "stargz/toc.h"

/* The gzip member of a span: its first span, and the offset of the span. */
struct member {
	uint32_t first;
	uint64_t inner;
};

struct toc {
	const struct sgz_context *ctx;
	const struct sgz_index *index;
	const struct sgz_vec *ranges;
	FILE *to;
	struct sgz_treewalk walk;
	struct sgz_arena paths;
	const char **first;	/* first path of inodes with several names */
	struct member *members;	/* for each span */
	bool any;
};

static void add(struct json_object *o, const char *key,
		struct json_object *value)
{
	json_object_object_add(o, key, value);
}

static void add_int(struct json_object *o, const char *key, uint64_t value)
{
	add(o, key, json_object_new_uint64(value));
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	add(o, key, json_object_new_string(text));
}

/* Bytes that are not UTF-8 are also stored exactly, as KEY_base64. */
static void add_bytes(struct json_object *o, const char *key,
		      const char *bytes, size_t len)
{
	char name[16], *text = malloc(3 * len + 4);

	if (!text)
		return;
	add(o, key, json_object_new_string_len(text, stargz_text_lossy(text,
								       bytes,
								       len)));
	if (!stargz_text_is_utf8(bytes, len)) {
		snprintf(name, sizeof(name), "%s_base64", key);
		add(o, name,
		    json_object_new_string_len(text,
					       stargz_base64_encode(text, bytes,
								    len)));
	}
	free(text);
}

static void add_time(struct json_object *o, const char *key, uint64_t time)
{
	char text[STARGZ_TIME_TEXT];

	sgz_time_text(text, time);
	add_text(o, key, text);
}

/* A contiguous part of a file within one member. */
struct chunk {
	uint64_t pos;
	uint64_t len;
	uint64_t offset;
	uint64_t inner;
	bool hole;
};

static int compare_ranges(const void *left, const void *right)
{
	const struct sgz_range *a = left, *b = right;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->pos != b->pos)
		return a->pos < b->pos ? -1 : 1;
	return (a->len > b->len) - (a->len < b->len);
}

/* A digest of at most @most bytes of @ino from @pos on, or NULL. */
static const struct sgz_range *find_range(const struct toc *t, uint32_t ino,
					  uint64_t pos, uint64_t most)
{
	const struct sgz_vec *ranges = t->ranges;
	const struct sgz_range key = { .ino = ino, .pos = pos };
	const struct sgz_range *range = ranges->data;
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_ranges(&range[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == ranges->count || range[low].ino != ino ||
	    range[low].pos != pos || range[low].len > most)
		return NULL;
	return &range[low];
}

static void add_digest(struct json_object *o, const char *key,
		       const struct sgz_range *range)
{
	char text[80];

	snprintf(text, sizeof(text), "sha256:%s",
		 sgz_sha256_hex(range->sha256).text);
	add_text(o, key, text);
}

/*
 * Does a span start at the end of the one before it? They may share a byte, as
 * deflate streams are split at bits.
 */
static bool goes_on(const struct stargz_span *span)
{
	uint64_t end = le64toh(span[-1].start) + le32toh(span[-1].clen);
	uint64_t start = le64toh(span->start);

	return span[-1].blob == span->blob &&
	       (end == start || end == start + 1);
}

static int find_members(struct toc *t)
{
	size_t count = t->index->table[STARGZ_TABLE_SPANS].count;

	t->members = calloc(count + 1, sizeof(*t->members));
	if (!t->members)
		return sgz_nomem(t->ctx);
	for (size_t i = 0; i < count; i++) {
		const struct stargz_span *span = sgz_span(t->index, i);
		struct member *m = &t->members[i];

		m->first = i;
		if (!i || span->codec != STARGZ_CODEC_DEFLATE || !goes_on(span))
			continue;
		m->first = m[-1].first;
		m->inner = m[-1].inner + le32toh(span[-1].ulen);
	}
	return 0;
}

static void get_chunk(const struct toc *t, uint32_t ino, uint64_t pos,
		      struct chunk *chunk)
{
	struct sgz_run run;

	sgz_file_run(t->index, ino, pos, &run);
	*chunk = (struct chunk){ .pos = pos, .len = run.len };
	chunk->hole = run.span == STARGZ_NO_SPAN;
	if (chunk->hole)
		return;
	chunk->inner = t->members[run.span].inner + run.offset;
	chunk->offset = le64toh(sgz_span(t->index,
					 t->members[run.span].first)->start);
}

/* The longest chunk at @pos, or the part of it that has a digest. */
static void next_chunk(const struct toc *t, uint32_t ino, uint64_t pos,
		       struct chunk *chunk)
{
	uint64_t size = le64toh(sgz_inode(t->index, ino)->size);
	const struct sgz_range *range;

	get_chunk(t, ino, pos, chunk);
	while (!chunk->hole && pos + chunk->len < size) {
		struct chunk more;

		get_chunk(t, ino, pos + chunk->len, &more);
		if (more.hole || more.offset != chunk->offset ||
		    more.inner != chunk->inner + chunk->len)
			break;
		chunk->len += more.len;
	}
	range = find_range(t, ino, pos, chunk->len);
	if (range && range->len)
		chunk->len = range->len;
}

static void print_entry(struct toc *t, struct json_object *o)
{
	fprintf(t->to, "%s\n%s", t->any ? "," : "",
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	t->any = true;
}

static struct json_object *new_entry(const struct toc *t, const char *type)
{
	struct json_object *o = json_object_new_object();
	const char *path = t->walk.path_len ? t->walk.path : ".";
	size_t len = t->walk.path_len ? t->walk.path_len : 1;
	char *name = malloc(len + 2);

	if (name) {
		memcpy(name, path, len);
		name[len] = '/';
		add_bytes(o, "name", name, len + !strcmp(type, "dir"));
	}
	free(name);
	add_text(o, "type", type);
	return o;
}

static void add_chunk(const struct toc *t, struct json_object *o, uint32_t ino,
		      const struct chunk *chunk)
{
	uint64_t size = le64toh(sgz_inode(t->index, ino)->size);
	const struct sgz_range *range = find_range(t, ino, chunk->pos,
						   chunk->len);

	if (chunk->hole)
		add_text(o, "chunkType", "zeros");
	else
		add_int(o, "offset", chunk->offset);
	if (chunk->inner)
		add_int(o, "innerOffset", chunk->inner);
	if (chunk->pos)
		add_int(o, "chunkOffset", chunk->pos);
	if (chunk->pos + chunk->len < size)
		add_int(o, "chunkSize", chunk->len);
	if (range && range->len == chunk->len)
		add_digest(o, "chunkDigest", range);
}

/* The chunks of a file after the first; each is an entry. */
static void print_chunks(struct toc *t, uint32_t ino, uint64_t pos)
{
	uint64_t size = le64toh(sgz_inode(t->index, ino)->size);

	while (pos < size) {
		struct json_object *o = new_entry(t, "chunk");
		struct chunk chunk;

		next_chunk(t, ino, pos, &chunk);
		add_chunk(t, o, ino, &chunk);
		print_entry(t, o);
		pos += chunk.len;
	}
}

/* The digest of the whole file is that of the range of its size. */
static void add_file_digest(const struct toc *t, struct json_object *o,
			    uint32_t ino, uint64_t size)
{
	const struct sgz_vec *ranges = t->ranges;
	const struct sgz_range *end = (struct sgz_range *)ranges->data +
				      ranges->count;
	const struct sgz_range *range = find_range(t, ino, 0, size);

	for (; range && range < end && range->ino == ino && !range->pos;
	     range++)
		if (range->len == size) {
			add_digest(o, "digest", range);
			return;
		}
}

static void add_xattrs(const struct toc *t, struct json_object *o, uint32_t id)
{
	const struct sgz_xattr_pool pool = {
		.heap = t->index->table[STARGZ_TABLE_XATTRS],
	};
	struct json_object *xattrs = json_object_new_object();
	struct sgz_arena arena = { 0 };
	struct sgz_vec attrs = { 0 };
	const struct sgz_xattr *attr;

	sgz_xattr_pool_get(&pool, id, &arena, &attrs);
	attr = attrs.data;
	for (size_t i = 0; i < attrs.count; i++, attr++) {
		char *text = malloc((attr->value_len + 2) / 3 * 4 + 1);
		char name[256];

		if (!text)
			break;
		memcpy(name, attr->name, attr->name_len);
		name[attr->name_len] = '\0';
		text[stargz_base64_encode(text, attr->value, attr->value_len)] =
			'\0';
		add_text(xattrs, name, text);
		free(text);
	}
	sgz_vec_free(&attrs);
	sgz_arena_free(&arena);
	json_object_object_add(o, "xattrs", xattrs);
}

static const char *type_of(uint16_t mode)
{
	static const char *const types[16] = {
		[1] = "fifo", [2] = "char", [4] = "dir", [6] = "block",
		[8] = "reg", [10] = "symlink",
	};

	return types[mode >> 12];
}

static void add_kind(const struct toc *t, struct json_object *o,
		     const struct stargz_inode *inode)
{
	const char *names = t->index->table[STARGZ_TABLE_NAMES].data;
	uint16_t mode = le16toh(inode->mode);

	if (S_ISREG(mode) && inode->size)
		add_int(o, "size", le64toh(inode->size));
	if (S_ISLNK(mode))
		add_bytes(o, "linkName", names + le32toh(inode->a),
			  le64toh(inode->size));
	if (S_ISCHR(mode) || S_ISBLK(mode)) {
		add_int(o, "devMajor", le32toh(inode->a));
		add_int(o, "devMinor", le32toh(inode->b));
	}
}

static void print_inode(struct toc *t, const struct stargz_inode *inode)
{
	const char *type = type_of(le16toh(inode->mode));
	uint32_t ino = t->walk.ino;
	struct chunk chunk = { 0 };
	struct json_object *o;

	/* A layer cannot contain sockets. */
	if (!type)
		return;
	o = new_entry(t, type);
	add_time(o, "modtime", le64toh(inode->mtime));
	add_int(o, "mode", le16toh(inode->mode) & 07777);
	add_int(o, "uid", le32toh(inode->uid));
	add_int(o, "gid", le32toh(inode->gid));
	add_kind(t, o, inode);
	if (inode->xattr)
		add_xattrs(t, o, le32toh(inode->xattr));
	if (S_ISREG(le16toh(inode->mode)))
		add_file_digest(t, o, ino, le64toh(inode->size));
	if (S_ISREG(le16toh(inode->mode)) && inode->size) {
		next_chunk(t, ino, 0, &chunk);
		add_chunk(t, o, ino, &chunk);
	}
	print_entry(t, o);
	if (chunk.len)
		print_chunks(t, ino, chunk.len);
}

static int print_name(struct toc *t)
{
	const struct stargz_inode *inode = sgz_inode(t->index, t->walk.ino);
	const char **first = &t->first[t->walk.ino - 1];
	struct json_object *o;

	if (*first) {
		o = new_entry(t, "hardlink");
		add_bytes(o, "linkName", *first, strlen(*first));
		print_entry(t, o);
		return 0;
	}
	print_inode(t, inode);
	if (S_ISDIR(le16toh(inode->mode)) || le32toh(inode->nlink) < 2)
		return 0;
	*first = sgz_arena_copy(&t->paths, t->walk.path,
				t->walk.path_len + 1);
	return *first ? 0 : sgz_nomem(t->ctx);
}

static int print_all(struct toc *t)
{
	int ret = sgz_treewalk_open(&t->walk, t->ctx, t->index, "", 0);

	fputs("{\"version\":1,\"entries\":[", t->to);
	while (!ret && !ferror(t->to)) {
		ret = sgz_treewalk_next(&t->walk);
		if (ret <= 0)
			break;
		ret = t->walk.leaving ? 0 : print_name(t);
	}
	fputs("\n]}\n", t->to);
	return ret;
}

int stargz_toc_write(struct stargz_opened *opened, FILE *to,
		     struct stargz_error *err)
{
	struct sgz_vec *ranges = &opened->o.ranges;
	struct toc t = {
		.ctx = sgz_handle_enter(opened, err),
		.index = &opened->o.index,
		.ranges = ranges,
		.to = to,
	};
	int ret;

	if (ranges->count)
		qsort(ranges->data, ranges->count, sizeof(struct sgz_range),
		      compare_ranges);
	t.first = calloc(t.index->table[STARGZ_TABLE_INODES].count,
			 sizeof(*t.first));
	ret = t.first ? find_members(&t) : sgz_nomem(t.ctx);
	if (!ret)
		ret = print_all(&t);
	sgz_treewalk_close(&t.walk);
	sgz_arena_free(&t.paths);
	free(t.members);
	free(t.first);
	return ret;
}
