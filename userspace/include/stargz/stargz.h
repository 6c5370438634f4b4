/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: container layers that are mounted without unpacking. This header
 * includes all others.
 *
 * Errors: a function returns 0 or a positive number, or a negative errno with
 * the reason in struct stargz_error. The pointer to the latter may be NULL.
 *
 * Structs grow only at their ends. A struct that the caller fills in begins
 * with @struct_size, which the caller sets to sizeof() of the struct; zeroes in
 * other members mean defaults. As with openat2(2), the library extends a
 * smaller struct with zeroes, and rejects a larger one with -E2BIG unless all
 * bytes that it does not know are zero. A pointer to options may be NULL: all
 * defaults. A struct that the library fills in ends in @reserved, set to zero.
 *
 * Threads: any thread may call functions without a handle at any time.
 * Functions with a handle (struct stargz_opened, struct stargz_walk and so on)
 * may be called in any thread, but only one thread at a time may use a handle.
 *
 * Descriptors: the library never closes descriptors of the caller. It reads
 * them with pread(2), so their positions do not matter.
 *
 * Callbacks run in the calling thread, during the call. They must not call
 * functions with the same handle.
 */
#ifndef STARGZ_STARGZ_H
#define STARGZ_STARGZ_H

#include <stargz/check.h>
#include <stargz/compare.h>
#include <stargz/convert.h>
#include <stargz/digest.h>
#include <stargz/dump.h>
#include <stargz/error.h>
#include <stargz/extract.h>
#include <stargz/footer.h>
#include <stargz/image.h>
#include <stargz/index.h>
#include <stargz/info.h>
#include <stargz/make.h>
#include <stargz/open.h>
#include <stargz/text.h>
#include <stargz/toc.h>
#include <stargz/tree.h>
#include <stargz/version.h>

#endif /* STARGZ_STARGZ_H */
