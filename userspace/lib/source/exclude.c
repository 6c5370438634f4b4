// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Omitting entries, and replacing hard links to omitted files.
 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/spool.h"
#include "source/exclude.h"
#include "source/rewrite.h"

/**
 * struct gone - an omitted file
 * @path: its cleaned path
 * @path_len: length of @path in bytes
 * @older: an omitted file that had the same path before
 * @same: the omitted target, if it was a hard link to one
 * @names: its names in the layer; initially none, and later entries may replace
 *	them
 * @kept: the temporary file holds its header blocks and payload
 * @at: position of its header blocks there, before its payload
 * @head_len: size of the header blocks in bytes
 * @size: size of the payload in bytes
 */
struct gone {
	const char *path;
	size_t path_len;
	struct gone *older;
	struct gone *same;
	struct bearer *names;
	bool kept;
	uint64_t at;
	size_t head_len;
	uint64_t size;
};

/**
 * struct bearer - a name in the layer of an omitted file
 * @path: the cleaned path
 * @path_len: length of @path in bytes
 * @name: the name in the tar
 * @name_len: length of @name in bytes
 * @gone: the file
 * @next: another name of the file
 * @prev: the pointer to this struct
 */
struct bearer {
	const char *path;
	size_t path_len;
	const char *name;
	size_t name_len;
	struct gone *gone;
	struct bearer *next;
	struct bearer **prev;
};

/**
 * struct excluder - the source
 * @source: its interface
 * @inner: the source of the entries
 * @ex: the rules
 * @rw: makes new header blocks
 * @hr: reads the header blocks of restored files
 * @h: a changed header
 * @gone: tree of struct gone
 * @bearers: tree of struct bearer
 * @strings: memory for their strings
 * @path: a cleaned path
 * @spool: temporary file with omitted files
 * @back: the current payload comes from @spool
 * @at: next byte there
 * @left: remaining bytes there
 * @pad: number of zeroes after them
 */
struct excluder {
	struct sgz_source source;
	struct sgz_source *inner;
	const struct sgz_exclude *ex;
	struct sgz_rewriter rw;
	struct sgz_head_reader hr;
	struct sgz_tar_header h;
	void *gone;
	void *bearers;
	struct sgz_arena strings;
	struct sgz_vec path;
	struct sgz_spool spool;
	bool back;
	uint64_t at;
	uint64_t left;
	uint64_t pad;
};

static struct excluder *to_excluder(struct sgz_source *source)
{
	return (struct excluder *)source;
}

/* Set @x->path to the cleaned path. */
static int clean(struct excluder *x, const char *path, size_t len)
{
	char *to;

	x->path.count = 0;
	to = sgz_vec_add(&x->path, len + 1, 1);
	if (!to)
		return sgz_nomem(x->rw.ctx);
	x->path.count = sgz_path_clean(to, path, len);
	return 0;
}

static int compare_gone(const void *left, const void *right)
{
	const struct gone *a = left, *b = right;

	if (a->path_len != b->path_len)
		return a->path_len < b->path_len ? -1 : 1;
	return memcmp(a->path, b->path, a->path_len);
}

/* The omitted file with the path @x->path, or NULL. */
static struct gone *find(const struct excluder *x)
{
	const struct gone key = {
		.path = x->path.data, .path_len = x->path.count
	};
	struct gone **found = tfind(&key, &x->gone, compare_gone);
	struct gone *gone = found ? *found : NULL;

	return gone && gone->same ? gone->same : gone;
}

/* Add an omitted file with the path @x->path. */
static struct gone *add_gone(struct excluder *x)
{
	struct gone *gone = calloc(1, sizeof(*gone)), **found;

	if (!gone)
		return NULL;
	gone->path_len = x->path.count;
	gone->path = sgz_arena_copy(&x->strings, x->path.data, x->path.count);
	found = gone->path ? tsearch(gone, &x->gone, compare_gone) : NULL;
	if (!found) {
		free(gone);
		return NULL;
	}
	if (*found != gone)
		gone->older = *found;
	*found = gone;
	return gone;
}

static void free_gone(void *first)
{
	struct gone *gone = first;

	while (gone) {
		struct gone *older = gone->older;

		free(gone);
		gone = older;
	}
}

static int keep_payload(struct excluder *x, uint64_t size)
{
	char buf[32 << 10];
	int ret = 0;

	while (!ret && size) {
		ssize_t n = x->inner->read(x->inner, buf, size < sizeof(buf) ?
							  size : sizeof(buf));

		if (n < 0)
			return n;
		if (!n)
			return sgz_fail(x->rw.ctx, -EUCLEAN,
					"a file ends too early");
		size -= n;
		ret = sgz_spool_add(&x->spool, buf, n);
	}
	return ret;
}

static int compare_bearers(const void *left, const void *right)
{
	const struct bearer *a = left, *b = right;

	if (a->path_len != b->path_len)
		return a->path_len < b->path_len ? -1 : 1;
	return memcmp(a->path, b->path, a->path_len);
}

/* The name @x->path in the layer if it is that of an omitted file, or NULL. */
static struct bearer *find_bearer(const struct excluder *x)
{
	const struct bearer key = {
		.path = x->path.data, .path_len = x->path.count
	};
	struct bearer **found = tfind(&key, &x->bearers, compare_bearers);

	return found ? *found : NULL;
}

/* An entry replaces the name @x->path. */
static void take_name(struct excluder *x)
{
	struct bearer *b = find_bearer(x);

	if (!b)
		return;
	tdelete(b, &x->bearers, compare_bearers);
	*b->prev = b->next;
	if (b->next)
		b->next->prev = b->prev;
	free(b);
}

/* Add a name to an omitted file that is in the layer; the name is unused. */
static int add_name(struct excluder *x, struct gone *gone, const char *name,
		    size_t len)
{
	struct bearer *b = calloc(1, sizeof(*b));
	char *path;

	if (!b)
		return sgz_nomem(x->rw.ctx);
	path = sgz_arena_copy(&x->strings, name, len);
	b->path = path;
	b->name = sgz_arena_copy(&x->strings, name, len);
	if (b->path && b->name)
		b->path_len = sgz_path_clean(path, path, len);
	b->name_len = len;
	b->gone = gone;
	if (!b->path || !b->name || !tsearch(b, &x->bearers, compare_bearers)) {
		free(b);
		return sgz_nomem(x->rw.ctx);
	}
	b->prev = &gone->names;
	b->next = gone->names;
	if (b->next)
		b->next->prev = &b->next;
	gone->names = b;
	return 0;
}

/* An omitted hard link is another path of its target. */
static int keep_link(struct excluder *x, const struct sgz_tar_header *h)
{
	struct gone *same, *gone;
	struct bearer *bearer;
	int ret = clean(x, h->link, h->link_len);

	if (ret)
		return ret;
	same = find(x);
	bearer = find_bearer(x);
	if (!same && bearer)
		same = bearer->gone;
	ret = clean(x, h->name, h->name_len);
	if (ret)
		return ret;
	gone = add_gone(x);
	if (!gone)
		return sgz_nomem(x->rw.ctx);
	gone->same = same;
	return same ? 0 : add_name(x, gone, h->link, h->link_len);
}

static bool is_directory(const struct sgz_tar_header *h)
{
	mode_t mode;

	return !sgz_tar_type(h, &mode) && S_ISDIR(mode);
}

/* Keep an omitted entry with the path @x->path, for hard links to it. */
static int keep(struct excluder *x, const struct sgz_source_entry *entry)
{
	struct gone *gone;
	int ret = 0;

	if (is_directory(entry->h))
		return 0;
	if (entry->h->type == '1')
		return keep_link(x, entry->h);
	if (!x->spool.ctx)
		ret = sgz_spool_open(&x->spool, x->rw.ctx);
	if (ret)
		return ret;
	gone = add_gone(x);
	if (!gone)
		return sgz_nomem(x->rw.ctx);
	gone->kept = true;
	gone->at = x->spool.size;
	gone->head_len = entry->head_len;
	gone->size = entry->h->size;
	ret = sgz_spool_add(&x->spool, entry->head, entry->head_len);
	return ret ? ret : keep_payload(x, gone->size);
}

static int read_head(struct excluder *x, const struct gone *gone)
{
	char *to = sgz_vec_add(&x->hr.bytes, gone->head_len, 1);
	ssize_t n;

	if (!to)
		return sgz_nomem(x->rw.ctx);
	n = sgz_spool_read(&x->spool, gone->at, to, gone->head_len);
	if (n < 0)
		return n;
	return sgz_head_read(&x->hr, x->rw.ctx);
}

/* Replace the first remaining hard link by the omitted file. */
static int bring_back(struct excluder *x, struct sgz_source_entry *entry,
		      struct gone *gone)
{
	const struct sgz_tar_header *link = entry->h;
	int ret;

	if (!gone->kept)
		return sgz_fail(x->rw.ctx, -EINVAL,
				"%s: a hard link to a file that a later entry replaces and whose other names are excluded",
				sgz_quote(link->name, link->name_len).text);
	ret = read_head(x, gone);
	if (!ret)
		ret = add_name(x, gone, link->name, link->name_len);
	if (ret)
		return ret;
	x->h = x->hr.tar.h;
	x->h.name = gone->names->name;
	x->h.name_len = gone->names->name_len;
	x->back = true;
	x->at = gone->at + gone->head_len;
	x->left = gone->size;
	x->pad = sgz_tar_padding(gone->size);
	return sgz_rewrite(&x->rw, entry, &x->h);
}

/* Let the hard link refer to a name that is in the layer. */
static int relink(struct excluder *x, struct sgz_source_entry *entry,
		  const struct bearer *bearer)
{
	x->h = *entry->h;
	x->h.link = bearer->name;
	x->h.link_len = bearer->name_len;
	return sgz_rewrite(&x->rw, entry, &x->h);
}

/*
 * Handle a hard link, possibly to an omitted file. Returns 1, 0 if the link is
 * already a name of the file, or a negative errno.
 */
static int redirect(struct excluder *x, struct sgz_source_entry *entry)
{
	const struct bearer *bearer, *own;
	struct gone *gone;
	int ret = clean(x, entry->h->link, entry->h->link_len);

	if (ret)
		return ret;
	gone = find(x);
	bearer = find_bearer(x);
	if (!gone && bearer)
		gone = bearer->gone;
	ret = clean(x, entry->h->name, entry->h->name_len);
	if (ret)
		return ret;
	own = find_bearer(x);
	if (gone && own && own->gone == gone)
		return 0;
	take_name(x);
	if (!gone)
		return 1;
	if (!gone->names)
		ret = bring_back(x, entry, gone);
	else if (!bearer)
		ret = relink(x, entry, gone->names);
	if (!ret && entry->h->type == '1')
		ret = add_name(x, gone, entry->h->name, entry->h->name_len);
	return ret ? ret : 1;
}

static int exclude_next(struct sgz_source *source,
			struct sgz_source_entry *entry)
{
	struct excluder *x = to_excluder(source);
	int ret;

	x->back = false;
	while ((ret = x->inner->next(x->inner, entry)) == 1) {
		ret = sgz_rewrite(&x->rw, entry, NULL);
		if (!ret)
			ret = clean(x, entry->h->name, entry->h->name_len);
		if (ret)
			return ret;
		if (sgz_excluded(x->ex, x->path.data, x->path.count)) {
			ret = keep(x, entry);
		} else if (entry->h->type == '1') {
			ret = redirect(x, entry);
		} else {
			take_name(x);
			ret = 1;
		}
		if (ret)
			return ret;
	}
	return ret;
}

static ssize_t exclude_read(struct sgz_source *source, void *buf, size_t len)
{
	struct excluder *x = to_excluder(source);
	ssize_t n;

	if (!x->back)
		return x->inner->read(x->inner, buf, len);
	if (x->left) {
		n = sgz_spool_read(&x->spool, x->at, buf,
				   len < x->left ? len : x->left);
		if (n > 0) {
			x->at += n;
			x->left -= n;
		}
		return n;
	}
	if (len > x->pad)
		len = x->pad;
	memset(buf, 0, len);
	x->pad -= len;
	return len;
}

static void exclude_close(struct sgz_source *source)
{
	struct excluder *x = to_excluder(source);

	x->inner->close(x->inner);
	if (x->spool.ctx)
		sgz_spool_close(&x->spool);
	tdestroy(x->bearers, free);
	tdestroy(x->gone, free_gone);
	sgz_arena_free(&x->strings);
	sgz_vec_free(&x->path);
	sgz_head_reader_free(&x->hr);
	sgz_rewriter_free(&x->rw);
	free(x);
}

int sgz_source_exclude(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       const struct sgz_exclude *ex)
{
	struct excluder *x = calloc(1, sizeof(*x));

	if (!x)
		return sgz_nomem(ctx);
	x->source.next = exclude_next;
	x->source.read = exclude_read;
	x->source.close = exclude_close;
	x->inner = *source;
	x->ex = ex;
	x->rw.ctx = ctx;
	*source = &x->source;
	return 0;
}
