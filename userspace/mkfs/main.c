// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: messages, files and exit codes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "input.h"
#include "options.h"
#include "output.h"

/* The files that are written. */
struct outputs {
	struct output layer;
	struct output toc;
	struct output index;
};

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	fprintf(stderr, PROG ": %s: warning: %s\n", s->source, line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total);
}

static int failed(const char *path, const char *why)
{
	fprintf(stderr, PROG ": %s: %s\n", path, why);
	return EXIT_OPERATION;
}

static int open_one(struct output *out, const char *path)
{
	if (!path || !output_open(out, path))
		return EXIT_OK;
	return failed(path, strerror(errno));
}

static int keep_one(struct output *out, const char *path)
{
	if (!path || !output_keep(out))
		return EXIT_OK;
	return failed(path, strerror(errno));
}

static int open_outputs(struct outputs *out, const struct settings *s)
{
	int code = open_one(&out->layer, s->dest);

	if (code == EXIT_OK)
		code = open_one(&out->toc, s->toc);
	return code == EXIT_OK ? open_one(&out->index, s->index) : code;
}

/* The layer comes last: who sees it may rely on the others. */
static int keep_outputs(struct outputs *out, const struct settings *s)
{
	int code = keep_one(&out->toc, s->toc);

	if (code == EXIT_OK)
		code = keep_one(&out->index, s->index);
	return code == EXIT_OK ? keep_one(&out->layer, s->dest) : code;
}

static void drop_outputs(struct outputs *out)
{
	output_drop(&out->layer);
	output_drop(&out->toc);
	output_drop(&out->index);
}

/* Make the layer in the open files. */
static int make(struct settings *s, struct outputs *out, struct sgz_made *made)
{
	struct stargz_error err = { "" };
	struct sgz_context ctx = { &s->call, &err };
	struct input in;
	int ret;

	bar_start(&s->bar);
	ret = input_open(&in, s, &ctx);
	if (!ret)
		ret = sgz_make(made, &ctx, &s->make, in.source, out->layer.fd,
			       out->toc.fd);
	input_close(&in);
	bar_clear(&s->bar);
	return ret ? failed(s->source, err.text) : EXIT_OK;
}

static int run(struct settings *s)
{
	struct outputs out = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 } };
	struct sgz_made made;
	int code;

	code = open_outputs(&out, s);
	if (code == EXIT_OK)
		code = make(s, &out, &made);
	if (code == EXIT_OK)
		code = keep_outputs(&out, s);
	if (code != EXIT_OK) {
		drop_outputs(&out);
		return code;
	}
	if (s->print_digest && !digest_print(&s->make, &made))
		return failed(s->dest, "out of memory");
	if (s->verbose)
		fprintf(stderr, PROG ": %s: %" PRIu64 " entries, %" PRIu64
			" bytes of tar, %" PRIu64 " bytes\n", s->dest,
			made.entries, made.tar_size, made.size);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	char *beside = NULL;
	int code;

	code = options_parse(&s, argc, argv);
	if (code >= 0)
		return code;
	s.call.data = &s;
	if (!s.quiet)
		s.call.warn = on_warning;
	if (!s.quiet && !s.no_progress && isatty(STDERR_FILENO))
		s.call.progress = on_progress;
	if (s.index_beside && asprintf(&beside, "%s.index", s.dest) < 0)
		return failed(s.dest, "out of memory");
	if (beside)
		s.index = beside;
	code = run(&s);
	if (fflush(stdout) && code == EXIT_OK)
		code = failed("standard output", strerror(errno));
	free(beside);
	return code;
}
