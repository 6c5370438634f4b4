// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: what there is: ls, info and verify.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "report.h"
#include "source/open.h"
#include "source/registry.h"

static void add_text(struct json_object *o, const char *key, const char *text)
{
	report_bytes(o, key, text, strlen(text));
}

static void add_digest(struct json_object *o, const char *key,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX] = "sha256:";

	stargz_sha256_hex(sha256, text + strlen(text));
	report_text(o, key, text);
}

static void add_found(void *data, const struct stargz_image_found *found)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "name", *found->ref ? found->ref : "-");
	add_text(o, "platform", *found->platform ? found->platform : "-");
	if (found->has_sha256)
		add_digest(o, "digest", found->sha256);
	else
		report_text(o, "digest", "-");
	json_object_array_add(data, o);
}

int command_ls(struct settings *s)
{
	struct json_object *list = json_object_new_array(), *o;
	struct stargz_error err;
	char *name;
	int ret = image_name(s, &name);

	if (!ret) {
		ret = stargz_image_list(name, add_found, list, &err);
		if (ret)
			msg_error(s->image, "%s", err.text);
		free(name);
	}
	if (ret) {
		json_object_put(list);
		return exitcode_of(ret);
	}
	o = json_object_new_object();
	json_object_object_add(o, "images", list);
	report_print(stdout, o, s->json);
	return EXIT_OK;
}

static void add_layers(struct json_object *o, const struct stargz_image *image)
{
	struct json_object *list = json_object_new_array();
	struct stargz_image_layer layer;

	for (size_t i = 0; !stargz_image_get_layer(image, i, &layer); i++) {
		struct json_object *row = json_object_new_object();

		report_int(row, "layer", i);
		report_int(row, "size", layer.size);
		add_digest(row, "digest", layer.sha256);
		add_digest(row, "diffid", layer.diffid);
		add_text(row, "media_type", layer.media_type);
		report_text(row, "there", layer.missing ? "no" : "yes");
		add_text(row, "created_by", layer.created_by);
		json_object_array_add(list, row);
	}
	json_object_object_add(o, "layers", list);
}

/* The documents themselves; they were valid when the image was opened. */
static void add_document(struct json_object *o, const char *key,
			 const char *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new();

	if (tok)
		json_object_object_add(o, key,
				       json_tokener_parse_ex(tok, text, len));
	json_tokener_free(tok);
}

int command_info(struct settings *s)
{
	struct json_object *o;
	struct stargz_image_info info;
	struct stargz_image *image;
	int ret = image_open(s, &image);

	if (ret)
		return exitcode_of(ret);
	stargz_image_get_info(image, &info);
	o = json_object_new_object();
	/* The cache of images has names of its own. */
	add_text(o, "name", registry_is_name(s->image) ?
		 s->image + strlen("docker://") : info.ref);
	add_text(o, "platform", info.platform);
	if (*info.created)
		add_text(o, "created", info.created);
	if (info.manifest)
		add_digest(o, "digest", info.manifest_sha256);
	add_digest(o, "config_digest", info.config_sha256);
	if (info.manifest)
		add_text(o, "media_type", info.media_type);
	add_layers(o, image);
	if (s->json && info.manifest)
		add_document(o, "manifest", info.manifest, info.manifest_len);
	if (s->json)
		add_document(o, "config", info.config, info.config_len);
	report_print(stdout, o, s->json);
	stargz_image_close(image);
	return EXIT_OK;
}

struct faults {
	struct settings *s;
	struct json_object *list;
	int first;
};

static void on_fault(void *data, int code, const char *text)
{
	struct faults *f = data;
	struct json_object *row;

	if (!f->first)
		f->first = code;
	if (!f->s->json) {
		bar_clear(&f->s->bar);
		msg_error(f->s->image, "%s", text);
		return;
	}
	row = json_object_new_object();
	add_text(row, "fault", text);
	json_object_array_add(f->list, row);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct faults *f = data;

	image_progress(f->s, done, total);
}

static int verify(struct settings *s, const struct stargz_image *image,
		  struct faults *f)
{
	const struct stargz_image_verify_options how = {
		.struct_size = sizeof(how),
		.threads = image_threads(),
		.fault = on_fault,
		.progress = on_progress,
		.data = f,
	};
	struct stargz_error err;
	int ret;

	bar_start(&s->bar, s->image);
	ret = stargz_image_verify(image, &how, NULL, &err);
	bar_clear(&s->bar);
	if (ret)
		msg_error(s->image, "%s", err.text);
	return ret ? ret : f->first;
}

int command_verify(struct settings *s)
{
	struct faults f = { .s = s };
	struct stargz_image_info info;
	struct stargz_image *image;
	struct json_object *o;
	int ret = image_open(s, &image);

	if (ret)
		return exitcode_of(ret);
	f.list = json_object_new_array();
	ret = verify(s, image, &f);
	stargz_image_get_info(image, &info);
	if (s->json) {
		o = json_object_new_object();
		report_int(o, "layers", info.layers);
		json_object_object_add(o, "faults", json_object_get(f.list));
		report_print(stdout, o, true);
	} else if (!ret && !s->quiet) {
		printf("%s: %zu layers verified\n", s->image, info.layers);
	}
	json_object_put(f.list);
	stargz_image_close(image);
	return exitcode_of(ret);
}
