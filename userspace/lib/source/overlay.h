/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The files by which overlayfs hides what is below, as whiteouts and opaque markers
 * of a layer.
 */
#ifndef SGZ_SOURCE_OVERLAY_H
#define SGZ_SOURCE_OVERLAY_H

#include "source/source.h"

/**
 * enum sgz_overlay_mode - what is done with such files
 * @SGZ_OVERLAY_WARN: they stay; one warning
 * @SGZ_OVERLAY_UPPER: the source is an upper directory of overlayfs. What a layer
 *	cannot say fails: directories that were moved, files whose data is below
 * @SGZ_OVERLAY_VIEW: the source is what overlayfs sees of an index
 */
enum sgz_overlay_mode {
	SGZ_OVERLAY_WARN,
	SGZ_OVERLAY_UPPER,
	SGZ_OVERLAY_VIEW,
};

/**
 * sgz_source_overlay() - find whiteouts and opaque directories in a source
 * @source: the source; replaced by one that closes it, too
 * @ctx: the call; has to live as long as the source
 * @mode: what is done with them
 *
 * A whiteout is a character device 0:0, or an empty file with the attribute
 * overlay.whiteout, or a hard link to one. A directory is opaque if its attribute
 * overlay.opaque is "y"; its marker follows it. Both attributes are those of
 * "trusted." or "user.", and overlayfs' own attributes are left out.
 *
 * Return: 0, or -ENOMEM with the error text set; then @source is what it was.
 */
int sgz_source_overlay(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       enum sgz_overlay_mode mode);

#endif /* SGZ_SOURCE_OVERLAY_H */
