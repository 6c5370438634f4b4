// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two layers or indexes that become one image: what can be merged passes all
 * checks and is read whole.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "index/read.h"
#include "layer.h"
#include "make.h"
#include "seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void fill(int *fd, const uint8_t *bytes, size_t len)
{
	static uint8_t copy[1 << 16];

	memory_file(fd);
	must(len <= sizeof(copy), "length");
	memcpy(copy, bytes, len);
	seal(copy, len);
	must(write(*fd, copy, len) == (ssize_t)len, "layer");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static int fds[2], out;
	const struct sgz_context *ctx = input_context();
	const struct stargz_index_options read = { 0 };
	struct stargz_index_options how = { .struct_size = sizeof(how) };
	struct stargz_error error;
	struct sgz_opened o = { 0 };
	size_t first;

	/*
	 * The first two bytes say where the second layer begins, and whether
	 * the index gets digests.
	 */
	if (len < 2 || len > 1 << 16)
		return 0;
	how.digests = bytes[0] & 1;
	first = bytes[0] | bytes[1] << 8;
	bytes += 2;
	len -= 2;
	if (first > len)
		first = len;
	fill(&fds[0], bytes, first);
	fill(&fds[1], bytes + first, len - first);
	memory_file(&out);
	how.device_image = true;
	how.merge = true;
	if (stargz_index_layers(fds, 2, &how, out, NULL, &error, NULL))
		return 0;
	must(!sgz_opened_file(&o, ctx, &read, out) && !o.layer &&
	     !sgz_index_tables(&o.index, ctx, &o.file), "image");
	look_at(&o);
	sgz_opened_free(&o);
	return 0;
}
