// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Reading lists of files, line by line.
 */
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/path_list.h"

static int add_path(struct sgz_path_list *list, const struct sgz_context *ctx,
		    const char *path, size_t len, size_t line, bool optional)
{
	struct sgz_listed_path *to;
	char *copy = sgz_arena_copy(&list->strings, path, len);

	if (!copy)
		return sgz_nomem(ctx);
	to = sgz_vec_add(&list->paths, 1, sizeof(*to));
	if (!to)
		return sgz_nomem(ctx);
	to->path = copy;
	to->len = sgz_path_clean(copy, copy, len);
	to->line = line;
	to->optional = optional;
	return 0;
}

static int add_record(struct sgz_path_list *list, const struct sgz_context *ctx,
		      const char *line, size_t number)
{
	struct json_object *record = json_tokener_parse(line), *path;
	int ret;

	if (json_object_object_get_ex(record, "path", &path) &&
	    json_object_is_type(path, json_type_string))
		ret = add_path(list, ctx, json_object_get_string(path),
			       json_object_get_string_len(path), number, true);
	else
		ret = sgz_fail(ctx, -EINVAL,
			       "line %zu is not a JSON object with \"path\"",
			       number);
	json_object_put(record);
	return ret;
}

int sgz_path_list_read(struct sgz_path_list *list,
		       const struct sgz_context *ctx, FILE *file)
{
	size_t room = 0, number = 0;
	char *line = NULL;
	int ret = 0;

	while (!ret) {
		ssize_t len;

		errno = 0;
		len = getline(&line, &room, file);
		if (len < 0)
			break;
		number++;
		if (len && line[len - 1] == '\n')
			line[--len] = '\0';
		if (*line == '{')
			ret = add_record(list, ctx, line, number);
		else if (len)
			ret = add_path(list, ctx, line, len, number, false);
	}
	if (!ret && ferror(file))
		ret = sgz_fail(ctx, errno ? -errno : -EIO, "read: %s",
			       strerror(errno ? errno : EIO));
	free(line);
	return ret;
}

void sgz_path_list_free(struct sgz_path_list *list)
{
	sgz_vec_free(&list->paths);
	sgz_arena_free(&list->strings);
}
