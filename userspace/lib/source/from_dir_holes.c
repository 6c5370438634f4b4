// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Finding holes with lseek(2), in files with fewer blocks than their size
 * needs.
 */
#include <unistd.h>

#include "source/from_dir_holes.h"
#include "tar/header.h"

/*
 * Find the next data segment at or after @pos. Returns 1, 0 if there is none,
 * or -EINVAL if the file system does not support it.
 */
static int next_run(int fd, uint64_t pos, uint64_t size, struct sgz_tar_run *run)
{
	off_t data = lseek(fd, pos, SEEK_DATA), end;

	if (data < 0)
		return errno == ENXIO ? 0 : -EINVAL;
	if ((uint64_t)data >= size)
		return 0;
	end = lseek(fd, data, SEEK_HOLE);
	if (end <= data)
		return -EINVAL;
	run->pos = data;
	run->size = ((uint64_t)end < size ? (uint64_t)end : size) - data;
	return 1;
}

int sgz_file_runs(struct sgz_vec *runs, const struct sgz_context *ctx, int fd,
		  const struct stat *st)
{
	const uint64_t size = st->st_size;
	struct sgz_tar_run run = { 0 }, *to;
	int ret;

	runs->count = 0;
	if ((uint64_t)st->st_blocks * 512 >= size)
		return 0;
	while ((ret = next_run(fd, run.pos + run.size, size, &run)) == 1) {
		if (!run.pos && run.size == size)
			return 0;
		to = runs->count < SGZ_TAR_RUNS_MAX ?
		     sgz_vec_add(runs, 1, sizeof(*to)) : NULL;
		if (!to && runs->count < SGZ_TAR_RUNS_MAX)
			return sgz_nomem(ctx);
		if (!to)
			return 0;
		*to = run;
	}
	return !ret;
}
