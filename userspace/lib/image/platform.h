/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Platforms: operating system, architecture, variant.
 */
#ifndef SGZ_IMAGE_PLATFORM_H
#define SGZ_IMAGE_PLATFORM_H

#include "base/context.h"

/* Size in bytes of each part of a platform, with a NUL. */
#define SGZ_PLATFORM_PART	32

/**
 * struct sgz_platform - a platform, in the names of Go
 * @os: operating system; empty: unknown
 * @arch: architecture
 * @variant: variant of the architecture, or empty
 */
struct sgz_platform {
	char os[SGZ_PLATFORM_PART];
	char arch[SGZ_PLATFORM_PART];
	char variant[SGZ_PLATFORM_PART];
};

/** struct sgz_platform_text - "OS/ARCH" or "OS/ARCH/VARIANT" */
struct sgz_platform_text {
	char text[3 * SGZ_PLATFORM_PART];
};

/**
 * sgz_platform_parse() - read "OS/ARCH[/VARIANT]"
 * @platform: filled in
 * @ctx: the call
 * @text: the text, or NULL: the platform of this machine
 *
 * Return: 0, or -EINVAL with the error text set.
 */
int sgz_platform_parse(struct sgz_platform *platform,
		       const struct sgz_context *ctx, const char *text);

/**
 * sgz_platform_set() - set a platform, with other names for the same replaced
 * @platform: filled in; @os is empty if a part is NULL, or too long to be known
 * @os: operating system, or NULL
 * @arch: architecture, or NULL
 * @variant: variant, or NULL
 */
void sgz_platform_set(struct sgz_platform *platform, const char *os,
		      const char *arch, const char *variant);

/**
 * sgz_platform_rank() - how well does an image fit a platform?
 * @want: the platform
 * @have: that of the image
 *
 * Return: zero: not at all; the larger the better.
 */
unsigned int sgz_platform_rank(const struct sgz_platform *want,
			       const struct sgz_platform *have);

/** sgz_platform_text() - write a platform */
struct sgz_platform_text
sgz_platform_text(const struct sgz_platform *platform);

#endif /* SGZ_IMAGE_PLATFORM_H */
