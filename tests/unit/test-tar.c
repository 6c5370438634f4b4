// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tar walker over damaged tars: cut off at every block, and with bytes
 * changed at random behind a checksum that is made right again. It may refuse
 * or accept, but has to stay within the stream and its memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/tar_entries.h"
#include "tar/header.h"
#include "unit.h"

#define BLOCK		SGZ_TAR_BLOCK
#define ROUNDS		1000
#define TAR_MAX		(1u << 20)

static unsigned char original[TAR_MAX], bytes[TAR_MAX];

/* What GNU tar packs, of a tree with all that has a parser of its own. */
static size_t pack(const char *options)
{
	char command[1000];
	size_t size;
	FILE *p;

	snprintf(command, sizeof(command),
		 "set -e; d=$(mktemp -d); cd $d; mkdir t; cd t; "
		 "for i in $(seq 0 29); do "
		 "printf %%s $i | dd of=s bs=8192 seek=$i conv=notrunc 2>/dev/null; done; "
		 "truncate -s 300K s; mkfifo p; ln s h; ln -s $(printf 't%%.0s' $(seq 250)) l; "
		 "printf x >$(printf 'n%%.0s' $(seq 240)); setfattr -n user.k -v v s 2>/dev/null || :; "
		 "setfacl -m u:5:r s 2>/dev/null || :; touch -d @-1.5 p; "
		 "tar -c --sort=name %s . ; rm -r $d", options);
	p = popen(command, "r");
	assert_non_null(p);
	size = fread(original, 1, sizeof(original), p);
	assert_int_equal(pclose(p), 0);
	assert_in_range(size, 10 * BLOCK, sizeof(original) - 1);
	return size;
}

static void check_chunks(const struct sgz_toc *toc, uint64_t size)
{
	for (size_t i = 0; i < toc->chunks.count; i++) {
		const struct sgz_chunk *c = sgz_toc_chunk(toc, i);

		assert_true(c->size && c->size <= size);
		assert_true(c->inner <= size - c->size);
	}
	for (size_t i = 0; i < toc->entries.count; i++) {
		const struct sgz_entry *e = sgz_toc_entry(toc, i);

		if (sgz_entry_is(e, S_IFREG))
			assert_true(e->a + e->b <= toc->chunks.count);
	}
}

/* Walk the first @size bytes; how many entries there are, or the error. */
static int walk(int fd, size_t size)
{
	struct sgz_toc toc = { 0 };
	struct sgz_blob blob;
	struct sgz_stream s;
	int ret;

	unit_error.text[0] = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, bytes, size, 0), size);
	assert_int_equal(sgz_blob_open(&blob, &unit_context, fd, 0, 0), 0);
	assert_int_equal(sgz_stream_open(&s, &unit_context, &blob, 0, size,
					 SGZ_PLAIN), 0);
	ret = sgz_tar_walk(&toc, &unit_context, &s);
	sgz_stream_close(&s);
	if (ret) {
		assert_true(ret == -EUCLEAN || ret == -E2BIG);
		assert_true(unit_error.text[0] &&
			    !strchr(unit_error.text, '\n'));
	} else {
		check_chunks(&toc, size);
		ret = toc.entries.count;
	}
	sgz_toc_free(&toc);
	return ret;
}

static void repair(unsigned char *block)
{
	size_t field = offsetof(struct sgz_ustar, checksum);
	unsigned int sum = 0;

	memset(block + field, ' ', 8);
	for (int i = 0; i < BLOCK; i++)
		sum += block[i];
	snprintf((char *)block + field, 8, "%06o", sum);
}

static void mutate(size_t size)
{
	static const char likely[] = "0123456789 -\n=,xgLKSDMVN\x80\xff";
	unsigned char *block = bytes + rand() % (size / BLOCK) * BLOCK;
	bool header = sgz_tar_is_header(block);

	for (int n = 1 + rand() % 4; n; n--) {
		unsigned char *at = block + rand() % BLOCK;

		*at = rand() % 4 ? likely[rand() % (sizeof(likely) - 1)] :
				   rand();
	}
	if (header && rand() % 8)
		repair(block);
}

static void damage(const char *options)
{
	int fd = memfd_create("tar", 0), whole;
	size_t size = pack(options);

	memcpy(bytes, original, size);
	whole = walk(fd, size);
	assert_int_equal(whole, 6);
	for (size_t cut = BLOCK; cut < size; cut += BLOCK) {
		assert_true(walk(fd, cut) <= whole);
		assert_true(walk(fd, cut - 1) <= whole);
	}
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		memcpy(bytes, original, size);
		for (int n = 1 + rand() % 3; n; n--)
			mutate(size);
		walk(fd, size);
	}
	close(fd);
}

static void gnu_sparse(void **state)
{
	(void)state;
	damage("--format=gnu --sparse -b1");
}

static void pax_attributes(void **state)
{
	(void)state;
	damage("--format=posix --xattrs --acls -b1");
}

static void pax_sparse(void **state)
{
	(void)state;
	damage("--format=posix --sparse --sparse-version=0.0 -b1");
	damage("--format=posix --sparse --sparse-version=0.1 -b1");
	damage("--format=posix --sparse --sparse-version=1.0 -b1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gnu_sparse),
		cmocka_unit_test(pax_attributes),
		cmocka_unit_test(pax_sparse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
