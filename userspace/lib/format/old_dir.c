// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Before tar had a type for directories, their names ended in a slash. POSIX
 * requires this meaning also for type 0, and GNU tar and bsdtar implement it.
 * Engines read such an entry as a file, and then refuse a layer with entries
 * below it. So it is a directory only if there are entries below it.
 */
#include <stdlib.h>
#include <string.h>

#include "format/old_dir.h"

static int compare_entry_names(const void *left, const void *right)
{
	const struct sgz_entry *a = *(const struct sgz_entry *const *)left;
	const struct sgz_entry *b = *(const struct sgz_entry *const *)right;
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int cmp = memcmp(a->name, b->name, len);

	if (cmp)
		return cmp;
	return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* Compare a path with the range of paths below a directory; 0: within it. */
static int place(const struct sgz_entry *entry, const struct sgz_entry *dir)
{
	size_t len = entry->name_len < dir->name_len ? entry->name_len :
						       dir->name_len;
	int cmp = memcmp(entry->name, dir->name, len);

	if (cmp)
		return cmp;
	if (entry->name_len <= dir->name_len)
		return -1;
	return (unsigned char)entry->name[len] - '/';
}

static bool has_entries(const struct sgz_entry *const *sorted, size_t count,
			const struct sgz_entry *dir)
{
	size_t from = 0, to = count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int at = place(sorted[middle], dir);

		if (!at)
			return true;
		if (at < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

int sgz_old_directories(struct sgz_toc *toc, const struct sgz_context *ctx,
			const struct sgz_vec *which)
{
	const uint32_t *number = which->data;
	const struct sgz_entry **sorted;

	if (!which->count)
		return 0;
	sorted = malloc(toc->entries.count * sizeof(*sorted));
	if (!sorted)
		return sgz_nomem(ctx);
	for (size_t i = 0; i < toc->entries.count; i++)
		sorted[i] = sgz_toc_entry(toc, i);
	qsort(sorted, toc->entries.count, sizeof(*sorted), compare_entry_names);
	for (size_t i = 0; i < which->count; i++) {
		struct sgz_entry *entry = sgz_toc_entry(toc, number[i]);

		if (!has_entries(sorted, toc->entries.count, entry)) {
			sgz_warn(ctx, "%s: a file by its type and a directory by its name, read as a file, as by container engines",
				 sgz_entry_quoted(entry).text);
			continue;
		}
		entry->mode = (entry->mode & 07777) | S_IFDIR;
		entry->size = 0;
		entry->a = 0;
		entry->b = 0;
	}
	free(sorted);
	return 0;
}
