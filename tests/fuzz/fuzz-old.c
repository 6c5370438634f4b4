// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Old layers, indexes and device images of --diff and --reuse: a layer that is
 * made with one holds what it has to hold.
 */
#include <stdio.h>
#include <string.h>

#include "layer.h"
#include "make.h"
#include "seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct stargz_make_options opt = { 0 };
	const char *old;
	char path[40];

	static uint8_t copy[1 << 20];

	/* The first byte chooses options. */
	if (!len || len > sizeof(copy))
		return 0;
	memcpy(copy, bytes + 1, len - 1);
	seal(copy, len - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 input_file(copy, len - 1));
	old = path;
	if (bytes[0] & 1)
		opt.diff_path = path;
	if (bytes[0] & 2) {
		opt.reuse_paths = &old;
		opt.reuse_count = 1;
	}
	opt.diff_by_time = bytes[0] & 4;
	if (bytes[0] & 8)
		opt.format = STARGZ_LAYER_ZSTD_CHUNKED;
	if (bytes[0] & 16)
		opt.sort = STARGZ_SORT_PATH;
	make_and_verify(&opt);
	return 0;
}
