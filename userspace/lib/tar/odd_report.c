// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * An irregular field must not make the whole layer unusable. It is corrected
 * with a warning, or the entry is left out.
 */
#include <string.h>

#include "stargz_fs.h"
#include "tar/odd.h"
#include "tar/odd_report.h"
#include "tar/whiteout.h"

/* Maximum length of one component of a path. */
#define NAME_LEN_MAX	255

static const char *const texts[SGZ_ODD_COUNT] = {
	[SGZ_ODD_MODE] = "invalid mode, 0 is used",
	[SGZ_ODD_OWNER] = "invalid owner or group, root is used",
	[SGZ_ODD_OWNER_RANGE] = "owner or group is out of range, its lowest 32 bits are used, or root for -1",
	[SGZ_ODD_OWNER_RECORD] = "invalid owner or group in the extended header, that of the header is used",
	[SGZ_ODD_TIME_RECORD] = "invalid time in the extended header, that of the header is used",
	[SGZ_ODD_TIME_END] = "other characters after the time in the extended header are ignored",
	[SGZ_ODD_DEVICE_RANGE] = "device number is out of range, its lowest bits are used",
	[SGZ_ODD_NUL] = "path or target has a NUL byte and ends there",
	[SGZ_ODD_RECORDS] = "damaged extended header, its records before the damage are used",
	[SGZ_ODD_GLOBALS] = "a global header before it is ignored, as by container engines",
	[SGZ_ODD_XATTR_BASE64] = "extended attribute that is not base64 is left out",
	[SGZ_ODD_XATTRS] = "more than 4096 extended attributes, the rest is left out",
	[SGZ_ODD_ACL] = "invalid access control list is left out",
	[SGZ_ODD_ACL_NAMES] = "access control list with names instead of numeric IDs is left out",
	[SGZ_ODD_SPARSE_END] = "bytes after the last data segment of a sparse file are skipped",
	[SGZ_ODD_PAYLOAD] = "content of an entry that cannot have any is skipped",
};

void sgz_tar_warn(const struct sgz_tar_header *h, const struct sgz_context *ctx)
{
	for (int i = 0; i < SGZ_ODD_COUNT; i++)
		if (h->odd & 1u << i)
			sgz_warn(ctx, "%s: %s",
				 sgz_quote(h->name, h->name_len).text,
				 texts[i]);
}

/* The last name of a path may have the prefix of a whiteout in addition. */
static size_t longest(const char *name, size_t len, bool last)
{
	bool whiteout = last && sgz_is_whiteout_name(name, len);

	return NAME_LEN_MAX + (whiteout ? strlen(SGZ_WHITEOUT) : 0);
}

/* Find faults of a path after its ".." are resolved. */
static const char *path_fault(const char *path, size_t len, bool directory)
{
	const char *end = path + len;
	size_t depth = 0, long_at = 0;

	while (path < end) {
		const char *slash = memchr(path, '/', end - path);
		size_t part = (slash ? slash : end) - path;

		if (part == 2 && path[0] == '.' && path[1] == '.') {
			depth -= depth > 0;
			if (depth < long_at)
				long_at = 0;
		} else if (part && !(part == 1 && path[0] == '.')) {
			depth++;
			if (part > longest(path, part, !slash) && !long_at)
				long_at = depth;
		}
		path += part + 1;
	}
	if (long_at)
		return "a name in its path is longer than 255 bytes, left out";
	if (!depth && !directory)
		return "only a directory can replace the root, left out";
	return NULL;
}

const char *sgz_tar_fault(const struct sgz_tar_header *h)
{
	const char *why;
	mode_t type;

	/* Entries without a file type are left out anyway. */
	if (sgz_tar_type(h, &type))
		return NULL;
	why = path_fault(h->name, h->name_len, type == S_IFDIR);
	if (why || (type && type != S_IFLNK))
		return why;
	if (!h->link_len)
		return "link without target, left out";
	if (type == S_IFLNK && h->link_len > STARGZ_SYMLINK_MAX)
		return "target of the symbolic link is longer than 4095 bytes, left out";
	return NULL;
}
