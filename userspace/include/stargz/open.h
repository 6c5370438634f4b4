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

/** struct stargz_opened - an open layer, index or device image */
struct stargz_opened;

/**
 * stargz_open_input() - open a file for reading, for the other calls
 * @path: path of the file
 * @err: filled in on failure
 *
 * Like open(2) with O_RDONLY and O_CLOEXEC, but the call never waits: it
 * refuses a FIFO, because it may have no writer. It opens pipes in /dev/fd.
 *
 * Return: a descriptor that the caller closes, or a negative errno: -EINVAL if
 * it is a FIFO, or an errno of open(2).
 */
int stargz_open_input(const char *path, struct stargz_error *err);

/**
 * stargz_open() - read an index, or make the index of a layer in memory
 * @opened: set to a handle for stargz_close(), on success only
 * @fds: the files of a mount, open for reading: first the layer, index or
 *	device image, then the blobs of the index, in the order of its sources.
 *	If a blob is missing, only its content is unreadable. The descriptors
 *	must stay open until stargz_close().
 * @count: number of files, at least one
 * @opt: options for the index of a layer. With @check, the handle keeps the
 *	digests of its table of contents for stargz_toc_write(). Callbacks must
 *	stay valid until stargz_close(), texts during this call. The call
 *	ignores @merge, @below, @device_image, @offset and @size, and what only
 *	a new index has: @label, @properties, @prefetch_path, @digests and
 *	@start. For an index, it also ignores @layer_digest.
 * @err: filled in on failure
 *
 * The call compares an index with its hash tree and checks each record, so
 * later calls can rely on them.
 *
 * Return: 0, or a negative errno: as from stargz_index_blob() for a layer; for
 * an index -EINVAL if its version is unknown, -EUCLEAN if it is damaged or if a
 * blob is shorter than in the index, -ENOMEM, or an errno of read(2).
 */
int stargz_open(struct stargz_opened **opened, const int *fds, size_t count,
		const struct stargz_index_options *opt,
		struct stargz_error *err);

/**
 * stargz_opened_kind() - kind of the open file
 * @opened: the handle
 *
 * Return: %STARGZ_KIND_LAYER or %STARGZ_KIND_INDEX.
 */
enum stargz_kind stargz_opened_kind(const struct stargz_opened *opened);

/**
 * stargz_close() - release a handle
 * @opened: the handle, or NULL; its walks must be closed before
 */
void stargz_close(struct stargz_opened *opened);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_OPEN_H */
