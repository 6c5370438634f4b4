// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handles - use file handles as an NFS server does.
 *
 *	handles save DIR FILE	save a handle of every object below DIR to FILE
 *	handles check DIR FILE	open every handle in FILE on the file system
 *				of DIR and check that it is the same object
 *
 * The same object has the same inode number, type, size and time; a directory
 * also has the same path and parent path. A handle with a changed inode number
 * must never open another object, and an invalid handle must be refused with
 * ESTALE.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct record {
	struct stat st;
	int handle_type;
	unsigned int handle_bytes;
	unsigned char handle[MAX_HANDLE_SZ];
	char path[PATH_MAX];
};

union any_handle {
	struct file_handle fh;
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static FILE *file;
static char root[PATH_MAX];

static int save_one(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	union any_handle h = { .fh.handle_bytes = MAX_HANDLE_SZ };
	struct record rec = { .st = *st };
	int mount_id;

	(void)type;
	(void)ftw;
	if (name_to_handle_at(AT_FDCWD, path, &h.fh, &mount_id, 0))
		err(1, "%s: name_to_handle_at", path);
	rec.handle_type = h.fh.handle_type;
	rec.handle_bytes = h.fh.handle_bytes;
	memcpy(rec.handle, h.fh.f_handle, h.fh.handle_bytes);
	snprintf(rec.path, sizeof(rec.path), "%s", path);
	if (fwrite(&rec, sizeof(rec), 1, file) != 1)
		err(1, "write");
	return 0;
}

static int open_handle(int mount_fd, const struct record *rec, int flags)
{
	union any_handle h = {
		.fh.handle_type = rec->handle_type,
		.fh.handle_bytes = rec->handle_bytes,
	};

	memcpy(h.fh.f_handle, rec->handle, rec->handle_bytes);
	return open_by_handle_at(mount_fd, &h.fh, flags);
}

static bool same_object(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_mode == b->st_mode &&
		a->st_size == b->st_size && a->st_nlink == b->st_nlink &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The path by which the kernel identifies an open file. */
static void path_of(int fd, char *path)
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len < 0)
		err(1, "%s", link);
	path[len] = '\0';
}

static void check_dir(const struct record *rec, int fd)
{
	char path[PATH_MAX];
	struct stat up, wanted;
	int parent;

	path_of(fd, path);
	if (strcmp(path, rec->path))
		errx(1, "%s: its handle opens %s", rec->path, path);
	if (!strcmp(path, root))
		return;
	parent = openat(fd, "..", O_RDONLY | O_DIRECTORY);
	if (parent < 0 || fstat(parent, &up))
		err(1, "%s/..", path);
	*strrchr(path, '/') = '\0';
	if (stat(path, &wanted) || !same_object(&up, &wanted))
		errx(1, "%s: wrong parent", rec->path);
	close(parent);
}

static void check_one(int mount_fd, const struct record *rec)
{
	bool dir = S_ISDIR(rec->st.st_mode);
	struct stat st;
	int fd;

	/* Do not open devices and fifos for I/O. */
	fd = open_handle(mount_fd, rec, dir || S_ISREG(rec->st.st_mode) ?
			 O_RDONLY : O_PATH);
	if (fd < 0)
		err(1, "%s: open_by_handle_at", rec->path);
	if (fstat(fd, &st) || !same_object(&st, &rec->st))
		errx(1, "%s: its handle opens something else", rec->path);
	if (dir)
		check_dir(rec, fd);
	close(fd);
}

/* Damage every byte of a handle in turn. */
static void check_spoiled(int mount_fd, const struct record *rec)
{
	struct record bad;
	struct stat st;
	unsigned int i;
	int fd;

	for (i = 0; i < rec->handle_bytes; i++) {
		bad = *rec;
		bad.handle[i] ^= 0xff;
		fd = open_handle(mount_fd, &bad, O_PATH);
		if (fd < 0 && errno != ESTALE)
			err(1, "%s: spoiled handle", rec->path);
		if (fd < 0)
			continue;
		if (fstat(fd, &st))
			err(1, "fstat");
		if (st.st_ino == rec->st.st_ino && i < 4)
			errx(1, "%s: byte %u of its handle does not matter",
			     rec->path, i);
		close(fd);
	}
}

static void check_all(const char *dir)
{
	int mount_fd = open(dir, O_RDONLY | O_DIRECTORY);
	static struct record rec;
	unsigned long count = 0;

	if (mount_fd < 0)
		err(1, "%s", dir);
	while (fread(&rec, sizeof(rec), 1, file) == 1) {
		check_one(mount_fd, &rec);
		if (count++ % 64 == 0)
			check_spoiled(mount_fd, &rec);
	}
	if (!count)
		errx(1, "no handles");
	printf("%lu handles\n", count);
}

int main(int argc, char **argv)
{
	bool save = argc == 4 && !strcmp(argv[1], "save");

	if (!save && !(argc == 4 && !strcmp(argv[1], "check")))
		errx(2, "Usage: handles save|check DIR FILE");
	if (!realpath(argv[2], root))
		err(1, "%s", argv[2]);
	file = fopen(argv[3], save ? "w" : "r");
	if (!file)
		err(1, "%s", argv[3]);
	if (!save)
		check_all(argv[2]);
	else if (nftw(root, save_one, 64, FTW_PHYS | FTW_MOUNT))
		err(1, "%s", argv[2]);
	if (fclose(file))
		err(1, "%s", argv[3]);
	return 0;
}
