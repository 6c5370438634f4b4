// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: the command line.
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "option_table.h"
#include "options.h"
#include "stargz/version.h"

#define PAD_MAX		(1 << 30)
#define WORKERS_MAX	256

static const char synopsis[] =
"Usage: " PROG " [OPTION]... DEST SOURCE\n"
"\n"
"Make DEST, a container layer that can be mounted without unpacking, from SOURCE:\n"
"a directory, a tar, tar.gz or tar.zst, or another layer. A SOURCE of - is\n"
"standard input, a DEST of - is standard output.\n";

static const char epilog[] =
"Exit status: 0 done, 8 operational error, 16 usage.\n";

/* Names of layers, with commas between them. */
static const char *take_reuse(void *at, const struct option_value *value)
{
	/* The text is in argv, which is writable. */
	char *names = (char *)value->text, *name;

	while ((name = strsep(&names, ","))) {
		if (!*name)
			return "contains an empty name";
		if (!names_add(at, name))
			return "out of memory";
	}
	return NULL;
}

static const char *take_index(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->index = value->text;
	s->index_beside = !value->text;
	return NULL;
}

static const char *take_digest(void *at, const struct option_value *value)
{
	struct settings *s = at;

	(void)value;
	s->print_digest = true;
	s->make.digests = true;
	return NULL;
}

static const char *take_json(void *at, const struct option_value *value)
{
	struct settings *s = at;

	(void)value;
	s->json = true;
	s->make.digests = true;
	return NULL;
}

enum exclude_by { BY_PATH, BY_REGEX, BY_GLOB };

static const char *take_exclude(void *at, const struct option_value *value)
{
	struct settings *s = at;
	struct stargz_error err = { "" };
	int ret;

	if (value->code == BY_REGEX)
		ret = stargz_exclude_regex(&s->exclude, value->text, &err);
	else if (value->code == BY_GLOB)
		ret = stargz_exclude_glob(&s->exclude, value->text, &err);
	else
		ret = stargz_exclude_path(&s->exclude, value->text, &err);
	return ret ? option_why("%s", err.text) : NULL;
}

static const char *take_all_root(void *at, const struct option_value *value)
{
	static const struct option_value root = { .text = "0" };
	struct stargz_edit *edit = at;

	(void)value;
	owner_take_user(&edit->uid, &root);
	return owner_take_group(&edit->gid, &root);
}

static const char *take_time(void *at, const struct option_value *value)
{
	struct stargz_edit *edit = at;

	edit->time = value->number;
	edit->times = STARGZ_TIMES_SET;
	return NULL;
}

static const char *const sort_names[] = {
	[STARGZ_SORT_NONE] = "none",
	[STARGZ_SORT_PATH] = "path",
	[STARGZ_SORT_TYPE] = "type",
	NULL
};

/* Arguments for offsets of ids, and times. */
#define ID_OFFSET							\
	.kind = OPTION_NUMBER, .argument = "N",				\
	.min = -(int64_t)UINT32_MAX, .max = UINT32_MAX
#define TIME								\
	.kind = OPTION_NUMBER, .argument = "SEC",			\
	.min = STARGZ_SECONDS_MIN, .max = STARGZ_SECONDS_MAX

static const struct option_row rows[] = {
	{ OPTION('z', NULL,
		 OPTION_CALL_AT(format_take_compression, struct settings, make)),
	  FORMAT_COMPRESSION, .section = "Output" },
	{ OPTION(0, "format",
		 OPTION_CALL_AT(format_take, struct settings, make)),
	  .kind = OPTION_CHOICE, .argument = "FORMAT", .words = format_names,
	  .help = "estargz (with gzip), zstd-chunked (with zstd), stargz or external-toc" },
	{ OPTION(0, "toc", OPTION_STORE(struct settings, toc)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "write the table of contents of external-toc to FILE" },
	{ OPTION(0, "chunk-size",
		 OPTION_STORE(struct settings, make.chunk_size)),
	  FORMAT_CHUNK_SIZE },
	{ OPTION(0, "max-member",
		 OPTION_STORE(struct settings, make.max_member)),
	  FORMAT_MAX_MEMBER },
	{ OPTION(0, "min-chunk-size",
		 OPTION_STORE(struct settings, make.min_member)),
	  FORMAT_MIN_MEMBER },
	{ OPTION(0, "pad", OPTION_STORE(struct settings, make.pad)),
	  .kind = OPTION_SIZE, .argument = "N", .max = PAD_MAX,
	  .help = "make the size of DEST a multiple of N", .preset = "4096" },
	{ OPTION(0, "reuse",
		 OPTION_CALL_AT(take_reuse, struct settings, reuse)),
	  .kind = OPTION_FILE, .argument = "OLD[,...]",
	  .help = "copy members with the same content from older layers; "
		  "repeatable, or with commas" },
	{ OPTION('j', "workers", OPTION_STORE(struct settings, make.workers)),
	  .kind = OPTION_NUMBER, .argument = "N", .min = 1, .max = WORKERS_MAX,
	  .help = "compress with N threads", .preset = "number of CPUs" },
	{ OPTION(0, "index", OPTION_CALL(take_index)),
	  .kind = OPTION_FILE, .argument = "FILE", .optional = true,
	  .help = "also write the index", .preset = "DEST.index" },
	{ OPTION(0, "device-image",
		 OPTION_STORE(struct settings, device_image)),
	  .help = "write the index and the layer to DEST, for a disk" },
	{ OPTION(0, "print-digest", OPTION_CALL(take_digest)),
	  .help = "print digests and annotations, as JSON" },
	{ OPTION(0, "json", OPTION_CALL(take_json)),
	  .help = "print digests, sizes and the number of entries, as JSON" },
	{ OPTION(0, "verify", OPTION_STORE(struct settings, verify)),
	  .help = "read DEST after writing and compare it with SOURCE" },
	{ OPTION(0, "from-dump", OPTION_STORE(struct settings, make.dump_path)),
	  .kind = OPTION_FILE, .argument = "TEXT", .section = "Input",
	  .help = "make the tree that TEXT describes, see stargz-dump(5), with "
		  "content from SOURCE, a directory, layer or index" },
	{ OPTION(0, "exclude-path", OPTION_CALL(take_exclude)),
	  .kind = OPTION_TEXT, .argument = "PATH", .code = BY_PATH,
	  .help = "omit PATH and everything below it" },
	{ OPTION(0, "exclude-regex", OPTION_CALL(take_exclude)),
	  .kind = OPTION_TEXT, .argument = "REGEX", .code = BY_REGEX,
	  .help = "omit matching paths and everything below them" },
	{ OPTION(0, "exclude", OPTION_CALL(take_exclude)),
	  .kind = OPTION_TEXT, .argument = "PATTERN", .code = BY_GLOB,
	  .help = "omit paths that match a shell pattern, as in tar, and "
		  "everything below them" },
	{ OPTION('X', "exclude-from",
		 OPTION_STORE(struct settings, exclude_from)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "omit paths that match a pattern in FILE, one per line" },
	{ OPTION(0, "one-file-system",
		 OPTION_STORE(struct settings, make.one_file_system)),
	  .help = "stay in the file system of SOURCE" },
	{ OPTION(0, "ignore-failed-read",
		 OPTION_STORE(struct settings, make.ignore_failed_read)),
	  .help = "omit files of a directory that cannot be opened" },
	{ OPTION(0, "overlay", OPTION_STORE(struct settings, make.overlay)),
	  .help = "SOURCE is an upper directory of overlayfs: convert its "
		  "whiteouts and opaque directories" },
	{ OPTION(0, "diff", OPTION_STORE(struct settings, make.diff_path)),
	  .kind = OPTION_FILE, .argument = "OLD",
	  .help = "include only differences from OLD, a layer, an index or a "
		  "device image, with whiteouts for removed files" },
	{ OPTION(0, "by-time",
		 OPTION_STORE(struct settings, make.diff_by_time)),
	  .help = "with --diff: do not compare the content of files with equal "
		  "size and time" },
	{ OPTION(0, "sort", OPTION_STORE(struct settings, make.sort)),
	  .kind = OPTION_CHOICE, .argument = "ORDER", .words = sort_names,
	  .help = "none, path, or type: files with the same suffix together" },
	{ OPTION(0, "prioritized-files",
		 OPTION_STORE(struct settings, make.first_path)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "place the files listed in FILE, one path in a line, first, "
		  "for prefetching" },
	{ OPTION(0, "all-root",
		 OPTION_CALL_AT(take_all_root, struct settings, edit)),
	  .help = "set owner and group to root" },
	{ OPTION(0, "force-uid",
		 OPTION_CALL_AT(owner_take_user, struct settings, edit.uid)),
	  .kind = OPTION_TEXT, .argument = "USER",
	  .help = "set the owner to USER, a number or name" },
	{ OPTION(0, "force-gid",
		 OPTION_CALL_AT(owner_take_group, struct settings, edit.gid)),
	  .kind = OPTION_TEXT, .argument = "GROUP",
	  .help = "set the group to GROUP, a number or name" },
	{ OPTION(0, "uid-offset",
		 OPTION_STORE(struct settings, edit.uid.offset)),
	  ID_OFFSET, .help = "add N to owners" },
	{ OPTION(0, "gid-offset",
		 OPTION_STORE(struct settings, edit.gid.offset)),
	  ID_OFFSET, .help = "add N to groups" },
	{ OPTION(0, "uid-map",
		 OPTION_CALL_AT(owner_take_map, struct settings, uid_maps)),
	  .kind = OPTION_TEXT, .argument = "FROM:TO[:COUNT]",
	  .help = "owners from FROM on, COUNT of them, become owners from TO on; "
		  "more than once" },
	{ OPTION(0, "gid-map",
		 OPTION_CALL_AT(owner_take_map, struct settings, gid_maps)),
	  .kind = OPTION_TEXT, .argument = "FROM:TO[:COUNT]",
	  .help = "the same for groups" },
	{ OPTION('T', NULL, OPTION_CALL_AT(take_time, struct settings, edit)),
	  TIME, .help = "set all times to SEC, seconds since 1970" },
	{ OPTION(0, "all-time", OPTION_STORE(struct settings, all_time)),
	  .help = "set all times to $SOURCE_DATE_EPOCH, not only later ones" },
	{ OPTION(0, "no-xattrs", OPTION_STORE(struct settings, edit.no_xattrs)),
	  .help = "omit extended attributes" },
	{ OPTION(0, "exclude-xattr",
		 OPTION_STORE(struct settings, exclude_xattrs)),
	  .kind = OPTION_TEXT, .argument = "PATTERN",
	  .help = "omit extended attributes whose names match a shell pattern" },
	{ OPTION(0, "no-sparse", OPTION_STORE(struct settings, make.no_sparse)),
	  .help = "write zeroes instead of holes; only zstd-chunked supports "
		  "holes" },
	{ OPTION(0, "no-progress", OPTION_STORE(struct settings, no_progress)),
	  .section = "Messages", .help = "no progress bar" },
	{ OPTION(0, "force", OPTION_STORE(struct settings, force)),
	  .help = "overwrite a device that has data on it" },
	{ OPTION('q', "quiet", OPTION_STORE(struct settings, quiet)),
	  .help = "no warnings, no progress bar" },
	{ OPTION('v', "verbose", OPTION_STORE(struct settings, verbose)),
	  .help = "report the output" },
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

static unsigned int count_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return CPU_COUNT(&set);
}

/* Use $SOURCE_DATE_EPOCH unless -T is set. */
static int set_times(struct settings *s)
{
	static const struct option_row number = { TIME };
	struct option_value value = { .text = getenv("SOURCE_DATE_EPOCH") };
	const char *why;

	if (s->edit.times != STARGZ_TIMES_KEEP)
		return -1;
	if (!value.text || !*value.text)
		return s->all_time ? usage("needs -T or $SOURCE_DATE_EPOCH",
					   "--all-time") : -1;
	why = option_convert(&number, table.sizes, &value);
	if (why)
		return usage(why, "$SOURCE_DATE_EPOCH");
	take_time(&s->edit, &value);
	if (!s->all_time)
		s->edit.times = STARGZ_TIMES_LIMIT;
	return -1;
}

/* Check combinations of options; returns -1 to continue, else the exit code. */
static int check_options(const struct settings *s)
{
	const struct stargz_make_options *make = &s->make;
	bool external = make->format == STARGZ_LAYER_EXTERNAL_TOC;
	const char *what, *why = format_check(make, &what);

	if (why)
		return usage(why, what);
	if (external != !!s->toc)
		return usage("is required with --format=external-toc, and valid only there",
			     "--toc");
	if (!strcmp(s->dest, "-") && (s->index_beside || s->index))
		return usage("cannot be used if DEST is -", "--index");
	if (!strcmp(s->dest, "-") && s->verify)
		return usage("cannot be used if DEST is -", "--verify");
	if (!strcmp(s->dest, "-") && s->print_digest)
		return usage("cannot be used if DEST is -", "--print-digest");
	if (!strcmp(s->dest, "-") && s->json)
		return usage("cannot be used if DEST is -", "--json");
	if (s->print_digest && s->json)
		return usage("cannot be used with --print-digest", "--json");
	if (!strcmp(s->dest, "-") && s->device_image)
		return usage("cannot be used if DEST is -", "--device-image");
	if (s->uid_maps.count && (s->edit.uid.set || s->edit.uid.offset))
		return usage("changes owners in another way than --uid-offset, "
			     "--force-uid and --all-root", "--uid-map");
	if (s->gid_maps.count && (s->edit.gid.set || s->edit.gid.offset))
		return usage("changes groups in another way than --gid-offset, "
			     "--force-gid and --all-root", "--gid-map");
	if (make->overlay && make->diff_path)
		return usage("cannot be used with --overlay", "--diff");
	if (make->overlay && make->dump_path)
		return usage("cannot be used with --overlay", "--from-dump");
	if (make->diff_by_time && !make->diff_path)
		return usage("can only be used with --diff", "--by-time");
	if (s->device_image && (s->index_beside || s->index))
		return usage("cannot be used with --device-image", "--index");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	int code;

	format_init(&s->make);
	s->make.workers = count_cpus();
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	if (argc - optind < 2)
		return usage("is missing", argc == optind ? "DEST" : "SOURCE");
	if (argc - optind > 2)
		return usage("is a second SOURCE", argv[optind + 2]);
	s->dest = argv[optind];
	s->source = argv[optind + 1];
	format_settle(&s->make);
	code = set_times(s);
	return code >= 0 ? code : check_options(s);
}
