// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include "stargz/version.h"

const char *stargz_version(void)
{
	return STARGZ_TOOLS_VERSION;
}
