/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking one file.
 */
#ifndef FSCK_H
#define FSCK_H

#include <json-c/json.h>

#include "options.h"
#include "stargz/check.h"

/**
 * struct target - what is checked
 * @settings: the command line
 * @input: the file, and what was read of it
 * @faults: those that were told, with --json, else NULL
 * @told: how many faults were told
 * @code: exit code for them
 */
struct target {
	struct settings *settings;
	struct inputs_file input;
	struct json_object *faults;
	uint64_t told;
	int code;
};

/** fsck_target() - check, print what is wrong, and return the exit code */
int fsck_target(struct target *t);

/** fsck_unopened() - report a file that could not be opened */
int fsck_unopened(struct target *t);

/** fsck_fault() - tell a fault; fit for the library's callbacks */
void fsck_fault(void *data, int code, const char *text);

/**
 * fsck_extract() - write the tree to a folder
 * @t: what is checked
 * @faults: set to how many faults there are
 * @err: filled on failure
 *
 * Return: 0, also with faults, or a negative errno.
 */
int fsck_extract(struct target *t, uint64_t *faults, struct stargz_error *err);

#endif /* FSCK_H */
