// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Blobs are written with O_TMPFILE where the file system has it. The lock on the
 * directory serialises changes of index.json by this library.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sink.h"
#include "convert/destination.h"
#include "convert/json.h"
#include "image/hash.h"

static const char *const folders[] = { ".", "blobs", "blobs/sha256" };

static int failed(const struct sgz_context *ctx, const char *name)
{
	return sgz_fail(ctx, -errno, "%s: %s", name, strerror(errno));
}

static int open_folder(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Make a directory unless it is there. */
static int make_folder(struct sgz_destination *dest,
		       const struct sgz_context *ctx, int at, const char *name)
{
	if (!mkdirat(at, name, 0777))
		dest->made++;
	else if (errno != EEXIST)
		return failed(ctx, name);
	return 0;
}

int sgz_destination_open(struct sgz_destination *dest,
			 const struct sgz_context *ctx, const char *path)
{
	int ret;

	*dest = (struct sgz_destination){
		.path = path, .dir = -1, .blobs = -1,
	};
	ret = make_folder(dest, ctx, AT_FDCWD, path);
	if (ret)
		return ret;
	dest->dir = open_folder(AT_FDCWD, path);
	if (dest->dir < 0)
		return failed(ctx, path);
	for (size_t i = 1; !ret && i < sizeof(folders) / sizeof(folders[0]);
	     i++)
		ret = make_folder(dest, ctx, dest->dir, folders[i]);
	if (ret)
		return ret;
	dest->blobs = open_folder(dest->dir, folders[2]);
	return dest->blobs < 0 ? failed(ctx, folders[2]) : 0;
}

/* Set a name that no other file is likely to have. */
static int set_temp(const struct sgz_context *ctx, struct sgz_dest_blob *blob)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return failed(ctx, "random number");
	snprintf(blob->temp, sizeof(blob->temp), SGZ_DEST_TEMP "%016llx",
		 (unsigned long long)number);
	return 0;
}

static int open_named(int dir, const struct sgz_context *ctx,
		      struct sgz_dest_blob *blob)
{
	int ret = set_temp(ctx, blob);

	if (ret)
		return ret;
	blob->fd = openat(dir, blob->temp, O_RDWR | O_CREAT | O_EXCL |
			  O_CLOEXEC, 0666);
	if (blob->fd >= 0)
		return 0;
	ret = failed(ctx, blob->temp);
	blob->temp[0] = '\0';
	return ret;
}

int sgz_destination_new(const struct sgz_destination *dest,
			const struct sgz_context *ctx,
			struct sgz_dest_blob *blob)
{
	blob->temp[0] = '\0';
	blob->fd = openat(dest->blobs, ".", O_TMPFILE | O_RDWR | O_CLOEXEC,
			  0666);
	if (blob->fd >= 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != EISDIR)
		return failed(ctx, folders[2]);
	return open_named(dest->blobs, ctx, blob);
}

void sgz_destination_discard(const struct sgz_destination *dest,
			     struct sgz_dest_blob *blob)
{
	if (blob->fd < 0)
		return;
	if (blob->temp[0])
		unlinkat(dest->blobs, blob->temp, 0);
	close(blob->fd);
	blob->fd = -1;
}

/* Give a file without a name its first one. Returns 0 or an errno. */
static int link_file(int fd, int dir, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) ? errno : 0;
}

bool sgz_destination_can_link(const struct sgz_destination *dest,
			      const struct sgz_context *ctx, int fd)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);
	struct sgz_dest_blob blob = { .fd = fd };

	return !set_temp(&quiet, &blob) &&
	       !link_file(fd, dest->blobs, blob.temp) &&
	       !unlinkat(dest->blobs, blob.temp, 0);
}

/* Rename a temporary file, which replaces what has the name. */
static int replace(int dir, const struct sgz_context *ctx,
		   struct sgz_dest_blob *blob, const char *name)
{
	if (!blob->temp[0]) {
		int ret = set_temp(ctx, blob);

		if (ret)
			return ret;
		errno = link_file(blob->fd, dir, blob->temp);
		if (errno)
			return failed(ctx, name);
	}
	if (renameat(dir, blob->temp, dir, name))
		return failed(ctx, name);
	blob->temp[0] = '\0';
	return 0;
}

int sgz_destination_keep(const struct sgz_destination *dest,
			 const struct sgz_context *ctx,
			 struct sgz_dest_blob *blob,
			 const uint8_t digest[STARGZ_SHA256_LEN])
{
	const struct sgz_hex hex = sgz_sha256_hex(digest);
	struct stat st;
	int ret, err = EEXIST;

	if (fsync(blob->fd) || fstat(blob->fd, &st))
		return failed(ctx, hex.text);
	if (!blob->temp[0])
		err = link_file(blob->fd, dest->blobs, hex.text);
	if (err == EEXIST) {
		if (sgz_destination_has(dest, digest, st.st_size)) {
			sgz_destination_discard(dest, blob);
			return 0;
		}
		ret = replace(dest->blobs, ctx, blob, hex.text);
	} else {
		errno = err;
		ret = err ? failed(ctx, hex.text) : 0;
	}
	if (!ret)
		sgz_destination_discard(dest, blob);
	return ret;
}

bool sgz_destination_has(const struct sgz_destination *dest,
			 const uint8_t digest[STARGZ_SHA256_LEN],
			 uint64_t size)
{
	const struct sgz_place place = { .size = size };
	struct stargz_error err;
	const struct sgz_context quiet = { .err = &err };
	struct sgz_layer_hash have;
	struct stat st;
	bool has;
	int fd;

	fd = openat(dest->blobs, sgz_sha256_hex(digest).text,
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	has = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	      (uint64_t)st.st_size == size &&
	      !sgz_layer_hash(&have, &quiet, fd, &place, true) &&
	      !memcmp(have.digest, digest, sizeof(have.digest));
	close(fd);
	return has;
}

static int write_all(const struct sgz_context *ctx, int fd, const void *bytes,
		     size_t len)
{
	struct sgz_sink sink;
	int ret = sgz_sink_open(&sink, ctx, fd, false);

	if (!ret)
		ret = sgz_sink_write(&sink, bytes, len);
	sgz_sink_close(&sink);
	return ret;
}

int sgz_destination_put(const struct sgz_destination *dest,
			const struct sgz_context *ctx, const void *bytes,
			size_t len, uint8_t digest[STARGZ_SHA256_LEN])
{
	struct sgz_dest_blob blob;
	int ret = stargz_sha256(bytes, len, digest, ctx->err);

	if (!ret)
		ret = sgz_destination_new(dest, ctx, &blob);
	if (ret)
		return ret;
	ret = write_all(ctx, blob.fd, bytes, len);
	if (!ret)
		ret = sgz_destination_keep(dest, ctx, &blob, digest);
	sgz_destination_discard(dest, &blob);
	return ret;
}

/* Write a file of the layout, which appears whole. */
static int write_file(const struct sgz_destination *dest,
		      const struct sgz_context *ctx, const char *name,
		      const char *text)
{
	struct sgz_dest_blob file;
	int ret = open_named(dest->dir, ctx, &file);

	if (ret)
		return ret;
	ret = write_all(ctx, file.fd, text, strlen(text));
	if (!ret && fsync(file.fd))
		ret = failed(ctx, name);
	if (!ret)
		ret = replace(dest->dir, ctx, &file, name);
	if (file.temp[0])
		unlinkat(dest->dir, file.temp, 0);
	close(file.fd);
	return ret;
}

/* Read index.json; an empty one if there is none. */
static int read_index(const struct sgz_destination *dest,
		      const struct sgz_context *ctx, struct sgz_doc *doc)
{
	static const char empty[] = "{\"schemaVersion\":2,\"manifests\":[]}";
	const struct sgz_store store = {
		.transport = SGZ_OCI, .path = dest->path, .fd = dest->dir,
	};
	struct sgz_vec bytes = { 0 };
	struct sgz_place place;
	int ret = sgz_store_file(&store, ctx, "index.json", &place);

	if (ret == -ENOENT)
		return sgz_doc_parse(doc, ctx, "index.json", empty,
				     strlen(empty), json_type_object);
	if (!ret)
		ret = sgz_store_read(&store, ctx, "index.json", &place, &bytes);
	if (!ret)
		ret = sgz_doc_parse(doc, ctx, "index.json", bytes.data,
				    bytes.count, json_type_object);
	sgz_vec_free(&bytes);
	return ret;
}

static bool same_text(struct json_object *a, struct json_object *b)
{
	return a && b && !strcmp(json_object_get_string(a),
				 json_object_get_string(b));
}

/* Does a new descriptor take the place of an old one? */
static bool replaces(struct json_object *images, struct json_object *old)
{
	for (size_t i = 0; i < json_object_array_length(images); i++) {
		struct json_object *new = json_object_array_get_idx(images, i);
		struct json_object *name = sgz_json_ref(new);

		if (name ? same_text(name, sgz_json_ref(old)) :
			   !sgz_json_ref(old) &&
			   same_text(json_object_object_get(new, "digest"),
				     json_object_object_get(old, "digest")))
			return true;
	}
	return false;
}

/* The new list: what stays of the old one, then the new images. */
static int join(const struct sgz_doc *doc, struct json_object *images)
{
	struct json_object *old, *list = json_object_new_array();
	size_t count;
	int ret;

	ret = sgz_doc_array(doc, doc->root, "manifests", json_type_object,
			    &old);
	count = !ret && old ? json_object_array_length(old) : 0;
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry = json_object_array_get_idx(old, i);

		if (!replaces(images, entry))
			json_object_array_add(list, json_object_get(entry));
	}
	count = json_object_array_length(images);
	for (size_t i = 0; i < count; i++) {
		struct json_object *entry =
			json_object_array_get_idx(images, i);

		json_object_array_add(list, json_object_get(entry));
	}
	if (ret)
		json_object_put(list);
	else
		json_object_object_add(doc->root, "manifests", list);
	return ret;
}

static int update_index(const struct sgz_destination *dest,
			const struct sgz_context *ctx,
			struct json_object *images)
{
	struct sgz_doc doc = { 0 };
	int ret = read_index(dest, ctx, &doc);

	if (!ret)
		ret = join(&doc, images);
	if (!ret)
		ret = write_file(dest, ctx, "index.json",
				 sgz_json_text(doc.root));
	sgz_doc_free(&doc);
	return ret;
}

int sgz_destination_end(const struct sgz_destination *dest,
			const struct sgz_context *ctx,
			struct json_object *images)
{
	int ret = 0;

	if (fsync(dest->blobs))
		return failed(ctx, folders[2]);
	if (flock(dest->dir, LOCK_EX))
		return failed(ctx, dest->path);
	if (faccessat(dest->dir, "oci-layout", F_OK, 0))
		ret = write_file(dest, ctx, "oci-layout",
				 "{\"imageLayoutVersion\":\"1.0.0\"}");
	if (!ret)
		ret = update_index(dest, ctx, images);
	flock(dest->dir, LOCK_UN);
	if (!ret && fsync(dest->dir))
		ret = failed(ctx, dest->path);
	return ret;
}

void sgz_destination_drop(struct sgz_destination *dest)
{
	unsigned int made = dest->made;

	/* The innermost ones were made last. */
	for (size_t i = 2; i && made; i--, made--)
		unlinkat(dest->dir, folders[i], AT_REMOVEDIR);
	if (made)
		rmdir(dest->path);
	dest->made = 0;
}

void sgz_destination_close(struct sgz_destination *dest)
{
	if (dest->blobs >= 0)
		close(dest->blobs);
	if (dest->dir >= 0)
		close(dest->dir);
}
