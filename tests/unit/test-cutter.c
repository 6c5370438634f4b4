// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a stream is cut into spans, with places and needed bytes by hand.
 */
#include "unit.h"

#include <stdlib.h>

#include "format/cutter.h"

#define SIZE	(128u << 10)
#define STEP	(4u << 10)

static struct sgz_cutter *cutter;
static struct sgz_spans spans;
static uint8_t bytes[1 << 20];

static int begin(void **state)
{
	(void)state;
	memset(&spans, 0, sizeof(spans));
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 251;
	cutter = calloc(1, sizeof(*cutter));
	return !cutter || sgz_cutter_open(cutter, &unit_context, &spans, SIZE,
					  0);
}

static int end(void **state)
{
	(void)state;
	sgz_cutter_close(cutter);
	free(cutter);
	sgz_spans_free(&spans);
	return 0;
}

/* Decode up to a position. A decoded byte takes half a byte in the blob. */
static void decode_to(size_t pos)
{
	while (cutter->decoded < pos) {
		size_t n = pos - cutter->decoded;

		n = n < STEP ? n : STEP;
		assert_int_equal(sgz_cutter_add(cutter, bytes +
						cutter->decoded + n, n), 0);
	}
}

/* A block starts here; @need of the bytes before it are needed. */
static void block_at(size_t pos, size_t need)
{
	struct sgz_place place = {
		.end = pos / 2,
		.start = pos / 2,
		.codec = pos ? STARGZ_CODEC_DEFLATE : STARGZ_CODEC_GZIP,
	};

	decode_to(pos);
	assert_int_equal(sgz_cutter_place(cutter, &place, bytes + pos), 0);
	if (cutter->marked && cutter->marked->at == pos)
		memset(cutter->marked->used + SGZ_HISTORY_SIZE - need, 1, need);
}

static void finish(size_t pos)
{
	decode_to(pos);
	sgz_cutter_settle(cutter);
	assert_int_equal(sgz_cutter_end(cutter, bytes + pos, pos / 2), 0);
}

static void span_is(size_t i, uint64_t out, uint32_t ulen, uint32_t history)
{
	const struct sgz_span *s = spans.list.data;

	assert_true(i < spans.list.count);
	assert_int_equal(s[i].out, out);
	assert_int_equal(s[i].start, out / 2);
	assert_int_equal(s[i].ulen, ulen);
	assert_int_equal(s[i].clen, ulen / 2);
	assert_int_equal(s[i].history_ulen, history);
}

/* Of two blocks that are about as good, the one with less history is taken. */
static void least_history(void **state)
{
	(void)state;
	block_at(0, 0);
	block_at(120000, 20000);
	block_at(150000, 100);
	block_at(180000, 20000);
	finish(500000);
	assert_int_equal(spans.list.count, 2);
	span_is(0, 0, 150000, 0);
	span_is(1, 150000, 350000, 100);
}

/* A block that is far away has to be much better. */
static void not_too_long(void **state)
{
	(void)state;
	block_at(0, 0);
	block_at(140000, 2000);
	block_at(370000, 1500);
	finish(500000);
	span_is(0, 0, 140000, 0);
}

/* A distant block is taken if there is no other. */
static void no_choice(void **state)
{
	(void)state;
	block_at(0, 0);
	block_at(50000, 0);
	block_at(800000, 5);
	finish(900000);
	assert_int_equal(spans.list.count, 2);
	span_is(0, 0, 800000, 0);
	span_is(1, 800000, 100000, 5);
}

/* What is needed by a later block may be needed by one before it, too. */
static void needs_of_later_blocks(void **state)
{
	(void)state;
	block_at(0, 0);
	block_at(150000, 0);
	/* From the same position, 10000 bytes before the first of both. */
	block_at(160000, 20000);
	finish(400000);
	span_is(0, 0, 150000, 0);
	span_is(1, 150000, 250000, 10000);
}

/* The last part is not cut if it is short enough. */
static void no_short_end(void **state)
{
	(void)state;
	block_at(0, 0);
	block_at(120000, 20000);
	finish(121000);
	assert_int_equal(spans.list.count, 1);
	span_is(0, 0, 121000, 0);
}

/* A span that empty blocks have filled ends at once, and has its history. */
static void tight(void **state)
{
	struct sgz_place place = {
		.end = 800000, .start = 800000, .codec = STARGZ_CODEC_DEFLATE,
	};
	const struct sgz_span *s;

	(void)state;
	block_at(0, 0);
	decode_to(40000);
	assert_true(sgz_cutter_wants(cutter, place.end));
	assert_int_equal(sgz_cutter_place(cutter, &place, bytes + 40000), 0);
	assert_non_null(cutter->marked);
	memset(cutter->marked->used + SGZ_HISTORY_SIZE - 300, 1, 300);
	decode_to(45000);
	place.end += 800000;
	place.start = place.end;
	assert_int_equal(sgz_cutter_place(cutter, &place, bytes + 45000), 0);
	decode_to(50000);
	sgz_cutter_settle(cutter);
	assert_int_equal(sgz_cutter_end(cutter, bytes + 50000, 1700000), 0);
	s = spans.list.data;
	assert_int_equal(spans.list.count, 3);
	assert_int_equal(s[1].out, 40000);
	assert_int_equal(s[1].ulen, 5000);
	assert_int_equal(s[1].history_ulen, 300);
	assert_int_equal(s[2].history_ulen, 0);
}

#define CASE(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(least_history), CASE(not_too_long), CASE(no_choice),
		CASE(needs_of_later_blocks), CASE(no_short_end), CASE(tight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
