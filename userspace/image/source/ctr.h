/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: ctr(8), the client of containerd.
 */
#ifndef IMAGE_CTR_H
#define IMAGE_CTR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Label of an image with the snapshot of its topmost layer. It also tells the garbage
 * collector of containerd that the image needs the snapshot.
 */
#define CTR_LABEL	"containerd.io/gc.ref.snapshot.overlayfs"

/**
 * struct ctr - how to call ctr
 * @name: image or namespace, for messages
 * @ns: the namespace
 * @quiet: no message if ctr fails
 */
struct ctr {
	const char *name;
	const char *ns;
	bool quiet;
};

/**
 * struct ctr_image - an image of containerd
 * @name: its name
 * @digest: its digest, or NULL: there is no such image
 * @top: value of %CTR_LABEL, or NULL
 */
struct ctr_image {
	char *name;
	char *digest;
	char *top;
};

/** ctr_namespace() - @ns, or that of the environment, or the default one */
const char *ctr_namespace(const char *ns);

/**
 * ctr_call() - call ctr
 * @ctr: how
 * @in: its standard input, or -1
 * @out: set to a new string with its output, or NULL: it is not wanted
 *
 * The arguments follow, the last one followed by NULL.
 *
 * Return: 0, or a negative errno after an error message.
 */
int ctr_call(const struct ctr *ctr, int in, char **out, ...)
	__attribute__((sentinel));

/**
 * ctr_find_image() - look up an image
 * @ctr: how
 * @ref: its name
 * @image: filled in, without the name; the caller frees @digest and @top
 *
 * Return: 0, also if there is no such image, or a negative errno after an error
 * message.
 */
int ctr_find_image(const struct ctr *ctr, const char *ref,
		   struct ctr_image *image);

/**
 * ctr_list_images() - list all images
 * @ctr: how
 * @images: set to an array for ctr_free_images()
 * @count: set to their number
 *
 * Return: 0, or a negative errno after an error message.
 */
int ctr_list_images(const struct ctr *ctr, struct ctr_image **images,
		    size_t *count);

/** ctr_free_images() - release */
void ctr_free_images(struct ctr_image *images, size_t count);

#endif /* IMAGE_CTR_H */
