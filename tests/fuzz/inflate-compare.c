// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One deflate stream through our decoder and through zlib, compared. Buffers
 * are of exactly the size that they may be used to, for AddressSanitizer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "inflate-compare.h"

#define HISTORY		32768
#define GUARD		64
#define GUARD_BYTE	0xa5

/* What a decoder made of a stream. */
struct result {
	enum stargz_inflate_status status;	/* with room for all output */
	u8 *out;
	size_t len;
	size_t consumed;
};

static const char * const status_names[] = {
	"end", "full", "bad", "truncated",
};

static void *alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		abort();
	return p;
}

/* Decode into @r->out, which has room for a byte more than asked for. */
static void run_zlib(const struct inflate_case *c, struct result *r)
{
	/* Made once, since that takes longer than most streams. */
	static z_stream z;
	int err;

	if ((z.state ? inflateReset(&z) : inflateInit2(&z, -MAX_WBITS)) != Z_OK)
		abort();
	if (c->dict_len &&
	    inflateSetDictionary(&z, c->dict, c->dict_len) != Z_OK)
		abort();
	z.next_in = (u8 *)c->in;
	z.avail_in = c->len;
	if (c->bit && c->len) {
		inflatePrime(&z, 8 - c->bit, *c->in >> c->bit);
		z.next_in++;
		z.avail_in--;
	}
	z.next_out = r->out;
	z.avail_out = c->room + 1;
	err = inflate(&z, Z_FINISH);
	r->len = z.next_out - r->out;
	r->consumed = z.next_in - c->in;
	if (err == Z_STREAM_END)
		r->status = STARGZ_INFLATE_END;
	else if (err == Z_DATA_ERROR)
		r->status = STARGZ_INFLATE_BAD;
	else
		r->status = STARGZ_INFLATE_TRUNCATED;
	if (r->len > c->room) {
		r->status = STARGZ_INFLATE_FULL;
		r->len = c->room;
	}
}

/* A stream of zlib's, always the same, decoded again and again. */
#define OTHER_SIZE	49152

static struct {
	struct stargz_inflate s;
	u8 plain[OTHER_SIZE];
	u8 *in;
	size_t len;
	u8 *out;
	size_t pos;
} other;

/* Some blocks of each kind: words and noise, and not for long. */
static void make_other(void)
{
	static const int levels[] = { 9, 0, 1, 6 };
	static const int strategies[] = {
		Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE,
	};
	z_stream z = { .next_in = other.plain };
	size_t piece = OTHER_SIZE / 16, i;
	u32 seed = 7;

	for (i = 0; i < OTHER_SIZE; i++) {
		u32 r = inflate_random(&seed);

		other.plain[i] = i > 300 && r % 8 ?
			other.plain[i - 1 - r % 5 * 60] : r >> 24;
	}
	if (deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	other.len = deflateBound(&z, OTHER_SIZE) + 16 * 16;
	other.in = alloc(other.len);
	z.next_out = other.in;
	z.avail_out = other.len;
	for (i = 0; i < 16; i++) {
		/* What was given before is compressed as it was to be. */
		if (deflateParams(&z, levels[i % 4], strategies[i / 4]) < 0)
			abort();
		z.avail_in += piece;
		if (deflate(&z, i < 15 ? Z_NO_FLUSH : Z_FINISH) < 0)
			abort();
	}
	if (z.total_in != OTHER_SIZE || !z.avail_out)
		abort();
	other.len = z.total_out;
	deflateEnd(&z);
	other.out = alloc(OTHER_SIZE);
}

static void start_other(void)
{
	if (!other.in)
		make_other();
	stargz_inflate_start(&other.s, other.in, other.len, 0);
	memset(other.out, 0, OTHER_SIZE);
	other.pos = 0;
}

/*
 * Decode a part of what is asked for while the other stream goes on too.
 * Returns what is wrong with that one.
 */
static const char *run_beside(const struct inflate_case *c,
			      struct stargz_inflate_part *ours)
{
	struct stargz_inflate_part beside = {
		.s = &other.s, .base = other.out, .pos = other.pos,
		.end = OTHER_SIZE,
	}, *stopped;

	other.s.bmi2 &= !c->generic;
	if (c->second)
		stopped = stargz_inflate_two(&beside, ours);
	else
		stopped = stargz_inflate_two(ours, &beside);
	if (stopped == &beside && beside.pos < OTHER_SIZE &&
	    stargz_inflate_run(&other.s, other.out, &beside.pos,
			       OTHER_SIZE) != STARGZ_INFLATE_FULL)
		return "the other stream is damaged";
	other.pos = beside.pos;
	if (other.pos < OTHER_SIZE)
		return NULL;
	if (memcmp(other.out, other.plain, OTHER_SIZE))
		return "the other stream gave something else";
	if (stargz_inflate_run(&other.s, other.out, &beside.pos,
			       OTHER_SIZE) != STARGZ_INFLATE_END)
		return "the other stream does not end";
	start_other();
	return NULL;
}

/* Where our decoder writes: the whole output, or the last part of it. */
struct target {
	u8 *base;
	u8 *dict;
	size_t start;		/* of @base in the whole output */
	size_t pos;
	size_t size;
};

/* Continue in a buffer of its own, with the last bytes as dictionary. */
static void move_target(const struct inflate_case *c, struct stargz_inflate *s,
			struct target *t, struct result *r)
{
	size_t done = t->start + t->pos, n = done, old;
	u8 *dict;

	memcpy(r->out + t->start, t->base, t->pos);
	if (n > HISTORY)
		n = HISTORY;
	old = HISTORY - n < c->dict_len ? HISTORY - n : c->dict_len;
	dict = alloc(old + n);
	if (old)
		memcpy(dict, c->dict + c->dict_len - old, old);
	memcpy(dict + old, r->out + done - n, n);
	free(t->dict);
	free(t->base);
	t->dict = dict;
	t->base = alloc(c->room - done);
	t->start = done;
	t->pos = 0;
	t->size = c->room - done;
	stargz_inflate_dict(s, dict, old + n);
}

/* Input as it is fed: up to @end of all of it, from @copy if there is one. */
struct feed {
	u8 *copy;
	size_t end;
	u32 seed;
};

/* The next slice, with the bytes before it that were not used. */
static const u8 *next_slice(const struct inflate_case *c, struct feed *feed,
			    size_t unread, size_t *len)
{
	size_t start = feed->end - unread, n = c->len - feed->end;
	u8 *old = feed->copy;

	if (c->feed && n > c->feed)
		n = 1 + inflate_random(&feed->seed) % c->feed;
	feed->end += n;
	*len = feed->end - start;
	if (!c->copy || !c->feed)
		return c->in + start;
	feed->copy = memcpy(alloc(*len), c->in + start, *len);
	free(old);
	return feed->copy;
}

static void start(const struct inflate_case *c, struct stargz_inflate *s,
		  struct feed *feed)
{
	size_t len;
	const u8 *in = next_slice(c, feed, 0, &len);

	stargz_inflate_start(s, in, len, c->bit);
	s->more = feed->end < c->len;
}

/* Feed a stream that is hungry; returns what is wrong with that. */
static const char *feed_more(const struct inflate_case *c,
			     struct stargz_inflate *s, struct feed *feed,
			     bool room)
{
	size_t unread = stargz_inflate_unread(s), len;
	u64 bits = stargz_inflate_bits(s);
	const u8 *in;

	if (feed->end == c->len)
		return "hungry, but there is no more";
	/* It waits for 640 bytes; up to 7 more were in its bit buffer. */
	if (room && unread >= 648)
		return "hungry, but there is enough";
	in = next_slice(c, feed, unread, &len);
	stargz_inflate_feed(s, in, len, feed->end < c->len);
	return stargz_inflate_bits(s) == bits ? NULL : "moved by feeding";
}

/* Like stargz_inflate_run(), the way that is asked for. */
static const char *run(const struct inflate_case *c, struct stargz_inflate *s,
		       struct target *t, size_t end,
		       enum stargz_inflate_status *status)
{
	struct stargz_inflate_part part = {
		.s = s, .base = t->base, .pos = t->pos, .end = end,
	};
	const char *wrong;

	while (c->beside && t->pos < end) {
		wrong = run_beside(c, &part);
		if (wrong)
			return wrong;
		if (part.pos == t->pos)
			break;
		t->pos = part.pos;
		*status = STARGZ_INFLATE_FULL;
		if (t->pos == end)
			return NULL;
	}
	*status = stargz_inflate_run(s, t->base, &t->pos, end);
	return NULL;
}

/* One run; returns what is wrong with how it ended. */
static const char *run_slice(const struct inflate_case *c,
			     struct stargz_inflate *s, struct feed *feed,
			     struct target *t, size_t end,
			     enum stargz_inflate_status *status)
{
	size_t start = t->pos, guard = t->size - end, i;
	const char *wrong;

	if (guard > GUARD)
		guard = GUARD;
	memset(t->base + end, GUARD_BYTE, guard);
	wrong = run(c, s, t, end, status);
	while (!wrong && *status == STARGZ_INFLATE_HUNGRY) {
		wrong = feed_more(c, s, feed, end > start);
		if (!wrong)
			wrong = run(c, s, t, end, status);
	}
	if (wrong)
		return wrong;
	if (t->pos < start || t->pos > end)
		return "position outside the output";
	if (*status == STARGZ_INFLATE_FULL && t->pos != end)
		return "full, but it is not";
	if (t->pos == end && end > start && *status != STARGZ_INFLATE_FULL)
		return "not full, but it is";
	for (i = 0; i < guard; i++)
		if (t->base[end + i] != GUARD_BYTE)
			return "written behind the output";
	return NULL;
}

static const char *run_ours(const struct inflate_case *c, struct result *r)
{
	/* What an earlier stream left here must not matter. */
	static struct stargz_inflate state, *s = &state;
	struct target t = { .base = alloc(c->room), .size = c->room };
	u32 seed = c->seed | 1;
	struct feed feed = { .seed = seed };
	const char *wrong;
	size_t n;

	start(c, s, &feed);
	stargz_inflate_dict(s, c->dict, c->dict_len);
	if (c->generic)
		s->bmi2 = false;
	/* From where nothing depends on earlier cases. */
	if (c->beside)
		start_other();
	do {
		n = t.size - t.pos;
		if (c->slice && n > c->slice)
			n = inflate_random(&seed) % (c->slice + 1);
		/* Without room it takes all input to know what comes. */
		if (!n && s->more && t.pos < t.size)
			n = 1;
		wrong = run_slice(c, s, &feed, &t, t.pos + n, &r->status);
		if (c->move && !wrong && !(inflate_random(&seed) % 4))
			move_target(c, s, &t, r);
	} while (!wrong && r->status == STARGZ_INFLATE_FULL && t.pos < t.size);
	/* With no room left, is there more to come? */
	if (!wrong && r->status == STARGZ_INFLATE_FULL)
		wrong = run_slice(c, s, &feed, &t, t.pos, &r->status);
	memcpy(r->out + t.start, t.base, t.pos);
	r->len = t.start + t.pos;
	r->consumed = stargz_inflate_consumed(s);
	if (!wrong && r->status == STARGZ_INFLATE_BAD && !stargz_inflate_why(s))
		wrong = "bad without a reason";
	free(t.base);
	free(t.dict);
	free(feed.copy);
	return wrong;
}

static const char *compare(const struct inflate_case *c,
			   const struct result *ours, const struct result *zlib)
{
	static char text[200];
	size_t i;

	if (ours->status != zlib->status || ours->len != zlib->len) {
		snprintf(text, sizeof(text),
			 "%s after %zu bytes, zlib: %s after %zu",
			 status_names[ours->status], ours->len,
			 status_names[zlib->status], zlib->len);
		return text;
	}
	for (i = 0; i < ours->len; i++) {
		if (ours->out[i] == zlib->out[i])
			continue;
		snprintf(text, sizeof(text), "byte %zu differs", i);
		return text;
	}
	if (ours->status == STARGZ_INFLATE_END &&
	    ours->consumed != zlib->consumed) {
		snprintf(text, sizeof(text), "consumed %zu, zlib %zu, of %zu",
			 ours->consumed, zlib->consumed, c->len);
		return text;
	}
	return NULL;
}

const char *inflate_compare(const struct inflate_case *c)
{
	struct result ours = { .out = alloc(c->room) };
	struct result zlib = { .out = alloc(c->room + 1) };
	const char *wrong;

	run_zlib(c, &zlib);
	wrong = run_ours(c, &ours);
	if (!wrong)
		wrong = compare(c, &ours, &zlib);
	free(ours.out);
	free(zlib.out);
	return wrong;
}
