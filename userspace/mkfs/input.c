// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: a source is picked by what SOURCE is, and wrapped by what the
 * options and the format ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "landmark.h"
#include "tarsource.h"

static int pick(struct input *in, const struct settings *s,
		const struct sgz_context *ctx)
{
	int ret;

	in->fd = STDIN_FILENO;
	if (strcmp(s->source, "-"))
		in->fd = open(s->source, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return sgz_fail(ctx, -errno, "%s", strerror(errno));
	ret = sgz_blob_open(&in->blob, ctx, in->fd, 0, 0);
	return ret ? ret : sgz_source_tar(&in->source, ctx, &in->blob);
}

static int wrap(struct input *in, const struct settings *s,
		const struct sgz_context *ctx)
{
	if (s->make.format == SGZ_FORMAT_ESTARGZ)
		return sgz_source_landmark(&in->source, ctx, 0);
	return 0;
}

int input_open(struct input *in, const struct settings *s,
	       const struct sgz_context *ctx)
{
	int ret;

	in->fd = -1;
	in->source = NULL;
	ret = pick(in, s, ctx);
	return ret ? ret : wrap(in, s, ctx);
}

void input_close(struct input *in)
{
	if (in->source)
		in->source->close(in->source);
	if (in->fd > STDIN_FILENO)
		close(in->fd);
}
