// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz: the command line.
 */
#include <getopt.h>
#include <unistd.h>

#include "option_table.h"
#include "options.h"
#include "stargz/version.h"

/* More threads are not faster. */
#define THREADS_MAX	256

static const char synopsis[] =
"Usage: " PROG " [-a|-p|-y|-n] [-f] [OPTION]... BLOB|IMAGE|DEVICE...\n"
"       " PROG " --extract=DIR [--path=PATH] [OPTION]... BLOB|IMAGE|DEVICE\n"
"\n"
"Check container layers, indexes and device images. The program never writes to\n"
"them.\n";

static const char epilog[] =
"Exit status, the sum of: 0 clean, 4 errors left uncorrected, 8 operational\n"
"error, 16 usage.\n";

static const struct option_row rows[] = {
	{ OPTION('a', NULL, OPTION_CALL(option_ignore)),
	  .help = "accepted for fsck(8); nothing can be repaired" },
	{ OPTION('p', NULL, OPTION_CALL(option_ignore)), .help = "same as -a" },
	{ OPTION('y', NULL, OPTION_CALL(option_ignore)), .help = "same as -a" },
	{ OPTION('n', NULL, OPTION_CALL(option_ignore)), .help = "same as -a" },
	{ OPTION('f', "force", OPTION_STORE(struct settings, full)),
	  .help = "check each record, all content, every checksum and digest; "
		  "without it only superblock, tables, sizes and footer" },
	{ OPTION('j', "jobs", OPTION_STORE(struct settings, threads)),
	  .kind = OPTION_NUMBER, .argument = "N", .min = 1, .max = THREADS_MAX,
	  .help = "decode with N threads", .preset = "number of CPUs" },
	INPUT_INDEX(struct settings),
	INPUT_DEVICE(struct settings),
	{ OPTION(0, "toc", OPTION_STORE(struct settings, opt.toc_path)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "read the table of contents from FILE" },
	INPUT_TOC_DIGEST(struct settings),
	INPUT_ANNOTATION(struct settings),
	INPUT_RAW(struct settings),
	{ OPTION(0, "extract", OPTION_STORE(struct settings, extract)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .help = "write the tree to DIR, and create DIR if it is missing" },
	{ OPTION(0, "path", OPTION_STORE(struct settings, path)),
	  .kind = OPTION_TEXT, .argument = "PATH",
	  .help = "with --extract: write only PATH of the tree" },
	{ OPTION(0, "overwrite", OPTION_STORE(struct settings, overwrite)),
	  .help = "with --extract: replace existing files in DIR" },
	{ OPTION(0, "json", OPTION_STORE(struct settings, json)),
	  .help = "print the results as JSON, an object for each file" },
	{ OPTION('q', "quiet", OPTION_STORE(struct settings, quiet)),
	  .help = "print only faults" },
	{ OPTION('v', "verbose", OPTION_STORE(struct settings, verbose)),
	  .help = "also print the number of spans and bytes" },
};

static const struct option_table table = {
	.program = PROG,
	.version = STARGZ_TOOLS_VERSION,
	.synopsis = synopsis,
	.epilog = epilog,
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.exit_usage = EXIT_USAGE,
};

static int usage(const char *why, const char *what)
{
	return option_usage(&table, what, why);
}

/* Check combinations of options; returns -1 to continue, else the exit code. */
static int check_options(const struct settings *s)
{
	if (!s->count)
		return usage("is missing", "BLOB");
	if (s->count > 1 && (s->extract || inputs_single(&s->inputs, &s->opt)))
		return usage("is a second file, which cannot be used with "
			     "--extract, --index, --device, --toc, --toc-digest "
			     "and --annotation", s->files[1]);
	if (!s->extract && (s->path || s->overwrite))
		return usage("requires --extract",
			     s->path ? "--path" : "--overwrite");
	if (s->json && s->extract)
		return usage("cannot be used with --extract", "--json");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int code;

	s->threads = cpus < 1 ? 1 : cpus > THREADS_MAX ? THREADS_MAX : cpus;
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	s->files = argv + optind;
	s->count = argc - optind;
	return check_options(s);
}
