/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The kernel names that all shared files of fs/stargz use. inflate-compat.h and
 * record-compat.h define those that only one file needs.
 */
#ifndef SGZ_BASE_KERNEL_COMPAT_H
#define SGZ_BASE_KERNEL_COMPAT_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int64_t s64;
typedef uint64_t u64;

/* The message is optional, as in the kernel. */
#undef static_assert
#define static_assert(expr, ...)	_Static_assert(expr, #expr)

#define min_t(type, x, y) ({			\
	type a_ = (x), b_ = (y);		\
	a_ < b_ ? a_ : b_;			\
})

#endif /* SGZ_BASE_KERNEL_COMPAT_H */
