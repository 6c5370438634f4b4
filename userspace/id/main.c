// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz_id: tell udev what is on a block device, until libblkid does. The output
 * has the names and the encoding of udev's builtin "blkid".
 */
#include <blkid.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exitcode.h"
#include "option_table.h"
#include "stargz/info.h"
#include "stargz/open.h"
#include "stargz/version.h"
#include "stdfds.h"

#define PROG	"stargz_id"

/* An encoded byte has the form \xNN. */
#define ENCODED	4
#define UUID_TEXT	37

static const char synopsis[] =
"Usage: " PROG " DEVICE\n"
"\n"
"Print properties for udev if DEVICE, or a file, starts with an index of stargz:\n"
"type, UUID and label.\n";

static const char epilog[] =
"Exit status: 0 it does, 1 usage, 2 it cannot be read, 3 it does not or the index\n"
"is of a later version, 4 the index is damaged.\n";

static const struct option_table table = {
	.program = PROG,
	.version = STARGZ_TOOLS_VERSION,
	.synopsis = synopsis,
	.epilog = epilog,
	.exit_usage = EXIT_USAGE,
};

static void uuid_text(const uint8_t uuid[16], char text[UUID_TEXT])
{
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		text += sprintf(text, "%02x", uuid[i]);
	}
}

/* A text as a property, and in the form that the name of a link may have. */
static bool print_text(const char *key, const char *text)
{
	char safe[STARGZ_LABEL_MAX * ENCODED + UUID_TEXT];
	char encoded[STARGZ_LABEL_MAX * ENCODED + UUID_TEXT];

	if (blkid_safe_string(text, safe, sizeof(safe)) ||
	    blkid_encode_string(text, encoded, sizeof(encoded)))
		return false;
	printf("%s=%s\n%s_ENC=%s\n", key, safe, key, encoded);
	return true;
}

static int print_info(const struct stargz_index_info *info)
{
	char uuid[UUID_TEXT];

	uuid_text(info->uuid, uuid);
	printf("ID_FS_TYPE=stargz\nID_FS_USAGE=filesystem\nID_FS_VERSION=%u\n",
	       info->version);
	if (!print_text("ID_FS_UUID", uuid) ||
	    (*info->label && !print_text("ID_FS_LABEL", info->label)))
		return EXIT_SYSTEM;
	return fflush(stdout) ? EXIT_SYSTEM : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct stargz_index_info info;
	struct stargz_error err;
	int code, fd, ret;

	stdfds_open();
	code = option_parse(&table, NULL, argc, argv);
	if (code >= 0)
		return code;
	if (argc - optind != 1)
		return option_usage(&table, "DEVICE",
				    optind < argc ? "is only one" : "is missing");
	fd = stargz_open_input(argv[optind], &err);
	ret = fd < 0 ? fd : stargz_read_info(fd, &info, &err);
	if (fd >= 0)
		close(fd);
	if (!ret)
		return print_info(&info);
	fprintf(stderr, PROG ": %s: %s\n", argv[optind], err.text);
	return exitcode_of(ret);
}
