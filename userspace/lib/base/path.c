// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Lexical cleaning of paths, and comparison of bytes with text in which bytes
 * that are not UTF-8 were replaced.
 */
#include <string.h>

#include "base/path.h"
#include "stargz/text.h"

static const char replacement[] = "\xef\xbf\xbd";

size_t sgz_path_clean(char *out, const char *in, size_t len)
{
	const char *end = in + len;
	size_t n = 0;

	while (in < end) {
		const char *slash = memchr(in, '/', end - in);
		size_t part = (slash ? slash : end) - in;

		if (part == 2 && in[0] == '.' && in[1] == '.') {
			while (n && out[--n] != '/')
				;
		} else if (part && !(part == 1 && in[0] == '.')) {
			if (n)
				out[n++] = '/';
			memmove(out + n, in, part);
			n += part;
		}
		in += part + 1;
	}
	return n;
}

size_t sgz_path_last(const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);

	return slash ? slash + 1 - path : 0;
}

bool sgz_path_is_own(const char *path, size_t len)
{
	static const char *const names[] = {
		SGZ_TOC_NAME, ".prefetch.landmark", ".no.prefetch.landmark",
	};

	/* The usual prefix of entries in the root of a tar. */
	while (len && (*path == '/' || (*path == '.' && len > 1 &&
					path[1] == '/'))) {
		path++;
		len--;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && !memcmp(names[i], path, len))
			return true;
	return false;
}

bool sgz_has_replacement(const char *text, size_t len)
{
	return memmem(text, len, replacement, strlen(replacement));
}

/* Length of the UTF-8 sequence at @p, or 0 if it is invalid. */
static size_t utf8_sequence(const unsigned char *p, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (n > len || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool sgz_lossy_equal(const char *text, size_t text_len,
		     const char *bytes, size_t len)
{
	while (len) {
		size_t n = utf8_sequence((const unsigned char *)bytes, len);
		const char *want = n ? bytes : replacement;
		size_t want_len = n ? n : strlen(replacement);

		if (text_len < want_len || memcmp(text, want, want_len))
			return false;
		text += want_len;
		text_len -= want_len;
		bytes += n ? n : 1;
		len -= n ? n : 1;
	}
	return !text_len;
}

size_t stargz_text_lossy(char *out, const char *bytes, size_t len)
{
	size_t n = 0;

	while (len) {
		size_t part = utf8_sequence((const unsigned char *)bytes, len);

		if (part) {
			memcpy(out + n, bytes, part);
			n += part;
		} else {
			memcpy(out + n, replacement, strlen(replacement));
			n += strlen(replacement);
			part = 1;
		}
		bytes += part;
		len -= part;
	}
	return n;
}

bool stargz_text_is_utf8(const char *bytes, size_t len)
{
	while (len) {
		size_t n = utf8_sequence((const unsigned char *)bytes, len);

		if (!n)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}
