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
 * stargz_toc_read() - the table of contents of a layer, as it is
 * @fd: the layer, open for reading
 * @opt: where it is: @toc_path, @toc_digest, @toc_stored_digest,
 *	@toc_position, @offset, @size and the callbacks; the rest is ignored
 * @to: gets the decoded JSON, or NULL: it is only checked. The caller looks
 *	for errors of writing with ferror(3).
 * @sha256: set to the digest of that JSON, or NULL
 * @err: filled on failure
 *
 * The table is parsed, and compared with the digests that are given, while it
 * is written: what was written is valid only if this succeeds.
 *
 * Return: 0, or a negative errno: -EINVAL the layer has no table of contents,
 * else as stargz_index_blob().
 */
int stargz_toc_read(int fd, const struct stargz_index_options *opt, FILE *to,
		    uint8_t sha256[STARGZ_SHA256_LEN],
		    struct stargz_error *err);

/**
 * stargz_toc_digest() - digest of the table of contents of a layer
 * @fd: the layer, open for reading
 * @opt: as in stargz_toc_read()
 * @sha256: set to the digest of the decoded JSON
 * @err: filled on failure
 *
 * The table is decompressed but not parsed, so it may be invalid.
 *
 * Return: as stargz_toc_read().
 */
int stargz_toc_digest(int fd, const struct stargz_index_options *opt,
		      uint8_t sha256[STARGZ_SHA256_LEN],
		      struct stargz_error *err);

/**
 * stargz_toc_write() - write a tree as the table of contents of an eStargz layer
 * @opened: the tree; digests are written if they are known: if it is a layer
 *	with a table of contents and was opened with @check
 * @to: where to; the caller looks for errors of writing with ferror(3)
 * @err: filled on failure
 *
 * Return: 0, or -ENOMEM, or -ENAMETOOLONG as stargz_walk_next().
 */
int stargz_toc_write(struct stargz_opened *opened, FILE *to,
		     struct stargz_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* STARGZ_TOC_H */
