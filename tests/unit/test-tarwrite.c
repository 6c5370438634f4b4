// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Header blocks of random entries, read back. That other programs read them,
 * too, is tested in tests/source.
 */
#include <endian.h>
#include <stdlib.h>

#include "source/rewrite.h"
#include "stargz_fs.h"
#include "tar/acl.h"
#include "tar/writer.h"
#include "unit.h"

#define ROUNDS		5000
#define NAME_ROOM	600
#define ATTRS_MAX	8

static char name[NAME_ROOM], target[NAME_ROOM];
static char key[ATTRS_MAX][64], value[ATTRS_MAX][200];
static struct sgz_xattr attrs[ATTRS_MAX];

/* Numbers near powers of two, where fields end. */
static uint64_t number(unsigned int bits)
{
	uint64_t n = 1ull << rand() % bits;

	return n + rand() % 3 - 1;
}

static size_t text(char *to, size_t len, bool path)
{
	for (size_t i = 0; i < len; i++) {
		to[i] = rand() % 8 ? 'a' + rand() % 26 : 1 + rand() % 255;
		if (path && rand() % 20 == 0)
			to[i] = '/';
	}
	return len;
}

static void make_attributes(struct sgz_tar_header *h)
{
	h->pax.xattrs.data = attrs;
	h->pax.xattrs.count = rand() % (ATTRS_MAX + 1);
	for (size_t i = 0; i < h->pax.xattrs.count; i++) {
		int n = sprintf(key[i], "user.%zu", i);

		attrs[i].name = key[i];
		attrs[i].name_len = n + text(key[i] + n, rand() % 20, false);
		attrs[i].value = value[i];
		attrs[i].value_len = text(value[i], rand() % 200, false);
	}
}

static void make_header(struct sgz_tar_header *h)
{
	memset(h, 0, sizeof(*h));
	h->name = name;
	h->name_len = text(name, 1 + rand() % (NAME_ROOM - 1), true);
	h->type = "0123456"[rand() % 7];
	if (h->type == '1' || h->type == '2') {
		h->link = target;
		h->link_len = text(target, 1 + rand() % (NAME_ROOM - 1), true);
	} else if (h->type == '3' || h->type == '4') {
		h->major = number(12);
		h->minor = number(20);
	} else if (h->type == '0') {
		h->size = number(62);
	}
	h->mode = rand() & 07777;
	h->uid = number(32);
	h->gid = number(32);
	h->mtime = SGZ_EPOCH + (rand() % 2 ? number(62) : -number(60));
	if (h->mtime > (uint64_t)(STARGZ_TIME_MAX - STARGZ_TIME_BASE) *
	    1000000000)
		h->mtime = 0;
	make_attributes(h);
}

static const struct sgz_xattr *find(const struct sgz_tar_header *h,
				    const struct sgz_xattr *attr)
{
	const struct sgz_xattr *a = h->pax.xattrs.data;

	for (size_t i = 0; i < h->pax.xattrs.count; i++)
		if (a[i].name_len == attr->name_len &&
		    !memcmp(a[i].name, attr->name, attr->name_len))
			return a + i;
	return NULL;
}

static void compare(const struct sgz_tar_header *a,
		    const struct sgz_tar_header *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->name_len, b->name_len);
	assert_memory_equal(a->name, b->name, a->name_len);
	assert_int_equal(a->link_len, b->link_len);
	if (a->link_len)
		assert_memory_equal(a->link, b->link, a->link_len);
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_int_equal(a->major, b->major);
	assert_int_equal(a->minor, b->minor);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->mtime, b->mtime);
	assert_int_equal(b->time, SGZ_TIME_OK);
	assert_int_equal(a->pax.xattrs.count, b->pax.xattrs.count);
	for (size_t i = 0; i < a->pax.xattrs.count; i++) {
		const struct sgz_xattr *other = find(b, &attrs[i]);

		assert_non_null(other);
		assert_int_equal(attrs[i].value_len, other->value_len);
		assert_memory_equal(attrs[i].value, other->value,
				    other->value_len);
	}
}

/* The order of attributes is nobody's. */
static void shuffle(struct sgz_vec *xattrs)
{
	struct sgz_xattr *a = xattrs->data;

	for (size_t i = xattrs->count; i > 1; i--) {
		size_t j = rand() % i;
		struct sgz_xattr swap = a[i - 1];

		a[i - 1] = a[j];
		a[j] = swap;
	}
}

static void what_is_written_is_read(void **state)
{
	static struct sgz_head_reader hr;
	struct sgz_vec again = { 0 };
	struct sgz_tar_header h;

	(void)state;
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		make_header(&h);
		assert_int_equal(sgz_tar_write(&hr.bytes, &h), 0);
		assert_int_equal(hr.bytes.count % SGZ_TAR_BLOCK, 0);
		shuffle(&h.pax.xattrs);
		again.count = 0;
		assert_int_equal(sgz_tar_write(&again, &h), 0);
		assert_int_equal(again.count, hr.bytes.count);
		assert_memory_equal(again.data, hr.bytes.data, again.count);
		assert_int_equal(sgz_head_read(&hr, &unit_context), 0);
		assert_int_equal(hr.tar.pos, again.count);
		compare(&h, &hr.tar.h);
	}
	sgz_vec_free(&again);
	sgz_head_reader_free(&hr);
}

struct acl_entry {
	uint16_t tag;
	uint16_t perm;
	uint32_t id;
};

/* With a few users and groups, in the order of the kernel. */
static size_t make_acl(char *acl)
{
	static const uint16_t tags[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20 };
	const uint32_t version = htole32(2);
	size_t len = sizeof(version);

	memcpy(acl, &version, sizeof(version));
	for (int t = 0; t < 6; t++) {
		bool named = tags[t] == 0x02 || tags[t] == 0x08;
		int count = named ? rand() % 4 : 1;

		for (int i = 0; i < count; i++) {
			const struct acl_entry e = {
				htole16(tags[t]), htole16(rand() % 8),
				named ? htole32(i * 1000000000u) : UINT32_MAX
			};

			memcpy(acl + len, &e, sizeof(e));
			len += sizeof(e);
		}
	}
	return len;
}

static void access_lists_as_text(void **state)
{
	char acl[200];

	(void)state;
	srand(1);
	for (int i = 0; i < ROUNDS; i++) {
		struct sgz_vec line = { 0 }, back = { 0 };
		size_t len = make_acl(acl);

		assert_int_equal(sgz_acl_text(&line, acl, len), 0);
		assert_int_equal(sgz_acl_convert(&back, line.data, line.count,
						 NULL, NULL), 0);
		assert_int_equal(back.count, len);
		assert_memory_equal(back.data, acl, len);
		line.count = 0;
		acl[rand() % len] ^= 1 << rand() % 8;
		if (sgz_acl_text(&line, acl, rand() % 4 ? len : rand() % len))
			assert_true(!line.count);
		sgz_vec_free(&line);
		sgz_vec_free(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(access_lists_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
