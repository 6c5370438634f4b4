// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Checking the records of an index that somebody else made. Nothing here
 * trusts one record because of another that was checked before, except where
 * the order of the checks in sgz_records_check() says so.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record.h"
#include "recordcheck.h"
#include "records.h"

#define MINOR_BITS	20

/* As in the kernel: deflate makes at most 1032 bytes of one, and a header. */
#define DEFLATE_RATIO	1032
#define DEFLATE_SLACK	1024

/* What the checks share. */
struct check {
	const struct sgz_image *image;
	const struct sgz_context *ctx;
	struct sgz_faults *faults;	/* or NULL: the first one is enough */
	uint8_t *bad;		/* for each inode: not to be looked into */
	uint8_t *seen;		/* for each inode: a directory with a name */
	uint8_t *sets;		/* for each 4 bytes of xattrs: a checked set */
	uint64_t dirents;	/* in all directories so far */
	uint64_t extents;	/* of all files so far */
};

static bool in_table(const struct check *c, enum stargz_table_id id,
		     uint64_t first, uint64_t count)
{
	uint64_t have = c->image->table[id].count;

	return first <= have && count <= have - first;
}

static int damaged(const struct check *c, const char *what, uint64_t nr,
		   const char *why)
{
	if (!why)
		return 0;
	if (!c->faults)
		return sgz_fail(c->ctx, -EUCLEAN, "%s %llu of the index: %s",
				what, (unsigned long long)nr, why);
	sgz_faults_add(c->faults, 0, -EUCLEAN, "%s %llu of the index: %s",
		       what, (unsigned long long)nr, why);
	return 0;
}

/* Blobs and spans */

static const char *check_blob(const struct stargz_blob *b)
{
	uint64_t size = le64toh(b->size), end;

	if (le64toh(b->used) > size)
		return "more is used than there is";
	if (__builtin_add_overflow(le64toh(b->start), size, &end) ||
	    end > INT64_MAX)
		return "bad range";
	return NULL;
}

/* Flags that a span of a codec may have. */
static uint8_t codec_flags(const struct stargz_span *span)
{
	if (span->codec == STARGZ_CODEC_DEFLATE)
		return STARGZ_SPAN_CRC | STARGZ_SPAN_BIT_MASK;
	return STARGZ_SPAN_CRC;
}

static const char *check_codec(const struct check *c,
			       const struct stargz_span *span)
{
	uint32_t have = le32toh(c->image->sb.feature_incompat), need;

	if (span->codec > STARGZ_CODEC_ZSTD || span->flags & ~codec_flags(span))
		return "unknown codec or flags";
	/* Nothing but the checksum tells wrong bytes from right ones. */
	if (span->codec == STARGZ_CODEC_DEFLATE &&
	    !(span->flags & STARGZ_SPAN_CRC))
		return "no checksum";
	need = sgz_codec_feature(span->codec);
	if ((have & need) != need)
		return "codec that the superblock does not announce";
	return NULL;
}

static const char *check_sizes(const struct check *c,
			       const struct stargz_span *span)
{
	uint32_t clen = le32toh(span->clen), ulen = le32toh(span->ulen);

	if (!ulen)
		return "empty";
	if (span->codec == STARGZ_CODEC_STORED) {
		if (clen != ulen)
			return "two sizes of what is stored";
		if (span->flags & STARGZ_SPAN_CRC && ulen > STARGZ_SPAN_MAX)
			return "too large for a checksum";
		return NULL;
	}
	if (ulen > le32toh(c->image->sb.max_span))
		return "too large";
	if (clen > stargz_span_clen_max(ulen))
		return "too many compressed bytes";
	if (span->codec != STARGZ_CODEC_ZSTD &&
	    ulen > (uint64_t)clen * DEFLATE_RATIO + DEFLATE_SLACK)
		return "impossible compression ratio";
	return NULL;
}

static const char *check_span(const struct check *c, uint64_t i)
{
	const struct stargz_span *span = sgz_span(c->image, i);
	uint16_t blob = le16toh(span->blob);
	uint64_t start = le64toh(span->start), clen = le32toh(span->clen);
	const char *why;
	uint64_t used;

	if (!in_table(c, STARGZ_TABLE_BLOBS, blob, 1))
		return "no such blob";
	used = le64toh(sgz_blob_record(c->image, blob)->used);
	if (!clen || start > used || clen > used - start)
		return "out of range";
	if (i && (le16toh(span[-1].blob) > blob ||
		  (le16toh(span[-1].blob) == blob &&
		   le64toh(span[-1].start) > start)))
		return "not in order";
	why = check_codec(c, span);
	return why ? why : check_sizes(c, span);
}

static const char *check_window(const struct check *c, uint64_t i)
{
	const struct stargz_window *w = sgz_window(c->image, i);
	uint32_t span = le32toh(w->span), ulen = le32toh(w->ulen);
	uint32_t clen = le32toh(w->clen);

	if (!in_table(c, STARGZ_TABLE_SPANS, span, 1) ||
	    sgz_span(c->image, span)->codec != STARGZ_CODEC_DEFLATE)
		return "no such span";
	if (i && le32toh(w[-1].span) >= span)
		return "not in order";
	if (!in_table(c, STARGZ_TABLE_WINDOW_DATA, le64toh(w->offset), clen))
		return "out of range";
	if (!ulen || ulen > STARGZ_WINDOW_SIZE || !clen ||
	    clen > STARGZ_WINDOW_CLEN_MAX || w->reserved)
		return "bad size";
	return NULL;
}

static int check_places(struct check *c)
{
	const struct sgz_vec *table = c->image->table;
	int ret = 0;

	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_BLOBS].count; i++)
		ret = damaged(c, "blob", i,
			      check_blob(sgz_blob_record(c->image, i)));
	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_SPANS].count; i++)
		ret = damaged(c, "span", i, check_span(c, i));
	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_WINDOWS].count; i++)
		ret = damaged(c, "window", i, check_window(c, i));
	return ret;
}

/* Extended attributes */

static const char *name_fits(const struct stargz_xattr *attr, size_t prefix)
{
	return attr->name_len && prefix + attr->name_len <= 255 ? NULL :
								  "bad name";
}

static const char *check_xattr(const struct stargz_xattr *attr, size_t left,
			       size_t *size)
{
	uint32_t len;

	if (left < sizeof(*attr))
		return "out of range";
	len = le32toh(attr->value_len);
	if (attr->reserved || len > STARGZ_XATTR_VALUE_MAX)
		return "bad record";
	*size = (sizeof(*attr) + attr->name_len + (size_t)len + 3) & ~3ul;
	if (*size > left)
		return "out of range";
	if (memchr(attr + 1, '\0', attr->name_len))
		return "bad name";
	switch (attr->prefix) {
	case STARGZ_XATTR_USER:
		return name_fits(attr, strlen("user."));
	case STARGZ_XATTR_TRUSTED:
		return name_fits(attr, strlen("trusted."));
	case STARGZ_XATTR_SECURITY:
		return name_fits(attr, strlen("security."));
	case STARGZ_XATTR_ACL_ACCESS:
	case STARGZ_XATTR_ACL_DEFAULT:
		return attr->name_len ? "bad name" : NULL;
	default:
		return "bad name";
	}
}

static const char *check_xattrs(struct check *c, uint32_t id)
{
	uint64_t at = 4ull * (id - 1), size;
	const struct stargz_xattr_set *set;
	const char *next, *why = NULL;

	if (!id)
		return NULL;
	if (!in_table(c, STARGZ_TABLE_XATTRS, at, sizeof(*set)))
		return "extended attributes out of range";
	if (c->sets[id - 1])
		return NULL;
	set = sgz_xattr_set(c->image, id);
	size = le32toh(set->size);
	if (size < sizeof(*set) || size % 4 || size > STARGZ_XATTR_SET_MAX ||
	    !in_table(c, STARGZ_TABLE_XATTRS, at, size))
		return "extended attributes out of range";
	next = (const char *)(set + 1);
	size -= sizeof(*set);
	for (uint32_t i = 0; !why && i < le32toh(set->count); i++) {
		size_t len = 0;

		why = check_xattr((const void *)next, size, &len);
		next += len;
		size -= len;
	}
	c->sets[id - 1] = !why;
	return why ? "damaged extended attributes" : NULL;
}

/* Inodes and directories */

static const char *check_run(const struct check *c, uint32_t nr,
			     uint64_t offset, uint64_t len)
{
	uint32_t ulen;

	if (nr == STARGZ_NO_SPAN)
		return offset ? "hole with an offset" : NULL;
	if (!in_table(c, STARGZ_TABLE_SPANS, nr, 1))
		return "no such span";
	ulen = le32toh(sgz_span(c->image, nr)->ulen);
	if (offset > ulen || len > ulen - offset)
		return "content beyond the end of its span";
	return NULL;
}

static const char *check_extents(struct check *c,
				 const struct stargz_inode *inode)
{
	uint64_t size = le64toh(inode->size), pos, end;
	uint32_t first = le32toh(inode->a), count = le32toh(inode->b);
	const char *why = NULL;

	if (!count || !in_table(c, STARGZ_TABLE_EXTENTS, first, count))
		return "extents out of range";
	c->extents += count;
	if (c->extents > c->image->table[STARGZ_TABLE_EXTENTS].count)
		return "shares its extents";
	for (uint32_t i = 0; !why && i < count; i++) {
		const struct stargz_extent *e =
			sgz_extent(c->image, first + i);

		pos = le64toh(e->pos);
		end = i + 1 < count ? le64toh(e[1].pos) : size;
		if ((!i && pos) || pos >= end)
			return "extents not in order";
		why = check_run(c, le32toh(e->span), le32toh(e->offset),
				end - pos);
	}
	return why;
}

static const char *check_file(struct check *c, const struct stargz_inode *inode)
{
	uint64_t size = le64toh(inode->size);
	uint32_t a = le32toh(inode->a), b = le32toh(inode->b);

	if (size > INT64_MAX)
		return "too large";
	if (!size)
		return a || b || inode->flags ? "empty but not quite" : NULL;
	if (le16toh(inode->flags) & STARGZ_INODE_INLINE)
		return check_run(c, a, b, size);
	return check_extents(c, inode);
}

static const char *check_dir(struct check *c, uint32_t ino,
			     const struct stargz_inode *inode)
{
	uint32_t parent = le32toh(inode->parent);

	if (inode->size)
		return "directory with a size";
	if (ino == STARGZ_ROOT_INO ? parent != ino : !parent || parent >= ino)
		return "bad parent directory";
	if (!in_table(c, STARGZ_TABLE_DIRENTS, le32toh(inode->a),
		      le32toh(inode->b)))
		return "directory entries out of range";
	c->dirents += le32toh(inode->b);
	if (c->dirents > c->image->table[STARGZ_TABLE_DIRENTS].count)
		return "shares its directory entries";
	return NULL;
}

static const char *check_other(const struct check *c,
			       const struct stargz_inode *inode)
{
	uint64_t size = le64toh(inode->size);
	uint32_t a = le32toh(inode->a), b = le32toh(inode->b);

	switch (le16toh(inode->mode) & S_IFMT) {
	case S_IFLNK:
		if (!size || size > STARGZ_SYMLINK_MAX ||
		    !in_table(c, STARGZ_TABLE_NAMES, a, size) ||
		    memchr((char *)c->image->table[STARGZ_TABLE_NAMES].data + a,
			   '\0', size))
			return "bad target of symbolic link";
		return NULL;
	case S_IFCHR:
	case S_IFBLK:
		if (size || a >> (32 - MINOR_BITS) || b >> MINOR_BITS)
			return "bad device";
		return NULL;
	case S_IFIFO:
	case S_IFSOCK:
		return size || a || b ? "bad special file" : NULL;
	default:
		return "unknown file type";
	}
}

static const char *check_inode(struct check *c, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(c->image, ino);
	uint16_t mode = le16toh(inode->mode), flags = le16toh(inode->flags);
	const char *why;

	if (flags & ~STARGZ_INODE_INLINE || (flags && !S_ISREG(mode)))
		return "unknown flags";
	if (!inode->nlink)
		return "no links";
	if (inode->parent && !S_ISDIR(mode))
		return "a parent, but no directory";
	why = check_xattrs(c, le32toh(inode->xattr));
	if (why)
		return why;
	if (S_ISDIR(mode))
		return check_dir(c, ino, inode);
	if (S_ISREG(mode))
		return check_file(c, inode);
	return check_other(c, inode);
}

static const char *check_name(const char *name, size_t len)
{
	if (memchr(name, '/', len) || memchr(name, '\0', len) ||
	    (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return "bad name";
	return NULL;
}

/* Where the name of an entry is, and whose it is. */
static const char *check_entry(const struct check *c,
			       const struct stargz_dirent *d)
{
	uint32_t ino = le32toh(d->ino);

	if (!ino || !in_table(c, STARGZ_TABLE_INODES, ino - 1, 1))
		return "no such inode";
	if (!d->name_len || d->reserved ||
	    !in_table(c, STARGZ_TABLE_NAMES, le32toh(d->name), d->name_len))
		return "name out of range";
	return NULL;
}

/* One entry of directory @dir; @before it is the last one that was sound. */
static const char *check_dirent(struct check *c, uint32_t dir,
				const struct stargz_dirent *d,
				const struct stargz_dirent *before)
{
	uint32_t ino = le32toh(d->ino);
	const struct stargz_inode *inode = sgz_inode(c->image, ino);

	if (before && sgz_dirent_cmp(c->image, before, c->image, d) >= 0)
		return "not in order";
	if (d->type != le16toh(inode->mode) >> 12)
		return "another type than the inode";
	if (S_ISDIR(le16toh(inode->mode))) {
		if (le32toh(inode->parent) != dir || ino == STARGZ_ROOT_INO ||
		    c->seen[ino - 1]++)
			return "second name of a directory";
	}
	return check_name(sgz_name(c->image, d), d->name_len);
}

static int check_entries(struct check *c, uint32_t dir)
{
	const struct stargz_inode *inode = sgz_inode(c->image, dir);
	const struct stargz_dirent *before = NULL;
	uint64_t first = le32toh(inode->a);
	int ret = 0;

	for (uint64_t i = first; !ret && i < first + le32toh(inode->b); i++) {
		const struct stargz_dirent *d = sgz_dirent(c->image, i);
		const char *why = check_entry(c, d);

		if (!why) {
			why = check_dirent(c, dir, d, before);
			before = d;
		}
		ret = damaged(c, "directory entry", i, why);
	}
	return ret;
}

static int check_tree(struct check *c)
{
	uint64_t inodes = c->image->table[STARGZ_TABLE_INODES].count;
	int ret = 0;

	if (!inodes || !S_ISDIR(le16toh(sgz_inode(c->image, 1)->mode)))
		return sgz_fail(c->ctx, -EUCLEAN,
				"the index has no root directory");
	for (uint64_t ino = 1; !ret && ino <= inodes; ino++) {
		const char *why = check_inode(c, ino);

		c->bad[ino - 1] = !!why;
		ret = damaged(c, "inode", ino, why);
	}
	for (uint64_t ino = 1; !ret && ino <= inodes; ino++)
		if (S_ISDIR(le16toh(sgz_inode(c->image, ino)->mode)) &&
		    !c->bad[ino - 1])
			ret = check_entries(c, ino);
	return ret;
}

int sgz_records_faults(const struct sgz_image *image,
		       const struct sgz_context *ctx,
		       struct sgz_faults *faults)
{
	const struct sgz_vec *table = image->table;
	struct check c = { .image = image, .ctx = ctx, .faults = faults };
	size_t inodes = table[STARGZ_TABLE_INODES].count;
	int ret;

	c.seen = calloc(inodes + 1, 1);
	c.bad = calloc(inodes + 1, 1);
	c.sets = calloc(table[STARGZ_TABLE_XATTRS].count / 4 + 1, 1);
	if (!c.seen || !c.bad || !c.sets) {
		ret = sgz_nomem(ctx);
	} else {
		ret = check_places(&c);
		if (!ret)
			ret = check_tree(&c);
	}
	free(c.seen);
	free(c.bad);
	free(c.sets);
	return ret;
}

int sgz_records_check(const struct sgz_image *image,
		      const struct sgz_context *ctx)
{
	return sgz_records_faults(image, ctx, NULL);
}
