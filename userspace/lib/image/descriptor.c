// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <inttypes.h>
#include <string.h>

#include "image/descriptor.h"

int sgz_digest_parse(const struct sgz_doc *doc, const char *text,
		     uint8_t digest[STARGZ_SHA256_LEN])
{
	size_t len = strlen(text);

	if (!stargz_sha256_parse(text, digest))
		return 0;
	if (!strncmp(text, "sha512:", 7) || !strncmp(text, "blake3:", 7))
		return sgz_fail(doc->ctx, -EINVAL,
				"%s: digest %s: only sha256 is supported",
				doc->name, sgz_quote(text, len).text);
	return sgz_doc_bad(doc, "digest %s is not sha256: and 64 hexadecimal digits",
			   sgz_quote(text, len).text);
}

static int parse_platform(struct sgz_platform *platform,
			  const struct sgz_doc *doc, struct json_object *in)
{
	const char *os, *arch, *variant;
	struct json_object *value;
	int ret;

	ret = sgz_doc_member(doc, in, "platform", json_type_object, &value);
	if (!ret)
		ret = sgz_doc_text(doc, value, "os", &os);
	if (!ret)
		ret = sgz_doc_text(doc, value, "architecture", &arch);
	if (!ret)
		ret = sgz_doc_text(doc, value, "variant", &variant);
	if (!ret)
		sgz_platform_set(platform, os, arch, variant);
	return ret;
}

/* Tools that write several images call each by one of these annotations. */
static int parse_ref(const char **ref, const struct sgz_doc *doc,
		     struct json_object *in)
{
	struct json_object *notes;
	int ret;

	ret = sgz_doc_member(doc, in, "annotations", json_type_object, &notes);
	if (!ret)
		ret = sgz_doc_text(doc, notes,
				   "org.opencontainers.image.ref.name", ref);
	if (!ret && !*ref)
		ret = sgz_doc_text(doc, notes, "io.containerd.image.name", ref);
	return ret;
}

static int parse_url(const char **url, const struct sgz_doc *doc,
		     struct json_object *in)
{
	struct json_object *list;
	int ret;

	ret = sgz_doc_array(doc, in, "urls", json_type_string, &list);
	*url = NULL;
	if (ret || !list || !json_object_array_length(list))
		return ret;
	return sgz_doc_value(doc, json_object_array_get_idx(list, 0), "urls",
			     url);
}

int sgz_descriptor_parse(struct sgz_descriptor *d, const struct sgz_doc *doc,
			 struct json_object *in)
{
	const char *digest;
	int ret;

	memset(d, 0, sizeof(*d));
	ret = sgz_doc_text(doc, in, "digest", &digest);
	if (!ret && !digest)
		ret = sgz_doc_bad(doc, "a descriptor has no digest");
	if (!ret)
		ret = sgz_digest_parse(doc, digest, d->digest);
	if (!ret)
		ret = sgz_doc_size(doc, in, "size", &d->size);
	d->sized = true;
	if (!ret)
		ret = sgz_doc_text(doc, in, "mediaType", &d->media_type);
	if (!ret && !d->media_type)
		d->media_type = "";
	if (!ret)
		ret = parse_platform(&d->platform, doc, in);
	if (!ret)
		ret = parse_ref(&d->ref, doc, in);
	return ret ? ret : parse_url(&d->url, doc, in);
}

int sgz_descriptor_size(const struct sgz_descriptor *d,
			const struct sgz_context *ctx, const char *what,
			uint64_t size)
{
	if (!d->sized || size == d->size)
		return 0;
	return sgz_fail(ctx, -EBADMSG,
			"%s sha256:%s has %" PRIu64 " bytes, not %" PRIu64,
			what, sgz_sha256_hex(d->digest).text, size, d->size);
}

static int check_digest(const struct sgz_descriptor *d,
			const struct sgz_context *ctx, const char *what,
			const struct sgz_vec *bytes)
{
	uint8_t have[STARGZ_SHA256_LEN];
	int ret = stargz_sha256(bytes->data, bytes->count, have, ctx->err);

	if (ret || !memcmp(have, d->digest, sizeof(have)))
		return ret;
	return sgz_fail(ctx, -EBADMSG, "%s has the digest sha256:%s, not sha256:%s",
			what, sgz_sha256_hex(have).text,
			sgz_sha256_hex(d->digest).text);
}

/* "dir:" has the manifest, and those that it names, under other names. */
static int find_document(const struct sgz_descriptor *d,
			 const struct sgz_store *store,
			 const struct sgz_context *ctx, struct sgz_place *place)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);
	char name[STARGZ_SHA256_HEX + sizeof(".manifest.json")];
	int ret = sgz_store_blob(store, ctx, d->digest, place);

	if (ret != -ENOENT || store->transport != SGZ_DIR)
		return ret;
	snprintf(name, sizeof(name), "%s.manifest.json",
		 sgz_sha256_hex(d->digest).text);
	if (!sgz_store_file(store, &quiet, name, place) ||
	    !sgz_store_file(store, &quiet, "manifest.json", place))
		return 0;
	return ret;
}

int sgz_descriptor_read(const struct sgz_descriptor *d,
			const struct sgz_store *store,
			const struct sgz_context *ctx, const char *what,
			struct sgz_vec *bytes)
{
	struct sgz_place place;
	int ret;

	bytes->count = 0;
	ret = find_document(d, store, ctx, &place);
	if (!ret)
		ret = sgz_descriptor_size(d, ctx, what, place.size);
	if (!ret)
		ret = sgz_store_read(store, ctx, what, &place, bytes);
	return ret ? ret : check_digest(d, ctx, what, bytes);
}
