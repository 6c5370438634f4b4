// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "build/describe.h"
#include "stargz/text.h"

static int set_label(struct sgz_index *index, const struct sgz_context *ctx,
		     const char *label)
{
	size_t len = strlen(label);

	if (len > STARGZ_LABEL_SIZE)
		return sgz_fail(ctx, -EINVAL,
				"label %s: %zu bytes; the limit is %d",
				sgz_quote(label, len).text, len,
				STARGZ_LABEL_SIZE);
	if (!stargz_text_is_utf8(label, len))
		return sgz_fail(ctx, -EINVAL, "label %s: not UTF-8",
				sgz_quote(label, len).text);
	memset(index->sb.label, 0, sizeof(index->sb.label));
	memcpy(index->sb.label, label, len);
	return 0;
}

/* Length of the key of a property, or 0 if it has none. */
static size_t key_len(const char *text)
{
	const char *value = strchr(text, '=');

	return value ? value - text : 0;
}

static int compare_keys(const void *left, const void *right)
{
	const char *a = *(const char *const *)left;
	const char *b = *(const char *const *)right;
	size_t a_len = key_len(a), b_len = key_len(b);
	int cmp = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return cmp ? cmp : (a_len > b_len) - (a_len < b_len);
}

static int check_unique(const struct sgz_context *ctx,
			const char *const *properties, size_t count)
{
	const char **sorted = malloc((count + 1) * sizeof(*sorted));
	int ret = 0;

	if (!sorted)
		return sgz_nomem(ctx);
	memcpy(sorted, properties, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (size_t i = 1; !ret && i < count; i++)
		if (!compare_keys(&sorted[i - 1], &sorted[i]))
			ret = sgz_fail(ctx, -EINVAL,
				       "property %s: the key is there twice",
				       sgz_quote(sorted[i],
						 strlen(sorted[i])).text);
	free(sorted);
	return ret;
}

static int add_property(struct sgz_vec *table, const struct sgz_context *ctx,
			const char *text)
{
	size_t len = strlen(text) + 1;
	void *to;

	if (!key_len(text))
		return sgz_fail(ctx, -EINVAL, "property %s: not \"key=value\"",
				sgz_quote(text, len - 1).text);
	if (len > STARGZ_PROPERTIES_MAX - table->count)
		return sgz_fail(ctx, -E2BIG,
				"properties of more than %d bytes",
				STARGZ_PROPERTIES_MAX);
	to = sgz_vec_add(table, len, 1);
	if (!to)
		return sgz_nomem(ctx);
	memcpy(to, text, len);
	return 0;
}

static int set_properties(struct sgz_index *index,
			  const struct sgz_context *ctx,
			  const char *const *properties)
{
	struct sgz_vec *table = &index->table[STARGZ_TABLE_PROPERTIES];
	size_t count = 0;
	int ret = 0;

	table->count = 0;
	for (; !ret && properties[count]; count++)
		ret = add_property(table, ctx, properties[count]);
	return ret ? ret : check_unique(ctx, properties, count);
}

/* The index is used with another file than that from which it is made. */
static int set_start(struct sgz_index *index, const struct sgz_context *ctx,
		     uint64_t start)
{
	struct stargz_blob *blob = index->table[STARGZ_TABLE_BLOBS].data;
	size_t count = index->table[STARGZ_TABLE_BLOBS].count;

	if (count != 1)
		return sgz_fail(ctx, -EINVAL,
				"a start is only possible with one blob, not with %zu",
				count);
	blob->start = htole64(start);
	return 0;
}

int sgz_describe(struct sgz_index *index, const struct sgz_context *ctx,
		 const struct stargz_index_options *opt)
{
	int ret = 0;

	if (opt->label)
		ret = set_label(index, ctx, opt->label);
	if (!ret && opt->properties)
		ret = set_properties(index, ctx, opt->properties);
	if (!ret && opt->prefetch_path)
		ret = sgz_prefetch(index, ctx, opt->prefetch_path);
	if (!ret && opt->has_start)
		ret = set_start(index, ctx, opt->start);
	return ret;
}
