// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Indexes may be nested. The digest of each is verified, so an index in a circle
 * is a forgery; the walk refuses it by its depth and by the indexes on its way.
 */
#include <stdlib.h>
#include <string.h>

#include "image/list.h"

/* An index on the way from the top. */
struct way {
	const struct way *up;
	const uint8_t *digest;
	unsigned int depth;
};

/*
 * @wanted: name of the wanted image, or NULL
 * @documents: number of indexes that were read
 * @bytes: size of these in bytes
 * @top: number of the current descriptor in the top index
 * @ref: its name
 */
struct walk {
	struct sgz_found_list *found;
	const struct sgz_store *store;
	const struct sgz_context *ctx;
	const char *wanted;
	unsigned int documents;
	uint64_t bytes;
	size_t top;
	const char *ref;
};

static const char *const index_types[] = {
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", NULL,
};

static const char *const manifest_types[] = {
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json", NULL,
};

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

static int unknown_type(const struct sgz_doc *doc, const char *media_type)
{
	static const char old[] =
		"a manifest of Docker schema 1; convert the image: skopeo copy --format=oci";
	const char *what = strstr(media_type, "manifest.v1+") ?
			   old : "unknown media type";

	return sgz_fail(doc->ctx, -EINVAL, "%s: %s: %s", doc->name,
			sgz_quote(media_type, strlen(media_type)).text, what);
}

/*
 * A document must not be an index to one reader and a manifest to another
 * (CVE-2021-41190).
 */
int sgz_doc_kind(const struct sgz_doc *doc, const char *media_type)
{
	bool list = json_object_object_get_ex(doc->root, "manifests", NULL);
	bool layers = json_object_object_get_ex(doc->root, "layers", NULL) ||
		      json_object_object_get_ex(doc->root, "config", NULL);
	const char *own;
	int ret = sgz_doc_text(doc, doc->root, "mediaType", &own);

	if (ret)
		return ret;
	if (own && *media_type && strcmp(own, media_type))
		return sgz_doc_bad(doc, "media type %s, but its descriptor says %s",
				   sgz_quote(own, strlen(own)).text,
				   sgz_quote(media_type,
					     strlen(media_type)).text);
	if (own)
		media_type = own;
	if (*media_type && !is_one_of(media_type, index_types) &&
	    !is_one_of(media_type, manifest_types))
		return unknown_type(doc, media_type);
	if (list == layers)
		return sgz_doc_bad(doc, list ? "is an index and a manifest at the same time" :
					       "is neither an index nor a manifest");
	if (*media_type && list != is_one_of(media_type, index_types))
		return sgz_doc_bad(doc, "contradicts its media type");
	return list ? SGZ_DOC_INDEX : SGZ_DOC_MANIFEST;
}

static int walk_index(struct walk *w, const struct way *up,
		      const struct sgz_doc *doc);

/* Copy a text. Returns NULL for NULL, or if memory is short. */
static const char *keep(struct walk *w, const char *text)
{
	return text ? sgz_arena_copy(&w->found->texts, text, strlen(text) + 1) :
		      NULL;
}

static int add(struct walk *w, const struct sgz_descriptor *d)
{
	struct sgz_found *f;

	if (w->found->list.count == SGZ_IMAGES_MAX)
		return sgz_fail(w->ctx, -E2BIG, "more than %d images",
				SGZ_IMAGES_MAX);
	f = sgz_vec_add(&w->found->list, 1, sizeof(*f));
	if (!f)
		return sgz_nomem(w->ctx);
	f->ref = w->ref;
	f->top = w->top;
	memcpy(f->digest, d->digest, sizeof(f->digest));
	f->size = d->size;
	f->sized = d->sized;
	f->platform = d->platform;
	f->media_type = keep(w, d->media_type);
	return f->media_type ? 0 : sgz_nomem(w->ctx);
}

static int in_circle(const struct walk *w, const struct way *way)
{
	for (const struct way *up = way->up; up; up = up->up)
		if (up->digest && !memcmp(up->digest, way->digest,
					  STARGZ_SHA256_LEN))
			return sgz_fail(w->ctx, -EUCLEAN,
					"index sha256:%s leads back to itself",
					sgz_sha256_hex(way->digest).text);
	if (way->depth > SGZ_IMAGES_DEPTH)
		return sgz_fail(w->ctx, -E2BIG,
				"indexes are nested deeper than %d levels",
				SGZ_IMAGES_DEPTH);
	return 0;
}

/* Walk the index that a descriptor is about. */
static int walk_nested(struct walk *w, const struct way *up,
		       const struct sgz_descriptor *d,
		       const struct sgz_vec *bytes)
{
	const struct way way = { up, d->digest, up->depth + 1 };
	char name[sizeof("index sha256:") + STARGZ_SHA256_HEX];
	struct sgz_doc doc;
	int ret = in_circle(w, &way);

	if (ret)
		return ret;
	snprintf(name, sizeof(name), "index sha256:%s",
		 sgz_sha256_hex(d->digest).text);
	ret = sgz_doc_parse(&doc, w->ctx, name, bytes->data, bytes->count,
			    json_type_object);
	if (!ret)
		ret = walk_index(w, &way, &doc);
	sgz_doc_free(&doc);
	return ret;
}

static int read_index(struct walk *w, const struct sgz_descriptor *d,
		      struct sgz_vec *bytes)
{
	int ret;

	if (++w->documents > SGZ_INDEXES_MAX)
		return sgz_fail(w->ctx, -E2BIG, "more than %d indexes",
				SGZ_INDEXES_MAX);
	ret = sgz_descriptor_read(d, w->store, w->ctx, "index", bytes);
	w->bytes += bytes->count;
	if (!ret && w->bytes > SGZ_INDEXES_BYTES)
		return sgz_fail(w->ctx, -E2BIG,
				"indexes of more than %llu bytes",
				SGZ_INDEXES_BYTES);
	return ret;
}

/* Unless the descriptor says so, only the document says what it is. */
static int look_inside(struct walk *w, const struct way *up,
		       const struct sgz_descriptor *d, struct sgz_vec *bytes)
{
	struct sgz_doc doc = { 0 };
	int ret, kind;

	ret = read_index(w, d, bytes);
	if (ret)
		return ret;
	kind = sgz_doc_parse(&doc, w->ctx, "manifest or index", bytes->data,
			     bytes->count, json_type_object);
	if (!kind)
		kind = sgz_doc_kind(&doc, d->media_type);
	sgz_doc_free(&doc);
	if (kind == SGZ_DOC_MANIFEST)
		return add(w, d);
	return kind < 0 ? kind : walk_nested(w, up, d, bytes);
}

static int look(struct walk *w, const struct way *up,
		const struct sgz_descriptor *d)
{
	struct sgz_vec bytes = { 0 };
	int ret;

	if (is_one_of(d->media_type, manifest_types))
		return add(w, d);
	if (*d->media_type && !is_one_of(d->media_type, index_types)) {
		const struct sgz_doc doc = { .ctx = w->ctx, .name = "index" };

		ret = unknown_type(&doc, d->media_type);
	} else {
		ret = look_inside(w, up, d, &bytes);
	}
	sgz_vec_free(&bytes);
	if (ret != -ENOENT && ret != -EINVAL)
		return ret;
	if (!w->found->fault) {
		w->found->fault = ret;
		w->found->why = *w->ctx->err;
	}
	return 0;
}

/* Remember the name of an image that is not the wanted one. */
static void add_other(struct walk *w, const char *ref)
{
	char *others = w->found->others;
	size_t len = strlen(others);

	if (ref && len + strlen(ref) + 3 < sizeof(w->found->others))
		sprintf(others + len, "%s%s", len ? ", " : "", ref);
}

/* A descriptor of the top index. Sets @skip if it is not wanted. */
static int enter_top(struct walk *w, size_t nr, const struct sgz_descriptor *d,
		     bool *skip)
{
	w->top = nr;
	w->ref = keep(w, d->ref);
	*skip = w->wanted && (!d->ref || strcmp(d->ref, w->wanted));
	if (*skip)
		add_other(w, d->ref);
	return d->ref && !w->ref ? sgz_nomem(w->ctx) : 0;
}

static int walk_index(struct walk *w, const struct way *up,
		      const struct sgz_doc *doc)
{
	struct json_object *list;
	size_t count;
	int ret;

	ret = sgz_doc_array(doc, doc->root, "manifests", json_type_object,
			    &list);
	if (!ret && !list)
		ret = sgz_doc_bad(doc, "\"manifests\" is missing");
	count = ret ? 0 : json_object_array_length(list);
	for (size_t i = 0; !ret && i < count; i++) {
		struct sgz_descriptor d;
		bool skip = false;

		ret = sgz_descriptor_parse(&d, doc,
					   json_object_array_get_idx(list, i));
		if (!ret && !up->depth)
			ret = enter_top(w, i, &d, &skip);
		if (!ret && !skip)
			ret = look(w, up, &d);
	}
	return ret;
}

/* The document that names the images: index.json, or a manifest of "dir:". */
static int walk_top(struct walk *w, const char *name)
{
	const struct way top = { NULL, NULL, 0 };
	struct sgz_vec bytes = { 0 };
	struct sgz_place place;
	struct sgz_doc doc = { 0 };
	struct sgz_descriptor d = { .media_type = "", .sized = true };
	int ret, kind;

	ret = sgz_store_file(w->store, w->ctx, name, &place);
	if (!ret)
		ret = sgz_store_read(w->store, w->ctx, name, &place, &bytes);
	if (!ret)
		ret = sgz_doc_parse(&doc, w->ctx, name, bytes.data, bytes.count,
				    json_type_object);
	kind = ret ? ret : sgz_doc_kind(&doc, "");
	if (kind == SGZ_DOC_INDEX) {
		ret = walk_index(w, &top, &doc);
	} else if (kind == SGZ_DOC_MANIFEST) {
		d.size = bytes.count;
		ret = stargz_sha256(bytes.data, bytes.count, d.digest,
				    w->ctx->err);
		if (!ret)
			ret = add(w, &d);
	} else {
		ret = kind;
	}
	sgz_doc_free(&doc);
	sgz_vec_free(&bytes);
	return ret;
}

int sgz_list_images(struct sgz_found_list *found,
		    const struct sgz_store *store,
		    const struct sgz_context *ctx, const char *ref,
		    const uint8_t *digest)
{
	struct walk w = {
		.found = found, .store = store, .ctx = ctx, .wanted = ref,
	};
	const struct way top = { NULL, NULL, 0 };
	struct sgz_descriptor d = { .media_type = "" };

	if (!digest)
		return walk_top(&w, store->transport == SGZ_DIR ?
				    "manifest.json" : "index.json");
	memcpy(d.digest, digest, sizeof(d.digest));
	return look(&w, &top, &d);
}

void sgz_list_free(struct sgz_found_list *found)
{
	sgz_vec_free(&found->list);
	sgz_arena_free(&found->texts);
}
