// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Errors, warnings and progress: the only channel from the library to its
 * caller.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"

struct sgz_quoted sgz_quote(const char *bytes, size_t len)
{
	struct sgz_quoted q;
	size_t n = 0, i;

	q.text[n++] = '"';
	for (i = 0; i < len && n < sizeof(q.text) - 10; i++) {
		unsigned char c = bytes[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			n += snprintf(q.text + n, 5, "\\x%02x", c);
		else
			q.text[n++] = c;
	}
	if (i < len) {
		/* Do not cut a UTF-8 sequence. */
		while (n > 1 && (q.text[n - 1] & 0xc0) == 0x80)
			n--;
		if (n > 1 && (q.text[n - 1] & 0x80))
			n--;
		memcpy(q.text + n, "...", 3);
		n += 3;
	}
	q.text[n++] = '"';
	q.text[n] = '\0';
	return q;
}

int sgz_fail(const struct sgz_context *ctx, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctx->err->text, sizeof(ctx->err->text), fmt, ap);
	va_end(ap);
	return code;
}

int sgz_nomem(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -ENOMEM, "out of memory");
}

void sgz_warn(const struct sgz_context *ctx, const char *fmt, ...)
{
	char line[sizeof(ctx->err->text)];
	va_list ap;

	if (!ctx->warn)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ctx->warn(ctx->data, line);
}

void sgz_progress(const struct sgz_context *ctx, uint64_t done, uint64_t total)
{
	if (ctx->progress)
		ctx->progress(ctx->data, done, total);
}
