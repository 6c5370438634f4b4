// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: what an image says of its containers. The types of its members
 * are checked; a member of another type counts as missing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "root.h"
#include "spec.h"

static const char default_path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *get_text(struct json_object *o, const char *key)
{
	struct json_object *value = json_object_object_get(o, key);

	return json_object_is_type(value, json_type_string) ?
		       json_object_get_string(value) : "";
}

static struct json_object *get_array(struct json_object *o, const char *key)
{
	struct json_object *value = json_object_object_get(o, key);

	return json_object_is_type(value, json_type_array) ? value : NULL;
}

static void append_texts(struct json_object *to, struct json_object *from)
{
	size_t count = from ? json_object_array_length(from) : 0;

	for (size_t i = 0; i < count; i++) {
		struct json_object *text = json_object_array_get_idx(from, i);

		if (json_object_is_type(text, json_type_string))
			json_object_array_add(to, json_object_get(text));
	}
}

static void append_text(struct json_object *to, const char *text)
{
	json_object_array_add(to, json_object_new_string(text));
}

static void set_args(struct spec *spec, struct json_object *config)
{
	const struct names *args = &spec->s->args;

	append_texts(spec->args, get_array(config, "Entrypoint"));
	for (size_t i = 0; i < args->count; i++)
		append_text(spec->args, args->name[i]);
	if (!args->count)
		append_texts(spec->args, get_array(config, "Cmd"));
}

/* The value of a variable, or NULL. */
static const char *get_variable(const struct spec *spec, const char *name)
{
	size_t count = json_object_array_length(spec->env);
	size_t len = strlen(name);
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		struct json_object *value =
			json_object_array_get_idx(spec->env, i);
		const char *text = json_object_get_string(value);

		if (!strncmp(text, name, len) && text[len] == '=')
			found = text + len + 1;
	}
	return found;
}

static void add_variable(struct spec *spec, const char *name, const char *value)
{
	char *text;

	if (get_variable(spec, name))
		return;
	text = xasprintf("%s=%s", name, value);
	append_text(spec->env, text);
	free(text);
}

static void set_env(struct spec *spec, struct json_object *config)
{
	const char *term = getenv("TERM");

	append_texts(spec->env, get_array(config, "Env"));
	if (!get_variable(spec, "PATH"))
		append_text(spec->env, default_path);
	add_variable(spec, "HOME", spec->user.home);
	add_variable(spec, "HOSTNAME", spec->id);
	if (isatty(STDIN_FILENO) && term)
		add_variable(spec, "TERM", term);
}

/* "SIGTERM", "TERM" or a number. */
static int signal_number(const char *text)
{
	int number = atoi(text);

	if (number > 0 && number < NSIG)
		return number;
	if (!strncmp(text, "SIG", 3))
		text += 3;
	for (number = 1; number < NSIG; number++) {
		const char *name = sigabbrev_np(number);

		if (name && !strcmp(name, text))
			return number;
	}
	return SIGTERM;
}

/* The working directory and the volumes need not be in a layer. */
static int make_directories(const struct spec *spec, struct json_object *config)
{
	struct json_object *volumes = json_object_object_get(config, "Volumes");
	int ret = root_make_directory(spec->root, spec->cwd, spec->user.uid,
				      spec->user.gid);

	if (ret) {
		msg_error(spec->s->image, "working directory %s: %s",
			  spec->cwd, strerror(-ret));
		return ret;
	}
	if (!json_object_is_type(volumes, json_type_object))
		return 0;
	json_object_object_foreach(volumes, path, unused) {
		(void)unused;
		ret = root_make_directory(spec->root, path, 0, 0);
		if (ret) {
			msg_error(spec->s->image, "volume %s: %s", path,
				  strerror(-ret));
			return ret;
		}
	}
	return 0;
}

/* Can a file of the image be executed? Returns an exit code. */
static enum exit_code try_command(const struct spec *spec, const char *path)
{
	int fd = root_open(spec->root, path, O_PATH);
	struct stat st;
	bool good;

	if (fd < 0)
		return EXIT_NOT_FOUND;
	good = !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_mode & 0111;
	close(fd);
	return good ? EXIT_OK : EXIT_NO_EXEC;
}

/* Look for the command in the directories of PATH. */
static enum exit_code search_command(const struct spec *spec, const char *name)
{
	const char *path = get_variable(spec, "PATH");
	char *copy = xasprintf("%s", path ? path : ""), *rest = copy, *dir;
	enum exit_code ret = EXIT_NOT_FOUND;

	while (ret != EXIT_OK && (dir = strsep(&rest, ":"))) {
		char *file = xasprintf("%s/%s", dir, name);
		enum exit_code found = try_command(spec, file);

		if (found != EXIT_NOT_FOUND)
			ret = found;
		free(file);
	}
	free(copy);
	return ret;
}

/* The runtime would say so, too, but with other exit codes. */
static enum exit_code check_command(const struct spec *spec)
{
	enum exit_code ret;
	const char *name;
	char *path;

	if (!json_object_array_length(spec->args)) {
		msg_error(spec->s->image, "the image has no command; give one after --");
		return EXIT_RUN;
	}
	name = json_object_get_string(json_object_array_get_idx(spec->args, 0));
	if (!strchr(name, '/')) {
		ret = search_command(spec, name);
	} else {
		path = xasprintf("%s/%s", *name == '/' ? "" : spec->cwd, name);
		ret = try_command(spec, path);
		free(path);
	}
	if (ret != EXIT_OK)
		msg_error(spec->s->image, "%s: %s", name, ret == EXIT_NOT_FOUND ?
			  "there is no such command in the image" :
			  "not an executable file");
	return ret;
}

static struct json_object *parse(const struct stargz_image *image)
{
	struct json_tokener *tok = json_tokener_new();
	struct stargz_image_info info;
	struct json_object *value;

	stargz_image_get_info(image, &info);
	value = json_tokener_parse_ex(tok, info.config, info.config_len);
	json_tokener_free(tok);
	return value;
}

enum exit_code spec_make(struct spec *spec, const struct stargz_image *image)
{
	struct json_object *config;
	const char *signal;

	memset(&spec->user, 0, sizeof(spec->user));
	spec->args = json_object_new_array();
	spec->env = json_object_new_array();
	spec->image = parse(image);
	config = json_object_object_get(spec->image, "config");
	if (user_find(&spec->user, spec->root, get_text(config, "User"),
		      spec->s->image))
		return EXIT_RUN;
	spec->cwd = get_text(config, "WorkingDir");
	if (*spec->cwd != '/')
		spec->cwd = "/";
	signal = get_text(config, "StopSignal");
	spec->stop_signal = *signal ? signal_number(signal) : SIGTERM;
	set_args(spec, config);
	set_env(spec, config);
	if (make_directories(spec, config))
		return EXIT_RUN;
	return check_command(spec);
}

void spec_free(struct spec *spec)
{
	user_free(&spec->user);
	json_object_put(spec->args);
	json_object_put(spec->env);
	json_object_put(spec->image);
}
