// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Collecting faults.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/faults.h"

void sgz_faults_add(struct sgz_faults *faults, uint64_t order, int code,
		    const char *fmt, ...)
{
	struct sgz_fault *fault = NULL;
	va_list ap;

	pthread_mutex_lock(&faults->lock);
	faults->count++;
	if (faults->list.count < SGZ_FAULTS_KEPT)
		fault = sgz_vec_add(&faults->list, 1, sizeof(*fault));
	if (fault) {
		fault->order = order;
		fault->code = code;
		va_start(ap, fmt);
		if (vasprintf(&fault->text, fmt, ap) < 0)
			faults->list.count--;
		va_end(ap);
	}
	pthread_mutex_unlock(&faults->lock);
}

bool sgz_faults_full(struct sgz_faults *faults)
{
	bool full;

	pthread_mutex_lock(&faults->lock);
	full = faults->list.count >= SGZ_FAULTS_KEPT;
	pthread_mutex_unlock(&faults->lock);
	return full;
}

static int compare_order(const void *left, const void *right)
{
	const struct sgz_fault *a = left, *b = right;

	return (a->order > b->order) - (a->order < b->order);
}

void sgz_faults_sort(struct sgz_faults *faults)
{
	if (faults->list.count)
		qsort(faults->list.data, faults->list.count,
		      sizeof(struct sgz_fault), compare_order);
}

void sgz_faults_tell(struct sgz_faults *faults,
		     void (*fault)(void *data, int code, const char *text),
		     void *data)
{
	const struct sgz_fault *list = faults->list.data;

	sgz_faults_sort(faults);
	for (size_t i = 0; fault && i < faults->list.count; i++)
		fault(data, list[i].code, list[i].text);
}

int sgz_faults_fail(struct sgz_faults *faults, const struct sgz_context *ctx)
{
	const struct sgz_fault *first;

	if (!faults->count)
		return 0;
	if (!faults->list.count)
		return sgz_nomem(ctx);
	sgz_faults_sort(faults);
	first = faults->list.data;
	return sgz_fail(ctx, first->code, "%s", first->text);
}

void sgz_faults_free(struct sgz_faults *faults)
{
	struct sgz_fault *fault = faults->list.data;

	for (size_t i = 0; i < faults->list.count; i++)
		free(fault[i].text);
	sgz_vec_free(&faults->list);
	faults->count = 0;
}
