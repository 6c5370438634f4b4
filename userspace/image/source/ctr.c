// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "../base/child.h"
#include "ctr.h"

/* Most arguments of a call. */
#define ARGS_MAX	16

/* Most bytes of the output of ctr to look at. */
#define OUTPUT_MAX	(4u << 20)

const char *ctr_namespace(const char *ns)
{
	if (!ns)
		ns = getenv("CONTAINERD_NAMESPACE");
	return ns && *ns ? ns : "default";
}

/* @line: the last line of its errors. */
static void complain(const struct ctr *ctr, const char *line)
{
	if (!strncmp(line, "ctr: ", strlen("ctr: ")))
		line += strlen("ctr: ");
	if (!*line || strstr(line, "connect: ") || strstr(line, "dial ") ||
	    strstr(line, "cannot access socket"))
		msg_error(ctr->name, "ctr failed; is containerd running?%s%s",
			  *line ? " " : "", line);
	else
		msg_error(ctr->name, "containerd: %s", line);
}

static int run(const struct ctr *ctr, const char *const *argv, int in,
	       char **out)
{
	struct child child;
	char *text, *line;
	size_t len;
	int ret = child_start(&child, argv, in, true);

	if (ret) {
		msg_error(ctr->name, "ctr, the client of containerd: %s",
			  strerror(-ret));
		return ret;
	}
	text = child_read(&child, OUTPUT_MAX, &len);
	ret = child_wait(&child) ? -EIO : 0;
	line = child_end(&child);
	if (ret && !ctr->quiet)
		complain(ctr, line);
	free(line);
	if (ret || !out)
		free(text);
	else
		*out = text;
	return ret;
}

int ctr_call(const struct ctr *ctr, int in, char **out, ...)
{
	const char *argv[ARGS_MAX] = { "ctr", "--namespace", ctr->ns };
	size_t count = 3;
	va_list args;

	va_start(args, out);
	do
		argv[count] = va_arg(args, const char *);
	while (argv[count++] && count < ARGS_MAX);
	va_end(args);
	return run(ctr, argv, in, out);
}

/* The value of our label in a line, in a new string; or NULL. */
static char *find_label(const char *line)
{
	const char *at = strstr(line, CTR_LABEL "=");

	if (!at)
		return NULL;
	at += strlen(CTR_LABEL "=");
	return xasprintf("%.*s", (int)strcspn(at, ", \t\n"), at);
}

/* A line has name, media type, digest, size, platforms and labels. */
static bool parse_line(const char *line, struct ctr_image *image)
{
	const char *digest = strstr(line, "sha256:");

	if (!digest)
		return false;
	*image = (struct ctr_image){
		.name = xasprintf("%.*s", (int)strcspn(line, " \t"), line),
		.digest = xasprintf("%.*s", (int)strcspn(digest, " \t"),
				    digest),
		.top = find_label(line),
	};
	return true;
}

static void parse_lines(char *text, struct ctr_image **images, size_t *count)
{
	char *line;

	*images = NULL;
	*count = 0;
	while ((line = strsep(&text, "\n"))) {
		*images = xrealloc(*images, (*count + 1) * sizeof(**images));
		if (parse_line(line, &(*images)[*count]))
			(*count)++;
	}
}

int ctr_list_images(const struct ctr *ctr, struct ctr_image **images,
		    size_t *count)
{
	char *text;
	int ret = ctr_call(ctr, -1, &text, "images", "ls", NULL);

	*images = NULL;
	*count = 0;
	if (ret)
		return ret;
	parse_lines(text, images, count);
	free(text);
	return 0;
}

void ctr_free_images(struct ctr_image *images, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(images[i].name);
		free(images[i].digest);
		free(images[i].top);
	}
	free(images);
}

int ctr_find_image(const struct ctr *ctr, const char *ref,
		   struct ctr_image *image)
{
	char *filter = xasprintf("name==%s", ref), *text;
	int ret = ctr_call(ctr, -1, &text, "images", "ls", filter, NULL);
	struct ctr_image *found;
	size_t count;

	free(filter);
	*image = (struct ctr_image){ 0 };
	if (ret)
		return ret;
	parse_lines(text, &found, &count);
	free(text);
	if (count) {
		image->digest = found[0].digest;
		image->top = found[0].top;
		found[0].digest = NULL;
		found[0].top = NULL;
	}
	ctr_free_images(found, count);
	return 0;
}
