// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-index: the command line.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stargz/version.h"
#include "options.h"
#include "size.h"

enum { OPT_TOC = 256, OPT_TOC_DIGEST, OPT_ANNOTATION, OPT_RAW,
	OPT_OFFSET, OPT_SIZE, OPT_STATS, OPT_CHECK, OPT_SPAN, OPT_CHECKPOINTS,
	OPT_MERGE, OPT_BELOW, OPT_DEVICE_IMAGE, OPT_ALIGN };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "toc", required_argument, NULL, OPT_TOC },
	{ "toc-digest", required_argument, NULL, OPT_TOC_DIGEST },
	{ "annotation", required_argument, NULL, OPT_ANNOTATION },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "offset", required_argument, NULL, OPT_OFFSET },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "span", required_argument, NULL, OPT_SPAN },
	{ "checkpoints", required_argument, NULL, OPT_CHECKPOINTS },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "merge", no_argument, NULL, OPT_MERGE },
	{ "below", required_argument, NULL, OPT_BELOW },
	{ "device-image", no_argument, NULL, OPT_DEVICE_IMAGE },
	{ "align", required_argument, NULL, OPT_ALIGN },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static const char help[] =
"Usage: " PROG " [OPTION]... BLOB\n"
"       " PROG " --below=LAYER... [OPTION]... BLOB\n"
"       " PROG " --merge [OPTION]... -o INDEX LAYER...\n"
"       " PROG " --device-image [--merge] [OPTION]... -o IMAGE LAYER...\n"
"\n"
"Make the index by which the kernel mounts BLOB, a container layer, as it is;\n"
"or one index of all layers of an image; or a disk with index and layers. A BLOB\n"
"of - is standard input.\n"
"\n"
"      --below=LAYER     make the index of BLOB as the layer on top of LAYER, a\n"
"                        blob or an index; lowest first; none: it is the lowest\n"
"      --merge           resolve LAYERs, lowest first, into one tree; each is a\n"
"                        blob or an index\n"
"      --device-image    write the blobs behind the index\n"
"      --align=N         make the size of the disk a multiple of this (4K)\n"
"  -o, --output=FILE     write the index there (BLOB.index); - is standard\n"
"                        output\n"
"      --toc=FILE        take the table of contents from FILE\n"
"      --toc-digest=D    insist on this digest of it, sha256:HEX\n"
"      --annotation=KEY=VALUE\n"
"                        what the manifest says of the layer: place and digest\n"
"                        of the table of contents; other keys are ignored\n"
"      --raw             show whiteouts and landmarks as they are in the tar\n"
"      --offset=N        first byte of the layer in BLOB\n"
"      --size=N          bytes of the layer; K, M, G, T are understood\n"
"      --span=N          bytes of content between checkpoints, 64K to 16M (128K)\n"
"      --checkpoints=none  lay none inside members of eStargz layers, of which\n"
"                        then only the table of contents is read; auto: in\n"
"                        those larger than a span\n"
"      --stats           print what the index holds, and time and memory\n"
"      --check           write nothing; decode all content, compare digests\n"
"  -q, --quiet           no warnings, no progress bar\n"
"  -v, --verbose         say what was written\n"
"  -h, --help            this text\n"
"  -V, --version         version\n"
"\n"
"Exit status: 0 done, 1 usage, 2 a file could not be read or written, 3 not\n"
"a known kind of layer, 4 damaged, not sane, too large or the wrong digest.\n";

static int usage(const char *why, const char *what)
{
	fprintf(stderr, PROG ": %s: %s\n", what, why);
	fprintf(stderr, "Try '" PROG " --help'.\n");
	return EXIT_USAGE;
}

static bool parse_span(const char *text, uint32_t *size)
{
	uint64_t value;

	if (!parse_size(text, &value) || value < STARGZ_SPAN_SIZE_MIN ||
	    value > STARGZ_SPAN_SIZE_MAX)
		return false;
	*size = value;
	return true;
}

/* One option; returns -1 to go on, else the exit code. */
static int take_option(struct settings *s, int c)
{
	switch (c) {
	case 'o':
		s->output = optarg;
		return -1;
	case OPT_TOC:
		s->opt.toc_path = optarg;
		return -1;
	case OPT_TOC_DIGEST:
		s->opt.toc_digest = optarg;
		return -1;
	case OPT_ANNOTATION:
		return stargz_annotation(&s->opt, optarg) ? -1 :
			usage("not KEY=VALUE", optarg);
	case OPT_RAW:
		s->opt.raw = true;
		return -1;
	case OPT_OFFSET:
		return parse_size(optarg, &s->opt.offset) ? -1 :
			usage("not a number of bytes", optarg);
	case OPT_SIZE:
		return parse_size(optarg, &s->opt.size) && s->opt.size ? -1 :
			usage("not a number of bytes above zero", optarg);
	case OPT_SPAN:
		return parse_span(optarg, &s->opt.span_size) ? -1 :
			usage("not a number of bytes from 64K to 16M", optarg);
	case OPT_CHECKPOINTS:
		s->opt.no_checkpoints = !strcmp(optarg, "none");
		if (s->opt.no_checkpoints || !strcmp(optarg, "auto"))
			return -1;
		return usage("neither auto nor none", optarg);
	case OPT_STATS:
		s->stats = true;
		return -1;
	case OPT_CHECK:
		s->opt.check = true;
		return -1;
	case OPT_MERGE:
		s->opt.merge = true;
		return -1;
	case OPT_BELOW:
		s->opt.below = true;
		if (strcmp(optarg, "none"))
			s->layers[s->count++] = optarg;
		return -1;
	case OPT_DEVICE_IMAGE:
		s->opt.device_image = true;
		return -1;
	case OPT_ALIGN:
		return parse_size(optarg, &s->opt.align) && s->opt.align &&
		       !(s->opt.align % 4096) ? -1 :
			usage("not a multiple of 4096 bytes", optarg);
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

/* What goes together and what does not; returns -1 to go on. */
static int check_options(const struct settings *s)
{
	bool whole = s->opt.merge || s->opt.device_image;

	if (s->count == s->below)
		return usage("is missing", whole ? "LAYER" : "BLOB");
	if (s->count > s->below + 1 && !s->opt.merge)
		return usage("one at a time without --merge",
			     s->layers[s->below + 1]);
	if (whole && s->opt.below)
		return usage("is for one layer", "--below");
	if (s->opt.below && s->opt.raw)
		return usage("shows a layer alone", "--raw");
	if (s->opt.below && s->opt.check)
		return usage("is about one layer alone", "--check");
	if (s->opt.check && s->output)
		return usage("nothing is written with --check", "--output");
	if (!strcmp(s->layers[s->below], "-") && !s->output && !s->opt.check)
		return usage("is missing; there is no name to add .index to",
			     "--output");
	if (whole && !s->output)
		return usage("is needed to say what to write", "--output");
	if (s->opt.merge && s->opt.raw)
		return usage("hides nothing, so nothing can be merged",
			     "--raw");
	if (s->opt.merge && s->opt.toc_path)
		return usage("belongs to one layer", "--toc");
	if (s->opt.merge && (s->opt.toc_stored_digest || s->opt.toc_position))
		return usage("belongs to one layer", "--annotation");
	if (s->opt.align && !s->opt.device_image)
		return usage("is for --device-image", "--align");
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	int c;

	/* There are no more than arguments. */
	s->layers = calloc(argc + 1, sizeof(*s->layers));
	if (!s->layers) {
		fprintf(stderr, PROG ": out of memory\n");
		return EXIT_SYSTEM;
	}
	while ((c = getopt_long(argc, argv, "o:qvhV", options, NULL)) != -1) {
		int code = take_option(s, c);

		if (code >= 0)
			return code;
	}
	s->below = s->count;
	while (optind < argc)
		s->layers[s->count++] = argv[optind++];
	return check_options(s);
}
