// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Escaping bytes.
 */
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "stargz/text.h"

static const char digits[] = "0123456789abcdef";

static bool is_plain(unsigned char c, const char *also)
{
	if (c == '\\' || c == 0x7f)
		return false;
	if (!also)
		return c >= 0x20;
	return c > 0x20 && c < 0x7f && !strchr(also, c);
}

int sgz_escape(struct sgz_vec *to, const void *bytes, size_t len,
	       const char *also)
{
	const unsigned char *p = bytes;
	char *out = sgz_vec_add(to, 4 * len + 1, 1), *from = out;

	if (!out)
		return -ENOMEM;
	for (; len; len--, p++) {
		if (is_plain(*p, also)) {
			*out++ = *p;
			continue;
		}
		*out++ = '\\';
		if (*p == '\\') {
			*out++ = '\\';
			continue;
		}
		*out++ = 'x';
		*out++ = digits[*p >> 4];
		*out++ = digits[*p & 15];
	}
	*out = '\0';
	to->count = (from - (char *)to->data) + (out - from);
	return 0;
}

char *stargz_text_escape(const char *bytes, size_t len)
{
	struct sgz_vec text = { 0 };

	return sgz_escape(&text, bytes, len, NULL) ? NULL : text.data;
}

static int digit(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? at - digits : -1;
}

bool sgz_unescape(char *text, size_t len, size_t *out)
{
	const char *p = text, *end = text + len;
	char *to = text;

	while (p < end) {
		int high, low;

		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		if (end - p >= 2 && p[1] == '\\') {
			*to++ = '\\';
			p += 2;
			continue;
		}
		if (end - p < 4 || p[1] != 'x')
			return false;
		high = digit(p[2]);
		low = digit(p[3]);
		if (high < 0 || low < 0)
			return false;
		*to++ = high << 4 | low;
		p += 4;
	}
	*out = to - text;
	return true;
}
