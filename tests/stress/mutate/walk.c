// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - one reader: walk the mounted tree and use every object.
 *
 * The working directory follows the walk, so that calls without a directory
 * argument can use short names.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <zlib.h>

#include "mutate.h"

#define PAGE		4096u
/* Bytes to read at the start of a file; the last page is read as well. */
#define MOST_READ	(1u << 19)
#define MOST_DEPTH	12
#define MOST_VISITS	1500
#define MOST_EXTENTS	100
#define SPOTS		3
/* Page faults are expensive in User Mode Linux. */
#define MAPPED		6
/* After this number of bytes reads become larger. */
#define SMALL_BLOCKS	(1u << 13)

static sigjmp_buf on_bus_error;
static bool mapping;

static void complain(struct reader *r, const char *name, const char *why)
{
	if (r->complaints++)
		return;
	snprintf(r->why, sizeof(r->why), "%.60s: %s: %s", name, why,
		 strerrorname_np(errno));
}

/* A call failed. Does the error indicate damage? */
static void failed(struct reader *r, const char *name, const char *call)
{
	r->failures++;
	switch (errno) {
	case EUCLEAN:
	case EIO:
	case ENXIO:	/* no data behind that place */
	case EACCES:	/* a device node on a mount without devices */
	case ELOOP:	/* a directory within itself */
	case ESTALE:	/* a handle of what is damaged */
	case EOVERFLOW:
	case EFBIG:
	case ENOENT:	/* a name out of order is listed, but not found */
		return;
	}
	complain(r, name, call);
}

static void bus_error(int sig)
{
	if (mapping)
		siglongjmp(on_bus_error, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

void walk_setup(void)
{
	struct sigaction action = {
		.sa_handler = bus_error,
		.sa_flags = SA_NODEFER,
	};

	sigaction(SIGBUS, &action, NULL);
	/* User Mode Linux logs those of whom has no handler for this one. */
	sigaction(SIGSEGV, &action, NULL);
}

/* Content of files */

static void read_all(struct reader *r, const char *name, int fd,
		     const struct stat *st)
{
	static uint8_t buf[1 << 16];
	uint32_t crc = crc32(0, NULL, 0);
	size_t sum = 0;
	ssize_t n;
	uint64_t ino = st->st_ino;

	while ((n = read(fd, buf, sum < SMALL_BLOCKS ? r->block :
			 sizeof(buf))) > 0 && sum < MOST_READ) {
		crc = crc32(crc, buf, n);
		sum += n;
	}
	if (n < 0) {
		failed(r, name, "read");
		return;
	}
	if (sum >= MOST_READ) {
		if (pread(fd, buf, PAGE, st->st_size - PAGE) < 0)
			failed(r, name, "read the end");
		return;
	}
	if (ino >= MAX_INODES || !r->seed)
		return;
	if (r->learn) {
		r->seed->content[ino].known = true;
		r->seed->content[ino].crc = crc;
	} else if (r->exact && r->seed->content[ino].known &&
		   r->seed->content[ino].crc != crc) {
		errno = 0;
		complain(r, name, "wrong bytes");
	}
}

static void read_spots(struct reader *r, const char *name, int fd, off_t size)
{
	uint8_t page[PAGE];
	unsigned int i;

	for (i = 0; i < SPOTS && size; i++)
		if (pread(fd, page, sizeof(page),
			  (off_t)(draw(&r->random) % size)) < 0)
			failed(r, name, "pread");
}

static void read_mapped(struct reader *r, const char *name, int fd, off_t size)
{
	size_t len = size < MOST_READ ? size : MOST_READ;
	size_t step = (len / MAPPED | (PAGE - 1)) + 1;
	volatile uint8_t *map;
	volatile size_t at = 0;

	if (!len)
		return;
	map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		failed(r, name, "mmap");
		return;
	}
	if (draw(&r->random) % 2)
		madvise((void *)map, len, MADV_RANDOM);
	mapping = true;
	if (sigsetjmp(on_bus_error, 0)) {
		r->failures++;
		at += step;
	}
	for (; at < len; at += step)
		(void)map[at];
	mapping = false;
	munmap((void *)map, len);
}

static void seek_holes(struct reader *r, const char *name, int fd)
{
	off_t at = 0;
	int i;

	for (i = 0; i < MOST_EXTENTS; i++) {
		at = lseek(fd, at, i % 2 ? SEEK_HOLE : SEEK_DATA);
		if (at < 0) {
			if (errno != ENXIO)
				failed(r, name, "lseek");
			return;
		}
	}
}

static void list_extents(struct reader *r, const char *name, int fd)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent[8];
	} list;
	uint64_t start = 0;
	unsigned int i;

	for (i = 0; i < MOST_EXTENTS; i += 8) {
		memset(&list, 0, sizeof(list));
		list.map.fm_start = start;
		list.map.fm_length = FIEMAP_MAX_OFFSET - start;
		list.map.fm_extent_count = 8;
		if (ioctl(fd, FS_IOC_FIEMAP, &list)) {
			failed(r, name, "fiemap");
			return;
		}
		if (list.map.fm_mapped_extents < 8)
			return;
		start = list.extent[7].fe_logical + list.extent[7].fe_length;
	}
}

static void use_file(struct reader *r, const char *name, const struct stat *st)
{
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0) {
		failed(r, name, "open");
		return;
	}
	if (r->use & USE_FIEMAP)
		list_extents(r, name, fd);
	if (r->use & USE_SPOTS)
		read_spots(r, name, fd, st->st_size);
	if (r->use & USE_MAP)
		read_mapped(r, name, fd, st->st_size);
	if (r->use & USE_READ)
		read_all(r, name, fd, st);
	if (r->use & USE_SEEK)
		seek_holes(r, name, fd);
	close(fd);
}

/* Other uses */

static void use_xattrs(struct reader *r, const char *name)
{
	char names[2048], value[1024];
	ssize_t len = llistxattr(name, names, sizeof(names));
	char *at;

	if (len < 0) {
		if (errno != ERANGE && errno != E2BIG && errno != ENODATA)
			failed(r, name, "listxattr");
		return;
	}
	for (at = names; at < names + len; at += strlen(at) + 1) {
		if (lgetxattr(name, at, value, sizeof(value)) >= 0)
			continue;
		switch (errno) {
		case ERANGE:
		case E2BIG:
		case ENODATA:	/* attributes of users on links and devices */
		case EINVAL:	/* an ACL that is none */
		case EOPNOTSUPP:
		case EPERM:
			break;
		default:
			failed(r, name, at);
		}
	}
}

static void use_handle(struct reader *r, const char *name)
{
	struct {
		struct file_handle head;
		uint32_t word[MAX_HANDLE_SZ / 4];
	} handle;
	int mount, fd, lie;

	for (lie = 0; lie < 2; lie++) {
		handle.head.handle_bytes = MAX_HANDLE_SZ;
		if (name_to_handle_at(AT_FDCWD, name, &handle.head, &mount, 0)) {
			failed(r, name, "name_to_handle_at");
			return;
		}
		if (lie)
			handle.word[draw(&r->random) % 2] += 1 +
				draw(&r->random) % 3;
		fd = open_by_handle_at(r->top, &handle.head,
				       O_PATH | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		else if (!lie)
			failed(r, name, "open_by_handle_at");
		else if (errno != ESTALE)
			failed(r, name, "open_by_handle_at, another inode");
	}
}

static void walk_folder(struct reader *r, int dir, int depth);

static void visit_folder(struct reader *r, int dir, const char *name, int depth)
{
	int below = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
			   O_CLOEXEC);

	if (below < 0) {
		failed(r, name, "open");
		return;
	}
	if (fchdir(below)) {
		failed(r, name, "chdir");
	} else {
		walk_folder(r, below, depth + 1);
		if (fchdir(dir))
			complain(r, name, "chdir back");
	}
	close(below);
}

static void visit(struct reader *r, int dir, const char *name, int depth)
{
	char target[PATH_MAX];
	struct stat st;

	r->visits++;
	if (!*name || strchr(name, '/'))
		complain(r, name, "an impossible name");
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		failed(r, name, "stat");
		return;
	}
	if (r->use & USE_XATTRS)
		use_xattrs(r, name);
	if (r->use & USE_HANDLES)
		use_handle(r, name);
	if (S_ISLNK(st.st_mode) && readlink(name, target, sizeof(target)) < 0)
		failed(r, name, "readlink");
	else if (S_ISREG(st.st_mode) &&
		 (st.st_nlink == 1 || r->learn || draw(&r->random) % 4 == 0))
		use_file(r, name, &st);
	else if (S_ISDIR(st.st_mode) && depth < MOST_DEPTH)
		visit_folder(r, dir, name, depth);
}

/* Entry of getdents64(2). */
struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t len;
	uint8_t type;
	char name[];
};

static void walk_folder(struct reader *r, int dir, int depth)
{
	union {
		struct entry first;
		char bytes[2048];
	} buf;
	long len, at;

	while ((len = syscall(SYS_getdents64, dir, &buf, sizeof(buf))) > 0) {
		for (at = 0; at < len && r->visits < MOST_VISITS;) {
			const struct entry *e = (void *)(buf.bytes + at);

			at += e->len;
			if (strcmp(e->name, ".") && strcmp(e->name, ".."))
				visit(r, dir, e->name, depth);
		}
		if (r->visits >= MOST_VISITS)
			return;
	}
	if (len < 0)
		failed(r, "a folder", "getdents");
}

/* Use all objects below r->root. Ends with "/" as working directory. */
void walk_tree(struct reader *r)
{
	int dir = openat(r->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	r->top = dir;
	r->failures = 0;
	r->visits = 0;
	r->complaints = 0;
	if (dir < 0 || fchdir(dir)) {
		failed(r, ".", "open");
	} else {
		if (r->use & USE_XATTRS)
			use_xattrs(r, ".");
		walk_folder(r, dir, 0);
	}
	if (chdir("/"))
		complain(r, "/", "chdir");
	if (dir >= 0)
		close(dir);
}
