// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Deflate streams as no compressor makes them, after RFC 1951.
 */
#include "inflate-generate.h"

#define LITLENS		286
#define DISTS		30
#define CODELENS	19
#define END_OF_BLOCK	256
#define MAX_BITS	15

struct writer {
	u8 *out;
	size_t room;		/* bits */
	size_t len;		/* bits */
	size_t history;		/* bytes that a match can refer to */
	bool damage;
	u32 seed;
};

/* A code: lengths, and codes with their first bit lowest. */
struct code {
	unsigned int n;
	u8 lens[LITLENS + DISTS];
	u16 codes[LITLENS + DISTS];
};

/* A number below @n. */
static u32 below(struct writer *w, u32 n)
{
	return inflate_random(&w->seed) % n;
}

/* True once in @n times, where damage is asked for. */
static bool harm(struct writer *w, u32 n)
{
	return w->damage && !below(w, n);
}

static void put(struct writer *w, u32 value, unsigned int n)
{
	for (; n && w->len < w->room; n--, value >>= 1, w->len++) {
		if (!(w->len & 7))
			w->out[w->len >> 3] = 0;
		w->out[w->len >> 3] |= (value & 1) << (w->len & 7);
	}
}

static void put_symbol(struct writer *w, const struct code *c, unsigned int i)
{
	put(w, c->codes[i], c->lens[i]);
}

/* Number the codes, RFC 1951 3.2.2. */
static void number_codes(struct code *c)
{
	unsigned int count[MAX_BITS + 1] = { 0 }, next[MAX_BITS + 1];
	unsigned int i, k, code = 0;

	for (i = 0; i < c->n; i++)
		count[c->lens[i]]++;
	count[0] = 0;
	for (i = 1; i <= MAX_BITS; i++) {
		code = (code + count[i - 1]) << 1;
		next[i] = code;
	}
	for (i = 0; i < c->n; i++) {
		code = next[c->lens[i]]++;
		c->codes[i] = 0;
		for (k = 0; k < c->lens[i]; k++)
			c->codes[i] |= (code >> k & 1) << (c->lens[i] - 1 - k);
	}
}

/*
 * Give codes of at most @max bits to the symbols that have a length other
 * than 0: split random leaves of a tree until there are enough.
 */
static void grow_code(struct writer *w, struct code *c, unsigned int max)
{
	u8 leaves[LITLENS + DISTS];
	unsigned int used = 0, nr = 1, i, k, deep = below(w, 4);

	for (i = 0; i < c->n; i++)
		used += c->lens[i] != 0;
	leaves[0] = used == 1;
	while (nr < used) {
		k = deep ? nr - 1 - below(w, nr < 4 ? nr : 4) : below(w, nr);
		if (leaves[k] == max)
			for (k = 0; leaves[k] == max; k++)
				;
		leaves[nr++] = ++leaves[k];
	}
	for (i = 0; i < c->n; i++) {
		if (!c->lens[i])
			continue;
		k = below(w, nr);
		c->lens[i] = leaves[k];
		leaves[k] = leaves[--nr];
	}
	if (harm(w, 12))
		c->lens[below(w, c->n)] = below(w, max + 1);
	number_codes(c);
}

/* A code of @n symbols, of which some are used. */
static void random_code(struct writer *w, struct code *c, unsigned int n)
{
	unsigned int i, some = 1 + below(w, 16);

	c->n = n;
	for (i = 0; i < n; i++)
		c->lens[i] = below(w, 16) < some;
	/* Few symbols, or just one, are cases of their own. */
	if (!below(w, 4))
		for (i = 0; i < n; i++)
			c->lens[i] = !below(w, n / 2 + 1);
	if (n > END_OF_BLOCK && !harm(w, 16))
		c->lens[END_OF_BLOCK] = 1;
	grow_code(w, c, MAX_BITS);
}

struct run {
	u8 symbol;
	u8 extra;
};

/* Write the lengths as symbols of the code for code lengths. */
static unsigned int find_runs(struct writer *w, const u8 *lens, unsigned int n,
			      struct run *runs)
{
	unsigned int i, len, max, nr = 0;

	for (i = 0; i < n; i += len) {
		struct run r = { .symbol = lens[i] };

		for (len = 1; i + len < n && lens[i + len] == lens[i]; len++)
			;
		if (!lens[i] && len >= 11 && below(w, 4))
			r.symbol = 18;
		else if (!lens[i] && len >= 3 && below(w, 4))
			r.symbol = 17;
		else if (i && lens[i] == lens[i - 1] && len >= 3 && below(w, 8))
			r.symbol = 16;
		max = r.symbol == 18 ? 138 : r.symbol == 17 ? 10 :
		      r.symbol == 16 ? 6 : 1;
		if (len > max)
			len = max;
		r.extra = len - (r.symbol == 18 ? 11 : 3);
		if (r.symbol >= 16 && harm(w, 200))
			r.extra = below(w, 256);
		runs[nr++] = r;
	}
	return nr;
}

static void put_codes(struct writer *w, const struct code *litlen,
		      const struct code *dist)
{
	static const u8 order[CODELENS] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
	};
	struct run runs[LITLENS + DISTS];
	u8 lens[LITLENS + DISTS];
	struct code c = { .n = CODELENS };
	unsigned int i, nr, n = CODELENS;

	memcpy(lens, litlen->lens, litlen->n);
	memcpy(lens + litlen->n, dist->lens, dist->n);
	nr = find_runs(w, lens, litlen->n + dist->n, runs);
	for (i = 0; i < nr; i++)
		c.lens[runs[i].symbol] = 1;
	if (below(w, 2))
		c.lens[below(w, CODELENS)] = 1;
	grow_code(w, &c, 7);
	while (n > 4 && !c.lens[order[n - 1]])
		n--;
	put(w, harm(w, 32) ? below(w, 32) : litlen->n - 257, 5);
	put(w, harm(w, 32) ? below(w, 32) : dist->n - 1, 5);
	put(w, n - 4, 4);
	for (i = 0; i < n; i++)
		put(w, c.lens[order[i]], 3);
	for (i = 0; i < nr; i++) {
		put_symbol(w, &c, runs[i].symbol);
		put(w, runs[i].extra, runs[i].symbol == 18 ? 7 :
		    runs[i].symbol == 17 ? 3 : runs[i].symbol == 16 ? 2 : 0);
	}
}

/* A symbol with a code, from @from on; or @from, if none is soon found. */
static unsigned int pick(struct writer *w, const struct code *c,
			 unsigned int from)
{
	unsigned int i, tries;

	for (tries = 0; tries < 16; tries++) {
		i = from + below(w, c->n - from);
		if (c->lens[i])
			return i;
	}
	return from;
}

/* A length and a distance; most go no further back than there is history. */
static void put_match(struct writer *w, const struct code *litlen,
		      const struct code *dist, unsigned int symbol)
{
	unsigned int i = symbol - END_OF_BLOCK - 1, d, bits, tries = 0;
	unsigned int extra = i < 8 || i == 28 ? 0 : i / 4 - 1;
	size_t base;
	u32 more;

	do {
		d = pick(w, dist, 0);
		bits = d < 4 ? 0 : d / 2 - 1;
		base = d < 4 ? d + 1 : (2 + (d & 1UL)) * (1UL << bits) + 1;
		more = below(w, 1U << bits);
		if (base + more > w->history && base <= w->history)
			more = w->history - base;
	} while (base > w->history && tries++ < 8);
	if (!dist->lens[d] || (base > w->history && !harm(w, 16)))
		return;
	put_symbol(w, litlen, symbol);
	put(w, inflate_random(&w->seed), extra);
	put_symbol(w, dist, d);
	put(w, more, bits);
	w->history += 3;
}

static void put_symbols(struct writer *w, const struct code *litlen,
			const struct code *dist)
{
	unsigned int n = below(w, 8) ? below(w, 60) : below(w, 1500), symbol;
	unsigned int matches = below(w, 8);

	while (n--) {
		symbol = pick(w, litlen, below(w, 8) < matches &&
			      litlen->n > END_OF_BLOCK + 1 ?
			      END_OF_BLOCK + 1 : 0);
		if (symbol == END_OF_BLOCK || !litlen->lens[symbol])
			continue;
		if (symbol > END_OF_BLOCK) {
			put_match(w, litlen, dist, symbol);
			continue;
		}
		put_symbol(w, litlen, symbol);
		w->history++;
	}
	put_symbol(w, litlen, END_OF_BLOCK);
}

static void put_stored(struct writer *w)
{
	unsigned int n = below(w, 4) ? below(w, 40) : below(w, 2000), i;

	put(w, 0, -w->len & 7);
	put(w, n, 16);
	put(w, harm(w, 16) ? inflate_random(&w->seed) : ~n, 16);
	for (i = 0; i < n; i++)
		put(w, inflate_random(&w->seed), 8);
	w->history += n;
}

/* The codes of a block that does not bring its own, RFC 1951 3.2.6. */
static void fixed_codes(struct code *litlen, struct code *dist)
{
	unsigned int i;

	/* Two symbols more have codes, which stand for nothing. */
	litlen->n = LITLENS + 2;
	for (i = 0; i < litlen->n; i++)
		litlen->lens[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	number_codes(litlen);
	litlen->n = LITLENS;
	dist->n = DISTS;
	memset(dist->lens, 5, DISTS);
	number_codes(dist);
}

size_t inflate_generate(u8 *out, size_t room, unsigned int bit, size_t history,
			bool damage, u32 *seed)
{
	struct writer w = {
		.out = out,
		.room = room * 8,
		.history = history,
		.damage = damage,
		.seed = inflate_random(seed),
	};
	unsigned int blocks = 1 + below(&w, 4), type;
	struct code litlen, dist;

	put(&w, inflate_random(&w.seed), bit);
	while (blocks--) {
		type = below(&w, 8);
		type = type > 1 ? 2 : type;
		if (harm(&w, 40))
			type = 3;
		put(&w, !blocks, 1);
		put(&w, type, 2);
		if (!type) {
			put_stored(&w);
			continue;
		}
		if (type == 1) {
			fixed_codes(&litlen, &dist);
		} else {
			random_code(&w, &litlen, 257 + below(&w, 30));
			random_code(&w, &dist, 1 + below(&w, 30));
			put_codes(&w, &litlen, &dist);
		}
		put_symbols(&w, &litlen, &dist);
	}
	return (w.len + 7) / 8;
}
