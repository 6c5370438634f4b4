// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Inserting a file of one byte into another source.
 */
#include <stdlib.h>
#include <string.h>

#include "layer/landmark.h"
#include "stargz_fs.h"
#include "tar/header.h"

struct landmark {
	struct sgz_source source;
	struct sgz_source *inner;
	uint64_t before;	/* remaining entries before the landmark */
	bool given;
	bool here;
	size_t at;
	struct sgz_tar_header h;
	struct sgz_ustar head;
	char payload[SGZ_TAR_BLOCK];
};

static int give(struct landmark *l, struct sgz_source_entry *entry)
{
	l->given = true;
	l->here = true;
	*entry = (struct sgz_source_entry){
		.h = &l->h, .head = &l->head, .head_len = sizeof(l->head) };
	return 1;
}

static int next(struct sgz_source *source, struct sgz_source_entry *entry)
{
	struct landmark *l = (struct landmark *)source;
	int ret;

	l->here = false;
	if (!l->given && !l->before)
		return give(l, entry);
	l->before--;
	ret = l->inner->next(l->inner, entry);
	return ret || l->given ? ret : give(l, entry);
}

static ssize_t read_some(struct sgz_source *source, void *buf, size_t len)
{
	struct landmark *l = (struct landmark *)source;

	if (!l->here)
		return l->inner->read(l->inner, buf, len);
	if (len > sizeof(l->payload) - l->at)
		len = sizeof(l->payload) - l->at;
	memcpy(buf, l->payload + l->at, len);
	l->at += len;
	return len;
}

static void close_source(struct sgz_source *source)
{
	struct landmark *l = (struct landmark *)source;

	l->inner->close(l->inner);
	free(l);
}

int sgz_source_landmark(struct sgz_source **source,
			const struct sgz_context *ctx, uint64_t after)
{
	const char *name = after ? ".prefetch.landmark" :
				   ".no.prefetch.landmark";
	struct landmark *l = calloc(1, sizeof(*l));

	if (!l)
		return sgz_nomem(ctx);
	l->source.next = next;
	l->source.read = read_some;
	l->source.close = close_source;
	l->inner = *source;
	l->before = after;
	l->payload[0] = 0x0f;
	l->h = (struct sgz_tar_header){ .name = name, .name_len = strlen(name),
		.type = '0', .size = 1, .file_size = 1, .mtime = SGZ_EPOCH };
	sgz_tar_plain(&l->head, name, 1);
	*source = &l->source;
	return 0;
}
