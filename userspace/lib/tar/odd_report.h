/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Warnings about irregular fields of entries, and reasons to leave entries out.
 */
#ifndef SGZ_TAR_ODD_REPORT_H
#define SGZ_TAR_ODD_REPORT_H

#include "base/context.h"
#include "tar/header.h"

/** sgz_tar_warn() - warn of the irregularities of an entry, a line each */
void sgz_tar_warn(const struct sgz_tar_header *h, const struct sgz_context *ctx);

/**
 * sgz_tar_fault() - check whether a file system can contain an entry
 * @h: its complete header
 *
 * Return: NULL, or the reason to leave the entry out.
 */
const char *sgz_tar_fault(const struct sgz_tar_header *h);

#endif /* SGZ_TAR_ODD_REPORT_H */
