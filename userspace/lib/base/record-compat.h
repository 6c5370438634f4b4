/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The kernel names that fs/stargz/record.c uses, for building it in
 * userspace.
 */
#ifndef SGZ_BASE_RECORD_COMPAT_H
#define SGZ_BASE_RECORD_COMPAT_H

#include <sys/stat.h>
#include <zlib.h>

#include "base/kernel-compat.h"

#define U32_MAX		UINT32_MAX
#define NSEC_PER_SEC	1000000000u
#define ALIGN(n, to)	(((n) + (to) - 1) / (to) * (to))
#define DIV_ROUND_UP_ULL(n, by)	(((n) + (by) - 1) / (by))

#define le16_to_cpu(x)	le16toh(x)
#define le32_to_cpu(x)	le32toh(x)
#define le64_to_cpu(x)	le64toh(x)

#define check_add_overflow(a, b, sum)	__builtin_add_overflow(a, b, sum)
#define check_mul_overflow(a, b, product) \
	__builtin_mul_overflow(a, b, product)

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

/* The first of @len bytes that is not @c, or NULL. */
static inline const void *memchr_inv(const void *p, int c, size_t len)
{
	const u8 *byte = p;

	for (; len; len--, byte++)
		if (*byte != (u8)c)
			return byte;
	return NULL;
}

/* The kernel's crc32_le() leaves both inversions to the caller. */
static inline u32 crc32_le(u32 crc, const u8 *p, size_t len)
{
	return ~(u32)crc32(~crc & U32_MAX, p, len);
}

#endif /* SGZ_BASE_RECORD_COMPAT_H */
