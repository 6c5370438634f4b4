// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: images of containerd. Its content store is a directory of blobs,
 * which is only read. ctr(8), the client of containerd, says which digest a name
 * stands for; the database of containerd is not opened.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "image.h"
#include "registry.h"

#define STORE	"io.containerd.content.v1.content/blobs/sha256"

/* Most bytes of the output of ctr to look at. */
#define OUTPUT_MAX	(64u << 10)

/*
 * Ask for the digest of a name. Returns a new string, NULL with @ret zero if
 * there is no such image.
 */
static char *ask(const struct settings *s, const char *ns, const char *ref,
		 int *ret)
{
	char *filter = xasprintf("name==%s", ref), *text, *at;
	const char *const argv[] = {
		"ctr", "--namespace", ns, "images", "ls", filter, NULL,
	};
	struct child ctr;
	size_t len;
	int status;

	*ret = child_start(&ctr, argv, true);
	free(filter);
	if (*ret) {
		msg_error(s->image, "ctr, the client of containerd: %s",
			  strerror(-*ret));
		return NULL;
	}
	text = child_read(&ctr, OUTPUT_MAX, &len);
	status = child_wait(&ctr);
	free(child_end(&ctr));
	if (status) {
		free(text);
		msg_error(s->image, "ctr failed; is containerd running?");
		*ret = -EIO;
		return NULL;
	}
	/* The line of the image has its name, its media type and its digest. */
	at = strstr(text, "sha256:");
	if (at)
		at = strndup(at, strcspn(at, " \t\n"));
	free(text);
	return at;
}

/* "[NS/]REF": a name may also begin with the name of a registry and "/". */
static int resolve(const struct settings *s, const char *ref, char **digest)
{
	const char *ns = getenv("CONTAINERD_NAMESPACE"), *slash;
	char *first;
	int ret;

	*digest = ask(s, ns && *ns ? ns : "default", ref, &ret);
	slash = strchr(ref, '/');
	if (ret || *digest || !slash)
		return ret;
	first = xasprintf("%.*s", (int)(slash - ref), ref);
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
