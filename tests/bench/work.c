// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kinds of work that are measured. Each starts with a fresh mount and cold
 * caches; fields named *_ns are times. guest.h describes shared data.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <gcrypt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define PAGE		4096
#define COUNTERS	"/sys/fs/stargz"

/* Content: compared with the digests of the tar, by READERS processes. */

static void hash_file(int root, const char *path, char *hex)
{
	static unsigned char buf[BLOCK];
	gcry_md_hd_t md;
	unsigned char *digest;
	ssize_t n;
	int i, fd = openat(root, path, O_RDONLY);

	if (fd < 0 || gcry_md_open(&md, GCRY_MD_SHA256, 0))
		die(path);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		gcry_md_write(md, buf, n);
	if (n < 0)
		die(path);
	close(fd);
	digest = gcry_md_read(md, GCRY_MD_SHA256);
	for (i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	gcry_md_close(md);
}

/* The list alternates digests and paths. Returns the number of mismatches. */
static uint64_t verify_part(const struct list *list, size_t first, size_t step)
{
	uint64_t bad = 0;
	char hex[65];
	size_t i;
	int root = open(ROOT, O_PATH | O_DIRECTORY);

	if (root < 0)
		die(ROOT);
	for (i = 2 * first; i + 1 < list->n; i += 2 * step) {
		hash_file(root, list->field[i + 1], hex);
		if (!strcmp(hex, list->field[i]))
			continue;
		if (!bad++)
			fprintf(stderr, "guest: %s: wrong content\n",
				list->field[i + 1]);
	}
	close(root);
	return bad;
}

static void run_verify(const struct peer *peer, const struct work *work)
{
	uint64_t bad;

	if (!gcry_check_version(NULL))
		die("libgcrypt");
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	mount_cold(peer);
	in_parallel(verify_part, &work->list, &bad);
	result_number("wrong", bad);
}

/* Mounting and the first read */

static void run_mount(const struct peer *peer, const struct work *work)
{
	static char buf[PAGE];
	uint64_t start;
	int fd;

	mount_cold(peer);
	if (umount(ROOT))
		die("unmounting");
	forget_caches();
	start = now();
	if (try_mount(peer) || chdir(ROOT))
		die(peer->name);
	fd = open(work->list.field[0], O_RDONLY);
	if (fd < 0 || read(fd, buf, sizeof(buf)) != sizeof(buf))
		die(work->list.field[0]);
	result_number("cold_ns", now() - start);
	close(fd);
	if (chdir("/"))
		die("/");
}

/* A walk that calls stat on every object, as find -size does */

static uint64_t walked;

static int count_name(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	walked++;
	return type == FTW_NS || type == FTW_DNR;
}

void walk_tree(const char *path)
{
	walked = 0;
	if (nftw(path, count_name, 64, FTW_PHYS | FTW_MOUNT))
		die("walk");
}

static uint64_t walk(void)
{
	uint64_t start = now();

	walk_tree(ROOT);
	return now() - start;
}

static void run_stat(const struct peer *peer, const struct work *work)
{
	(void)work;
	mount_cold(peer);
	result_number("cold_ns", walk());
	result_number("warm_ns", walk());
	result_number("names", walked);
}

/* Counters of the module, under the names of the module */

static void print_counter(const char *name)
{
	char text[64], *end;
	long long value;
	ssize_t n;
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	value = strtoll(text, &end, 10);
	if (end != text && (!*end || *end == '\n'))
		result_number(name, value);
}

static int visit_counter(const char *path, const struct stat *st, int type,
			 struct FTW *ftw)
{
	(void)path;
	(void)st;
	if (type == FTW_F)
		print_counter(path + ftw->base);
	return 0;
}

static void print_counters(void)
{
	/* An older module may lack some of them. */
	if (!access(COUNTERS, F_OK))
		nftw(COUNTERS, visit_counter, 8, FTW_PHYS | FTW_CHDIR);
	if (chdir("/"))
		die("/");
}

/* Reading files, one after the other */

static uint64_t timed_read(const struct list *list, uint64_t *bytes)
{
	uint64_t start = now();

	*bytes = read_list(list, 0, 1);
	return now() - start;
}

/* Reading by several processes, each of which reads every Nth file */

static uint64_t timed_parallel(const struct list *list, uint64_t *bytes)
{
	return in_parallel(read_list, list, bytes);
}

/* Cold and then warm */

static void read_twice(const struct peer *peer, const struct list *list,
		       uint64_t (*timed)(const struct list *list,
					 uint64_t *bytes))
{
	uint64_t cold, warm;

	mount_cold(peer);
	result_number("cold_ns", timed(list, &cold));
	result_number("warm_ns", timed(list, &warm));
	result_number("bytes", cold);
	result_number("warm_bytes", warm);
	if (!strcmp(peer->type, "stargz"))
		print_counters();
}

static void run_read(const struct peer *peer, const struct work *work)
{
	read_twice(peer, &work->list, timed_read);
}

static void run_parallel(const struct peer *peer, const struct work *work)
{
	read_twice(peer, &work->list, timed_parallel);
}

/* Programs of the tree itself, one after the other, as a job would run them */

static void run_program(const char *command)
{
	int status, null = open("/dev/null", O_RDWR);
	pid_t pid = fork();

	if (null < 0 || pid < 0)
		die(command);
	if (!pid) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		if (chroot(ROOT) || chdir("/"))
			die(ROOT);
		execl("/bin/sh", "sh", "-c", command, NULL);
		die("/bin/sh");
	}
	close(null);
	if (waitpid(pid, &status, 0) != pid || status)
		die(command);
}

static uint64_t run_programs(const struct list *list)
{
	uint64_t start = now();
	size_t i;

	for (i = 0; i < list->n; i++)
		run_program(list->field[i]);
	return now() - start;
}

static void run_exec(const struct peer *peer, const struct work *work)
{
	mount_cold(peer);
	if (mount("dev", ROOT "/dev", "devtmpfs", 0, NULL))
		die(ROOT "/dev");
	forget_caches();
	result_number("cold_ns", run_programs(&work->list));
	result_number("warm_ns", run_programs(&work->list));
	if (umount(ROOT "/dev"))
		die("unmounting");
	if (!strcmp(peer->type, "stargz"))
		print_counters();
}

/*
 * Pages at random places; the list alternates offsets and paths. Caches are
 * dropped before each read, because a previous read might have decoded the same
 * span. Only the data that open() reads remains cached.
 */
static uint64_t timed_page(const char *path, off_t offset)
{
	static char buf[PAGE];
	uint64_t start;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	forget_caches();
	start = now();
	if (pread(fd, buf, sizeof(buf), offset) != sizeof(buf))
		die(path);
	start = now() - start;
	close(fd);
	return start;
}

static void run_spots(const struct peer *peer, const struct work *work)
{
	char **field = work->list.field;
	size_t i;

	mount_cold(peer);
	if (chdir(ROOT))
		die(ROOT);
	printf(",\"times_ns\":[");
	for (i = 0; i + 1 < work->list.n; i += 2)
		printf("%s%" PRIu64, i ? "," : "",
		       timed_page(field[i + 1], strtoll(field[i], NULL, 10)));
	printf("]");
	if (chdir("/"))
		die("/");
}

/* Memory, in KiB as /proc/meminfo has it */

struct memory {
	int64_t total, free, buffers, cached, reclaimable, unreclaimable;
	int64_t anonymous;
};

static int64_t meminfo_value(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtoll(p + strlen(name), NULL, 10) : 0;
}

static void read_memory(struct memory *mem)
{
	char text[8192];
	ssize_t n;
	int fd = open("/proc/meminfo", O_RDONLY);

	if (fd < 0)
		die("meminfo");
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		die("meminfo");
	close(fd);
	text[n] = '\0';
	mem->total = meminfo_value(text, "MemTotal:");
	mem->free = meminfo_value(text, "\nMemFree:");
	mem->buffers = meminfo_value(text, "\nBuffers:");
	mem->cached = meminfo_value(text, "\nCached:");
	mem->reclaimable = meminfo_value(text, "\nSReclaimable:");
	mem->unreclaimable = meminfo_value(text, "\nSUnreclaim:");
	mem->anonymous = meminfo_value(text, "\nAnonPages:");
}

/* Wait until dropped objects are freed: inodes by RCU, slabs later. */
static void mount_settled(const struct peer *peer)
{
	mount_cold(peer);
	usleep(100000);
	forget_caches();
	usleep(100000);
}

static void run_statmem(const struct peer *peer, const struct work *work)
{
	struct memory before, after;

	(void)work;
	mount_settled(peer);
	read_memory(&before);
	walk();
	read_memory(&after);
	result_number("names", walked);
	result_number("slab_kib", after.reclaimable + after.unreclaimable -
		      before.reclaimable - before.unreclaimable);
	result_number("cache_kib", after.cached + after.buffers -
		      before.cached - before.buffers);
}

/* Memory in use without caches that can be reclaimed at once. */
static int64_t in_use(void)
{
	struct memory mem;

	read_memory(&mem);
	return mem.total - mem.free - mem.buffers - mem.cached -
	       mem.reclaimable;
}

/* The same without the memory of processes. */
int64_t kernel_in_use(void)
{
	struct memory mem;

	read_memory(&mem);
	return mem.total - mem.free - mem.buffers - mem.cached -
	       mem.reclaimable - mem.anonymous;
}

int64_t slab_in_use(void)
{
	struct memory mem;

	read_memory(&mem);
	return mem.reclaimable + mem.unreclaimable;
}

/* Peak growth of memory in use while files are read. Not timed. */
static void run_readmem(const struct peer *peer, const struct work *work)
{
	static int64_t *most;
	int64_t before;
	pid_t pid;

	if (!most)
		most = share(sizeof(*most));
	mount_settled(peer);
	*most = 0;
	pid = fork();
	if (pid < 0)
		die("fork");
	before = in_use();
	while (!pid) {
		int64_t used = in_use();

		if (used > *most)
			*most = used;
		usleep(2000);
	}
	read_list(&work->list, 0, 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	result_number("peak_kib", *most > before ? *most - before : 0);
}

const struct action actions[] = {
	{ "verify", run_verify },
	{ "mount", run_mount },
	{ "stat", run_stat },
	{ "read", run_read },
	{ "parallel", run_parallel },
	{ "exec", run_exec },
	{ "spots", run_spots },
	{ "statmem", run_statmem },
	{ "readmem", run_readmem },
	{ "same", run_same },
	{ "many", run_many },
	{ "squeeze", run_squeeze },
	{ "kill", run_kill },
	{ NULL, NULL }
};
