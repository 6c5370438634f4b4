// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making layers of a small tar.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "layer.h"
#include "make.h"
#include "tar/writer.h"

void memory_file(int *fd)
{
	if (*fd <= 0)
		*fd = memfd_create("output", MFD_CLOEXEC);
	must(*fd > 0 && !ftruncate(*fd, 0) && !lseek(*fd, 0, SEEK_SET), "output");
}

static void add(struct sgz_vec *tar, const char *name, char type, size_t size)
{
	struct sgz_tar_header h = {
		.name = (char *)name, .name_len = strlen(name), .type = type,
		.mode = type == '5' ? 0755 : 0644,
		.size = size, .file_size = size, .mtime = SGZ_EPOCH,
	};
	size_t padded = size + sgz_tar_padding(size);
	char *data;

	must(!sgz_tar_write(tar, &h), "header");
	data = padded ? sgz_vec_add(tar, padded, 1) : NULL;
	if (data)
		memset(data, name[0], size);
}

/* The names are those of the seeds. */
static int source(void)
{
	static int fd;
	struct sgz_vec tar = { 0 };

	if (!fd) {
		memory_file(&fd);
		add(&tar, "d", '5', 0);
		add(&tar, "d/f", '0', 10);
		add(&tar, "d/small", '0', 700);
		add(&tar, "d/big", '0', 5120);
		add(&tar, "p", '6', 0);
		must(!!sgz_vec_add(&tar, 2 * SGZ_TAR_BLOCK, 1), "end");
		must(write(fd, tar.data, tar.count) == (ssize_t)tar.count,
		     "source");
		sgz_vec_free(&tar);
	}
	must(!lseek(fd, 0, SEEK_SET), "source");
	return fd;
}

void make_and_verify(struct stargz_make_options *opt)
{
	static int out;
	struct stargz_expected *expected = NULL;
	struct stargz_error error = { 0 };

	memory_file(&out);
	opt->struct_size = sizeof(*opt);
	opt->expected = &expected;
	opt->level = 1;
	if (!stargz_make(source(), opt, out, -1, NULL, &error) &&
	    stargz_verify(out, NULL, expected, &error)) {
		fprintf(stderr, "verify: %s\n", error.text);
		__builtin_trap();
	}
	stargz_expected_free(expected);
}
