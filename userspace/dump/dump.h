/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of dump.stargz. All return 0 or a negative errno with the error
 * text set.
 */
#ifndef DUMP_H
#define DUMP_H

#include <stdio.h>

#include "options.h"
#include "stargz/open.h"

/**
 * struct job - one command
 * @settings: the command line
 * @err: receives the error text
 * @opened: handle of the file
 * @to: stream to print to
 */
struct job {
	const struct settings *settings;
	struct stargz_error *err;
	struct stargz_opened *opened;
	FILE *to;
};

int dump_superblock(const struct job *job);
int dump_statistics(const struct job *job);
int dump_list(const struct job *job);
int dump_stat(const struct job *job);
int dump_extents(const struct job *job);
int dump_cat(const struct job *job);
int dump_toc(const struct job *job);
int dump_tree(const struct job *job);
int dump_blob(const struct job *job);

/** dump_diff() - compare; prints differences and returns 1 if there are any */
int dump_diff(const struct job *a, struct stargz_opened *b);

#endif /* DUMP_H */
