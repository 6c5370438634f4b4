// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Labels of volumes on the command line.
 */
#include <string.h>

#include "label.h"
#include "stargz/index.h"
#include "stargz/text.h"

const char *label_take(void *at, const struct option_value *value)
{
	size_t len = strlen(value->text);

	if (len > STARGZ_LABEL_MAX)
		return option_why("longer than %d bytes", STARGZ_LABEL_MAX);
	if (!stargz_text_is_utf8(value->text, len))
		return "not UTF-8";
	*(const char **)at = value->text;
	return NULL;
}
