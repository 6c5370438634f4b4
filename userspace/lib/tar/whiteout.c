// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <string.h>

#include "base/path.h"
#include "tar/whiteout.h"

bool sgz_is_whiteout_name(const char *name, size_t len)
{
	return len >= strlen(SGZ_WHITEOUT) &&
	       !memcmp(name, SGZ_WHITEOUT, strlen(SGZ_WHITEOUT));
}

bool sgz_is_marker(const char *path, size_t len)
{
	size_t last = sgz_path_last(path, len);

	return sgz_is_whiteout_name(path + last, len - last);
}

size_t sgz_path_without_aufs(const char *path, size_t len)
{
	static const char prefix[] = SGZ_WHITEOUT SGZ_WHITEOUT;
	size_t last = sgz_path_last(path, len), search = len;
	const char *at;

	if (len - last == strlen(SGZ_OPAQUE) &&
	    !memcmp(path + last, SGZ_OPAQUE, len - last))
		search = last;
	for (at = path; (at = memmem(at, path + search - at, prefix,
				     strlen(prefix))); at++)
		if (at == path || at[-1] == '/')
			return at - path;
	return len;
}
