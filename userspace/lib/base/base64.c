// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Base64 (RFC 4648, section 4).
 */
#include <errno.h>
#include <stdint.h>

#include "base/base64.h"
#include "stargz/text.h"

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int sgz_base64_decode(void *out, size_t *out_len, const char *text, size_t len)
{
	unsigned int have = 0, padding = 0;
	unsigned char *to = out;
	uint32_t bits = 0;

	for (; len; text++, len--) {
		int d = digit(*text);

		if (*text == '\n' || *text == '\r')
			continue;
		if (*text == '=' && have >= 2)
			d = 0, padding++;
		else if (padding)
			return -EINVAL;
		if (d < 0)
			return -EINVAL;
		bits = bits << 6 | d;
		if (++have < 4)
			continue;
		*to++ = bits >> 16;
		if (padding < 2)
			*to++ = bits >> 8;
		if (padding < 1)
			*to++ = bits;
		have = 0;
	}
	*out_len = to - (unsigned char *)out;
	return have || padding > 2 ? -EINVAL : 0;
}

size_t stargz_base64_encode(char *out, const void *bytes, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes;
	char *to = out;

	for (; len; p += 3) {
		size_t n = len < 3 ? len : 3;
		uint32_t bits = p[0] << 16;

		if (n > 1)
			bits |= p[1] << 8;
		if (n > 2)
			bits |= p[2];
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = n > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = n > 2 ? digits[bits & 63] : '=';
		len -= n;
	}
	return to - out;
}
