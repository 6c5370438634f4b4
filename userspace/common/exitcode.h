/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit codes of stargz-index and stargz-image.
 */
#ifndef EXITCODE_H
#define EXITCODE_H

/**
 * enum exit_code - why a program ended
 *
 * Of stargz-image, mount and umount have the codes of mount(8), run has those of the
 * container or, as other programs that run containers, the last three.
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_USAGE = 1,
	EXIT_SYSTEM = 2,	/* a file could not be read or written */
	EXIT_FORMAT = 3,	/* unknown kind of image or layer */
	EXIT_REFUSED = 4,	/* damaged, wrong digest, too large */
	EXIT_RUN = 125,		/* no container */
	EXIT_NO_EXEC = 126,	/* the command cannot be executed */
	EXIT_NOT_FOUND = 127,	/* there is no such command */
};

/** exitcode_of() - exit code for 0 or a negative errno of the library */
enum exit_code exitcode_of(int ret);

#endif /* EXITCODE_H */
