/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking one file.
 */
#ifndef FSCK_H
#define FSCK_H

#include "base/faults.h"
#include "options.h"

/**
 * struct target - what is checked
 * @settings: the command line
 * @input: the file, and what was read of it
 * @faults: what is wrong with it
 */
struct target {
	struct settings *settings;
	struct inputs_file input;
	struct sgz_faults faults;
};

/** fsck_target() - check, print what is wrong, and return the exit code */
int fsck_target(struct target *t);

/** fsck_extract() - write the tree to a folder; 0 or a negative errno */
int fsck_extract(struct target *t, const struct sgz_context *ctx);

#endif /* FSCK_H */
