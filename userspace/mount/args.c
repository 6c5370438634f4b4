// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: the command line. mount(8) and busybox put flags before,
 * between and after source and directory.
 */
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "stargz/version.h"
#include "stargz_fs.h"
#include "xalloc.h"

#define TEXT(n)		#n
#define NUMBER_TEXT(n)	TEXT(n)

static const char synopsis[] =
"Usage: " MSG_PROGRAM " [-sfnvV] [-N NS] [-o OPTIONS] [-t TYPE] SOURCE DIR\n"
"\n"
"Mount a container layer, or an image with an index of its own, read-only.\n"
"SOURCE is a regular file, a loop device or another block device.\n";

static bool is_our_type(const char *type)
{
	static const char ours[] = "stargz";

	return !strcmp(type, ours) ||
	       (!strncmp(type, ours, strlen(ours)) &&
		type[strlen(ours)] == '.');
}

/* A process id refers to the mount namespace of the process. */
static char *namespace_file(const char *arg)
{
	if (*arg && strspn(arg, "0123456789") == strlen(arg))
		return xasprintf("/proc/%s/ns/mnt", arg);
	return xabsolute(arg);
}

static const char *take_operand(void *at, const char *text)
{
	struct args *args = at;

	if (!args->source)
		args->source = text;
	else if (!args->target)
		args->target = xabsolute(text);
	else
		return "too many arguments";
	return NULL;
}

static const char *take_namespace(void *at, const struct option_value *value)
{
	struct args *args = at;

	free(args->ns);
	args->ns = namespace_file(value->text);
	return NULL;
}

static const char *take_options(void *at, const struct option_value *value)
{
	return options_parse(at, value->text) ? option_reported : NULL;
}

static const char *take_type(void *at, const struct option_value *value)
{
	(void)at;
	return is_our_type(value->text) ? NULL : "not stargz";
}

static const char *take_verbose(void *at, const struct option_value *value)
{
	(void)at;
	(void)value;
	msg_set_verbose();
	return NULL;
}

static const char *const types[] = { "stargz", NULL };

static const struct option_row rows[] = {
	{ OPTION('f', NULL, OPTION_STORE(struct args, fake)),
	  .help = "do everything but mount" },
	{ OPTION('n', NULL, OPTION_CALL(option_ignore)),
	  .help = "accepted for mount(8); /etc/mtab is never written" },
	{ OPTION('N', NULL, OPTION_CALL(take_namespace)),
	  .kind = OPTION_FILE, .argument = "NS",
	  .help = "mount in the mount namespace of this process or file" },
	{ OPTION('o', NULL, OPTION_CALL_AT(take_options, struct args, opt)),
	  .kind = OPTION_KEYS, .argument = "OPTIONS",
	  .help = "mount options, separated by commas" },
	{ OPTION('s', NULL, OPTION_STORE(struct args, sloppy)),
	  .help = "ignore options that the kernel does not know" },
	{ OPTION('t', NULL, OPTION_CALL(take_type)),
	  .kind = OPTION_TEXT, .argument = "TYPE", .words = types,
	  .help = "stargz, or stargz.SUBTYPE" },
	{ OPTION('v', NULL, OPTION_CALL(take_verbose)),
	  .help = "report each step" },
};

static const struct option_table table = {
	.program = MSG_PROGRAM,
	.version = STARGZ_TOOLS_VERSION
		   " (index format " NUMBER_TEXT(STARGZ_VERSION) ")",
	.synopsis = synopsis,
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.sizes = SIZE_MOUNT,
	.keys = &mount_option_keys,
	.operand = take_operand,
	.exit_usage = MOUNT_USAGE,
};

int args_parse(struct args *args, int argc, char **argv)
{
	int code;

	memset(args, 0, sizeof(*args));
	options_init(&args->opt);
	code = option_parse(&table, args, argc, argv);
	if (code < 0 && !args->target)
		return option_usage(&table, "SOURCE and DIR",
				    "are required; see " MSG_PROGRAM " --help");
	return code;
}

void args_free(struct args *args)
{
	free(args->target);
	free(args->ns);
	options_free(&args->opt);
}
