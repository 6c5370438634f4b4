/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The annotations of layers that describe their tables of contents.
 */
#ifndef SGZ_CONVERT_ANNOTATIONS_H
#define SGZ_CONVERT_ANNOTATIONS_H

#include "convert/convert.h"

/**
 * enum sgz_annotated - which annotations of a table of contents a layer has
 * @SGZ_ANNOTATED_NOT: none
 * @SGZ_ANNOTATED: those of eStargz, or of containerd
 * @SGZ_ANNOTATED_PODMAN: those of podman for zstd:chunked
 */
enum sgz_annotated {
	SGZ_ANNOTATED_NOT,
	SGZ_ANNOTATED,
	SGZ_ANNOTATED_PODMAN,
};

/** sgz_annotated() - look at a descriptor, or NULL */
enum sgz_annotated sgz_annotated(struct json_object *descriptor);

/**
 * sgz_annotate() - replace the annotations of a table of contents
 * @c: the conversion
 * @descriptor: the descriptor of a layer
 * @layer: the layer
 *
 * Return: 0, or -ENOMEM with the error text set.
 */
int sgz_annotate(const struct sgz_convert *c, struct json_object *descriptor,
		 const struct sgz_convert_layer *layer);

#endif /* SGZ_CONVERT_ANNOTATIONS_H */
