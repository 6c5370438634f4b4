/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The indexes of a source, and the images that they name.
 */
#ifndef SGZ_CONVERT_DOCUMENTS_H
#define SGZ_CONVERT_DOCUMENTS_H

#include "convert/convert.h"

/**
 * sgz_documents_scan() - find the layers of all images
 * @c: the conversion
 *
 * Return: 0, or a negative errno with the error text set: -ENOENT if there is no
 * image.
 */
int sgz_documents_scan(struct sgz_convert *c);

/**
 * sgz_documents_write() - write the documents of all images
 * @c: the conversion, with new layers
 * @list: set to descriptors for index.json, which the caller releases
 *
 * Return: 0, or a negative errno with the error text set.
 */
int sgz_documents_write(struct sgz_convert *c, struct json_object **list);

#endif /* SGZ_CONVERT_DOCUMENTS_H */
