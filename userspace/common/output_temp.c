// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A signal handler unlinks the temporary files. It may neither take a lock nor
 * allocate, so the list of names is static. An unnamed file (O_TMPFILE) would
 * need no list, but linkat() cannot replace a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"
#include "output_temp.h"

static char *_Atomic unfinished[OUTPUTS_MAX];

static void remove_all(void)
{
	for (int i = 0; i < OUTPUTS_MAX; i++) {
		char *name = unfinished[i];

		if (name)
			unlink(name);
	}
}

static void on_signal(int sig)
{
	remove_all();
	/* SA_RESETHAND has restored the default action, which is to end. */
	raise(sig);
}

/*
 * All signals from other processes that end a program by default. bar.c handles
 * SIGUSR1.
 */
static void catch_signals(void)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM,
		SIGTERM, SIGUSR2, SIGIO, SIGPWR, SIGVTALRM, SIGPROF,
		SIGXCPU, SIGXFSZ };
	struct sigaction old, new = {
		.sa_handler = on_signal,
		.sa_flags = SA_RESETHAND,
	};
	static bool caught;

	if (caught)
		return;
	caught = true;
	sigfillset(&new.sa_mask);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		if (!sigaction(fatal[i], NULL, &old) &&
		    old.sa_handler == SIG_DFL)
			sigaction(fatal[i], &new, NULL);
	atexit(remove_all);
}

int output_temp_open(const char *folder, int *fd, char **name)
{
	sigset_t all, old;
	int slot = 0, error;

	while (slot < OUTPUTS_MAX && unfinished[slot])
		slot++;
	if (slot == OUTPUTS_MAX) {
		errno = EMFILE;
		return -1;
	}
	/* Independent of the final name, which may have the maximum length. */
	if (asprintf(name, "%s/.stargz-XXXXXX", folder) < 0) {
		*name = NULL;
		errno = ENOMEM;
		return -1;
	}
	catch_signals();
	/* A signal must not arrive between mkostemp() and the list entry. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	*fd = mkostemp(*name, O_CLOEXEC);
	error = errno;
	if (*fd >= 0)
		unfinished[slot] = *name;
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (*fd >= 0)
		return slot;
	free(*name);
	*name = NULL;
	errno = error;
	return -1;
}

void output_temp_remove(int slot)
{
	char *name = unfinished[slot];

	unlink(name);
	unfinished[slot] = NULL;
}

void output_temp_forget(int slot)
{
	unfinished[slot] = NULL;
}
