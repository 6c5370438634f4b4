// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "names.h"

bool names_add(struct names *names, const char *name)
{
	const char **more = reallocarray(names->name, names->count + 1,
					 sizeof(*more));

	if (!more)
		return false;
	more[names->count++] = name;
	names->name = more;
	return true;
}

void names_free(struct names *names)
{
	free(names->name);
	*names = (struct names){ 0 };
}
