// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening the files to inspect, together with the other sources of their mount.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
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
	struct stargz_error err;
	int fd = stargz_open_input(path, &err);

	if (fd < 0)
		fprintf(stderr, "%s: %s: %s\n", prog, path, err.text);
	else
		input->fds[input->count++] = fd;
	return fd;
}

int inputs_open(struct inputs_file *input, const struct inputs *in,
		const char *path, const char *prog)
{
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
		if (open_source(input, in->devices.name[i], prog) < 0)
			return -1;
	return 0;
}

int inputs_check(const struct inputs_file *input, const struct inputs *in,
		 struct stargz_error *err)
{
	int ret = in->index ? stargz_probe(input->fds[0], 0, 0, err) :
			      STARGZ_KIND_INDEX;

	if (ret >= 0 && ret != STARGZ_KIND_INDEX)
		return error_set(err, -EINVAL, "%s is not an index", in->index);
	return ret < 0 ? ret : 0;
}

void inputs_close(struct inputs_file *input)
{
	stargz_close(input->opened);
	for (size_t i = 0; i < input->count; i++)
		close(input->fds[i]);
	free(input->fds);
}
