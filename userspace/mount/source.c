// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: the source. It is a file; a loop device, whose backing file may
 * be up to 511 bytes longer; or another block device. Zeroes may follow the
 * layer in all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "loop.h"
#include "source.h"
#include "stargz/footer.h"
#include "stargz_fs.h"
#include "xalloc.h"

/* Maximum padding after a layer in bytes. */
#define PADDING_MAX	(64u << 20)
#define SEARCH_BLOCK	(64u << 10)
#define SECTOR		512
/* Bytes at both ends by which a loop device and a file are compared. */
#define SAME_BYTES	4096

static enum mount_exit fail(const char *path, int err)
{
	msg_error(path, "%s", strerror(err));
	return msg_exit_of(err);
}

static void set_path(char **where, const char *path)
{
	char *copy = xasprintf("%s", path);

	free(*where);
	*where = copy;
}

/* Mount the backing file instead of the loop device. */
static void use_blob(struct source *src)
{
	set_path(&src->path, src->blob_path);
	if (src->fd != src->blob.fd)
		close(src->fd);
	src->fd = src->blob.fd;
	src->start = src->blob.start;
	src->loop = false;
}

static bool starts_with_superblock(int fd, uint64_t offset)
{
	__le32 magic;

	return pread(fd, &magic, sizeof(magic), offset) == sizeof(magic) &&
	       le32toh(magic) == STARGZ_SUPER_MAGIC;
}

enum mount_exit source_open(struct source *src, const char *name,
			    const struct mount_options *opt)
{
	struct stat st;

	memset(src, 0, sizeof(*src));
	src->fd = -1;
	src->blob.fd = -1;
	src->path = realpath(name, NULL);
	if (!src->path)
		return fail(name, errno);
	/* Never O_RDWR: the kernel rejects files open for writing. */
	src->fd = open(src->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (src->fd < 0 || fstat(src->fd, &st))
		return fail(name, errno);
	src->regular = S_ISREG(st.st_mode);
	if (!src->regular && !S_ISBLK(st.st_mode)) {
		msg_error(name, "neither a regular file nor a block device");
		return MOUNT_FAILED;
	}
	src->loop = src->regular && opt->loop;
	if (src->loop || !opt->offset)
		src->image = starts_with_superblock(src->fd, opt->offset);
	return MOUNT_OK;
}

static bool same_bytes(const struct range *a, const struct range *b,
		       uint64_t pos, size_t len)
{
	unsigned char buf_a[SAME_BYTES], buf_b[SAME_BYTES];
	struct stargz_error err;

	return !range_read(a, pos, buf_a, len, &err) &&
	       !range_read(b, pos, buf_b, len, &err) &&
	       !memcmp(buf_a, buf_b, len);
}

/*
 * The name of the backing file may now refer to another file, or be from
 * another mount namespace. Compare the bytes.
 */
static bool shows(const struct range *device, const struct range *file)
{
	uint64_t size = device->size;
	size_t len = size < SAME_BYTES ? size : SAME_BYTES;

	return size == file->size / SECTOR * SECTOR &&
	       same_bytes(device, file, 0, len) &&
	       same_bytes(device, file, size - len, len);
}

/* Read the layer from the backing file if the source is a loop device. */
static bool use_backing_file(struct source *src,
			     const struct mount_options *opt)
{
	struct loop_backing backing;
	struct range device, file;
	struct stargz_error err;
	struct stat st;
	int fd;

	if (src->regular || opt->offset || opt->sizelimit)
		return false;
	if (fstat(src->fd, &st) || !loop_backing(st.st_rdev, &backing))
		return false;
	fd = open(backing.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 ||
	    range_open(&device, src->fd, 0, 0, &err) ||
	    range_open(&file, fd, backing.offset, backing.sizelimit, &err) ||
	    !shows(&device, &file)) {
		msg_note(src->path, "cannot use its backing file %s",
			 backing.path);
		free(backing.path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	src->blob_path = backing.path;
	src->blob = file;
	src->start = 0;
	return true;
}

/* Set @end to the end of @blob without trailing zeroes. */
static int trim_zeroes(const struct range *blob, uint64_t *end,
		       struct stargz_error *err)
{
	uint64_t floor = blob->size > PADDING_MAX ?
			 blob->size - PADDING_MAX : 0;
	unsigned char buf[SEARCH_BLOCK];
	int ret;

	for (*end = blob->size; *end > floor;) {
		size_t len = *end - floor < sizeof(buf) ? *end - floor :
							  sizeof(buf);

		ret = range_read(blob, *end - len, buf, len, err);
		if (ret)
			return ret;
		while (len && !buf[len - 1]) {
			len--;
			(*end)--;
		}
		if (len)
			return 0;
	}
	return -ENODATA;
}

static int find_footer(const struct range *blob, struct stargz_footer *footer,
		       struct stargz_error *err)
{
	return stargz_footer_find(footer, blob->fd, blob->start, blob->size,
				  NULL, err);
}

/*
 * Find the end of the layer before the padding of block devices and their
 * images. -ENODATA: there is no footer. Layers without footer are not trimmed;
 * their formats mark the end.
 */
static int trim_padding(struct range *blob, struct stargz_error *err)
{
	/* Number of zeroes that end a footer of gzip and of zstd:chunked. */
	static const unsigned int zeroes[] = { 8, 0 };
	uint64_t end;
	int ret;

	ret = trim_zeroes(blob, &end, err);
	for (int i = 0; !ret && i < 2; i++) {
		struct range trimmed = *blob;
		struct stargz_footer footer;

		trimmed.size = end + zeroes[i];
		if (trimmed.size > blob->size)
			continue;
		ret = find_footer(&trimmed, &footer, err);
		if (ret == 1)
			*blob = trimmed;
	}
	return ret ? ret : -ENODATA;
}

/* Is the source a loop device that holds its file open for writing? */
static bool is_writable_loop(const struct source *src)
{
	int read_only = 0;

	return !src->regular && !ioctl(src->fd, BLKROGET, &read_only) &&
	       !read_only;
}

/*
 * A loop device shows only whole sectors. The rest usually holds only the table
 * of contents. If it holds data, the kernel must read the file itself. @range
 * is the size in bytes of the part of the file for the device.
 */
static int avoid_loop(struct source *src, uint64_t range,
		      struct stargz_error *err)
{
	uint64_t shown = range / SECTOR * SECTOR;
	static const char lost_data[] =
		"a loop device would cut off the last data of the layer";
	struct stargz_footer footer;

	if (find_footer(&src->blob, &footer, err) != 1)
		footer.toc = src->blob.size;
	if (footer.toc <= shown)
		return 0;
	/* The kernel rejects a file that is open for writing. */
	if (is_writable_loop(src))
		return error_set(err, -ETXTBSY, "%s%s", lost_data,
				 "; mount the file itself (-t stargz without loop), or make the loop device read-only (-o ro)");
	msg_note(src->path, "%s, mounting %s itself", lost_data,
		 src->blob_path);
	use_blob(src);
	return 0;
}

/* Does the blob start like a layer? */
static bool has_format(const struct source *src)
{
	return stargz_probe(src->blob.fd, src->blob.start, src->blob.size,
			    NULL) == STARGZ_KIND_LAYER;
}

enum mount_exit source_find_blob(struct source *src,
				 const struct mount_options *opt)
{
	static const char no_footer[] =
		"no layer at the start of the device, and no footer before the zeroes at its end; "
		"use index= with an index that stargz-index made from the file";
	struct stargz_error err = { "" };
	uint64_t range;
	bool looped;
	int ret = 0;

	looped = use_backing_file(src, opt) || src->loop;
	if (!src->blob_path) {
		set_path(&src->blob_path, src->path);
		src->start = src->loop ? 0 : opt->offset;
		ret = range_open(&src->blob, src->fd, opt->offset,
				 opt->sizelimit, &err);
	}
	range = src->blob.size;
	if (!ret)
		ret = trim_padding(&src->blob, &err);
	/* For a file without footer, the library reports the error. */
	if (ret == -ENODATA && (src->regular || looped || has_format(src)))
		ret = 0;
	if (ret >= 0 && looped)
		ret = avoid_loop(src, range, &err);
	if (ret >= 0)
		return MOUNT_OK;
	if (ret == -ENODATA)
		msg_error(src->path, "%s", no_footer);
	else
		msg_error(src->path, "%s", err.text);
	return msg_exit_of(-ret);
}

void source_close(struct source *src)
{
	if (src->blob.fd >= 0 && src->blob.fd != src->fd)
		close(src->blob.fd);
	if (src->fd >= 0)
		close(src->fd);
	free(src->blob_path);
	free(src->path);
}
