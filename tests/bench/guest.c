// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Process 1 of the benchmark's guest: execute the plan, print a line of JSON
 * for each result, power off. The plan, /bench/plan, has these lines:
 *
 *	rounds N
 *	peer NAME TYPE DEVICE OPTIONS		("-" for no options)
 *	share FOLDER PATH			(mount the host's PATH there)
 *	once NAME ACTION LIST [PEER]		(before the rounds)
 *	work NAME ACTION LIST			(in every round)
 *
 * LIST is a file in /bench/lists, and PEER restricts the work to one peer. In
 * each round every work is done with all peers in turn, so that load on the
 * host affects all of them. Every second round reverses the order, so that no
 * peer always follows the same one, which leaves the caches of the host in a
 * certain state.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>
#include "guest.h"

#define MAX_PEERS	16
#define MAX_WORKS	32

static struct peer peers[MAX_PEERS];
static struct work works[MAX_WORKS], once[MAX_WORKS];
static unsigned int nr_peers, nr_works, nr_once, rounds = 1;

static void set_up(void)
{
	if (mount("proc", "/proc", "proc", 0, NULL) ||
	    mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		die("mounting");
}

static void add_peer(const char *line)
{
	struct peer *peer = &peers[nr_peers++];

	if (nr_peers > MAX_PEERS ||
	    sscanf(line, "peer %63s %31s %127s %255s", peer->name, peer->type,
		   peer->device, peer->options) != 4)
		die(line);
	if (!strcmp(peer->options, "-"))
		peer->options[0] = '\0';
}

static void share_folder(const char *line)
{
	char folder[64], path[256];

	if (sscanf(line, "share %63s %255s", folder, path) != 2 ||
	    mount("none", folder, "hostfs", MS_RDONLY, path))
		die(line);
}

static void add_work(const char *line, struct work *work)
{
	const struct action *action = actions;
	char name[32], list[64], path[128];

	if (sscanf(line, "%*s %31s %31s %63s %63s", work->name, name, list,
		   work->peer) < 3)
		die(line);
	while (action->name && strcmp(action->name, name))
		action++;
	if (!action->name)
		die(line);
	work->action = action;
	snprintf(path, sizeof(path), "/bench/lists/%s", list);
	list_read(&work->list, path);
}

static void read_plan(void)
{
	char line[512];
	FILE *plan = fopen("/bench/plan", "r");

	if (!plan)
		die("/bench/plan");
	while (fgets(line, sizeof(line), plan)) {
		errno = EINVAL;
		if (!strncmp(line, "peer ", 5))
			add_peer(line);
		else if (!strncmp(line, "share ", 6))
			share_folder(line);
		else if (!strncmp(line, "once ", 5) && nr_once < MAX_WORKS)
			add_work(line, &once[nr_once++]);
		else if (!strncmp(line, "work ", 5) && nr_works < MAX_WORKS)
			add_work(line, &works[nr_works++]);
		else if (sscanf(line, "rounds %u", &rounds) != 1 &&
			 sscanf(line, "drop %d", &drop) != 1)
			die(line);
	}
	fclose(plan);
}

/* A kernel may lack the option that a peer needs. */
static void probe(struct peer *peer)
{
	if (!try_mount(peer))
		return;
	printf("{\"absent\":\"%s\",\"why\":\"%s\"}\n", peer->name,
	       strerror(errno));
	fflush(stdout);
	peer->absent = 1;
}

static void do_work(const struct work *work, unsigned int round)
{
	unsigned int i;

	for (i = 0; i < nr_peers; i++) {
		const struct peer *peer =
			&peers[round % 2 ? i : nr_peers - 1 - i];

		if (peer->absent ||
		    (*work->peer && strcmp(work->peer, peer->name)))
			continue;
		result_open(work->name, peer->name, round);
		work->action->run(peer, work);
		result_close();
	}
}

int main(void)
{
	static char buf[64 << 10];
	unsigned int i, round;

	setvbuf(stdout, buf, _IOFBF, sizeof(buf));
	set_up();
	read_plan();
	for (i = 0; i < nr_peers; i++) {
		probe(&peers[i]);
		umount(ROOT);
	}
	for (i = 0; i < nr_once; i++)
		do_work(&once[i], 0);
	for (round = 1; round <= rounds; round++)
		for (i = 0; i < nr_works; i++)
			do_work(&works[i], round);
	printf("{\"end\":%ld}\n", sysconf(_SC_NPROCESSORS_ONLN));
	fflush(stdout);
	umount(ROOT);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
