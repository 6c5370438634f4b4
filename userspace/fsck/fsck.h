/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking one file.
 */
#ifndef FSCK_H
#define FSCK_H

#include "opened.h"
#include "options.h"

/**
 * struct target - what is checked
 * @settings: the command line
 * @file: the layer, or what holds the index
 * @fds: the sources that a mount would have; the first one is @file or -1
 * @count: how many
 * @opened: what was read of it
 * @faults: what is wrong with it
 */
struct target {
	struct settings *settings;
	int file;
	const int *fds;
	size_t count;
	struct sgz_opened opened;
	struct sgz_faults faults;
};

/** fsck_target() - check, print what is wrong, and return the exit code */
int fsck_target(struct target *t);

/** fsck_extract() - write the tree to a folder; 0 or a negative errno */
int fsck_extract(struct target *t, const struct sgz_context *ctx);

#endif /* FSCK_H */
