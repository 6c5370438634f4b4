// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A regular file is written to a temporary file in the same folder. The
 * complete temporary file is synced and renamed; then the folder is synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"
#include "output_copy.h"
#include "output_device.h"
#include "output_loop.h"
#include "output_temp.h"

/* The kernel's limit of symbolic links in a path. */
#define LINKS_MAX	40

static int fail(struct output *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(struct output *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->why, sizeof(out->why), fmt, ap);
	va_end(ap);
	return -1;
}

static int fail_errno(struct output *out)
{
	return fail(out, "%s", strerror(errno));
}

/*
 * The descriptor that a name refers to, or -1. Opening /dev/stdout again would
 * create a separate file position, and rename() would replace the link.
 */
static int named_descriptor(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };

	if (!strcmp(path, "-") || !strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		size_t len = strlen(folders[i]);
		unsigned long fd;
		char *end;

		if (strncmp(path, folders[i], len) || path[len] < '0' ||
		    path[len] > '9')
			continue;
		fd = strtoul(path + len, &end, 10);
		if (!*end && fd <= INT_MAX)
			return fd;
	}
	return -1;
}

/* Write to the file of a descriptor, at its current position. */
static int open_descriptor(struct output *out, int fd, unsigned int flags)
{
	if (flags & OUTPUT_BINARY && isatty(fd))
		return fail(out, "is a terminal, and the output is binary");
	out->fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (out->fd < 0 || fstat(out->fd, &out->old))
		return fail_errno(out);
	return 0;
}

/* Replace the symbolic link at the end of a name by its target. */
static char *follow_once(const char *path)
{
	const char *slash = strrchr(path, '/');
	char text[PATH_MAX], *to;
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	if (*text == '/' || !slash)
		return strdup(text);
	if (asprintf(&to, "%.*s/%s", (int)(slash - path), path, text) < 0)
		return NULL;
	return to;
}

/* Follow symbolic links, also if the target of the last one does not exist. */
static char *follow_links(const char *path)
{
	char *now = strdup(path);

	for (int i = 0; now && i < LINKS_MAX; i++) {
		char *next = follow_once(now);

		if (!next && errno != ENOMEM)
			return now;
		free(now);
		now = next;
	}
	if (now)
		errno = ELOOP;
	free(now);
	return NULL;
}

/* Open the folder of the file, and keep the name in it. */
static int open_folder(struct output *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	if (!*path || (slash && !slash[1]))
		return fail(out, "is not the name of a file");
	out->name = strdup(slash ? slash + 1 : path);
	folder = slash ? strndup(path, slash == path ? 1 : slash - path) :
			 strdup(".");
	if (folder && out->name)
		out->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else
		errno = ENOMEM;
	if (out->dir >= 0)
		out->slot = output_temp_open(folder, &out->fd, &out->temp);
	free(folder);
	return out->slot < 0 ? fail_errno(out) : 0;
}

/* Use the permissions of the replaced file, or the default of a new file. */
static int set_mode(struct output *out)
{
	mode_t mask = umask(0), mode = 0666 & ~mask;

	umask(mask);
	if (S_ISREG(out->old.st_mode)) {
		mode = out->old.st_mode & 0777;
		/*
		 * The caller may lack the right to change owner or group. If
		 * the group cannot be kept, a different group must not get the
		 * permissions of the old one.
		 */
		if (fchown(out->fd, out->old.st_uid, out->old.st_gid) &&
		    fchown(out->fd, -1, out->old.st_gid))
			mode &= ~070;
	}
	/* File systems without permissions, such as vfat, may refuse this. */
	if (fchmod(out->fd, mode) && errno != EPERM && errno != EOPNOTSUPP &&
	    errno != ENOSYS)
		return fail_errno(out);
	return 0;
}

static int open_regular(struct output *out, const char *path)
{
	char *real = follow_links(path);
	int ret;

	if (!real)
		return fail_errno(out);
	ret = open_folder(out, real);
	free(real);
	return ret ? ret : set_mode(out);
}

/* Open a pipe or a device. */
static int open_in_place(struct output *out, const char *path,
			 unsigned int flags)
{
	bool claim = S_ISBLK(out->old.st_mode);

	/*
	 * O_EXCL claims a block device, and fails with EBUSY if it is in use. A
	 * pipe must be open only for writing: otherwise this program would be
	 * a reader that never reads.
	 */
	out->fd = open(path, O_CLOEXEC | O_NOCTTY |
		       (claim ? O_RDWR | O_EXCL : O_WRONLY));
	if (out->fd < 0 && claim && errno == EBUSY)
		return fail(out, "the device is in use");
	if (out->fd < 0 || fstat(out->fd, &out->old))
		return fail_errno(out);
	if (flags & OUTPUT_BINARY && isatty(out->fd))
		return fail(out, "is a terminal, and the output is binary");
	if (claim && !(flags & OUTPUT_FORCE) &&
	    output_device_holds(out->fd, out->why, sizeof(out->why)))
		return -1;
	return 0;
}

int output_open(struct output *out, const char *path, unsigned int flags)
{
	int fd = named_descriptor(path), ret;

	out->path = path;
	if (fd >= 0)
		ret = open_descriptor(out, fd, flags);
	else if (stat(path, &out->old))
		/*
		 * Create only a missing file. With any other error, the kernel
		 * may have refused to follow a link (fs.protected_symlinks)
		 * that open_regular() would follow by readlink().
		 */
		ret = errno == ENOENT ? open_regular(out, path) :
					fail_errno(out);
	else if (S_ISREG(out->old.st_mode))
		ret = open_regular(out, path);
	else
		ret = open_in_place(out, path, flags);
	if (ret)
		output_drop(out);
	return ret;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode))
		return a->st_rdev == b->st_rdev;
	if (S_ISBLK(a->st_mode) && output_loop_file(a, b))
		return true;
	if (S_ISBLK(b->st_mode) && output_loop_file(b, a))
		return true;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       (S_ISREG(b->st_mode) || S_ISBLK(b->st_mode));
}

bool output_is_file(const struct output *out, const struct stat *st)
{
	struct stat now;

	if (out->fd < 0)
		return false;
	return (out->old.st_mode && same_file(&out->old, st)) ||
	       (!fstat(out->fd, &now) && same_file(&now, st));
}

bool output_reads(struct output *out, const char *input)
{
	struct stat st;

	if (strcmp(input, "-") ? stat(input, &st) : fstat(STDIN_FILENO, &st))
		return false;
	if (!output_is_file(out, &st))
		return false;
	fail(out, "is also the input %s", input);
	return true;
}

bool output_is_seekable(const struct output *out)
{
	return out->temp || (S_ISBLK(out->old.st_mode) &&
			     named_descriptor(out->path) < 0);
}

bool output_is_stdout(const struct output *out)
{
	return out->fd >= 0 && out->path &&
	       named_descriptor(out->path) == STDOUT_FILENO;
}

static bool same_destination(const struct output *a, const struct output *b)
{
	struct stat sa, sb;

	if (a->fd < 0 || b->fd < 0)
		return false;
	if (a->old.st_mode && output_is_file(b, &a->old))
		return true;
	/* Pipes have no name that could be compared. */
	if (a->dir < 0 || b->dir < 0)
		return a->dir < 0 && b->dir < 0 && !fstat(a->fd, &sa) &&
		       !fstat(b->fd, &sb) && sa.st_dev == sb.st_dev &&
		       sa.st_ino == sb.st_ino && !S_ISCHR(sa.st_mode);
	return !fstat(a->dir, &sa) && !fstat(b->dir, &sb) &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino &&
	       !strcmp(a->name, b->name);
}

bool output_is_same(const struct output *a, struct output *b)
{
	if (!same_destination(a, b))
		return false;
	fail(b, "is also the output %s", a->path);
	return true;
}

/* Pipes and character devices cannot be synced. */
static bool sync_failed(int fd)
{
	return fsync(fd) && errno != EINVAL && errno != EROFS;
}

/* Is errno one with which replacing the content of the file may still work? */
static bool rename_is_refused(void)
{
	return errno == EBUSY || errno == EPERM || errno == EACCES ||
	       errno == EXDEV;
}

static int keep_temp(struct output *out, int fd)
{
	bool copy = S_ISREG(out->old.st_mode) && out->old.st_nlink > 1;

	if (!copy && renameat(AT_FDCWD, out->temp, out->dir, out->name)) {
		copy = S_ISREG(out->old.st_mode) && rename_is_refused();
		if (!copy)
			return fail_errno(out);
	}
	if (copy)
		return output_copy(fd, out->dir, out->name, &out->old) ?
		       fail_errno(out) : 0;
	output_temp_forget(out->slot);
	out->slot = -1;
	/* sync_failed() ignores that some file systems cannot sync a folder. */
	if (sync_failed(out->dir))
		return fail_errno(out);
	return 0;
}

int output_keep(struct output *out)
{
	int ret = 0, fd = out->fd;

	if (sync_failed(fd))
		ret = fail_errno(out);
	if (!ret && out->temp)
		ret = keep_temp(out, fd);
	out->fd = -1;
	if (close(fd) && !ret)
		ret = fail_errno(out);
	output_drop(out);
	return ret;
}

void output_drop(struct output *out)
{
	if (out->fd >= 0)
		close(out->fd);
	if (out->dir >= 0)
		close(out->dir);
	if (out->slot >= 0)
		output_temp_remove(out->slot);
	free(out->temp);
	free(out->name);
	out->fd = -1;
	out->dir = -1;
	out->slot = -1;
	out->temp = NULL;
	out->name = NULL;
}
