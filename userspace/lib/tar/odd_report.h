/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * What is said of an entry with odd fields, and which ones are left out.
 */
#ifndef SGZ_TAR_ODD_REPORT_H
#define SGZ_TAR_ODD_REPORT_H

#include "base/context.h"
#include "tar/header.h"

/** sgz_tar_warn() - report what is odd about an entry, a line each */
void sgz_tar_warn(const struct sgz_tar_header *h, const struct sgz_context *ctx);

/**
 * sgz_tar_fault() - can a file system hold an entry?
 * @h: its header, complete
 *
 * Return: NULL, or why not: the entry is to be left out.
 */
const char *sgz_tar_fault(const struct sgz_tar_header *h);

#endif /* SGZ_TAR_ODD_REPORT_H */
