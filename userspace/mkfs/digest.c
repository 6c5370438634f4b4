// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Digests and annotations. The two families of tools that read zstd:chunked
 * layers use different keys for the same data. One of them rejects a layer that
 * also has the keys of the other, so the output has two sets.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "report.h"

#define MEDIA_TYPE	"application/vnd.oci.image.layer.v1.tar+"

static bool add(struct json_object *to, const char *key,
		struct json_object *value)
{
	if (value && !json_object_object_add(to, key, value))
		return true;
	json_object_put(value);
	return false;
}

static bool add_text(struct json_object *to, const char *key, const char *text)
{
	return add(to, key, json_object_new_string(text));
}

static bool add_digest(struct json_object *to, const char *key,
		       const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char hex[STARGZ_SHA256_HEX], text[8 + sizeof(hex)];

	stargz_sha256_hex(sha256, hex);
	snprintf(text, sizeof(text), "sha256:%s", hex);
	return add_text(to, key, text);
}

/* An object that gets annotations; @ok: none failed. */
struct annotations {
	struct json_object *to;
	bool ok;
};

static void add_annotation(void *data, const char *key, const char *value)
{
	struct annotations *a = data;

	a->ok = a->ok && add_text(a->to, key, value);
}

static bool add_annotations(struct json_object *root, const char *key,
			    const struct stargz_make_options *opt,
			    const struct stargz_made *made,
			    enum stargz_reader reader)
{
	struct annotations a = { json_object_new_object(), true };

	if (!add(root, key, a.to))
		return false;
	stargz_made_annotations(made, opt->format, reader, add_annotation, &a);
	return a.ok;
}

/* Annotations for podman, which does not support frames of several files. */
static bool add_podman(struct json_object *root,
		       const struct stargz_make_options *opt,
		       const struct stargz_made *made)
{
	if (opt->format != STARGZ_LAYER_ZSTD_CHUNKED || opt->min_member)
		return true;
	return add_annotations(root, "podmanAnnotations", opt, made,
			       STARGZ_READER_PODMAN);
}

static bool fill(struct json_object *root, const struct stargz_make_options *opt,
		 const struct stargz_made *made)
{
	bool zstd = opt->encoding == STARGZ_ENCODING_ZSTD;

	return add_text(root, "mediaType", zstd ? MEDIA_TYPE "zstd" :
						  MEDIA_TYPE "gzip") &&
	       add_digest(root, "digest", made->sha256) &&
	       add(root, "size", json_object_new_int64(made->size)) &&
	       add_digest(root, "diffID", made->diff_id) &&
	       add_digest(root, "tocDigest", made->toc_sha256) &&
	       add_annotations(root, "annotations", opt, made,
			       STARGZ_READER_CONTAINERD) &&
	       add_podman(root, opt, made);
}

bool digest_print(const struct stargz_make_options *opt,
		  const struct stargz_made *made)
{
	struct json_object *root = json_object_new_object();
	bool ok = root && fill(root, opt, made);

	if (ok)
		puts(json_object_to_json_string_ext(root,
						    JSON_C_TO_STRING_PRETTY |
						    JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	return ok;
}

void digest_report(const char *path, const struct stargz_made *made)
{
	struct json_object *o = json_object_new_object();

	report_bytes(o, "file", path, strlen(path));
	add_digest(o, "digest", made->sha256);
	report_int(o, "size", made->size);
	add_digest(o, "diff_id", made->diff_id);
	report_int(o, "tar_size", made->tar_size);
	add_digest(o, "toc_digest", made->toc_sha256);
	report_int(o, "toc_size", made->toc_size);
	report_int(o, "entries", made->entries);
	report_print(stdout, o, true);
}
