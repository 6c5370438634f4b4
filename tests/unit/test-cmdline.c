// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel command line of the init of stargz-mkinitramfs.
 */
#include <stdlib.h>

#include "unit.h"

#include "../../userspace/init/cmdline.h"

static char *copy;

/* Parse a copy, which has exactly the bytes that it needs. */
static bool parse(struct cmdline *c, const char *text)
{
	free(copy);
	copy = strdup(text);
	assert_non_null(copy);
	return cmdline_parse(c, copy);
}

static int free_copy(void **state)
{
	(void)state;
	free(copy);
	copy = NULL;
	return 0;
}

static void test_options(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "BOOT_IMAGE=/vmlinuz root=/dev/vda ro quiet "
			  "rootfstype=ext4,stargz rootflags=verify=digest,nodev "
			  "stargz.index=/dev/vdb stargz.overlay=/dev/vdc "
			  "init=/bin/sh panic=-1 rootdelay=7 console=ttyS0\n"));
	assert_string_equal(c.root, "/dev/vda");
	assert_string_equal(c.rootflags, "verify=digest,nodev");
	assert_string_equal(c.index, "/dev/vdb");
	assert_string_equal(c.overlay, "/dev/vdc");
	assert_string_equal(c.init, "/bin/sh");
	assert_int_equal(c.panic, -1);
	assert_int_equal(c.wait, 7);
	assert_true(c.has_panic && c.quiet && !c.rw);
}

static void test_defaults(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=UUID=x"));
	assert_null(c.rootflags);
	assert_null(c.index);
	assert_null(c.overlay);
	assert_null(c.init);
	assert_int_equal(c.wait, CMDLINE_WAIT);
	assert_false(c.has_panic || c.quiet || c.rw);
	assert_true(parse(&c, "root=LABEL=x rootwait rw"));
	assert_int_equal(c.wait, CMDLINE_ROOTWAIT);
	assert_true(c.rw);
}

static void test_quotes(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "  root=\"LABEL=a b\"\t\"init=/x y\"  a\"=\"b "));
	assert_string_equal(c.root, "LABEL=a b");
	assert_string_equal(c.init, "/x y");
	assert_true(parse(&c, "root=/dev/vda\vinit=/a\xa0" "quiet"));
	assert_string_equal(c.init, "/a");
	assert_true(c.quiet);
	/* A quote that does not end goes to the end of the line. */
	assert_true(parse(&c, "root=/dev/vda init=\"/a root=/dev/vdb"));
	assert_string_equal(c.init, "/a root=/dev/vdb");
	assert_string_equal(c.root, "/dev/vda");
}

static void test_links(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=/dev/disk/by-uuid/12-34"));
	assert_string_equal(c.root, "UUID=12-34");
	assert_true(parse(&c, "root=/dev/disk/by-label/root"));
	assert_string_equal(c.root, "LABEL=root");
}

static void test_volatile(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=/dev/vda systemd.volatile=overlay"));
	assert_string_equal(c.overlay, "tmpfs");
	assert_true(parse(&c, "root=/dev/vda systemd.volatile=overlay "
			  "stargz.overlay=/dev/vdb"));
	assert_string_equal(c.overlay, "/dev/vdb");
	assert_true(parse(&c, "root=/dev/vda systemd.volatile=no"));
	assert_null(c.overlay);
	assert_false(parse(&c, "root=/dev/vda systemd.volatile=yes"));
}

/* Options after "--" belong to the init of the image. */
static void test_end(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=/dev/vda -- root=/dev/vdb init=x quiet"));
	assert_string_equal(c.root, "/dev/vda");
	assert_null(c.init);
	assert_false(c.quiet);
}

static void test_repeated(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=/dev/vda root=/dev/vda init=/a init=/b"));
	assert_string_equal(c.init, "/b");
	assert_false(parse(&c, "root=/dev/vda root=/dev/vdb panic=5"));
	assert_non_null(strstr(c.why, "/dev/vda and /dev/vdb"));
	/* What comes after the error counts for the end of the machine. */
	assert_int_equal(c.panic, 5);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ "", "no root=" },
		{ "\"", "no root=" },
		{ "root=", "root= has no value" },
		{ "root=vda", "root=vda: give a path" },
		{ "root=/dev/", "give a path" },
		{ "root=PARTUUID=1", "give a path" },
		{ "root=/dev/vda rootfstype=ext4", "rootfstype=ext4: " },
		{ "root=/dev/vda rootfstype=", "rootfstype=: " },
		{ "root=/dev/vda rootfstype=stargzx", "rootfstype=stargzx: " },
		{ "root=/dev/vda rootdelay=x", "rootdelay=x: " },
		{ "root=/dev/vda rootdelay=-1", "rootdelay=-1: " },
		{ "root=/dev/vda rootwait=3601", "rootwait=3601: " },
		{ "root=/dev/vda rootwait=99999999999999999999", "rootwait=9" },
		{ "root=/dev/vda stargz.index=vdb", "stargz.index=vdb: " },
		{ "root=/dev/vda stargz.overlay=ram", "stargz.overlay=ram: " },
		{ "root=/dev/vda stargz.overlay=", "stargz.overlay= has no" },
		{ "root=/dev/vda stargz.overlay_size=1M", "stargz.overlay=tmpfs" },
	};
	struct cmdline c;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(parse(&c, cases[i].text));
		assert_non_null(strstr(c.why, cases[i].why));
	}
}

static void test_panic(void **state)
{
	struct cmdline c;

	(void)state;
	assert_true(parse(&c, "root=/dev/vda panic=x"));
	assert_false(c.has_panic);
	assert_true(parse(&c, "root=/dev/vda panic=99999999"));
	assert_int_equal(c.panic, CMDLINE_WAIT_MAX);
}

static void test_modules(void **state)
{
	struct cmdline c;
	char text[64], small[8];

	(void)state;
	assert_true(parse(&c, "root=/dev/vda stargz.index=/dev/vdb "
			  "stargz.span_cache_mb=64 virtio-mmio.device=4K@0xd0:5 "
			  "virtio_mmio.\"device=a b\" stargzx.a=1 stargz. "
			  "-- stargz.late=1"));
	cmdline_module(&c, "stargz", text, sizeof(text));
	assert_string_equal(text, "span_cache_mb=64");
	cmdline_module(&c, "virtio_mmio", text, sizeof(text));
	assert_string_equal(text, "device=4K@0xd0:5 \"device=a b\"");
	cmdline_module(&c, "overlay", text, sizeof(text));
	assert_string_equal(text, "");
	/* What does not fit is left out. */
	cmdline_module(&c, "stargz", small, sizeof(small));
	assert_string_equal(small, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_options, free_copy),
		cmocka_unit_test_teardown(test_defaults, free_copy),
		cmocka_unit_test_teardown(test_quotes, free_copy),
		cmocka_unit_test_teardown(test_links, free_copy),
		cmocka_unit_test_teardown(test_volatile, free_copy),
		cmocka_unit_test_teardown(test_end, free_copy),
		cmocka_unit_test_teardown(test_repeated, free_copy),
		cmocka_unit_test_teardown(test_errors, free_copy),
		cmocka_unit_test_teardown(test_panic, free_copy),
		cmocka_unit_test_teardown(test_modules, free_copy),
	};

	return cmocka_run_group_tests_name("cmdline", tests, NULL, NULL);
}
