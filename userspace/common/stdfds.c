// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * As GNU programs do it: each descriptor is opened in the direction in which it
 * is not used, so that using it is an error.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "stdfds.h"

void stdfds_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		/* The lowest free number is the one that is closed. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
			_exit(EXIT_FAILURE);
	}
}
