// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole trees: as text, and compared.
 */
#include <string.h>

#include "base/escape.h"
#include "dump.h"
#include "inspect/diff.h"
#include "inspect/dump.h"

int dump_tree(const struct job *job)
{
	return sgz_dump_write(job->opened, job->settings->threads, job->to);
}

static void on_difference(void *data, char where, const char *path,
			  const char *what)
{
	struct sgz_vec text = { 0 };
	FILE *to = data;

	if (!sgz_escape(&text, path, strlen(path), NULL))
		fprintf(to, "%c %s%s%s\n", where, (char *)text.data,
			*what ? ": " : "", what);
	sgz_vec_free(&text);
}

int dump_diff(const struct job *a, struct sgz_opened *b)
{
	const struct sgz_treediff diff = {
		.a = a->opened,
		.b = b,
		.threads = a->settings->threads,
		.found = on_difference,
		.data = a->to,
	};

	return sgz_treediff_run(&diff);
}
