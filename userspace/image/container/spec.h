/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stargz-image: from the configuration of an image to that of a container, the
 * config.json of an OCI runtime.
 */
#ifndef IMAGE_SPEC_H
#define IMAGE_SPEC_H

#include <json-c/json.h>
#include <stdbool.h>

#include "../source/open.h"
#include "user.h"

/**
 * struct spec - a container
 * @s: the command line
 * @image: configuration of the image
 * @root: root directory of the image
 * @id: name of the container
 * @user: the user
 * @args: the command, an array of texts
 * @env: the environment, an array of texts
 * @cwd: the working directory; belongs to @image
 * @stop_signal: the signal that ends the command
 */
struct spec {
	const struct settings *s;
	struct json_object *image;
	int root;
	const char *id;
	struct user user;
	struct json_object *args;
	struct json_object *env;
	const char *cwd;
	int stop_signal;
};

/**
 * spec_make() - take what the image and the command line say
 * @spec: @s, @root and @id are set; the rest is filled in. Must be released with
 *	spec_free(), also after an error
 * @image: the image
 *
 * The function makes the working directory and the volumes in the root.
 *
 * Return: an exit code, %EXIT_OK or one after an error message.
 */
enum exit_code spec_make(struct spec *spec, const struct stargz_image *image);

/**
 * spec_write() - write config.json
 * @spec: the container
 * @path: the file
 *
 * Return: 0, or a negative errno after an error message.
 */
int spec_write(const struct spec *spec, const char *path);

/** spec_free() - release */
void spec_free(struct spec *spec);

#endif /* IMAGE_SPEC_H */
