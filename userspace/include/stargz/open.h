/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: opening a layer, an index or a device image.
 */
#ifndef STARGZ_OPEN_H
#define STARGZ_OPEN_H

#include <stddef.h>

#include <stargz/error.h>
#include <stargz/footer.h>
#include <stargz/index.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/** struct stargz_opened - a layer, an index or a device image that is open */
struct stargz_opened;

/**
 * stargz_open_input() - open a file to read, for the other calls
 * @path: its name
 * @err: filled on failure
 *
 * It is as open(2) with O_RDONLY and O_CLOEXEC, but never waits: a FIFO with a
 * name is refused, because it may have no writer. Pipes of /dev/fd are opened.
 *
 * Return: a descriptor that the caller closes, or a negative errno: -EINVAL it
 * is a FIFO, or what open(2) gives.
 */
int stargz_open_input(const char *path, struct stargz_error *err);

/**
 * stargz_open() - read an index, or make the index of a layer in memory
 * @opened: set to a handle for stargz_close(), on success only
 * @fds: the files that a mount would have, open for reading: first the layer,
 *	index or device image, then the blobs that an index refers to, in the
 *	order of its sources. Those that are missing make their content, but
 *	nothing else, unreadable. They have to stay open as long as the handle.
 * @count: how many, at least one
 * @opt: how the index of a layer is made; with @check, digests of content that
 *	its table of contents states are kept for stargz_toc_write(). Its
 *	callbacks are used as long as the handle, its texts during this call.
 *	@merge, @below, @device_image, @offset and @size are ignored.
 * @err: filled on failure
 *
 * An index is checked whole, so that everything in it can be used.
 *
 * Return: 0, or a negative errno: as stargz_index_blob() for a layer; for an
 * index -EINVAL it is of a version that is not known, -EUCLEAN it is damaged or
 * a blob is shorter than it says, -ENOMEM and what read(2) gives.
 */
int stargz_open(struct stargz_opened **opened, const int *fds, size_t count,
		const struct stargz_index_options *opt,
		struct stargz_error *err);

/**
 * stargz_opened_kind() - what was opened
 * @opened: the handle
 *
 * Return: %STARGZ_KIND_LAYER or %STARGZ_KIND_INDEX.
 */
enum stargz_kind stargz_opened_kind(const struct stargz_opened *opened);

/**
 * stargz_close() - release a handle
 * @opened: the handle, or NULL. Walks through it have to be closed before.
 */
void stargz_close(struct stargz_opened *opened);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_OPEN_H */
