// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Comparing two trees in the raw view or in that of an overlay.
 */
#include "index/replay.h"
#include "inspect/same_views.h"

static int compare_view(const struct sgz_treesame *view,
			const struct sgz_context *ctx, struct sgz_tree *a,
			struct sgz_tree *b, bool raw)
{
	int ret;

	sgz_tree_free(a);
	sgz_tree_free(b);
	a->raw = raw;
	b->raw = raw;
	ret = sgz_replay(a, ctx, NULL, NULL);
	if (!ret)
		ret = sgz_replay(b, ctx, NULL, NULL);
	if (!ret && sgz_treesame(view))
		ret = sgz_nomem(ctx);
	return ret;
}

static void move_faults(struct sgz_faults *to, struct sgz_faults *from)
{
	const struct sgz_fault *fault = from->list.data;

	for (size_t i = 0; i < from->list.count; i++)
		sgz_faults_add(to, fault[i].order, fault[i].code, "%s",
			       fault[i].text);
	to->count += from->count - from->list.count;
}

/* Wrong content is a fault in any view. */
static int compare_content(void *data, struct sgz_faults *faults, uint32_t a,
			   uint32_t b)
{
	const struct sgz_treesame *same = data;

	(void)faults;
	return same->content(same->data, same->faults, a, b);
}

int sgz_same_views(const struct sgz_treesame *same,
		   const struct sgz_context *ctx, struct sgz_tree *a,
		   struct sgz_tree *b)
{
	struct sgz_faults raw = SGZ_FAULTS_INIT, overlay = SGZ_FAULTS_INIT;
	struct sgz_treesame view = *same;
	int ret;

	view.a = a;
	view.b = b;
	view.faults = &raw;
	if (same->content)
		view.content = compare_content;
	view.data = (void *)same;
	ret = compare_view(&view, ctx, a, b, true);
	if (!ret && raw.count) {
		view.faults = &overlay;
		view.content = NULL;
		ret = compare_view(&view, ctx, a, b, false);
		if (!ret && overlay.count)
			move_faults(same->faults, &raw);
	}
	sgz_faults_free(&raw);
	sgz_faults_free(&overlay);
	return ret;
}
