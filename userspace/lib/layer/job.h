/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A member or frame of a layer while it is made.
 */
#ifndef SGZ_LAYER_JOB_H
#define SGZ_LAYER_JOB_H

#include "base/memory.h"

/** enum sgz_job_state - who has a job */
enum sgz_job_state {
	SGZ_JOB_FREE,
	SGZ_JOB_WAITS,
	SGZ_JOB_RUNS,
	SGZ_JOB_DONE,
};

/**
 * struct sgz_job - a member or frame to be made
 * @bytes: what is in it
 * @start: position in the tar of its first byte
 * @len: how many bytes
 * @room: how many fit
 * @out: the member
 * @records: struct sgz_toc_item of what is in it
 * @error: negative errno if it could not be made
 * @state: who has it
 */
struct sgz_job {
	char *bytes;
	uint64_t start;
	size_t len;
	size_t room;
	struct sgz_vec out;
	struct sgz_vec records;
	int error;
	enum sgz_job_state state;
};

#endif /* SGZ_LAYER_JOB_H */
