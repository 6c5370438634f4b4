// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pattern per line. As in GNU tar, blanks at the end of a line are ignored.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exclude.h"
#include "stargz/open.h"

static int failed(const char *path, const char *why)
{
	fprintf(stderr, PROG ": %s: %s\n", path, why);
	return EXIT_OPERATION;
}

static int add_line(struct settings *s, const char *path, size_t number,
		    char *line)
{
	struct stargz_error err = { "" };
	size_t len = strlen(line);

	while (len && isspace((unsigned char)line[len - 1]))
		line[--len] = '\0';
	if (!len || !stargz_exclude_glob(&s->exclude, line, &err))
		return EXIT_OK;
	fprintf(stderr, PROG ": %s: line %zu: %s\n", path, number, err.text);
	return EXIT_OPERATION;
}

static int read_lines(struct settings *s, const char *path, FILE *file)
{
	size_t room = 0, number = 0;
	int code = EXIT_OK;
	char *line = NULL;

	errno = 0;
	while (code == EXIT_OK && getline(&line, &room, file) >= 0)
		code = add_line(s, path, ++number, line);
	if (code == EXIT_OK && !feof(file))
		code = failed(path, strerror(errno));
	free(line);
	return code;
}

static int read_file(struct settings *s, const char *path)
{
	struct stargz_error err = { "" };
	int fd = stargz_open_input(path, &err), code;
	FILE *file;

	if (fd < 0)
		return failed(path, err.text);
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return failed(path, strerror(errno));
	}
	code = read_lines(s, path, file);
	fclose(file);
	return code;
}

int exclude_read(struct settings *s)
{
	int code = EXIT_OK;

	for (size_t i = 0; code == EXIT_OK && i < s->exclude_from.count; i++)
		code = read_file(s, s->exclude_from.name[i]);
	return code;
}
