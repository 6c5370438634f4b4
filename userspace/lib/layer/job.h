/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * A member or frame of a layer that is being made.
 */
#ifndef SGZ_LAYER_JOB_H
#define SGZ_LAYER_JOB_H

#include "base/memory.h"

/** enum sgz_job_state - owner of a job */
enum sgz_job_state {
	SGZ_JOB_FREE,
	SGZ_JOB_WAITS,
	SGZ_JOB_RUNS,
	SGZ_JOB_DONE,
};

/**
 * struct sgz_job - a member or frame to make
 * @bytes: its decoded bytes
 * @start: position of the first byte in the tar
 * @len: number of bytes
 * @room: size of @bytes
 * @out: the compressed member
 * @records: struct sgz_toc_item: its records for the table of contents
 * @error: negative errno if it could not be made
 * @state: owner of the job
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
