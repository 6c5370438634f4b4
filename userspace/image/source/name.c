// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: images of containerd. Its content store is a directory of blobs,
 * which is only read. ctr(8), the client of containerd, says which digest a name
 * stands for; the database of containerd is not opened.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctr.h"
#include "open.h"
#include "registry.h"

#define STORE	"io.containerd.content.v1.content/blobs/sha256"

/*
 * Ask for the digest of a name. Returns a new string, NULL with @ret zero if
 * there is no such image.
 */
static char *ask(const struct settings *s, const char *ns, const char *ref,
		 int *ret)
{
	struct ctr ctr = { .name = s->image, .ns = ns };
	struct ctr_image image;

	*ret = ctr_find_image(&ctr, ref, &image);
	free(image.top);
	return image.digest;
}

/* "[NS/]REF": a name may also begin with the name of a registry and "/". */
static int resolve(struct settings *s, const char *ref, char **digest)
{
	const char *slash;
	char *first;
	int ret;

	s->containerd_ref = ref;
	*digest = ask(s, ctr_namespace(NULL), ref, &ret);
	slash = strchr(ref, '/');
	if (ret || *digest || !slash)
		return ret;
	first = xasprintf("%.*s", (int)(slash - ref), ref);
	s->containerd_ref = slash + 1;
	*digest = ask(s, first, slash + 1, &ret);
	free(first);
	return ret;
}

int image_name(struct settings *s, char **name)
{
	static const char prefix[] = "containerd:";
	char *digest;
	int ret;

	if (registry_is_name(s->image))
		return registry_name(s, name);
	if (strncmp(s->image, prefix, strlen(prefix))) {
		*name = xasprintf("%s", s->image);
		return 0;
	}
	ret = resolve(s, s->image + strlen(prefix), &digest);
	if (!ret && !digest) {
		msg_error(s->image, "containerd has no such image; ctr images ls lists them");
		return -ENOENT;
	}
	if (ret)
		return ret;
	*name = xasprintf("%s/" STORE "@%s", s->containerd, digest);
	free(digest);
	return 0;
}
