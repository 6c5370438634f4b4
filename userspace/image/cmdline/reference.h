/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: names of images as engines have them.
 */
#ifndef IMAGE_REFERENCE_H
#define IMAGE_REFERENCE_H

/**
 * reference_complete() - add registry and tag to a name, as podman load does
 * @text: [REGISTRY/]NAME[:TAG]; without a registry it is a name of this machine
 *
 * Return: a new string, or NULL: engines do not accept the name.
 */
char *reference_complete(const char *text);

#endif /* IMAGE_REFERENCE_H */
