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
#include "stargz/digest.h"
#include "stargz/info.h"
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

/* Make the index or image from the open layers, or change the open index. */
static int make(struct settings *s, const int *fds, int out,
		struct stargz_index_stats *stats, struct stargz_error *err,
		size_t *about)
{
	*about = 0;
	if (s->edit)
		return stargz_index_edit(fds[0], &s->opt, out, stats, err);
	if (s->opt.merge || s->opt.below || s->opt.device_image)
		return stargz_index_layers(fds, s->count, &s->opt, out, stats,
					   err, about);
	return stargz_index_blob(fds[0], &s->opt, out, stats, err);
}

/*
 * Never write to the layers or to another input. A changed index may replace the
 * file of the old one, which stays as it is until then.
 */
static int open_output(const struct settings *s, struct output *out)
{
	if (output_open(out, s->output, OUTPUT_BINARY |
			(s->force ? OUTPUT_FORCE : 0)))
		return -1;
	for (size_t i = 0; i < s->count && !(s->edit && out->temp); i++)
		if (output_reads(out, s->layers[i]))
			return -1;
	if (s->opt.toc_path && output_reads(out, s->opt.toc_path))
		return -1;
	return s->opt.prefetch_path &&
	       output_reads(out, s->opt.prefetch_path) ? -1 : 0;
}

static void print_digest(FILE *to, const uint8_t digest[STARGZ_SHA256_LEN])
{
	char hex[STARGZ_SHA256_HEX];

	stargz_sha256_hex(digest, hex);
	fprintf(to, "sha256:%s\n", hex);
}

/* A changed index may need more room than there is before the blobs. */
static int refuse_image(const struct settings *s,
			const struct stargz_opened *opened)
{
	struct stargz_blob_info blob;

	for (uint32_t i = 0; !stargz_get_blob(opened, i, &blob); i++)
		if (!blob.source) {
			fprintf(stderr, PROG ": %s: is a device image; make it again to change its index\n",
				s->layers[0]);
			return EXIT_USAGE;
		}
	return -1;
}

/*
 * Only an index that is not damaged has a digest worth keeping. Returns -1 if
 * the index is to be changed, else the exit code.
 */
static int look_at_index(const struct settings *s, int fd)
{
	struct stargz_index_info info;
	struct stargz_opened *opened;
	struct stargz_error err;
	int ret = stargz_open(&opened, &fd, 1, &s->opt, &err);

	if (ret) {
		fprintf(stderr, PROG ": %s: %s\n", s->layers[0], err.text);
		return exitcode_of(ret);
	}
	if (s->output) {
		ret = refuse_image(s, opened);
	} else {
		stargz_get_info(opened, &info);
		print_digest(stdout, info.sha256);
	}
	stargz_close(opened);
	return ret;
}

/* What the options ask for about a complete index. */
static void report(const struct settings *s, FILE *to,
		   const struct stargz_index_stats *stats,
		   const struct timespec *start)
{
	if (s->verbose)
		fprintf(stderr, PROG ": %s: %" PRIu64 " entries, %s\n",
			s->layers[s->below], stats->entries,
			s->opt.check ? "no fault" : s->output);
	if (s->digest)
		print_digest(to, stats->index_sha256);
	if (s->stats || s->json)
		stats_print(to, stats, start, s->json);
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
		return exitcode_of(ret);
	}
	if (!s->opt.check && output_keep(&out)) {
		fprintf(stderr, PROG ": %s: %s\n", s->output, out.why);
		return EXIT_SYSTEM;
	}
	report(s, to_stdout ? stderr : stdout, &stats, &start);
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

/* Is the only layer an index? Then nothing is made of it. */
static int find_index(struct settings *s, const int *fds)
{
	s->edit = s->count == 1 && !s->opt.merge && !s->opt.device_image &&
		  stargz_probe(fds[0], s->opt.offset, s->opt.size, NULL) ==
		  STARGZ_KIND_INDEX;
	return s->edit ? options_check_edit(s) : -1;
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
		names_free(&s.properties);
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
	if (code == EXIT_OK)
		code = find_index(&s, fds);
	if (code < 0 && s.edit)
		code = look_at_index(&s, fds[0]);
	if (code < 0 && !s.output) {
		if (asprintf(&beside, "%s.index", s.layers[s.below]) < 0)
			return no_memory();
		s.output = beside;
	}
	if (code < 0)
		code = run(&s, fds);
	if (fflush(stdout) && code == EXIT_OK) {
		fprintf(stderr, PROG ": standard output: %s\n",
			strerror(errno));
		code = EXIT_SYSTEM;
	}
	free(beside);
	free(fds);
	names_free(&s.properties);
	free(s.layers);
	return code;
}
