// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading a layer or index to a tree of paths.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "format/format.h"
#include "index/read.h"
#include "index/records.h"
#include "index/replay.h"
#include "inspect/file_digests.h"
#include "source/diff_base.h"
#include "source/from_tar.h"

/* The name must be new in @dir. Returns NULL with the error text set. */
static struct sgz_old_file *add_file(struct sgz_old *old, uint32_t dir,
				     const char *name, size_t len)
{
	uint32_t number = sgz_path_put(&old->names, dir, name, len);
	struct sgz_old_file *file = sgz_vec_add(&old->files, 1, sizeof(*file));

	if (!file || number == SGZ_NO_PATH) {
		sgz_nomem(&old->ctx);
		return NULL;
	}
	file->parent = dir;
	return file;
}

static void take_entry(struct sgz_old_file *file,
		       const struct sgz_entry *entry, uint32_t number)
{
	file->mode = entry->mode;
	file->uid = entry->uid;
	file->gid = entry->gid;
	file->mtime = entry->mtime;
	file->xattr = entry->xattr;
	file->inode = number;
	if (sgz_entry_is(entry, S_IFREG)) {
		file->size = entry->size;
	} else if (sgz_entry_is(entry, S_IFLNK)) {
		file->link = entry->link;
		file->link_len = entry->link_len;
	} else {
		file->major = entry->a;
		file->minor = entry->b;
	}
}

/* Set @number to the file of each visible node; parents precede children. */
static int take_nodes(struct sgz_old *old, struct sgz_tree *tree,
		      uint32_t *number)
{
	for (uint32_t i = 0; i < tree->nodes.count; i++) {
		const struct sgz_node *node = sgz_tree_node(tree, i);
		const struct sgz_entry *entry = sgz_node_entry(tree, node);
		struct sgz_old_file *file;

		number[i] = SGZ_NONE;
		if (node->flags & (SGZ_NODE_HIDDEN | SGZ_NODE_WHITEOUT) ||
		    (i && number[node->parent] == SGZ_NONE))
			continue;
		number[i] = old->files.count;
		file = add_file(old, i ? number[node->parent] : SGZ_PATH_ROOT,
				node->name, node->name_len);
		if (!file)
			return -ENOMEM;
		file->mode = S_IFDIR | 0755;
		file->inode = SGZ_NONE;
		if (entry)
			take_entry(file, entry, node->entry);
	}
	return 0;
}

static int take_tree(struct sgz_old *old, struct sgz_tree *tree)
{
	uint32_t *number;
	int ret = sgz_replay(tree, &old->ctx, NULL, NULL);

	if (ret)
		return ret;
	number = calloc(tree->nodes.count, sizeof(*number));
	if (!number)
		return sgz_nomem(&old->ctx);
	ret = take_nodes(old, tree, number);
	free(number);
	return ret;
}

static void take_digests(struct sgz_old *old)
{
	const struct sgz_digest *digest = old->toc.file_digests.data;
	struct sgz_old_content *content = old->content.data;

	for (size_t i = 0; i < old->toc.file_digests.count; i++)
		content[i].digest = digest[i];
}

static int read_layer(struct sgz_old *old)
{
	struct sgz_tree tree = { .toc = &old->toc };
	const struct sgz_format_options how = { 0 };
	struct sgz_spans spans = { 0 };
	int ret;

	ret = sgz_format_read(&old->toc, &spans, &old->ctx, &how, &old->blob);
	sgz_spans_free(&spans);
	if (!ret)
		ret = take_tree(old, &tree);
	sgz_tree_free(&tree);
	if (ret)
		return ret;
	old->layer = true;
	old->has_content = true;
	if (old->toc.entries.count &&
	    !sgz_vec_add(&old->content, old->toc.entries.count,
			 sizeof(struct sgz_old_content)))
		return sgz_nomem(&old->ctx);
	take_digests(old);
	return 0;
}

static void take_inode(const struct sgz_old *old, struct sgz_old_file *file,
		       uint32_t ino)
{
	const struct sgz_index *index = &old->opened.index;
	const struct stargz_inode *inode = sgz_inode(index, ino);

	file->mode = le16toh(inode->mode);
	file->uid = le32toh(inode->uid);
	file->gid = le32toh(inode->gid);
	file->mtime = le64toh(inode->mtime);
	file->xattr = le32toh(inode->xattr);
	file->inode = ino - 1;
	if (S_ISREG(file->mode)) {
		file->size = le64toh(inode->size);
	} else if (S_ISLNK(file->mode)) {
		file->link = (const char *)
			index->table[STARGZ_TABLE_NAMES].data +
			le32toh(inode->a);
		file->link_len = le64toh(inode->size);
	} else if (S_ISCHR(file->mode) || S_ISBLK(file->mode)) {
		file->major = le32toh(inode->a);
		file->minor = le32toh(inode->b);
	}
}

static bool is_whiteout(const struct sgz_old *old, uint32_t ino)
{
	const struct stargz_inode *inode = sgz_inode(&old->opened.index, ino);

	return S_ISCHR(le16toh(inode->mode)) && !inode->a && !inode->b;
}

/* Append the entries of one directory. */
static int take_directory(struct sgz_old *old, size_t dir)
{
	const uint32_t ino = sgz_old_file(old, dir)->inode + 1;
	const struct sgz_index *index = &old->opened.index;
	const struct stargz_inode *inode = sgz_inode(index, ino);
	uint64_t first = le32toh(inode->a), count = le32toh(inode->b);

	for (uint64_t i = first; i < first + count; i++) {
		const struct stargz_dirent *d = sgz_dirent(index, i);
		struct sgz_old_file *file;

		/* A whiteout for the layers below. */
		if (is_whiteout(old, le32toh(d->ino)))
			continue;
		file = add_file(old, dir, sgz_name(index, d), d->name_len);
		if (!file)
			return -ENOMEM;
		take_inode(old, file, le32toh(d->ino));
	}
	return 0;
}

/* Are all blobs of the index open, as in a device image? */
static bool holds_blobs(const struct sgz_opened *o)
{
	for (size_t i = 0; i < o->index.table[STARGZ_TABLE_BLOBS].count; i++)
		if (o->blobs[i].fd < 0)
			return false;
	return true;
}

static int open_index(struct sgz_old *old, int fd)
{
	static const struct stargz_index_options how;
	const int self = -1;
	int ret = sgz_opened_file(&old->opened, &old->ctx, &how, fd);

	if (!ret)
		ret = sgz_opened_read(&old->opened, &self, 1);
	if (!ret)
		old->has_content = holds_blobs(&old->opened);
	return ret;
}

static int read_index(struct sgz_old *old, int fd)
{
	size_t inodes;
	int ret = open_index(old, fd);

	if (ret)
		return ret;
	inodes = old->opened.index.table[STARGZ_TABLE_INODES].count;
	if (!add_file(old, SGZ_PATH_ROOT, "", 0) ||
	    !sgz_vec_add(&old->content, inodes, sizeof(struct sgz_old_content)))
		return sgz_nomem(&old->ctx);
	take_inode(old, sgz_old_file(old, 0), STARGZ_ROOT_INO);
	for (size_t i = 0; !ret && i < old->files.count; i++)
		if (S_ISDIR(sgz_old_file(old, i)->mode))
			ret = take_directory(old, i);
	return ret;
}

/* For files of one directory. */
static int compare_names(const void *left, const void *right, void *names)
{
	const struct sgz_path_node *a =
		sgz_path_node(names, *(const uint32_t *)left);
	const struct sgz_path_node *b =
		sgz_path_node(names, *(const uint32_t *)right);
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int cmp = memcmp(a->name, b->name, len);

	return cmp ? cmp : (a->name_len > b->name_len) -
			   (a->name_len < b->name_len);
}

/*
 * Group files by directory: @children has the files of @dir from @first[@dir] to
 * @first[@dir + 1]. @first has one element more than there are files.
 */
static void group(const struct sgz_old *old, uint32_t *first, uint32_t *children)
{
	size_t count = old->files.count;

	for (size_t i = 1; i < count; i++)
		first[sgz_old_file(old, i)->parent + 1]++;
	for (size_t i = 0; i < count; i++)
		first[i + 1] += first[i];
	/* Placing backwards turns each end into the start. */
	for (size_t i = count - 1; i; i--)
		children[--first[sgz_old_file(old, i)->parent + 1]] = i;
	memmove(first, first + 1, count * sizeof(*first));
	first[count] = count - 1;
	for (size_t i = 0; i < count; i++)
		qsort_r(children + first[i], first[i + 1] - first[i],
			sizeof(*children), compare_names, (void *)&old->names);
}

/* A directory comes before its entries, and these before its later siblings. */
static int sort(struct sgz_old *old)
{
	size_t count = old->files.count, left = 1;
	uint32_t *order = sgz_vec_add(&old->order, count, sizeof(*order));
	uint32_t *first = calloc(3 * count + 1, sizeof(*first));
	uint32_t *children, *stack;

	if (!order || !first) {
		free(first);
		return sgz_nomem(&old->ctx);
	}
	children = first + count + 1;
	stack = children + count;
	group(old, first, children);
	/* The top of the stack is the next file in the order. */
	while (left) {
		uint32_t i = stack[--left];

		*order++ = i;
		for (uint32_t c = first[i + 1]; c > first[i]; c--)
			stack[left++] = children[c - 1];
	}
	free(first);
	return 0;
}

int sgz_old_read(struct sgz_old *old, const struct sgz_context *ctx, int fd)
{
	int ret;

	/* Makes the reader of the TOC keep digests. */
	old->toc.digests = true;
	old->ctx = (struct sgz_context){ .err = ctx->err };
	ret = sgz_blob_open(&old->blob, &old->ctx, fd, 0, 0);
	if (ret)
		return ret;
	if (sgz_is_index(old->blob.head, old->blob.head_len))
		ret = read_index(old, fd);
	else
		ret = read_layer(old);
	return ret ? ret : sort(old);
}

uint32_t sgz_old_find(const struct sgz_old *old, const char *path, size_t len)
{
	uint32_t i = sgz_path_find(&old->names, path, len);

	return i == SGZ_NO_PATH ? SGZ_NONE : i;
}

int sgz_old_xattrs(const struct sgz_old *old, const struct sgz_old_file *file,
		   struct sgz_arena *arena, struct sgz_vec *attrs)
{
	const struct sgz_xattr_pool table = {
		.heap = old->opened.index.table[STARGZ_TABLE_XATTRS],
	};

	return sgz_xattr_pool_get(old->layer ? &old->toc.xattrs : &table,
				  file->xattr, arena, attrs);
}

/* The content at the path of an entry if its digest is wanted, or NULL. */
static struct sgz_old_content *wanted(const struct sgz_old *old,
				      const struct sgz_tar_header *h)
{
	struct sgz_old_content *content = NULL;
	uint32_t i = SGZ_NONE;
	mode_t mode;
	char *path;

	if (sgz_tar_type(h, &mode) || !S_ISREG(mode))
		return NULL;
	path = malloc(h->name_len + 1);
	if (path)
		i = sgz_old_find(old, path,
				 sgz_path_clean(path, h->name, h->name_len));
	free(path);
	if (i != SGZ_NONE && S_ISREG(sgz_old_file(old, i)->mode))
		content = sgz_old_content(old, sgz_old_file(old, i));
	/* Of several entries with the same path, the last one counts. */
	return content && content->wanted &&
	       (!content->digest.set || content->unpacked) ? content : NULL;
}

static int hash_all(struct sgz_old *old, struct sgz_source *source,
		    struct sgz_sha256 *sha)
{
	struct sgz_source_entry entry;
	int ret;

	while ((ret = source->next(source, &entry)) == 1) {
		struct sgz_old_content *content = wanted(old, entry.h);

		if (!content)
			continue;
		ret = sgz_source_digest(source, &old->ctx, entry.h, sha,
					content->digest.sha256);
		if (ret)
			return ret;
		content->digest.set = true;
		content->unpacked = true;
	}
	return ret;
}

static bool is_missing(const struct sgz_old_content *content)
{
	return content->wanted && !content->digest.set;
}

static bool lacks_digests(const struct sgz_old *old)
{
	const struct sgz_old_content *content = old->content.data;

	for (size_t i = 0; i < old->content.count; i++)
		if (is_missing(&content[i]))
			return true;
	return false;
}

static int hash_layer(struct sgz_old *old)
{
	struct sgz_source *source;
	struct sgz_sha256 sha;
	int ret = sgz_sha256_open(&sha, &old->ctx);

	if (ret)
		return ret;
	ret = sgz_source_tar(&source, &old->ctx, &old->blob);
	if (!ret) {
		ret = hash_all(old, source, &sha);
		source->close(source);
	}
	sgz_sha256_close(&sha);
	return ret;
}

static void take_file_digests(struct sgz_old *old,
			      const struct sgz_filedigests *digests)
{
	struct sgz_old_content *content = old->content.data;

	for (size_t i = 0; i < old->content.count; i++) {
		struct sgz_digest *to = &content[i].digest;

		if (!is_missing(&content[i]))
			continue;
		to->set = true;
		memcpy(to->sha256, sgz_filedigests_get(digests, i + 1),
		       sizeof(to->sha256));
	}
}

static int hash_image(struct sgz_old *old, unsigned int threads)
{
	const struct sgz_old_content *content = old->content.data;
	struct sgz_filedigests digests = { 0 };
	int ret = sgz_filedigests_open(&digests, &old->opened);

	for (size_t i = 0; !ret && i < old->content.count; i++)
		if (is_missing(&content[i]))
			ret = sgz_filedigests_want(&digests, &old->opened,
						   i + 1);
	if (!ret)
		ret = sgz_filedigests_read(&digests, &old->opened, threads);
	if (!ret)
		take_file_digests(old, &digests);
	sgz_filedigests_free(&digests);
	return ret;
}

int sgz_old_hash(struct sgz_old *old, unsigned int threads)
{
	if (!lacks_digests(old))
		return 0;
	return old->layer ? hash_layer(old) : hash_image(old, threads);
}

void sgz_old_free(struct sgz_old *old)
{
	sgz_vec_free(&old->files);
	sgz_path_free(&old->names);
	sgz_vec_free(&old->order);
	sgz_vec_free(&old->content);
	sgz_toc_free(&old->toc);
	sgz_opened_free(&old->opened);
}
