/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is behind the handle that the public functions take.
 */
#ifndef SGZ_INSPECT_HANDLE_H
#define SGZ_INSPECT_HANDLE_H

#include "content/span.h"
#include "index/lookup.h"
#include "inspect/opened.h"
#include "stargz/open.h"

/**
 * struct stargz_opened - what is open
 * @ctx: the call at hand
 * @unwanted: errors of callers that do not want them
 * @opt: a copy of the caller's, for @o
 * @o: the same for the rest of the library
 * @reader: reads content, or NULL before it is first asked for
 * @names: first names, likewise without @names.index
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
 * sgz_handle_new() - begin to open
 * @opened: set to a handle for stargz_close(), on success only
 * @opt: how the index of a layer is made, or NULL
 * @fd: what is opened
 * @err: of the call, or NULL
 *
 * Return: 0 with the kind of the file known, or a negative errno with the error
 * text set.
 */
int sgz_handle_new(struct stargz_opened **opened,
		   const struct stargz_index_options *opt, int fd,
		   struct stargz_error *err);

/**
 * sgz_handle_enter() - a public function begins
 * @opened: the handle
 * @err: of the call, or NULL
 *
 * Return: the call, for the rest of the library.
 */
const struct sgz_context *sgz_handle_enter(struct stargz_opened *opened,
					   struct stargz_error *err);

/** sgz_handle_inode() - record of an inode, or NULL with the error text set */
const struct stargz_inode *sgz_handle_inode(struct stargz_opened *opened,
					    uint32_t ino);

#endif /* SGZ_INSPECT_HANDLE_H */
