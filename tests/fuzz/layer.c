// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inputs as files in memory, and all that can be done with an index.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "content/read_all.h"
#include "index/records.h"
#include "index/records_check.h"
#include "index/tree_check.h"
#include "inspect/diff.h"
#include "inspect/dump.h"
#include "layer.h"

/* Trees with more content are not read: that takes time, and shows nothing. */
#define CONTENT_MAX	(1u << 20)

static struct stargz_error error;
static const struct sgz_context context = { .err = &error };

const struct sgz_context *input_context(void)
{
	return &context;
}

void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, error.text);
	abort();
}

int input_file(const uint8_t *bytes, size_t len)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	must(fd >= 0 && !ftruncate(fd, 0) &&
	     pwrite(fd, bytes, len, 0) == (ssize_t)len, "input");
	return fd;
}

static bool is_small(const struct sgz_index *index)
{
	uint64_t sum = le64toh(index->sb.data_bytes);

	if (sum > CONTENT_MAX)
		return false;
	for (size_t i = 0; i < index->table[STARGZ_TABLE_SPANS].count; i++)
		sum += le32toh(sgz_span(index, i)->ulen);
	return sum <= CONTENT_MAX;
}

static bool all_at_hand(const struct sgz_opened *o)
{
	for (size_t i = 0; i < o->index.table[STARGZ_TABLE_BLOBS].count; i++)
		if (o->blobs[i].fd < 0)
			return false;
	return true;
}

static void read_all(struct sgz_opened *o)
{
	const struct sgz_treediff diff = { .a = o, .b = o, .threads = 1 };
	struct sgz_faults faults = SGZ_FAULTS_INIT;
	struct sgz_inodepath names = { 0 };
	struct sgz_content content = {
		.ctx = o->ctx,
		.index = &o->index,
		.blobs = o->blobs,
		.names = &names,
		.threads = 1,
		.all = true,
		.faults = &faults,
	};
	static FILE *sink;
	bool sound;

	if (!sink)
		sink = fopen("/dev/null", "w");
	must(!sgz_inodepath_make(&names, o->ctx, &o->index) &&
	     !sgz_opened_digests(o, &faults), "digests");
	content.ranges = o->ranges;
	must(!sgz_content_read(&content), "content");
	sound = !faults.count;
	sgz_faults_free(&faults);
	sgz_inodepath_free(&names);
	if (!sound || !all_at_hand(o))
		return;
	/* What can be read can be dumped, and is what it is. */
	must(!sgz_dump_write(o, 1, sink), "dump");
	must(!sgz_treediff_run(&diff), "diff");
}

void look_at(struct sgz_opened *o)
{
	const int fds[] = { o->file.fd, o->file.fd, o->file.fd };
	struct sgz_faults faults = SGZ_FAULTS_INIT;

	must(!sgz_records_faults(&o->index, o->ctx, &faults) || faults.count ||
	     *error.text, "records");
	if (faults.count || sgz_records_check(&o->index, o->ctx)) {
		sgz_faults_free(&faults);
		return;
	}
	must(!sgz_tree_faults(&o->index, o->ctx, &faults), "tree");
	if (!faults.count && is_small(&o->index) &&
	    (o->blobs || !sgz_opened_blobs(o, fds, 3, NULL)))
		read_all(o);
	sgz_faults_free(&faults);
}
