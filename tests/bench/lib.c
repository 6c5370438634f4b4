// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Helpers for all kinds of work: clock, mounting with cold caches, reading,
 * parallel readers, and results. guest.h describes shared data.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "guest.h"

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
}

/* Abort the benchmark: a measured action must not fail. Does not return. */
void die(const char *what)
{
	fprintf(stderr, "\nguest: %s: %s\n", what, strerror(errno));
	if (getpid() == 1)
		power_off();
	_exit(1);
}

/* Nanoseconds since an arbitrary point. */
uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

/* Memory shared with children; never freed. */
void *share(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		die("shared memory");
	return mem;
}

int drop = 3;

void forget_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	if (fd < 0 || dprintf(fd, "%d", drop) != 1)
		die("dropping caches");
	close(fd);
}

int try_mount(const struct peer *peer)
{
	return mount(peer->device, ROOT, peer->type, MS_RDONLY, peer->options);
}

/* Mount @peer in place of the previous one, with cold caches. */
void mount_cold(const struct peer *peer)
{
	if (umount(ROOT) && errno != EINVAL)
		die("unmounting");
	forget_caches();
	if (try_mount(peer))
		die(peer->name);
}

/* Read a file of NUL-terminated fields. */
void list_read(struct list *list, const char *path)
{
	struct stat st;
	size_t i, n = 0;
	char *p;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		die(path);
	list->text = malloc(st.st_size + 1);
	if (!list->text || read(fd, list->text, st.st_size) != st.st_size)
		die(path);
	close(fd);
	for (p = list->text; p < list->text + st.st_size; p++)
		n += !*p;
	list->field = calloc(n + 1, sizeof(*list->field));
	if (!list->field)
		die(path);
	for (i = 0, p = list->text; i < n; i++, p += strlen(p) + 1)
		list->field[i] = p;
	list->n = n;
}

/* Read the file @path relative to the directory @root; return its size. */
uint64_t read_file(int root, const char *path)
{
	static char buf[BLOCK];
	uint64_t sum = 0;
	ssize_t n;
	int fd = openat(root, path, O_RDONLY);

	if (fd < 0)
		die(path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sum += n;
	if (n < 0)
		die(path);
	close(fd);
	return sum;
}

/* Read every @step'th file of @list from @first on; return the byte count. */
uint64_t read_list(const struct list *list, size_t first, size_t step)
{
	uint64_t sum = 0;
	size_t i;
	int root = open(ROOT, O_PATH | O_DIRECTORY);

	if (root < 0)
		die(ROOT);
	for (i = first; i < list->n; i += step)
		sum += read_file(root, list->field[i]);
	close(root);
	return sum;
}

/*
 * Run @child in READERS processes, each with its part of @list. Returns the
 * nanoseconds from the common start to the end of the last process, and in
 * *@sum the sum of their results.
 */
uint64_t in_parallel(uint64_t (*child)(const struct list *list, size_t first,
				       size_t step),
		     const struct list *list, uint64_t *sum)
{
	static uint64_t *sums;
	uint64_t start;
	int gate[2], status, i;
	char c;

	if (!sums)
		sums = share(READERS * sizeof(*sums));
	if (pipe(gate))
		die("pipe");
	for (i = 0; i < READERS; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			continue;
		close(gate[1]);
		if (read(gate[0], &c, 1))
			die("gate");
		sums[i] = child(list, i, READERS);
		_exit(0);
	}
	start = now();
	close(gate[1]);
	for (i = 0, *sum = 0; i < READERS; i++)
		if (wait(&status) < 0 || status)
			die("a reader failed");
	start = now() - start;
	close(gate[0]);
	for (i = 0; i < READERS; i++)
		*sum += sums[i];
	return start;
}

void result_open(const char *name, const char *peer, unsigned int round)
{
	printf("{\"work\":\"%s\",\"peer\":\"%s\",\"round\":%u", name, peer,
	       round);
}

void result_number(const char *name, int64_t value)
{
	printf(",\"%s\":%" PRId64, name, value);
}

void result_close(void)
{
	puts("}");
	fflush(stdout);
}
