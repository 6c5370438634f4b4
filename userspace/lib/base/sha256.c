// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * SHA-256 digests and their text form.
 */
#include <pthread.h>
#include <string.h>

#include "base/sha256.h"

/* Marks a character as a hexadecimal digit; its value is in the bits below. */
#define DIGIT	0x10

static const uint8_t digits[256] = {
	['0'] = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
	['A'] = 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
	['a'] = 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
};

/* Unless the program did it before. */
static void start_gcrypt(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return;
	gcry_check_version(NULL);
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

int sgz_sha256_open(struct sgz_sha256 *sha, const struct sgz_context *ctx)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	gcry_error_t e;

	pthread_once(&once, start_gcrypt);
	e = gcry_md_open(&sha->md, GCRY_MD_SHA256, 0);
	if (e)
		return sgz_fail(ctx, -EIO, "libgcrypt: %s", gcry_strerror(e));
	return 0;
}

void sgz_sha256_add(struct sgz_sha256 *sha, const void *bytes, size_t len)
{
	gcry_md_write(sha->md, bytes, len);
}

void sgz_sha256_zeroes(struct sgz_sha256 *sha, uint64_t len)
{
	static const char zero[16 << 10];

	for (size_t n; len; len -= n) {
		n = len < sizeof(zero) ? len : sizeof(zero);
		sgz_sha256_add(sha, zero, n);
	}
}

void sgz_sha256_get(struct sgz_sha256 *sha, uint8_t digest[STARGZ_SHA256_LEN])
{
	memcpy(digest, gcry_md_read(sha->md, GCRY_MD_SHA256), STARGZ_SHA256_LEN);
	gcry_md_reset(sha->md);
}

void sgz_sha256_close(struct sgz_sha256 *sha)
{
	gcry_md_close(sha->md);
}

int stargz_sha256_parse(const char *text, uint8_t digest[STARGZ_SHA256_LEN])
{
	static const char prefix[] = "sha256:";

	if (strncmp(text, prefix, strlen(prefix)))
		return -EINVAL;
	text += strlen(prefix);
	if (strlen(text) != 2 * STARGZ_SHA256_LEN)
		return -EINVAL;
	for (int i = 0; i < STARGZ_SHA256_LEN; i++, text += 2) {
		uint8_t high = digits[(unsigned char)text[0]];
		uint8_t low = digits[(unsigned char)text[1]];

		if (!(high & low & DIGIT))
			return -EINVAL;
		digest[i] = high << 4 | (low & ~DIGIT);
	}
	return 0;
}

struct sgz_hex sgz_sha256_hex(const uint8_t digest[STARGZ_SHA256_LEN])
{
	static const char hexadecimal[] = "0123456789abcdef";
	struct sgz_hex hex;
	char *to = hex.text;

	for (int i = 0; i < STARGZ_SHA256_LEN; i++) {
		*to++ = hexadecimal[digest[i] >> 4];
		*to++ = hexadecimal[digest[i] & 15];
	}
	*to = '\0';
	return hex;
}

void stargz_sha256_hex(const uint8_t digest[STARGZ_SHA256_LEN],
		       char text[STARGZ_SHA256_HEX])
{
	const struct sgz_hex hex = sgz_sha256_hex(digest);

	memcpy(text, hex.text, sizeof(hex.text));
}

int stargz_sha256(const void *bytes, size_t len,
		  uint8_t digest[STARGZ_SHA256_LEN], struct stargz_error *err)
{
	struct stargz_error unwanted;
	const struct sgz_context ctx = { .err = err ? err : &unwanted };
	struct sgz_sha256 sha;
	int ret = sgz_sha256_open(&sha, &ctx);

	if (ret)
		return ret;
	sgz_sha256_add(&sha, bytes, len);
	sgz_sha256_get(&sha, digest);
	sgz_sha256_close(&sha);
	return 0;
}

int sgz_sha256_require(const struct sgz_context *ctx, const char *text,
		       const uint8_t have[STARGZ_SHA256_LEN])
{
	uint8_t want[STARGZ_SHA256_LEN];

	if (!text)
		return 0;
	if (stargz_sha256_parse(text, want))
		return sgz_fail(ctx, -EINVAL,
				"the digest of the layer, %s, is not \"sha256:\" and 64 hexadecimal digits",
				sgz_quote(text, strlen(text)).text);
	if (memcmp(have, want, sizeof(want)))
		return sgz_fail(ctx, -EBADMSG,
				"the layer has the digest sha256:%s, not %s",
				sgz_sha256_hex(have).text, text);
	return 0;
}
