// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: images of registries, in a cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "open.h"
#include "pull.h"
#include "registry.h"

bool registry_is_name(const char *name)
{
	static const char prefix[] = "docker://";

	return !strncmp(name, prefix, strlen(prefix));
}

/* Make the directories that lead to a path. */
static int make_parents(const char *path)
{
	char *copy = xasprintf("%s", path), *slash = copy;
	int ret = 0;

	while (!ret && *slash && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			ret = -errno;
		*slash = '/';
	}
	if (ret)
		msg_error(path, "%s", strerror(-ret));
	free(copy);
	return ret;
}

/* Copy the image, unless it is there; sets the digest of its manifest. */
static int copy(struct pull *p)
{
	int said[2], ret;

	if (pipe2(said, O_CLOEXEC))
		return -errno;
	p->said = said[1];
	ret = pull_run(p);
	close(said[1]);
	if (!ret && read(said[0], p->manifest, sizeof(p->manifest)) !=
		    sizeof(p->manifest))
		ret = -EIO;
	close(said[0]);
	return ret;
}

int registry_name(struct settings *s, char **name)
{
	struct pull p = {
		.s = s, .kind = PULL_OCI, .path = s->image_cache,
		.by_digest = true,
	};
	const char *at = strchr(s->image, '@');
	char hex[STARGZ_SHA256_HEX];
	int ret = make_parents(s->image_cache);

	/* A digest of a manifest needs no question to the registry. */
	if (!ret && (!at || stargz_sha256_parse(at + 1, p.manifest) ||
		     !pull_has(&p)))
		ret = copy(&p);
	if (ret)
		return ret;
	stargz_sha256_hex(p.manifest, hex);
	*name = xasprintf("oci:%s:%s", s->image_cache, hex);
	return 0;
}
