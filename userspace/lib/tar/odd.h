/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Fields of a tar entry that are not as they should be, and what is done about
 * them. Container engines, that is Go's archive/tar, give the example where they
 * read the entry; GNU tar and bsdtar where engines refuse the layer.
 */
#ifndef SGZ_TAR_ODD_H
#define SGZ_TAR_ODD_H

#include <stdbool.h>
#include <stdint.h>

/** enum sgz_tar_odd - numbers of bits in sgz_tar_header.odd */
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
 * sgz_tar_owner() - an owner as chown(2) takes it
 * @value: from the tar
 * @owner: the lowest 32 bits; root if all of them are set, which asks chown(2)
 *	for no change
 *
 * Return: true if nothing is odd about @value.
 */
static inline bool sgz_tar_owner(int64_t value, uint32_t *owner)
{
	*owner = value;
	if (*owner == UINT32_MAX)
		*owner = 0;
	return value >= 0 && value < UINT32_MAX;
}

#endif /* SGZ_TAR_ODD_H */
