// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams and tar headers, over what gzip and GNU tar made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tar/reader.h"
#include "unit.h"

/* Run a command and open what it wrote to $OUT. */
static void open_output(struct sgz_blob *blob, const char *command)
{
	char path[] = "/tmp/stargz-unit-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	setenv("OUT", path, 1);
	assert_int_equal(system(command), 0);
	unlink(path);
	assert_int_equal(sgz_blob_open(blob, &unit_context, fd, 0, 0), 0);
}

static ssize_t read_all(struct sgz_stream *s, char *buf, size_t room)
{
	size_t have = 0;
	ssize_t n;

	while ((n = sgz_stream_read(s, buf + have, room - have)) > 0)
		have += n;
	return n ? n : (ssize_t)have;
}

static ssize_t decode(const struct sgz_blob *blob, uint64_t end,
		      enum sgz_stream_kind kind, char *buf)
{
	struct sgz_stream s;
	ssize_t n;

	assert_int_equal(sgz_stream_open(&s, &unit_context, blob, 0, end, kind),
			 0);
	n = read_all(&s, buf, 100);
	sgz_stream_close(&s);
	return n;
}

static void members(void **state)
{
	struct sgz_blob blob;
	char buf[100];

	(void)state;
	open_output(&blob, "{ printf one | gzip; gzip </dev/null; printf two | gzip -9; } >$OUT");
	assert_int_equal(decode(&blob, blob.size, SGZ_MEMBER, buf), 3);
	assert_memory_equal(buf, "one", 3);
	assert_int_equal(decode(&blob, blob.size, SGZ_MEMBERS, buf), 6);
	assert_memory_equal(buf, "onetwo", 6);
	assert_int_equal(decode(&blob, 10, SGZ_PLAIN, buf), 10);
	assert_memory_equal(buf, "\x1f\x8b", 2);
	assert_int_equal(decode(&blob, blob.size - 1, SGZ_MEMBERS, buf),
			 -EUCLEAN);
	assert_int_equal(decode(&blob, 5, SGZ_MEMBER, buf), -EUCLEAN);
	close(blob.fd);
}

static void is_next(struct sgz_tar *tar, char type, const char *name,
		    const char *link, uint64_t size)
{
	const struct sgz_tar_header *h = &tar->h;

	assert_int_equal(sgz_tar_next(tar), 1);
	assert_int_equal(h->type, type);
	assert_int_equal(h->size, size);
	assert_int_equal(h->name_len, strlen(name));
	assert_memory_equal(h->name, name, h->name_len);
	assert_int_equal(h->link_len, strlen(link));
	assert_memory_equal(h->link, link, h->link_len);
	assert_int_equal(sgz_tar_skip(tar, size + sgz_tar_padding(size)), 0);
}

static void tar_format(const char *command, bool xattrs)
{
	static char deep[250], target[251];
	struct sgz_tar tar = { 0 };
	const struct sgz_xattr *attr;
	struct sgz_blob blob;
	struct sgz_stream s;

	memset(deep, 'n', 240);
	memset(target, 't', 250);
	open_output(&blob, command);
	assert_int_equal(sgz_stream_open(&s, &unit_context, &blob, 0, blob.size,
					 SGZ_PLAIN), 0);
	tar.stream = &s;
	is_next(&tar, '5', "./", "", 0);
	is_next(&tar, '0', "./a", "", 700);
	if (xattrs) {
		attr = tar.h.pax.xattrs.data;
		assert_int_equal(tar.h.pax.xattrs.count, 1);
		assert_memory_equal(attr->name, "user.k", attr->name_len);
	}
	is_next(&tar, '1', "./b", "./a", 0);
	memmove(deep + 2, deep, 240);
	memcpy(deep, "./", 2);
	is_next(&tar, '0', deep, "", 1);
	is_next(&tar, '2', "./z", target, 0);
	assert_int_equal(sgz_tar_next(&tar), 0);
	sgz_tar_close(&tar);
	sgz_stream_close(&s);
	close(blob.fd);
}

#define TREE \
	"set -e; d=$(mktemp -d); cd $d; head -c 700 /dev/zero >a; ln a b; " \
	"printf x >$(printf 'n%.0s' $(seq 240)); " \
	"ln -s $(printf 't%.0s' $(seq 250)) z; "

static void gnu_format(void **state)
{
	(void)state;
	tar_format(TREE "tar -c --format=gnu --sort=name . >$OUT; rm -r $d",
		   false);
}

static void pax_format(void **state)
{
	(void)state;
	tar_format(TREE "tar -c --format=pax --sort=name --pax-option=SCHILY.xattr.user.k:=v . >$OUT; rm -r $d",
		   true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(gnu_format),
		cmocka_unit_test(pax_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
