// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Opening an image: which of those in a store, and for which platform.
 */
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "image/docker_archive.h"
#include "image/list.h"
#include "image/open.h"

int sgz_image_keep(struct stargz_image *image, const struct sgz_context *ctx,
		   const char **to, const char *text)
{
	*to = text ? sgz_arena_copy(&image->texts, text, strlen(text) + 1) :
		     NULL;
	return text && !*to ? sgz_nomem(ctx) : 0;
}

size_t sgz_image_same_layer(const struct stargz_image *image, size_t nr)
{
	const struct sgz_image_layer *layer = sgz_image_layer(image, nr);

	for (size_t i = 0; i < nr; i++) {
		const struct sgz_image_layer *other = sgz_image_layer(image, i);

		if (other->place.start == layer->place.start &&
		    other->place.size == layer->place.size &&
		    other->size == layer->size &&
		    !strcmp(other->place.name, layer->place.name) &&
		    !memcmp(other->digest, layer->digest,
			    sizeof(layer->digest)) &&
		    !memcmp(other->diff_id, layer->diff_id,
			    sizeof(layer->diff_id)))
			return i;
	}
	return nr;
}

int sgz_image_check_layers(const struct sgz_context *ctx, size_t count)
{
	return count <= SGZ_LAYERS_MAX ? 0 :
	       sgz_fail(ctx, -E2BIG, "%zu layers; the limit is %d", count,
			SGZ_LAYERS_MAX);
}

int sgz_image_add_layer(struct stargz_image *image,
			const struct sgz_context *ctx,
			struct sgz_image_layer **layer)
{
	*layer = sgz_vec_add(&image->layers, 1, sizeof(**layer));
	return *layer ? 0 : sgz_nomem(ctx);
}

static const struct sgz_found *found_at(const struct sgz_found_list *list,
					size_t i)
{
	return (const struct sgz_found *)list->list.data + i;
}

static struct sgz_descriptor descriptor_of(const struct sgz_found *found)
{
	struct sgz_descriptor d = {
		.media_type = found->media_type,
		.size = found->size,
		.sized = found->sized,
	};

	memcpy(d.digest, found->digest, sizeof(d.digest));
	return d;
}

static int no_image(const struct sgz_context *ctx,
		    const struct sgz_found_list *list, const char *ref)
{
	if (list->fault)
		return sgz_fail(ctx, list->fault, "%s", list->why.text);
	if (!ref)
		return sgz_fail(ctx, -ENOENT, "no image");
	return sgz_fail(ctx, -ENOENT, "no image %s; there are: %s",
			sgz_quote(ref, strlen(ref)).text,
			*list->others ? list->others : "none with a name");
}

static bool same_ref(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Add a text to a list with commas, if there is room and it is not there. */
static void add_text(char *list, size_t room, const char *text)
{
	size_t len = strlen(list);

	if (len + strlen(text) + 3 < room && !strstr(list, text))
		sprintf(list + len, "%s%s", len ? ", " : "", text);
}

/* Several images of different names are no images of several platforms. */
static int check_refs(const struct sgz_context *ctx,
		      const struct sgz_found_list *list)
{
	const char *first = found_at(list, 0)->ref;
	char names[200] = "";
	bool differ = false;

	for (size_t i = 0; i < list->list.count; i++) {
		const char *ref = found_at(list, i)->ref;

		differ |= !same_ref(ref, first);
		if (ref)
			add_text(names, sizeof(names), ref);
	}
	return differ ? sgz_fail(ctx, -EINVAL, "has several images; name one: %s",
				 names) : 0;
}

static int no_platform(const struct sgz_context *ctx,
		       const struct sgz_found_list *list,
		       const struct sgz_platform *want)
{
	char names[200] = "";

	for (size_t i = 0; i < list->list.count; i++) {
		const struct sgz_found *f = found_at(list, i);

		add_text(names, sizeof(names), *f->platform.os ?
			 sgz_platform_text(&f->platform).text : "unknown");
	}
	return sgz_fail(ctx, -ENOENT, "no image for %s; there are: %s",
			sgz_platform_text(want).text, names);
}

/*
 * Ask the configurations of images of which no index says the platform. Many small
 * manifests may name one large configuration, so the bytes are limited.
 */
static void learn_platforms(const struct sgz_context *ctx,
			    const struct sgz_store *store,
			    struct sgz_found_list *list)
{
	struct stargz_error err;
	const struct sgz_context quiet = sgz_context_quiet(ctx, &err);
	uint64_t read = 0;

	for (size_t i = 0; i < list->list.count && read < SGZ_INDEXES_BYTES;
	     i++) {
		struct sgz_found *f = (struct sgz_found *)list->list.data + i;
		const struct sgz_descriptor d = descriptor_of(f);

		if (!*f->platform.os)
			sgz_manifest_platform(&f->platform, &quiet, store, &d,
					      &read);
	}
}

/* Choose one of several images by its platform. */
static int choose_platform(const struct sgz_context *ctx,
			   const struct sgz_found_list *list,
			   const struct sgz_platform *want,
			   const struct sgz_found **chosen)
{
	unsigned int best = 0;
	bool twice = false;

	for (size_t i = 0; i < list->list.count; i++) {
		const struct sgz_found *f = found_at(list, i);
		unsigned int rank = sgz_platform_rank(want, &f->platform);

		if (rank > best) {
			best = rank;
			*chosen = f;
			twice = false;
		} else if (rank && rank == best) {
			twice |= f->top != (*chosen)->top &&
				 memcmp(f->digest, (*chosen)->digest,
					sizeof(f->digest));
		}
	}
	if (!best)
		return no_platform(ctx, list, want);
	if (twice)
		return sgz_fail(ctx, -EINVAL,
				"has several images for %s; name one by its digest, see stargz-image ls",
				sgz_platform_text(want).text);
	return 0;
}

static int choose(const struct sgz_context *ctx, const struct sgz_store *store,
		  struct sgz_found_list *list, const struct sgz_platform *want,
		  const struct sgz_found **chosen)
{
	int ret = check_refs(ctx, list);

	*chosen = found_at(list, 0);
	if (ret || list->list.count == 1)
		return ret;
	learn_platforms(ctx, store, list);
	return choose_platform(ctx, list, want, chosen);
}

static int open_listed(struct stargz_image *image,
		       const struct sgz_context *ctx,
		       const struct sgz_platform *want)
{
	const struct sgz_image_name *name = &image->name;
	struct sgz_found_list list = { 0 };
	const struct sgz_found *found;
	struct sgz_descriptor d;
	int ret;

	ret = sgz_list_images(&list, &image->store, ctx,
			      name->has_digest ? NULL : name->ref,
			      name->has_digest ? name->digest : NULL);
	if (!ret && !list.list.count)
		ret = no_image(ctx, &list, name->ref);
	if (!ret)
		ret = choose(ctx, &image->store, &list, want, &found);
	if (!ret) {
		d = descriptor_of(found);
		ret = sgz_image_keep(image, ctx, &image->ref, found->ref ?
				     found->ref : name->ref);
	}
	if (!ret)
		ret = sgz_image_manifest(image, ctx, &d);
	/* Indexes name variants, which configurations often lack. */
	if (!ret && *found->platform.os) {
		image->platform = found->platform;
		image->platform_text = sgz_platform_text(&found->platform);
	}
	sgz_list_free(&list);
	return ret;
}

/* An image for another platform than the user asked for is a mistake. */
static int check_platform(const struct stargz_image *image,
			  const struct sgz_context *ctx,
			  const struct sgz_platform *want)
{
	if (sgz_platform_rank(want, &image->platform))
		return 0;
	return sgz_fail(ctx, -ENOENT, "no image for %s; there are: %s",
			sgz_platform_text(want).text, *image->platform.os ?
			sgz_platform_text(&image->platform).text : "unknown");
}

static int open_image(struct stargz_image *image, const struct sgz_context *ctx,
		      const char *platform)
{
	struct sgz_platform want;
	int ret = sgz_platform_parse(&want, ctx, platform);

	if (ret)
		return ret;
	if (image->store.transport == SGZ_DOCKER_ARCHIVE)
		ret = sgz_docker_open(image, ctx, image->name.ref);
	else
		ret = open_listed(image, ctx, &want);
	if (!ret && platform)
		ret = check_platform(image, ctx, &want);
	return ret;
}

static struct stargz_image *new_image(void)
{
	struct stargz_image *image = calloc(1, sizeof(*image));

	if (image)
		image->store.fd = -1;
	return image;
}

void stargz_image_close(struct stargz_image *image)
{
	if (!image)
		return;
	sgz_store_close(&image->store);
	sgz_image_name_free(&image->name);
	sgz_vec_free(&image->manifest);
	sgz_vec_free(&image->config);
	sgz_vec_free(&image->layers);
	sgz_arena_free(&image->texts);
	free(image);
}

/* Set @to to the image, or release it. */
static int hand_over(struct stargz_image **to, struct stargz_image *image,
		     int ret)
{
	if (ret)
		stargz_image_close(image);
	else
		*to = image;
	return ret;
}

/* Copy the options, and take from them what @ctx needs. @image may be NULL. */
static int begin(const struct stargz_image *image, struct sgz_context *ctx,
		 struct stargz_image_options *opt,
		 const struct stargz_image_options *options)
{
	int ret = image ? sgz_options_copy(opt, sizeof(*opt), options, ctx->err) :
			  sgz_nomem(ctx);

	if (ret)
		return ret;
	ctx->progress = opt->progress;
	ctx->data = opt->data;
	return 0;
}

int stargz_image_open(struct stargz_image **to, const char *name,
		      const struct stargz_image_options *options,
		      struct stargz_error *err)
{
	struct stargz_image_options opt;
	struct stargz_image *image = new_image();
	struct stargz_error unwanted;
	struct sgz_context ctx = { .err = err ? err : &unwanted };
	int ret = begin(image, &ctx, &opt, options);

	if (ret)
		return hand_over(to, image, ret);
	ret = sgz_image_name_parse(&image->name, &ctx, name);
	if (!ret)
		ret = sgz_store_open(&image->store, &ctx, image->name.transport,
				     image->name.path);
	if (!ret)
		ret = open_image(image, &ctx, opt.platform);
	return hand_over(to, image, ret);
}

/* docker save also writes archives that are OCI layouts, which say more. */
void sgz_store_settle(struct sgz_store *store)
{
	const struct sgz_archive *archive = &store->archive;
	bool oci = sgz_archive_has(archive, "oci-layout") &&
		   sgz_archive_has(archive, "index.json");

	store->transport = oci ? SGZ_OCI_ARCHIVE : SGZ_DOCKER_ARCHIVE;
}

static int open_archive(struct stargz_image *image,
			const struct sgz_context *ctx, int fd, const char *path,
			const struct stargz_image_options *opt)
{
	int ret;

	image->name.path = strdup(path);
	image->name.ref = opt->ref ? strdup(opt->ref) : NULL;
	if (!image->name.path || (opt->ref && !image->name.ref))
		return sgz_nomem(ctx);
	ret = sgz_store_open_fd(&image->store, ctx, fd, image->name.path);
	if (ret)
		return ret;
	sgz_store_settle(&image->store);
	return open_image(image, ctx, opt->platform);
}

int stargz_image_open_archive(struct stargz_image **to, int fd,
			      const char *path,
			      const struct stargz_image_options *options,
			      struct stargz_error *err)
{
	struct stargz_image_options opt;
	struct stargz_image *image = new_image();
	struct stargz_error unwanted;
	struct sgz_context ctx = { .err = err ? err : &unwanted };
	int ret = begin(image, &ctx, &opt, options);

	if (ret)
		return hand_over(to, image, ret);
	return hand_over(to, image, open_archive(image, &ctx, fd, path, &opt));
}
