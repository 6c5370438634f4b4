// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images: documents in an archive, and the headers of archives. An image that
 * opens has layers that are ranges of the archive, and is verified without a
 * fault that is not named. The reader of convert sees the same documents.
 *
 * The input is cut into documents at bytes 0xff. The first one is index.json, and
 * manifest.json. The others are blobs: "@N" in a document stands for the digest of
 * document N, "#N" for its size, if N is larger than its own number. Without a
 * 0xff, the input is the archive itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "layer.h"
#include "stargz/convert.h"
#include "stargz/image.h"
#include "tar/header.h"

#define DOCUMENTS_MAX	8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct sgz_vec documents[DOCUMENTS_MAX];
static struct sgz_vec archive;

static void append(struct sgz_vec *to, const void *bytes, size_t len)
{
	void *room = sgz_vec_add(to, len, 1);

	must(!!room, "memory");
	memcpy(room, bytes, len);
}

static void digest_of(const struct sgz_vec *document,
		      char hex[STARGZ_SHA256_HEX])
{
	uint8_t digest[STARGZ_SHA256_LEN];

	must(!stargz_sha256(document->count ? document->data : "",
			    document->count, digest, NULL), "digest");
	stargz_sha256_hex(digest, hex);
}

/* Copy a document with its references replaced. */
static void expand(int nr, const uint8_t *bytes, size_t len)
{
	char text[sizeof("sha256:") + STARGZ_SHA256_HEX];

	documents[nr].count = 0;
	for (size_t i = 0; i < len; i++) {
		int to = i + 1 < len ? bytes[i + 1] - '0' : 0;

		if ((bytes[i] != '@' && bytes[i] != '#') || to <= nr ||
		    to >= DOCUMENTS_MAX) {
			append(&documents[nr], bytes + i, 1);
			continue;
		}
		if (bytes[i] == '#') {
			snprintf(text, sizeof(text), "%zu",
				 documents[to].count);
		} else {
			strcpy(text, "sha256:");
			digest_of(&documents[to], text + strlen(text));
		}
		append(&documents[nr], text, strlen(text));
		i++;
	}
}

static void add_file(const char *name, const struct sgz_vec *content)
{
	static const char zero[2 * SGZ_TAR_BLOCK];
	struct sgz_ustar u;

	sgz_tar_plain(&u, name, content->count);
	append(&archive, &u, sizeof(u));
	if (content->count)
		append(&archive, content->data, content->count);
	append(&archive, zero, sgz_tar_padding(content->count));
}

static void make_archive(const uint8_t *bytes, size_t len)
{
	const uint8_t *part[DOCUMENTS_MAX], *end = bytes + len;
	size_t size[DOCUMENTS_MAX];
	char name[100];
	int count = 0;

	while (bytes && count < DOCUMENTS_MAX) {
		const uint8_t *cut = memchr(bytes, 0xff, end - bytes);

		part[count] = bytes;
		size[count++] = (cut ? cut : end) - bytes;
		bytes = cut ? cut + 1 : NULL;
	}
	for (int i = count - 1; i >= 0; i--)
		expand(i, part[i], size[i]);
	archive.count = 0;
	for (int i = 1; i < count; i++) {
		strcpy(name, "blobs/sha256/");
		digest_of(&documents[i], name + strlen(name));
		add_file(name, &documents[i]);
		snprintf(name, sizeof(name), "%d", i);
		add_file(name, &documents[i]);
	}
	add_file("index.json", &documents[0]);
	add_file("manifest.json", &documents[0]);
}

static void on_fault(void *data, int code, const char *text)
{
	(void)data;
	must(code < 0 && *text, "a fault is named");
}

static void look(struct stargz_image *image, uint64_t size)
{
	const struct stargz_image_verify_options how = {
		.struct_size = sizeof(how), .fault = on_fault,
	};
	struct stargz_image_info info;
	struct stargz_image_layer layer;
	struct stargz_error err;

	stargz_image_get_info(image, &info);
	must(info.ref && info.platform && info.created && info.media_type,
	     "texts");
	for (size_t i = 0; i < info.layers; i++) {
		must(!stargz_image_get_layer(image, i, &layer), "layer");
		must(layer.missing || (layer.start <= size &&
				       layer.size <= INT64_MAX), "start");
	}
	must(stargz_image_get_layer(image, info.layers, &layer) == -ENOENT,
	     "number of layers");
	must(!stargz_image_verify(image, &how, NULL, &err), err.text);
}

/* A conversion reads all documents before it needs the destination. */
static void scan(const char *name)
{
	struct stargz_error err = { "" };
	int ret = stargz_image_convert(name, "oci:/proc/none", NULL, &err);

	must(ret < 0 && *err.text, "there is no such destination");
}

static void try(const char *kind, int fd, uint64_t size)
{
	char name[64];
	struct stargz_image *image;
	struct stargz_error err = { "" };
	int ret;

	snprintf(name, sizeof(name), "%s:/proc/self/fd/%d", kind, fd);
	ret = stargz_image_open(&image, name, NULL, &err);
	must(ret <= 0 && !ret == !*err.text, "an error has a reason");
	scan(name);
	if (ret)
		return;
	look(image, size);
	stargz_image_close(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct stat st;
	int fd;

	if (memchr(bytes, 0xff, len)) {
		make_archive(bytes, len);
		fd = input_file(archive.data, archive.count);
	} else {
		fd = input_file(bytes, len);
	}
	must(!fstat(fd, &st), "fstat");
	stargz_image_is_archive(fd);
	try("oci-archive", fd, st.st_size);
	try("docker-archive", fd, st.st_size);
	return 0;
}
