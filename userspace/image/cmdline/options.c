// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "../../mkfs/format.h"
#include "../../mount/options.h"
#include "label.h"
#include "option_table.h"
#include "options.h"
#include "reference.h"
#include "stargz/version.h"

static const char synopsis[] =
"Usage: " PROG " COMMAND [OPTION]... [ARGUMENT]...\n"
"\n"
"Look into, mount, run and boot images of containers, without unpacking them.\n"
"IMAGE is\n"
"  oci:DIR[:TAG]            directory in the OCI layout\n"
"  oci-archive:FILE[:TAG]   tar of such a directory\n"
"  docker-archive:FILE[:REF]\n"
"                           tar of docker save\n"
"  dir:DIR                  directory of skopeo\n"
"  docker://REF             image in a registry, copied by skopeo\n"
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
	[COMMAND_BOOT] = { "boot", "IMAGE [-- CMD...]",
			   "boot a virtual machine from the layers" },
	[COMMAND_MAP] = { "map", "MOUNT [-- CMD...]",
			  "show what is read of the layers of a mount" },
	[COMMAND_GC] = { "gc", "",
			 "remove what is left of containers that were killed, or in a store" },
	[COMMAND_PULL] = { "pull", "IMAGE DST",
			   "copy an image by skopeo, and index its layers" },
	[COMMAND_CONVERT] = { "convert", "IMAGE DST",
			      "make an image with layers of another format" },
	[COMMAND_STORE] = { "store", "IMAGE",
			    "make an image known to an engine, nothing unpacked" },
	[COMMAND_UNSTORE] = { "unstore", "IMAGE|NAME", "undo store" },
	{ NULL, NULL, NULL },
};

#define ONLY(name)	OPTION_COMMAND(COMMAND_##name)
#define ONLY_LAYERS	(ONLY(MOUNT) | ONLY(RUN))
#define ONLY_MOUNTS	(ONLY_LAYERS | ONLY(STORE) | ONLY(BOOT))
#define ONLY_STORES	(ONLY(STORE) | ONLY(UNSTORE) | ONLY(GC))
#define ONLY_IMAGE	(ONLY(INFO) | ONLY(VERIFY) | ONLY_MOUNTS | ONLY(DISK) | \
			 ONLY(CONVERT) | ONLY(UNSTORE))
#define ONLY_CACHE	(ONLY_MOUNTS | ONLY(PULL))
/* Commands that take another command after "--". */
#define ONLY_COMMANDS	(ONLY(RUN) | ONLY(BOOT) | ONLY(MAP))

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
	if ((s->command == COMMAND_PULL || s->command == COMMAND_CONVERT) &&
	    !s->dest) {
		s->dest = text;
		return NULL;
	}
	if (!(OPTION_COMMAND(s->command) & ONLY_COMMANDS))
		return "too many arguments";
	return names_add(&s->args, text) ? NULL : "out of memory";
}

static const char *take_containerd(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->store_containerd = true;
	s->namespace = value->text;
	return NULL;
}

static const char *take_name(void *at, const struct option_value *value)
{
	char *name = reference_complete(value->text);

	if (!name)
		return "not [REGISTRY/]NAME[:TAG] with a NAME in lower case";
	free(name);
	*(const char **)at = value->text;
	return NULL;
}

static const char *const no_units[] = { "none", NULL };
static const char *const uppers[] = { "tmpfs", "none", NULL };
static const char *const verifications[] = { "none", "crc", "digest", NULL };
static const char *const runtimes[] = { "crun", "runc", NULL };
static const char *const networks[] = { "none", "host", NULL };

static const char *const vmms[] = { "qemu", "qemu-microvm", NULL };
static const char *const accels[] = { "auto", "kvm", "tcg", NULL };

static const char *const formats[] = {
	[STARGZ_LAYER_ESTARGZ] = "estargz",
	[STARGZ_LAYER_STARGZ] = "stargz",
	[STARGZ_LAYER_ZSTD_CHUNKED] = "zstd-chunked",
	NULL
};

static const char *const readers[] = {
	[STARGZ_READER_CONTAINERD] = "containerd",
	[STARGZ_READER_PODMAN] = "podman",
	NULL
};

/* "none" is a machine without the writable layer that it has by default. */
static const char *take_rw(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->rw = strcmp(value->text, "none") ? value->text : NULL;
	s->rw_given = true;
	return NULL;
}

static const char *take_reader(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->reader = value->number;
	return NULL;
}

static const struct option_row rows[] = {
	{ OPTION(0, "platform", OPTION_STORE(struct settings, platform)),
	  .kind = OPTION_TEXT, .argument = "OS/ARCH[/VARIANT]",
	  .only = ONLY_IMAGE | ONLY(PULL),
	  .help = "platform of the image, in the names of Go; by default that of "
		  "this machine, if there are several; convert: all" },
	{ OPTION(0, "containerd-root", OPTION_STORE(struct settings,
						    containerd)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .only = ONLY_IMAGE | ONLY(LS),
	  .help = "where containerd has its content",
	  .preset = "/var/lib/containerd" },
	{ OPTION(0, "json", OPTION_STORE(struct settings, json)),
	  .only = ONLY(LS) | ONLY(INFO) | ONLY(VERIFY) | ONLY(CONVERT),
	  .help = "print JSON" },
	{ OPTION(0, "image-cache", OPTION_STORE(struct settings, image_cache)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR",
	  .only = ONLY_IMAGE | ONLY(GC),
	  .help = "copy images of registries to DIR",
	  .preset = "/var/cache/stargz/images" },
	{ OPTION('q', "quiet", OPTION_STORE(struct settings, quiet)),
	  .help = "no warnings, no progress bar" },
	{ OPTION('v', "verbose", OPTION_STORE(struct settings, verbose)),
	  .help = "report each step" },
	{ OPTION(0, "overlay", OPTION_STORE(struct settings, overlay)),
	  .only = ONLY_LAYERS, .section = "Options of mount, run, boot and store",
	  .help = "mount each layer, and overlayfs on top of the layers; images "
		  "share layers (default)" },
	{ OPTION(0, "merged", OPTION_STORE(struct settings, merged)),
	  .only = ONLY_LAYERS,
	  .help = "mount all layers as one tree" },
	{ OPTION(0, "rw", OPTION_CALL(take_rw)),
	  .kind = OPTION_FILE, .argument = "tmpfs|DIR|DEV|none", .words = uppers,
	  .only = ONLY(MOUNT) | ONLY(BOOT),
	  .help = "writable layer: in memory (default of boot), in a directory, "
		  "or on a device with a file system, for boot also in a file; "
		  "or none" },
	{ OPTION(0, "userxattr", OPTION_STORE(struct settings, userxattr)),
	  .only = ONLY(MOUNT),
	  .help = "overlayfs uses user.overlay. attributes, for a user "
		  "namespace" },
	{ OPTION(0, "verify", OPTION_STORE(struct settings, verify)),
	  .kind = OPTION_CHOICE, .argument = "LEVEL", .words = verifications,
	  .only = ONLY_MOUNTS | ONLY(DISK),
	  .help = "what the kernel verifies when it reads: none: nothing; crc: "
		  "checksums; digest: SHA-256 of all content", .preset = "crc" },
	{ OPTION('f', "fake", OPTION_STORE(struct settings, fake)),
	  .only = ONLY(MOUNT),
	  .help = "do everything but mount: make the indexes" },
	{ OPTION(0, "index-cache", OPTION_STORE(struct settings, cache_dir)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR", .only = ONLY_CACHE,
	  .help = "cache indexes in DIR", .preset = INDEX_CACHE_DIR },
	{ OPTION(0, "index-cache-size",
		 OPTION_STORE(struct settings, cache_size)),
	  .kind = OPTION_SIZE, .argument = "N", .max = INT64_MAX,
	  .only = ONLY_CACHE,
	  .help = "limit of the cache in bytes, or with K, M, G or T",
	  .preset = "1G" },
	{ OPTION(0, "no-index-cache", OPTION_STORE(struct settings, no_cache)),
	  .only = ONLY_CACHE, .help = "do not cache indexes" },
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
	{ OPTION(0, "vmm", OPTION_STORE(struct settings, vmm)),
	  .kind = OPTION_CHOICE, .argument = "VMM", .words = vmms,
	  .only = ONLY(BOOT), .section = "Options of boot",
	  .help = "the virtual machine: qemu, a PC, or qemu-microvm, a small one",
	  .preset = "qemu" },
	{ OPTION(0, "print", OPTION_STORE(struct settings, print)),
	  .only = ONLY(BOOT),
	  .help = "boot nothing; print commands for QEMU, Firecracker and Cloud "
		  "Hypervisor" },
	{ OPTION(0, "kernel", OPTION_STORE(struct settings, kernel)),
	  .kind = OPTION_FILE, .argument = "FILE|RELEASE", .only = ONLY(BOOT),
	  .help = "the kernel; by default the one that runs, or the newest one "
		  "that has the module" },
	{ OPTION(0, "initrd", OPTION_STORE(struct settings, initrd)),
	  .kind = OPTION_FILE, .argument = "FILE", .only = ONLY(BOOT),
	  .help = "the initramfs; by default stargz-mkinitramfs makes one" },
	{ OPTION(0, "mem", OPTION_STORE(struct settings, memory)),
	  .kind = OPTION_SIZE, .argument = "N", .min = 64 << 20,
	  .max = 16ll << 40, .only = ONLY(BOOT),
	  .help = "memory of the machine", .preset = "1G" },
	{ OPTION(0, "cpus", OPTION_STORE(struct settings, cpus)),
	  .kind = OPTION_NUMBER, .argument = "N", .min = 1, .max = 255,
	  .only = ONLY(BOOT), .help = "its processors", .preset = "1" },
	{ OPTION(0, "accel", OPTION_STORE(struct settings, accel)),
	  .kind = OPTION_CHOICE, .argument = "kvm|tcg|auto", .words = accels,
	  .only = ONLY(BOOT),
	  .help = "execute by KVM, or emulate; auto: KVM if it can be used",
	  .preset = "auto" },
	{ OPTION(0, "append", OPTION_STORE(struct settings, append)),
	  .kind = OPTION_TEXT, .argument = "PARAMETERS", .only = ONLY(BOOT),
	  .help = "more parameters of the kernel; repeatable" },
	{ OPTION(0, "plot", OPTION_STORE(struct settings, plot)),
	  .kind = OPTION_FILE, .argument = "FILE.svg", .only = ONLY(MAP),
	  .section = "Options of map",
	  .help = "draw the map as a picture" },
	{ OPTION(0, "seconds", OPTION_STORE(struct settings, seconds)),
	  .kind = OPTION_NUMBER, .argument = "N", .min = 1, .max = 86400,
	  .only = ONLY(MAP),
	  .help = "record for so long; by default while the command runs, or until "
		  "control-C" },
	{ OPTION(0, "trace", OPTION_STORE(struct settings, trace)),
	  .kind = OPTION_FILE, .argument = "FILE", .only = ONLY(MAP),
	  .help = "read a recorded trace; MOUNT is its index or device image" },
	{ OPTION('o', "output", OPTION_STORE(struct settings, output)),
	  .kind = OPTION_FILE, .argument = "FILE", .only = ONLY(DISK),
	  .section = "Options of disk",
	  .help = "write the image to FILE" },
	{ OPTION('L', "label",
		 OPTION_CALL_AT(label_take, struct settings, label)),
	  .kind = OPTION_TEXT, .argument = "TEXT", .only = ONLY(DISK),
	  .help = "name of the volume, up to 32 bytes" },
	{ OPTION('z', NULL,
		 OPTION_CALL_AT(format_take_compression, struct settings, make)),
	  FORMAT_COMPRESSION, .only = ONLY(CONVERT),
	  .section = "Options of convert" },
	{ OPTION(0, "format",
		 OPTION_CALL_AT(format_take, struct settings, make)),
	  .kind = OPTION_CHOICE, .argument = "FORMAT", .words = formats,
	  .only = ONLY(CONVERT),
	  .help = "estargz (with gzip), zstd-chunked (with zstd), or stargz" },
	{ OPTION(0, "chunk-size",
		 OPTION_STORE(struct settings, make.chunk_size)),
	  FORMAT_CHUNK_SIZE, .only = ONLY(CONVERT) },
	{ OPTION(0, "max-member",
		 OPTION_STORE(struct settings, make.max_member)),
	  FORMAT_MAX_MEMBER, .only = ONLY(CONVERT) },
	{ OPTION(0, "min-chunk-size",
		 OPTION_STORE(struct settings, make.min_member)),
	  FORMAT_MIN_MEMBER, .only = ONLY(CONVERT) },
	{ OPTION(0, "annotations", OPTION_CALL(take_reader)),
	  .kind = OPTION_CHOICE, .argument = "READER", .words = readers,
	  .only = ONLY(CONVERT),
	  .help = "who reads zstd-chunked layers lazily: snapshotters of "
		  "containerd, or podman, which needs a frame for each file",
	  .preset = "containerd" },
	{ OPTION(0, "reuse", OPTION_STORE(struct settings, reuse)),
	  .kind = OPTION_FILE, .argument = "IMAGE", .only = ONLY(CONVERT),
	  .help = "copy members with the same content from an older image; "
		  "repeatable" },
	{ OPTION(0, "podman", OPTION_STORE(struct settings, podman)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR", .only = ONLY_STORES,
	  .section = "Options of store, unstore and gc",
	  .help = "the engine is podman, buildah or CRI-O; DIR is an additional "
		  "image store, which storage.conf names" },
	{ OPTION(0, "containerd", OPTION_CALL(take_containerd)),
	  .kind = OPTION_TEXT, .optional = true, .argument = "NAMESPACE",
	  .only = ONLY_STORES,
	  .help = "the engine is containerd; by default the namespace is that of "
		  "the environment, or default" },
	{ OPTION(0, "name", OPTION_CALL_AT(take_name, struct settings, name)),
	  .kind = OPTION_TEXT, .argument = "NAME",
	  .only = ONLY(STORE) | ONLY(UNSTORE),
	  .help = "name for the engine; by default that of the image" },
	{ OPTION(0, "units", OPTION_STORE(struct settings, units)),
	  .kind = OPTION_DIRECTORY, .argument = "DIR|none", .words = no_units,
	  .only = ONLY_STORES,
	  .help = "where units of systemd are written that mount the layers when "
		  "the machine starts; by default /etc/systemd/system if systemd "
		  "is running" },
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

/* Derive and check how layers are made. */
static int check_format(struct settings *s)
{
	const char *what, *why;

	/* podman reads only frames that have one file. */
	if (s->reader == STARGZ_READER_PODMAN &&
	    s->make.encoding == STARGZ_ENCODING_ZSTD)
		s->make.min_member = 0;
	format_settle(&s->make);
	why = format_check(&s->make, &what);
	return why ? usage(what, why) : -1;
}

/* store and unstore need an engine, and no command takes two. */
static int check_engine(const struct settings *s)
{
	bool wants = s->command == COMMAND_STORE ||
		     s->command == COMMAND_UNSTORE;

	if (s->podman && s->store_containerd)
		return usage("--containerd", "cannot be used with --podman");
	if (wants && !s->podman && !s->store_containerd)
		return usage("--podman=DIR or --containerd", "is required");
	return -1;
}

int options_parse_command(struct settings *s, int argc, char **argv)
{
	int code;

	memset(s, 0, sizeof(*s));
	s->command = -1;
	s->cache_dir = INDEX_CACHE_DIR;
	s->cache_size = INDEX_CACHE_SIZE;
	s->containerd = "/var/lib/containerd";
	s->image_cache = "/var/cache/stargz/images";
	s->memory = 1 << 30;
	s->cpus = 1;
	format_init(&s->make);
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	if (!s->image && s->command != COMMAND_GC)
		return usage(s->command == COMMAND_UMOUNT ? "DIR" :
			     s->command == COMMAND_MAP ? "MOUNT" : "IMAGE",
			     "is missing");
	if (s->command == COMMAND_MOUNT && !s->dir)
		return usage("DIR", "is missing");
	if ((s->command == COMMAND_PULL || s->command == COMMAND_CONVERT) &&
	    !s->dest)
		return usage("DST", "is missing");
	if (s->command == COMMAND_DISK && !s->output)
		return usage("--output", "is required");
	if (s->command == COMMAND_BOOT && !s->rw_given)
		s->rw = "tmpfs";
	if (s->overlay && s->merged)
		return usage("--merged", "cannot be used with --overlay");
	if (s->userxattr && s->merged && !s->rw)
		return usage("--userxattr", "requires --overlay or --rw");
	code = check_engine(s);
	return code < 0 ? check_format(s) : code;
}
