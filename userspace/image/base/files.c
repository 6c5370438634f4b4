// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "files.h"
#include "output.h"

/* Largest file to read. */
#define FILE_MAX	(64 << 20)

/* Descriptors for removing a tree. */
#define WALK_FILES	16

/* Times to remove a tree that another process changes, 20 ms apart. */
#define REMOVE_TRIES	100

static int fail(const char *path)
{
	int ret = -errno;

	msg_error(path, "%s", strerror(errno));
	return ret;
}

static char *read_all(int fd, size_t *len)
{
	size_t room = 64 << 10, done = 0;
	char *text = xrealloc(NULL, room + 1);
	ssize_t n;

	while ((n = read(fd, text + done, room - done)) > 0) {
		done += n;
		if (done > FILE_MAX) {
			errno = EFBIG;
			n = -1;
			break;
		}
		if (done == room)
			text = xrealloc(text, (room *= 2) + 1);
	}
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[done] = '\0';
	if (len)
		*len = done;
	return text;
}

char *files_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text;
	int err;

	if (fd < 0)
		return NULL;
	text = read_all(fd, len);
	err = errno;
	close(fd);
	errno = err;
	return text;
}

/* End an output with the result of writing it. */
static int keep(struct output *out, const char *path, int ret)
{
	if (ret) {
		output_drop(out);
		errno = -ret;
		return fail(path);
	}
	if (output_keep(out)) {
		msg_error(path, "%s", out->why);
		return -EIO;
	}
	return 0;
}

static int start(struct output *out, const char *path)
{
	if (!output_open(out, path, 0))
		return 0;
	msg_error(path, "%s", out->why);
	return -EIO;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= n;
		}
	}
	return 0;
}

int files_keep(const char *path, const char *bytes, size_t len,
	       unsigned int *changes)
{
	struct output out = OUTPUT_INIT;
	size_t old_len;
	char *old = files_read(path, &old_len);
	bool same = old && old_len == len && !memcmp(old, bytes, len);

	free(old);
	if (same)
		return 0;
	(*changes)++;
	if (start(&out, path))
		return -EIO;
	return keep(&out, path, write_all(out.fd, bytes, len));
}

int files_copy(const char *path, int fd)
{
	struct output out = OUTPUT_INIT;
	struct stat st;
	off_t pos = 0;
	int ret = 0;

	if (fstat(fd, &st))
		return fail(path);
	if (start(&out, path))
		return -EIO;
	while (!ret && pos < st.st_size) {
		ssize_t n = sendfile(out.fd, fd, &pos, st.st_size - pos);

		if (n <= 0)
			ret = n ? -errno : -EIO;
	}
	return keep(&out, path, ret);
}

int files_keep_link(const char *path, const char *target,
		    unsigned int *changes)
{
	char old[PATH_MAX], *temp;
	ssize_t n = readlink(path, old, sizeof(old) - 1);
	int ret = 0;

	if (n >= 0) {
		old[n] = '\0';
		if (!strcmp(old, target))
			return 0;
	}
	(*changes)++;
	temp = xasprintf("%.*s" FILES_TEMP "%d",
			 (int)(strrchr(path, '/') + 1 - path), path,
			 (int)getpid());
	unlink(temp);
	if (symlink(target, temp) || rename(temp, path)) {
		ret = fail(path);
		unlink(temp);
	}
	free(temp);
	return ret;
}

int files_keep_directory(const char *path, mode_t mode, unsigned int *changes)
{
	struct stat st;

	if (!mkdir(path, mode)) {
		(*changes)++;
		return 0;
	}
	if (errno != EEXIST)
		return fail(path);
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return fail(path);
}

int files_remove(const char *path)
{
	return !unlink(path) || errno == ENOENT ? 0 : fail(path);
}

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path) && errno != ENOENT ? errno : 0;
}

/* The walk itself fails if the directory that it reads is removed. */
int files_remove_tree(const char *path)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };
	int err = 0;

	for (int i = 0; i < REMOVE_TRIES; i++) {
		err = nftw(path, remove_one, WALK_FILES,
			   FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
		if (err < 0)
			err = errno;
		if (err == ENOENT && access(path, F_OK))
			return 0;
		if (err != ENOENT && err != ENOTEMPTY)
			break;
		nanosleep(&pause, NULL);
	}
	return -err;
}

int files_collect(const char *folder, bool tell)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	int ret = 0;

	if (!dir)
		return errno == ENOENT ? 0 : fail(folder);
	while ((d = readdir(dir))) {
		char *path;
		int one;

		if (strncmp(d->d_name, FILES_TEMP, strlen(FILES_TEMP)))
			continue;
		path = xasprintf("%s/%s", folder, d->d_name);
		one = files_remove(path);
		if (!one && tell)
			printf("%s: removed, a part of a file\n", path);
		ret = ret ? ret : one;
		free(path);
	}
	closedir(dir);
	return ret;
}
