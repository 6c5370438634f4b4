// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: an image with layers of another format.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "command.h"
#include "report.h"
#include "source/open.h"
#include "stargz/convert.h"

/**
 * struct conversion - what happened to the layers
 * @s: the command line
 * @list: the layers, for JSON
 * @layers: number of layers
 * @kept: number of those that were copied
 * @differ: number of those with a new diffID
 */
struct conversion {
	struct settings *s;
	struct json_object *list;
	size_t layers;
	size_t kept;
	size_t differ;
};

static void add_digest(struct json_object *o, const char *key,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX] = "sha256:";

	stargz_sha256_hex(sha256, text + strlen(text));
	report_text(o, key, text);
}

static void on_layer(void *data, const struct stargz_converted *layer)
{
	bool differs = memcmp(layer->old_diffid, layer->diffid,
			      sizeof(layer->diffid));
	struct json_object *row = json_object_new_object();
	struct conversion *c = data;
	char old[STARGZ_SHA256_HEX], new[STARGZ_SHA256_HEX];

	c->layers++;
	c->kept += layer->kept;
	c->differ += differs;
	report_text(row, "done", layer->kept ? "copied" : "converted");
	report_int(row, "old_size", layer->old_size);
	report_int(row, "size", layer->size);
	add_digest(row, "old_digest", layer->old_sha256);
	add_digest(row, "digest", layer->sha256);
	add_digest(row, "old_diffid", layer->old_diffid);
	add_digest(row, "diffid", layer->diffid);
	json_object_array_add(c->list, row);
	stargz_sha256_hex(layer->old_sha256, old);
	stargz_sha256_hex(layer->sha256, new);
	bar_clear(&c->s->bar);
	msg_note(c->s->image, "layer sha256:%s, %" PRIu64 " bytes: sha256:%s, %"
		 PRIu64 " bytes%s%s", old, layer->old_size, new, layer->size,
		 layer->kept ? ", copied" : "",
		 differs ? ", with another diffID" : "");
}

static void on_warning(void *data, const char *line)
{
	struct conversion *c = data;

	bar_clear(&c->s->bar);
	if (!c->s->quiet)
		msg_error(c->s->image, "warning: %s", line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct conversion *c = data;

	image_progress(c->s, done, total);
}

/* New layers have no names until all are complete: each takes a descriptor. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int convert(struct conversion *c, const char *name)
{
	struct settings *s = c->s;
	const struct stargz_convert_options how = {
		.struct_size = sizeof(how),
		.platform = s->platform,
		.make = &s->make,
		.reader = s->reader,
		.reuse = s->reuse.name,
		.reuse_count = s->reuse.count,
		.threads = image_threads(),
		.layer = on_layer,
		.warn = on_warning,
		.progress = on_progress,
		.data = c,
	};
	struct stargz_error err;
	int ret;

	s->make.struct_size = sizeof(s->make);
	raise_file_limit();
	bar_start(&s->bar, s->image);
	ret = stargz_image_convert(name, s->dest, &how, &err);
	bar_clear(&s->bar);
	if (ret)
		msg_error(s->image, "%s", err.text);
	return ret;
}

static void report(struct conversion *c)
{
	struct settings *s = c->s;

	if (s->json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "layers", json_object_get(c->list));
		report_print(stdout, o, true);
	} else if (!s->quiet) {
		printf("%s: %zu layers converted, %zu copied\n", s->dest,
		       c->layers - c->kept, c->kept);
		if (c->differ)
			printf("%s: %zu layers have another diffID than in %s\n",
			       s->dest, c->differ, s->image);
	}
}

int command_convert(struct settings *s)
{
	struct conversion c = { .s = s };
	char *name;
	int ret = image_name(s, &name);

	if (ret)
		return exitcode_of(ret);
	c.list = json_object_new_array();
	ret = convert(&c, name);
	if (!ret)
		report(&c);
	json_object_put(c.list);
	free(name);
	return exitcode_of(ret);
}
