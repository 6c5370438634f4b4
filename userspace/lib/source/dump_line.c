// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading lines from a text of any size, and parsing them in place.
 */
#include <string.h>

#include "base/escape.h"
#include "index/lookup.h"
#include "inspect/dump.h"
#include "source/dump_line.h"

#define STEP	(64u << 10)
/* Size of reads for a single line at a known position. */
#define STEP_AGAIN	(4u << 10)

/* Positions of the fields. */
enum { PATH, TYPE, MODE, UID, GID, MTIME, SIZE, DATA, DIGEST };

int sgz_dump_bad(const struct sgz_dump_lines *lines, const char *why)
{
	if (!lines->counted)
		return sgz_fail(lines->ctx, -EUCLEAN, "byte %llu: %s",
				(unsigned long long)lines->start, why);
	return sgz_fail(lines->ctx, -EUCLEAN, "line %llu: %s",
			(unsigned long long)lines->number, why);
}

/* Read more bytes after the used line; returns 0 at the end of the text. */
static ssize_t more(struct sgz_dump_lines *lines)
{
	size_t step = lines->counted ? STEP : STEP_AGAIN;
	uint64_t pos;
	char *to;
	ssize_t n;

	lines->text.count -= lines->used;
	if (lines->text.count && lines->used)
		memmove(lines->text.data,
			(char *)lines->text.data + lines->used,
			lines->text.count);
	lines->used = 0;
	pos = lines->start + lines->text.count;
	to = sgz_vec_add(&lines->text, step, 1);
	if (!to)
		return sgz_nomem(lines->ctx);
	n = pos < lines->blob->size ?
		sgz_blob_some(lines->blob, lines->ctx, pos, to, step) : 0;
	lines->text.count -= step - (n > 0 ? n : 0);
	return n;
}

int sgz_dump_next_line(struct sgz_dump_lines *lines, char **line, size_t *len)
{
	size_t seen = 0, have;
	const char *from;
	char *end;

	lines->start = lines->next;
	lines->number++;
	for (;;) {
		ssize_t n;

		have = lines->text.count - lines->used;
		/* Before the first read there is no text to point into. */
		if (have > seen) {
			from = (const char *)lines->text.data + lines->used;
			end = memchr(from + seen, '\n', have - seen);
			if (end)
				break;
		}
		seen = have;
		if (seen > SGZ_DUMP_LINE_MAX)
			return sgz_dump_bad(lines, "is too long");
		n = more(lines);
		if (n < 0)
			return n;
		if (!n)
			return seen ? sgz_dump_bad(lines, "has no newline") : 0;
	}
	*line = (char *)lines->text.data + lines->used;
	*len = end - *line;
	*end = '\0';
	lines->used += *len + 1;
	lines->next = lines->start + *len + 1;
	return 1;
}

static bool number(const char *text, int base, uint64_t most, uint64_t *value)
{
	*value = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		unsigned int digit = *text - '0';

		if (digit >= (unsigned int)base ||
		    *value > (most - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	return true;
}

static bool is_none(const char *text)
{
	return !strcmp(text, SGZ_DUMP_NONE);
}

/* Unescape an absolute path in place; its names may not be "." or "..". */
static const char *take_path(char *text, const char **path, size_t *len)
{
	const char *name, *end;

	if (*text++ != '/' || !sgz_unescape(text, strlen(text), len) ||
	    memchr(text, '\0', *len) || *len > SGZ_PATH_LONGEST)
		return "invalid path";
	*path = text;
	end = text + *len;
	for (name = text; *len; name++) {
		const char *slash = memchr(name, '/', end - name);
		size_t n = (slash ? slash : end) - name;

		if (!n || n > 255 || (n == 1 && *name == '.') ||
		    (n == 2 && !memcmp(name, "..", 2)))
			return "invalid path";
		if (!slash)
			break;
		name = slash;
	}
	return NULL;
}

static const char *take_numbers(struct sgz_tar_header *h, char **field)
{
	uint64_t mode, uid, gid;

	if (!number(field[MODE], 8, 07777, &mode) ||
	    !number(field[UID], 10, UINT32_MAX, &uid) ||
	    !number(field[GID], 10, UINT32_MAX, &gid) ||
	    !number(field[SIZE], 10, INT64_MAX, &h->size))
		return "invalid number";
	h->mode = mode;
	h->uid = uid;
	h->gid = gid;
	h->file_size = h->size;
	h->time = sgz_time_decimal(field[MTIME], strlen(field[MTIME]),
				   &h->mtime);
	return h->time == SGZ_TIME_OK ? NULL : "invalid time";
}

static const char *take_device(struct sgz_tar_header *h, char *text)
{
	char *colon = strchr(text, ':');
	uint64_t major, minor;

	if (!colon)
		return "invalid device";
	*colon = '\0';
	if (!number(text, 10, UINT32_MAX, &major) ||
	    !number(colon + 1, 10, UINT32_MAX, &minor))
		return "invalid device";
	h->major = major;
	h->minor = minor;
	return NULL;
}

static const char *take_target(struct sgz_tar_header *h, char *text)
{
	size_t len;

	if (is_none(text) || !sgz_unescape(text, strlen(text), &len) ||
	    !len || memchr(text, '\0', len) || len != h->size)
		return "invalid target, or not of the stated size";
	h->link = text;
	h->link_len = len;
	return NULL;
}

static const char *take_content(struct sgz_dump_line *to, char **field)
{
	to->digest_set = !is_none(field[DIGEST]);
	if (to->digest_set && stargz_sha256_parse(field[DIGEST], to->digest))
		return "invalid digest";
	if (!is_none(field[DATA]))
		return take_path(field[DATA], &to->content, &to->content_len);
	return to->h.size ? "a file with a size needs content" : NULL;
}

static const char *take_kind(struct sgz_dump_line *to, char **field)
{
	if (to->type != 'f' && !is_none(field[DIGEST]))
		return "only a regular file can have a digest";
	switch (to->type) {
	case 'f':
		return take_content(to, field);
	case 'l':
		return take_target(&to->h, field[DATA]);
	case 'c':
	case 'b':
		return take_device(&to->h, field[DATA]);
	case 'd':
	case 'p':
	case 's':
		return is_none(field[DATA]) ? NULL :
		       "this type cannot have content";
	default:
		return "unknown type";
	}
}

static const char *take_link(struct sgz_dump_line *to, char **field)
{
	for (int i = MODE; i < DATA; i++)
		if (!is_none(field[i]))
			return "a hard link cannot have attributes";
	if (!is_none(field[DIGEST]))
		return "a hard link cannot have a digest";
	return take_path(field[DATA], &to->h.link, &to->h.link_len);
}

static const char *take_xattr(struct sgz_xattr *attr, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return "invalid extended attribute";
	*equals = '\0';
	attr->name = text;
	attr->value = equals + 1;
	if (!sgz_unescape(text, equals - text, &attr->name_len) ||
	    !sgz_unescape(equals + 1, strlen(equals + 1), &attr->value_len) ||
	    sgz_xattr_fault(attr))
		return "invalid extended attribute";
	return NULL;
}

/* The rest of the line, with a space before each attribute. */
static const char *take_xattrs(struct sgz_dump_line *to, char *rest)
{
	while (rest) {
		char *text = strsep(&rest, " ");
		struct sgz_xattr *attr = sgz_vec_add(&to->h.pax.xattrs, 1,
						     sizeof(*attr));
		const char *why = attr ? take_xattr(attr, text) :
					 "out of memory";

		if (why)
			return why;
	}
	return NULL;
}

static void clear_size(struct sgz_tar_header *h)
{
	h->size = 0;
	h->file_size = 0;
}

static const char *parse(struct sgz_dump_line *to, char *line)
{
	char *field[SGZ_DUMP_FIELDS];
	const char *why;

	for (int i = 0; i < SGZ_DUMP_FIELDS; i++) {
		field[i] = strsep(&line, " ");
		if (!field[i] || !*field[i])
			return "too few fields";
	}
	to->type = field[TYPE][0];
	if (field[TYPE][1])
		return "unknown type";
	why = take_path(field[PATH], &to->path, &to->path_len);
	if (why)
		return why;
	if (to->type == 'h')
		return line ? "a hard link cannot have attributes" :
			      take_link(to, field);
	why = take_numbers(&to->h, field);
	if (!why)
		why = take_kind(to, field);
	if (to->type != 'f')
		clear_size(&to->h);
	return why ? why : take_xattrs(to, line);
}

int sgz_dump_parse(const struct sgz_dump_lines *lines,
		   struct sgz_dump_line *to, char *line, size_t len)
{
	struct sgz_vec xattrs = to->h.pax.xattrs;
	const char *why;

	memset(to, 0, sizeof(*to));
	to->h.pax.xattrs = xattrs;
	to->h.pax.xattrs.count = 0;
	if (memchr(line, '\0', len))
		return sgz_dump_bad(lines, "contains a NUL byte");
	why = parse(to, line);
	return why ? sgz_dump_bad(lines, why) : 0;
}
