// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump.stargz: the command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stargz/version.h"
#include "options.h"

enum { OPT_LS = 256, OPT_STAT, OPT_CAT, OPT_INO, OPT_TOC, OPT_DUMP, OPT_DIFF,
	OPT_BLOB, OPT_JSON, OPT_TOC_FILE };

static const struct option options[] = {
	{ "superblock", no_argument, NULL, 's' },
	{ "statistics", no_argument, NULL, 'S' },
	{ "ls", optional_argument, NULL, OPT_LS },
	{ "recursive", no_argument, NULL, 'R' },
	{ "stat", required_argument, NULL, OPT_STAT },
	{ "cat", required_argument, NULL, OPT_CAT },
	{ "extents", required_argument, NULL, 'e' },
	{ "ino", required_argument, NULL, OPT_INO },
	{ "toc", no_argument, NULL, OPT_TOC },
	{ "dump", no_argument, NULL, OPT_DUMP },
	{ "diff", no_argument, NULL, OPT_DIFF },
	{ "extract-blob", required_argument, NULL, OPT_BLOB },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "output", required_argument, NULL, 'o' },
	{ "index", required_argument, NULL, INPUT_INDEX },
	{ "device", required_argument, NULL, INPUT_DEVICE },
	{ "toc-digest", required_argument, NULL, INPUT_TOC_DIGEST },
	{ "annotation", required_argument, NULL, INPUT_ANNOTATION },
	{ "raw", no_argument, NULL, INPUT_RAW },
	{ "toc-file", required_argument, NULL, OPT_TOC_FILE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char help[] =
"Usage: " PROG " [COMMAND] [OPTION]... BLOB|INDEX|IMAGE\n"
"       " PROG " --diff [OPTION]... A B\n"
"\n"
"Look inside a container layer, an index or a device image.\n"
"\n"
"Commands:\n"
"  -s, --superblock      what the index says of itself; this is done if nothing\n"
"                        else is asked for\n"
"  -S, --statistics      what there is, how well it is compressed, and what the\n"
"                        index takes\n"
"      --ls[=PATH]       list a directory, of itself the root\n"
"  -R, --recursive       and all below it\n"
"      --stat=PATH       all attributes of a file\n"
"      --cat=PATH        content of a file\n"
"  -e, --extents=PATH    where the content of a file is\n"
"      --ino=N           the attributes of an inode by its number\n"
"      --toc             the tree as the table of contents of an eStargz layer\n"
"      --dump            the tree as text, see stargz-dump(5)\n"
"      --diff            compare two of them; content too\n"
"      --extract-blob=N  a blob of a device image, the first one being 0\n"
"\n"
"Options:\n"
"      --json            print JSON\n"
"  -o, --output=FILE     write there and not to standard output\n"
"      --index=FILE      the index of BLOB, in place of one made anew\n"
"      --device=FILE     a blob that the index refers to, as for mount(8)\n"
"      --toc-file=FILE   take the table of contents from FILE\n"
"      --toc-digest=D    insist on this digest of it, sha256:HEX\n"
"      --annotation=KEY=VALUE\n"
"                        what the manifest says of the layer\n"
"      --raw             whiteouts and landmarks as they are in the tar\n"
"  -q, --quiet           no warnings, no progress bar\n"
"  -h, --help            this text\n"
"  -V, --version         version\n"
"\n"
"Exit status: 0 done, with --diff no differences, 1 differences, 2 trouble.\n";

static int usage(const char *why, const char *what)
{
	fprintf(stderr, PROG ": %s: %s\n", what, why);
	fprintf(stderr, "Try '" PROG " --help'.\n");
	return EXIT_TROUBLE;
}

static bool parse_number(const char *text, uint32_t *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > UINT32_MAX)
		return false;
	*number = value;
	return true;
}

/* Only one thing is done; returns -1 to go on. */
static int take_command(struct settings *s, enum command todo,
			const char *path)
{
	if (s->command != CMD_SUPERBLOCK)
		return usage("one command at a time", "too many");
	s->command = todo;
	s->path = path;
	return -1;
}

/* An option that is not a command; returns -1 to go on, else the exit code. */
static int take_option(struct settings *s, int c)
{
	const char *why;

	switch (c) {
	case 'R':
		s->recursive = true;
		return -1;
	case OPT_JSON:
		s->json = true;
		return -1;
	case 'o':
		s->output = optarg;
		return -1;
	case OPT_TOC_FILE:
		s->opt.toc_path = optarg;
		return -1;
	case 'q':
		s->quiet = true;
		return -1;
	case 'h':
		fputs(help, stdout);
		return EXIT_SAME;
	case 'V':
		puts(PROG " " STARGZ_TOOLS_VERSION);
		return EXIT_SAME;
	default:
		if (c < INPUT_INDEX) {
			fprintf(stderr, "Try '" PROG " --help'.\n");
			return EXIT_TROUBLE;
		}
		why = inputs_option(&s->inputs, &s->opt, c);
		return why ? usage(why, optarg) : -1;
	}
}

static int take(struct settings *s, int c)
{
	switch (c) {
	case 's':
		return take_command(s, CMD_SUPERBLOCK, NULL);
	case 'S':
		return take_command(s, CMD_STATISTICS, NULL);
	case OPT_LS:
		return take_command(s, CMD_LIST, optarg ? optarg : "");
	case OPT_STAT:
		return take_command(s, CMD_STAT, optarg);
	case OPT_CAT:
		return take_command(s, CMD_CAT, optarg);
	case 'e':
		return take_command(s, CMD_EXTENTS, optarg);
	case OPT_INO:
		if (!parse_number(optarg, &s->ino) || !s->ino)
			return usage("not an inode number", optarg);
		return take_command(s, CMD_STAT, NULL);
	case OPT_TOC:
		return take_command(s, CMD_TOC, NULL);
	case OPT_DUMP:
		return take_command(s, CMD_DUMP, NULL);
	case OPT_DIFF:
		return take_command(s, CMD_DIFF, NULL);
	case OPT_BLOB:
		if (!parse_number(optarg, &s->blob))
			return usage("not the number of a blob", optarg);
		return take_command(s, CMD_BLOB, NULL);
	default:
		return take_option(s, c);
	}
}

/* What goes together and what does not; returns -1 to go on. */
static int check_options(const struct settings *s)
{
	size_t want = s->command == CMD_DIFF ? 2 : 1;

	if (s->count < want)
		return usage("is missing", want == 2 ? "A or B" : "BLOB");
	if (s->count > want)
		return usage("is one too many", s->files[want]);
	if (s->command == CMD_DIFF && inputs_single(&s->inputs, &s->opt))
		return usage("belong to one file, not to two",
			     "these options");
	if (s->recursive && s->command != CMD_LIST)
		return usage("is for --ls", "--recursive");
	if (s->json && s->command > CMD_EXTENTS)
		return usage("is not for this command", "--json");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int c;

	s->threads = cpus < 1 ? 1 : cpus;
	while ((c = getopt_long(argc, argv, "sSRe:o:qhV", options, NULL)) !=
	       -1) {
		int code = take(s, c);

		if (code >= 0)
			return code;
	}
	s->files = argv + optind;
	s->count = argc - optind;
	return check_options(s);
}
