// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers with other versions of the headers: structs that are shorter and
 * longer than those of the library. TAP on standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stargz/stargz.h>

static int count, failed;

static void ok(int good, const char *name)
{
	failed |= !good;
	printf("%sok %d - %s\n", good ? "" : "not ", ++count, name);
}

/* Index the layer with options of which only so many bytes may be read. */
static int with_size(int layer, size_t size, unsigned char rest)
{
	unsigned char *bytes = calloc(1, size);
	struct stargz_error err;
	int ret;

	if (!bytes)
		exit(1);
	if (size > sizeof(struct stargz_index_options))
		bytes[size - 1] = rest;
	memcpy(bytes, &size, sizeof(size));
	ret = stargz_index_blob(layer, (void *)bytes, -1, NULL, &err);
	free(bytes);
	return ret;
}

int main(int argc, char **argv)
{
	const size_t known = sizeof(struct stargz_index_options);
	struct stargz_index_options none = { 0 };
	struct stargz_opened *opened = NULL;
	int layer = argc > 1 ? open(argv[1], O_RDONLY) : -1;

	ok(!with_size(layer, known, 0), "options of this version");
	ok(!with_size(layer, sizeof(size_t), 0), "options of an older version");
	ok(!with_size(layer, known + 64, 0),
	   "options of a newer version, unused");
	ok(with_size(layer, known + 64, 1) == -E2BIG,
	   "options of a newer version, used, are refused");
	ok(stargz_index_blob(layer, &none, -1, NULL, NULL) == -EINVAL,
	   "options without a size are refused");
	ok(!stargz_open(&opened, &layer, 1, NULL, NULL) && opened,
	   "no options are the defaults");
	ok(!strcmp(stargz_version(), STARGZ_TOOLS_VERSION),
	   "headers and library are of one version");
	stargz_close(opened);
	printf("1..%d\n", count);
	return failed;
}
