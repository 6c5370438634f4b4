// SPDX-License-Identifier: GPL-2.0-only
/*
 * stargz - verification of the content of spans.
 *
 * The index has a CRC-32 of every piece of a span (32 KiB of decoded bytes), a
 * SHA-256 of every 128 KiB, both, or nothing. The mount option verify= selects
 * which of them is verified. A unit is the range that one sum covers.
 *
 * The sums of a span that is decoded are read before the codec begins, because
 * a codec may hold a lock while it runs, and reading the index may need another
 * mount of this file system. A span has at most 2048 pieces or 512 digests. A
 * stored span may have many more; stored.c reads the sums one by one.
 *
 * Locking: none. All state belongs to one thread.
 */
#include "internal.h"

/* The sums of a compressed span fit into the buffer of a stream. */
static_assert(STARGZ_SPAN_MAX / STARGZ_PIECE_SIZE * sizeof(__le32) <=
	      STARGZ_SUMS_SIZE);
static_assert(STARGZ_SPAN_MAX / STARGZ_DIGEST_SIZE * STARGZ_HASH_SIZE <=
	      STARGZ_SUMS_SIZE);

static size_t stargz_sum_size(enum stargz_verify kind)
{
	return kind == STARGZ_VERIFY_DIGEST ? STARGZ_HASH_SIZE :
					      sizeof(__le32);
}

/* Sums */

/* Find the digests of a span. */
static int stargz_sums_digests(struct super_block *sb, u32 span,
			       const struct stargz_span *raw,
			       struct stargz_sums *sums, const char **why)
{
	__le32 start;
	int err;

	err = stargz_meta_read(sb, STARGZ_TABLE_DIGEST_STARTS, span, &start, 1);
	if (err)
		return err;
	*why = stargz_check_digests(&STARGZ_SB(sb)->super, raw,
				    le32_to_cpu(start));
	if (*why)
		return -EFSCORRUPTED;
	sums->unit = STARGZ_DIGEST_SIZE;
	sums->first = le32_to_cpu(start);
	return 0;
}

/**
 * stargz_sums_find() - find the sums by which a span is verified
 * @sb: the file system
 * @span: span number
 * @raw: the span, checked
 * @sums: filled in
 * @why: set to the reason if the index is at fault, else to NULL
 *
 * Sleeps.
 *
 * Return: 0, -EFSCORRUPTED, or another error of the read.
 */
int stargz_sums_find(struct super_block *sb, u32 span,
		     const struct stargz_span *raw, struct stargz_sums *sums,
		     const char **why)
{
	enum stargz_verify verify = STARGZ_SB(sb)->verify;

	*why = NULL;
	*sums = (struct stargz_sums) { .kind = STARGZ_VERIFY_NONE };
	if (verify == STARGZ_VERIFY_CRC && raw->flags & STARGZ_SPAN_CHECKED) {
		sums->unit = STARGZ_PIECE_SIZE;
		sums->single = le32_to_cpu(raw->ulen) <= STARGZ_PIECE_SIZE;
		sums->first = le32_to_cpu(raw->check);
		sums->kind = verify;
	} else if (verify == STARGZ_VERIFY_DIGEST) {
		sums->kind = verify;
		return stargz_sums_digests(sb, span, raw, sums, why);
	}
	return 0;
}

/**
 * stargz_sums_read() - read sums
 * @sb: the file system
 * @sums: from stargz_sums_find(), not of the kind "none"
 * @unit: number of the first unit
 * @to: receives __le32 or hashes
 * @nr: number of units
 *
 * Return: 0, -EFSCORRUPTED, or another error of the read.
 */
int stargz_sums_read(struct super_block *sb, const struct stargz_sums *sums,
		     u32 unit, void *to, unsigned int nr)
{
	if (sums->single) {
		put_unaligned_le32(sums->first, to);
		return 0;
	}
	return stargz_meta_read(sb, sums->kind == STARGZ_VERIFY_DIGEST ?
				STARGZ_TABLE_DIGESTS : STARGZ_TABLE_PIECES,
				(u64)sums->first + unit, to, nr);
}

/**
 * stargz_sum_start() - start to compute the sum of a unit
 * @sum: initialised
 * @sbi: the mount
 * @kind: kind of the sum
 *
 * Return: 0 or an error of the driver of SHA-256.
 */
int stargz_sum_start(struct stargz_sum *sum, const struct stargz_sb_info *sbi,
		     enum stargz_verify kind)
{
	sum->kind = kind;
	sum->crc = ~0;
	return kind == STARGZ_VERIFY_DIGEST ?
	       stargz_sha256_start(&sum->hash, sbi) : 0;
}

/**
 * stargz_sum_add() - continue the sum of a unit
 * @sum: the sum
 * @data: bytes
 * @len: number of bytes
 *
 * Return: 0 or an error of the driver of SHA-256.
 */
int stargz_sum_add(struct stargz_sum *sum, const u8 *data, size_t len)
{
	if (sum->kind == STARGZ_VERIFY_DIGEST)
		return stargz_sha256_add(&sum->hash, data, len);
	sum->crc = stargz_crc(sum->crc, data, len);
	return 0;
}

/**
 * stargz_sum_verify() - compare the sum of a unit
 * @sum: the sum, complete
 * @want: __le32 or hash of the index
 *
 * Return: 0, -EFSCORRUPTED if it differs, or an error of the driver of SHA-256.
 */
int stargz_sum_verify(struct stargz_sum *sum, const void *want)
{
	u8 digest[STARGZ_HASH_SIZE];
	int err;

	if (sum->kind != STARGZ_VERIFY_DIGEST)
		return ~sum->crc == get_unaligned_le32(want) ? 0 :
							      -EFSCORRUPTED;
	err = stargz_sha256_end(&sum->hash, digest);
	if (err)
		return err;
	return memcmp(digest, want, sizeof(digest)) ? -EFSCORRUPTED : 0;
}

/**
 * stargz_sum_differs() - describe a difference for a message
 * @kind: kind of the sum
 *
 * Return: the text.
 */
const char *stargz_sum_differs(enum stargz_verify kind)
{
	return kind == STARGZ_VERIFY_DIGEST ? "digest of the index differs" :
					      "checksum of the index differs";
}

/* Spans that are decoded */

/**
 * stargz_check_load() - prepare the verification of a decode
 * @sb: the file system
 * @d: the decode, with a stream; @checked is set
 *
 * Sleeps. Call it before the codec begins.
 *
 * Return: 0, -EFSCORRUPTED, or another error of the read.
 */
int stargz_check_load(struct super_block *sb, struct stargz_decode *d)
{
	struct stargz_stream *strm = d->strm;
	struct stargz_check *c = &strm->check;
	u32 ulen = le32_to_cpu(d->raw->ulen);
	int err;

	c->pos = 0;
	c->ulen = ulen;
	c->sbi = STARGZ_SB(sb);
	err = stargz_sums_find(sb, d->span, d->raw, &c->sums, &strm->why);
	if (err)
		return err;
	d->checked = c->sums.kind != STARGZ_VERIFY_NONE ||
		     c->sbi->verify == STARGZ_VERIFY_NONE;
	if (c->sums.kind == STARGZ_VERIFY_NONE)
		return 0;
	return stargz_sums_read(sb, &c->sums, 0, strm->sums,
				DIV_ROUND_UP(ulen, c->sums.unit));
}

/* End of the unit that holds byte @pos. */
static u32 stargz_check_unit_end(const struct stargz_check *c, u32 pos)
{
	return min(round_down(pos, c->sums.unit) + c->sums.unit, c->ulen);
}

/* A unit is complete; c->pos is its end. */
static int stargz_check_unit(struct stargz_stream *strm)
{
	struct stargz_check *c = &strm->check;
	u32 unit = (c->pos - 1) / c->sums.unit;
	int err;

	err = stargz_sum_verify(&c->sum, strm->sums +
				unit * stargz_sum_size(c->sums.kind));
	if (err == -EFSCORRUPTED)
		strm->why = stargz_sum_differs(c->sums.kind);
	return err;
}

/**
 * stargz_check_add() - verify the next decoded bytes
 * @d: the decode, with @checked
 * @data: the bytes, in the order of the span
 * @len: number of bytes; those after the end of the span are ignored
 *
 * Return: 0, -EFSCORRUPTED if a unit that is complete now is wrong, or an error
 * of the driver of SHA-256.
 */
int stargz_check_add(struct stargz_decode *d, const u8 *data, size_t len)
{
	struct stargz_stream *strm = d->strm;
	struct stargz_check *c = &strm->check;
	int err = 0;

	len = min_t(size_t, len, c->ulen - c->pos);
	if (c->sums.kind == STARGZ_VERIFY_NONE) {
		c->pos += len;
		return 0;
	}
	while (!err && len) {
		u32 end = stargz_check_unit_end(c, c->pos);
		u32 n = min_t(size_t, len, end - c->pos);

		if (!(c->pos % c->sums.unit))
			err = stargz_sum_start(&c->sum, c->sbi, c->sums.kind);
		if (!err)
			err = stargz_sum_add(&c->sum, data, n);
		c->pos += n;
		data += n;
		len -= n;
		if (!err && c->pos == end)
			err = stargz_check_unit(strm);
	}
	return err;
}

/**
 * stargz_check_ready() - how much of a span is decoded and verified?
 * @d: the decode, which has begun
 *
 * Return: number of leading bytes of the span that no further verification can
 * find wrong.
 */
u32 stargz_check_ready(const struct stargz_decode *d)
{
	const struct stargz_check *c = &d->strm->check;

	if (!d->checked)
		return 0;
	if (c->sums.kind == STARGZ_VERIFY_NONE || c->pos == c->ulen)
		return c->pos;
	return round_down(c->pos, c->sums.unit);
}

/**
 * stargz_check_end() - was the whole span verified?
 * @d: the decode, which ended without an error
 *
 * Return: false if decoded bytes are missing, which would be a fault of a codec.
 */
bool stargz_check_end(const struct stargz_decode *d)
{
	return !d->checked || d->strm->check.pos == d->strm->check.ulen;
}
