// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: a disk with an image: an index of all layers, and the layers as
 * they are. The index says which image it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "output.h"
#include "stargz/index.h"

/* Bytes for all properties, below the limit of an index. */
#define PROPERTIES_ROOM	(60u << 10)
/* Longest text of a command that made a layer. */
#define CREATED_MAX	200

/* The properties of the index. */
struct properties {
	char **texts;
	size_t count;
	size_t bytes;
};

/* Append a property, which is a new string. */
static void add(struct properties *p, char *text)
{
	p->bytes += strlen(text) + 1;
	if (p->bytes > PROPERTIES_ROOM) {
		free(text);
		return;
	}
	p->texts = xrealloc(p->texts, (p->count + 2) * sizeof(*p->texts));
	p->texts[p->count++] = text;
	p->texts[p->count] = NULL;
}

static void add_digest(struct properties *p, const char *key,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char hex[STARGZ_SHA256_HEX];

	stargz_sha256_hex(sha256, hex);
	add(p, xasprintf("%s=sha256:%s", key, hex));
}

/* Length of a text that is not cut within a UTF-8 sequence. */
static int cut(const char *text)
{
	size_t len = strlen(text);

	if (len <= CREATED_MAX)
		return len;
	for (len = CREATED_MAX; len && (text[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

static void describe(struct properties *p, const struct image *img)
{
	struct stargz_image_info info;

	stargz_image_get_info(img->image, &info);
	if (*info.ref)
		add(p, xasprintf("image.ref=%s", info.ref));
	if (info.manifest)
		add_digest(p, "image.digest", info.manifest_sha256);
	add_digest(p, "image.config", info.config_sha256);
	if (*info.platform)
		add(p, xasprintf("image.platform=%s", info.platform));
	for (size_t i = 0; i < img->count; i++) {
		const struct stargz_image_layer *l = &img->layers[i].info;

		if (*l->media_type)
			add(p, xasprintf("layer.%zu.media=%s", i,
					 l->media_type));
		if (*l->created_by)
			add(p, xasprintf("layer.%zu.created=%.*s", i,
					 cut(l->created_by), l->created_by));
	}
}

static void free_properties(struct properties *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->texts[i]);
	free(p->texts);
}

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	msg_note(s->image, "warning: %s", line);
}

static int write_disk(struct settings *s, const struct image *img, int out)
{
	struct properties properties = { 0 };
	struct stargz_index_options how = {
		.struct_size = sizeof(how),
		.merge = true,
		.device_image = true,
		.label = s->label,
		.digests = s->verify && !strcmp(s->verify, "digest"),
		.threads = image_threads(),
		.warn = on_warning,
		.progress = image_progress,
		.data = s,
	};
	struct stargz_error err = { "" };
	struct image_links chain;
	size_t failed = img->count;
	int ret;

	describe(&properties, img);
	how.properties = (const char *const *)properties.texts;
	image_links_make(&chain, img);
	bar_start(&s->bar, s->image);
	ret = stargz_index_chain(chain.links, img->count, &how, out, NULL, &err,
				 &failed);
	bar_clear(&s->bar);
	if (ret)
		image_failed(img, ret, failed, &err);
	image_links_free(&chain);
	free_properties(&properties);
	return ret;
}

/* Does the output replace the file of a layer? */
static bool is_input(const struct image *img, const struct output *out)
{
	struct stat st;

	for (size_t i = 0; i < img->count; i++)
		if (!fstat(img->layers[i].fd, &st) && output_is_file(out, &st))
			return true;
	return false;
}

enum exit_code disk_make(struct settings *s, const struct image *img,
			 const char *path)
{
	struct output out = OUTPUT_INIT;
	int ret;

	if (output_open(&out, path, OUTPUT_BINARY)) {
		msg_error(path, "%s", out.why);
		return EXIT_SYSTEM;
	}
	if (!out.temp) {
		msg_error(path, "not a regular file");
		output_drop(&out);
		return EXIT_SYSTEM;
	}
	if (is_input(img, &out)) {
		msg_error(path, "is also the image");
		output_drop(&out);
		return EXIT_SYSTEM;
	}
	ret = write_disk(s, img, out.fd);
	if (ret) {
		output_drop(&out);
		return exitcode_of(ret);
	}
	if (output_keep(&out)) {
		msg_error(path, "%s", out.why);
		return EXIT_SYSTEM;
	}
	msg_note(path, "written");
	return EXIT_OK;
}

int command_disk(struct settings *s)
{
	struct image img = {
		.name = s->image, .merged.fd = -1, .progress = image_progress,
		.data = s,
	};
	struct stargz_image *image;
	int code, ret = image_open(s, &image);

	if (ret)
		return exitcode_of(ret);
	img.image = image;
	ret = image_open_layers(&img);
	if (!ret && !img.count) {
		msg_error(s->image, "the image has no layers");
		ret = -EINVAL;
	}
	code = ret ? exitcode_of(ret) : disk_make(s, &img, s->output);
	image_close(&img);
	stargz_image_close(image);
	return code;
}
