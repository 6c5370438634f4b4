// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Annotations of a layer in the manifest of an image. Two families of tools use
 * different keys for zstd:chunked layers.
 */
#include <string.h>

#include "stargz/index.h"

enum meaning { TOC_DIGEST, STORED_DIGEST, POSITION };

static const struct {
	const char *key;
	enum meaning meaning;
} keys[] = {
	{ "containerd.io/snapshot/stargz/toc.digest", TOC_DIGEST },
	{ "io.containers.zstd-chunked.manifest-checksum", STORED_DIGEST },
	{ "io.containers.zstd-chunked.manifest-position", POSITION },
	{ "io.github.containers.zstd-chunked.manifest-checksum",
	  STORED_DIGEST },
	{ "io.github.containers.zstd-chunked.manifest-position", POSITION },
};

bool stargz_annotation(struct stargz_index_options *opt, const char *text)
{
	const char *value = strchr(text, '=');

	if (!value)
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t len = strlen(keys[i].key);

		if (len != (size_t)(value - text) ||
		    memcmp(text, keys[i].key, len))
			continue;
		value++;
		if (keys[i].meaning == TOC_DIGEST)
			opt->toc_digest = value;
		else if (keys[i].meaning == STORED_DIGEST)
			opt->toc_stored_digest = value;
		else
			opt->toc_position = value;
		break;
	}
	return true;
}
