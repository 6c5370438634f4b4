// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump.stargz: the command line.
 */
#include <getopt.h>
#include <unistd.h>

#include "option_table.h"
#include "options.h"
#include "stargz/version.h"

static const char synopsis[] =
"Usage: " PROG " [COMMAND] [OPTION]... BLOB|INDEX|IMAGE\n"
"       " PROG " --diff [OPTION]... A B\n"
"\n"
"Inspect a container layer, an index or a device image.\n";

static const char epilog[] =
"Exit status: 0 done, or no differences with --diff, 1 differences, 2 error.\n";

static const char *take_command(void *at, const struct option_value *value)
{
	struct settings *s = at;

	if (s->command != CMD_SUPERBLOCK)
		return "one command at a time";
	s->command = value->code;
	s->path = value->text;
	return NULL;
}

static const char *take_ls(void *at, const struct option_value *value)
{
	struct settings *s = at;
	const char *why = take_command(s, value);

	if (!why && !s->path)
		s->path = "";
	return why;
}

static const char *take_ino(void *at, const struct option_value *value)
{
	struct settings *s = at;
	const char *why = take_command(s, value);

	s->path = NULL;
	s->ino = value->number;
	return why;
}

static const char *take_blob(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->blob = value->number;
	return take_command(s, value);
}

static const struct option_row rows[] = {
	{ OPTION('s', "superblock", OPTION_CALL(take_command)),
	  .code = CMD_SUPERBLOCK, .section = "Commands",
	  .help = "print the superblock, tables and blobs; the default command" },
	{ OPTION('S', "statistics", OPTION_CALL(take_command)),
	  .code = CMD_STATISTICS,
	  .help = "print counts, compression ratios and the size of the index" },
	{ OPTION(0, "ls", OPTION_CALL(take_ls)), .code = CMD_LIST,
	  .kind = OPTION_TEXT, .argument = "PATH", .optional = true,
	  .help = "list a directory; without PATH, the root" },
	{ OPTION('R', "recursive", OPTION_STORE(struct settings, recursive)),
	  .help = "with --ls: also list everything below it" },
	{ OPTION(0, "stat", OPTION_CALL(take_command)), .code = CMD_STAT,
	  .kind = OPTION_TEXT, .argument = "PATH",
	  .help = "print all attributes of a file" },
	{ OPTION(0, "cat", OPTION_CALL(take_command)), .code = CMD_CAT,
	  .kind = OPTION_TEXT, .argument = "PATH",
	  .help = "print the content of a file" },
	{ OPTION('e', "extents", OPTION_CALL(take_command)),
	  .code = CMD_EXTENTS, .kind = OPTION_TEXT, .argument = "PATH",
	  .help = "print the extents of a file" },
	{ OPTION(0, "ino", OPTION_CALL(take_ino)), .code = CMD_STAT,
	  .kind = OPTION_NUMBER, .argument = "N", .min = 1, .max = UINT32_MAX,
	  .help = "print all attributes of inode N" },
	{ OPTION(0, "toc", OPTION_CALL(take_command)), .code = CMD_TOC,
	  .help = "print the tree as the table of contents of an eStargz layer" },
	{ OPTION(0, "dump", OPTION_CALL(take_command)), .code = CMD_DUMP,
	  .help = "print the tree as text, see stargz-dump(5)" },
	{ OPTION(0, "diff", OPTION_CALL(take_command)), .code = CMD_DIFF,
	  .help = "compare two trees, including content; each is a layer, an "
		  "index, an image or a directory" },
	{ OPTION(0, "extract-blob", OPTION_CALL(take_blob)), .code = CMD_BLOB,
	  .kind = OPTION_NUMBER, .argument = "N", .max = UINT32_MAX,
	  .help = "write blob N of a device image; the first blob is 0" },
	{ OPTION(0, "json", OPTION_STORE(struct settings, json)),
	  .section = "Options", .help = "print JSON" },
	COLOR_OPTION(struct settings),
	{ OPTION('o', "output", OPTION_STORE(struct settings, output)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "write to FILE instead of standard output" },
	INPUT_INDEX(struct settings),
	INPUT_DEVICE(struct settings),
	{ OPTION(0, "toc-file", OPTION_STORE(struct settings, opt.toc_path)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "read the table of contents from FILE" },
	INPUT_TOC_DIGEST(struct settings),
	INPUT_ANNOTATION(struct settings),
	INPUT_RAW(struct settings),
	{ OPTION('q', "quiet", OPTION_STORE(struct settings, quiet)),
	  .help = "no warnings, no progress bar" },
};

static const struct option_table table = {
	.program = PROG,
	.version = STARGZ_TOOLS_VERSION,
	.synopsis = synopsis,
	.epilog = epilog,
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.exit_usage = EXIT_TROUBLE,
};

static int usage(const char *why, const char *what)
{
	return option_usage(&table, what, why);
}

/* Check combinations of options; returns -1 to continue, else the exit code. */
static int check_options(const struct settings *s)
{
	size_t want = s->command == CMD_DIFF ? 2 : 1;

	if (s->count < want)
		return usage("is missing", want == 2 ? "A or B" : "BLOB");
	if (s->count > want)
		return usage("is one argument too many", s->files[want]);
	if (s->command == CMD_DIFF && inputs_single(&s->inputs, &s->opt))
		return usage("cannot be used with --index, --device, "
			     "--toc-file, --toc-digest and --annotation",
			     "--diff");
	if (s->recursive && s->command != CMD_LIST)
		return usage("requires --ls", "--recursive");
	if (s->json && s->command > CMD_EXTENTS)
		return usage("cannot be used with this command", "--json");
	if (s->color != COLOR_AUTO && s->command != CMD_DIFF)
		return usage("requires --diff", "--color");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int code;

	s->threads = cpus < 1 ? 1 : cpus;
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	s->files = argv + optind;
	s->count = argc - optind;
	return check_options(s);
}
