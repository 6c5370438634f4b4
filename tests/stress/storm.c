// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storm - mount, read and unmount repeatedly.
 *
 *	storm WAY ROUNDS DIR SOURCE OPTIONS
 *
 * The mount on DIR is unmounted immediately after its readers have ended, so
 * that kernel work on their behalf meets the unmount. Files are read in the
 * order of the blob, because that triggers decoding ahead; some reads start in
 * the middle of that order. The ways:
 *
 *	order		one reader
 *	parallel	four readers at a time
 *	mapped		one reader, through a mapping
 *	killed		four readers, which are killed at any time
 *	remount		two readers, while the decoder is switched
 *	fail		one reader; in round N the Nth allocation of mount(2)
 *			fails. When a mount has no more, start again at the first
 *
 * OPTIONS are those of mount(2), "" for none. Reading may fail only in the last
 * way. Prints a summary, and exits with 1 if a mount that must not fail or an
 * unmount failed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int mount(const char *source, const char *target, const char *type,
	  unsigned long flags, const void *data);
int umount2(const char *target, int flags);

#define PAGE		4096
#define MAX_FILES	8192
/* Number of files to read in a round, and bytes of each. */
#define MOST_FILES	40
#define MOST_BYTES	(256 << 10)
#define READ_ONLY	1
#define REMOUNT		32

static const char *dir, *source, *options;
static struct file {
	char *path;
	uint64_t phys;
	size_t size;
} files[MAX_FILES];
static unsigned int nr_files;
static unsigned long mounted, refused, unreadable;
/* Read errors do not count here. */
static bool may_fail;

/* Finding the files */

static uint64_t where(const char *path)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent;
	} list = { .map.fm_length = FIEMAP_MAX_OFFSET,
		   .map.fm_extent_count = 1 };
	int fd = open(path, O_RDONLY);

	if (fd < 0 || ioctl(fd, FS_IOC_FIEMAP, &list))
		err(1, "%s", path);
	close(fd);
	return list.map.fm_mapped_extents ? list.extent.fe_physical : 0;
}

static int add_file(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	(void)ftw;
	if (type == FTW_F && S_ISREG(st->st_mode) && st->st_size &&
	    nr_files < MAX_FILES) {
		struct file *f = &files[nr_files++];

		f->path = strdup(path);
		f->phys = where(path);
		f->size = st->st_size;
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct file *f = a, *g = b;

	return f->phys < g->phys ? -1 : f->phys > g->phys;
}

static int mount_once(void)
{
	return mount(source, dir, "stargz", READ_ONLY, options);
}

static void unmount(unsigned long round)
{
	if (umount2(dir, 0))
		err(1, "round %lu: umount", round);
}

static void find_files(void)
{
	if (mount_once())
		err(1, "%s: mount", source);
	if (nftw(dir, add_file, 32, FTW_PHYS))
		err(1, "%s", dir);
	unmount(0);
	if (!nr_files)
		errx(1, "%s: no files", source);
	qsort(files, nr_files, sizeof(*files), by_place);
}

/* Reading some of the files */

static void cannot_read(const char *path)
{
	if (!may_fail)
		err(1, "%s", path);
	unreadable++;
}

static void read_file(const struct file *f, bool mapped)
{
	static char buf[16 << 10];
	size_t len = f->size < MOST_BYTES ? f->size : MOST_BYTES, at;
	int fd = open(f->path, O_RDONLY);
	ssize_t n = 1;

	if (fd < 0) {
		cannot_read(f->path);
		return;
	}
	if (mapped) {
		volatile char *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd,
					  0);

		if (map == MAP_FAILED)
			err(1, "%s: mmap", f->path);
		for (at = 0; at < len; at += PAGE)
			(void)map[at];
		munmap((void *)map, len);
	} else {
		for (at = 0; at < len && n > 0; at += n)
			n = read(fd, buf, sizeof(buf));
		if (n < 0)
			cannot_read(f->path);
	}
	close(fd);
}

/* A sequence of files in the order of the blob. */
static void read_some(unsigned int random, unsigned int step, bool mapped)
{
	unsigned int first = random % nr_files, n = random / 64 % MOST_FILES;
	unsigned int i;

	for (i = 0; i <= n && first + i < nr_files; i += step)
		read_file(&files[first + i], mapped);
}

static void start_readers(pid_t *pids, unsigned int n, bool for_ever)
{
	unsigned int i, random = rand();

	for (i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork");
		if (pids[i])
			continue;
		do
			/* All readers the same files, or each a part. */
			read_some(random + (random % 2 ? i : 0),
				  random % 2 ? n : 1, i == 3);
		while (for_ever);
		_exit(0);
	}
}

static void end_readers(const pid_t *pids, unsigned int n, int sig)
{
	unsigned int i;
	int status;

	if (sig) {
		usleep(rand() % 5000);
		for (i = 0; i < n; i++)
			kill(pids[i], sig);
	}
	for (i = 0; i < n; i++)
		if (waitpid(pids[i], &status, 0) != pids[i] ||
		    (sig ? !WIFSIGNALED(status) : status))
			errx(1, "a reader ends with %#x", status);
}

/* The ways */

static void way_order(void)
{
	read_some(rand(), 1, false);
}

static void way_parallel(void)
{
	pid_t pids[4];

	start_readers(pids, 4, false);
	end_readers(pids, 4, 0);
}

static void way_mapped(void)
{
	read_some(rand(), 1, true);
}

static void way_killed(void)
{
	pid_t pids[4];

	start_readers(pids, 4, true);
	end_readers(pids, 4, SIGKILL);
}

static void way_remount(void)
{
	pid_t pids[2];
	int i;

	start_readers(pids, 2, false);
	for (i = 0; i < 4; i++)
		if (mount("none", dir, NULL, READ_ONLY | REMOUNT,
			  i % 2 ? "decoder=auto" : "decoder=zlib"))
			err(1, "remount");
	end_readers(pids, 2, 0);
}

/* Returns whether the mount reached the allocation that was to fail. */
static bool mount_failing(unsigned long nth)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR), failed, error;
	char text[32];

	if (fd < 0)
		err(1, "fail-nth");
	snprintf(text, sizeof(text), "%lu", nth);
	if (write(fd, text, strlen(text)) < 0)
		err(1, "fail-nth");
	failed = mount_once();
	error = errno;
	memset(text, 0, sizeof(text));
	if (pread(fd, text, sizeof(text) - 1, 0) < 0 ||
	    pwrite(fd, "0", 1, 0) < 0)
		err(1, "fail-nth");
	close(fd);
	if (failed) {
		refused++;
		errno = error;
		if (error != ENOMEM && error != EIO)
			err(1, "allocation %lu fails: mount", nth);
	} else {
		mounted++;
		way_order();
		unmount(nth);
	}
	return !strtoul(text, NULL, 10);
}

static void run_fail(unsigned long rounds)
{
	unsigned long nth = 1, most = 0;

	may_fail = true;
	while (rounds--) {
		if (mount_failing(nth)) {
			nth++;
			continue;
		}
		if (nth > most)
			most = nth;
		nth = 1;
	}
	printf("%lu mounts of which %lu fail; most allocations of one: %lu\n",
	       mounted + refused, refused, most);
}

static const struct way {
	const char *name;
	void (*read)(void);
} ways[] = {
	{ "order", way_order }, { "parallel", way_parallel },
	{ "mapped", way_mapped }, { "killed", way_killed },
	{ "remount", way_remount },
};

static void run(const char *name, unsigned long rounds)
{
	const struct way *way = NULL;
	unsigned long i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(ways[i].name, name))
			way = &ways[i];
	if (!way)
		errx(2, "%s: no such way", name);
	for (i = 1; i <= rounds; i++) {
		if (mount_once())
			err(1, "round %lu: mount", i);
		way->read();
		unmount(i);
	}
	printf("%lu rounds\n", rounds);
}

int main(int argc, char **argv)
{
	unsigned long rounds;

	if (argc != 6)
		errx(2, "Usage: storm WAY ROUNDS DIR SOURCE OPTIONS");
	rounds = strtoul(argv[2], NULL, 0);
	dir = argv[3];
	source = argv[4];
	options = argv[5];
	find_files();
	if (!strcmp(argv[1], "fail"))
		run_fail(rounds);
	else
		run(argv[1], rounds);
	return 0;
}
