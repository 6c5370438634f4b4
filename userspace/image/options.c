// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the command line.
 */
#include <string.h>

#include "../mount/options.h"
#include "option_table.h"
#include "options.h"
#include "stargz/version.h"

static const char synopsis[] =
"Usage: " PROG " COMMAND [OPTION]... [ARGUMENT]...\n"
"\n"
"Look into, mount and run images of containers, without unpacking them. IMAGE is\n"
"  oci:DIR[:TAG]            directory in the OCI layout\n"
"  oci-archive:FILE[:TAG]   tar of such a directory\n"
"  docker-archive:FILE[:REF]\n"
"                           tar of docker save\n"
"  dir:DIR                  directory of skopeo\n"
"  containerd:[NS/]REF      image of containerd\n"
"  DIR@sha256:HEX           directory of blobs, and digest of a manifest or index\n";

static const char epilog[] =
"Exit status: 0 done, 1 usage, 2 a file could not be read or written, 3 unknown\n"
"kind of image, 4 damaged, too large or wrong digest. mount and umount: as\n"
"mount(8). run: that of the container, or 125 no container, 126 not executable,\n"
"127 no such command.\n";

static const struct option_command commands[] = {
	[COMMAND_LS] = { "ls", "IMAGE", "list the images of a directory or archive" },
	[COMMAND_INFO] = { "info", "IMAGE", "describe an image and its layers" },
	[COMMAND_VERIFY] = { "verify", "IMAGE",
			     "read all layers and compare all digests" },
	[COMMAND_MOUNT] = { "mount", "IMAGE DIR",
			    "mount an image, read-only or with a writable layer" },
	[COMMAND_UMOUNT] = { "umount", "DIR", "unmount an image" },
	[COMMAND_DISK] = { "disk", "IMAGE",
			   "write an image for a disk: an index and the layers" },
	[COMMAND_RUN] = { "run", "IMAGE [-- CMD...]",
			  "run a command in a container" },
	[COMMAND_GC] = { "gc", "",
			 "remove what is left of containers that were killed" },
	{ NULL, NULL, NULL },
};

static const char *take_operand(void *at, const char *text)
{
	struct settings *s = at;

	if (s->command == COMMAND_GC)
		return "gc takes no argument";
	if (!s->image) {
		s->image = text;
		return NULL;
	}
	if (s->command == COMMAND_MOUNT && !s->dir) {
		s->dir = text;
		return NULL;
	}
	if (s->command != COMMAND_RUN)
		return "too many arguments";
	return names_add(&s->args, text) ? NULL : "out of memory";
}

#define ONLY(name)	OPTION_COMMAND(COMMAND_##name)
#define ONLY_MOUNTS	(ONLY(MOUNT) | ONLY(RUN))
#define ONLY_IMAGE	(ONLY(INFO) | ONLY(VERIFY) | ONLY_MOUNTS | ONLY(DISK))

static const char *const uppers[] = { "tmpfs", NULL };
static const char *const verifications[] = { "none", "crc", "digest", NULL };
static const char *const runtimes[] = { "crun", "runc", NULL };
static const char *const networks[] = { "none", "host", NULL };

static const struct option_row rows[] = {
	{ OPTION(0, "platform", OPTION_STORE(struct settings, platform)),
	  .kind = OPTION_TEXT, .argument = "OS/ARCH[/VARIANT]",
	  .only = ONLY_IMAGE,
	  .help = "platform of the image, in the names of Go; by default that of "
		  "this machine, if there are several" },
	{ OPTION(0, "containerd-root", OPTION_STORE(struct settings,
						    containerd)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .only = ONLY_IMAGE | ONLY(LS),
	  .help = "where containerd has its content",
	  .preset = "/var/lib/containerd" },
	{ OPTION(0, "json", OPTION_STORE(struct settings, json)),
	  .only = ONLY(LS) | ONLY(INFO) | ONLY(VERIFY),
	  .help = "print JSON" },
	{ OPTION('q', "quiet", OPTION_STORE(struct settings, quiet)),
	  .help = "no warnings, no progress bar" },
	{ OPTION('v', "verbose", OPTION_STORE(struct settings, verbose)),
	  .help = "report each step" },
	{ OPTION(0, "overlay", OPTION_STORE(struct settings, overlay)),
	  .only = ONLY_MOUNTS, .section = "Options of mount and run",
	  .help = "mount each layer, and overlayfs on top of the layers; images "
		  "share layers (default)" },
	{ OPTION(0, "merged", OPTION_STORE(struct settings, merged)),
	  .only = ONLY_MOUNTS,
	  .help = "mount all layers as one tree" },
	{ OPTION(0, "rw", OPTION_STORE(struct settings, rw)),
	  .kind = OPTION_FILE, .argument = "tmpfs|DIR|DEV", .words = uppers,
	  .only = ONLY(MOUNT),
	  .help = "writable layer: in memory, in a directory, or on a device "
		  "with a file system" },
	{ OPTION(0, "userxattr", OPTION_STORE(struct settings, userxattr)),
	  .only = ONLY(MOUNT),
	  .help = "overlayfs uses user.overlay. attributes, for a user "
		  "namespace" },
	{ OPTION(0, "verify", OPTION_STORE(struct settings, verify)),
	  .kind = OPTION_CHOICE, .argument = "LEVEL", .words = verifications,
	  .only = ONLY_MOUNTS,
	  .help = "what the kernel verifies when it reads: none: nothing; crc: "
		  "checksums; digest: SHA-256 of all content", .preset = "crc" },
	{ OPTION('f', "fake", OPTION_STORE(struct settings, fake)),
	  .only = ONLY(MOUNT),
	  .help = "do everything but mount: make the indexes" },
	{ OPTION(0, "index-cache", OPTION_STORE(struct settings, cache_dir)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR", .only = ONLY_MOUNTS,
	  .help = "cache indexes in DIR", .preset = INDEX_CACHE_DIR },
	{ OPTION(0, "index-cache-size",
		 OPTION_STORE(struct settings, cache_size)),
	  .kind = OPTION_SIZE, .argument = "N", .max = INT64_MAX,
	  .only = ONLY_MOUNTS,
	  .help = "limit of the cache in bytes, or with K, M, G or T",
	  .preset = "1G" },
	{ OPTION(0, "no-index-cache", OPTION_STORE(struct settings, no_cache)),
	  .only = ONLY_MOUNTS, .help = "do not cache indexes" },
	{ OPTION(0, "runtime", OPTION_STORE(struct settings, runtime)),
	  .kind = OPTION_FILE, .argument = "PROGRAM", .words = runtimes,
	  .only = ONLY(RUN) | ONLY(GC), .section = "Options of run",
	  .help = "OCI runtime; by default the first one of crun and runc that "
		  "is installed" },
	{ OPTION(0, "network", OPTION_STORE(struct settings, host_network)),
	  .kind = OPTION_CHOICE, .argument = "none|host", .words = networks,
	  .only = ONLY(RUN),
	  .help = "none: the container has only a loopback device; host: it "
		  "uses the network of the host", .preset = "none" },
	{ OPTION('o', "output", OPTION_STORE(struct settings, output)),
	  .kind = OPTION_FILE, .argument = "FILE", .only = ONLY(DISK),
	  .section = "Options of disk",
	  .help = "write the image to FILE" },
};

static const struct option_table table = {
	.program = PROG,
	.version = STARGZ_TOOLS_VERSION,
	.synopsis = synopsis,
	.epilog = epilog,
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
	.commands = commands,
	.command = offsetof(struct settings, command),
	.operand = take_operand,
	.exit_usage = EXIT_USAGE,
};

static int usage(const char *what, const char *why)
{
	return option_usage(&table, what, why);
}

int options_parse_command(struct settings *s, int argc, char **argv)
{
	int code;

	memset(s, 0, sizeof(*s));
	s->command = -1;
	s->cache_dir = INDEX_CACHE_DIR;
	s->cache_size = INDEX_CACHE_SIZE;
	s->containerd = "/var/lib/containerd";
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	if (!s->image && s->command != COMMAND_GC)
		return usage(s->command == COMMAND_UMOUNT ? "DIR" : "IMAGE",
			     "is missing");
	if (s->command == COMMAND_MOUNT && !s->dir)
		return usage("DIR", "is missing");
	if (s->command == COMMAND_DISK && !s->output)
		return usage("--output", "is required");
	if (s->overlay && s->merged)
		return usage("--merged", "cannot be used with --overlay");
	if (s->userxattr && s->merged && !s->rw)
		return usage("--userxattr", "requires --overlay or --rw");
	return -1;
}
