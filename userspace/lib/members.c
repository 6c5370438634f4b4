// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * From the offsets in the TOC to members and their bounds.
 */
#include <stdlib.h>

#include "members.h"

/* No deflate stream expands by more than this: 258 bytes from two bits. */
#define EXPANSION_MAX	1032

static int compare(const void *left, const void *right)
{
	const struct sgz_member *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

static void unique(struct sgz_members *members, uint64_t end)
{
	struct sgz_member *m = members->list.data;
	size_t count = members->list.count, n = 0;

	for (size_t i = 0; i < count; i++)
		if (!n || m[i].start != m[n - 1].start)
			m[n++] = m[i];
	for (size_t i = 0; i < n; i++) {
		uint64_t next = i + 1 < n ? m[i + 1].start : end;
		uint64_t clen = next - m[i].start;

		m[i].clen = clen < UINT32_MAX ? clen : UINT32_MAX;
	}
	members->list.count = n;
}

int sgz_members_collect(struct sgz_members *members,
			const struct sgz_context *ctx,
			const struct sgz_toc *toc)
{
	const struct sgz_chunk *chunks = toc->chunks.data;
	struct sgz_member *m;
	size_t n = toc->chunks.count;

	if (!n)
		return 0;
	m = sgz_vec_add(&members->list, n, sizeof(*m));
	if (!m)
		return sgz_nomem(ctx);
	for (size_t i = 0; i < n; i++)
		m[i].start = chunks[i].member;
	qsort(m, n, sizeof(*m), compare);
	unique(members, toc->data_end);
	return 0;
}

struct sgz_member *sgz_members_find(const struct sgz_members *members,
				    uint64_t start)
{
	const struct sgz_member key = { .start = start };

	return bsearch(&key, members->list.data, members->list.count,
		       sizeof(key), compare);
}

int sgz_members_use(struct sgz_members *members, const struct sgz_context *ctx,
		    const struct sgz_toc *toc, const struct sgz_entry *file)
{
	for (uint32_t i = 0; i < file->b; i++) {
		const struct sgz_chunk *c = sgz_toc_chunk(toc, file->a + i);
		struct sgz_member *m = sgz_members_find(members, c->member);
		uint64_t ulen = c->inner + c->size;

		if (ulen > (uint64_t)m->clen * EXPANSION_MAX)
			return sgz_fail(ctx, -EUCLEAN,
					"%s: %llu bytes cannot come out of %u compressed ones at offset %llu",
					sgz_entry_quoted(file).text,
					(unsigned long long)ulen, m->clen,
					(unsigned long long)m->start);
		if (ulen > m->ulen)
			m->ulen = ulen;
	}
	return 0;
}

void sgz_members_number(struct sgz_members *members)
{
	struct sgz_member *m = members->list.data;

	members->spans = 0;
	for (size_t i = 0; i < members->list.count; i++)
		if (m[i].ulen)
			m[i].span = members->spans++;
}

void sgz_members_free(struct sgz_members *members)
{
	sgz_vec_free(&members->list);
}
