// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: which manifest an image in a registry has. With manifest and
 * configuration in a directory, and links to the blobs of layers that arrive, the
 * library can open the image before it is complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "open.h"
#include "pull.h"
#include "registry.h"
#include "skopeo.h"

static int fail(const struct pull *p, const char *what, int err)
{
	bar_clear(&p->s->bar);
	msg_error(what, "%s", strerror(err));
	return -err;
}

/* Store a document by its digest. */
static int store(const struct pull *p, const char *text, size_t len,
		 uint8_t digest[STARGZ_SHA256_LEN])
{
	char hex[STARGZ_SHA256_HEX], *path;
	struct stargz_error err;
	int fd, ret = 0;

	if (stargz_sha256(text, len, digest, &err)) {
		msg_error(p->s->image, "%s", err.text);
		return -EIO;
	}
	stargz_sha256_hex(digest, hex);
	path = xasprintf("%s/image/%s", p->staging.path, hex);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		ret = fail(p, path, errno ? errno : EIO);
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

static int get(const struct pull *p, bool config,
	       uint8_t digest[STARGZ_SHA256_LEN])
{
	size_t len;
	char *text = skopeo_inspect(p->s, p->ref, config, &len);
	int ret = text ? store(p, text, len, digest) : -EIO;

	free(text);
	return ret;
}

/**
 * struct choice - the search for the image of a platform
 * @platform: the platform, or NULL
 * @count: number of images
 * @first: digest of the manifest of the first one
 * @best: rank of the chosen one
 * @sha256: digest of its manifest
 */
struct choice {
	const char *platform;
	size_t count;
	uint8_t first[STARGZ_SHA256_LEN];
	unsigned int best;
	uint8_t sha256[STARGZ_SHA256_LEN];
};

static void look(void *data, const struct stargz_image_found *found)
{
	struct choice *c = data;
	unsigned int rank = stargz_platform_rank(c->platform, found->platform);

	if (!c->count++)
		memcpy(c->first, found->sha256, sizeof(c->first));
	if (rank <= c->best)
		return;
	c->best = rank;
	memcpy(c->sha256, found->sha256, sizeof(c->sha256));
}

/* The name of an image by its digest, without its tag or other digest. */
static char *pin(const char *ref, const uint8_t sha256[STARGZ_SHA256_LEN])
{
	size_t len = strcspn(ref, "@");
	char hex[STARGZ_SHA256_HEX];
	const char *at = ref + len;

	stargz_sha256_hex(sha256, hex);
	while (at > ref && *at != '/' && *at != ':')
		at--;
	if (*at == ':' && at > ref + strlen("docker://"))
		len = at - ref;
	return xasprintf("%.*s@sha256:%s", (int)len, ref, hex);
}

/* If the document is an index, choose the manifest of the platform. */
static int choose(struct pull *p)
{
	struct choice c = { .platform = p->s->platform };
	char hex[STARGZ_SHA256_HEX], *name, *ref;
	struct stargz_error err;
	int ret;

	stargz_sha256_hex(p->manifest, hex);
	name = xasprintf("%s/image@sha256:%s", p->staging.path, hex);
	ret = stargz_image_list(name, look, &c, &err);
	free(name);
	if (ret) {
		msg_error(p->s->image, "%s", err.text);
		return ret;
	}
	/* The document is a manifest. */
	if (c.count == 1 && !memcmp(c.first, p->manifest, sizeof(c.first)))
		return 0;
	if (!c.best) {
		msg_error(p->s->image, "no image for %s; stargz-image ls lists the platforms of copies",
			  p->s->platform ? p->s->platform : "this machine");
		return -ENOENT;
	}
	if (!registry_is_name(p->ref))
		return -ENODATA;
	ref = pin(p->ref, c.sha256);
	free(p->ref);
	p->ref = ref;
	ret = get(p, false, p->manifest);
	if (!ret && memcmp(p->manifest, c.sha256, sizeof(c.sha256))) {
		msg_error(p->s->image, "the registry sent a manifest with another digest");
		return -EBADMSG;
	}
	return ret;
}

int pull_resolve(struct pull *p)
{
	char *path = xasprintf("%s/image", p->staging.path);
	uint8_t config[STARGZ_SHA256_LEN];
	int ret = mkdir(path, 0700) ? fail(p, path, errno) : 0;

	free(path);
	p->ref = xasprintf("%s", p->s->image);
	if (!ret)
		ret = get(p, false, p->manifest);
	if (!ret)
		ret = choose(p);
	if (ret)
		return ret;
	if (registry_is_name(p->ref)) {
		char *ref = pin(p->ref, p->manifest);

		free(p->ref);
		p->ref = ref;
	}
	return get(p, true, config);
}
