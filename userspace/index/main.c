// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-index: the command line, messages and exit codes.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "stargz.h"
#include "version.h"

#define PROG	"stargz-index"

enum exit_code {
	EXIT_OK = 0,
	EXIT_USAGE = 1,
	EXIT_SYSTEM = 2,	/* a file could not be read or written */
	EXIT_FORMAT = 3,	/* not a kind of layer that we know */
	EXIT_REFUSED = 4,	/* damaged, not sane, wrong digest, too large */
};

struct settings {
	struct stargz_index_options opt;
	const char *blob;
	const char *output;
	bool stats;
	bool quiet;
	bool verbose;
	bool bar;		/* a progress bar is on the terminal */
	time_t shown;		/* when it was last drawn */
};

enum { OPT_TOC = 256, OPT_TOC_DIGEST, OPT_RAW, OPT_OFFSET, OPT_SIZE,
	OPT_STATS, OPT_CHECK };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "toc", required_argument, NULL, OPT_TOC },
	{ "toc-digest", required_argument, NULL, OPT_TOC_DIGEST },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "offset", required_argument, NULL, OPT_OFFSET },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char help[] =
"Usage: " PROG " [OPTION]... BLOB\n"
"\n"
"Make the index by which the kernel mounts BLOB, a container layer in\n"
"eStargz or stargz form, as it is.\n"
"\n"
"  -o, --output=FILE     write the index there (BLOB.index); - is standard\n"
"                        output\n"
"      --toc=FILE        take the table of contents from FILE\n"
"      --toc-digest=D    insist on this digest of it, sha256:HEX\n"
"      --raw             show whiteouts and landmarks as they are in the tar\n"
"      --offset=N        first byte of the layer in BLOB\n"
"      --size=N          bytes of the layer; K, M, G, T are understood\n"
"      --stats           print what the index holds, and time and memory\n"
"      --check           write nothing; decode all content, compare digests\n"
"  -q, --quiet           no warnings, no progress bar\n"
"  -v, --verbose         say what was written\n"
"  -h, --help            this text\n"
"  -V, --version         version\n"
"\n"
"Exit status: 0 done, 1 usage, 2 a file could not be read or written, 3 not\n"
"a known kind of layer, 4 damaged, not sane, too large or the wrong digest.\n";

static int usage(const char *why, const char *what)
{
	fprintf(stderr, PROG ": %s: %s\n", what, why);
	fprintf(stderr, "Try '" PROG " --help'.\n");
	return EXIT_USAGE;
}

/* A decimal number with an optional K, M, G or T. */
static bool parse_size(const char *text, uint64_t *value)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	int shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno)
		return false;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (*end || *value > (uint64_t)INT64_MAX >> shift)
		return false;
	*value <<= shift;
	return true;
}

/* One option; returns -1 to go on, else the exit code. */
static int take_option(struct settings *s, int c)
{
	switch (c) {
	case 'o':
		s->output = optarg;
		return -1;
	case OPT_TOC:
		s->opt.toc_path = optarg;
		return -1;
	case OPT_TOC_DIGEST:
		s->opt.toc_digest = optarg;
		return -1;
	case OPT_RAW:
		s->opt.raw = true;
		return -1;
	case OPT_OFFSET:
		return parse_size(optarg, &s->opt.offset) ? -1 :
			usage("not a number of bytes", optarg);
	case OPT_SIZE:
		return parse_size(optarg, &s->opt.size) && s->opt.size ? -1 :
			usage("not a number of bytes above zero", optarg);
	case OPT_STATS:
		s->stats = true;
		return -1;
	case OPT_CHECK:
		s->opt.check = true;
		return -1;
	case 'q':
		s->quiet = true;
		return -1;
	case 'v':
		s->verbose = true;
		return -1;
	case 'h':
		fputs(help, stdout);
		return EXIT_OK;
	case 'V':
		puts(PROG " " STARGZ_TOOLS_VERSION);
		return EXIT_OK;
	default:
		fprintf(stderr, "Try '" PROG " --help'.\n");
		return EXIT_USAGE;
	}
}

static int parse_options(struct settings *s, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "o:qvhV", options, NULL)) != -1) {
		int code = take_option(s, c);

		if (code >= 0)
			return code;
	}
	if (optind == argc)
		return usage("is missing", "BLOB");
	if (optind + 1 < argc)
		return usage("one BLOB at a time", argv[optind + 1]);
	if (s->opt.check && s->output)
		return usage("nothing is written with --check", "--output");
	s->blob = argv[optind];
	return -1;
}

static void clear_bar(struct settings *s)
{
	if (s->bar)
		fputs("\r\033[K", stderr);
	s->bar = false;
}

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	clear_bar(s);
	fprintf(stderr, PROG ": %s: warning: %s\n", s->blob, line);
}

/* Drawn at most once a second, and never in the first one. */
static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;
	int width = 50, full;
	time_t now = time(NULL);

	if (now == s->shown || !total)
		return;
	s->shown = now;
	full = width * (done < total ? done : total) / total;
	fprintf(stderr, "\r[%.*s%*s] %3d%%", full,
		"==================================================",
		width - full, "", full * 100 / width);
	s->bar = true;
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

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start->tv_sec +
	       (now.tv_nsec - start->tv_nsec) / 1e9;
}

static void print_stats(FILE *to, const struct stargz_index_stats *st,
			const struct timespec *start)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	fprintf(to, "entries          %" PRIu64 "\n", st->entries);
	fprintf(to, "inodes           %" PRIu64 "\n", st->inodes);
	fprintf(to, "spans            %" PRIu64 "\n", st->spans);
	fprintf(to, "extents          %" PRIu64 "\n", st->extents);
	fprintf(to, "data bytes       %" PRIu64 "\n", st->data_bytes);
	fprintf(to, "index bytes      %" PRIu64 "\n", st->index_size);
	fprintf(to, "bytes per entry  %.1f\n",
		(double)st->index_size / st->entries);
	fprintf(to, "seconds          %.2f\n", seconds_since(start));
	fprintf(to, "memory KiB       %ld\n", ru.ru_maxrss);
}

static int run(struct settings *s, int fd)
{
	struct stargz_index_stats stats;
	struct stargz_error err = { "" };
	struct output out = { .fd = -1 };
	struct timespec start;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!s->opt.check && output_open(&out, s->output)) {
		fprintf(stderr, PROG ": %s: %s\n", s->output, strerror(errno));
		return EXIT_SYSTEM;
	}
	s->shown = time(NULL);
	ret = stargz_index_blob(fd, &s->opt, out.fd, &stats, &err);
	clear_bar(s);
	if (ret) {
		output_drop(&out);
		fprintf(stderr, PROG ": %s: %s\n", s->blob, err.text);
		return exit_code(ret);
	}
	if (!s->opt.check && output_keep(&out)) {
		fprintf(stderr, PROG ": %s: %s\n", s->output, strerror(errno));
		return EXIT_SYSTEM;
	}
	if (s->verbose)
		fprintf(stderr, PROG ": %s: %" PRIu64 " entries, %s\n", s->blob,
			stats.entries, s->opt.check ? "no fault" : s->output);
	if (s->stats)
		print_stats(out.fd == STDOUT_FILENO ? stderr : stdout, &stats,
			    &start);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	char *beside = NULL;
	int code, fd;

	code = parse_options(&s, argc, argv);
	if (code >= 0)
		return code;
	s.opt.data = &s;
	if (!s.quiet)
		s.opt.warn = on_warning;
	if (!s.quiet && isatty(STDERR_FILENO))
		s.opt.progress = on_progress;
	fd = open(s.blob, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, PROG ": %s: %s\n", s.blob, strerror(errno));
		return EXIT_SYSTEM;
	}
	if (!s.output && asprintf(&beside, "%s.index", s.blob) < 0) {
		fprintf(stderr, PROG ": %s: out of memory\n", s.blob);
		return EXIT_SYSTEM;
	}
	if (!s.output)
		s.output = beside;
	code = run(&s, fd);
	if (fflush(stdout) && code == EXIT_OK) {
		fprintf(stderr, PROG ": standard output: %s\n",
			strerror(errno));
		code = EXIT_SYSTEM;
	}
	free(beside);
	close(fd);
	return code;
}
