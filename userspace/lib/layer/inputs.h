/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What a layer is made from: the source that the options of stargz_make()
 * describe.
 */
#ifndef SGZ_LAYER_INPUTS_H
#define SGZ_LAYER_INPUTS_H

#include "blob/blob.h"
#include "layer/compress.h"
#include "layer/reuse.h"
#include "source/edit.h"
#include "source/from_dir.h"
#include "source/from_dump.h"
#include "source/order_list.h"

/**
 * struct sgz_inputs - an open source, with all that it is made of
 * @opt: what is asked for
 * @ctx: the call
 * @about: path in the options that a failure is about, or NULL: the source
 * @blob: the source, if it is no directory
 * @text: the text of a tree
 * @layer: the source, if content is taken from a layer for the text
 * @layer_opt: how its index is made
 * @content: where content is, for the text
 * @dir: what is taken from the source, if it is a directory
 * @edit: what is changed
 * @list: what comes first
 * @reuse: members that may be copied
 * @reused: int, the layers that they are in
 * @source: what is made of all this
 */
struct sgz_inputs {
	const struct stargz_make_options *opt;
	const struct sgz_context *ctx;
	const char *about;
	struct sgz_blob blob;
	struct sgz_blob text;
	struct sgz_opened layer;
	struct stargz_index_options layer_opt;
	struct sgz_dump_content content;
	struct sgz_dir_options dir;
	struct sgz_edit edit;
	struct sgz_priority list;
	struct sgz_reuse *reuse;
	struct sgz_vec reused;
	struct sgz_source *source;
};

/**
 * sgz_inputs_open() - open what a layer is made from
 * @in: zeroed; to be closed in any case
 * @ctx: the call; has to live as long as @in
 * @opt: what is asked for; likewise
 * @how: how members are made, for those that may be copied
 * @fd: the source; stays open
 * @skip: files that are being written and do not belong to a directory;
 *	likewise
 * @skip_count: how many
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_inputs_open(struct sgz_inputs *in, const struct sgz_context *ctx,
		    const struct stargz_make_options *opt,
		    const struct sgz_compression *how, int fd,
		    const struct stat *skip, size_t skip_count);

/** sgz_inputs_close() - release; in any case */
void sgz_inputs_close(struct sgz_inputs *in);

#endif /* SGZ_LAYER_INPUTS_H */
