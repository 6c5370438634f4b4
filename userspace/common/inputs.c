// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening files that are looked at, with the sources that a mount would have.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inputs.h"

const char *inputs_annotation(void *at, const struct option_value *value)
{
	return stargz_annotation(at, value->text) ? NULL : "not KEY=VALUE";
}

bool inputs_single(const struct inputs *in,
		   const struct stargz_index_options *opt)
{
	return in->index || in->devices.count || opt->toc_path ||
	       opt->toc_digest || opt->toc_stored_digest || opt->toc_position;
}

static int open_source(struct inputs_file *input, const char *path,
		       const char *prog)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fprintf(stderr, "%s: %s: %s\n", prog, path, strerror(errno));
	else
		input->fds[input->count++] = fd;
	return fd;
}

int inputs_open(struct inputs_file *input, const struct inputs *in,
		const char *path, const char *prog)
{
	char *const *device = in->devices.data;

	input->fds = calloc(in->devices.count + 2, sizeof(*input->fds));
	if (!input->fds) {
		fprintf(stderr, "%s: out of memory\n", prog);
		return -1;
	}
	if (in->index && open_source(input, in->index, prog) < 0)
		return -1;
	if (open_source(input, path, prog) < 0)
		return -1;
	for (size_t i = 0; i < in->devices.count; i++)
		if (open_source(input, device[i], prog) < 0)
			return -1;
	input->file = input->fds[0];
	return 0;
}

int inputs_look(struct inputs_file *input, const struct inputs *in,
		const struct sgz_context *ctx,
		const struct stargz_index_options *opt)
{
	int ret = sgz_opened_file(&input->opened, ctx, opt, input->file);

	if (!ret && input->opened.layer && in->index)
		return sgz_fail(ctx, -EINVAL, "%s is not an index", in->index);
	return ret;
}

void inputs_close(struct inputs_file *input)
{
	sgz_opened_free(&input->opened);
	for (size_t i = 0; i < input->count; i++)
		close(input->fds[i]);
	free(input->fds);
}
