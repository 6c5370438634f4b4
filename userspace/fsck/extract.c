// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz --extract: the destination folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "fsck.h"
#include "stargz/extract.h"

int fsck_extract(struct target *t, uint64_t *faults, struct stargz_error *err)
{
	const struct settings *s = t->settings;
	const struct stargz_extract_options opt = {
		.struct_size = sizeof(opt),
		.path = s->path,
		.overwrite = s->overwrite,
		.fault = fsck_fault,
		.data = t,
	};
	int dir, ret;

	if (mkdir(s->extract, 0700) && errno != EEXIST)
		return error_set(err, -errno, "%s: %s", s->extract,
				 strerror(errno));
	dir = open(s->extract, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_set(err, -errno, "%s: %s", s->extract,
				 strerror(errno));
	ret = stargz_extract(t->input.opened, dir, &opt, faults, err);
	close(dir);
	return ret;
}
