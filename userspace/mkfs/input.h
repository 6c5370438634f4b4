/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the layer is made from.
 */
#ifndef INPUT_H
#define INPUT_H

#include "blob/blob.h"
#include "options.h"
#include "source/from_dir.h"
#include "source/from_dump.h"
#include "source/source.h"

/**
 * struct input - an open SOURCE
 * @about: the file that a failure is about
 * @tar: SOURCE is a tar, or a text says what is wanted
 * @blob: the same
 * @text: the text of --from-dump
 * @layer: SOURCE, if content is taken from a layer for it
 * @content: where content is, for the text
 * @dir: what is taken from it, if it is a directory
 * @edit: what is changed
 * @list: what comes first
 * @reuse: members that may be copied
 * @reused: int, the layers that they are in
 * @source: what is made of it, all that the options ask for included
 */
struct input {
	const char *about;
	bool tar;
	struct sgz_blob blob;
	struct sgz_blob text;
	struct sgz_opened layer;
	struct sgz_dump_content content;
	struct sgz_dir_options dir;
	struct sgz_edit edit;
	struct sgz_priority list;
	struct sgz_reuse *reuse;
	struct sgz_vec reused;
	struct sgz_source *source;
};

/**
 * input_open() - open SOURCE
 * @in: filled; to be closed in any case
 * @s: what was asked for
 * @ctx: the call
 * @output: files that are being written, and do not belong to a directory
 * @outputs: how many
 *
 * Return: 0, or a negative errno with the error text set.
 */
int input_open(struct input *in, const struct settings *s,
	       const struct sgz_context *ctx, const struct stat *output,
	       size_t outputs);

/** input_close() - release; in any case */
void input_close(struct input *in);

#endif /* INPUT_H */
