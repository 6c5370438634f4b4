// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image - look into, mount and run images of containers, without
 * unpacking them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "container/run.h"
#include "engine/store.h"
#include "machine/disk.h"
#include "machine/machine.h"
#include "map/command.h"
#include "source/open.h"
#include "source/pull.h"
#include "stdfds.h"

int main(int argc, char **argv)
{
	static int (*const commands[])(struct settings *s) = {
		[COMMAND_LS] = command_ls,
		[COMMAND_INFO] = command_info,
		[COMMAND_VERIFY] = command_verify,
		[COMMAND_MOUNT] = command_mount,
		[COMMAND_UMOUNT] = command_umount,
		[COMMAND_DISK] = command_disk,
		[COMMAND_RUN] = command_run,
		[COMMAND_BOOT] = command_boot,
		[COMMAND_MAP] = command_map,
		[COMMAND_GC] = command_gc,
		[COMMAND_PULL] = command_pull,
		[COMMAND_CONVERT] = command_convert,
		[COMMAND_STORE] = command_store,
		[COMMAND_UNSTORE] = command_unstore,
	};
	struct settings s;
	int code;

	stdfds_open();
	msg_set_program(PROG);
	/* Keeps the order of notes and errors. */
	setlinebuf(stdout);
	code = options_parse_command(&s, argc, argv);
	if (code < 0) {
		if (s.verbose)
			msg_set_verbose();
		bar_init(&s.bar, PROG, s.quiet);
		code = commands[s.command](&s);
	}
	/* A line that could not be written is forgotten; only ferror() knows. */
	errno = EIO;
	if ((fflush(stdout) || ferror(stdout)) && code == EXIT_OK) {
		msg_error(NULL, "standard output: %s", strerror(errno));
		code = EXIT_SYSTEM;
	}
	names_free(&s.args);
	names_free(&s.append);
	names_free(&s.reuse);
	return code;
}
