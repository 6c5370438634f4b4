// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strings - pass as many device= strings as possible, as root of a user
 * namespace.
 *
 *	strings CONTEXTS CGROUP
 *
 * Mounts nothing. Prints the growth of kernel memory in KiB, and the part of it
 * that was charged to CGROUP, the cgroup of this process.
 */
#define _GNU_SOURCE
#include <err.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STRINGS 4096

/* The sum of the numbers after some words in a file of lines. */
static long long sum(const char *path, const char *const *words)
{
	long long total = 0, value;
	char line[256], word[64];
	FILE *f = fopen(path, "r");
	int i;

	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lld", word, &value) != 2)
			continue;
		for (i = 0; words[i]; i++)
			if (!strcmp(word, words[i]))
				total += value;
	}
	fclose(f);
	return total;
}

static long long taken(void)
{
	static const char *const words[] = {
		"SUnreclaim:", "VmallocUsed:", NULL
	};

	return sum("/proc/meminfo", words);
}

static long long charged(const char *cgroup)
{
	static const char *const words[] = { "kernel", NULL };
	char path[4096];

	snprintf(path, sizeof(path), "%s/memory.stat", cgroup);
	return sum(path, words) / 1024;
}

static int fill(void)
{
	char path[256];
	int fd = syscall(SYS_fsopen, "stargz", 0), i;

	if (fd < 0)
		err(1, "fsopen");
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	for (i = 0; i < STRINGS; i++)
		if (syscall(SYS_fsconfig, fd, FSCONFIG_SET_STRING, "device",
			    path, 0))
			break;
	return i;
}

int main(int argc, char **argv)
{
	long long before[2], after[2];
	int nr = 0, i;

	if (argc != 3)
		errx(2, "Usage: strings CONTEXTS CGROUP");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		err(1, "unshare");
	sleep(3);
	before[0] = taken();
	before[1] = charged(argv[2]);
	for (i = 0; i < atoi(argv[1]); i++)
		nr = fill();
	/* The kernel flushes the counters every two seconds. */
	sleep(3);
	after[0] = taken();
	after[1] = charged(argv[2]);
	printf("%lld %lld\n", after[0] - before[0], after[1] - before[1]);
	fprintf(stderr, "%d strings each\n", nr);
	return 0;
}
