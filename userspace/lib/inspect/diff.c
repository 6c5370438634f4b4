// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Both trees are walked in parallel, twice: first to find the files whose
 * content must be read, then to report differences.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/timestamp.h"
#include "index/lookup.h"
#include "index/records.h"
#include "inspect/diff.h"
#include "inspect/file_digests.h"

/* One of the two trees. */
struct side {
	struct sgz_opened *o;
	struct sgz_filedigests digests;
	uint64_t *sets;		/* hash of each set of xattrs, or 0 */
};

/* The remaining entries of two directories with the same path. */
struct level {
	uint32_t next[2];
	uint32_t end[2];
	size_t path_len;
};

struct walk {
	const struct sgz_treediff *diff;
	const struct sgz_context *ctx;
	struct side side[2];
	struct sgz_vec levels;
	struct sgz_vec path;
	struct sgz_vec what;	/* text: how two inodes differ */
	uint32_t *partner;	/* by inode of the first: inode of the second */
	bool tell;
	bool different;
};

static const struct sgz_index *index_of(const struct walk *w, int k)
{
	return &w->side[k].o->index;
}

static void found(struct walk *w, char where, const char *what)
{
	w->different = true;
	if (w->tell)
		w->diff->found(w->diff->data, where,
			       w->path.count > 1 ? w->path.data : "/", what);
}

/* Set the path: @len bytes of the directory, and a name. */
static int set_path(struct walk *w, size_t len, const char *name, size_t n)
{
	size_t slash = len ? 1 : 0;
	char *to;

	if (len + slash + n > SGZ_PATH_LONGEST)
		return sgz_fail(w->ctx, -ENAMETOOLONG,
				"a path is longer than %d bytes",
				SGZ_PATH_LONGEST);
	w->path.count = len;
	to = sgz_vec_add(&w->path, slash + n + 1, 1);
	if (!to)
		return sgz_nomem(w->ctx);
	if (slash)
		*to++ = '/';
	memcpy(to, name, n);
	return 0;
}

/* Append to the text; its count does not include the final NUL. */
static void append(struct walk *w, const char *text)
{
	size_t n = strlen(text);
	char *to = sgz_vec_add(&w->what, n + 1, 1);

	if (!to)
		return;
	memcpy(to, text, n);
	w->what.count--;
}

static void differs(struct walk *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void differs(struct walk *w, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->what.count)
		append(w, ", ");
	append(w, text);
}

/* Hash each set only once; many inodes may share it. */
static uint64_t hash_set(const struct walk *w, int k, uint32_t id)
{
	const struct stargz_xattr_set *set = sgz_xattr_set(index_of(w, k), id);
	uint64_t *hash = &w->side[k].sets[id - 1];

	if (!*hash)
		*hash = sgz_hash(0, set, le32toh(set->size)) | 1;
	return *hash;
}

static bool same_xattrs(const struct walk *w, uint32_t a, uint32_t b)
{
	if (!a || !b)
		return a == b;
	return hash_set(w, 0, a) == hash_set(w, 1, b);
}

static bool same_target(const struct walk *w, const struct stargz_inode *a,
			const struct stargz_inode *b)
{
	const char *na = index_of(w, 0)->table[STARGZ_TABLE_NAMES].data;
	const char *nb = index_of(w, 1)->table[STARGZ_TABLE_NAMES].data;

	return a->size == b->size && !memcmp(na + le32toh(a->a),
					     nb + le32toh(b->a),
					     le64toh(a->size));
}

static void compare_attributes(struct walk *w, const struct stargz_inode *a,
			       const struct stargz_inode *b)
{
	char ta[STARGZ_TIME_TEXT], tb[STARGZ_TIME_TEXT];

	if (a->mode != b->mode)
		differs(w, "mode %04o and %04o", le16toh(a->mode) & 07777,
			le16toh(b->mode) & 07777);
	if (a->uid != b->uid)
		differs(w, "uid %u and %u", le32toh(a->uid), le32toh(b->uid));
	if (a->gid != b->gid)
		differs(w, "gid %u and %u", le32toh(a->gid), le32toh(b->gid));
	if (a->mtime != b->mtime) {
		sgz_time_text(ta, le64toh(a->mtime));
		sgz_time_text(tb, le64toh(b->mtime));
		differs(w, "mtime %s and %s", ta, tb);
	}
	if (!same_xattrs(w, le32toh(a->xattr), le32toh(b->xattr)))
		differs(w, "extended attributes");
}

static void compare_files(struct walk *w, uint32_t ia, uint32_t ib)
{
	const struct stargz_inode *a = sgz_inode(index_of(w, 0), ia);
	const struct stargz_inode *b = sgz_inode(index_of(w, 1), ib);
	const uint8_t *da, *db;

	if (a->size != b->size) {
		differs(w, "size %" PRIu64 " and %" PRIu64, le64toh(a->size),
			le64toh(b->size));
		return;
	}
	da = sgz_filedigests_get(&w->side[0].digests, ia);
	db = sgz_filedigests_get(&w->side[1].digests, ib);
	if (da && db && memcmp(da, db, STARGZ_SHA256_LEN))
		differs(w, "content");
}

/* Names of one inode in the first tree must be names of one in the second. */
static void compare_links(struct walk *w, uint32_t ia, uint32_t ib)
{
	uint32_t na = le32toh(sgz_inode(index_of(w, 0), ia)->nlink);
	uint32_t nb = le32toh(sgz_inode(index_of(w, 1), ib)->nlink);
	uint32_t *partner = &w->partner[ia - 1];

	if (na != nb)
		differs(w, "links %u and %u", na, nb);
	else if (*partner && *partner != ib)
		differs(w, "hard links");
	*partner = ib;
}

static void compare_kinds(struct walk *w, uint32_t ia, uint32_t ib)
{
	const struct stargz_inode *a = sgz_inode(index_of(w, 0), ia);
	const struct stargz_inode *b = sgz_inode(index_of(w, 1), ib);

	switch (le16toh(a->mode) & S_IFMT) {
	case S_IFREG:
		compare_files(w, ia, ib);
		break;
	case S_IFLNK:
		if (!same_target(w, a, b))
			differs(w, "target");
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (a->a != b->a || a->b != b->b)
			differs(w, "device %u,%u and %u,%u", le32toh(a->a),
				le32toh(a->b), le32toh(b->a), le32toh(b->b));
		break;
	}
	if (!S_ISDIR(le16toh(a->mode)))
		compare_links(w, ia, ib);
}

static int enter(struct walk *w, uint32_t ia, uint32_t ib)
{
	struct level *level = sgz_vec_add(&w->levels, 1, sizeof(*level));
	const uint32_t ino[2] = { ia, ib };

	if (!level)
		return sgz_nomem(w->ctx);
	for (int k = 0; k < 2; k++) {
		const struct stargz_inode *inode = sgz_inode(index_of(w, k),
							     ino[k]);

		level->next[k] = le32toh(inode->a);
		level->end[k] = level->next[k] + le32toh(inode->b);
	}
	level->path_len = w->path.count ? w->path.count - 1 : 0;
	return 0;
}

/* Compare two inodes with the same path. */
static int compare_inodes(struct walk *w, uint32_t ia, uint32_t ib)
{
	const struct stargz_inode *a = sgz_inode(index_of(w, 0), ia);
	const struct stargz_inode *b = sgz_inode(index_of(w, 1), ib);
	int ret;

	if ((le16toh(a->mode) ^ le16toh(b->mode)) & S_IFMT) {
		found(w, '!', "type");
		return 0;
	}
	if (!w->tell && S_ISREG(le16toh(a->mode)) && a->size == b->size) {
		ret = sgz_filedigests_want(&w->side[0].digests, w->side[0].o,
					   ia);
		return ret ? ret : sgz_filedigests_want(&w->side[1].digests,
							w->side[1].o, ib);
	}
	if (w->tell) {
		w->what.count = 0;
		compare_attributes(w, a, b);
		compare_kinds(w, ia, ib);
		if (w->what.count)
			found(w, '!', w->what.data);
	}
	return S_ISDIR(le16toh(a->mode)) ? enter(w, ia, ib) : 0;
}

/* Get the next entries of both directories; returns their order. */
static int next_names(const struct walk *w, const struct level *level,
		      const struct stargz_dirent *d[2])
{
	for (int k = 0; k < 2; k++)
		d[k] = level->next[k] < level->end[k] ?
		       sgz_dirent(index_of(w, k), level->next[k]) : NULL;
	if (!d[0] || !d[1])
		return d[0] ? -1 : 1;
	return sgz_dirent_cmp(index_of(w, 0), d[0], index_of(w, 1), d[1]);
}

static int step(struct walk *w)
{
	struct level *level = (struct level *)w->levels.data +
			      w->levels.count - 1;
	const struct stargz_dirent *d[2];
	int order = next_names(w, level, d), ret, k = order > 0;

	if (!d[0] && !d[1]) {
		w->levels.count--;
		return 0;
	}
	ret = set_path(w, level->path_len, sgz_name(index_of(w, k), d[k]),
		       d[k]->name_len);
	level->next[0] += order <= 0;
	level->next[1] += order >= 0;
	if (ret)
		return ret;
	if (!order)
		return compare_inodes(w, le32toh(d[0]->ino),
				      le32toh(d[1]->ino));
	found(w, k ? '>' : '<', "");
	return 0;
}

static int walk(struct walk *w)
{
	int ret;

	w->path.count = 0;
	ret = compare_inodes(w, STARGZ_ROOT_INO, STARGZ_ROOT_INO);
	while (!ret && w->levels.count)
		ret = step(w);
	return ret;
}

static int open_side(const struct walk *w, struct side *side)
{
	const struct sgz_vec *table = side->o->index.table;

	side->sets = calloc(table[STARGZ_TABLE_XATTRS].count / 4 + 1,
			    sizeof(*side->sets));
	if (!side->sets)
		return sgz_nomem(w->ctx);
	return sgz_filedigests_open(&side->digests, side->o);
}

static int run(struct walk *w)
{
	int ret = 0;

	w->partner = calloc(index_of(w, 0)->table[STARGZ_TABLE_INODES].count,
			    sizeof(*w->partner));
	if (!w->partner)
		return sgz_nomem(w->ctx);
	for (int k = 0; !ret && k < 2; k++)
		ret = open_side(w, &w->side[k]);
	if (!ret && w->diff->threads)
		ret = walk(w);
	for (int k = 0; !ret && w->diff->threads && k < 2; k++)
		ret = sgz_filedigests_read(&w->side[k].digests, w->side[k].o,
					   w->diff->threads);
	w->tell = true;
	w->different = false;
	return ret ? ret : walk(w);
}

int sgz_treediff_run(const struct sgz_treediff *diff)
{
	struct walk w = {
		.diff = diff,
		.ctx = diff->a->ctx,
		.side = { { .o = diff->a }, { .o = diff->b } },
	};
	int ret = run(&w);

	for (int k = 0; k < 2; k++) {
		sgz_filedigests_free(&w.side[k].digests);
		free(w.side[k].sets);
	}
	sgz_vec_free(&w.levels);
	sgz_vec_free(&w.path);
	sgz_vec_free(&w.what);
	free(w.partner);
	return ret ? ret : w.different;
}
