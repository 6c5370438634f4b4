// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-index: the command line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "label.h"
#include "option_table.h"
#include "options.h"
#include "stargz/digest.h"
#include "stargz/info.h"
#include "stargz/version.h"

/* The size of a device image is a multiple of this. */
#define ALIGN	4096

static const char synopsis[] =
"Usage: " PROG " [OPTION]... BLOB\n"
"       " PROG " --below=LAYER... [OPTION]... BLOB\n"
"       " PROG " --merge [OPTION]... -o INDEX LAYER...\n"
"       " PROG " --device-image [--merge] [OPTION]... -o IMAGE LAYER...\n"
"       " PROG " [--label=TEXT] [--property=KEY=VALUE]... [--prefetch=FILE]\n"
"                    -o NEW INDEX\n"
"       " PROG " --digest INDEX\n"
"\n"
"Make the index that the kernel needs to mount BLOB, a container layer, without\n"
"unpacking it; or one index of all layers of an image; or a disk image with index\n"
"and layers. Or change the label, properties or prefetch list of an INDEX. A BLOB\n"
"of - is standard input.\n";

static const char epilog[] =
"Exit status: 0 done, 1 usage, 2 a file could not be read or written, 3 unknown\n"
"kind of layer, 4 damaged, too large or wrong digest.\n";

static const char *take_below(void *at, const struct option_value *value)
{
	struct settings *s = at;

	s->opt.below = true;
	if (strcmp(value->text, "none"))
		s->layers[s->count++] = value->text;
	return NULL;
}

static const char *take_align(void *at, const struct option_value *value)
{
	*(uint64_t *)at = value->number;
	return value->number % ALIGN ? "not a multiple of 4096 bytes" : NULL;
}

/* Does a property with the key of @text precede it? */
static bool key_is_taken(const struct names *list, const char *text)
{
	size_t len = strcspn(text, "=") + 1;

	for (size_t i = 0; i < list->count; i++)
		if (!strncmp(list->name[i], text, len))
			return true;
	return false;
}

/* A list without texts takes the place of existing properties. */
static const char *take_property(void *at, const struct option_value *value)
{
	struct settings *s = at;
	struct names *list = &s->properties;
	bool none_at_all = !strcmp(value->text, "none");

	if (!none_at_all && (*value->text == '=' || !strchr(value->text, '=')))
		return "not KEY=VALUE";
	if (none_at_all)
		names_free(list);
	else if (list->count)
		list->count--;	/* the NULL at the end */
	if (key_is_taken(list, value->text))
		return "the key is given twice";
	if ((!none_at_all && !names_add(list, value->text)) ||
	    !names_add(list, NULL))
		return "out of memory";
	s->opt.properties = list->name;
	return NULL;
}

static const char *take_digest(void *at, const struct option_value *value)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	if (stargz_sha256_parse(value->text, digest))
		return "not sha256: and 64 hexadecimal digits";
	*(const char **)at = value->text;
	return NULL;
}

/* The position of a word is the value of no_checkpoints. */
static const char *const checkpoints[] = { "auto", "none", NULL };

static const char *const none[] = { "none", NULL };

static const struct option_row rows[] = {
	{ OPTION(0, "below", OPTION_CALL(take_below)),
	  .kind = OPTION_FILE, .argument = "LAYER|none", .words = none,
	  .help = "make the index of BLOB as a layer on top of LAYER, a blob "
		  "or an index; repeatable, lowest first; none: BLOB is the lowest" },
	{ OPTION(0, "merge", OPTION_STORE(struct settings, opt.merge)),
	  .help = "resolve LAYERs, lowest first, into one tree; each is a blob or an index" },
	{ OPTION(0, "device-image",
		 OPTION_STORE(struct settings, opt.device_image)),
	  .help = "write the blobs after the index, for a disk" },
	{ OPTION(0, "align",
		 OPTION_CALL_AT(take_align, struct settings, opt.align)),
	  .kind = OPTION_SIZE, .argument = "N", .min = ALIGN,
	  .max = INT64_MAX - (ALIGN - 1),
	  .help = "make the size of IMAGE a multiple of N", .preset = "4K" },
	{ OPTION('o', "output", OPTION_STORE(struct settings, output)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "write the index to FILE; - is standard output",
	  .preset = "BLOB.index" },
	{ OPTION(0, "toc", OPTION_STORE(struct settings, opt.toc_path)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "read the table of contents from FILE" },
	INPUT_TOC_DIGEST(struct settings),
	INPUT_ANNOTATION(struct settings),
	{ OPTION(0, "layer-digest",
		 OPTION_CALL_AT(take_digest, struct settings,
				opt.layer_digest)),
	  .kind = OPTION_TEXT, .argument = "DIGEST",
	  .help = "required digest of BLOB, sha256:HEX; the index records it" },
	{ OPTION(0, "digests", OPTION_STORE(struct settings, opt.digests)),
	  .help = "store the SHA-256 of all content, for the mount option "
		  "verify=digest" },
	{ OPTION('L', "label",
		 OPTION_CALL_AT(label_take, struct settings, opt.label)),
	  .kind = OPTION_TEXT, .argument = "TEXT",
	  .help = "name of the volume, up to 32 bytes" },
	{ OPTION(0, "property", OPTION_CALL(take_property)),
	  .kind = OPTION_TEXT, .argument = "KEY=VALUE|none", .words = none,
	  .help = "store a property, such as the name of the image; repeatable; "
		  "none: no property" },
	{ OPTION(0, "prefetch", OPTION_STORE(struct settings,
					     opt.prefetch_path)),
	  .kind = OPTION_FILE, .argument = "FILE",
	  .help = "store the order in which the paths in FILE, one a line, are "
		  "needed" },
	{ OPTION(0, "raw", OPTION_STORE(struct settings, opt.raw)),
	  .help = "show whiteouts and landmarks as they are in the tar" },
	{ OPTION(0, "offset", OPTION_STORE(struct settings, opt.offset)),
	  .kind = OPTION_SIZE, .argument = "N", .max = INT64_MAX,
	  .help = "first byte of the layer in BLOB" },
	{ OPTION(0, "size", OPTION_STORE(struct settings, opt.size)),
	  .kind = OPTION_SIZE, .argument = "N", .min = 1, .max = INT64_MAX,
	  .help = "size of the layer in bytes, or with K, M, G or T" },
	{ OPTION(0, "span", OPTION_STORE(struct settings, opt.span_size)),
	  .kind = OPTION_SIZE, .argument = "N",
	  .min = STARGZ_SPAN_SIZE_MIN, .max = STARGZ_SPAN_SIZE_MAX,
	  .help = "decoded bytes between checkpoints", .preset = "128K" },
	{ OPTION(0, "checkpoints",
		 OPTION_STORE(struct settings, opt.no_checkpoints)),
	  .kind = OPTION_CHOICE, .argument = "auto|none", .words = checkpoints,
	  .help = "auto: place checkpoints in members of eStargz layers that "
		  "are larger than a span; none: place none, and read only the "
		  "table of contents" },
	{ OPTION(0, "digest", OPTION_STORE(struct settings, digest)),
	  .help = "print the digest of the index, for the mount option "
		  "index_digest=" },
	{ OPTION(0, "stats", OPTION_STORE(struct settings, stats)),
	  .help = "print the counts of the index, time and memory" },
	{ OPTION(0, "json", OPTION_STORE(struct settings, json)),
	  .help = "print the same as JSON" },
	{ OPTION(0, "check", OPTION_STORE(struct settings, opt.check)),
	  .help = "write nothing; decode all content and compare digests" },
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

/* Check combinations of options; returns -1 to continue, else the exit code. */
static int check_options(const struct settings *s)
{
	bool whole = s->opt.merge || s->opt.device_image;

	if (s->count == s->below)
		return usage("is missing", whole ? "LAYER" : "BLOB");
	if (s->count > s->below + 1 && !s->opt.merge)
		return usage("is a second layer, which requires --merge",
			     s->layers[s->below + 1]);
	if (whole && s->opt.below)
		return usage("cannot be used with --merge or --device-image",
			     "--below");
	if (s->opt.below && s->opt.raw)
		return usage("cannot be used with --below", "--raw");
	if (s->opt.below && s->opt.check)
		return usage("cannot be used with --below", "--check");
	if (s->opt.check && s->output)
		return usage("cannot be used with --check", "--output");
	if (!strcmp(s->layers[s->below], "-") && !s->output && !s->opt.check)
		return usage("is required if BLOB is -", "--output");
	if (whole && !s->output)
		return usage("is required with --merge and --device-image",
			     "--output");
	if (s->opt.merge && s->opt.raw)
		return usage("cannot be used with --merge", "--raw");
	if (s->opt.merge && s->opt.toc_path)
		return usage("cannot be used with --merge", "--toc");
	if (s->opt.merge && (s->opt.toc_stored_digest || s->opt.toc_position))
		return usage("cannot be used with --merge", "--annotation");
	if (s->opt.merge && s->opt.layer_digest)
		return usage("cannot be used with --merge", "--layer-digest");
	if (s->opt.align && !s->opt.device_image)
		return usage("requires --device-image", "--align");
	if (s->digest && s->opt.check)
		return usage("cannot be used with --check", "--digest");
	if (s->digest && (s->stats || s->json))
		return usage("cannot be used with --stats or --json, which print it, too",
			     "--digest");
	return -1;
}

/* An option that only makes sense while an index is made, or NULL. */
static const char *option_for_layers(const struct stargz_index_options *opt)
{
	return opt->toc_path ? "--toc" :
	       opt->toc_digest ? "--toc-digest" :
	       opt->toc_stored_digest || opt->toc_position ? "--annotation" :
	       opt->layer_digest ? "--layer-digest" :
	       opt->digests ? "--digests" :
	       opt->raw ? "--raw" :
	       opt->check ? "--check" :
	       opt->offset ? "--offset" :
	       opt->size ? "--size" :
	       opt->span_size ? "--span" :
	       opt->no_checkpoints ? "--checkpoints" : NULL;
}

int options_check_edit(const struct settings *s)
{
	const struct stargz_index_options *opt = &s->opt;
	bool edits = opt->label || opt->properties || opt->prefetch_path;
	const char *wrong = option_for_layers(opt);

	if (wrong)
		return usage("is for layers and cannot be used with an index",
			     wrong);
	if (edits && !s->output)
		return usage("is required to change an index", "--output");
	if (!edits && s->output)
		return usage("is an index: --label, --property or --prefetch change it",
			     s->layers[0]);
	if (!edits && !s->digest)
		return usage("is an index already", s->layers[0]);
	return -1;
}

int options_parse(struct settings *s, int argc, char **argv)
{
	int code;

	/* There are at most as many layers as arguments. */
	s->layers = calloc(argc + 1, sizeof(*s->layers));
	if (!s->layers) {
		fprintf(stderr, PROG ": out of memory\n");
		return EXIT_SYSTEM;
	}
	code = option_parse(&table, s, argc, argv);
	if (code >= 0)
		return code;
	s->below = s->count;
	while (optind < argc)
		s->layers[s->count++] = argv[optind++];
	return check_options(s);
}
