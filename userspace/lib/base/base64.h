/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Base64 as Go's encoding/json reads it; stargz/text.h has the other way.
 */
#ifndef SGZ_BASE_BASE64_H
#define SGZ_BASE_BASE64_H

#include <stddef.h>

/**
 * sgz_base64_decode() - decode standard base64 with padding
 * @out: room for @len / 4 * 3 bytes
 * @out_len: set to the decoded length
 * @text: the text; line breaks in it are skipped
 * @len: its length
 *
 * Return: 0, or -EINVAL.
 */
int sgz_base64_decode(void *out, size_t *out_len, const char *text, size_t len);

#endif /* SGZ_BASE_BASE64_H */
