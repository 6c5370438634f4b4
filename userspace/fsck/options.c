// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz: the command line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stargz/version.h"
#include "options.h"

/* More threads than that are no help to anybody. */
#define THREADS_MAX	256

enum { OPT_TOC = 256, OPT_EXTRACT, OPT_PATH, OPT_OVERWRITE };

static const struct option options[] = {
	{ "force", no_argument, NULL, 'f' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "index", required_argument, NULL, INPUT_INDEX },
	{ "device", required_argument, NULL, INPUT_DEVICE },
	{ "toc-digest", required_argument, NULL, INPUT_TOC_DIGEST },
	{ "annotation", required_argument, NULL, INPUT_ANNOTATION },
	{ "raw", no_argument, NULL, INPUT_RAW },
	{ "toc", required_argument, NULL, OPT_TOC },
	{ "extract", required_argument, NULL, OPT_EXTRACT },
	{ "path", required_argument, NULL, OPT_PATH },
	{ "overwrite", no_argument, NULL, OPT_OVERWRITE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char help[] =
"Usage: " PROG " [-a|-p|-y|-n] [-f] [OPTION]... BLOB|IMAGE|DEVICE...\n"
"       " PROG " --extract=DIR [--path=PATH] [OPTION]... BLOB|IMAGE|DEVICE\n"
"\n"
"Check container layers, indexes of them and device images. Nothing is ever\n"
"written to them.\n"
"\n"
"  -a, -p, -y, -n        accepted for fsck(8); nothing can be repaired\n"
"  -f, --force           check everything: each record, all content, every\n"
"                        checksum and digest; else superblock, tables, sizes\n"
"                        and footer\n"
"  -j, --jobs=N          decode with so many threads (number of CPUs)\n"
"      --index=FILE      the index of BLOB, in place of one made for the check\n"
"      --device=FILE     a blob that the index refers to, as for mount(8)\n"
"      --toc=FILE        take the table of contents from FILE\n"
"      --toc-digest=D    insist on this digest of it, sha256:HEX\n"
"      --annotation=KEY=VALUE\n"
"                        what the manifest says of the layer\n"
"      --raw             whiteouts and landmarks as they are in the tar\n"
"      --extract=DIR     write the tree to DIR, which is made if need be\n"
"      --path=PATH       of the tree only this\n"
"      --overwrite       replace files that are in DIR\n"
"  -q, --quiet           faults only\n"
"  -v, --verbose         say what there is, too\n"
"  -h, --help            this text\n"
"  -V, --version         version\n"
"\n"
"Exit status, added up: 0 clean, 4 errors left uncorrected, 8 could not be\n"
"done, 16 usage.\n";

static int usage(const char *why, const char *what)
{
	fprintf(stderr, PROG ": %s: %s\n", what, why);
	fprintf(stderr, "Try '" PROG " --help'.\n");
	return EXIT_USAGE;
}

static bool parse_threads(const char *text, unsigned int *threads)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n < 1 || n > THREADS_MAX)
		return false;
	*threads = n;
	return true;
}

/* Options that take no value; returns -1 to go on, else the exit code. */
static int take_flag(struct settings *s, int c)
{
	switch (c) {
	case 'a':
	case 'p':
	case 'y':
	case 'n':
		return -1;
	case 'f':
		s->full = true;
		return -1;
	case OPT_OVERWRITE:
		s->overwrite = true;
		return -1;
	case 'q':
		s->quiet = true;
		return -1;
	case 'v':
		s->verbose = true;
		return -1;
	case 'h':
		fputs(help, stdout);
		return EXIT_CLEAN;
	case 'V':
		puts(PROG " " STARGZ_TOOLS_VERSION);
		return EXIT_CLEAN;
	default:
		fprintf(stderr, "Try '" PROG " --help'.\n");
		return EXIT_USAGE;
	}
}

static int take_option(struct settings *s, int c)
{
	const char *why;

	switch (c) {
	case 'j':
		return parse_threads(optarg, &s->threads) ? -1 :
			usage("not a number of threads from 1 to 256", optarg);
	case OPT_TOC:
		s->opt.toc_path = optarg;
		return -1;
	case OPT_EXTRACT:
		s->extract = optarg;
		return -1;
	case OPT_PATH:
		s->path = optarg;
		return -1;
	default:
		if (c < INPUT_INDEX)
			return take_flag(s, c);
		why = inputs_option(&s->inputs, &s->opt, c);
		return why ? usage(why, optarg) : -1;
	}
}

/* What goes together and what does not; returns -1 to go on. */
static int check_options(const struct settings *s)
{
	if (!s->count)
		return usage("is missing", "BLOB");
	if (s->count > 1 && (s->extract || inputs_single(&s->inputs, &s->opt)))
		return usage("one at a time with these options", s->files[1]);
	if (!s->extract && (s->path || s->overwrite))
		return usage("is for --extract",
			     s->path ? "--path" : "--overwrite");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int c;

	s->threads = cpus < 1 ? 1 : cpus > THREADS_MAX ? THREADS_MAX : cpus;
	while ((c = getopt_long(argc, argv, "apynfj:qvhV", options, NULL)) !=
	       -1) {
		int code = take_option(s, c);

		if (code >= 0)
			return code;
	}
	s->files = argv + optind;
	s->count = argc - optind;
	return check_options(s);
}
