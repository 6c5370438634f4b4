/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every unit test includes: cmocka, and a context whose warnings are
 * counted.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/context.h"

static unsigned int unit_warnings;

static inline void unit_warn(void *data, const char *line)
{
	(void)data;
	(void)line;
	unit_warnings++;
}

static struct stargz_error unit_error;
static const struct sgz_context unit_context = {
	.err = &unit_error,
	.warn = unit_warn,
};

#endif /* UNIT_H */
