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

/**
 * struct differences - where differences are printed
 * @to: the output
 * @color: in colours
 */
struct differences {
	FILE *to;
	bool color;
};

/* The colours of diff(1): red for what is gone, green for what is new. */
static const char *color_of(char where)
{
	return where == '<' ? "\33[31m" : where == '>' ? "\33[32m" : "\33[36m";
}

static void on_difference(void *data, char where, const char *path,
			  const char *what)
{
	char *text = stargz_text_escape(path, strlen(path));
	const struct differences *d = data;

	if (text)
		fprintf(d->to, "%s%c %s%s%s%s\n",
			d->color ? color_of(where) : "", where, text,
			*what ? ": " : "", what, d->color ? "\33[m" : "");
	free(text);
}

int dump_diff(const struct job *a, struct stargz_opened *b)
{
	struct differences d = {
		.to = a->to,
		.color = color_wanted(a->settings->color, a->to),
	};
	const struct stargz_compare_options opt = {
		.struct_size = sizeof(opt),
		.threads = a->settings->threads,
		.found = on_difference,
		.data = &d,
	};

	return stargz_compare(a->opened, b, &opt, a->err);
}
