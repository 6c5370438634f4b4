// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a tree as text or as a table of contents; comparing two trees.
 */
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "stargz/compare.h"
#include "stargz/dump.h"
#include "stargz/text.h"
#include "stargz/toc.h"

int dump_tree(const struct job *job)
{
	return stargz_dump_write(job->opened, job->settings->threads, job->to,
				 job->err);
}

int dump_toc(const struct job *job)
{
	return stargz_toc_write(job->opened, job->to, job->err);
}

static void on_difference(void *data, char where, const char *path,
			  const char *what)
{
	char *text = stargz_text_escape(path, strlen(path));
	FILE *to = data;

	if (text)
		fprintf(to, "%c %s%s%s\n", where, text, *what ? ": " : "",
			what);
	free(text);
}

int dump_diff(const struct job *a, struct stargz_opened *b)
{
	const struct stargz_compare_options opt = {
		.struct_size = sizeof(opt),
		.threads = a->settings->threads,
		.found = on_difference,
		.data = a->to,
	};

	return stargz_compare(a->opened, b, &opt, a->err);
}
