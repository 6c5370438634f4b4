// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Work is bounded as in image/list.c: by the number of documents, by their bytes,
 * and by the depth of indexes. An index in a circle would need a wrong digest.
 */
#include <string.h>

#include "convert/documents.h"
#include "convert/image.h"
#include "convert/json.h"
#include "convert/layer.h"
#include "image/list.h"
#include "image/open.h"

#define OCI_INDEX	"application/vnd.oci.image.index.v1+json"
#define REF_NAME	"org.opencontainers.image.ref.name"

/**
 * struct pass - one walk through the documents
 * @c: the conversion
 * @write: write new documents; else find layers
 * @documents: number of documents that were read
 * @bytes: their size in bytes
 * @images: number of images
 * @fault: why the first other thing is not an image: a negative errno, or zero
 * @why: error text of @fault
 */
struct pass {
	struct sgz_convert *c;
	bool write;
	unsigned int documents;
	uint64_t bytes;
	size_t images;
	int fault;
	struct stargz_error why;
};

static int walk(struct pass *p, unsigned int depth,
		const struct sgz_descriptor *d, struct json_object *out);

static int count_bytes(struct pass *p, size_t bytes)
{
	p->bytes += bytes;
	return p->bytes <= SGZ_INDEXES_BYTES ? 0 :
	       sgz_fail(p->c->ctx, -E2BIG, "documents of more than %llu bytes",
			SGZ_INDEXES_BYTES);
}

static int read_document(struct pass *p, const struct sgz_context *ctx,
			 const struct sgz_descriptor *d, struct sgz_vec *bytes)
{
	int ret;

	if (++p->documents > SGZ_INDEXES_MAX)
		return sgz_fail(ctx, -E2BIG, "more than %d documents",
				SGZ_INDEXES_MAX);
	ret = sgz_descriptor_read(d, &p->c->store, ctx, "manifest or index",
				  bytes);
	return ret ? ret : count_bytes(p, bytes->count);
}

/* Something that is not converted. It may be a thing that belongs to an image. */
static void leave(struct pass *p, const struct sgz_descriptor *d, int ret,
		  const struct stargz_error *why)
{
	if (!p->fault) {
		p->fault = ret;
		p->why = *why;
	}
	/* BuildKit describes how images were made in manifests like this. */
	if (!p->write && strcmp(d->platform.os, "unknown"))
		sgz_warn(p->c->ctx, "sha256:%s is not converted: %s",
			 sgz_sha256_hex(d->digest).text, why->text);
}

static int put(struct pass *p, const struct sgz_vec *bytes)
{
	uint8_t digest[STARGZ_SHA256_LEN];

	return sgz_destination_put(&p->c->dest, p->c->ctx, bytes->data,
				   bytes->count, digest);
}

/* Copy a blob of a document that is copied. It may be missing. */
static int copy_blob(struct pass *p, const struct sgz_doc *doc,
		     struct json_object *in)
{
	struct sgz_descriptor d;
	int ret = sgz_descriptor_parse(&d, doc, in);

	if (!ret)
		ret = sgz_convert_copy(p->c, d.digest);
	return ret == -ENOENT || ret == -EINVAL ? 0 : ret;
}

/* Copy a manifest that is not of an image, and its blobs. */
static int copy_manifest(struct pass *p, const struct sgz_doc *doc,
			 const struct sgz_vec *bytes)
{
	struct json_object *config, *layers;
	int ret = sgz_doc_member(doc, doc->root, "config", json_type_object,
				 &config);

	if (!ret)
		ret = sgz_doc_array(doc, doc->root, "layers", json_type_object,
				    &layers);
	if (!ret && config)
		ret = copy_blob(p, doc, config);
	for (size_t i = 0; !ret && layers &&
	     i < json_object_array_length(layers); i++)
		ret = copy_blob(p, doc, json_object_array_get_idx(layers, i));
	return ret ? ret : put(p, bytes);
}

static int use_image(struct pass *p, const struct stargz_image *image,
		     struct json_object *out)
{
	int ret = count_bytes(p, image->config.count);

	p->images++;
	if (ret)
		return ret;
	return p->write ? sgz_convert_image_write(p->c, image, out) :
			  sgz_convert_image_scan(p->c, image);
}

static int walk_manifest(struct pass *p, const struct sgz_descriptor *d,
			 const struct sgz_doc *doc, const struct sgz_vec *bytes,
			 struct json_object *out)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(p->c->ctx, &err);
	struct stargz_image *image;
	int ret = sgz_convert_image_open(p->c, &quiet, d, &image);

	if (ret == -EINVAL || ret == -ENOENT) {
		leave(p, d, ret, &err);
		return p->write ? copy_manifest(p, doc, bytes) : 0;
	}
	if (ret)
		return sgz_fail(p->c->ctx, ret, "%s", err.text);
	ret = use_image(p, image, out);
	sgz_convert_image_close(image);
	return ret;
}

static const char *digest_text(struct json_object *descriptor)
{
	return json_object_get_string(json_object_object_get(descriptor,
							     "digest"));
}

/* Walk a descriptor of an index. Its new form takes its place. */
static int walk_child(struct pass *p, unsigned int depth,
		      const struct sgz_doc *doc, struct json_object *list,
		      size_t nr, struct json_object *renamed)
{
	struct json_object *in = json_object_array_get_idx(list, nr), *out;
	const struct sgz_context *ctx = p->c->ctx;
	struct sgz_descriptor d;
	int ret = sgz_descriptor_parse(&d, doc, in);

	if (!ret && !p->write)
		return walk(p, depth, &d, NULL);
	if (!ret)
		ret = sgz_json_copy(ctx, in, &out);
	if (ret)
		return ret;
	ret = walk(p, depth, &d, out);
	if (!ret && strcmp(digest_text(in), digest_text(out)))
		ret = sgz_json_add_text(ctx, renamed, digest_text(in),
					digest_text(out));
	if (!ret && !json_object_array_put_idx(list, nr, out))
		return 0;
	json_object_put(out);
	return ret ? ret : sgz_nomem(ctx);
}

/* A manifest that belongs to an image names its digest. */
static int rename_subject(struct pass *p, struct json_object *descriptor,
			  struct json_object *renamed)
{
	static const char key[] = "vnd.docker.reference.digest";
	struct json_object *notes, *old, *new;

	if (!json_object_object_get_ex(descriptor, "annotations", &notes) ||
	    !json_object_is_type(notes, json_type_object) ||
	    !json_object_object_get_ex(notes, key, &old) ||
	    !json_object_object_get_ex(renamed, json_object_get_string(old),
				       &new))
		return 0;
	return sgz_json_add(p->c->ctx, notes, key, json_object_get(new));
}

static int write_index(struct pass *p, struct sgz_doc *doc,
		       struct json_object *list, struct json_object *renamed,
		       struct json_object *out)
{
	const struct sgz_context *ctx = p->c->ctx;
	uint8_t digest[STARGZ_SHA256_LEN];
	const char *text;
	int ret = 0;

	for (size_t i = 0; !ret && i < json_object_array_length(list); i++)
		ret = rename_subject(p, json_object_array_get_idx(list, i),
				     renamed);
	if (!ret)
		ret = sgz_json_add_text(ctx, doc->root, "mediaType", OCI_INDEX);
	text = ret ? NULL : sgz_json_text(doc->root);
	if (!ret && !text)
		ret = sgz_nomem(ctx);
	if (!ret)
		ret = sgz_destination_put(&p->c->dest, ctx, text, strlen(text),
					  digest);
	return ret ? ret : sgz_json_describe(ctx, out, OCI_INDEX, digest,
					     strlen(text));
}

static int walk_index(struct pass *p, unsigned int depth, struct sgz_doc *doc,
		      const struct sgz_vec *bytes, struct json_object *out)
{
	struct json_object *list, *renamed = json_object_new_object();
	size_t count;
	int ret;

	if (!renamed)
		return sgz_nomem(p->c->ctx);
	ret = depth > SGZ_IMAGES_DEPTH ?
	      sgz_fail(p->c->ctx, -E2BIG,
		       "indexes are nested deeper than %d levels",
		       SGZ_IMAGES_DEPTH) :
	      sgz_doc_array(doc, doc->root, "manifests", json_type_object,
			    &list);
	count = !ret && list ? json_object_array_length(list) : 0;
	for (size_t i = 0; !ret && i < count; i++)
		ret = walk_child(p, depth + 1, doc, list, i, renamed);
	if (!ret && p->write)
		ret = json_object_object_length(renamed) ?
		      write_index(p, doc, list, renamed, out) : put(p, bytes);
	json_object_put(renamed);
	return ret;
}

/* Walk a document. @out: its descriptor, which is changed; or NULL. */
static int walk_document(struct pass *p, unsigned int depth,
			 const struct sgz_descriptor *d,
			 const struct sgz_vec *bytes, struct json_object *out)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(p->c->ctx, &err);
	struct sgz_doc doc = { 0 };
	int ret, kind;

	ret = sgz_doc_parse(&doc, &quiet, "manifest or index", bytes->data,
			    bytes->count, json_type_object);
	kind = ret ? ret : sgz_doc_kind(&doc, d->media_type);
	doc.ctx = p->c->ctx;
	if (kind == SGZ_DOC_INDEX) {
		ret = walk_index(p, depth, &doc, bytes, out);
	} else if (kind == SGZ_DOC_MANIFEST) {
		ret = walk_manifest(p, d, &doc, bytes, out);
	} else if (kind == -EINVAL) {
		leave(p, d, kind, &err);
		ret = p->write ? put(p, bytes) : 0;
	} else {
		ret = sgz_fail(p->c->ctx, kind, "%s", err.text);
	}
	sgz_doc_free(&doc);
	return ret;
}

static int walk(struct pass *p, unsigned int depth,
		const struct sgz_descriptor *d, struct json_object *out)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(p->c->ctx, &err);
	struct sgz_vec bytes = { 0 };
	int ret = read_document(p, &quiet, d, &bytes);

	if (ret == -ENOENT) {
		/* The images of other platforms may be missing. */
		leave(p, d, ret, &err);
		ret = 0;
	} else if (ret) {
		ret = sgz_fail(p->c->ctx, ret, "%s", err.text);
	} else {
		ret = walk_document(p, depth, d, &bytes, out);
	}
	sgz_vec_free(&bytes);
	return ret;
}

/* Start at a document. Its descriptor is added to the list. */
static int start(struct pass *p, const struct sgz_descriptor *d,
		 struct json_object *in, struct json_object *list)
{
	struct json_object *out;
	int ret = sgz_json_copy(p->c->ctx, in, &out);

	if (ret)
		return ret;
	ret = walk(p, 0, d, p->write ? out : NULL);
	if (!ret && !json_object_array_add(list, out))
		return 0;
	json_object_put(out);
	return ret ? ret : sgz_nomem(p->c->ctx);
}

/* A document that is named by a digest only: its descriptor is made. */
static int start_digest(struct pass *p, const uint8_t digest[STARGZ_SHA256_LEN],
			struct json_object *list)
{
	const struct sgz_context *ctx = p->c->ctx;
	struct sgz_descriptor d = { .media_type = "" };
	struct json_object *in = NULL, *type = NULL;
	struct sgz_vec bytes = { 0 };
	struct sgz_doc doc = { 0 };
	int ret;

	memcpy(d.digest, digest, sizeof(d.digest));
	ret = sgz_descriptor_read(&d, &p->c->store, ctx, "manifest or index",
				  &bytes);
	if (!ret)
		ret = sgz_doc_parse(&doc, ctx, "manifest or index", bytes.data,
				    bytes.count, json_type_object);
	if (!ret)
		ret = sgz_doc_member(&doc, doc.root, "mediaType",
				     json_type_string, &type);
	if (!ret)
		ret = sgz_json_copy(ctx, NULL, &in);
	if (!ret)
		ret = sgz_json_describe(ctx, in, type ?
			json_object_get_string(type) :
			json_object_object_get_ex(doc.root, "manifests", NULL) ?
			OCI_INDEX : "application/vnd.oci.image.manifest.v1+json",
			digest, bytes.count);
	if (!ret)
		ret = start(p, &d, in, list);
	json_object_put(in);
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	return ret;
}

/* The images of index.json, or those with the wanted name. */
static int start_index(struct pass *p, const struct sgz_doc *doc,
		       struct json_object *list)
{
	const char *ref = p->c->from.ref;
	struct json_object *all;
	size_t count;
	int ret = sgz_doc_array(doc, doc->root, "manifests", json_type_object,
				&all);

	count = !ret && all ? json_object_array_length(all) : 0;
	for (size_t i = 0; !ret && i < count; i++) {
		struct json_object *in = json_object_array_get_idx(all, i);
		struct sgz_descriptor d;

		ret = sgz_descriptor_parse(&d, doc, in);
		if (!ret && (!ref || (d.ref && !strcmp(d.ref, ref))))
			ret = start(p, &d, in, list);
	}
	return ret;
}

/* The document that names the images; that of "dir:" is an image or an index. */
static int start_top(struct pass *p, struct json_object *list)
{
	bool dir = p->c->store.transport == SGZ_DIR;
	const char *name = dir ? "manifest.json" : "index.json";
	const struct sgz_context *ctx = p->c->ctx;
	uint8_t digest[STARGZ_SHA256_LEN];
	struct sgz_vec bytes = { 0 };
	struct sgz_doc doc = { 0 };
	struct sgz_place place;
	int ret = sgz_store_file(&p->c->store, ctx, name, &place);

	if (!ret)
		ret = sgz_store_read(&p->c->store, ctx, name, &place, &bytes);
	if (!ret && dir)
		ret = stargz_sha256(bytes.data, bytes.count, digest, ctx->err);
	if (!ret && dir)
		ret = start_digest(p, digest, list);
	if (!ret && !dir)
		ret = sgz_doc_parse(&doc, ctx, name, bytes.data, bytes.count,
				    json_type_object);
	if (!ret && !dir)
		ret = start_index(p, &doc, list);
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	return ret;
}

/* The descriptor of an image that was chosen by its platform, or of docker save. */
static int describe_image(const struct sgz_context *ctx,
			  const struct stargz_image *image,
			  struct json_object **to)
{
	const struct sgz_platform *platform = &image->platform;
	struct json_object *part;
	int ret = sgz_json_copy(ctx, NULL, to);

	if (!ret && image->has_manifest)
		ret = sgz_json_describe(ctx, *to, image->media_type,
					image->manifest_digest,
					image->manifest.count);
	if (!ret && *platform->os) {
		part = json_object_new_object();
		ret = sgz_json_add(ctx, *to, "platform", part);
		if (!ret)
			ret = sgz_json_add_text(ctx, part, "architecture",
						platform->arch);
		if (!ret)
			ret = sgz_json_add_text(ctx, part, "os", platform->os);
		if (!ret && *platform->variant)
			ret = sgz_json_add_text(ctx, part, "variant",
						platform->variant);
	}
	if (!ret && image->ref) {
		part = json_object_new_object();
		ret = sgz_json_add(ctx, *to, "annotations", part);
		if (!ret)
			ret = sgz_json_add_text(ctx, part, REF_NAME,
						image->ref);
	}
	return ret;
}

/* One image: of a platform, or of an archive of docker save. */
static int start_image(struct pass *p, struct json_object *list)
{
	const struct stargz_image_options how = {
		.struct_size = sizeof(how),
		.platform = p->c->opt->platform,
	};
	const struct sgz_context *ctx = p->c->ctx;
	struct json_object *out = NULL;
	struct stargz_image *image;
	int ret = stargz_image_open(&image, p->c->from_name, &how, ctx->err);

	if (ret)
		return ret;
	ret = describe_image(ctx, image, &out);
	if (!ret)
		ret = use_image(p, image, out);
	stargz_image_close(image);
	if (!ret && !json_object_array_add(list, out))
		return 0;
	json_object_put(out);
	return ret ? ret : sgz_nomem(ctx);
}

static int walk_all(struct pass *p, struct json_object *list)
{
	const struct sgz_convert *c = p->c;

	if (c->opt->platform || c->store.transport == SGZ_DOCKER_ARCHIVE)
		return start_image(p, list);
	if (c->from.has_digest)
		return start_digest(p, c->from.digest, list);
	return start_top(p, list);
}

/* Do all new images have one name, or none? */
static bool one_name(struct json_object *list)
{
	struct json_object *first =
		sgz_json_ref(json_object_array_get_idx(list, 0));

	for (size_t i = 1; i < json_object_array_length(list); i++) {
		struct json_object *name =
			sgz_json_ref(json_object_array_get_idx(list, i));

		if (!first != !name ||
		    (first && strcmp(json_object_get_string(first),
				     json_object_get_string(name))))
			return false;
	}
	return true;
}

/* Give the new images the name of the command line. */
static int set_name(struct sgz_convert *c, struct json_object *list)
{
	int ret = 0;

	if (!one_name(list))
		return sgz_fail(c->ctx, -EINVAL,
				"has several images, which cannot all have the name %s",
				sgz_quote(c->tag, strlen(c->tag)).text);
	for (size_t i = 0; !ret && i < json_object_array_length(list); i++) {
		struct json_object *out = json_object_array_get_idx(list, i);
		struct json_object *notes =
			json_object_object_get(out, "annotations");

		if (!notes) {
			notes = json_object_new_object();
			ret = sgz_json_add(c->ctx, out, "annotations", notes);
		}
		if (ret)
			break;
		json_object_object_del(notes, "io.containerd.image.name");
		ret = sgz_json_add_text(c->ctx, notes, REF_NAME, c->tag);
	}
	return ret;
}

static int run(struct pass *p, struct json_object **list)
{
	int ret;

	*list = json_object_new_array();
	if (!*list)
		return sgz_nomem(p->c->ctx);
	ret = walk_all(p, *list);
	return !ret && p->c->tag ? set_name(p->c, *list) : ret;
}

int sgz_documents_scan(struct sgz_convert *c)
{
	struct pass p = { .c = c };
	struct json_object *list;
	int ret = run(&p, &list);

	json_object_put(list);
	if (ret || p.images)
		return ret;
	if (p.fault)
		return sgz_fail(c->ctx, p.fault, "%s", p.why.text);
	if (c->from.ref)
		return sgz_fail(c->ctx, -ENOENT, "no image %s",
				sgz_quote(c->from.ref,
					  strlen(c->from.ref)).text);
	return sgz_fail(c->ctx, -ENOENT, "no image");
}

int sgz_documents_write(struct sgz_convert *c, struct json_object **list)
{
	struct pass p = { .c = c, .write = true };

	return run(&p, list);
}
