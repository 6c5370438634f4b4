// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * systemd.mount(5): the name of a unit is its mount point, escaped as systemd-escape
 * --path does it. Units of file systems are ordered before all services anyway;
 * "Before" also names the engine for those who read the unit.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../mount/kernel.h"
#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "../base/child.h"
#include "../base/files.h"
#include "unit.h"

#define WANTS	"local-fs.target.wants"

/* Does a name of a unit have this character as it is? */
static bool is_plain(char c, bool first)
{
	return strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_",
		      c) || (c == '.' && !first);
}

char *unit_path(const char *folder, const char *where)
{
	char *path = xasprintf("%s/", folder);
	const char *name;

	while (*where == '/')
		where++;
	for (const char *c = where; *c; c++)
		if (*c == '/')
			path = xappend(path, "-");
		else if (is_plain(*c, c == where))
			path = xappend(path, "%c", *c);
		else
			path = xappend(path, "\\x%02x", (unsigned char)*c);
	path = xappend(path, ".mount");
	name = strrchr(path, '/') + 1;
	if (strlen(name) <= NAME_MAX)
		return path;
	msg_error(where, "too long for the name of a unit; use a shorter directory, or --units=none");
	free(path);
	return NULL;
}

/* Append a value: systemd expands what follows "%". */
static char *append(char *text, const char *key, const char *value)
{
	text = xappend(text, "%s=", key);
	for (; *value; value++)
		text = xappend(text, *value == '%' ? "%%%%" : "%c", *value);
	return xappend(text, "\n");
}

/* Append a path to a list of paths. */
static char *append_path(char *text, const char *path)
{
	text = xappend(text, " \"");
	for (; *path; path++)
		text = xappend(text, strchr("\"\\", *path) ? "\\%c" :
			       *path == '%' ? "%%%%" : "%c", *path);
	return xappend(text, "\"");
}

static char *describe(const struct unit *unit)
{
	char *text = xasprintf("# Made by stargz-image store; stargz-image unstore removes it.\n[Unit]\n");
	char *options = kernel_options(unit->opt);

	text = append(text, "Description", unit->image);
	text = append(text, "Before", unit->before);
	text = xappend(text, "RequiresMountsFor=");
	text = append_path(text, unit->what);
	for (size_t i = 0; i < unit->opt->kernel_count; i++)
		if (unit->opt->kernel[i].file)
			text = append_path(text, unit->opt->kernel[i].value);
	text = xappend(text, "\n\n[Mount]\n");
	text = append(text, "What", unit->what);
	text = append(text, "Where", unit->where);
	text = append(text, "Type", "stargz");
	text = append(text, "Options", options);
	text = xappend(text, "\n[Install]\nWantedBy=local-fs.target\n");
	free(options);
	return text;
}

/* A line of a unit ends with the first line break. */
static bool fits(const struct unit *unit)
{
	bool good = !strchr(unit->what, '\n') && !strchr(unit->where, '\n');

	for (size_t i = 0; i < unit->opt->kernel_count; i++) {
		const char *value = unit->opt->kernel[i].value;

		good = good && (!value || !strchr(value, '\n'));
	}
	return good;
}

/*
 * Where the link is that makes systemd start the unit, or the directory of the link. A
 * path without a slash is one that others have changed.
 */
static char *wants_of(const char *path, bool folder)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash : path;
	char *wants = xasprintf("%s", path);

	wants[name - path] = '\0';
	return xappend(wants, "/" WANTS "%s", folder ? "" : name);
}

int unit_keep(const struct unit *unit, const char *path, unsigned int *changes)
{
	char *folder = wants_of(path, true), *link = wants_of(path, false);
	char *target = xasprintf("..%s", strrchr(path, '/'));
	char *text = describe(unit);
	int ret = 0;

	if (!fits(unit)) {
		msg_error(unit->what, "a path with a line break does not fit into a unit; use --units=none");
		ret = -EINVAL;
	}
	if (!ret)
		ret = files_keep(path, text, strlen(text), changes);
	if (!ret)
		ret = files_keep_directory(folder, 0755, changes);
	if (!ret)
		ret = files_keep_link(link, target, changes);
	free(folder);
	free(link);
	free(target);
	free(text);
	return ret;
}

int unit_remove(const char *path)
{
	char *link = wants_of(path, false);
	int ret = files_remove(link);

	free(link);
	return ret ? ret : files_remove(path);
}

const char *unit_folder(void)
{
	return access("/run/systemd/system", F_OK) ? NULL :
						     "/etc/systemd/system";
}

void unit_reload(void)
{
	const char *const argv[] = { "systemctl", "daemon-reload", NULL };
	struct child child;

	/* The units are for the next start, so a failure does no harm. */
	if (child_start(&child, argv, -1, false))
		return;
	child_wait(&child);
	free(child_end(&child));
}
