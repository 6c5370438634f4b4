// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate - mount layers with a single damaged place, called a lie, and use
 * them.
 *
 *	mutate [OPTION]... SEEDS DIR
 *
 *	-s, --seed N		another order of the cases (0)
 *	-f, --first N		number of the first case (0)
 *	-n, --count N		how many cases (1000; with --bits all)
 *	-t, --seconds N		start no new case after this time
 *	-d, --deadline N	maximum duration of a case in seconds (10)
 *	-c, --copies DIR	directory for damaged copies (/tmp/mutate)
 *	-S, --state FILE	write the number of each case to FILE before it
 *				begins, because the kernel may crash
 *	-v, --verbose		print each case and its result
 *	-l, --list		only list the cases
 *	-D, --digest		mount with the digest of the undamaged index
 *	-b, --bits		each case changes one bit
 *	-p, --step N		of every Nth bit (1)
 *	-o, --only SEED		use only this seed
 *
 * The script seeds makes the directory SEEDS; DIR is the mount point. A case is
 * one lie: in a field of one record of the index, with the checksum of the
 * superblock and mostly the hash tree corrected, or in the compressed stream,
 * with or without adjusting the span's checksums. All fields and all kinds of
 * places in a stream take turns with each kind of value; the number of the case
 * selects the record. Each case is mounted, walked by four readers in different
 * ways, and unmounted. In some cases a reader is killed.
 *
 * Mounting may be refused, and calls may fail with an error that indicates
 * damage. The unmount must succeed, a case must end in time, the tree must be
 * correct where a checksum covers it, and the kernel must not be tainted, which
 * happens when it logs a warning.
 *
 * With --digest the hash tree is always corrected. Every index with another
 * superblock must be refused, and no lie may change the tree. With --bits no
 * checksum is corrected, all is mounted with verify=digest, and no bit may change
 * the tree. Both use the seeds that have digests.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

static struct options {
	const char *seeds, *dir, *copies, *state, *only;
	uint64_t seed, first, count, seconds, deadline, step;
	enum mode mode;
	bool verbose, list;
} opt = {
	.copies = "/tmp/mutate", .deadline = 10, .step = 1,
};

static struct report *report;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static uint64_t parse_number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (!*text || *end)
		errx(2, "%s: not a number", text);
	return value;
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", 1, NULL, 's' }, { "first", 1, NULL, 'f' },
		{ "count", 1, NULL, 'n' }, { "seconds", 1, NULL, 't' },
		{ "deadline", 1, NULL, 'd' }, { "copies", 1, NULL, 'c' },
		{ "state", 1, NULL, 'S' }, { "verbose", 0, NULL, 'v' },
		{ "list", 0, NULL, 'l' }, { "digest", 0, NULL, 'D' },
		{ "bits", 0, NULL, 'b' }, { "step", 1, NULL, 'p' },
		{ "only", 1, NULL, 'o' }, { NULL, 0, NULL, 0 }
	};
	static const struct {
		int letter;
		uint64_t *value;
	} numbers[] = {
		{ 's', &opt.seed }, { 'f', &opt.first }, { 'n', &opt.count },
		{ 't', &opt.seconds }, { 'd', &opt.deadline },
		{ 'p', &opt.step },
	};
	unsigned int i;
	int c;

	while ((c = getopt_long(argc, argv, "s:f:n:t:d:c:S:vlDbp:o:", longs, NULL)) !=
	       -1) {
		for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (numbers[i].letter == c)
				*numbers[i].value = parse_number(optarg);
		if (c == 'c')
			opt.copies = optarg;
		else if (c == 'S')
			opt.state = optarg;
		else if (c == 'v')
			opt.verbose = true;
		else if (c == 'l')
			opt.list = true;
		else if (c == 'D')
			opt.mode = MODE_DIGEST;
		else if (c == 'b')
			opt.mode = MODE_BITS;
		else if (c == 'o')
			opt.only = optarg;
		else if (c == '?')
			exit(2);
	}
	if (argc - optind != 2)
		errx(2, "Usage: mutate [OPTION]... SEEDS DIR");
	opt.seeds = argv[optind];
	opt.dir = argv[optind + 1];
}

/* @line: the name of the seed, a blank, and its files. */
static bool is_wanted(const char *line)
{
	size_t len = opt.only ? strlen(opt.only) : 0;

	return !len || (!strncmp(line, opt.only, len) && line[len] == ' ');
}

static struct plan plan_from(uint64_t first)
{
	uint64_t count = opt.count;

	if (!count)
		count = opt.mode == MODE_BITS ? UINT64_MAX / 2 : 1000;
	return (struct plan) {
		.dir = opt.dir, .state = opt.state, .mode = opt.mode,
		.seed = opt.seed, .first = first, .end = opt.first + count,
		.step = opt.step,
		.until = opt.seconds ? report->started + opt.seconds : 0,
		.verbose = opt.verbose,
	};
}

static void load_seeds(void)
{
	char path[512], *line = NULL;
	size_t room = 0;
	FILE *list;

	snprintf(path, sizeof(path), "%s/list", opt.seeds);
	list = fopen(path, "r");
	if (!list)
		err(2, "%s", path);
	if (mkdir(opt.copies, 0700) && errno != EEXIST)
		err(2, "%s", opt.copies);
	while (getline(&line, &room, list) > 0)
		if (is_wanted(line))
			cases_add_seed(opt.seeds, line, opt.copies, opt.mode);
	free(line);
	fclose(list);
}

static void print_counts(const char *word)
{
	printf("%s%lu cases: %lu refused at mount, %lu with errors, %lu without; "
	       "%lu readers killed, gone within %lu ms; slowest case %lu, %lu ms; "
	       "%lu complaints\n",
	       word, report->done, report->refused, report->failed,
	       report->fine, report->killed, report->kill_us / 1000,
	       report->slowest, report->slowest_us / 1000, report->complaints);
	fflush(stdout);
}

/* The kernel function in which a process is, if that is known. */
static void print_stack(pid_t pid)
{
	char line[200];
	FILE *stack;

	snprintf(line, sizeof(line), "/proc/%d/stack", pid);
	stack = pid ? fopen(line, "r") : NULL;
	if (!stack)
		return;
	printf("# process %d:\n", pid);
	while (fgets(line, sizeof(line), stack))
		printf("#  %s", line);
	fclose(stack);
}

/* Wait for the worker, or until its current case exceeds the deadline. */
static bool watch(pid_t worker, int *status, double *printed)
{
	while (!waitpid(worker, status, WNOHANG)) {
		double late = now() - report->since;

		if (report->since && late > opt.deadline)
			return false;
		if (now() - *printed > 10) {
			print_counts("# ");
			*printed = now();
		}
		usleep(20000);
	}
	return true;
}

/* Returns whether there can be a next case. */
static bool give_up_case(pid_t worker)
{
	int i, status;

	printf("case %lu: takes longer than %lu s: %s\n", report->number,
	       opt.deadline, report->what);
	report->complaints++;
	print_stack(worker);
	for (i = 0; i <= READERS; i++) {
		print_stack(report->reader[i]);
		if (report->reader[i])
			kill(report->reader[i], SIGKILL);
	}
	kill(worker, SIGKILL);
	for (i = 0; i < 1000 && !waitpid(worker, &status, WNOHANG); i++)
		usleep(20000);
	if (i == 1000) {
		printf("case %lu: cannot be killed\n", report->number);
		fflush(stdout);
		return false;
	}
	while (!umount2(opt.dir, MNT_DETACH))
		;
	fflush(stdout);
	return !report->learning;
}

static void work(uint64_t first)
{
	const struct plan plan = plan_from(first);

	load_seeds();
	cases_run(&plan, report);
	exit(0);
}

/* Start one worker after the other, each after the case that got stuck. */
static bool run(void)
{
	uint64_t first = opt.first;
	double printed = now();
	int status = 0;
	pid_t worker;

	for (;;) {
		report->since = 0;
		report->number = first;
		fflush(stdout);
		worker = fork();
		if (worker < 0)
			err(2, "fork");
		if (!worker)
			work(first);
		if (watch(worker, &status, &printed))
			break;
		if (!give_up_case(worker))
			return false;
		first = report->number + 1;
	}
	if (status) {
		printf("case %lu: mutate itself ends with %#x: %s\n",
		       report->number, status, report->what);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	bool good;

	parse(argc, argv);
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		err(2, "mmap");
	report->started = now();
	if (opt.list) {
		const struct plan plan = plan_from(opt.first);

		load_seeds();
		cases_list(&plan);
		return 0;
	}
	good = run();
	print_counts("");
	return !good || report->complaints;
}
