/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The handle of the public functions.
 */
#ifndef SGZ_INSPECT_HANDLE_H
#define SGZ_INSPECT_HANDLE_H

#include "content/span.h"
#include "index/lookup.h"
#include "inspect/opened.h"
#include "stargz/open.h"

/**
 * struct stargz_opened - an open layer, index or device image
 * @ctx: the current call
 * @unwanted: receives errors if the caller passes no struct stargz_error
 * @opt: copy of the caller's options, for @o
 * @o: the file inside the library
 * @reader: reader of content, or NULL before the first use
 * @names: first names; @names.index is NULL before the first use
 */
struct stargz_opened {
	struct sgz_context ctx;
	struct stargz_error unwanted;
	struct stargz_index_options opt;
	struct sgz_opened o;
	struct sgz_spanread *reader;
	struct sgz_inodepath names;
};

/**
 * sgz_handle_new() - create a handle and detect the kind of the file
 * @opened: set to a handle for stargz_close(), on success only
 * @opt: options for the index of a layer, or NULL
 * @fd: the file
 * @err: of the call, or NULL
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_handle_new(struct stargz_opened **opened,
		   const struct stargz_index_options *opt, int fd,
		   struct stargz_error *err);

/**
 * sgz_handle_enter() - start a public function
 * @opened: the handle
 * @err: of the call, or NULL
 *
 * Return: the context of the call.
 */
const struct sgz_context *sgz_handle_enter(struct stargz_opened *opened,
					   struct stargz_error *err);

/** sgz_handle_inode() - record of an inode, or NULL with the error text set */
const struct stargz_inode *sgz_handle_inode(struct stargz_opened *opened,
					    uint32_t ino);

#endif /* SGZ_INSPECT_HANDLE_H */
