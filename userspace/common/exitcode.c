// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "exitcode.h"

enum exit_code exitcode_of(int ret)
{
	switch (ret) {
	case 0:
		return EXIT_OK;
	case -EINVAL:
		return EXIT_FORMAT;
	case -EUCLEAN:
	case -EBADMSG:
	case -E2BIG:
		return EXIT_REFUSED;
	default:
		return EXIT_SYSTEM;
	}
}
