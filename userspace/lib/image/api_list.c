// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * stargz/image.h: which images there are.
 */
#include <fcntl.h>
#include <string.h>

#include "image/docker_archive.h"
#include "image/list.h"
#include "image/open.h"

struct listing {
	stargz_image_fn fn;
	void *data;
	const char *wanted;
};

static void tell(const struct listing *l, const struct sgz_found *found)
{
	const struct sgz_platform_text platform =
		sgz_platform_text(&found->platform);
	struct stargz_image_found f = {
		.ref = found->ref ? found->ref : "",
		.platform = platform.text,
		.media_type = found->media_type,
		.has_sha256 = true,
	};

	memcpy(f.sha256, found->digest, sizeof(f.sha256));
	l->fn(l->data, &f);
}

static int tell_docker(void *data, const char *ref)
{
	const struct listing *l = data;
	const struct stargz_image_found found = {
		.ref = ref ? ref : "",
		.platform = "",
		.media_type = "",
	};

	if (!l->wanted || (ref && !strcmp(ref, l->wanted)))
		l->fn(l->data, &found);
	return 0;
}

static int list_found(const struct sgz_store *store,
		      const struct sgz_context *ctx,
		      const struct sgz_image_name *name,
		      const struct listing *l)
{
	struct sgz_found_list list = { 0 };
	int ret;

	ret = sgz_list_images(&list, store, ctx,
			      name->has_digest ? NULL : name->ref,
			      name->has_digest ? name->digest : NULL);
	for (size_t i = 0; !ret && i < list.list.count; i++)
		tell(l, (const struct sgz_found *)list.list.data + i);
	if (!ret && !list.list.count && list.fault)
		ret = sgz_fail(ctx, list.fault, "%s", list.why.text);
	sgz_list_free(&list);
	return ret;
}

int stargz_image_list(const char *text, stargz_image_fn fn, void *data,
		      struct stargz_error *err)
{
	struct listing l = { .fn = fn, .data = data };
	struct sgz_store store = { .fd = -1 };
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_image_name name;
	int ret;

	ret = sgz_image_name_parse(&name, &ctx, text);
	l.wanted = name.ref;
	if (!ret)
		ret = sgz_store_open(&store, &ctx, name.transport, name.path);
	if (!ret && store.transport == SGZ_DOCKER_ARCHIVE)
		ret = sgz_docker_list(&store, &ctx, tell_docker, &l);
	else if (!ret)
		ret = list_found(&store, &ctx, &name, &l);
	sgz_store_close(&store);
	sgz_image_name_free(&name);
	return ret;
}

bool stargz_image_is_archive(int fd)
{
	struct stargz_error err;
	const struct sgz_context ctx = { .err = &err };
	struct sgz_store store;
	bool is;

	if (!sgz_archive_likely(&ctx, fd))
		return false;
	is = !sgz_store_open_fd(&store, &ctx, fd, "") &&
	     ((sgz_archive_has(&store.archive, "oci-layout") &&
	       sgz_archive_has(&store.archive, "index.json")) ||
	      sgz_archive_has(&store.archive, "manifest.json"));
	sgz_store_close(&store);
	return is;
}
