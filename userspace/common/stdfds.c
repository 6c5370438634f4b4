// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Open each descriptor in the wrong direction, as GNU programs do, so that its
 * use is an error.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "stdfds.h"

void stdfds_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* open() returns the lowest free number, which is @fd. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
			_exit(EXIT_FAILURE);
	}
}
