/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The source of a layer, as described by the options of stargz_make().
 */
#ifndef SGZ_LAYER_INPUTS_H
#define SGZ_LAYER_INPUTS_H

#include "blob/blob.h"
#include "layer/compress.h"
#include "layer/reuse.h"
#include "source/edit.h"
#include "source/from_dir.h"
#include "source/from_dump.h"
#include "base/path_list.h"

/**
 * struct sgz_inputs - an open source and its parts
 * @opt: the options
 * @ctx: the call
 * @about: path in the options that caused a failure, or NULL: the source
 * @blob: the source, if it is a tar or layer
 * @sha: digest of @blob, open if it is required
 * @text: the dump text
 * @layer: the layer or index with the content for the dump text
 * @layer_opt: options for the index of @layer
 * @content: source of the content for the dump text
 * @dir: options of the source, if it is a directory
 * @edit: changes of attributes
 * @list: files that come first
 * @reuse: members that may be copied
 * @reused: int, descriptors of the layers with these members
 * @source: the resulting source
 */
struct sgz_inputs {
	const struct stargz_make_options *opt;
	const struct sgz_context *ctx;
	const char *about;
	struct sgz_blob blob;
	struct sgz_sha256 sha;
	struct sgz_blob text;
	struct sgz_opened layer;
	struct stargz_index_options layer_opt;
	struct sgz_dump_content content;
	struct sgz_dir_options dir;
	struct sgz_edit edit;
	struct sgz_path_list list;
	struct sgz_reuse *reuse;
	struct sgz_vec reused;
	struct sgz_source *source;
};

/**
 * sgz_inputs_open() - open the source of a layer
 * @in: zeroed; must be closed, also after an error
 * @ctx: the call; must stay valid as long as @in
 * @opt: the options; must stay valid as long as @in
 * @how: compression of the layer, which copied members must have
 * @fd: the source; the caller keeps it open as long as @in
 * @skip: output files, which are omitted from a directory; must stay valid as
 *	long as @in
 * @skip_count: number of @skip
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_inputs_open(struct sgz_inputs *in, const struct sgz_context *ctx,
		    const struct stargz_make_options *opt,
		    const struct sgz_compression *how, int fd,
		    const struct stat *skip, size_t skip_count);

/**
 * sgz_inputs_check() - compare the digest of the source with the required one
 * @in: the source, after the layer was made of it
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_inputs_check(struct sgz_inputs *in);

/** sgz_inputs_close() - release */
void sgz_inputs_close(struct sgz_inputs *in);

#endif /* SGZ_LAYER_INPUTS_H */
