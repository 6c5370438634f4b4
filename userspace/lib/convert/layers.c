// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Each layer is converted once, also if several images have it. The largest ones
 * are first in line, so that the threads end at about the same time.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"
#include "convert/annotations.h"
#include "convert/layer.h"
#include "convert/layers.h"
#include "convert/reuse.h"

/* The layers in the order of work; @total: sum of their sizes. */
struct queue {
	struct sgz_convert *c;
	struct sgz_convert_layer **jobs;
	uint64_t total;
};

/* Is the file of a layer there, with the right size? */
static int check_file(const struct sgz_convert *c,
		      const struct stargz_image *image, size_t nr)
{
	int fd = stargz_image_open_layer(image, nr, c->ctx->err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int sgz_layers_add(struct sgz_convert *c, const struct stargz_image *image,
		   struct json_object *descriptors)
{
	size_t first = c->layers.count, count = image->layers.count;
	struct sgz_convert_layer *layers;
	int ret = 0;

	if (!count)
		return 0;
	layers = sgz_vec_add(&c->layers, count, sizeof(*layers));
	if (!layers)
		return sgz_nomem(c->ctx);
	for (size_t i = 0; i < count; i++) {
		const struct sgz_image_layer *from = sgz_image_layer(image, i);

		layers[i].nr = first + i;
		layers[i].blob.fd = -1;
		layers[i].place = from->place;
		memcpy(layers[i].digest, from->digest, sizeof(from->digest));
		memcpy(layers[i].diff_id, from->diff_id, sizeof(from->diff_id));
		layers[i].podman = descriptors &&
			sgz_annotated(json_object_array_get_idx(descriptors, i)) ==
			SGZ_ANNOTATED_PODMAN;
	}
	for (size_t i = 0; !ret && i < count; i++)
		ret = check_file(c, image, i);
	return ret ? ret : sgz_convert_reuse(c, image, layers);
}

/* By digest; of equal ones, the first one that was found comes first. */
static int by_digest(const void *left, const void *right)
{
	const struct sgz_convert_layer *a = left, *b = right;
	int cmp = memcmp(a->digest, b->digest, sizeof(a->digest));

	return cmp ? cmp : (a->nr > b->nr) - (a->nr < b->nr);
}

static int by_size(const void *left, const void *right)
{
	const struct sgz_convert_layer *const *a = left, *const *b = right;
	uint64_t x = (*a)->place.size, y = (*b)->place.size;

	return x == y ? ((*a)->nr > (*b)->nr) - ((*a)->nr < (*b)->nr) :
			(x < y) - (x > y);
}

static int by_number(const void *left, const void *right)
{
	const struct sgz_convert_layer *const *a = left, *const *b = right;

	return ((*a)->nr > (*b)->nr) - ((*a)->nr < (*b)->nr);
}

/* Sort the layers, and leave one of each. */
static void unite(struct sgz_convert *c)
{
	struct sgz_convert_layer *layers = c->layers.data;
	size_t kept = 0;

	if (!c->layers.count)
		return;
	qsort(layers, c->layers.count, sizeof(*layers), by_digest);
	for (size_t i = 1; i < c->layers.count; i++) {
		if (memcmp(layers[i].digest, layers[kept].digest,
			   sizeof(layers[i].digest)))
			layers[++kept] = layers[i];
		else
			sgz_vec_free(&layers[i].reuse);
	}
	c->layers.count = kept + 1;
}

/* A layer gets the share of the threads that it has of the bytes. */
static unsigned int workers_of(const struct queue *q,
			       const struct sgz_convert_layer *layer)
{
	unsigned int threads = q->c->opt->threads;
	double share = q->total ? (double)layer->place.size / q->total : 0;

	return 1 + (threads > 1 ? (unsigned int)(share * (threads - 1)) : 0);
}

static int run(void *data, const struct sgz_context *ctx, size_t nr)
{
	const struct queue *q = data;
	struct stargz_error err = { "" };
	const struct sgz_context inner = sgz_context_inner(ctx, &err);
	struct sgz_convert_layer *layer = q->jobs[nr];
	int ret = sgz_convert_one(q->c, &inner, layer, workers_of(q, layer));

	return ret ? sgz_fail(ctx, ret, "layer sha256:%s: %s",
			      sgz_sha256_hex(layer->digest).text, err.text) : 0;
}

static int run_all(struct queue *q)
{
	size_t count = q->c->layers.count;
	struct sgz_parallel *p;
	int ret = 0;

	p = sgz_parallel_start(q->c->ctx, count, q->c->opt->threads, q->total,
			       run, q);
	if (!p)
		return sgz_nomem(q->c->ctx);
	for (size_t i = 0; !ret && i < count; i++)
		ret = sgz_parallel_wait(p, i);
	sgz_parallel_end(p);
	return ret;
}

static void tell(const struct sgz_convert *c,
		 const struct sgz_convert_layer *layer)
{
	struct stargz_converted l = {
		.old_size = layer->place.size,
		.size = layer->made.size,
		.kept = layer->kept,
	};

	memcpy(l.old_sha256, layer->digest, sizeof(l.old_sha256));
	memcpy(l.sha256, layer->made.sha256, sizeof(l.sha256));
	memcpy(l.old_diffid, layer->diff_id, sizeof(l.old_diffid));
	memcpy(l.diffid, layer->made.diff_id, sizeof(l.diffid));
	c->opt->layer(c->opt->data, &l);
}

int sgz_layers_make(struct sgz_convert *c)
{
	struct queue q = { .c = c };
	int ret;

	unite(c);
	q.jobs = calloc(c->layers.count + 1, sizeof(*q.jobs));
	if (!q.jobs)
		return sgz_nomem(c->ctx);
	for (size_t i = 0; i < c->layers.count; i++) {
		q.jobs[i] = sgz_convert_layer(c, i);
		q.total += q.jobs[i]->place.size;
	}
	qsort(q.jobs, c->layers.count, sizeof(*q.jobs), by_size);
	ret = run_all(&q);
	qsort(q.jobs, c->layers.count, sizeof(*q.jobs), by_number);
	for (size_t i = 0; !ret && c->opt->layer && i < c->layers.count; i++)
		tell(c, q.jobs[i]);
	free(q.jobs);
	return ret;
}

int sgz_layers_keep(struct sgz_convert *c)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < c->layers.count; i++) {
		struct sgz_convert_layer *layer = sgz_convert_layer(c, i);

		if (layer->blob.fd >= 0)
			ret = sgz_destination_keep(&c->dest, c->ctx,
						   &layer->blob,
						   layer->made.sha256);
	}
	return ret;
}

const struct sgz_convert_layer *
sgz_layers_find(const struct sgz_convert *c,
		const uint8_t digest[STARGZ_SHA256_LEN])
{
	const struct sgz_convert_layer *layers = c->layers.data;
	size_t low = 0, high = c->layers.count;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(layers[middle].digest, digest,
			   sizeof(layers[middle].digest)) <= 0)
			low = middle;
		else
			high = middle;
	}
	return &layers[low];
}

void sgz_layers_free(struct sgz_convert *c)
{
	for (size_t i = 0; i < c->layers.count; i++) {
		struct sgz_convert_layer *layer = sgz_convert_layer(c, i);

		sgz_destination_discard(&c->dest, &layer->blob);
		sgz_vec_free(&layer->reuse);
	}
	sgz_vec_free(&c->layers);
}
