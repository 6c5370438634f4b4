// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: the command line, as mount(8) and busybox make it: flags may
 * come before, between and after source and directory.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "stargz/version.h"
#include "stargz_fs.h"
#include "xalloc.h"

static const char usage_line[] =
"Usage: mount.stargz [-sfnvV] [-N NS] [-o OPTIONS] [-t TYPE] SOURCE DIR\n";

static const char flags_help[] =
"Mount a container layer, or an image with an index of its own, read-only.\n"
"SOURCE is a regular file, a loop device or another block device.\n"
"\n"
"  -f             do everything but mount\n"
"  -n             do not write /etc/mtab; always so\n"
"  -N NS          mount in the mount namespace of this process or file\n"
"  -o OPTIONS     mount options, separated by commas\n"
"  -s             ignore options that the kernel does not know\n"
"  -t TYPE        stargz, or stargz.SUBTYPE\n"
"  -v             say what is done\n"
"  -h, --help     print this help\n"
"  -V, --version  print the version\n"
"\n"
"Options of mount(8) apply; ours are:\n";

static enum mount_exit usage(const char *why)
{
	msg_error(NULL, "%s; see mount.stargz --help", why);
	return MOUNT_USAGE;
}

static void print_help(void)
{
	printf("%s\n%s%s", usage_line, flags_help, options_help());
	exit(MOUNT_OK);
}

static void print_version(void)
{
	printf("mount.stargz %s (index format %d)\n", STARGZ_TOOLS_VERSION,
	       STARGZ_VERSION);
	exit(MOUNT_OK);
}

static bool is_our_type(const char *type)
{
	static const char ours[] = "stargz";

	return !strcmp(type, ours) ||
	       (!strncmp(type, ours, strlen(ours)) &&
		type[strlen(ours)] == '.');
}

/* A process stands for the mount namespace it is in. */
static char *namespace_file(const char *arg)
{
	if (*arg && strspn(arg, "0123456789") == strlen(arg))
		return xasprintf("/proc/%s/ns/mnt", arg);
	return xabsolute(arg);
}

static enum mount_exit operand(struct args *args, const char *arg)
{
	if (!args->source)
		args->source = arg;
	else if (!args->target)
		args->target = xabsolute(arg);
	else
		return usage("too many arguments");
	return MOUNT_OK;
}

static enum mount_exit flag(struct args *args, int c, const char *arg)
{
	switch (c) {
	case 1:
		return operand(args, arg);
	case 'f':
		args->fake = true;
		return MOUNT_OK;
	case 's':
		args->sloppy = true;
		return MOUNT_OK;
	case 'n':
		return MOUNT_OK;
	case 'v':
		msg_set_verbose();
		return MOUNT_OK;
	case 'N':
		free(args->ns);
		args->ns = namespace_file(arg);
		return MOUNT_OK;
	case 'o':
		return options_parse(&args->opt, arg);
	case 't':
		return is_our_type(arg) ? MOUNT_OK :
		       usage("-t is not stargz");
	case 'h':
		print_help();
		/* fall through */
	case 'V':
		print_version();
		/* fall through */
	default:
		return MOUNT_USAGE;
	}
}

enum mount_exit args_parse(struct args *args, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	enum mount_exit ret = MOUNT_OK;
	int c;

	memset(args, 0, sizeof(*args));
	options_init(&args->opt);
	/* For the messages of getopt_long(). */
	if (argc)
		argv[0] = (char *)"mount.stargz";
	/* The dash: operands as they come, whatever POSIXLY_CORRECT says. */
	while (!ret && (c = getopt_long(argc, argv, "-fhnN:o:st:vV",
					long_options, NULL)) != -1)
		ret = flag(args, c, optarg);
	while (!ret && optind < argc)
		ret = operand(args, argv[optind++]);
	if (!ret && !args->target)
		ret = usage("SOURCE and DIR are needed");
	return ret;
}

void args_free(struct args *args)
{
	free(args->target);
	free(args->ns);
	options_free(&args->opt);
}
