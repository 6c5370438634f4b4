/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: container layers that are mounted as they are. This header
 * includes all others.
 *
 * Errors: a function returns 0 or a positive number, or a negative errno and
 * the reason in struct stargz_error. The pointer to that may be NULL.
 *
 * Structs grow at their ends only. Those that the caller fills begin with
 * @struct_size, which the caller sets to sizeof() of the struct; the rest is
 * zeroed for defaults. As with openat2(2), a smaller struct is taken with
 * zeroes behind it; of a larger one only zeroes may stand behind what this
 * library knows, else -E2BIG. A pointer to options may be NULL: all defaults.
 * Structs that the library fills end in @reserved, which it sets to zero.
 *
 * Threads: functions without a handle may be called in any thread at any time.
 * Functions with a handle (struct stargz_opened, struct stargz_walk and so on)
 * may be called in any thread, but for one handle in one thread at a time.
 *
 * Descriptors: the library closes none that it was handed. Those that it reads
 * are read with pread(2), so that their positions do not matter.
 *
 * Callbacks run in the thread that called, during the call; they must not call
 * functions with the same handle.
 */
#ifndef STARGZ_STARGZ_H
#define STARGZ_STARGZ_H

#include <stargz/check.h>
#include <stargz/compare.h>
#include <stargz/digest.h>
#include <stargz/dump.h>
#include <stargz/error.h>
#include <stargz/extract.h>
#include <stargz/footer.h>
#include <stargz/index.h>
#include <stargz/info.h>
#include <stargz/make.h>
#include <stargz/open.h>
#include <stargz/text.h>
#include <stargz/toc.h>
#include <stargz/tree.h>
#include <stargz/version.h>

#endif /* STARGZ_STARGZ_H */
