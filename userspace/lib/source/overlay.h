/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Whiteouts and opaque directories of overlayfs, converted to whiteouts and
 * opaque markers of a layer.
 */
#ifndef SGZ_SOURCE_OVERLAY_H
#define SGZ_SOURCE_OVERLAY_H

#include "source/source.h"

/**
 * enum sgz_overlay_mode - how such files are handled
 * @SGZ_OVERLAY_WARN: warn once and leave them unchanged
 * @SGZ_OVERLAY_UPPER: convert them; the source is an upper directory of
 *	overlayfs. Renamed directories and files with data in a lower layer are
 *	an error, because a layer cannot contain them
 * @SGZ_OVERLAY_VIEW: convert them; the source is the tree of an index
 */
enum sgz_overlay_mode {
	SGZ_OVERLAY_WARN,
	SGZ_OVERLAY_UPPER,
	SGZ_OVERLAY_VIEW,
};

/**
 * sgz_source_overlay() - find whiteouts and opaque directories in a source
 * @source: the source; replaced by one that also closes the old one
 * @ctx: the call; must stay valid as long as the source
 * @mode: how they are handled
 *
 * A whiteout is a character device 0:0, or an empty file with the attribute
 * overlay.whiteout, or a hard link to one. A directory is opaque if its
 * attribute overlay.opaque is "y"; its marker follows it. Attributes of
 * overlayfs, with the prefix "trusted." or "user.", are left out.
 *
 * Return: 0, or -ENOMEM with the error text set and @source unchanged.
 */
int sgz_source_overlay(struct sgz_source **source,
		       const struct sgz_context *ctx,
		       enum sgz_overlay_mode mode);

#endif /* SGZ_SOURCE_OVERLAY_H */
