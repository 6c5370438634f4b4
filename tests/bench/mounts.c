// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many mounts: what they share, and their kernel memory and threads. The
 * numbers are from one run; only killing is timed. Documentation/benchmarks.md
 * explains each of them. guest.h describes shared data.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define PAGE		4096
#define STATE		"/sys/fs/stargz"
#define CACHE_NAME	"cache_bytes"
#define CACHE		STATE "/" CACHE_NAME
#define GROUP		"/sys/fs/cgroup/bench"

#define SAME		20
#define MOST_LAYERS	100
#define LAYER_READERS	4
#define THREADS		240
#define TOUCHES		40
#define KILLS		40

/* Mount points are numbered directories of a tmpfs; returns its path. */
static const char *place(unsigned int nr)
{
	static char path[64];
	static int ready;

	if (!ready && mount("none", PLACES, "tmpfs", 0, NULL))
		die(PLACES);
	ready = 1;
	snprintf(path, sizeof(path), PLACES "/%u", nr);
	if (mkdir(path, 0755) && errno != EEXIST)
		die(path);
	return path;
}

static void leave_places(unsigned int n)
{
	while (n)
		if (umount(place(--n)))
			die("unmounting");
}

/* Wait until kernel threads end, counters settle and free lists shrink. */
static void settle(void)
{
	forget_caches();
	sleep(6);
	forget_caches();
	sleep(2);
}

/* A number in a file, 0 if the file does not exist. */
static int64_t number_of(const char *path)
{
	char text[64];
	ssize_t n;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtoll(text, NULL, 10);
}

/* The number after a word in a file of words and numbers. */
static int64_t number_in(const char *path, const char *word)
{
	static char text[16384];
	ssize_t n;
	char *at;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (at = text; (at = strstr(at, word)); at++)
		if ((at == text || at[-1] == '\n') && at[strlen(word)] == ' ')
			return strtoll(at + strlen(word), NULL, 10);
	return 0;
}

/* Bytes of decoded spans of all mounts, with one cache or one per mount. */
static int64_t span_caches(void)
{
	char path[300];
	struct dirent *entry;
	int64_t sum = 0;
	DIR *all;

	if (!access(CACHE, F_OK))
		return number_of(CACHE);
	all = opendir(STATE);
	while (all && (entry = readdir(all))) {
		snprintf(path, sizeof(path), STATE "/%s/" CACHE_NAME,
			 entry->d_name);
		sum += number_of(path);
	}
	if (all)
		closedir(all);
	return sum;
}

/* One image of files, mounted once and mounted many times */

static int64_t slab_of_mounts(const struct peer *peer, unsigned int n,
			      unsigned int *distinct)
{
	dev_t known[SAME];
	struct stat st;
	unsigned int i, j;
	int64_t before;

	settle();
	before = slab_in_use();
	for (i = 0, *distinct = 0; i < n; i++) {
		if (mount(peer->device, place(i), peer->type, MS_RDONLY,
			  peer->options))
			die(peer->name);
		walk_tree(place(i));
		if (stat(place(i), &st))
			die(place(i));
		for (j = 0; j < *distinct && known[j] != st.st_dev; j++)
			;
		if (j == *distinct)
			known[(*distinct)++] = st.st_dev;
	}
	before = slab_in_use() - before;
	sleep(1);
	leave_places(n);
	return before;
}

void run_same(const struct peer *peer, const struct work *work)
{
	unsigned int distinct;

	(void)work;
	/* Allocations of the first mount after boot. */
	slab_of_mounts(peer, 1, &distinct);
	result_number("one_slab_kib", slab_of_mounts(peer, 1, &distinct));
	result_number("same_slab_kib", slab_of_mounts(peer, SAME, &distinct));
	result_number("same_mounts", SAME);
	result_number("same_superblocks", distinct);
}

/* Many layers */

static int is_layer(const struct dirent *entry)
{
	const char *end = strstr(entry->d_name, ".index");

	return end && !end[strlen(".index")];
}

static unsigned int mount_layers(void)
{
	struct dirent **layers;
	char source[300], options[300];
	int i, n = scandir(LAYERS, &layers, is_layer, alphasort);

	for (i = 0; i < n && i < MOST_LAYERS; i++) {
		char *name = layers[i]->d_name;

		*strchr(name, '.') = '\0';
		snprintf(source, sizeof(source), LAYERS "/%s.tar.gz", name);
		snprintf(options, sizeof(options), "index=" LAYERS "/%s.index",
			 name);
		if (mount(source, place(i), "stargz", MS_RDONLY, options))
			die(source);
	}
	if (i <= 0)
		die(LAYERS);
	return i;
}

static int read_one(const char *path, const struct stat *st, int type,
		    struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F)
		read_file(AT_FDCWD, path);
	return 0;
}

static pid_t start_reader(const char *path)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	if (nftw(path, read_one, 16, FTW_PHYS))
		die(path);
	_exit(0);
}

static void await(unsigned int n)
{
	int status;

	while (n--)
		if (wait(&status) < 0 || status)
			die("a reader failed");
}

/* Number of kernel threads whose last work was for stargz. */
static int64_t count_threads(void)
{
	char path[300], comm[64];
	struct dirent *entry;
	int64_t count = 0;
	DIR *all = opendir("/proc");
	ssize_t n;
	int fd;

	while (all && (entry = readdir(all))) {
		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		fd = open(path, O_RDONLY);
		n = fd < 0 ? 0 : read(fd, comm, sizeof(comm) - 1);
		if (fd >= 0)
			close(fd);
		comm[n > 0 ? n : 0] = '\0';
		count += !strncmp(comm, "kworker", 7) && strstr(comm, "stargz");
	}
	if (all)
		closedir(all);
	return count;
}

/* Peak values while others read, in shared memory. */
struct peaks {
	int64_t threads, cache, in_use, group, group_kernel;
};

static void raise_to(int64_t *most, int64_t value)
{
	if (*most < value)
		*most = value;
}

static pid_t start_sampling(struct peaks *most, int64_t (*threads)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	while (!pid) {
		struct peaks now = {
			.threads = threads ? threads() : 0,
			.cache = span_caches(),
			.in_use = kernel_in_use(),
			.group = number_of(GROUP "/memory.current"),
			.group_kernel = number_in(GROUP "/memory.stat",
						  "kernel"),
		};

		raise_to(&most->threads, now.threads);
		raise_to(&most->cache, now.cache);
		raise_to(&most->in_use, now.in_use);
		raise_to(&most->group, now.group);
		raise_to(&most->group_kernel, now.group_kernel);
		usleep(5000);
	}
	return pid;
}

static void stop_sampling(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void run_many(const struct peer *peer, const struct work *work)
{
	struct peaks *most = share(sizeof(*most));
	unsigned int i, j, n;
	int64_t before;
	pid_t pid;

	(void)peer;
	(void)work;
	settle();
	before = kernel_in_use();
	n = mount_layers();
	result_number("layers", n);
	for (i = 0; i < n; i++) {
		for (j = 0; j < LAYER_READERS; j++)
			start_reader(place(i));
		await(LAYER_READERS);
	}
	result_number("read_kib", kernel_in_use() - before);
	result_number("read_cache_kib", span_caches() / 1024);
	sleep(10);
	result_number("later_kib", kernel_in_use() - before);
	settle();
	result_number("idle_kib", kernel_in_use() - before);
	pid = start_sampling(most, count_threads);
	for (i = 0; i < n; i++)
		start_reader(place(i));
	await(n);
	stop_sampling(pid);
	result_number("threads", most->threads);
	result_number("at_once_kib", most->in_use - before);
	sleep(1);
	leave_places(n);
	settle();
	result_number("unmounted_kib", kernel_in_use() - before);
}

/* Many threads in a small cgroup */

/* Alternating offsets and paths. */
static const struct list *squeezed;

static void touch_page(const char *path, off_t offset)
{
	volatile char *map;
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		die(path);
	map = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED ||
	    madvise((void *)map, st.st_size, MADV_RANDOM))
		die(path);
	(void)map[offset];
	munmap((void *)map, st.st_size);
	close(fd);
}

static void *touch_pages(void *arg)
{
	size_t nr = (size_t)arg, places = squeezed->n / 2;
	unsigned int i;

	for (i = 0; i < TOUCHES; i++, nr += THREADS + 1) {
		char **field = squeezed->field + 2 * (nr % places);

		touch_page(field[1], strtoll(field[0], NULL, 10));
	}
	return NULL;
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* Sampling runs outside of the cgroup. */
static pid_t start_squeezed(void)
{
	static pthread_t threads[THREADS];
	size_t i;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	write_text(GROUP "/cgroup.procs", "0");
	if (chdir(ROOT))
		die(ROOT);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, touch_pages, (void *)i))
			die("threads");
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static uint64_t kill_and_wait(pid_t pid)
{
	uint64_t start = now();

	kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) != pid)
		die("waiting");
	return now() - start;
}

void run_squeeze(const struct peer *peer, const struct work *work)
{
	struct peaks *most = share(sizeof(*most));
	int64_t before;
	pid_t sampler, pid;
	int status;

	if (mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL))
		die("cgroup2");
	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(GROUP, 0755))
		die(GROUP);
	write_text(GROUP "/memory.max", "32M");
	squeezed = &work->list;
	mount_cold(peer);
	settle();
	before = kernel_in_use();
	sampler = start_sampling(most, NULL);
	pid = start_squeezed();
	if (waitpid(pid, &status, 0) != pid)
		die("waiting");
	stop_sampling(sampler);
	result_number("squeeze_threads", THREADS);
	result_number("squeeze_status", status);
	result_number("squeeze_cache_kib", most->cache / 1024);
	result_number("squeeze_limit_kib",
		      number_of(STATE "/cache_limit") / 1024);
	result_number("squeeze_in_use_kib", most->in_use - before);
	result_number("squeeze_group_kib", most->group / 1024);
	result_number("squeeze_group_kernel_kib", most->group_kernel / 1024);
	result_number("squeeze_oom_kills",
		      number_in(GROUP "/memory.events", "oom_kill"));
	pid = start_squeezed();
	sleep(2);
	result_number("squeeze_kill_ns", kill_and_wait(pid));
}

/* Killing readers */

static void read_for_ever(const struct list *list, size_t from)
{
	size_t i;

	if (chdir(ROOT))
		die(ROOT);
	for (i = from;; i++)
		read_file(AT_FDCWD, list->field[i % list->n]);
}

void run_kill(const struct peer *peer, const struct work *work)
{
	uint64_t ns, most = 0;
	unsigned int i;
	pid_t pid;

	for (i = 0; i < KILLS; i++) {
		mount_cold(peer);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid)
			read_for_ever(&work->list,
				      work->list.n * i / KILLS);
		/* Usually while it waits for its first bytes, or later. */
		usleep(1000 + i % 8 * i * 150);
		ns = kill_and_wait(pid);
		if (ns > most)
			most = ns;
		/* This does not measure an unmount right after the kill. */
		usleep(200000);
	}
	result_number("kill_ns", most);
}
