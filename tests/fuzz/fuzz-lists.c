// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists: patterns and paths to omit, and prioritized files. Each makes a layer,
 * or names what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layer.h"
#include "make.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Two lists, one line of each by turns. */
static void take_rules(struct stargz_make_options *opt, char *text,
		       struct stargz_exclude **rules)
{
	struct stargz_error error;
	char *line, *rest = text;

	for (int i = 0; (line = strsep(&rest, "\n")); i++) {
		if (i & 1)
			stargz_exclude_path(rules, line, &error);
		else
			stargz_exclude_glob(rules, line, &error);
	}
	opt->exclude = *rules;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct stargz_make_options opt = { 0 };
	struct stargz_exclude *rules = NULL;
	char path[40], *text;

	/* The first byte chooses the list. */
	if (!len)
		return 0;
	text = strndup((const char *)bytes + 1, len - 1);
	must(!!text, "text");
	if (bytes[0] & 1) {
		take_rules(&opt, text, &rules);
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d",
			 input_file(bytes + 1, len - 1));
		opt.first_path = path;
	}
	make_and_verify(&opt);
	stargz_exclude_free(rules);
	free(text);
	return 0;
}
