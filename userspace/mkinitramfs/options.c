// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-mkinitramfs: the command line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"
#include "options.h"
#include "stargz/version.h"

static const char synopsis[] =
"Usage: " PROG " [OPTION]... --kernel RELEASE -o FILE\n"
"\n"
"Make an initramfs that mounts a disk of stargz-image as the root and starts its\n"
"init: the modules that this needs, and one static program. See\n"
"stargz.cmdline(7) for the kernel command line.\n";

static const char epilog[] =
"Exit status: 0 done, 1 usage, 2 a file could not be read or written, 4 the\n"
"kernel lacks a module, or a module is for another kernel.\n";

static const char *take_module(void *at, const struct option_value *value)
{
	struct settings *s = at;

	if (!*value->text)
		return "is empty";
	s->no_modules = !strcmp(value->text, "none");
	if (s->no_modules)
		names_free(&s->modules);
	else if (!names_add(&s->modules, value->text))
		return "out of memory";
	return NULL;
}

/* The release is the name of a directory. */
static const char *take_kernel(void *at, const struct option_value *value)
{
	if (!*value->text || strchr(value->text, '/') || *value->text == '.')
		return "is not the release of a kernel, such as 6.12.1-amd64";
	*(const char **)at = value->text;
	return NULL;
}

static const char *const compressions[] = { "gzip", "zstd", "xz", "none", NULL };
static const char *const none[] = { "none", NULL };

static const struct option_row rows[] = {
	{ OPTION('k', "kernel",
		 OPTION_CALL_AT(take_kernel, struct settings, kernel)),
	  .kind = OPTION_TEXT, .argument = "RELEASE",
	  .help = "release of the kernel, as uname -r prints it" },
	{ OPTION('o', "output", OPTION_STORE(struct settings, output)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "write the initramfs to FILE; - is standard output" },
	{ OPTION(0, "root", OPTION_STORE(struct settings, root)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .help = "look for the modules of the kernel in DIR/lib/modules or "
		  "DIR/usr/lib/modules", .preset = "/" },
	{ OPTION('m', "module", OPTION_CALL(take_module)),
	  .kind = OPTION_FILE, .argument = "MODULE|none", .words = none,
	  .help = "add a module by its name or file (with a / or .ko); "
		  "repeatable; none: the kernel has all built in" },
	{ OPTION(0, "init", OPTION_STORE(struct settings, init)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "use this static program as the init of the initramfs" },
	{ OPTION('z', "compress", OPTION_STORE(struct settings, compress)),
	  .kind = OPTION_CHOICE, .argument = "gzip|zstd|xz|none",
	  .words = compressions,
	  .help = "compression that the kernel supports", .preset = "gzip" },
	{ OPTION(0, "force", OPTION_STORE(struct settings, force)),
	  .help = "overwrite a device that has data on it" },
	{ OPTION('v', "verbose", OPTION_STORE(struct settings, verbose)),
	  .help = "list the modules" },
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

/* The time of all entries, for reproducible builds: $SOURCE_DATE_EPOCH or 0. */
static int take_epoch(struct settings *s)
{
	/* The format newc has eight hexadecimal digits for a time. */
	static const struct option_row row = {
		.kind = OPTION_NUMBER, .max = UINT32_MAX,
	};
	struct option_value value = { .text = getenv("SOURCE_DATE_EPOCH") };
	const char *why;

	if (!value.text)
		return -1;
	why = option_convert(&row, table.sizes, &value);
	if (why)
		return option_usage(&table, "$SOURCE_DATE_EPOCH", why);
	s->time = value.number;
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	int code = option_parse(&table, s, argc, argv);

	if (code >= 0)
		return code;
	if (optind < argc)
		return option_usage(&table, argv[optind],
				    "no operand is expected");
	if (!s->kernel)
		return option_usage(&table, "--kernel", "is missing");
	if (!s->output)
		return option_usage(&table, "--output", "is missing");
	return take_epoch(s);
}
