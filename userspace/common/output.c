// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing to a temporary file beside the final one, renamed when complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

/* What the signal handler removes. */
static char *_Atomic unfinished[OUTPUTS_MAX];

static void on_signal(int sig)
{
	for (int i = 0; i < OUTPUTS_MAX; i++)
		if (unfinished[i])
			unlink(unfinished[i]);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void catch_signals(void)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE };

	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		if (signal(fatal[i], on_signal) == SIG_IGN)
			signal(fatal[i], SIG_IGN);
}

static int open_temp(struct output *out)
{
	mode_t mask = umask(0);

	umask(mask);
	if (asprintf(&out->temp, "%s.XXXXXX", out->path) < 0) {
		out->temp = NULL;
		return -1;
	}
	catch_signals();
	out->fd = mkostemp(out->temp, O_CLOEXEC);
	if (out->fd < 0) {
		free(out->temp);
		out->temp = NULL;
		return -1;
	}
	out->slot = 0;
	while (unfinished[out->slot])
		out->slot++;
	unfinished[out->slot] = out->temp;
	return fchmod(out->fd, 0666 & ~mask);
}

int output_open(struct output *out, const char *path)
{
	struct stat st;

	out->path = path;
	out->temp = NULL;
	if (!strcmp(path, "-")) {
		out->fd = STDOUT_FILENO;
		return 0;
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		out->fd = open(path, O_WRONLY | O_CLOEXEC);
		return out->fd < 0 ? -1 : 0;
	}
	return open_temp(out);
}

static void forget_temp(struct output *out)
{
	if (out->temp)
		unfinished[out->slot] = NULL;
	free(out->temp);
	out->temp = NULL;
}

int output_keep(struct output *out)
{
	if (out->fd == STDOUT_FILENO)
		return 0;
	if (close(out->fd) || (out->temp && rename(out->temp, out->path))) {
		int error = errno;

		out->fd = -1;
		output_drop(out);
		errno = error;
		return -1;
	}
	out->fd = -1;
	forget_temp(out);
	return 0;
}

void output_drop(struct output *out)
{
	if (out->fd >= 0 && out->fd != STDOUT_FILENO)
		close(out->fd);
	if (out->temp)
		unlink(out->temp);
	forget_temp(out);
}
