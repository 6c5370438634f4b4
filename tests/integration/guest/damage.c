// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * damage - mount damaged copies of a layer repeatedly, and use them.
 *
 *	damage flip-index BLOB INDEX DIR STEP FIRST
 *	damage word-index BLOB INDEX DIR STEP FIRST
 *	damage cut-index  BLOB INDEX DIR STEP FIRST
 *	damage flip-blob  BLOB INDEX DIR STEP FIRST
 *	damage cut-blob   BLOB INDEX DIR STEP FIRST
 *	damage seal INDEX
 *
 * flip damages single bytes, word stores extreme values in aligned 32 and
 * 64-bit words, cut truncates the file; at every STEPth position, starting at
 * FIRST, counted from zero. INDEX and BLOB are changed in place and restored.
 * With a damaged index the checksum of the superblock is corrected, so that the
 * checksum does not hide the damage. The damage is in the superblock and in the
 * tables; mounts without verify=digest do not read the hash tree.
 *
 * Every mount may be refused, and every call on a mount may fail, but only with
 * an error that indicates damage. Every mount must unmount. A damaged blob must
 * never yield wrong bytes. The caller checks that the kernel logs no complaint.
 *
 * seal only corrects the checksum of a superblock.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zlib.h>

#include "stargz_fs.h"

#define MAX_READ	(1 << 20)
#define MAX_DEPTH	16
#define MAX_FILES	64

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct reference {
	char path[256];
	char *data;
	size_t len;
};

static const char *blob, *index_path, *dir;
static char what[128];
static char options[PATH_MAX + 16];
static char *original;
static size_t original_size;
/* Without what follows the last table of an index. */
static size_t content_size;
static unsigned long mounts, refused, failures, complaints;
static struct reference refs[MAX_FILES];
static int ref_count;
/* Record the references instead of comparing with them. */
static bool learning;
/* Content must be correct, because the index is undamaged. */
static bool exact;

static void complain(const char *path, const char *why)
{
	if (complaints++ < 20)
		fprintf(stderr, "%s: %s: %s\n", what, path, why);
}

/* A call failed: is the error one that indicates damage? */
static void failed(const char *path, const char *call)
{
	int error = errno;

	failures++;
	switch (error) {
	case EIO:
	case EUCLEAN:
	case ENXIO:	/* a device node was opened */
	case ELOOP:	/* a symbolic link was opened */
	case EOVERFLOW:	/* a size beyond what can be */
		return;
	}
	errno = error;
	warn("%s: %s: %s", what, path, call);
	complain(path, "an error that does not say damage");
}

static struct reference *find_reference(const char *path)
{
	int i;

	for (i = 0; i < ref_count; i++)
		if (!strcmp(refs[i].path, path))
			return &refs[i];
	return NULL;
}

static void learn(const char *path, const char *data, size_t len)
{
	struct reference *ref = &refs[ref_count++];

	if (ref_count == MAX_FILES)
		errx(1, "more files than expected");
	snprintf(ref->path, sizeof(ref->path), "%s", path);
	ref->data = malloc(len + 1);
	if (!ref->data)
		err(1, "malloc");
	memcpy(ref->data, data, len);
	ref->len = len;
}

/* The bytes that were read before an error must be correct as well. */
static void compare(const char *path, const char *data, size_t len, bool whole)
{
	const struct reference *ref = find_reference(path);

	if (!ref)
		complain(path, "was not there before");
	else if (len > ref->len || memcmp(data, ref->data, len) ||
		 (whole && len != ref->len))
		complain(path, "wrong bytes");
}

static void read_file(const char *path, off_t size)
{
	static char data[MAX_READ], tail[4096];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	size_t len = 0;
	ssize_t done;

	if (fd < 0) {
		failed(path, "open");
		return;
	}
	while ((done = read(fd, data + len, MAX_READ - len)) > 0)
		len += done;
	if (done < 0)
		failed(path, "read");
	if (learning)
		learn(path, data, len);
	else if (exact)
		compare(path, data, len, !done);
	if (size > MAX_READ &&
	    pread(fd, tail, sizeof(tail), size - sizeof(tail)) < 0)
		failed(path, "read at the end");
	if (lseek(fd, 0, SEEK_HOLE) < 0 && errno != ENXIO)
		failed(path, "seek");
	close(fd);
}

static void read_xattrs(const char *path)
{
	char names[4096], value[4096];
	ssize_t len = llistxattr(path, names, sizeof(names));
	char *name;

	if (len < 0 && errno != ERANGE && errno != E2BIG)
		failed(path, "listxattr");
	for (name = names; name < names + len; name += strlen(name) + 1) {
		if (lgetxattr(path, name, value, sizeof(value)) >= 0 ||
		    errno == ERANGE || errno == E2BIG || errno == EINVAL)
			continue;
		/* Linux allows no user attributes on links and devices. */
		if (errno != ENODATA || exact)
			failed(path, name);
	}
}

static void walk(const char *path, int depth);

static void walk_dir(const char *path, int depth)
{
	DIR *stream = opendir(path);
	struct dirent *entry;
	char below[4096];

	if (!stream) {
		failed(path, "opendir");
		return;
	}
	while (errno = 0, entry = readdir(stream)) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (strchr(entry->d_name, '/') || !*entry->d_name)
			complain(path, "an impossible name");
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		walk(below, depth + 1);
	}
	if (errno)
		failed(path, "readdir");
	closedir(stream);
}

/* Use one object, and if it is a directory everything below it. */
static void walk(const char *path, int depth)
{
	char target[PATH_MAX];
	struct stat st;

	if (depth > MAX_DEPTH) {
		complain(path, "a directory loop");
		return;
	}
	if (lstat(path, &st)) {
		/* A name out of order is listed, but lookup fails. */
		if (exact || errno != ENOENT)
			failed(path, "stat");
		return;
	}
	read_xattrs(path);
	if (S_ISLNK(st.st_mode) && readlink(path, target, PATH_MAX) < 0)
		failed(path, "readlink");
	else if (S_ISREG(st.st_mode))
		read_file(path, st.st_size);
	else if (S_ISDIR(st.st_mode))
		walk_dir(path, depth);
}

/* Mount and use the current INDEX and BLOB. Returns whether it mounted. */
static bool try(void)
{
	mounts++;
	if (mount(blob, dir, "stargz", MS_RDONLY, options)) {
		refused++;
		if (errno != EINVAL && errno != EUCLEAN && errno != EIO &&
		    errno != EOPNOTSUPP && errno != EFBIG)
			failed(dir, "mount");
		return false;
	}
	walk(dir, 0);
	if (umount2(dir, 0))
		err(1, "%s: umount", what);
	return true;
}

static void load(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	original_size = st.st_size;
	original = malloc(original_size);
	if (!original || read(fd, original, original_size) != st.st_size)
		err(1, "%s", path);
	close(fd);
	content_size = original_size;
	if (path == index_path)
		content_size = le64toh(((struct stargz_super_block *)original)
				       ->tree_offset);
	while (content_size && !original[content_size - 1])
		content_size--;
}

/* Zeroes fill the rest of the block of the superblock. */
static bool is_padding(const char *path, size_t at)
{
	return path == index_path && at < STARGZ_BLOCK_SIZE &&
	       at >= sizeof(struct stargz_super_block);
}

static void seal(char *data)
{
	struct stargz_super_block *sb = (void *)data;

	sb->crc32 = 0;
	sb->crc32 = htole32(crc32(0, (void *)sb, sizeof(*sb)));
}

/* Overwrite bytes of a file; seal the superblock of an index again. */
static void put(const char *path, size_t at, const void *bytes, size_t len)
{
	static char super[sizeof(struct stargz_super_block)];
	int fd = open(path, O_WRONLY);

	if (fd < 0 || pwrite(fd, bytes, len, at) != (ssize_t)len)
		err(1, "%s", path);
	if (path == index_path && at < sizeof(super)) {
		const size_t room = sizeof(super) - at;

		memcpy(super, original, sizeof(super));
		memcpy(super + at, bytes, len < room ? len : room);
		seal(super);
		if (pwrite(fd, super, sizeof(super), 0) != sizeof(super))
			err(1, "%s", path);
	}
	close(fd);
}

static void flip(const char *path, size_t step, size_t first)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0xff, 0x10 };
	size_t at;
	char byte, mask;

	for (at = first; at < content_size; at += step) {
		if (is_padding(path, at))
			continue;
		mask = masks[at / step % sizeof(masks)];
		snprintf(what, sizeof(what), "%s byte %zu ^ 0x%02x", path, at,
			 (unsigned char)mask);
		byte = original[at] ^ mask;
		put(path, at, &byte, 1);
		try();
		put(path, at, original + at, 1);
	}
}

static void words(const char *path, size_t step, size_t first, size_t len,
		  const uint64_t *values, size_t count)
{
	uint64_t value;
	size_t at, i;

	for (at = first * len; at < content_size; at += step * len) {
		if (is_padding(path, at))
			continue;
		for (i = 0; i < count; i++) {
			snprintf(what, sizeof(what), "%s word %zu = 0x%llx",
				 path, at, (unsigned long long)values[i]);
			value = htole64(values[i]);
			put(path, at, &value, len);
			try();
		}
		put(path, at, original + at, len);
	}
}

/*
 * A truncated file must be refused. As an exception, a blob may lack its end if
 * that has no content; then the result must not change.
 */
static void shorten(const char *path, size_t step, size_t first)
{
	unsigned long before;
	size_t len;

	for (len = first; len < original_size; len += step) {
		snprintf(what, sizeof(what), "%s cut to %zu", path, len);
		if (truncate(path, len))
			err(1, "%s", path);
		before = failures;
		if (try() && (path == index_path || failures != before))
			complain(path, "mounted");
		put(path, 0, original, original_size);
	}
}

static void run(const char *kind, size_t step, size_t first)
{
	static const uint64_t small[] = {
		0, 1, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	static const uint64_t big[] = {
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xfffffffffffff000, 0xffffffffffffffff,
	};
	const char *path = strstr(kind, "-blob") ? blob : index_path;

	exact = path == blob;
	load(path);
	if (!strncmp(kind, "flip", 4)) {
		flip(path, step, first);
	} else if (!strncmp(kind, "cut", 3)) {
		shorten(path, step, first);
	} else if (!strcmp(kind, "word-index")) {
		words(path, step, first, 4, small, ARRAY_SIZE(small));
		words(path, step, first, 8, big, ARRAY_SIZE(big));
	} else {
		errx(2, "%s: no such damage", kind);
	}
}

static void seal_file(const char *path)
{
	index_path = path;
	load(path);
	put(path, 0, original, sizeof(struct stargz_super_block));
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "seal")) {
		seal_file(argv[2]);
		return 0;
	}
	if (argc != 7)
		errx(2, "Usage: damage KIND BLOB INDEX DIR STEP FIRST");
	blob = argv[2];
	index_path = argv[3];
	dir = argv[4];
	snprintf(options, sizeof(options), "index=%s", index_path);
	snprintf(what, sizeof(what), "undamaged");
	learning = true;
	if (!try() || !ref_count || failures)
		errx(1, "%s: the undamaged layer is no good", blob);
	learning = false;
	run(argv[1], strtoul(argv[5], NULL, 0), strtoul(argv[6], NULL, 0));
	snprintf(what, sizeof(what), "restored");
	exact = true;
	if (!try())
		complain(blob, "does not mount after all that");
	printf("%lu mounts, %lu refused, %lu calls failed, %lu complaints\n",
	       mounts, refused, failures, complaints);
	return complaints != 0;
}
