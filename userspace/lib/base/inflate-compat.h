/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The kernel names that fs/stargz/inflate.[ch] use, for building them in
 * userspace; the C library defines __always_inline.
 */
#ifndef SGZ_BASE_INFLATE_COMPAT_H
#define SGZ_BASE_INFLATE_COMPAT_H

#include "base/kernel-compat.h"

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define noinline	__attribute__((noinline))
#define BIT(n)		(1UL << (n))

/* Number of the highest set bit; @word is not 0. */
static inline unsigned long __fls(unsigned long word)
{
	return sizeof(word) * 8 - 1 - __builtin_clzl(word);
}

static inline u64 get_unaligned_le64(const void *p)
{
	u64 value;

	memcpy(&value, p, sizeof(value));
	return le64toh(value);
}

static inline void put_unaligned_le64(u64 value, void *p)
{
	value = htole64(value);
	memcpy(p, &value, sizeof(value));
}

#endif /* SGZ_BASE_INFLATE_COMPAT_H */
