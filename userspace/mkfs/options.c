// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: the command line.
 */
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "size.h"
#include "version.h"

#define CHUNK_SIZE	(512u << 10)
#define MEMBER_SIZE	(512u << 10)
#define PAD		4096u
#define WORKERS_MAX	256

enum { OPT_FORMAT = 256, OPT_CHUNK, OPT_MIN_CHUNK, OPT_MEMBER, OPT_PAD,
	OPT_TOC, OPT_INDEX, OPT_DEVICE_IMAGE, OPT_DIGEST, OPT_NO_PROGRESS };

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "chunk-size", required_argument, NULL, OPT_CHUNK },
	{ "min-chunk-size", required_argument, NULL, OPT_MIN_CHUNK },
	{ "max-member", required_argument, NULL, OPT_MEMBER },
	{ "workers", required_argument, NULL, 'j' },
	{ "pad", required_argument, NULL, OPT_PAD },
	{ "toc", required_argument, NULL, OPT_TOC },
	{ "index", optional_argument, NULL, OPT_INDEX },
	{ "device-image", no_argument, NULL, OPT_DEVICE_IMAGE },
	{ "print-digest", no_argument, NULL, OPT_DIGEST },
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
"Make DEST, a container layer that can be mounted as it is, from SOURCE: a tar,\n"
"tar.gz or tar.zst, or another layer. A SOURCE of - is standard input, a DEST\n"
"of - is standard output.\n"
"\n"
"  -z ALG[,LEVEL]        compress by gzip, 1 to 12 (6), or zstd, 1 to 22 (3)\n"
"      --format=FORMAT   estargz (with gzip), zstd-chunked (with zstd), stargz or\n"
"                        external-toc\n"
"      --toc=FILE        write the table of contents of external-toc there\n"
"      --chunk-size=N    cut larger files in pieces of N bytes (512K)\n"
"      --max-member=N    most bytes of a member, unpacked (512K)\n"
"      --min-chunk-size=N  let files share members until they have N bytes\n"
"                        (half of --max-member); 0: a member for each file\n"
"  -j, --workers=N       threads that compress (as many as there are CPUs)\n"
"      --pad=N           make the size of DEST a multiple of N (4096)\n"
"      --index[=FILE]    make the index too (DEST.index)\n"
"      --device-image    write the index and the layer to DEST, for a disk\n"
"      --print-digest    print digests and annotations, as JSON\n"
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

static int parse_compression(struct sgz_compression *how, const char *text)
{
	static const struct {
		const char *name;
		enum stargz_codec codec;
		uint32_t max;
		uint32_t level;
	} algs[] = {
		{ "gzip", STARGZ_CODEC_GZIP, 12, 6 },
		{ "zstd", STARGZ_CODEC_ZSTD, 22, 3 },
	};

	for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		size_t len = strlen(algs[i].name);
		uint32_t level = algs[i].level;

		if (strncmp(text, algs[i].name, len) ||
		    (text[len] && text[len] != ','))
			continue;
		if (text[len] &&
		    !parse_range(text + len + 1, 1, algs[i].max, &level))
			return usage("no such level", text);
		how->codec = algs[i].codec;
		how->level = level;
		return -1;
	}
	return usage("neither gzip nor zstd", text);
}

static const struct {
	const char *name;
	enum stargz_codec codec;
} formats[] = {
	[SGZ_FORMAT_ESTARGZ] = { "estargz", STARGZ_CODEC_GZIP },
	[SGZ_FORMAT_STARGZ] = { "stargz", STARGZ_CODEC_GZIP },
	[SGZ_FORMAT_ZSTD_CHUNKED] = { "zstd-chunked", STARGZ_CODEC_ZSTD },
	[SGZ_FORMAT_EXTERNAL_TOC] = { "external-toc", STARGZ_CODEC_GZIP },
};

static int parse_format(enum sgz_layer_format *format, const char *text)
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

/* One option; returns -1 to go on, else the exit code. */
static int take_option(struct settings *s, int c)
{
	switch (c) {
	case 'z':
		return parse_compression(&s->make.how, optarg);
	case OPT_FORMAT:
		return parse_format(&s->make.format, optarg);
	case OPT_TOC:
		s->toc = optarg;
		return -1;
	case OPT_CHUNK:
		return take_size(optarg, 4096, STARGZ_SPAN_MAX,
				 &s->make.chunk_size);
	case OPT_MEMBER:
		return take_size(optarg, 4096, STARGZ_SPAN_MAX,
				 &s->make.max_member);
	case OPT_MIN_CHUNK:
		return take_size(optarg, 0, STARGZ_SPAN_MAX,
				 &s->make.min_member);
	case 'j':
		return parse_range(optarg, 1, WORKERS_MAX, &s->make.workers) ?
			-1 : usage("not a number of threads", optarg);
	case OPT_PAD:
		return take_size(optarg, 0, 1u << 30, &s->make.pad);
	case OPT_INDEX:
		s->index = optarg;
		s->index_beside = !optarg;
		return -1;
	case OPT_DEVICE_IMAGE:
		s->device_image = true;
		return -1;
	case OPT_DIGEST:
		s->print_digest = true;
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
		fprintf(stderr, "Try '" PROG " --help'.\n");
		return EXIT_USAGE;
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
static void set_sizes(struct sgz_make_options *make)
{
	if (make->max_member == UNSET) {
		make->max_member = MEMBER_SIZE;
		if (make->chunk_size != UNSET && make->chunk_size > MEMBER_SIZE)
			make->max_member = make->chunk_size;
	}
	if (make->chunk_size == UNSET)
		make->chunk_size = make->max_member < CHUNK_SIZE ?
				   make->max_member : CHUNK_SIZE;
	if (make->min_member == UNSET)
		make->min_member = make->format == SGZ_FORMAT_STARGZ ?
				   0 : make->max_member / 2;
}

/* Format and codec follow from each other. */
static void set_format(struct settings *s, bool format)
{
	enum stargz_codec codec = formats[s->make.format].codec;

	if (!format && s->make.how.level &&
	    s->make.how.codec == STARGZ_CODEC_ZSTD)
		s->make.format = SGZ_FORMAT_ZSTD_CHUNKED;
	if (!s->make.how.level)
		parse_compression(&s->make.how, codec == STARGZ_CODEC_ZSTD ?
				  "zstd" : "gzip");
}

/* What goes together and what does not; returns -1 to go on. */
static int check_options(const struct settings *s)
{
	const struct sgz_make_options *make = &s->make;
	bool external = make->format == SGZ_FORMAT_EXTERNAL_TOC;

	if (make->how.codec != formats[make->format].codec)
		return usage("the format does not have this compression",
			     formats[make->format].name);
	if (external != !!s->toc)
		return usage("goes with --format=external-toc", "--toc");
	if (make->chunk_size > make->max_member)
		return usage("is more than a member may have", "--chunk-size");
	if (make->min_member > make->max_member)
		return usage("is more than a member may have",
			     "--min-chunk-size");
	if (make->format == SGZ_FORMAT_STARGZ && make->min_member)
		return usage("members are not shared in this format",
			     "--min-chunk-size");
	if (!strcmp(s->dest, "-") && (s->index_beside || s->index))
		return usage("needs a DEST that can be read again", "--index");
	if (!strcmp(s->dest, "-") && s->print_digest)
		return usage("needs standard output for itself",
			     "--print-digest");
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
	while ((c = getopt_long(argc, argv, "z:j:qvhV", options, NULL)) != -1) {
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
	return check_options(s);
}
