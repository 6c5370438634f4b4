/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * The context of a library call: where errors, warnings and progress go, and
 * how messages show names.
 */
#ifndef SGZ_BASE_CONTEXT_H
#define SGZ_BASE_CONTEXT_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "stargz/index.h"

/**
 * struct sgz_context - one call of the library
 * @err: receives the error text of a failure
 * @warn: called with one line for each irregularity that does not stop the
 *	work, or NULL
 * @progress: called with the bytes done and the total, or NULL
 * @data: passed to @warn and @progress
 *
 * Options of an operation do not belong here. Functions take them as
 * parameters.
 */
struct sgz_context {
	struct stargz_error *err;
	void (*warn)(void *data, const char *line);
	void (*progress)(void *data, uint64_t done, uint64_t total);
	void *data;
};

/** sgz_context_of() - the context of a call with these options */
static inline struct sgz_context
sgz_context_of(const struct stargz_index_options *opt, struct stargz_error *err)
{
	return (struct sgz_context){ err, opt->warn, opt->progress, opt->data };
}

/** sgz_context_quiet() - the same call without warnings, errors to @err */
static inline struct sgz_context
sgz_context_quiet(const struct sgz_context *ctx, struct stargz_error *err)
{
	return (struct sgz_context){ err, NULL, ctx->progress, ctx->data };
}

/** sgz_context_inner() - the same call, errors to @err */
static inline struct sgz_context
sgz_context_inner(const struct sgz_context *ctx, struct stargz_error *err)
{
	return (struct sgz_context){ err, ctx->warn, ctx->progress, ctx->data };
}

/* Enough for a quoted name in a message, escapes included. */
#define SGZ_QUOTE_MAX	160

/**
 * struct sgz_quoted - a name in a form that is safe in one line of text
 * @text: the name in double quotes, with escapes, shortened if it is long
 */
struct sgz_quoted {
	char text[SGZ_QUOTE_MAX];
};

/**
 * sgz_quote() - make bytes from a blob safe for a message
 * @bytes: any bytes, including NUL
 * @len: number of bytes
 *
 * Return: the text.
 */
struct sgz_quoted sgz_quote(const char *bytes, size_t len);

/**
 * sgz_fail() - set the error text
 * @ctx: the call
 * @code: negative errno
 * @fmt: as in printf(3)
 *
 * Return: @code.
 */
int sgz_fail(const struct sgz_context *ctx, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** sgz_nomem() - fail with -ENOMEM */
int sgz_nomem(const struct sgz_context *ctx);

/** sgz_warn() - report an irregularity that does not stop the work */
void sgz_warn(const struct sgz_context *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** sgz_progress() - report progress */
void sgz_progress(const struct sgz_context *ctx, uint64_t done, uint64_t total);

#endif /* SGZ_BASE_CONTEXT_H */
