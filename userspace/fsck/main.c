// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz: files, messages and exit codes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fsck.h"
#include "stdfds.h"

/*
 * Decoding everything needs no checkpoints inside members. Placing them would
 * cost a pass over all content in a single thread.
 */
#define SPAN_SIZE	(8u << 20)

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

static int check(struct settings *s, const char *path)
{
	struct target t = { .settings = s };
	int code;

	s->now = path;
	bar_start(&s->bar, path);
	if (inputs_open(&t.input, &s->inputs, path, PROG))
		code = fsck_unopened(&t);
	else
		code = fsck_target(&t);
	inputs_close(&t.input);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	int code;

	stdfds_open();
	code = options_parse(&s, argc, argv);
	if (code < 0) {
		code = EXIT_CLEAN;
		s.opt.struct_size = sizeof(s.opt);
		s.opt.span_size = SPAN_SIZE;
		s.opt.data = &s;
		if (!s.quiet)
			s.opt.warn = on_warning;
		s.opt.progress = on_progress;
		bar_init(&s.bar, PROG, s.quiet);
		for (size_t i = 0; i < s.count; i++)
			code |= check(&s, s.files[i]);
	}
	names_free(&s.inputs.devices);
	if (fflush(stdout)) {
		fprintf(stderr, PROG ": standard output: %s\n",
			strerror(errno));
		code |= EXIT_OPERATION;
	}
	return code;
}
