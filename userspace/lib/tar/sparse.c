// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Maps of sparse files. The old GNU format has them in the header block and in
 * the blocks after it; PAX 0.0 in pairs of records, PAX 0.1 in one record, PAX
 * 1.0 in blocks of text before the content.
 */
#include <stdio.h>
#include <string.h>

#include "tar/odd.h"
#include "tar/pax_apply.h"
#include "tar/sparse.h"

/* Data segments in a block after an old GNU header. */
#define MORE_RUNS	21

struct more_block {
	struct sgz_gnu_run run[MORE_RUNS];
	char more;
	char pad[7];
};

_Static_assert(sizeof(struct more_block) == SGZ_TAR_BLOCK, "tar block");

/* A map in text blocks at the start of the payload. */
struct text_map {
	struct sgz_tar *tar;
	char block[SGZ_TAR_BLOCK];
	size_t at;
};

/* Returned if the map is damaged. No error text is set then. */
#define BAD_MAP		1

/* Limit the number of data segments, which are kept in memory. */
static int check_length(const struct sgz_tar *tar, uint64_t runs)
{
	char why[100];

	if (runs <= SGZ_TAR_RUNS_MAX)
		return 0;
	snprintf(why, sizeof(why),
		 "sparse file with %llu data segments; the limit is %u",
		 (unsigned long long)runs, SGZ_TAR_RUNS_MAX);
	return sgz_tar_fail(tar, -E2BIG, why);
}

/* Empty data segments are skipped; GNU tar ends its maps with one. */
static int add_run(struct sgz_tar *tar, uint64_t pos, uint64_t size)
{
	struct sgz_vec *runs = &tar->h.runs;
	const struct sgz_tar_run *last = runs->data;
	struct sgz_tar_run *run;
	uint64_t after = 0;

	if (runs->count)
		after = last[runs->count - 1].pos + last[runs->count - 1].size;
	if (pos > tar->h.file_size || size > tar->h.file_size - pos)
		return BAD_MAP;
	if (!size)
		return 0;
	if (pos < after)
		return BAD_MAP;
	run = sgz_vec_add(runs, 1, sizeof(*run));
	if (!run)
		return sgz_nomem(tar->stream->ctx);
	run->pos = pos;
	run->size = size;
	return 0;
}

static int add_gnu_runs(struct sgz_tar *tar, const struct sgz_gnu_run *run,
			int count)
{
	for (; count && run->size[0]; count--, run++) {
		int64_t pos, size;
		int ret;

		if (sgz_tar_number(run->pos, sizeof(run->pos), &pos) ||
		    sgz_tar_number(run->size, sizeof(run->size), &size) ||
		    pos < 0 || size < 0)
			return BAD_MAP;
		ret = add_run(tar, pos, size);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_gnu(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct more_block block = { .more = u->gnu.more };
	uint64_t runs = 4;
	int64_t size;
	int ret = BAD_MAP;

	if (!sgz_tar_number(u->gnu.real_size, sizeof(u->gnu.real_size),
			    &size) && size >= 0) {
		tar->h.file_size = size;
		ret = add_gnu_runs(tar, u->gnu.run, 4);
	}
	/* Read also a damaged map to its end, to find the payload. */
	while (ret >= 0 && block.more) {
		int error;

		runs += MORE_RUNS;
		error = check_length(tar, runs);
		if (!error)
			error = sgz_tar_read(tar, &block, sizeof(block));
		if (error)
			return error;
		if (!ret)
			ret = add_gnu_runs(tar, block.run, MORE_RUNS);
	}
	return ret;
}

static int add_text_run(struct sgz_tar *tar, const struct sgz_pax_text *pos,
			const struct sgz_pax_text *size)
{
	uint64_t p, s;

	if (sgz_pax_number(pos, INT64_MAX, &p) ||
	    sgz_pax_number(size, INT64_MAX, &s))
		return BAD_MAP;
	return add_run(tar, p, s);
}

static int read_pairs(struct sgz_tar *tar)
{
	const struct sgz_vec *pairs = &tar->h.pax.pairs;
	const struct sgz_pax_text *text = pairs->data;

	if (pairs->count % 2 || tar->h.pax.bad_pairs)
		return BAD_MAP;
	for (size_t i = 0; i < pairs->count; i += 2) {
		int ret = add_text_run(tar, &text[i], &text[i + 1]);

		if (ret)
			return ret;
	}
	return 0;
}

/* Read alternating offsets and sizes, separated by commas. */
static int read_list(struct sgz_tar *tar, const struct sgz_pax_text *list)
{
	const char *p = list->p, *end = p + list->len;
	struct sgz_pax_text pair[2];

	for (int n = 0; p <= end; n = !n) {
		const char *comma = memchr(p, ',', end - p);
		const char *stop = comma ? comma : end;
		int ret = 0;

		pair[n].p = p;
		pair[n].len = stop - p;
		p = stop + 1;
		if (n)
			ret = add_text_run(tar, &pair[0], &pair[1]);
		else if (p > end)
			ret = BAD_MAP;
		if (ret)
			return ret;
	}
	return 0;
}

static int read_char(struct text_map *map, char *c)
{
	if (map->at == sizeof(map->block)) {
		int ret;

		if (map->tar->h.size < sizeof(map->block))
			return BAD_MAP;
		ret = sgz_tar_read(map->tar, map->block, sizeof(map->block));
		if (ret)
			return ret;
		map->tar->h.size -= sizeof(map->block);
		map->at = 0;
	}
	*c = map->block[map->at++];
	return 0;
}

/* Read a number and the newline after it. */
static int read_number(struct text_map *map, uint64_t *value)
{
	char digits[20];
	struct sgz_pax_text text = { digits, 0 };

	for (;;) {
		char c = '\0';
		int ret = read_char(map, &c);

		if (ret)
			return ret;
		if (c == '\n')
			break;
		if (text.len == sizeof(digits))
			return BAD_MAP;
		digits[text.len++] = c;
	}
	return sgz_pax_number(&text, INT64_MAX, value) ? BAD_MAP : 0;
}

static int read_text_map(struct sgz_tar *tar)
{
	struct text_map map = { .tar = tar, .at = SGZ_TAR_BLOCK };
	uint64_t count;
	int ret;

	ret = read_number(&map, &count);
	/* A segment takes at least four bytes: two digits, two newlines. */
	if (!ret && count > (tar->h.size + SGZ_TAR_BLOCK) / 4)
		ret = BAD_MAP;
	if (!ret)
		ret = check_length(tar, count);
	for (; !ret && count; count--) {
		uint64_t pos, size;

		ret = read_number(&map, &pos);
		if (!ret)
			ret = read_number(&map, &size);
		if (!ret)
			ret = add_run(tar, pos, size);
	}
	return ret;
}

static bool is_number(const struct sgz_pax_text *text, char digit)
{
	return text->p && text->len == 1 && *text->p == digit;
}

enum form {
	NOT_SPARSE,
	MAP_IN_RECORDS,
	MAP_IN_TEXT,
};

/* Like container engines, treat files of an unknown format as not sparse. */
static enum form pax_form(const struct sgz_tar_header *h)
{
	const struct sgz_pax_text *value = h->pax.value;
	const struct sgz_pax_text *major = &value[SGZ_PAX_SPARSE_MAJOR];
	const struct sgz_pax_text *minor = &value[SGZ_PAX_SPARSE_MINOR];

	if (h->type != '0' && h->type != '\0' && h->type != '7')
		return NOT_SPARSE;
	if (is_number(major, '1') && is_number(minor, '0'))
		return MAP_IN_TEXT;
	if (is_number(major, '0') && (is_number(minor, '0') ||
				      is_number(minor, '1')))
		return MAP_IN_RECORDS;
	if (major->p || minor->p)
		return NOT_SPARSE;
	if (value[SGZ_PAX_SPARSE_BLOCKS].p || value[SGZ_PAX_SPARSE_MAP].p ||
	    h->pax.pairs.count || h->pax.bad_pairs)
		return MAP_IN_RECORDS;
	return NOT_SPARSE;
}

/* Some writers use the one, some the other key for the size of the file. */
static int read_pax(struct sgz_tar *tar, enum form form)
{
	struct sgz_tar_header *h = &tar->h;
	const struct sgz_pax_text *value = h->pax.value;
	const struct sgz_pax_text *name = &value[SGZ_PAX_SPARSE_NAME];
	const struct sgz_pax_text *size = &value[SGZ_PAX_SPARSE_SIZE];
	size_t len = name->p ? sgz_pax_path_length(h, name) : 0;

	if (len) {
		h->name = name->p;
		h->name_len = len;
	}
	if (!size->p)
		size = &value[SGZ_PAX_SPARSE_REALSIZE];
	if (size->p && sgz_pax_number(size, INT64_MAX, &h->file_size))
		return BAD_MAP;
	if (form == MAP_IN_TEXT)
		return read_text_map(tar);
	if (value[SGZ_PAX_SPARSE_MAP].p)
		return read_list(tar, &value[SGZ_PAX_SPARSE_MAP]);
	return read_pairs(tar);
}

/* The payload may be larger than the sum of the segments, but not smaller. */
static int compare_sizes(struct sgz_tar_header *h)
{
	const struct sgz_tar_run *run = h->runs.data;
	uint64_t sum = 0;

	for (size_t i = 0; i < h->runs.count; i++)
		sum += run[i].size;
	if (sum < h->size)
		h->odd |= 1u << SGZ_ODD_SPARSE_END;
	return sum > h->size ? BAD_MAP : 0;
}

int sgz_sparse_read(struct sgz_tar *tar, const struct sgz_ustar *u)
{
	struct sgz_tar_header *h = &tar->h;
	bool gnu = h->type == 'S' && !memcmp(u->magic, "ustar  ", 8);
	enum form form = pax_form(h);
	int ret;

	h->runs.count = 0;
	h->file_size = h->size;
	h->sparse = gnu || form != NOT_SPARSE;
	if (!h->sparse)
		return 0;
	ret = gnu ? read_gnu(tar, u) : read_pax(tar, form);
	if (!ret)
		ret = compare_sizes(h);
	if (ret != BAD_MAP)
		return ret;
	h->runs.count = 0;
	h->file_size = 0;
	h->fault = "damaged map of a sparse file, left out";
	return 0;
}
