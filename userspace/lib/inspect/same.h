/* SPDX-License-Identifier: GPL-2.0-or-later OR MIT */
/*
 * Comparing the files that two tables describe. The tables need not have the
 * same entries, only the same resulting trees.
 */
#ifndef SGZ_INSPECT_SAME_H
#define SGZ_INSPECT_SAME_H

#include "base/faults.h"
#include "index/tree.h"

/**
 * struct sgz_treesame - a comparison of two trees
 * @a: first tree, with resolved links
 * @b: second tree, likewise
 * @names: names of the two in messages, such as "the tar"
 * @producers: ignore data missing in @b that common producers of tables of
 *	contents omit: fractions of seconds, access control lists
 * @own: compare the files that belong to the layer format, too
 * @content: NULL, or called for each regular file that both have with the same
 *	size, with @faults and the entries of @a and @b; adds to the faults, and
 *	returns 0 or -ENOMEM
 * @data: passed to @content
 * @faults: receives the differences, one line for each file
 */
struct sgz_treesame {
	const struct sgz_tree *a;
	const struct sgz_tree *b;
	const char *names[2];
	bool producers;
	bool own;
	int (*content)(void *data, struct sgz_faults *faults, uint32_t a,
		       uint32_t b);
	void *data;
	struct sgz_faults *faults;
};

/**
 * sgz_treesame() - compare names, attributes and links
 * @same: the comparison
 *
 * Return: 0, also with faults, or -ENOMEM, without error text.
 */
int sgz_treesame(const struct sgz_treesame *same);

#endif /* SGZ_INSPECT_SAME_H */
