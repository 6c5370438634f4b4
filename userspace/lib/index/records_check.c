// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Checking the records of an untrusted index. The rules for a single record are
 * those of the kernel, in fs/stargz/record.c; the rules for several records are
 * here. A check may rely on another record only if the order of the checks in
 * sgz_records_faults() guarantees that it was checked before.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "index/records.h"
#include "index/records_check.h"
#include "record.h"

/* Check results of a set of extended attributes. */
enum {
	SET_UNKNOWN,
	SET_SOUND,
	SET_BAD,
};

/* Shared data of the checks. */
struct check {
	const struct sgz_index *index;
	const struct sgz_context *ctx;
	struct sgz_faults *faults;	/* or NULL: fail at the first one */
	struct stargz_super_info super;	/* the tables in memory */
	uint8_t *bad;		/* for each inode: its record is damaged */
	uint8_t *seen;		/* for each inode: a directory with a name */
	uint8_t *sets;		/* for each 4 bytes of xattrs: SET_* */
	uint64_t xattrs;	/* bytes of all sets so far */
	uint64_t dirents;	/* entries of all directories so far */
	uint64_t extents;	/* extents of all files so far */
};

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

/* End of the used part of the blob of a span; 0 if there is no such blob. */
static uint64_t blob_used(const struct check *c, const struct stargz_span *span)
{
	uint16_t blob = le16toh(span->blob);

	if (!stargz_in_table(&c->super, STARGZ_TABLE_BLOBS, blob, 1))
		return 0;
	return le64toh(sgz_blob_record(c->index, blob)->used);
}

static const char *check_span(const struct check *c, uint64_t i)
{
	const struct stargz_span *span = sgz_span(c->index, i);
	uint16_t blob = le16toh(span->blob);
	const char *why = stargz_check_span(&c->super, blob_used(c, span),
					    span);

	if (!why && i && (le16toh(span[-1].blob) > blob ||
			  (le16toh(span[-1].blob) == blob &&
			   le64toh(span[-1].start) > le64toh(span->start))))
		return "unsorted spans";
	return why;
}

static const char *check_history(const struct check *c, uint64_t i)
{
	const struct stargz_history *w = sgz_history_record(c->index, i);
	uint32_t span = le32toh(w->span);

	if (!stargz_in_table(&c->super, STARGZ_TABLE_SPANS, span, 1) ||
	    sgz_span(c->index, span)->codec != STARGZ_CODEC_DEFLATE)
		return "no such span";
	if (i && le32toh(w[-1].span) >= span)
		return "unsorted histories";
	return stargz_check_history(&c->super, w);
}

static const char *check_digests(const struct check *c, uint64_t i)
{
	const __le32 *start = c->index->table[STARGZ_TABLE_DIGEST_STARTS].data;

	return stargz_check_digests(&c->super, sgz_span(c->index, i),
				    le32toh(start[i]));
}

/* Properties are texts "key=value", each followed by a NUL byte. */
static int check_properties(const struct check *c)
{
	const struct sgz_vec *table = &c->index->table[STARGZ_TABLE_PROPERTIES];
	const char *texts = table->data;
	size_t pos = 0;
	int ret = 0;

	if (table->count && texts[table->count - 1])
		return damaged(c, "byte", table->count - 1,
			       "no end of the properties");
	for (uint64_t i = 0; !ret && pos < table->count; i++) {
		const char *value = strchr(texts + pos, '=');

		if (!value || value == texts + pos)
			ret = damaged(c, "property", i, "not \"key=value\"");
		pos += strlen(texts + pos) + 1;
	}
	return ret;
}

static int check_blob(struct check *c, uint64_t nr)
{
	const struct stargz_blob *blob = sgz_blob_record(c->index, nr);

	return damaged(c, "blob", nr, stargz_check_blob_record(blob));
}

static int check_all_digests(struct check *c)
{
	uint64_t spans = c->index->table[STARGZ_TABLE_SPANS].count;
	int ret = 0;

	for (uint64_t i = 0; !ret && i < spans; i++)
		ret = damaged(c, "digests of span", i, check_digests(c, i));
	return ret;
}

static int check_places(struct check *c)
{
	const struct sgz_vec *table = c->index->table;
	int ret = 0;

	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_BLOBS].count; i++)
		ret = check_blob(c, i);
	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_SPANS].count; i++)
		ret = damaged(c, "span", i, check_span(c, i));
	if (!ret && sgz_has_digests(c->index))
		ret = check_all_digests(c);
	for (uint64_t i = 0; !ret && i < table[STARGZ_TABLE_HISTORIES].count; i++)
		ret = damaged(c, "history", i, check_history(c, i));
	return ret;
}

/* Extended attributes */

static const char *check_xattr(const struct stargz_xattr *attr, uint32_t left,
			       uint32_t *size)
{
	const char *why;

	if (left < sizeof(*attr))
		return "truncated set of extended attributes";
	why = stargz_check_xattr(attr, left, size);
	return why ? why : stargz_check_xattr_name(attr,
						   (const char *)(attr + 1));
}

static const char *check_set(struct check *c, uint32_t id)
{
	const struct stargz_xattr_set *set = sgz_xattr_set(c->index, id);
	const char *why = stargz_check_xattr_set(&c->super, 4ull * (id - 1), set);
	const char *next = (const char *)(set + 1);
	uint32_t left;

	if (why)
		return why;
	/* Overlapping sets could take quadratic time. */
	c->xattrs += le32toh(set->size);
	if (c->xattrs > c->super.table[STARGZ_TABLE_XATTRS].count)
		return "overlapping sets of extended attributes";
	left = le32toh(set->size) - sizeof(*set);
	for (uint32_t i = 0; !why && i < le32toh(set->count); i++) {
		uint32_t len = 0;

		why = check_xattr((const void *)next, left, &len);
		next += len;
		left -= len;
	}
	return why;
}

/* @id is from an inode that stargz_check_inode() accepted. */
static const char *check_xattrs(struct check *c, uint32_t id)
{
	const char *why;

	if (!id || c->sets[id - 1] == SET_SOUND)
		return NULL;
	if (c->sets[id - 1] == SET_BAD)
		return "a set of extended attributes that is damaged";
	why = check_set(c, id);
	c->sets[id - 1] = why ? SET_BAD : SET_SOUND;
	return why;
}

/* Inodes and directories */

/* Check a part of a file: @len bytes from offset @offset of span @nr on. */
static const char *check_run(const struct check *c, uint32_t nr,
			     uint32_t offset, uint64_t len)
{
	if (nr == STARGZ_NO_SPAN)
		return offset ? "hole with an offset" : NULL;
	if (!stargz_in_table(&c->super, STARGZ_TABLE_SPANS, nr, 1))
		return "extent without span";
	return stargz_check_content(sgz_span(c->index, nr), offset, len);
}

static const char *check_extents(struct check *c,
				 const struct stargz_inode *inode)
{
	uint64_t size = le64toh(inode->size);
	uint32_t first = le32toh(inode->a), count = le32toh(inode->b);
	const char *why = NULL;

	c->extents += count;
	if (c->extents > c->super.table[STARGZ_TABLE_EXTENTS].count)
		return "shares its extents";
	for (uint32_t i = 0; !why && i < count; i++) {
		const struct stargz_extent *e =
			sgz_extent(c->index, first + i);
		uint64_t pos = i ? le64toh(e->pos) : 0;
		uint64_t end = i + 1 < count ? le64toh(e[1].pos) : size;

		why = stargz_check_extent(e, pos, end, size);
		if (!why)
			why = check_run(c, le32toh(e->span),
					le32toh(e->offset), end - pos);
	}
	return why;
}

static const char *check_file(struct check *c, const struct stargz_inode *inode)
{
	if (!inode->size)
		return NULL;
	if (le16toh(inode->flags) & STARGZ_INODE_INLINE)
		return check_run(c, le32toh(inode->a), le32toh(inode->b),
				 le64toh(inode->size));
	return check_extents(c, inode);
}

static const char *check_target(struct check *c,
				const struct stargz_inode *inode)
{
	const char *names = (const char *)
		c->index->table[STARGZ_TABLE_NAMES].data;

	return stargz_check_target(names + le32toh(inode->a),
				   le64toh(inode->size));
}

static const char *check_inode(struct check *c, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(c->index, ino);
	uint16_t mode = le16toh(inode->mode);
	const char *why = stargz_check_inode(&c->super, ino, inode);

	if (!why)
		why = check_xattrs(c, le32toh(inode->xattr));
	if (why)
		return why;
	if (S_ISREG(mode))
		return check_file(c, inode);
	if (S_ISLNK(mode))
		return check_target(c, inode);
	if (!S_ISDIR(mode))
		return NULL;
	c->dirents += le32toh(inode->b);
	if (c->dirents > c->super.table[STARGZ_TABLE_DIRENTS].count)
		return "shares its directory entries";
	return NULL;
}

/* Check an entry of directory @dir; @before is the last valid one, or NULL. */
static const char *check_dirent(struct check *c, uint32_t dir,
				const struct stargz_dirent *d,
				const struct stargz_dirent *before)
{
	uint32_t ino = le32toh(d->ino);
	const struct stargz_inode *inode = sgz_inode(c->index, ino);
	const char *why;

	if (before && sgz_dirent_cmp(c->index, before, c->index, d) >= 0)
		return "unsorted names";
	why = stargz_check_child(dir, d->type, ino, le16toh(inode->mode),
				 le32toh(inode->parent));
	if (why)
		return why;
	if (S_ISDIR(le16toh(inode->mode)) && c->seen[ino - 1]++)
		return "second name of a directory";
	return stargz_check_name(sgz_name(c->index, d), d->name_len);
}

static int check_entries(struct check *c, uint32_t dir)
{
	const struct stargz_inode *inode = sgz_inode(c->index, dir);
	const struct stargz_dirent *before = NULL;
	uint64_t first = le32toh(inode->a);
	int ret = 0;

	for (uint64_t i = first; !ret && i < first + le32toh(inode->b); i++) {
		const struct stargz_dirent *d = sgz_dirent(c->index, i);
		const char *why = stargz_check_dirent(&c->super, d);

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
	uint64_t inodes = c->index->table[STARGZ_TABLE_INODES].count;
	int ret = 0;

	if (!inodes || !S_ISDIR(le16toh(sgz_inode(c->index, 1)->mode)))
		return sgz_fail(c->ctx, -EUCLEAN,
				"the index has no root directory");
	for (uint64_t ino = 1; !ret && ino <= inodes; ino++) {
		const char *why = check_inode(c, ino);

		c->bad[ino - 1] = !!why;
		ret = damaged(c, "inode", ino, why);
	}
	for (uint64_t ino = 1; !ret && ino <= inodes; ino++)
		if (S_ISDIR(le16toh(sgz_inode(c->index, ino)->mode)) &&
		    !c->bad[ino - 1])
			ret = check_entries(c, ino);
	return ret;
}

/* Check against the tables in memory, as read by sgz_index_tables(). */
static void describe(struct check *c)
{
	for (int i = 0; i < STARGZ_TABLES; i++)
		c->super.table[i].count = c->index->table[i].count;
	c->super.compat = le32toh(c->index->sb.feature_compat);
	c->super.max_span = le32toh(c->index->sb.max_span);
	c->super.features = le32toh(c->index->sb.feature_incompat);
}

int sgz_records_faults(const struct sgz_index *index,
		       const struct sgz_context *ctx,
		       struct sgz_faults *faults)
{
	const struct sgz_vec *table = index->table;
	struct check c = { .index = index, .ctx = ctx, .faults = faults };
	size_t inodes = table[STARGZ_TABLE_INODES].count;
	int ret;

	describe(&c);
	c.seen = calloc(inodes + 1, 1);
	c.bad = calloc(inodes + 1, 1);
	c.sets = calloc(table[STARGZ_TABLE_XATTRS].count / 4 + 1, 1);
	if (!c.seen || !c.bad || !c.sets) {
		ret = sgz_nomem(ctx);
	} else {
		ret = check_places(&c);
		if (!ret)
			ret = check_properties(&c);
		if (!ret)
			ret = check_tree(&c);
	}
	free(c.seen);
	free(c.bad);
	free(c.sets);
	return ret;
}

int sgz_records_check(const struct sgz_index *index,
		      const struct sgz_context *ctx)
{
	return sgz_records_faults(index, ctx, NULL);
}
