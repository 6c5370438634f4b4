// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep - read all regular files below a directory, in many ways, and compare
 * every byte with a copy of the tree.
 *
 *	sweep [OPTION]... DIR [COPY]
 *
 *	-j N	N threads, each of which reads all files
 *	-d	distribute files over the threads in turn
 *	-n N	N times over; 0: until killed
 *	-b N	N bytes at a time (128 KiB)
 *	-a HOW	advise the kernel: random or sequential
 *	-m	map files and touch their pages in random order
 *	-p	one byte at a time, near page boundaries and multiples of 1000
 *	-r	files in random order instead of that of the blob
 *	-e	reads may fail: print each failed file with its first error, and
 *		count failures; bytes that are read must be correct
 *	-w	stop after the files were found; SIGCONT continues
 *	-s	read nothing; only print the number of files, bytes and spans
 *	-x	only read files that the copy does not have
 *
 * The order of the blob is that of the physical positions in FIEMAP. An inode
 * counts as one file, however many names it has. Exits with 1 after wrong bytes
 * or an error that is not allowed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXTENTS		256
#define PAGE		4096
/* With -p, the number of bytes around each boundary. */
#define NEAR		3

struct file {
	char *path;
	size_t size;
	uint64_t phys;
	ino_t ino;
	const char *want;	/* what is in it, if that is known */
};

static struct file *files;
static size_t file_count;
static uint64_t *spans;
static size_t span_count;
static uint64_t bytes;

static const char *dir, *copy;
static unsigned int threads = 1;
static unsigned long rounds = 1;
static size_t block = 1 << 17;
static int advice = POSIX_FADV_NORMAL;
static bool dealt, mapped, single, shuffled, may_fail, summary, extra, waits;
static atomic_ulong failures, mistakes;

static __thread sigjmp_buf on_bus_error;

/* State of one thread for one file. */
struct reader {
	unsigned int seed;
	char *buf;
	size_t *order;
	int fd;
	const struct file *file;
	bool has_failed;
};

static void *checked(void *memory)
{
	if (!memory)
		err(2, "malloc");
	return memory;
}

static void wrong(const struct reader *r, const char *why, size_t at)
{
	if (mistakes++ < 20)
		fprintf(stderr, "%s: at byte %zu of %zu: %s\n", r->file->path,
			at, r->file->size, why);
}

static void failed(struct reader *r, const char *why, size_t at)
{
	failures++;
	if (!may_fail)
		wrong(r, why, at);
	else if (!r->has_failed)
		printf("%s: %s\n", r->file->path + strlen(dir) + 1, why);
	r->has_failed = true;
}

/* Finding the files and their positions in the blob */

static void add_spans(struct file *file, int fd)
{
	static char mem[sizeof(struct fiemap) +
			EXTENTS * sizeof(struct fiemap_extent)];
	struct fiemap *map = (void *)mem;
	const struct fiemap_extent *e = map->fm_extents;
	uint64_t start = 0;
	unsigned int i;

	file->phys = UINT64_MAX;
	do {
		memset(map, 0, sizeof(*map));
		map->fm_start = start;
		map->fm_length = FIEMAP_MAX_OFFSET;
		map->fm_extent_count = EXTENTS;
		if (ioctl(fd, FS_IOC_FIEMAP, map))
			err(2, "%s: FIEMAP", file->path);
		for (i = 0; i < map->fm_mapped_extents; i++) {
			if (!start && !i)
				file->phys = e[i].fe_physical;
			bytes += e[i].fe_length;
			spans = checked(realloc(spans, (span_count + 1) *
						sizeof(*spans)));
			spans[span_count++] = e[i].fe_physical;
		}
		if (i)
			start = e[i - 1].fe_logical + e[i - 1].fe_length;
	} while (i == EXTENTS);
}

static int add_file(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	struct file *file;
	size_t i;
	int fd;

	(void)ftw;
	if (type != FTW_F || !S_ISREG(st->st_mode) || !st->st_size)
		return 0;
	for (i = 0; st->st_nlink > 1 && i < file_count; i++)
		if (files[i].ino == st->st_ino)
			return 0;
	fd = open(path, O_RDONLY);
	if (fd < 0)
		err(2, "%s", path);
	files = checked(realloc(files, (file_count + 1) * sizeof(*files)));
	file = &files[file_count++];
	file->path = checked(strdup(path));
	file->size = st->st_size;
	file->ino = st->st_ino;
	add_spans(file, fd);
	close(fd);
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->phys != y->phys)
		return x->phys < y->phys ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int compare_spans(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Map the copy of a file; NULL if there is none. The mapping is never removed,
 * because unmapping interrupts all CPUs and takes much longer than comparing.
 */
static const char *map_copy(const struct file *file)
{
	char path[4096];
	const char *data;
	struct stat st;
	int fd;

	if (!copy)
		return NULL;
	snprintf(path, sizeof(path), "%s%s", copy, file->path + strlen(dir));
	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT && extra)
		return NULL;
	if (fd < 0 || fstat(fd, &st))
		err(2, "%s", path);
	if ((size_t)st.st_size != file->size)
		errx(2, "%s: is of another size", path);
	data = mmap(NULL, file->size, PROT_READ, MAP_SHARED | MAP_POPULATE,
		    fd, 0);
	if (data == MAP_FAILED)
		err(2, "%s: mmap", path);
	close(fd);
	return data;
}

static void find_files(void)
{
	size_t i, n = 0;

	if (nftw(dir, add_file, 16, FTW_PHYS))
		err(2, "%s", dir);
	if (!file_count)
		errx(2, "%s: no files", dir);
	qsort(files, file_count, sizeof(*files), compare_files);
	for (i = 0; !summary && i < file_count; i++)
		files[i].want = map_copy(&files[i]);
	qsort(spans, span_count, sizeof(*spans), compare_spans);
	for (i = 0; i < span_count; i++)
		if (!i || spans[i] != spans[i - 1])
			n++;
	span_count = n;
}

/* Reading one file */

static void read_piece(struct reader *r, size_t at, size_t len)
{
	ssize_t done = pread(r->fd, r->buf, len, at);
	size_t most = r->file->size - at;

	if (done < 0)
		failed(r, strerror(errno), at);
	else if ((size_t)done != (len < most ? len : most) && !may_fail)
		wrong(r, "a short read", at);
	else if (r->file->want && memcmp(r->buf, r->file->want + at, done))
		wrong(r, "wrong bytes", at);
}

static void read_all(struct reader *r)
{
	size_t at;

	for (at = 0; at < r->file->size; at += block)
		read_piece(r, at, block);
}

static void read_near(struct reader *r, size_t border)
{
	size_t at;

	for (at = border < NEAR ? 0 : border - NEAR; at < border + NEAR; at++)
		if (at < r->file->size)
			read_piece(r, at, 1);
}

static void read_borders(struct reader *r)
{
	size_t at;

	for (at = 0; at < r->file->size; at += PAGE)
		read_near(r, at);
	for (at = 1000; at < r->file->size; at += 1000)
		read_near(r, at);
	read_near(r, r->file->size);
}

static void touch_page(const struct reader *r, const char *data, size_t at)
{
	size_t left = r->file->size - at, i;

	if (r->file->want &&
	    memcmp(data + at, r->file->want + at, left < PAGE ? left : PAGE))
		wrong(r, "wrong bytes in memory", at);
	for (i = left; i < PAGE; i++)
		if (data[at + i])
			wrong(r, "dirt after the end", at + i);
}

static void touch_all(struct reader *r)
{
	size_t pages = (r->file->size + PAGE - 1) / PAGE, i, step, page;
	char *data = mmap(NULL, r->file->size, PROT_READ, MAP_SHARED, r->fd, 0);

	if (data == MAP_FAILED) {
		failed(r, strerror(errno), 0);
		return;
	}
	if (advice == POSIX_FADV_RANDOM)
		madvise(data, r->file->size, MADV_RANDOM);
	/* Visit each page once: a prime that does not divide their number. */
	step = pages % 40961 ? 40961 : 1;
	page = rand_r(&r->seed) % pages;
	if (sigsetjmp(on_bus_error, 1))
		failed(r, "bus error", 0);
	else
		for (i = 0; i < pages; i++) {
			page = (page + step) % pages;
			touch_page(r, data, page * PAGE);
		}
	munmap(data, r->file->size);
}

static void bus_error(int sig)
{
	(void)sig;
	siglongjmp(on_bus_error, 1);
}

static void read_file(struct reader *r, const struct file *file)
{
	r->file = file;
	r->has_failed = false;
	r->fd = open(file->path, O_RDONLY);
	if (r->fd < 0) {
		failed(r, strerror(errno), 0);
		return;
	}
	if (advice != POSIX_FADV_NORMAL)
		posix_fadvise(r->fd, 0, 0, advice);
	if (mapped)
		touch_all(r);
	else if (single)
		read_borders(r);
	else
		read_all(r);
	close(r->fd);
}

static void shuffle(struct reader *r)
{
	size_t i, j, tmp;

	for (i = file_count - 1; i; i--) {
		j = rand_r(&r->seed) % (i + 1);
		tmp = r->order[i];
		r->order[i] = r->order[j];
		r->order[j] = tmp;
	}
}

static void *sweep(void *arg)
{
	struct reader r = { .seed = 1 + (uintptr_t)arg };
	const size_t first = dealt ? (uintptr_t)arg : 0;
	const size_t step = dealt ? threads : 1;
	unsigned long round;
	size_t i;

	r.buf = checked(malloc(block));
	r.order = checked(calloc(file_count, sizeof(*r.order)));
	for (i = 0; i < file_count; i++)
		r.order[i] = i;
	for (round = 0; !rounds || round < rounds; round++) {
		if (shuffled)
			shuffle(&r);
		for (i = first; i < file_count; i += step)
			read_file(&r, &files[r.order[i]]);
	}
	free(r.order);
	free(r.buf);
	return NULL;
}

static void run(void)
{
	pthread_t *ids = checked(calloc(threads, sizeof(*ids)));
	uintptr_t i;

	signal(SIGBUS, bus_error);
	for (i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, sweep, (void *)i))
			errx(2, "no thread");
	for (i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	free(ids);
}

/* Parse one option; false if it is unknown. */
static bool take_option(int opt)
{
	switch (opt) {
	case 'j':
		threads = strtoul(optarg, NULL, 0);
		break;
	case 'd':
		dealt = true;
		break;
	case 'n':
		rounds = strtoul(optarg, NULL, 0);
		break;
	case 'b':
		block = strtoul(optarg, NULL, 0);
		break;
	case 'a':
		advice = strcmp(optarg, "random") ? POSIX_FADV_SEQUENTIAL :
						    POSIX_FADV_RANDOM;
		break;
	case 'm':
		mapped = true;
		break;
	case 'p':
		single = true;
		break;
	case 'r':
		shuffled = true;
		break;
	case 'e':
		may_fail = true;
		break;
	case 's':
		summary = true;
		break;
	case 'w':
		waits = true;
		break;
	case 'x':
		extra = true;
		break;
	default:
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "j:dn:b:a:mpreswx")) >= 0)
		if (!take_option(opt))
			errx(2, "see the source for usage");
	if (optind >= argc || !block || !threads)
		errx(2, "see the source for usage");
	dir = argv[optind];
	copy = argv[optind + 1];
	find_files();
	if (waits)
		raise(SIGSTOP);
	if (summary) {
		printf("%zu %llu %zu\n", file_count, (unsigned long long)bytes,
		       span_count);
		return 0;
	}
	run();
	printf("%lu failed, %lu wrong\n", failures, mistakes);
	return mistakes != 0;
}
