// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Removing entries that later entries of the tar replace from a table of
 * contents. The text is read again, one entry in each line, and rewritten. This
 * is rarely necessary, so the normal path need not provide for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "layer/toc_write.h"
#include "stargz/text.h"
#include "tar/whiteout.h"

/* Reader of a text, line by line. */
struct lines {
	struct sgz_spool *from;
	uint64_t at;
	char buf[64 << 10];
	size_t used;		/* bytes of the buffer that were read */
	size_t have;
	struct sgz_vec line;	/* its count does not include the final NUL */
};

static int fill(struct lines *l)
{
	ssize_t n = sgz_spool_read(l->from, l->at, l->buf, sizeof(l->buf));

	if (n < 0)
		return n;
	l->at += n;
	l->used = 0;
	l->have = n;
	return 0;
}

/* Read the next entry. Returns 1, 0 at the end, or a negative errno. */
static int next_line(struct lines *l)
{
	bool ended = false;
	char *text;

	l->line.count = 0;
	while (!ended) {
		const char *start, *newline;
		size_t len;

		if (l->used == l->have) {
			int ret = fill(l);

			if (ret)
				return ret;
		}
		if (!l->have)
			break;
		start = l->buf + l->used;
		len = l->have - l->used;
		newline = memchr(start, '\n', len);
		ended = newline;
		if (ended)
			len = newline - start;
		text = sgz_vec_add(&l->line, len + 1, 1);
		if (!text)
			return sgz_nomem(l->from->ctx);
		memcpy(text, start, len);
		l->line.count--;
		l->used += len + ended;
	}
	/* Remove the comma that precedes the newline between two entries. */
	if (ended)
		((char *)l->line.data)[--l->line.count] = '\0';
	return l->line.count > 0;
}

static int set_text(struct json_object *to, const char *key, const char *bytes,
		    size_t len)
{
	struct json_object *value = NULL;
	char *text = malloc(3 * len + 1);

	if (text)
		value = json_object_new_string_len(text, stargz_text_lossy(text,
									   bytes,
									   len));
	free(text);
	if (value && !json_object_object_add(to, key, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* Write an entry with another name or link target. */
static int write_changed(struct sgz_toc_writer *w, const char *line,
			 const struct sgz_fate *fate,
			 const struct sgz_entry *name)
{
	struct json_object *json = json_tokener_parse(line);
	const char *text = NULL;
	size_t len;
	int ret = json ? 0 : -ENOMEM;

	if (!ret && fate->path)
		ret = set_text(json, "name", fate->path, fate->path_len);
	else if (!ret && fate->kind == SGZ_RENAMED)
		ret = set_text(json, "name", name->name, name->name_len);
	if (!ret && fate->link)
		ret = set_text(json, "linkName", fate->link, fate->link_len);
	else if (!ret && fate->kind == SGZ_RELINKED)
		ret = set_text(json, "linkName", name->name, name->name_len);
	if (!ret)
		text = json_object_to_json_string_length(json, SGZ_TOC_FORMAT,
							 &len);
	ret = text ? sgz_toc_writer_put(w, text, len) : sgz_nomem(w->ctx);
	json_object_put(json);
	return ret;
}

/*
 * Does the table need the resolved paths of an entry? If a path is not UTF-8,
 * readers look up its bytes in the tar, by the name that the tar has.
 */
static bool has_paths(const struct sgz_fate *fate)
{
	return (fate->path || fate->link) &&
	       sgz_lossy_equal(fate->path, fate->path_len, fate->path,
			       fate->path_len) &&
	       sgz_lossy_equal(fate->link, fate->link_len, fate->link,
			       fate->link_len);
}

static int write_line(struct sgz_toc_writer *w, const struct sgz_vec *line,
		      const struct sgz_expected *e,
		      const struct sgz_fate *fate)
{
	if (fate->kind == SGZ_GOES)
		return 0;
	if (fate->kind == SGZ_STAYS && !has_paths(fate))
		return sgz_toc_writer_put(w, line->data, line->count);
	return write_changed(w, line->data, fate,
			     sgz_toc_entry(&e->toc, fate->name));
}

/* The entries to copy. */
enum part {
	ALL,
	MARKERS,
	OTHERS,
};

static bool is_part(enum part part, const struct sgz_expected *e, size_t i)
{
	const struct sgz_entry *entry = sgz_toc_entry(&e->toc, i);
	bool marker = sgz_is_marker(entry->name, entry->name_len);

	return part == ALL || marker == (part == MARKERS);
}

static int copy(struct sgz_toc_writer *w, struct lines *l,
		const struct sgz_expected *e, const struct sgz_settled *s,
		enum part part)
{
	const uint64_t *first = e->first.data;
	uint64_t line = 0;
	size_t i = 0;
	int ret;

	l->at = strlen(SGZ_TOC_HEAD);
	l->used = 0;
	l->have = 0;
	while ((ret = next_line(l)) == 1) {
		while (i + 1 < e->first.count && first[i + 1] <= line)
			i++;
		if (is_part(part, e, i))
			ret = write_line(w, &l->line, e, sgz_fate(s, i));
		if (ret < 0)
			break;
		line++;
	}
	return ret;
}

int sgz_toc_writer_settle(struct sgz_toc_writer *w,
			  const struct sgz_expected *e,
			  const struct sgz_settled *s)
{
	struct sgz_spool *old = malloc(sizeof(*old));
	struct lines *l = calloc(1, sizeof(*l));
	int ret = -ENOMEM;

	if (!old || !l) {
		sgz_nomem(w->ctx);
		goto out;
	}
	*old = w->spool;
	l->from = old;
	ret = sgz_toc_writer_again(w);
	if (!ret)
		ret = copy(w, l, e, s, s->renamed ? MARKERS : ALL);
	if (!ret && s->renamed)
		ret = copy(w, l, e, s, OTHERS);
	sgz_vec_free(&l->line);
	sgz_spool_close(old);
out:
	free(old);
	free(l);
	return ret;
}
