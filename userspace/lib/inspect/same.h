/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Do two tables describe the same files? They need not have the same entries:
 * what counts is what is left of them.
 */
#ifndef SGZ_INSPECT_SAME_H
#define SGZ_INSPECT_SAME_H

#include "base/faults.h"
#include "index/tree.h"

/**
 * struct sgz_treesame - what is compared
 * @a: a tree, its links resolved
 * @b: another one
 * @names: what messages call the two, "the tar" and so on
 * @producers: let pass what tools that write tables are known to leave out:
 *	fractions of seconds and access control lists, in @b
 * @content: NULL, or called for each file that both have, with the entry of
 *	@b; adds to @faults, and returns 0 or -ENOMEM
 * @data: handed to it
 * @faults: gets differences, each a line
 */
struct sgz_treesame {
	const struct sgz_tree *a;
	const struct sgz_tree *b;
	const char *names[2];
	bool producers;
	int (*content)(void *data, uint32_t a, uint32_t b);
	void *data;
	struct sgz_faults *faults;
};

/**
 * sgz_treesame() - compare names, attributes and links
 * @same: what
 *
 * Return: 0, also with faults, or -ENOMEM, without error text.
 */
int sgz_treesame(const struct sgz_treesame *same);

#endif /* SGZ_INSPECT_SAME_H */
