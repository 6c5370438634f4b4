// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The text goes to a temporary file. Entries are written when the positions of
 * their members are known. The digest of a large file is known after its first
 * entry, which gets a placeholder.
 */
#include <stdlib.h>
#include <string.h>

#include "layer/toc_write.h"

/* Number of bytes between the digits of a digest and the end of its entry. */
#define AFTER_DIGEST	2

int sgz_toc_writer_open(struct sgz_toc_writer *w, const struct sgz_context *ctx)
{
	w->ctx = ctx;
	w->lates = NULL;
	return sgz_toc_writer_again(w);
}

int sgz_toc_writer_again(struct sgz_toc_writer *w)
{
	int ret = sgz_spool_open(&w->spool, w->ctx);

	w->count = 0;
	return ret ? ret : sgz_spool_add(&w->spool, SGZ_TOC_HEAD,
					 strlen(SGZ_TOC_HEAD));
}

int sgz_toc_writer_put(struct sgz_toc_writer *w, const char *text, size_t len)
{
	int ret = w->count++ ? sgz_spool_add(&w->spool, ",\n", 2) : 0;

	return ret ? ret : sgz_spool_add(&w->spool, text, len);
}

static int complete(struct sgz_toc_item *r, uint64_t unit, uint64_t inner)
{
	static const uint8_t unknown[STARGZ_SHA256_LEN];
	int ret = 0;

	if (r->content) {
		ret = sgz_toc_item_number(r, "offset", unit);
		if (!ret)
			ret = sgz_toc_item_number(r, "innerOffset", inner);
		if (!ret)
			ret = sgz_toc_item_digest(r, "chunkDigest", r->sha256);
	}
	if (!ret && r->whole)
		ret = sgz_toc_item_digest(r, "digest", r->sha256);
	if (!ret && r->late)
		ret = sgz_toc_item_digest(r, "digest", r->late->known ?
					r->late->sha256 : unknown);
	return ret;
}

static void forget(struct sgz_late *late)
{
	*late->prev = late->next;
	if (late->next)
		late->next->prev = late->prev;
	free(late);
}

/* Note the position of the digest; its entry was just written. */
static void place(struct sgz_toc_writer *w, struct sgz_late *late)
{
	late->at = w->spool.size - AFTER_DIGEST - 2 * STARGZ_SHA256_LEN;
	late->placed = true;
	if (late->known)
		forget(late);
}

int sgz_toc_writer_add(struct sgz_toc_writer *w, struct sgz_toc_item *r,
		       uint64_t unit, uint64_t inner)
{
	const char *text = NULL;
	size_t len;
	int ret;

	if (!complete(r, unit, inner))
		text = json_object_to_json_string_length(r->json,
							 SGZ_TOC_FORMAT, &len);
	if (!text)
		return sgz_nomem(w->ctx);
	ret = sgz_toc_writer_put(w, text, len);
	if (ret)
		return ret;
	if (r->late)
		place(w, r->late);
	json_object_put(r->json);
	r->json = NULL;
	return 0;
}

struct sgz_late *sgz_toc_writer_late(struct sgz_toc_writer *w)
{
	struct sgz_late *late = calloc(1, sizeof(*late));

	if (!late) {
		sgz_nomem(w->ctx);
		return NULL;
	}
	late->next = w->lates;
	late->prev = &w->lates;
	if (late->next)
		late->next->prev = &late->next;
	w->lates = late;
	return late;
}

int sgz_toc_writer_known(struct sgz_toc_writer *w, struct sgz_late *late,
			 const uint8_t sha256[STARGZ_SHA256_LEN])
{
	struct sgz_hex hex = sgz_sha256_hex(sha256);
	uint64_t at = late->at;

	if (!late->placed) {
		memcpy(late->sha256, sha256, STARGZ_SHA256_LEN);
		late->known = true;
		return 0;
	}
	forget(late);
	return sgz_spool_patch(&w->spool, at, hex.text, strlen(hex.text));
}

int sgz_toc_writer_end(struct sgz_toc_writer *w)
{
	return sgz_spool_add(&w->spool, "]}", 2);
}

void sgz_toc_writer_close(struct sgz_toc_writer *w)
{
	while (w->lates)
		forget(w->lates);
	sgz_spool_close(&w->spool);
}
