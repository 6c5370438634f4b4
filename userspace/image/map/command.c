// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: map. The tracepoints name spans and inodes; where these are is said
 * by the index of the mount, which its options name.
 */
#include <errno.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command.h"
#include "map.h"
#include "output.h"
#include "record.h"

static enum exit_code fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return EXIT_SYSTEM;
}

/* The file with the index of the topmost mount on a directory; or NULL. */
static char *index_of(const char *dir)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	char *path = NULL;
	struct mntent *m;

	while (file && (m = getmntent(file))) {
		char *option;

		if (strcmp(m->mnt_dir, dir))
			continue;
		free(path);
		path = NULL;
		if (strcmp(m->mnt_type, "stargz"))
			continue;
		option = hasmntopt(m, "index");
		path = !option ? xasprintf("%s", m->mnt_fsname) :
		       xasprintf("%.*s", (int)strcspn(option + 6, ","),
				 option + 6);
	}
	if (file)
		endmntent(file);
	return path;
}

static enum exit_code open_index(struct map *map, const char *path)
{
	const struct stargz_index_options how = { .struct_size = sizeof(how) };
	struct stargz_error err;
	int fd = stargz_open_input(path, &err), ret;

	if (fd < 0) {
		msg_error(path, "%s", err.text);
		return EXIT_SYSTEM;
	}
	ret = stargz_open(&map->tree, &fd, 1, &how, &err);
	if (ret)
		msg_error(path, "%s", err.text);
	return exitcode_of(ret);
}

/* A recorded trace names no index: the operand is an index or a device image. */
static enum exit_code open_target(struct map *map, const struct settings *s)
{
	enum exit_code ret;
	char *dir, *path;
	struct stat st;

	if (s->trace)
		return open_index(map, s->image);
	dir = realpath(s->image, NULL);
	if (!dir || stat(dir, &st)) {
		ret = fail(s->image, errno);
		free(dir);
		return ret;
	}
	path = index_of(dir);
	free(dir);
	if (!path) {
		msg_error(s->image, "not a mount of stargz");
		return EXIT_SYSTEM;
	}
	map->dev = trace_dev(major(st.st_dev), minor(st.st_dev));
	ret = open_index(map, path);
	free(path);
	return ret;
}

static enum exit_code read_trace(struct map *map, const char *path)
{
	FILE *file = fopen(path, "re");
	enum exit_code ret = EXIT_OK;
	char *line = NULL;
	bool lost = false;
	size_t room = 0;

	if (!file)
		return fail(path, errno);
	while (getline(&line, &room, file) >= 0)
		lost |= !map_add(map, line);
	if (ferror(file))
		ret = fail(path, EIO);
	free(line);
	fclose(file);
	if (lost)
		msg_error(path, "warning: events were lost; the map is incomplete");
	return ret;
}

static enum exit_code write_plot(const struct map *map, const struct settings *s)
{
	const char *path = s->plot;
	struct output out = OUTPUT_INIT;
	int fd, err;
	FILE *file;
	bool bad;

	if (output_open(&out, path, 0)) {
		msg_error(path, "%s", out.why);
		return EXIT_SYSTEM;
	}
	if (output_reads(&out, s->image) ||
	    (s->trace && output_reads(&out, s->trace))) {
		output_drop(&out);
		msg_error(path, "%s", out.why);
		return EXIT_SYSTEM;
	}
	fd = dup(out.fd);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (file) {
		map_plot(map, file);
		bad = ferror(file);
		err = fclose(file) ? errno : bad ? EIO : 0;
	} else {
		err = errno;
	}
	if (err) {
		output_drop(&out);
		return fail(path, err);
	}
	if (!output_keep(&out))
		return EXIT_OK;
	msg_error(path, "%s", out.why);
	return EXIT_SYSTEM;
}

static enum exit_code fill(struct map *map, struct settings *s)
{
	enum exit_code ret;
	char **argv = NULL;

	if (s->trace)
		return read_trace(map, s->trace);
	if (s->args.count) {
		argv = xrealloc(NULL, (s->args.count + 1) * sizeof(*argv));
		memcpy(argv, s->args.name, s->args.count * sizeof(*argv));
		argv[s->args.count] = NULL;
	}
	ret = record(map, s->seconds, argv);
	free(argv);
	return ret;
}

int command_map(struct settings *s)
{
	struct map map = { 0 };
	enum exit_code ret = open_target(&map, s), written = EXIT_OK;

	if (ret == EXIT_OK) {
		map_open(&map);
		ret = fill(&map, s);
		/* Without a recording an old picture stays. */
		if (ret == EXIT_OK || map.seen) {
			map_print(&map, stdout);
			if (s->plot)
				written = write_plot(&map, s);
		}
		map_free(&map);
	}
	stargz_close(map.tree);
	return ret == EXIT_OK ? written : ret;
}
