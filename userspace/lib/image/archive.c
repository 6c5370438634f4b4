// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Only headers are read. docker save writes a layer that occurs twice as a
 * symbolic link to the first one. Names are only looked up in the archive.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "image/archive.h"
#include "tar/reader.h"

/* Longest chain of links. */
#define LINKS_MAX	8

/**
 * struct sgz_archive_entry - an entry
 * @name: its path, cleaned, with a NUL
 * @link: cleaned path of the target of a link, with a NUL, or NULL
 * @nr: number in the archive; the last one of a name counts
 * @plain: a regular file without holes
 * @start: its first byte in the archive
 * @size: its size in bytes
 */
struct sgz_archive_entry {
	const char *name;
	const char *link;
	size_t nr;
	bool plain;
	uint64_t start;
	uint64_t size;
};

/* Copy a path in cleaned form. Returns NULL if memory is short. */
static char *keep_path(struct sgz_archive *archive, const char *path, size_t len)
{
	char *copy = sgz_arena_room(&archive->names, len + 1);

	if (copy)
		copy[sgz_path_clean(copy, path, len)] = '\0';
	return copy;
}

/* The target of a symbolic link counts from the folder of the link. */
static char *keep_target(struct sgz_archive *archive,
			 const struct sgz_tar_header *h)
{
	size_t dir = sgz_path_last(h->name, h->name_len);
	char *path, *copy;

	if (h->type == '1' || *h->link == '/')
		return keep_path(archive, h->link, h->link_len);
	path = malloc(dir + h->link_len + 1);
	if (!path)
		return NULL;
	memcpy(path, h->name, dir);
	memcpy(path + dir, h->link, h->link_len);
	copy = keep_path(archive, path, dir + h->link_len);
	free(path);
	return copy;
}

static int add_entry(struct sgz_archive *archive,
		     const struct sgz_context *ctx, const struct sgz_tar *tar)
{
	const struct sgz_tar_header *h = &tar->h;
	bool link = (h->type == '1' || h->type == '2') && h->link_len;
	size_t nr = archive->entries.count;
	struct sgz_archive_entry *e;

	e = sgz_vec_add(&archive->entries, 1, sizeof(*e));
	if (!e)
		return sgz_nomem(ctx);
	e->nr = nr;
	e->name = keep_path(archive, h->name, h->name_len);
	e->link = link ? keep_target(archive, h) : NULL;
	if (!e->name || (link && !e->link))
		return sgz_nomem(ctx);
	e->plain = (h->type == '0' || !h->type || h->type == '7') &&
		   !h->sparse && !h->fault;
	e->start = tar->pos;
	e->size = h->size;
	return 0;
}

static int read_headers(struct sgz_archive *archive,
			const struct sgz_context *ctx, struct sgz_tar *tar)
{
	int ret;

	while ((ret = sgz_tar_next(tar)) > 0) {
		uint64_t size = tar->h.size;

		ret = add_entry(archive, ctx, tar);
		if (!ret && size > archive->blob.size - tar->pos)
			ret = sgz_tar_damaged(tar, "the archive is cut off");
		if (!ret && size)
			ret = sgz_tar_skip(tar, size + sgz_tar_padding(size));
		if (ret)
			return ret;
	}
	return ret;
}

/* By name; of equal names, the later entry comes first. */
static int compare(const void *left, const void *right)
{
	const struct sgz_archive_entry *a = left, *b = right;
	int cmp = strcmp(a->name, b->name);

	return cmp ? cmp : (a->nr < b->nr) - (a->nr > b->nr);
}

static int not_a_tar(const struct sgz_context *ctx, const struct sgz_blob *blob)
{
	static const unsigned char gzip[] = { 0x1f, 0x8b };
	static const unsigned char zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if ((blob->head_len >= 2 && !memcmp(blob->head, gzip, 2)) ||
	    (blob->head_len >= 4 && !memcmp(blob->head, zstd, 4)))
		return sgz_fail(ctx, -EINVAL,
				"the archive is compressed; decompress it, because it is read in place");
	return sgz_fail(ctx, -EINVAL, "not a tar");
}

static int open_stream(struct sgz_stream **stream, struct sgz_archive *archive,
		       const struct sgz_context *ctx)
{
	*stream = malloc(sizeof(**stream));
	if (!*stream)
		return sgz_nomem(ctx);
	return sgz_stream_open(*stream, ctx, &archive->blob, 0,
			       archive->blob.size, SGZ_PLAIN);
}

/* Is the first block a header? Its checksum says so. */
static bool is_tar(const struct sgz_blob *blob)
{
	return !blob->pipe && blob->head_len == SGZ_TAR_BLOCK &&
	       sgz_tar_is_header(blob->head);
}

int sgz_archive_open(struct sgz_archive *archive, const struct sgz_context *ctx,
		     int fd)
{
	struct sgz_stream *stream;
	struct sgz_tar tar = { 0 };
	int ret;

	memset(archive, 0, sizeof(*archive));
	ret = sgz_blob_open(&archive->blob, ctx, fd, 0, 0);
	if (!ret && !is_tar(&archive->blob))
		ret = not_a_tar(ctx, &archive->blob);
	if (!ret)
		ret = open_stream(&stream, archive, ctx);
	if (ret)
		return ret;
	tar.stream = stream;
	ret = read_headers(archive, ctx, &tar);
	sgz_tar_close(&tar);
	sgz_stream_close(stream);
	free(stream);
	if (archive->entries.count)
		qsort(archive->entries.data, archive->entries.count,
		      sizeof(struct sgz_archive_entry), compare);
	return ret;
}

/* The last entry with a name, or NULL. */
static const struct sgz_archive_entry *
lookup(const struct sgz_archive *archive, const char *name)
{
	const struct sgz_archive_entry *e = archive->entries.data;
	size_t low = 0, high = archive->entries.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(e[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < archive->entries.count && !strcmp(e[low].name, name) ?
		       &e[low] : NULL;
}

bool sgz_archive_has(const struct sgz_archive *archive, const char *name)
{
	return lookup(archive, name);
}

/* Does a path lead out of the folder that it starts in? */
static bool climbs(const char *path)
{
	size_t depth = 0, len;

	for (; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len == 2 && !memcmp(path, "..", 2)) {
			if (!depth--)
				return true;
		} else if (len && !(len == 1 && *path == '.')) {
			depth++;
		}
	}
	return false;
}

int sgz_archive_find(const struct sgz_archive *archive,
		     const struct sgz_context *ctx, const char *name,
		     uint64_t *start, uint64_t *size)
{
	const struct sgz_archive_entry *e = NULL;
	size_t len = strlen(name);
	char *clean;

	if (climbs(name))
		return sgz_fail(ctx, -EUCLEAN, "%s climbs out of the archive",
				sgz_quote(name, len).text);
	clean = malloc(len + 1);
	if (!clean)
		return sgz_nomem(ctx);
	clean[sgz_path_clean(clean, name, len)] = '\0';
	e = lookup(archive, clean);
	free(clean);
	if (!e)
		return sgz_fail(ctx, -ENOENT, "%s is not in the archive",
				sgz_quote(name, len).text);
	for (int i = 0; e && e->link && i < LINKS_MAX; i++)
		e = lookup(archive, e->link);
	if (!e || !e->plain)
		return sgz_fail(ctx, -EUCLEAN,
				"%s is not a regular file in the archive, nor a link to one",
				sgz_quote(name, len).text);
	*start = e->start;
	*size = e->size;
	return 0;
}

/* "HEX", "HEX.json", "HEX.tar": names of docker save and podman save. */
static bool is_hex_name(const char *name, size_t len)
{
	static const char *const ends[] = { "", ".json", ".tar" };

	if (len < 2 * STARGZ_SHA256_LEN ||
	    strspn(name, "0123456789abcdef") != 2 * STARGZ_SHA256_LEN)
		return false;
	name += 2 * STARGZ_SHA256_LEN;
	len -= 2 * STARGZ_SHA256_LEN;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (len == strlen(ends[i]) && !memcmp(name, ends[i], len))
			return true;
	return false;
}

/* Is it the first name of an archive? Sets @next if it is that of the root. */
static bool is_first_name(const struct sgz_tar_header *h, bool *next)
{
	static const char *const firsts[] = {
		"blobs", "index.json", "manifest.json", "oci-layout",
		"repositories",
	};
	char name[SGZ_TAR_NAME_MAX + 1];
	size_t len;

	*next = false;
	if (h->name_len >= sizeof(name))
		return false;
	len = sgz_path_clean(name, h->name, h->name_len);
	name[len] = '\0';
	*next = !len;
	len = strcspn(name, "/");
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++)
		if (len == strlen(firsts[i]) && !memcmp(name, firsts[i], len))
			return true;
	return is_hex_name(name, len);
}

bool sgz_archive_likely(const struct sgz_context *ctx, int fd)
{
	struct sgz_archive archive = { 0 };
	struct sgz_stream *stream;
	struct sgz_tar tar = { 0 };
	bool likely = false, next = true;

	if (sgz_blob_open(&archive.blob, ctx, fd, 0, 0) ||
	    !is_tar(&archive.blob) || open_stream(&stream, &archive, ctx))
		return false;
	tar.stream = stream;
	while (next && sgz_tar_next(&tar) > 0)
		likely = is_first_name(&tar.h, &next);
	sgz_tar_close(&tar);
	sgz_stream_close(stream);
	free(stream);
	return likely;
}

void sgz_archive_free(struct sgz_archive *archive)
{
	sgz_arena_free(&archive->names);
	sgz_vec_free(&archive->entries);
}
