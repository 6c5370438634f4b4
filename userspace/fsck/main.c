// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz: files, messages and exit codes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsck.h"

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	fprintf(stderr, PROG ": %s: warning: %s\n", s->now, line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total);
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fprintf(stderr, PROG ": %s: %s\n", path, strerror(errno));
	return fd;
}

/*
 * The sources as a mount would have them, the index first. Returns how many,
 * or -1 after a message.
 */
static int open_sources(const struct settings *s, const char *path, int *fds)
{
	int n = 0;

	fds[n++] = -1;
	if (s->index) {
		fds[0] = open_file(s->index);
		fds[n++] = open_file(path);
		if (fds[0] < 0 || fds[1] < 0)
			return -1;
	}
	for (size_t i = 0; i < s->device_count; i++) {
		fds[n++] = open_file(s->devices[i]);
		if (fds[n - 1] < 0)
			return -1;
	}
	return n;
}

static int check_opened(struct settings *s, int *fds)
{
	struct target t = { .settings = s, .fds = fds, .file = fds[0] };
	int n = open_sources(s, s->now, fds), code;

	if (n < 0)
		return EXIT_OPERATION;
	t.count = n;
	t.file = s->index ? fds[0] : open_file(s->now);
	if (t.file < 0)
		return EXIT_OPERATION;
	code = fsck_target(&t);
	if (!s->index)
		close(t.file);
	return code;
}

static int check(struct settings *s, const char *path)
{
	int *fds = calloc(s->device_count + 2, sizeof(*fds)), code;

	if (!fds) {
		fprintf(stderr, PROG ": out of memory\n");
		return EXIT_OPERATION;
	}
	for (size_t i = 0; i < s->device_count + 2; i++)
		fds[i] = -1;
	s->now = path;
	bar_start(&s->bar);
	code = check_opened(s, fds);
	for (size_t i = 0; i < s->device_count + 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(fds);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	int code;

	code = options_parse(&s, argc, argv);
	if (code < 0) {
		code = EXIT_CLEAN;
		/* So that the digests of a table of contents are kept. */
		s.opt.check = s.full;
		s.opt.data = &s;
		if (!s.quiet)
			s.opt.warn = on_warning;
		if (!s.quiet && isatty(STDERR_FILENO))
			s.opt.progress = on_progress;
		for (size_t i = 0; i < s.count; i++)
			code |= check(&s, s.files[i]);
	}
	free(s.devices);
	if (fflush(stdout)) {
		fprintf(stderr, PROG ": standard output: %s\n",
			strerror(errno));
		code |= EXIT_OPERATION;
	}
	return code;
}
