// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - one reader: walk the mounted tree and use every object.
 *
 * The working directory follows the walk, so that calls without a directory
 * argument can use short names.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Record the sum of an inode, or compare it. */
static void compare(struct reader *r, const char *name, uint64_t ino,
		    enum sum sum, uint32_t crc)
{
	static const char * const wrong[SUMS] = {
		[SUM_STAT] = "wrong inode", [SUM_TARGET] = "wrong target",
		[SUM_XATTRS] = "wrong attributes", [SUM_NAMES] = "wrong names",
	};

	if (!r->seed || (!r->learn && !r->exact))
		return;
	if (r->learn && ino < MAX_INODES) {
		r->seed->sum[ino][sum].known = true;
		r->seed->sum[ino][sum].crc = crc;
	} else if (ino >= MAX_INODES || !r->seed->sum[ino][sum].known ||
		   r->seed->sum[ino][sum].crc != crc) {
		errno = 0;
		complain(r, name, wrong[sum]);
	}
}

/* Compare bytes of a file. The end of a long file is not known. */
static void compare_bytes(struct reader *r, const char *name,
			  const struct stat *st, size_t at, const uint8_t *data,
			  size_t len)
{
	uint64_t ino = st->st_ino;
	size_t known;

	if (!r->seed || !r->exact || !len)
		return;
	known = ino < MAX_INODES ? r->seed->content[ino].len : 0;
	if (known == MOST_READ) {
		if (at >= known)
			return;
		len = len < known - at ? len : known - at;
	}
	if (at + len <= known &&
	    !memcmp(r->seed->content[ino].data + at, data, len))
		return;
	errno = 0;
	complain(r, name, "wrong bytes");
}

/* Record bytes at the end of those that are known. */
static void learn_bytes(struct reader *r, const struct stat *st,
			const uint8_t *data, size_t len)
{
	uint64_t ino = st->st_ino;
	size_t known;

	if (!r->learn)
		return;
	if (ino >= MAX_INODES)
		errx(2, "%s: too many inodes", r->seed->name);
	known = r->seed->content[ino].len;
	if (len > MOST_READ - known)
		len = MOST_READ - known;
	r->seed->content[ino].data = realloc(r->seed->content[ino].data,
					     known + len);
	if (!r->seed->content[ino].data)
		err(2, "realloc");
	memcpy(r->seed->content[ino].data + known, data, len);
	r->seed->content[ino].len += len;
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
	size_t sum = 0;
	ssize_t n;

	if (r->learn && st->st_ino < MAX_INODES)
		r->seed->content[st->st_ino].len = 0;
	while ((n = read(fd, buf, sum < SMALL_BLOCKS ? r->block :
			 sizeof(buf))) > 0 && sum < MOST_READ) {
		learn_bytes(r, st, buf, n);
		compare_bytes(r, name, st, sum, buf, n);
		sum += n;
	}
	if (n < 0)
		failed(r, name, "read");
	else if (sum >= MOST_READ &&
		 pread(fd, buf, PAGE, st->st_size - PAGE) < 0)
		failed(r, name, "read the end");
	else if (!n && r->exact && sum != (size_t)st->st_size)
		complain(r, name, "ends early");
}

static void read_spots(struct reader *r, const char *name, int fd,
		       const struct stat *st)
{
	uint8_t page[PAGE];
	unsigned int i;
	ssize_t n;
	off_t at;

	for (i = 0; i < SPOTS && st->st_size; i++) {
		at = draw(&r->random) % st->st_size;
		n = pread(fd, page, sizeof(page), at);
		if (n < 0)
			failed(r, name, "pread");
		else
			compare_bytes(r, name, st, at, page, n);
	}
}

static void read_mapped(struct reader *r, const char *name, int fd,
			const struct stat *st)
{
	size_t len = st->st_size < MOST_READ ? st->st_size : MOST_READ;
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
	for (; at < len; at += step) {
		uint8_t byte = map[at];

		compare_bytes(r, name, st, at, &byte, 1);
	}
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
		read_spots(r, name, fd, st);
	if (r->use & USE_MAP)
		read_mapped(r, name, fd, st);
	if (r->use & USE_READ)
		read_all(r, name, fd, st);
	if (r->use & USE_SEEK)
		seek_holes(r, name, fd);
	close(fd);
}

/* Other uses */

static void use_xattrs(struct reader *r, const char *name, uint64_t ino)
{
	char names[2048], value[1024];
	ssize_t len = llistxattr(name, names, sizeof(names)), n;
	unsigned long before = r->failures;
	uint32_t crc;
	char *at;

	if (len < 0) {
		if (errno != ERANGE && errno != E2BIG && errno != ENODATA)
			failed(r, name, "listxattr");
		return;
	}
	crc = crc32(0, (void *)names, len);
	for (at = names; at < names + len; at += strlen(at) + 1) {
		n = lgetxattr(name, at, value, sizeof(value));
		if (n >= 0) {
			crc = crc32(crc, (void *)value, n);
			continue;
		}
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
	if (r->failures == before)
		compare(r, name, ino, SUM_XATTRS, crc);
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

/* The properties that stat(2) returns and that the index determines. */
static void compare_stat(struct reader *r, const char *name,
			 const struct stat *st)
{
	const uint64_t fields[] = {
		st->st_mode, st->st_nlink, st->st_uid, st->st_gid, st->st_size,
		st->st_mtim.tv_sec, st->st_mtim.tv_nsec, st->st_rdev,
	};

	compare(r, name, st->st_ino, SUM_STAT,
		crc32(0, (void *)fields, sizeof(fields)));
}

static void use_link(struct reader *r, const char *name, uint64_t ino)
{
	char target[PATH_MAX];
	ssize_t len = readlink(name, target, sizeof(target));

	if (len < 0)
		failed(r, name, "readlink");
	else
		compare(r, name, ino, SUM_TARGET,
			crc32(0, (void *)target, len));
}

static void walk_folder(struct reader *r, int dir, uint64_t ino, int depth);

static void visit_folder(struct reader *r, int dir, const char *name,
			 uint64_t ino, int depth)
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
		walk_folder(r, below, ino, depth + 1);
		if (fchdir(dir))
			complain(r, name, "chdir back");
	}
	close(below);
}

static void visit(struct reader *r, int dir, const char *name, int depth)
{
	struct stat st;

	r->visits++;
	if (!*name || strchr(name, '/'))
		complain(r, name, "an impossible name");
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW)) {
		failed(r, name, "stat");
		return;
	}
	compare_stat(r, name, &st);
	if (r->use & USE_XATTRS)
		use_xattrs(r, name, st.st_ino);
	if (r->use & USE_HANDLES)
		use_handle(r, name);
	if (S_ISLNK(st.st_mode))
		use_link(r, name, st.st_ino);
	else if (S_ISREG(st.st_mode) &&
		 (st.st_nlink == 1 || r->learn || draw(&r->random) % 4 == 0))
		use_file(r, name, &st);
	else if (S_ISDIR(st.st_mode) && depth < MOST_DEPTH)
		visit_folder(r, dir, name, st.st_ino, depth);
}

/* Entry of getdents64(2). */
struct entry {
	uint64_t ino;
	int64_t next;
	uint16_t len;
	uint8_t type;
	char name[];
};

static uint32_t add_entry(uint32_t crc, const struct entry *e)
{
	crc = crc32(crc, (void *)&e->ino, sizeof(e->ino));
	crc = crc32(crc, &e->type, sizeof(e->type));
	return crc32(crc, (void *)e->name, strlen(e->name) + 1);
}

static void walk_folder(struct reader *r, int dir, uint64_t ino, int depth)
{
	union {
		struct entry first;
		char bytes[2048];
	} buf;
	uint32_t crc = 0;
	long len, at;

	while ((len = syscall(SYS_getdents64, dir, &buf, sizeof(buf))) > 0) {
		for (at = 0; at < len && r->visits < MOST_VISITS;) {
			const struct entry *e = (void *)(buf.bytes + at);

			at += e->len;
			crc = add_entry(crc, e);
			if (strcmp(e->name, ".") && strcmp(e->name, ".."))
				visit(r, dir, e->name, depth);
		}
		if (r->visits >= MOST_VISITS)
			return;
	}
	if (len < 0)
		failed(r, "a folder", "getdents");
	else
		compare(r, "a folder", ino, SUM_NAMES, crc);
}

/* Use all objects below r->root. Ends with "/" as working directory. */
void walk_tree(struct reader *r)
{
	int dir = openat(r->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	r->top = dir;
	r->failures = 0;
	r->visits = 0;
	r->complaints = 0;
	if (dir < 0 || fchdir(dir) || fstat(dir, &st)) {
		failed(r, ".", "open");
	} else {
		compare_stat(r, ".", &st);
		if (r->use & USE_XATTRS)
			use_xattrs(r, ".", st.st_ino);
		walk_folder(r, dir, st.st_ino, 0);
	}
	if (chdir("/"))
		complain(r, "/", "chdir");
	if (dir >= 0)
		close(dir);
}
