// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-index: messages, files and exit codes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "output.h"
#include "stargz/open.h"
#include "stats.h"
#include "stdfds.h"

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	if (s->count == s->below + 1)
		fprintf(stderr, PROG ": %s: warning: %s\n",
			s->layers[s->below], line);
	else
		fprintf(stderr, PROG ": warning: %s\n", line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total);
}

static int exit_code(int error)
{
	switch (error) {
	case 0:
		return EXIT_OK;
	case -EINVAL:
		return EXIT_FORMAT;
	case -EUCLEAN:
	case -EBADMSG:
	case -E2BIG:
		return EXIT_REFUSED;
	default:
		return EXIT_SYSTEM;
	}
}

/* Make the index or image from the open layers. */
static int make(struct settings *s, const int *fds, int out,
		struct stargz_index_stats *stats, struct stargz_error *err,
		size_t *about)
{
	*about = 0;
	if (s->opt.merge || s->opt.below || s->opt.device_image)
		return stargz_index_layers(fds, s->count, &s->opt, out, stats,
					   err, about);
	return stargz_index_blob(fds[0], &s->opt, out, stats, err);
}

/* Never write to the layers or to the file of the table of contents. */
static int open_output(const struct settings *s, struct output *out)
{
	if (output_open(out, s->output, OUTPUT_BINARY |
			(s->force ? OUTPUT_FORCE : 0)))
		return -1;
	for (size_t i = 0; i < s->count; i++)
		if (output_reads(out, s->layers[i]))
			return -1;
	if (s->opt.toc_path && output_reads(out, s->opt.toc_path))
		return -1;
	return 0;
}

static int run(struct settings *s, const int *fds)
{
	struct stargz_index_stats stats;
	struct stargz_error err = { "" };
	struct output out = OUTPUT_INIT;
	struct timespec start;
	bool to_stdout;
	size_t about;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!s->opt.check && open_output(s, &out)) {
		fprintf(stderr, PROG ": %s: %s\n", s->output, out.why);
		output_drop(&out);
		return EXIT_SYSTEM;
	}
	to_stdout = output_is_stdout(&out);
	bar_start(&s->bar, s->layers[s->below]);
	ret = make(s, fds, out.fd, &stats, &err, &about);
	bar_clear(&s->bar);
	if (ret) {
		output_drop(&out);
		fprintf(stderr, PROG ": %s: %s\n",
			about < s->count ? s->layers[about] : s->output,
			err.text);
		return exit_code(ret);
	}
	if (!s->opt.check && output_keep(&out)) {
		fprintf(stderr, PROG ": %s: %s\n", s->output, out.why);
		return EXIT_SYSTEM;
	}
	if (s->verbose)
		fprintf(stderr, PROG ": %s: %" PRIu64 " entries, %s\n",
			s->layers[s->below], stats.entries,
			s->opt.check ? "no fault" : s->output);
	if (s->stats || s->json)
		stats_print(to_stdout ? stderr : stdout, &stats, &start,
			    s->json);
	return EXIT_OK;
}

/* Open all layers first, so that a missing one is reported at once. */
static int open_layers(const struct settings *s, int *fds)
{
	struct stargz_error err;

	for (size_t i = 0; i < s->count; i++) {
		fds[i] = strcmp(s->layers[i], "-") ?
			 stargz_open_input(s->layers[i], &err) : STDIN_FILENO;
		if (fds[i] < 0) {
			fprintf(stderr, PROG ": %s: %s\n", s->layers[i],
				err.text);
			return EXIT_SYSTEM;
		}
	}
	return EXIT_OK;
}

static int no_memory(void)
{
	fprintf(stderr, PROG ": out of memory\n");
	return EXIT_SYSTEM;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	char *beside = NULL;
	int code, *fds;

	stdfds_open();
	code = options_parse(&s, argc, argv);
	if (code >= 0) {
		free(s.layers);
		return code;
	}
	s.opt.struct_size = sizeof(s.opt);
	s.opt.data = &s;
	if (!s.quiet)
		s.opt.warn = on_warning;
	s.opt.progress = on_progress;
	bar_init(&s.bar, PROG, s.quiet);
	fds = calloc(s.count, sizeof(*fds));
	if (!fds)
		return no_memory();
	code = open_layers(&s, fds);
	if (code == EXIT_OK && !s.output) {
		if (asprintf(&beside, "%s.index", s.layers[s.below]) < 0)
			return no_memory();
		s.output = beside;
	}
	if (code == EXIT_OK)
		code = run(&s, fds);
	if (fflush(stdout) && code == EXIT_OK) {
		fprintf(stderr, PROG ": standard output: %s\n",
			strerror(errno));
		code = EXIT_SYSTEM;
	}
	free(beside);
	free(fds);
	free(s.layers);
	return code;
}
