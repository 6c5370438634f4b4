/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit codes of stargz-index and stargz-image.
 */
#ifndef EXITCODE_H
#define EXITCODE_H

/**
 * enum exit_code - why a program ended
 * @EXIT_OK: it did what it was asked
 * @EXIT_USAGE: a wrong command line
 * @EXIT_SYSTEM: a file could not be read or written
 * @EXIT_FORMAT: an unknown kind of image or layer
 * @EXIT_REFUSED: damaged, a wrong digest, or too large
 * @EXIT_RUN: no container
 * @EXIT_NO_EXEC: the command cannot be executed
 * @EXIT_NOT_FOUND: there is no such command
 *
 * Of stargz-image, mount and umount have the codes of mount(8), run has those of the
 * container or, as other programs that run containers, the last three.
 */
enum exit_code {
	EXIT_OK = 0,
	EXIT_USAGE = 1,
	EXIT_SYSTEM = 2,
	EXIT_FORMAT = 3,
	EXIT_REFUSED = 4,
	EXIT_RUN = 125,
	EXIT_NO_EXEC = 126,
	EXIT_NOT_FOUND = 127,
};

/** exitcode_of() - exit code for 0 or a negative errno of the library */
enum exit_code exitcode_of(int ret);

#endif /* EXITCODE_H */
