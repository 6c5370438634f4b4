/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Irregular fields of a tar entry, and how they are corrected: as container
 * engines do, that is Go's archive/tar, or as GNU tar and bsdtar do if engines
 * refuse the layer.
 */
#ifndef SGZ_TAR_ODD_H
#define SGZ_TAR_ODD_H

#include <stdbool.h>
#include <stdint.h>

/** enum sgz_tar_odd - bit numbers in sgz_tar_header.odd */
enum sgz_tar_odd {
	SGZ_ODD_MODE,
	SGZ_ODD_OWNER,
	SGZ_ODD_OWNER_RANGE,
	SGZ_ODD_OWNER_RECORD,
	SGZ_ODD_TIME_RECORD,
	SGZ_ODD_TIME_END,
	SGZ_ODD_DEVICE_RANGE,
	SGZ_ODD_NUL,
	SGZ_ODD_RECORDS,
	SGZ_ODD_GLOBALS,
	SGZ_ODD_XATTR_BASE64,
	SGZ_ODD_XATTRS,
	SGZ_ODD_ACL,
	SGZ_ODD_ACL_NAMES,
	SGZ_ODD_SPARSE_END,
	SGZ_ODD_PAYLOAD,
	SGZ_ODD_COUNT
};

/**
 * sgz_tar_owner() - convert a user or group ID
 * @value: from the tar
 * @owner: set to the lowest 32 bits, or to root if all of them are set, with
 *	which chown(2) would not change the owner
 *
 * Return: true if @value is in range.
 */
static inline bool sgz_tar_owner(int64_t value, uint32_t *owner)
{
	*owner = value;
	if (*owner == UINT32_MAX)
		*owner = 0;
	return value >= 0 && value < UINT32_MAX;
}

#endif /* SGZ_TAR_ODD_H */
