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

#include "stargz/version.h"
#include "options.h"
#include "size.h"

#define PAD		4096u
#define WORKERS_MAX	256

enum { OPT_FORMAT = 256, OPT_CHUNK, OPT_MIN_CHUNK, OPT_MEMBER, OPT_PAD,
	OPT_EXCLUDE, OPT_REGEX, OPT_ROOT, OPT_UID, OPT_GID, OPT_UID_OFFSET,
	OPT_GID_OFFSET, OPT_ALL_TIME, OPT_NO_XATTRS, OPT_ONE_FS, OPT_SORT,
	OPT_FIRST, OPT_DIFF, OPT_REUSE, OPT_FROM_DUMP, OPT_TOC, OPT_INDEX,
	OPT_DEVICE_IMAGE, OPT_DIGEST, OPT_VERIFY, OPT_NO_PROGRESS };

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "chunk-size", required_argument, NULL, OPT_CHUNK },
	{ "min-chunk-size", required_argument, NULL, OPT_MIN_CHUNK },
	{ "max-member", required_argument, NULL, OPT_MEMBER },
	{ "workers", required_argument, NULL, 'j' },
	{ "pad", required_argument, NULL, OPT_PAD },
	{ "exclude-path", required_argument, NULL, OPT_EXCLUDE },
	{ "exclude-regex", required_argument, NULL, OPT_REGEX },
	{ "all-root", no_argument, NULL, OPT_ROOT },
	{ "force-uid", required_argument, NULL, OPT_UID },
	{ "force-gid", required_argument, NULL, OPT_GID },
	{ "uid-offset", required_argument, NULL, OPT_UID_OFFSET },
	{ "gid-offset", required_argument, NULL, OPT_GID_OFFSET },
	{ "all-time", no_argument, NULL, OPT_ALL_TIME },
	{ "no-xattrs", no_argument, NULL, OPT_NO_XATTRS },
	{ "one-file-system", no_argument, NULL, OPT_ONE_FS },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "prioritized-files", required_argument, NULL, OPT_FIRST },
	{ "reuse", required_argument, NULL, OPT_REUSE },
	{ "from-dump", required_argument, NULL, OPT_FROM_DUMP },
	{ "diff", required_argument, NULL, OPT_DIFF },
	{ "toc", required_argument, NULL, OPT_TOC },
	{ "index", optional_argument, NULL, OPT_INDEX },
	{ "device-image", no_argument, NULL, OPT_DEVICE_IMAGE },
	{ "print-digest", no_argument, NULL, OPT_DIGEST },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "no-progress", no_argument, NULL, OPT_NO_PROGRESS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char help[] =
"Usage: " PROG " [OPTION]... DEST SOURCE\n"
"\n"
"Make DEST, a container layer that can be mounted as it is, from SOURCE: a\n"
"directory, a tar, tar.gz or tar.zst, or another layer. A SOURCE of - is standard\n"
"input, a DEST of - is standard output.\n"
"\n"
"What is made:\n"
"  -z ALG[,LEVEL]        compress by gzip, 1 to 12 (6), or zstd, 1 to 22 (16)\n"
"      --format=FORMAT   estargz (with gzip), zstd-chunked (with zstd), stargz or\n"
"                        external-toc\n"
"      --toc=FILE        write the table of contents of external-toc there\n"
"      --chunk-size=N    cut larger files in pieces of N bytes (--max-member)\n"
"      --max-member=N    most bytes of a member, unpacked (256K; zstd: 2M)\n"
"      --min-chunk-size=N  let files share members until they have N bytes\n"
"                        (half of --max-member); 0: a member for each file\n"
"      --pad=N           make the size of DEST a multiple of N (4096)\n"
"      --reuse=OLD       copy members that an older layer has as well; more than\n"
"                        once, or with commas\n"
"  -j, --workers=N       threads that compress (as many as there are CPUs)\n"
"      --index[=FILE]    make the index too (DEST.index)\n"
"      --device-image    write the index and the layer to DEST, for a disk\n"
"      --print-digest    print digests and annotations, as JSON\n"
"      --verify          read DEST back and compare it with what SOURCE said\n"
"\n"
"What is taken:\n"
"      --from-dump=TEXT  the tree that TEXT describes, see stargz-dump(5), with\n"
"                        content from SOURCE, a directory, layer or index\n"
"      --exclude-path=PATH    leave it out, and what is below\n"
"      --exclude-regex=REGEX  leave out what matches, and what is below\n"
"      --one-file-system  stay in the file system of SOURCE\n"
"      --diff=OLD        only what differs from OLD, a layer or an index, with\n"
"                        whiteouts for what is gone\n"
"      --sort=ORDER      none, path, or type: files of a kind together\n"
"      --prioritized-files=FILE\n"
"                        these come first, to be read ahead: a path a line\n"
"      --all-root        owner and group are root\n"
"      --force-uid=UID   the owner is UID\n"
"      --force-gid=GID   the group is GID\n"
"      --uid-offset=N    add N to owners\n"
"      --gid-offset=N    add N to groups\n"
"  -T SEC                set all times to SEC, seconds since 1970\n"
"      --all-time        set all times to $SOURCE_DATE_EPOCH, not only later ones\n"
"      --no-xattrs       leave out extended attributes\n"
"\n"
"      --no-progress     no progress bar\n"
"  -q, --quiet           no warnings, no progress bar\n"
"  -v, --verbose         say what was written\n"
"  -h, --help            this text\n"
"  -V, --version         version\n"
"\n"
"Exit status: 0 done, 8 something went wrong, 16 usage.\n";

static int usage(const char *why, const char *what)
{
	fprintf(stderr, PROG ": %s: %s\n", what, why);
	fprintf(stderr, "Try '" PROG " --help'.\n");
	return EXIT_USAGE;
}

/* A size from @min to @max. */
static bool parse_range(const char *text, uint32_t min, uint32_t max,
			uint32_t *to)
{
	uint64_t value;

	if (!parse_size(text, &value) || value < min || value > max)
		return false;
	*to = value;
	return true;
}

static const struct {
	const char *name;
	enum stargz_encoding encoding;
	uint32_t max_level;
	uint32_t level;
	uint32_t member;
} algs[] = {
	{ "gzip", STARGZ_ENCODING_GZIP, STARGZ_LEVEL_GZIP_MAX,
	  STARGZ_LEVEL_GZIP, STARGZ_MEMBER_GZIP },
	{ "zstd", STARGZ_ENCODING_ZSTD, STARGZ_LEVEL_ZSTD_MAX,
	  STARGZ_LEVEL_ZSTD, STARGZ_MEMBER_ZSTD },
};

static uint32_t member_size(enum stargz_encoding encoding)
{
	size_t i = 0;

	while (algs[i].encoding != encoding)
		i++;
	return algs[i].member;
}

static int parse_compression(struct stargz_make_options *make, const char *text)
{
	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		size_t len = strlen(algs[i].name);
		uint32_t level = algs[i].level;

		if (strncmp(text, algs[i].name, len) ||
		    (text[len] && text[len] != ','))
			continue;
		if (text[len] &&
		    !parse_range(text + len + 1, 1, algs[i].max_level, &level))
			return usage("no such level", text);
		make->encoding = algs[i].encoding;
		make->level = level;
		return -1;
	}
	return usage("neither gzip nor zstd", text);
}

static const struct {
	const char *name;
	enum stargz_encoding encoding;
} formats[] = {
	[STARGZ_LAYER_ESTARGZ] = { "estargz", STARGZ_ENCODING_GZIP },
	[STARGZ_LAYER_STARGZ] = { "stargz", STARGZ_ENCODING_GZIP },
	[STARGZ_LAYER_ZSTD_CHUNKED] = { "zstd-chunked", STARGZ_ENCODING_ZSTD },
	[STARGZ_LAYER_EXTERNAL_TOC] = { "external-toc", STARGZ_ENCODING_GZIP },
};

static int parse_format(enum stargz_layer_format *format, const char *text)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, text))
			continue;
		*format = i;
		return -1;
	}
	return usage("no such format", text);
}

/* What the user did not say. */
#define UNSET	UINT32_MAX

static int take_size(const char *text, uint32_t min, uint32_t max,
		     uint32_t *to)
{
	return parse_range(text, min, max, to) ? -1 :
		usage("not a number of bytes that is possible here", text);
}

/* A decimal number, with a sign. */
static bool parse_signed(const char *text, int64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	return !errno && end != text && !*end &&
	       (*text == '-' || (*text >= '0' && *text <= '9'));
}

static int take_id(const char *text, struct stargz_edit_owner *owner)
{
	int64_t id;

	if (!parse_signed(text, &id) || id < 0 || id > UINT32_MAX - 1)
		return usage("not a number of a user or group", text);
	owner->set = true;
	owner->id = id;
	return -1;
}

static int take_offset(const char *text, struct stargz_edit_owner *owner)
{
	return parse_signed(text, &owner->offset) &&
	       llabs(owner->offset) <= UINT32_MAX ? -1 :
		usage("not a number to be added to owners", text);
}

static int take_time(struct stargz_edit *edit, const char *text)
{
	int64_t sec;

	if (!parse_signed(text, &sec) ||
	    sec < STARGZ_SECONDS_MIN || sec > STARGZ_SECONDS_MAX)
		return usage("not a time that is possible", text);
	edit->time = sec;
	edit->times = STARGZ_TIMES_SET;
	return -1;
}

static int take_sort(enum stargz_sort *sort, const char *text)
{
	static const char *const names[] = {
		[STARGZ_SORT_NONE] = "none",
		[STARGZ_SORT_PATH] = "path",
		[STARGZ_SORT_TYPE] = "type",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], text))
			continue;
		*sort = i;
		return -1;
	}
	return usage("no such order", text);
}

static int take_exclude(struct settings *s, const char *text, bool pattern)
{
	struct stargz_error err = { "" };

	if (pattern ? stargz_exclude_regex(&s->exclude, text, &err) :
		      stargz_exclude_path(&s->exclude, text, &err))
		return usage(err.text, text);
	return -1;
}

/* An option about what is taken; returns -1 to go on, else the exit code. */
static int take_content(struct settings *s, int c)
{
	switch (c) {
	case OPT_EXCLUDE:
	case OPT_REGEX:
		return take_exclude(s, optarg, c == OPT_REGEX);
	case OPT_ROOT:
		take_id("0", &s->edit.uid);
		return take_id("0", &s->edit.gid);
	case OPT_UID:
		return take_id(optarg, &s->edit.uid);
	case OPT_GID:
		return take_id(optarg, &s->edit.gid);
	case OPT_UID_OFFSET:
		return take_offset(optarg, &s->edit.uid);
	case OPT_GID_OFFSET:
		return take_offset(optarg, &s->edit.gid);
	case 'T':
		return take_time(&s->edit, optarg);
	case OPT_ALL_TIME:
		s->all_time = true;
		return -1;
	case OPT_NO_XATTRS:
		s->edit.no_xattrs = true;
		return -1;
	case OPT_ONE_FS:
		s->make.one_file_system = true;
		return -1;
	case OPT_SORT:
		return take_sort(&s->make.sort, optarg);
	case OPT_FIRST:
		s->make.first_path = optarg;
		return -1;
	case OPT_DIFF:
		s->make.diff_path = optarg;
		return -1;
	default:
		fprintf(stderr, "Try '" PROG " --help'.\n");
		return EXIT_USAGE;
	}
}

/* Names of layers, with commas between them. */
static int take_reuse(struct settings *s, char *names)
{
	char *name;

	while ((name = strsep(&names, ","))) {
		if (!*name)
			return usage("a name is missing", "--reuse");
		if (!names_add(&s->reuse, name))
			return usage("out of memory", "--reuse");
	}
	return -1;
}

/* An option about what is made; the others are passed on. */
static int take_layer(struct settings *s, int c)
{
	switch (c) {
	case 'z':
		return parse_compression(&s->make, optarg);
	case OPT_FORMAT:
		return parse_format(&s->make.format, optarg);
	case OPT_TOC:
		s->toc = optarg;
		return -1;
	case OPT_CHUNK:
		return take_size(optarg, 4096, STARGZ_MEMBER_MAX,
				 &s->make.chunk_size);
	case OPT_MEMBER:
		return take_size(optarg, 4096, STARGZ_MEMBER_MAX,
				 &s->make.max_member);
	case OPT_MIN_CHUNK:
		return take_size(optarg, 0, STARGZ_MEMBER_MAX,
				 &s->make.min_member);
	case 'j':
		return parse_range(optarg, 1, WORKERS_MAX, &s->make.workers) ?
			-1 : usage("not a number of threads", optarg);
	case OPT_REUSE:
		return take_reuse(s, optarg);
	case OPT_FROM_DUMP:
		s->make.dump_path = optarg;
		return -1;
	case OPT_PAD:
		return take_size(optarg, 0, 1u << 30, &s->make.pad);
	default:
		return take_content(s, c);
	}
}

/* One option; returns -1 to go on, else the exit code. */
static int take_option(struct settings *s, int c)
{
	switch (c) {
	case OPT_INDEX:
		s->index = optarg;
		s->index_beside = !optarg;
		return -1;
	case OPT_DEVICE_IMAGE:
		s->device_image = true;
		return -1;
	case OPT_DIGEST:
		s->print_digest = true;
		s->make.digests = true;
		return -1;
	case OPT_VERIFY:
		s->verify = true;
		return -1;
	case OPT_NO_PROGRESS:
		s->no_progress = true;
		return -1;
	case 'q':
		s->quiet = true;
		return -1;
	case 'v':
		s->verbose = true;
		return -1;
	case 'h':
		fputs(help, stdout);
		return EXIT_OK;
	case 'V':
		puts(PROG " " STARGZ_TOOLS_VERSION);
		return EXIT_OK;
	default:
		return take_layer(s, c);
	}
}

static unsigned int count_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return CPU_COUNT(&set);
}

/* Sizes of members that were not given follow from those that were. */
static void set_sizes(struct stargz_make_options *make)
{
	if (make->max_member == UNSET) {
		make->max_member = member_size(make->encoding);
		if (make->chunk_size != UNSET &&
		    make->chunk_size > make->max_member)
			make->max_member = make->chunk_size;
	}
	if (make->chunk_size == UNSET)
		make->chunk_size = make->max_member;
	if (make->min_member == UNSET)
		make->min_member = make->format == STARGZ_LAYER_STARGZ ?
				   0 : make->max_member / 2;
}

/* Format and codec follow from each other. */
static void set_format(struct settings *s, bool format)
{
	enum stargz_encoding encoding = formats[s->make.format].encoding;

	if (!format && s->make.level &&
	    s->make.encoding == STARGZ_ENCODING_ZSTD)
		s->make.format = STARGZ_LAYER_ZSTD_CHUNKED;
	if (!s->make.level)
		parse_compression(&s->make, encoding == STARGZ_ENCODING_ZSTD ?
				  "zstd" : "gzip");
}

/* What the environment says of times, unless an option does. */
static int set_times(struct settings *s)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int code;

	if (s->edit.times != STARGZ_TIMES_KEEP)
		return -1;
	if (!epoch || !*epoch)
		return s->all_time ? usage("needs -T or $SOURCE_DATE_EPOCH",
					   "--all-time") : -1;
	code = take_time(&s->edit, epoch);
	if (!s->all_time)
		s->edit.times = STARGZ_TIMES_LIMIT;
	return code;
}

/* What goes together and what does not; returns -1 to go on. */
static int check_options(const struct settings *s)
{
	const struct stargz_make_options *make = &s->make;
	bool external = make->format == STARGZ_LAYER_EXTERNAL_TOC;

	if (make->encoding != formats[make->format].encoding)
		return usage("the format does not have this compression",
			     formats[make->format].name);
	if (external != !!s->toc)
		return usage("goes with --format=external-toc", "--toc");
	if (make->chunk_size > make->max_member)
		return usage("is more than a member may have", "--chunk-size");
	if (make->min_member > make->max_member)
		return usage("is more than a member may have",
			     "--min-chunk-size");
	if (make->format == STARGZ_LAYER_STARGZ && make->min_member)
		return usage("members are not shared in this format",
			     "--min-chunk-size");
	if (!strcmp(s->dest, "-") && (s->index_beside || s->index))
		return usage("needs a DEST that can be read again", "--index");
	if (!strcmp(s->dest, "-") && s->verify)
		return usage("needs a DEST that can be read again", "--verify");
	if (!strcmp(s->dest, "-") && s->print_digest)
		return usage("needs standard output for itself",
			     "--print-digest");
	if (!strcmp(s->dest, "-") && s->device_image)
		return usage("needs a DEST with a name", "--device-image");
	if (s->device_image && (s->index_beside || s->index))
		return usage("is in the device image", "--index");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	bool format = false;
	int c;

	s->make.chunk_size = UNSET;
	s->make.min_member = UNSET;
	s->make.max_member = UNSET;
	s->make.pad = PAD;
	s->make.workers = count_cpus();
	while ((c = getopt_long(argc, argv, "z:j:T:qvhV", options, NULL)) != -1) {
		int code = take_option(s, c);

		if (code >= 0)
			return code;
		format |= c == OPT_FORMAT;
	}
	if (argc - optind < 2)
		return usage("is missing", argc == optind ? "DEST" : "SOURCE");
	if (argc - optind > 2)
		return usage("one source at a time", argv[optind + 2]);
	s->dest = argv[optind];
	s->source = argv[optind + 1];
	set_format(s, format);
	set_sizes(&s->make);
	c = set_times(s);
	return c >= 0 ? c : check_options(s);
}
