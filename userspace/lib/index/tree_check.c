// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Comparing redundant data of an index.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "index/records.h"
#include "index/tree_check.h"

struct check {
	const struct sgz_index *index;
	struct sgz_faults *faults;
	uint64_t *names;	/* of files; for directories, subdirectories */
};

static void fault(const struct check *c, const char *what, uint64_t nr,
		  const char *why)
{
	sgz_faults_add(c->faults, 0, -EUCLEAN, "%s %llu of the index: %s",
		       what, (unsigned long long)nr, why);
}

static bool is_dir(const struct check *c, uint64_t ino)
{
	return S_ISDIR(le16toh(sgz_inode(c->index, ino)->mode));
}

/* Count the names of each file, and the subdirectories of each directory. */
static void count_names(struct check *c, uint8_t *named)
{
	uint64_t inodes = c->index->table[STARGZ_TABLE_INODES].count;

	for (uint64_t dir = 1; dir <= inodes; dir++) {
		const struct stargz_inode *inode = sgz_inode(c->index, dir);
		uint32_t first = le32toh(inode->a);

		if (!is_dir(c, dir))
			continue;
		for (uint32_t i = 0; i < le32toh(inode->b); i++) {
			uint32_t ino = le32toh(sgz_dirent(c->index,
							  first + i)->ino);

			named[ino - 1] = 1;
			c->names[(is_dir(c, ino) ? dir : ino) - 1]++;
		}
	}
}

static void check_links(struct check *c, const uint8_t *named)
{
	uint64_t inodes = c->index->table[STARGZ_TABLE_INODES].count;

	for (uint64_t ino = 1; ino <= inodes; ino++) {
		uint64_t want = c->names[ino - 1] + 2 * is_dir(c, ino);
		uint32_t have = le32toh(sgz_inode(c->index, ino)->nlink);

		if (ino != STARGZ_ROOT_INO && !named[ino - 1])
			fault(c, "inode", ino, "has no name");
		else if (have != want)
			sgz_faults_add(c->faults, 0, -EUCLEAN,
				       "inode %llu of the index: link count %u, but it has %llu links",
				       (unsigned long long)ino, have,
				       (unsigned long long)want);
	}
}

/* Order of two attributes: their prefix, then the bytes of their names. */
static int compare_attrs(const struct stargz_xattr *a,
			 const struct stargz_xattr *b)
{
	if (a->prefix != b->prefix)
		return a->prefix - b->prefix;
	return stargz_name_cmp((const char *)(a + 1), a->name_len,
			       (const char *)(b + 1), b->name_len);
}

static bool set_sorted(const struct stargz_xattr_set *set)
{
	const struct stargz_xattr *attr = (const void *)(set + 1);

	for (uint32_t i = 1; i < le32toh(set->count); i++) {
		size_t size = (sizeof(*attr) + attr->name_len +
			       le32toh(attr->value_len) + 3) & ~3ul;
		const struct stargz_xattr *next =
			(const void *)((const char *)attr + size);

		if (compare_attrs(attr, next) >= 0)
			return false;
		attr = next;
	}
	return true;
}

/* Check each set once; inodes may share them. */
static int check_sets(const struct check *c)
{
	uint64_t inodes = c->index->table[STARGZ_TABLE_INODES].count;
	uint8_t *seen = calloc(c->index->table[STARGZ_TABLE_XATTRS].count / 4 + 1,
			       1);

	if (!seen)
		return -ENOMEM;
	for (uint64_t ino = 1; ino <= inodes; ino++) {
		uint32_t id = le32toh(sgz_inode(c->index, ino)->xattr);

		if (!id || seen[id - 1]++)
			continue;
		if (!set_sorted(sgz_xattr_set(c->index, id)))
			fault(c, "inode", ino,
			      "unsorted extended attributes");
	}
	free(seen);
	return 0;
}

static void check_sums(const struct check *c)
{
	const struct stargz_super_block *sb = &c->index->sb;
	uint64_t inodes = c->index->table[STARGZ_TABLE_INODES].count;
	uint64_t spans = c->index->table[STARGZ_TABLE_SPANS].count;
	uint64_t bytes = 0;
	uint32_t longest = 0;

	for (uint64_t ino = 1; ino <= inodes; ino++)
		if (S_ISREG(le16toh(sgz_inode(c->index, ino)->mode)))
			bytes += le64toh(sgz_inode(c->index, ino)->size);
	for (uint64_t i = 0; i < spans; i++) {
		const struct stargz_span *span = sgz_span(c->index, i);

		if (span->codec != STARGZ_CODEC_STORED &&
		    le32toh(span->ulen) > longest)
			longest = le32toh(span->ulen);
	}
	if (bytes != le64toh(sb->data_bytes))
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "superblock: size of all files %llu, but they have %llu bytes",
			       (unsigned long long)le64toh(sb->data_bytes),
			       (unsigned long long)bytes);
	if (longest != le32toh(sb->max_span))
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "superblock: longest span %u, but that has %u bytes",
			       le32toh(sb->max_span), longest);
}

/* Tables that belong to features are empty without them. */
static void check_features(const struct check *c)
{
	const struct sgz_vec *table = c->index->table;

	if (!sgz_has_digests(c->index) &&
	    (table[STARGZ_TABLE_DIGESTS].count ||
	     table[STARGZ_TABLE_DIGEST_STARTS].count))
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "superblock: digests, but not of all content");
}

/* Read as text, label and creator have no bytes after their end. */
static void check_text(const struct check *c, const char *what,
		       const uint8_t *text, size_t size)
{
	size_t len = strnlen((const char *)text, size);

	while (len < size && !text[len])
		len++;
	if (len < size)
		sgz_faults_add(c->faults, 0, -EUCLEAN,
			       "superblock: bytes after the end of the %s",
			       what);
}

int sgz_tree_faults(const struct sgz_index *index,
		    const struct sgz_context *ctx, struct sgz_faults *faults)
{
	size_t inodes = index->table[STARGZ_TABLE_INODES].count;
	struct check c = { .index = index, .faults = faults };
	uint8_t *named = calloc(inodes, sizeof(*named));
	int ret = -ENOMEM;

	c.names = calloc(inodes, sizeof(*c.names));
	if (named && c.names) {
		count_names(&c, named);
		check_links(&c, named);
		check_sums(&c);
		check_features(&c);
		check_text(&c, "label", index->sb.label,
			   sizeof(index->sb.label));
		check_text(&c, "creator", index->sb.creator,
			   sizeof(index->sb.creator));
		ret = check_sets(&c);
	}
	free(named);
	free(c.names);
	return ret ? sgz_nomem(ctx) : 0;
}
