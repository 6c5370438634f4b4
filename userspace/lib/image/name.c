// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * As with skopeo, the path ends at the first colon; a path that contains one has
 * to be reached by another name. A digest follows "@".
 */
#include <stdlib.h>
#include <string.h>

#include "image/name.h"

static const struct {
	const char *prefix;
	enum sgz_transport transport;
} transports[] = {
	{ "oci:", SGZ_OCI },
	{ "oci-archive:", SGZ_OCI_ARCHIVE },
	{ "docker-archive:", SGZ_DOCKER_ARCHIVE },
	{ "dir:", SGZ_DIR },
};

static int unknown(const struct sgz_context *ctx, const char *text)
{
	if (!strncmp(text, "docker://", 9))
		return sgz_fail(ctx, -EINVAL,
				"is in a registry; copy the image first: skopeo copy %s oci:DIR:TAG",
				text);
	return sgz_fail(ctx, -EINVAL,
			"not an image: begin with oci:, oci-archive:, docker-archive:, dir: or containerd:, or end with @sha256:HEX");
}

/* Remove "@sha256:HEX" from the end of a text. */
static int cut_digest(struct sgz_image_name *name,
		      const struct sgz_context *ctx, char *text)
{
	char *at = strstr(text, "@sha256:");

	if (!at)
		return 0;
	if (stargz_sha256_parse(at + 1, name->digest))
		return sgz_fail(ctx, -EINVAL,
				"%s: not @sha256: and 64 hexadecimal digits",
				sgz_quote(at, strlen(at)).text);
	name->has_digest = true;
	*at = '\0';
	return 0;
}

static int copy(char **to, const struct sgz_context *ctx, const char *text)
{
	*to = strdup(text);
	return *to ? 0 : sgz_nomem(ctx);
}

/* A path, and what distinguishes the image after a colon. */
static int split(struct sgz_image_name *name, const struct sgz_context *ctx,
		 char *text)
{
	bool dir = name->transport == SGZ_DIR;
	char *ref = dir ? NULL : strchr(text, ':');
	int ret = 0;

	if (ref)
		*ref++ = '\0';
	if (!*text)
		return sgz_fail(ctx, -EINVAL, "the path is missing");
	if (ref && *ref)
		ret = copy(&name->ref, ctx, ref);
	return ret ? ret : copy(&name->path, ctx, text);
}

static int parse(struct sgz_image_name *name, const struct sgz_context *ctx,
		 char *text)
{
	size_t count = sizeof(transports) / sizeof(transports[0]), i, len;
	int ret;

	for (i = 0; i < count; i++) {
		len = strlen(transports[i].prefix);
		if (!strncmp(text, transports[i].prefix, len))
			break;
	}
	name->transport = i < count ? transports[i].transport : SGZ_BLOBS;
	ret = name->transport == SGZ_DIR ||
	      name->transport == SGZ_DOCKER_ARCHIVE ? 0 :
	      cut_digest(name, ctx, text);
	if (ret)
		return ret;
	if (i < count)
		return split(name, ctx, text + len);
	if (!name->has_digest || !*text)
		return unknown(ctx, text);
	return copy(&name->path, ctx, text);
}

int sgz_image_name_parse(struct sgz_image_name *name,
			 const struct sgz_context *ctx, const char *text)
{
	char *work = strdup(text);
	int ret;

	memset(name, 0, sizeof(*name));
	ret = work ? parse(name, ctx, work) : sgz_nomem(ctx);
	free(work);
	return ret;
}

void sgz_image_name_free(struct sgz_image_name *name)
{
	free(name->path);
	free(name->ref);
	memset(name, 0, sizeof(*name));
}
