// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making, reading, editing and checking indexes of a small tar.
 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <stargz/stargz.h>

#include "stargz_fs.h"
#include "tar/writer.h"

static const struct {
	const char *name;
	size_t size;
} files[] = {
	{ "small", 100 }, { "middle", 50000 }, { "empty", 0 }, { "big", 300000 },
};

/* Bytes that hardly repeat, so that a block of deflate has few of them. */
static uint8_t byte_at(size_t file, size_t pos)
{
	uint32_t x = (pos + 7919 * file) * 2654435761u;

	x ^= x >> 15;
	return (x * 2246822519u) >> 24;
}

static int new_file(void)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int file_with(const void *bytes, size_t len)
{
	int fd = new_file();

	assert_int_equal(write(fd, bytes, len), len);
	return fd;
}

static int make_tar(void)
{
	struct sgz_vec tar = { 0 };
	int fd;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct sgz_tar_header h = {
			.name = (char *)files[i].name,
			.name_len = strlen(files[i].name),
			.type = '0', .mode = 0644, .mtime = SGZ_EPOCH,
			.size = files[i].size, .file_size = files[i].size,
		};
		size_t padded = files[i].size + sgz_tar_padding(files[i].size);
		uint8_t *data;

		assert_int_equal(sgz_tar_write(&tar, &h), 0);
		if (!padded)
			continue;
		data = sgz_vec_add(&tar, padded, 1);
		assert_non_null(data);
		for (size_t k = 0; k < files[i].size; k++)
			data[k] = byte_at(i, k);
	}
	assert_non_null(sgz_vec_add(&tar, 2 * SGZ_TAR_BLOCK, 1));
	fd = file_with(tar.data, tar.count);
	sgz_vec_free(&tar);
	return fd;
}

static size_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_size;
}

static int make_targz(void)
{
	int tar = make_tar(), fd = new_file(), copy;
	size_t len = size_of(tar);
	char *bytes = test_malloc(len);
	gzFile gz;

	assert_int_equal(pread(tar, bytes, len, 0), len);
	copy = dup(fd);
	gz = gzdopen(copy, "wb6");
	assert_int_equal(gzwrite(gz, bytes, len), len);
	assert_int_equal(gzclose(gz), Z_OK);
	test_free(bytes);
	close(tar);
	return fd;
}

static void on_warning(void *data, const char *line)
{
	(void)data;
	(void)line;
	unit_warnings++;
}

static struct stargz_index_options options(void)
{
	return (struct stargz_index_options){
		.struct_size = sizeof(struct stargz_index_options),
		.span_size = STARGZ_SPAN_SIZE_MIN,
		.warn = on_warning,
	};
}

/* The index of a layer; fails the test if it cannot be made. */
static int index_of(int layer, const struct stargz_index_options *opt,
		    struct stargz_index_stats *stats)
{
	int fd = new_file();

	if (stargz_index_blob(layer, opt, fd, stats, &unit_error))
		fail_msg("%s", unit_error.text);
	return fd;
}

static struct stargz_opened *open_with(int index, int layer)
{
	const int fds[] = { index, layer };
	struct stargz_opened *opened;

	if (stargz_open(&opened, fds, 2, NULL, &unit_error))
		fail_msg("%s", unit_error.text);
	return opened;
}

/* Number of faults of an index; -1 if the check ended early. */
static long faults_of(int index, int layer)
{
	const int fds[] = { index, layer };
	const struct stargz_check_options opt = {
		.struct_size = sizeof(opt),
		.full = true,
	};
	struct stargz_checked checked;

	if (stargz_check(fds, 2, &opt, &checked, NULL, &unit_error))
		return -1;
	return checked.faults;
}

static void flip(int fd, size_t pos)
{
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, pos), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, pos), 1);
}

/* Each byte of an index is under the root hash. */
static void every_byte(void **state)
{
	struct stargz_index_options opt = options();
	int layer = make_targz(), fd = index_of(layer, &opt, NULL);
	const int fds[] = { fd, layer };
	struct stargz_opened *opened;

	(void)state;
	assert_int_equal(faults_of(fd, layer), 0);
	for (size_t pos = 0; pos < size_of(fd); pos += 61) {
		int ret;

		flip(fd, pos);
		ret = stargz_open(&opened, fds, 2, NULL, &unit_error);
		/* Without magic or version, a file is no index. */
		assert_true(ret == -EUCLEAN || (ret == -EINVAL && pos < 12));
		if (pos >= STARGZ_BLOCK_SIZE)
			assert_string_equal(unit_error.text,
					    "the index does not match the hash tree");
		flip(fd, pos);
	}
	close(fd);
	close(layer);
}

static void texts(void **state)
{
	static const char *const properties[] = { "a=1", "b=", "c=x=y", NULL };
	struct stargz_index_options opt = options();
	struct stargz_index_info info, bare;
	int layer = make_tar(), fd;
	struct stargz_opened *opened;

	(void)state;
	opened = open_with(index_of(layer, &opt, NULL), layer);
	stargz_get_info(opened, &bare);
	stargz_close(opened);
	opt.label = "a label of exactly 32 bytes, \xc3\xa4\xc3";
	assert_int_equal(stargz_index_blob(layer, &opt, -1, NULL, &unit_error),
			 -EINVAL);
	opt.label = "a label of exactly 32 bytes, \xc3\xa4.";
	assert_int_equal(strlen(opt.label), STARGZ_LABEL_MAX);
	opt.properties = properties;
	fd = index_of(layer, &opt, NULL);
	opened = open_with(fd, layer);
	stargz_get_info(opened, &info);
	assert_string_equal(info.label, opt.label);
	assert_string_equal(info.creator, "libstargz " STARGZ_TOOLS_VERSION);
	assert_memory_equal(info.uuid, bare.uuid, sizeof(info.uuid));
	assert_memory_not_equal(info.sha256, bare.sha256, sizeof(info.sha256));
	for (int i = 0; i < 3; i++)
		assert_string_equal(stargz_get_property(opened, i),
				    properties[i]);
	assert_null(stargz_get_property(opened, 3));
	stargz_close(opened);
	close(fd);
	close(layer);
}

static void refused_texts(void **state)
{
	static const struct {
		const char *const properties[3];
		const char *why;
	} cases[] = {
		{ { "none" }, "property \"none\": not \"key=value\"" },
		{ { "=x" }, "property \"=x\": not \"key=value\"" },
		{ { "k=1", "k=2" }, "property \"k=2\": the key is there twice" },
	};
	struct stargz_index_options opt = options();
	int layer = make_tar();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		opt.properties = cases[i].properties;
		assert_int_equal(stargz_index_blob(layer, &opt, -1, NULL,
						   &unit_error), -EINVAL);
		assert_string_equal(unit_error.text, cases[i].why);
	}
	opt.properties = NULL;
	opt.label = "123456789012345678901234567890123";
	assert_int_equal(stargz_index_blob(layer, &opt, -1, NULL, &unit_error),
			 -EINVAL);
	assert_string_equal(unit_error.text,
			    "label \"123456789012345678901234567890123\": 33 bytes; the limit is 32");
	close(layer);
}

static void most_properties(void **state)
{
	char *text = test_malloc(STARGZ_PROPERTIES_MAX + 1);
	const char *const properties[2] = { text };
	struct stargz_index_options opt = options();
	int layer = make_tar();

	(void)state;
	memset(text, 'x', STARGZ_PROPERTIES_MAX);
	text[1] = '=';
	text[STARGZ_PROPERTIES_MAX] = '\0';
	opt.properties = properties;
	assert_int_equal(stargz_index_blob(layer, &opt, -1, NULL, &unit_error),
			 -E2BIG);
	text[STARGZ_PROPERTIES_MAX - 1] = '\0';
	assert_int_equal(stargz_index_blob(layer, &opt, -1, NULL, &unit_error),
			 0);
	test_free(text);
	close(layer);
}

/* A wrong byte of content is found although a stored span has no checksum. */
static void digests_find_any_byte(void **state)
{
	struct stargz_index_options opt = options();
	int layer = make_tar(), fd;
	size_t end = size_of(layer) - 2 * SGZ_TAR_BLOCK;

	(void)state;
	opt.digests = true;
	fd = index_of(layer, &opt, NULL);
	assert_int_equal(faults_of(fd, layer), 0);
	for (size_t pos = end - 300000 + 100; pos < end - 400; pos += 29989) {
		flip(layer, pos);
		assert_true(faults_of(fd, layer) > 0);
		flip(layer, pos);
	}
	assert_int_equal(faults_of(fd, layer), 0);
	close(fd);
	close(layer);
}

static void layer_digests(void **state)
{
	struct stargz_index_options opt = options();
	struct stargz_index_stats with, without;
	int tar = make_tar(), layer = make_targz();
	struct stargz_opened *opened;
	struct stargz_blob_info blob;
	char hex[STARGZ_SHA256_HEX], digest[80];
	uint8_t sha256[STARGZ_SHA256_LEN];
	size_t len = size_of(tar);
	char *bytes = test_malloc(len);

	(void)state;
	index_of(layer, &opt, &without);
	assert_false(without.has_blob_sha256);
	opt.digests = true;
	opened = open_with(index_of(layer, &opt, &with), layer);
	assert_true(with.has_blob_sha256);
	assert_int_equal(stargz_get_blob(opened, 0, &blob), 0);
	assert_int_equal(blob.digests,
			 STARGZ_BLOB_HAS_SHA256 | STARGZ_BLOB_HAS_DIFFID);
	assert_memory_equal(blob.sha256, with.blob_sha256, sizeof(sha256));
	/* The diffID is the digest of the tar. */
	assert_int_equal(pread(tar, bytes, len, 0), len);
	stargz_sha256(bytes, len, sha256, NULL);
	assert_memory_equal(blob.diffid, sha256, sizeof(sha256));
	stargz_close(opened);

	opt.digests = false;
	stargz_sha256_hex(with.blob_sha256, hex);
	snprintf(digest, sizeof(digest), "sha256:%s", hex);
	opt.layer_digest = digest;
	assert_int_equal(stargz_index_blob(layer, &opt, -1, &without,
					   &unit_error), 0);
	assert_true(without.has_blob_sha256);
	assert_int_equal(stargz_index_blob(tar, &opt, -1, NULL, &unit_error),
			 -EBADMSG);
	test_free(bytes);
	close(tar);
	close(layer);
}

static void prefetch(void **state)
{
	static const char list[] =
		"/big\n./small\nbig\nnone\nempty\n{\"path\":\"also/none\"}\n";
	struct stargz_index_options opt = options();
	int layer = make_targz(), text = file_with(list, sizeof(list) - 1), fd;
	struct stargz_super_block sb;
	struct stargz_index_stats stats;
	unsigned int before = unit_warnings;
	__le32 spans[20];
	char path[40];
	size_t count;

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", text);
	opt.prefetch_path = path;
	fd = index_of(layer, &opt, &stats);
	assert_int_equal(unit_warnings, before + 1);
	assert_int_equal(pread(fd, &sb, sizeof(sb), 0), sizeof(sb));
	count = le64toh(sb.table[STARGZ_TABLE_PREFETCH].count);
	/* The last file comes first; the small one is in the first span. */
	assert_true(count > 2 && count <= stats.spans && count < 20);
	assert_int_equal(pread(fd, spans, sizeof(spans),
			       le64toh(sb.table[STARGZ_TABLE_PREFETCH].offset)),
			 sizeof(spans));
	for (size_t i = 1; i + 1 < count; i++)
		assert_int_equal(le32toh(spans[i]), le32toh(spans[i - 1]) + 1);
	assert_int_equal(le32toh(spans[count - 1]), 0);
	close(fd);
	close(text);
	close(layer);
}

static void edited(void **state)
{
	static const char *const properties[] = { "k=v", NULL };
	static const char *const none[] = { NULL };
	struct stargz_index_options opt = options();
	int layer = make_targz(), fd, again = new_file();
	struct stargz_index_info old, info;
	struct stargz_opened *opened;

	(void)state;
	opt.digests = true;
	opt.label = "old";
	opt.properties = properties;
	fd = index_of(layer, &opt, NULL);
	opened = open_with(fd, layer);
	stargz_get_info(opened, &old);
	stargz_close(opened);

	opt = options();
	opt.label = "new";
	assert_int_equal(stargz_index_edit(fd, &opt, again, NULL, &unit_error),
			 0);
	opened = open_with(again, layer);
	stargz_get_info(opened, &info);
	assert_string_equal(info.label, "new");
	assert_string_equal(stargz_get_property(opened, 0), "k=v");
	assert_memory_equal(info.uuid, old.uuid, sizeof(info.uuid));
	assert_int_equal(info.features, old.features);
	stargz_close(opened);
	assert_int_equal(faults_of(again, layer), 0);

	/* Removing what was added gives the index without it. */
	opt.label = "old";
	opt.properties = none;
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(stargz_index_edit(again, &opt, fd, NULL, &unit_error),
			 0);
	opened = open_with(fd, layer);
	assert_null(stargz_get_property(opened, 0));
	stargz_close(opened);
	close(fd);
	close(again);
	close(layer);
}

/* A merged index has digests if all its layers have them. */
static void merged(void **state)
{
	struct stargz_index_options opt = options(), merge = options();
	int tar = make_tar(), gz = make_targz(), out = new_file();
	int fds[2];

	(void)state;
	merge.merge = true;
	opt.digests = true;
	fds[0] = index_of(tar, &opt, NULL);
	opt.digests = false;
	fds[1] = index_of(gz, &opt, NULL);
	for (int i = 0; i < 2; i++) {
		struct stargz_opened *opened;
		struct stargz_index_info info;
		const int all[] = { out, tar, gz };

		lseek(out, 0, SEEK_SET);
		assert_int_equal(stargz_index_layers(fds, 2, &merge, out, NULL,
						     &unit_error, NULL), 0);
		assert_int_equal(stargz_open(&opened, all, 3, NULL,
					     &unit_error), 0);
		stargz_get_info(opened, &info);
		assert_int_equal(!!(info.features & STARGZ_FEATURE_DIGESTS), i);
		stargz_close(opened);
		opt.digests = true;
		fds[1] = index_of(gz, &opt, NULL);
	}
	opt.digests = false;
	fds[0] = index_of(tar, &opt, NULL);
	merge.digests = true;
	assert_int_equal(stargz_index_layers(fds, 2, &merge, out, NULL,
					     &unit_error, NULL), -EINVAL);
	close(out);
	close(tar);
	close(gz);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte),
		cmocka_unit_test(texts),
		cmocka_unit_test(refused_texts),
		cmocka_unit_test(most_properties),
		cmocka_unit_test(digests_find_any_byte),
		cmocka_unit_test(layer_digests),
		cmocka_unit_test(prefetch),
		cmocka_unit_test(edited),
		cmocka_unit_test(merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
