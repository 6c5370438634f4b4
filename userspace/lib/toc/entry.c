// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * One entry of a TOC: from JSON to struct sgz_entry and struct sgz_chunk,
 * with all checks that need no other entry. Producers rely on the rules of
 * Go's encoding/json: the case of keys is ignored, unknown keys are skipped,
 * null means absent.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/path.h"
#include "base/timestamp.h"
#include "stargz_fs.h"
#include "toc/entry.h"

enum field {
	NAME, TYPE, SIZE, MODTIME, LINKNAME, MODE, UID, GID, OFFSET,
	INNEROFFSET, DEVMAJOR, DEVMINOR, XATTRS, DIGEST, CHUNKOFFSET,
	CHUNKSIZE, CHUNKDIGEST, CHUNKTYPE, FIELDS
};

/* Longest key, with its NUL. */
#define KEY_MAX	12

static const char keys[FIELDS][KEY_MAX] = {
	[NAME] = "name",
	[TYPE] = "type",
	[SIZE] = "size",
	[MODTIME] = "modtime",
	[LINKNAME] = "linkName",
	[MODE] = "mode",
	[UID] = "uid",
	[GID] = "gid",
	[OFFSET] = "offset",
	[INNEROFFSET] = "innerOffset",
	[DEVMAJOR] = "devMajor",
	[DEVMINOR] = "devMinor",
	[XATTRS] = "xattrs",
	[DIGEST] = "digest",
	[CHUNKOFFSET] = "chunkOffset",
	[CHUNKSIZE] = "chunkSize",
	[CHUNKDIGEST] = "chunkDigest",
	[CHUNKTYPE] = "chunkType",
};

/* The members of one entry, NULL where absent or null. */
struct raw_entry {
	struct sgz_decoder *d;
	struct json_object *f[FIELDS];
};

struct text {
	const char *p;
	size_t len;
};

static const struct {
	const char *name;
	mode_t mode;
	uint8_t flags;
} types[] = {
	{ "reg", S_IFREG, 0 },
	{ "dir", S_IFDIR, 0 },
	{ "symlink", S_IFLNK, 0 },
	{ "hardlink", 0, SGZ_HARDLINK },
	{ "char", S_IFCHR, 0 },
	{ "block", S_IFBLK, 0 },
	{ "fifo", S_IFIFO, 0 },
};

static struct sgz_quoted entry_quoted(const struct raw_entry *e)
{
	struct json_object *name = e->f[NAME];

	if (!json_object_is_type(name, json_type_string))
		return sgz_quote("", 0);
	return sgz_quote(json_object_get_string(name),
			 json_object_get_string_len(name));
}

static int bad_entry(const struct raw_entry *e, int code, const char *why)
{
	return sgz_fail(e->d->ctx, code, "entry %" PRIu64 ", %s: %s",
			e->d->seen, entry_quoted(e).text, why);
}

static void warn_entry(const struct raw_entry *e, const char *why)
{
	sgz_warn(e->d->ctx, "%s: %s", entry_quoted(e).text, why);
}

static void collect_fields(struct raw_entry *e, struct json_object *value)
{
	json_object_object_foreach(value, key, member) {
		size_t len = strlen(key);

		for (int i = 0; len < KEY_MAX && i < FIELDS; i++)
			if (!keys[i][len] && !strcasecmp(keys[i], key))
				e->f[i] = member;
	}
}

int sgz_json_int(struct json_object *value, int64_t *number)
{
	if (!json_object_is_type(value, json_type_int))
		return -EINVAL;
	*number = json_object_get_int64(value);
	/* Above INT64_MAX json-c keeps an unsigned number and clamps here. */
	if (*number >= 0 && (uint64_t)*number != json_object_get_uint64(value))
		return -EINVAL;
	return 0;
}

/* Read an integer in [0, max]; an absent one is 0. */
static int get_int(const struct raw_entry *e, enum field field, uint64_t max,
		   uint64_t *number)
{
	char why[80];
	int64_t n = 0;

	if (e->f[field] && sgz_json_int(e->f[field], &n)) {
		snprintf(why, sizeof(why), "%s is not a 64-bit integer",
			 keys[field]);
		return bad_entry(e, -EUCLEAN, why);
	}
	if (n < 0 || (uint64_t)n > max) {
		snprintf(why, sizeof(why), "%s %" PRId64 " is out of range",
			 keys[field], n);
		return bad_entry(e, -EUCLEAN, why);
	}
	*number = n;
	return 0;
}

/* Read a string; an absent one is empty. */
static int get_text(const struct raw_entry *e, enum field field,
		    struct text *text)
{
	char why[80];

	text->p = "";
	text->len = 0;
	if (!e->f[field])
		return 0;
	if (!json_object_is_type(e->f[field], json_type_string)) {
		snprintf(why, sizeof(why), "%s is not a string", keys[field]);
		return bad_entry(e, -EUCLEAN, why);
	}
	text->p = json_object_get_string(e->f[field]);
	text->len = json_object_get_string_len(e->f[field]);
	return 0;
}

static bool text_is(const struct text *text, const char *word)
{
	return text->len == strlen(word) && !memcmp(text->p, word, text->len);
}

static char *keep(const struct raw_entry *e, const struct text *text)
{
	return sgz_arena_copy(&e->d->toc->strings, text->p, text->len);
}

static int decode_name(const struct raw_entry *e, struct sgz_entry *entry)
{
	struct text text;
	char *name;
	int ret;

	ret = get_text(e, NAME, &text);
	if (ret)
		return ret;
	if (!e->f[NAME])
		return bad_entry(e, -EUCLEAN, "has no name");
	name = keep(e, &text);
	if (!name)
		return sgz_nomem(e->d->ctx);
	entry->flags |= sgz_absolute_flags(name, text.len, "", 0);
	entry->name = name;
	entry->name_len = sgz_path_clean(name, name, text.len);
	if (sgz_has_replacement(name, entry->name_len))
		entry->flags |= SGZ_LOSSY_NAME;
	return 0;
}

static int decode_link(const struct raw_entry *e, struct sgz_entry *entry)
{
	struct text text;
	char *link;
	int ret;

	ret = get_text(e, LINKNAME, &text);
	if (ret)
		return ret;
	if (!(entry->flags & SGZ_HARDLINK)) {
		if (!text.len)
			return bad_entry(e, -EUCLEAN, "symbolic link without target");
		if (memchr(text.p, '\0', text.len))
			return bad_entry(e, -EUCLEAN,
					 "target of the symbolic link has a NUL byte");
		if (text.len > STARGZ_SYMLINK_MAX)
			return bad_entry(e, -EUCLEAN,
					 "target of the symbolic link is longer than 4095 bytes");
	}
	link = keep(e, &text);
	if (!link)
		return sgz_nomem(e->d->ctx);
	entry->flags |= sgz_absolute_flags("", 0, link, text.len);
	entry->link = link;
	entry->link_len = text.len;
	if (entry->flags & SGZ_HARDLINK)
		entry->link_len = sgz_path_clean(link, link, text.len);
	if (sgz_has_replacement(link, entry->link_len))
		entry->flags |= SGZ_LOSSY_LINK;
	return 0;
}

static int decode_owner(const struct raw_entry *e, struct sgz_entry *entry)
{
	uint64_t mode, uid, gid;
	int ret;

	ret = get_int(e, MODE, INT64_MAX, &mode);
	if (!ret)
		ret = get_int(e, UID, UINT32_MAX, &uid);
	if (!ret)
		ret = get_int(e, GID, UINT32_MAX, &gid);
	if (ret)
		return ret;
	entry->mode |= mode & 07777;
	entry->uid = uid;
	entry->gid = gid;
	return 0;
}

static int decode_time(const struct raw_entry *e, struct sgz_entry *entry)
{
	struct text text;
	int ret;

	ret = get_text(e, MODTIME, &text);
	if (ret)
		return ret;
	entry->mtime = SGZ_EPOCH;
	if (!text.len)
		return 0;
	switch (sgz_time_parse(text.p, &entry->mtime)) {
	case SGZ_TIME_CLAMPED:
		warn_entry(e, "modtime is out of range, the nearest valid time is used");
		break;
	case SGZ_TIME_BAD:
		warn_entry(e, "invalid modtime, 1970-01-01 is used");
		break;
	case SGZ_TIME_OK:
		break;
	}
	return 0;
}

static int decode_device(const struct raw_entry *e, struct sgz_entry *entry)
{
	uint64_t major, minor;
	int ret;

	ret = get_int(e, DEVMAJOR, SGZ_MAJOR_MAX, &major);
	if (!ret)
		ret = get_int(e, DEVMINOR, SGZ_MINOR_MAX, &minor);
	if (ret)
		return ret;
	entry->a = major;
	entry->b = minor;
	return 0;
}

static int decode_value(const struct raw_entry *e, struct json_object *value,
			struct sgz_xattr *attr)
{
	const char *text = "";
	size_t len = 0;
	char *to;

	if (value) {
		if (!json_object_is_type(value, json_type_string))
			return bad_entry(e, -EUCLEAN,
					 "value of an extended attribute is not a string");
		text = json_object_get_string(value);
		len = json_object_get_string_len(value);
	}
	/* Decoding in place works because base64 is longer than its value. */
	to = sgz_arena_copy(&e->d->values, text, len);
	if (!to)
		return sgz_nomem(e->d->ctx);
	if (sgz_base64_decode(to, &attr->value_len, to, len))
		return bad_entry(e, -EUCLEAN,
				 "value of an extended attribute is not base64");
	attr->value = to;
	return 0;
}

static int decode_xattr(const struct raw_entry *e, const char *name,
			struct json_object *value, struct sgz_entry *entry)
{
	struct sgz_xattr attr = { .name = name, .name_len = strlen(name) };
	struct sgz_xattr *to;
	int ret;

	ret = decode_value(e, value, &attr);
	if (ret)
		return ret;
	if (!sgz_xattr_wanted(&attr, e->d->ctx, e->d->toc->raw,
			      entry_quoted(e).text))
		return 0;
	if (sgz_has_replacement(name, attr.name_len))
		entry->flags |= SGZ_LOSSY_XATTR;
	to = sgz_vec_add(&e->d->attrs, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(e->d->ctx);
	*to = attr;
	return 0;
}

static int decode_xattrs(const struct raw_entry *e, struct sgz_entry *entry)
{
	struct sgz_decoder *d = e->d;
	struct stargz_error inner;
	const struct sgz_context ctx = sgz_context_inner(d->ctx, &inner);
	int ret;

	if (!e->f[XATTRS])
		return 0;
	if (!json_object_is_type(e->f[XATTRS], json_type_object))
		return bad_entry(e, -EUCLEAN, "xattrs is not an object");
	d->attrs.count = 0;
	json_object_object_foreach(e->f[XATTRS], name, value) {
		ret = decode_xattr(e, name, value, entry);
		if (ret)
			return ret;
	}
	ret = sgz_xattr_pool_add(&d->toc->xattrs, &ctx, d->attrs.data,
				 d->attrs.count, &entry->xattr);
	sgz_arena_free(&d->values);
	return ret ? bad_entry(e, ret, inner.text) : 0;
}

static int decode_digest(const struct raw_entry *e, enum field field,
			 struct sgz_vec *digests)
{
	struct sgz_digest *digest;
	struct text text;
	int ret;

	if (!e->d->toc->digests)
		return 0;
	ret = get_text(e, field, &text);
	if (ret)
		return ret;
	digest = sgz_vec_add(digests, 1, sizeof(*digest));
	if (!digest)
		return sgz_nomem(e->d->ctx);
	digest->set = text.len;
	if (text.len && stargz_sha256_parse(text.p, digest->sha256))
		return bad_entry(e, -EUCLEAN,
				 "a digest is not \"sha256:\" and 64 hexadecimal digits");
	return 0;
}

static int decode_chunk_type(const struct raw_entry *e, bool *zeroes)
{
	struct text type;
	int ret;

	ret = get_text(e, CHUNKTYPE, &type);
	if (ret)
		return ret;
	*zeroes = text_is(&type, "zeros");
	if (type.len && !*zeroes)
		return bad_entry(e, -EUCLEAN, "chunkType is unknown");
	return 0;
}

/* The byte range of the file that an entry of type reg or chunk describes. */
static int decode_chunk(const struct raw_entry *e, uint64_t size)
{
	struct sgz_decoder *d = e->d;
	struct sgz_chunk c, *to;
	int ret;

	ret = get_int(e, OFFSET, INT64_MAX, &c.unit);
	if (!ret)
		ret = get_int(e, INNEROFFSET, INT64_MAX, &c.inner);
	if (!ret)
		ret = get_int(e, CHUNKOFFSET, INT64_MAX, &c.pos);
	if (!ret)
		ret = get_int(e, CHUNKSIZE, INT64_MAX, &c.size);
	if (!ret)
		ret = decode_chunk_type(e, &c.zeroes);
	if (ret)
		return ret;
	if (c.pos != d->pos)
		return bad_entry(e, -EUCLEAN, "chunks overlap, are not sorted or have a gap");
	if (!size && !c.size)
		return 0;
	if (c.pos >= size || c.size > size - c.pos)
		return bad_entry(e, -EUCLEAN, "a chunk is beyond the end of the file");
	if (!c.size)
		c.size = size - c.pos;
	if (c.unit >= d->toc->data_end)
		return bad_entry(e, -EUCLEAN, "the offset is outside the data of the blob");
	to = sgz_vec_add(&d->toc->chunks, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(d->ctx);
	*to = c;
	d->pos += c.size;
	return decode_digest(e, CHUNKDIGEST, &d->toc->chunk_digests);
}

static int decode_regular(const struct raw_entry *e, struct sgz_entry *entry)
{
	size_t first = e->d->toc->chunks.count;
	int ret;

	ret = get_int(e, SIZE, INT64_MAX, &entry->size);
	if (ret)
		return ret;
	e->d->pos = 0;
	ret = decode_chunk(e, entry->size);
	if (ret)
		return ret;
	e->d->owner = SGZ_OWNER_FILE;
	entry->b = e->d->toc->chunks.count - first;
	entry->a = entry->b ? first : 0;
	return 0;
}

static int decode_more(const struct raw_entry *e)
{
	struct sgz_decoder *d = e->d;
	struct sgz_entry *file;
	int ret;

	if (d->owner == SGZ_OWNER_LEFT_OUT)
		return 0;
	if (d->owner == SGZ_OWNER_NONE)
		return bad_entry(e, -EUCLEAN, "a chunk that does not follow a regular file");
	file = sgz_toc_entry(d->toc, d->toc->entries.count - 1);
	ret = decode_chunk(e, file->size);
	if (ret)
		return ret;
	file->b = d->toc->chunks.count - file->a;
	return 0;
}

static int decode_rest(const struct raw_entry *e, struct sgz_entry *entry)
{
	int ret = 0;

	switch (entry->mode & S_IFMT) {
	case 0:
	case S_IFLNK:
		ret = decode_link(e, entry);
		break;
	case S_IFREG:
		ret = decode_regular(e, entry);
		break;
	case S_IFCHR:
	case S_IFBLK:
		ret = decode_device(e, entry);
		break;
	}
	if (!ret && !(entry->flags & SGZ_HARDLINK))
		ret = decode_owner(e, entry);
	if (!ret)
		ret = decode_time(e, entry);
	if (!ret && !(entry->flags & SGZ_HARDLINK))
		ret = decode_xattrs(e, entry);
	return ret;
}

/* Decode an entry that is not a chunk. */
static int decode_new(const struct raw_entry *e, const struct text *type)
{
	struct sgz_toc *toc = e->d->toc;
	struct sgz_entry entry = { 0 }, *to;
	char why[SGZ_QUOTE_MAX + 40];
	int ret;

	ret = decode_name(e, &entry);
	if (ret)
		return ret;
	e->d->owner = SGZ_OWNER_NONE;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!text_is(type, types[i].name))
			continue;
		entry.mode = types[i].mode;
		entry.flags |= types[i].flags;
		ret = decode_rest(e, &entry);
		if (ret)
			return ret;
		if (toc->entries.count == SGZ_ENTRIES_MAX)
			return sgz_fail(e->d->ctx, -E2BIG,
					"more than %u entries", SGZ_ENTRIES_MAX);
		to = sgz_vec_add(&toc->entries, 1, sizeof(*to));
		if (!to)
			return sgz_nomem(e->d->ctx);
		*to = entry;
		return decode_digest(e, DIGEST, &toc->file_digests);
	}
	e->d->owner = SGZ_OWNER_LEFT_OUT;
	snprintf(why, sizeof(why), "unknown type %s, left out",
		 sgz_quote(type->p, type->len).text);
	warn_entry(e, why);
	return 0;
}

int sgz_decoder_entry(struct sgz_decoder *d, struct json_object *value)
{
	struct raw_entry e = { .d = d };
	struct text type;
	int ret;

	d->seen++;
	if (value && !json_object_is_type(value, json_type_object))
		return bad_entry(&e, -EUCLEAN, "not a JSON object");
	if (value)
		collect_fields(&e, value);
	ret = get_text(&e, TYPE, &type);
	if (ret)
		return ret;
	if (text_is(&type, "chunk"))
		return decode_more(&e);
	ret = sgz_decoder_end(d);
	return ret ? ret : decode_new(&e, &type);
}

int sgz_decoder_end(struct sgz_decoder *d)
{
	const struct sgz_entry *file;

	if (d->owner != SGZ_OWNER_FILE)
		return 0;
	file = sgz_toc_entry(d->toc, d->toc->entries.count - 1);
	if (d->pos == file->size)
		return 0;
	return sgz_fail(d->ctx, -EUCLEAN,
			"%s: chunks end at byte %" PRIu64 ", the file at %" PRIu64,
			sgz_entry_quoted(file).text, d->pos, file->size);
}

void sgz_decoder_free(struct sgz_decoder *d)
{
	sgz_vec_free(&d->attrs);
	sgz_arena_free(&d->values);
}
