// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: skopeo. It has the credentials, certificates and policies of
 * registries; this program only sees what it prints and writes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "open.h"
#include "skopeo.h"

/* Largest document, as in the library, and a byte to notice larger ones. */
#define DOCUMENT_MAX	((4u << 20) + 1)

/* Room for arguments. */
#define ARGUMENTS_MAX	16

/* The message in a line of its log: time="..." level=fatal msg="...". */
static void cut_message(char *line)
{
	char *from = strstr(line, "msg=\""), *to = line;

	if (!from)
		return;
	for (from += strlen("msg=\""); *from && *from != '"'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
}

int skopeo_end(struct child *skopeo, const struct settings *s, int status)
{
	char *line = child_end(skopeo);

	cut_message(line);
	if (status)
		msg_error(s->image, "skopeo: %s", *line ? line : "failed");
	free(line);
	return status ? -EIO : 0;
}

static int start(struct child *skopeo, const struct settings *s,
		 const char *const *argv, bool output)
{
	int ret = child_start(skopeo, argv, -1, output);

	if (ret == -ENOENT)
		msg_error(s->image, "skopeo is not installed; it copies images of registries");
	else if (ret)
		msg_error(s->image, "skopeo: %s", strerror(-ret));
	return ret;
}

char *skopeo_inspect(const struct settings *s, const char *ref, bool config,
		     size_t *len)
{
	const char *const argv[] = {
		"skopeo", "inspect", "--raw", config ? "--config" : ref,
		config ? ref : NULL, NULL,
	};
	struct child skopeo;
	char *text;

	if (start(&skopeo, s, argv, true))
		return NULL;
	text = child_read(&skopeo, DOCUMENT_MAX, len);
	if (!skopeo_end(&skopeo, s, child_wait(&skopeo)))
		return text;
	free(text);
	return NULL;
}

/* Options for a platform: "OS/ARCH[/VARIANT]". Returns their number. */
static size_t platform_options(const char *platform, char *options[3])
{
	static const char *const names[] = { "os", "arch", "variant" };
	size_t n = 0;

	for (; platform && n < 3; n++) {
		int len = strcspn(platform, "/");

		options[n] = xasprintf("--override-%s=%.*s", names[n], len,
				       platform);
		platform = platform[len] ? platform + len + 1 : NULL;
	}
	return n;
}

int skopeo_copy(struct child *skopeo, const struct settings *s,
		const char *from, const char *to, const char *blobs)
{
	const char *argv[ARGUMENTS_MAX] = { "skopeo" };
	char *platform[3], *shared = NULL;
	size_t count = platform_options(s->platform, platform), n = 1;
	int ret;

	for (size_t i = 0; i < count; i++)
		argv[n++] = platform[i];
	argv[n++] = "copy";
	argv[n++] = "--quiet";
	if (blobs) {
		shared = xasprintf("--dest-shared-blob-dir=%s", blobs);
		argv[n++] = shared;
	}
	argv[n++] = from;
	argv[n] = to;
	ret = start(skopeo, s, argv, false);
	free(shared);
	for (size_t i = 0; i < count; i++)
		free(platform[i]);
	return ret;
}
