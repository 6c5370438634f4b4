// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Annotations of a layer in the manifest of an image. Learned from docs/estargz.md
 * of stargz-snapshotter and from pkg/chunked of containers/storage.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/sha256.h"
#include "stargz/make.h"

#define TOC_DIGEST	"containerd.io/snapshot/stargz/toc.digest"
#define TAR_SIZE	"io.containers.estargz.uncompressed-size"
#define CONTAINERD	"io.containers.zstd-chunked"
#define PODMAN		"io.github.containers.zstd-chunked"

static void tell_digest(stargz_annotation_fn fn, void *data, const char *key,
			const uint8_t sha256[STARGZ_SHA256_LEN])
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX];

	snprintf(text, sizeof(text), "sha256:%s", sgz_sha256_hex(sha256).text);
	fn(data, key, text);
}

/* Digest and position of the compressed table of contents. */
static void tell_place(const struct stargz_made *made, bool podman,
		       stargz_annotation_fn fn, void *data)
{
	char text[80];

	tell_digest(fn, data, podman ? PODMAN ".manifest-checksum" :
				       CONTAINERD ".manifest-checksum",
		    made->toc_stored_sha256);
	snprintf(text, sizeof(text), "%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":1",
		 made->toc, made->toc_stored, made->toc_size);
	fn(data, podman ? PODMAN ".manifest-position" :
			  CONTAINERD ".manifest-position", text);
}

void stargz_made_annotations(const struct stargz_made *made,
			     enum stargz_layer_format format,
			     enum stargz_reader reader,
			     stargz_annotation_fn fn, void *data)
{
	bool zstd = format == STARGZ_LAYER_ZSTD_CHUNKED;
	bool podman = zstd && reader == STARGZ_READER_PODMAN;
	char text[24];

	if (!podman)
		tell_digest(fn, data, TOC_DIGEST, made->toc_sha256);
	if (zstd) {
		tell_place(made, podman, fn, data);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, made->tar_size);
	fn(data, TAR_SIZE, text);
}
