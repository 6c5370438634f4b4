// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * peaks - run a command and record the range of some numbers meanwhile.
 *
 *	peaks OUT SECONDS FILE[=WORD]... -- COMMAND [ARGUMENT]...
 *
 * Each number is the one after WORD at the start of a line of FILE, or the
 * first one in FILE. Writes a line for each to OUT: the first, the minimum and
 * the maximum value. Kills the command after SECONDS. The exit status is that
 * of the command, 124 if it was killed, or 125 if it still exists 60 seconds
 * after that.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_WATCHED 16

struct watched {
	char *path;
	const char *word;
	long long first, least, most;
};

static struct watched watched[MAX_WATCHED];
static int nr;

static long long number(const struct watched *w)
{
	static char text[1 << 16];
	int fd = open(w->path, O_RDONLY);
	const char *p = text;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (w->word) {
		size_t len = strlen(w->word);

		while (p && (strncmp(p, w->word, len) || isalnum(p[len]) ||
			     p[len] == '_')) {
			p = strchr(p, '\n');
			if (p)
				p++;
		}
		if (!p)
			return 0;
		p += len;
	}
	while (*p && !isdigit(*p))
		p++;
	return atoll(p);
}

static void sample(void)
{
	int i;

	for (i = 0; i < nr; i++) {
		long long value = number(&watched[i]);

		if (value < watched[i].least)
			watched[i].least = value;
		if (value > watched[i].most)
			watched[i].most = value;
	}
}

static void parse(int argc, char **argv, int *at)
{
	for (; *at < argc && strcmp(argv[*at], "--"); ++*at) {
		struct watched *w = &watched[nr++];
		char *word = strchr(argv[*at], '=');

		if (nr == MAX_WATCHED)
			errx(2, "too many files");
		if (word)
			*word++ = '\0';
		w->path = argv[*at];
		w->word = word;
		w->first = number(w);
		w->least = w->first;
		w->most = w->first;
	}
	++*at;
}

int main(int argc, char **argv)
{
	int at = 3, status = 0, i;
	time_t end;
	FILE *out;
	pid_t pid;

	if (argc < 5)
		errx(2, "Usage: peaks OUT SECONDS FILE[=WORD]... -- COMMAND...");
	parse(argc, argv, &at);
	end = time(NULL) + atol(argv[2]);
	pid = fork();
	if (!pid) {
		execvp(argv[at], argv + at);
		err(127, "%s", argv[at]);
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		sample();
		usleep(20000);
		if (time(NULL) < end)
			continue;
		if (time(NULL) >= end + 60)
			break;
		kill(pid, SIGKILL);
	}
	out = fopen(argv[1], "w");
	if (!out)
		err(1, "%s", argv[1]);
	for (i = 0; i < nr; i++)
		fprintf(out, "%lld %lld %lld\n", watched[i].first,
			watched[i].least, watched[i].most);
	fclose(out);
	if (time(NULL) >= end + 60)
		return 125;
	if (WIFSIGNALED(status))
		return time(NULL) >= end ? 124 : 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}
