// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: which process the machine starts first: the command after "--",
 * the init of the image, or what a container of the image would run. The kernel
 * passes parameters that it does not know to the first process: NAME=VALUE as its
 * environment, and what follows "--" as its arguments.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "machine.h"
#include "path.h"

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static struct stargz_opened *open_tree_of(const struct machine *m)
{
	const struct stargz_index_options how = { .struct_size = sizeof(how) };
	struct stargz_opened *tree;
	struct stargz_error err;
	int ret = stargz_open(&tree, &m->img.merged.fd, 1, &how, &err);

	if (!ret)
		return tree;
	msg_error(m->s->image, "%s", err.text);
	return NULL;
}

static bool is_program(struct stargz_opened *tree, const char *path)
{
	struct stargz_stat st;

	return !path_find(tree, path, &st) && S_ISREG(st.mode) &&
	       st.mode & 0111;
}

/* The kernel starts the first one that there is, without init=. */
static bool has_init(struct stargz_opened *tree)
{
	return is_program(tree, "/sbin/init") || is_program(tree, "/etc/init") ||
	       is_program(tree, "/bin/init");
}

static struct json_object *texts(struct json_object *config, const char *key)
{
	struct json_object *value = json_object_object_get(config, key);

	return json_object_is_type(value, json_type_array) ? value : NULL;
}

/* A text of an array, or NULL after the last one. */
static const char *text_of(struct json_object *array, size_t i)
{
	struct json_object *value;

	if (!array || i >= json_object_array_length(array))
		return NULL;
	value = json_object_array_get_idx(array, i);
	return json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) : "";
}

static void add_texts(struct words *words, struct json_object *array)
{
	const char *text;

	for (size_t i = 0; (text = text_of(array, i)); i++)
		words_add(words, "%s", text);
}

/* Names in capitals are never parameters of the kernel. */
static bool is_variable(const char *text)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	size_t len = strspn(text, name);

	return len && text[len] == '=' && strcspn(text, "0123456789");
}

/* The environment of the image, for the first process. */
static const char *add_environment(struct machine *m, struct json_object *config)
{
	const char *text, *path = default_path;

	for (size_t i = 0; (text = text_of(texts(config, "Env"), i)); i++) {
		if (!is_variable(text)) {
			if (!m->s->quiet)
				msg_error(m->s->image, "warning: the kernel cannot pass the variable %.*s",
					  (int)strcspn(text, "="), text);
			continue;
		}
		if (!strncmp(text, "PATH=", 5))
			path = text + 5;
		words_add(&m->params, "%s", text);
	}
	return path;
}

/* Find the program of a command; returns a new string or NULL. */
static char *find_program(struct stargz_opened *tree, const char *name,
			  const char *path)
{
	char *copy, *rest, *dir, *found = NULL;

	if (strchr(name, '/'))
		return !is_program(tree, name) ? NULL :
		       xasprintf("%s%s", *name == '/' ? "" : "/", name);
	copy = xasprintf("%s", path);
	for (rest = copy; !found && (dir = strsep(&rest, ":"));) {
		found = xasprintf("%s/%s", dir, name);
		if (!is_program(tree, found)) {
			free(found);
			found = NULL;
		}
	}
	free(copy);
	return found;
}

/* The first word of the command becomes init=, the rest its arguments. */
static enum exit_code use_command(struct machine *m, struct stargz_opened *tree,
				  const struct words *command, const char *path)
{
	char *program = find_program(tree, command->word[0], path);

	if (!program) {
		msg_error(m->s->image, "%s: there is no such program in the image",
			  command->word[0]);
		return EXIT_SYSTEM;
	}
	words_add(&m->params, "init=%s", program);
	for (size_t i = 1; i < command->count; i++)
		words_add(&m->args, "%s", command->word[i]);
	free(program);
	return EXIT_OK;
}

static enum exit_code use_config(struct machine *m, struct stargz_opened *tree,
				 struct json_object *config)
{
	const struct names *given = &m->s->args;
	struct words command = { 0 };
	enum exit_code ret = EXIT_SYSTEM;
	const char *path;

	for (size_t i = 0; i < given->count; i++)
		words_add(&command, "%s", given->name[i]);
	if (!given->count && has_init(tree))
		return EXIT_OK;
	if (!given->count) {
		add_texts(&command, texts(config, "Entrypoint"));
		add_texts(&command, texts(config, "Cmd"));
	}
	path = add_environment(m, config);
	if (command.count)
		ret = use_command(m, tree, &command, path);
	else
		msg_error(m->s->image, "the image has neither an init nor a command; give one after --");
	words_free(&command);
	return ret;
}

enum exit_code init_find(struct machine *m)
{
	struct stargz_opened *tree = open_tree_of(m);
	struct json_tokener *tok = json_tokener_new();
	struct stargz_image_info info;
	struct json_object *document;
	enum exit_code ret = EXIT_SYSTEM;

	stargz_image_get_info(m->img.image, &info);
	document = json_tokener_parse_ex(tok, info.config, info.config_len);
	json_tokener_free(tok);
	if (tree)
		ret = use_config(m, tree, json_object_object_get(document,
								 "config"));
	json_object_put(document);
	stargz_close(tree);
	return ret;
}
