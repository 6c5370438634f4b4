// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fsck.stargz --extract: the folder that is written to.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsck.h"
#include "inspect/extract.h"

int fsck_extract(struct target *t, const struct sgz_context *ctx)
{
	const struct settings *s = t->settings;
	struct sgz_extract_options opt = {
		.path = s->path,
		.overwrite = s->overwrite,
	};
	int ret;

	if (mkdir(s->extract, 0700) && errno != EEXIST)
		return sgz_fail(ctx, -errno, "%s: %s", s->extract,
				strerror(errno));
	opt.root = open(s->extract, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opt.root < 0)
		return sgz_fail(ctx, -errno, "%s: %s", s->extract,
				strerror(errno));
	ret = sgz_extract(&t->input.opened, &opt, &t->faults);
	close(opt.root);
	return ret;
}
