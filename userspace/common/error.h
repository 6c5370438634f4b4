/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of a program, in the form of errors of the library.
 */
#ifndef ERROR_H
#define ERROR_H

#include "stargz/error.h"

/**
 * error_set() - set the error text
 * @err: receives the text
 * @code: negative errno
 * @fmt: as in printf(3)
 *
 * Return: @code.
 */
int error_set(struct stargz_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ERROR_H */
