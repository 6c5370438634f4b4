/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * libstargz: tables of contents of eStargz, stargz and zstd:chunked layers.
 */
#ifndef STARGZ_TOC_H
#define STARGZ_TOC_H

#include <stdint.h>
#include <stdio.h>

#include <stargz/digest.h>
#include <stargz/open.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * stargz_toc_read() - read the table of contents of a layer
 * @fd: the layer, open for reading
 * @opt: position and digests of the table: @toc_path, @toc_digest,
 *	@toc_stored_digest, @toc_position, @offset, @size and the callbacks; the
 *	call ignores the rest
 * @to: receives the decoded JSON, or NULL: only check it. The caller checks for
 *	write errors with ferror(3).
 * @sha256: set to the digest of that JSON, or NULL
 * @err: filled in on failure
 *
 * The call parses the table, and compares it with the digests in @opt, while it
 * writes. The output is valid only if the call succeeds.
 *
 * Return: 0, or a negative errno: -EINVAL if the layer has no table of
 * contents, else as from stargz_index_blob().
 */
int stargz_toc_read(int fd, const struct stargz_index_options *opt, FILE *to,
		    uint8_t sha256[STARGZ_SHA256_LEN],
		    struct stargz_error *err);

/**
 * stargz_toc_digest() - digest of the table of contents of a layer
 * @fd: the layer, open for reading
 * @opt: as for stargz_toc_read()
 * @sha256: set to the digest of the decoded JSON
 * @err: filled in on failure
 *
 * The call does not parse the table, so the table may be invalid.
 *
 * Return: as stargz_toc_read().
 */
int stargz_toc_digest(int fd, const struct stargz_index_options *opt,
		      uint8_t sha256[STARGZ_SHA256_LEN],
		      struct stargz_error *err);

/**
 * stargz_toc_write() - write a tree as the table of contents of eStargz
 * @opened: the tree; the output has digests if it is a layer with a table of
 *	contents and was opened with @check
 * @to: destination; the caller checks for write errors with ferror(3)
 * @err: filled in on failure
 *
 * Return: 0, -ENOMEM, or -ENAMETOOLONG as from stargz_walk_next().
 */
int stargz_toc_write(struct stargz_opened *opened, FILE *to,
		     struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TOC_H */
