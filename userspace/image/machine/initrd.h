/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: the initramfs, by stargz-mkinitramfs.
 */
#ifndef IMAGE_INITRD_H
#define IMAGE_INITRD_H

#include "machine.h"

#define MKINITRAMFS	"stargz-mkinitramfs"

/**
 * initrd_make() - make an initramfs for the kernel of a machine
 * @m: the machine; @release is set
 * @path: the file to write
 *
 * Return: %EXIT_OK, or the exit code after an error message.
 */
enum exit_code initrd_make(const struct machine *m, const char *path);

#endif /* IMAGE_INITRD_H */
