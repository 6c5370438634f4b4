// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: mounting by fsopen(2) and its family, because then the
 * kernel's own words on a failure reach the user; by mount(2) where these are
 * missing, for strings that are too long for them, and for remounting.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kernel.h"
#include "xalloc.h"

#define FS_TYPE		"stargz"
/* fsconfig(2) takes strings of up to this length, with the NUL. */
#define FSCONFIG_STRING_MAX	256
/* One message of the kernel, with its level and newline. */
#define LOG_LINE_MAX	1024

/* MOUNT_ATTR_* flags, what mount(2) calls them, and the user. */
struct attr_name {
	uint64_t attr;
	unsigned long ms;
	const char *name;
};

static const struct attr_name attr_names[] = {
	{ MOUNT_ATTR_RDONLY, MS_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, MS_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, MS_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, MS_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NOATIME, MS_NOATIME, "noatime" },
	{ MOUNT_ATTR_STRICTATIME, MS_STRICTATIME, "strictatime" },
	{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME, "nodiratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW, "nosymfollow" },
};

#define ATTR_NAMES (sizeof(attr_names) / sizeof(attr_names[0]))

static char *skip(char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return !strncmp(text, prefix, len) && !strncmp(text + len, ": ", 2) ?
	       text + len + 2 : text;
}

/*
 * Print what the kernel said about a context. Errors become one line with the
 * rest of the message, warnings a line each. What our messages begin with
 * anyway is left out.
 *
 * Return: the errors, an empty string if there are none.
 */
static char *read_log(int fs, const struct mount_call *call)
{
	char line[LOG_LINE_MAX], *errors = xasprintf("%s", "");
	ssize_t n;

	while ((n = read(fs, line, sizeof(line) - 1)) > 2) {
		char *text = line + 2;

		line[n] = '\0';
		text[strcspn(text, "\n")] = '\0';
		text = skip(skip(text, FS_TYPE), call->source);
		if (line[0] == 'w')
			msg_error(call->name, "warning: %s", text);
		else if (line[0] == 'i')
			msg_note(call->name, "%s", text);
		else if (line[0] == 'e')
			errors = xappend(errors, "%s%s", *errors ? "; " : "",
					 text);
	}
	return errors;
}

static enum mount_exit fail(const char *path, int err)
{
	msg_error(path, "%s", strerror(err));
	return err == EPERM || err == EACCES ? MOUNT_USAGE : msg_exit_of(err);
}

/* No file system context, or mount(2) returned ENODEV. */
static enum mount_exit no_filesystem(const struct mount_call *call)
{
	msg_error(call->name, "this kernel has no stargz module");
	return MOUNT_FAILED;
}

static int enter_namespace(const struct mount_call *call)
{
	int fd, ret;

	if (!call->ns)
		return 0;
	fd = open(call->ns, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = setns(fd, CLONE_NEWNS) ? -errno : 0;
	close(fd);
	return ret;
}

/* Hand one option to the context. */
static int set(int fs, const char *key, const char *value)
{
	return fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			key, value, 0);
}

/* Make the superblock. */
static int configure(int fs, const struct mount_call *call)
{
	const struct mount_options *opt = call->opt;

	if (set(fs, "source", call->source) || set(fs, "ro", NULL))
		return -errno;
	for (size_t i = 0; i < opt->kernel_count; i++) {
		if (!set(fs, opt->kernel[i].key, opt->kernel[i].value))
			continue;
		if (errno == EINVAL && call->sloppy) {
			free(read_log(fs, call));
			continue;
		}
		return -errno;
	}
	return fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ? -errno : 0;
}

/* Put the mount into the tree. */
static enum mount_exit attach(int mnt, const struct mount_call *call)
{
	int ret = enter_namespace(call);

	if (ret)
		return fail(call->ns, -ret);
	if (move_mount(mnt, "", AT_FDCWD, call->target,
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS))
		return fail(call->target, errno);
	return MOUNT_OK;
}

static enum mount_exit mount_context(int fs, const struct mount_call *call)
{
	int ret = configure(fs, call);
	char *errors = read_log(fs, call);
	enum mount_exit status;
	int mnt;

	if (ret) {
		msg_error(call->name, "%s", *errors ? errors : strerror(-ret));
		free(errors);
		return MOUNT_FAILED;
	}
	free(errors);
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, call->opt->attr);
	if (mnt < 0)
		return fail(call->name, errno);
	status = attach(mnt, call);
	close(mnt);
	return status;
}

/* The options as mount(2) wants them; NULL if that cannot be. */
static char *join_options(const struct mount_call *call)
{
	char *all = xasprintf("%s", "");

	for (size_t i = 0; i < call->opt->kernel_count; i++) {
		const struct kernel_option *o = &call->opt->kernel[i];

		if (o->value && strchr(o->value, ',')) {
			msg_error(call->name, "option %s: mount(2) cannot take a comma",
				  o->key);
			free(all);
			return NULL;
		}
		all = xappend(all, "%s%s", *all ? "," : "", o->key);
		if (o->value)
			all = xappend(all, "=%s", o->value);
	}
	return all;
}

static enum mount_exit old_mount(const struct mount_call *call,
				 unsigned long flags)
{
	char *data;
	int ret;

	if (call->ns && !(flags & MS_REMOUNT)) {
		msg_error(call->name, "-N needs fsopen(2), and paths of less than %d bytes",
			  FSCONFIG_STRING_MAX);
		return MOUNT_FAILED;
	}
	data = join_options(call);
	if (!data)
		return MOUNT_FAILED;
	for (size_t i = 0; i < ATTR_NAMES; i++)
		if (call->opt->attr & attr_names[i].attr)
			flags |= attr_names[i].ms;
	ret = enter_namespace(call);
	if (!ret && mount(call->source, call->target, FS_TYPE, flags, data))
		ret = -errno;
	free(data);
	if (!ret)
		return MOUNT_OK;
	if (ret == -ENODEV && !(flags & MS_REMOUNT))
		return no_filesystem(call);
	return fail(call->name, -ret);
}

static bool fits_fsconfig(const struct mount_call *call)
{
	for (size_t i = 0; i < call->opt->kernel_count; i++) {
		const char *value = call->opt->kernel[i].value;

		if (value && strlen(value) >= FSCONFIG_STRING_MAX)
			return false;
	}
	return strlen(call->source) < FSCONFIG_STRING_MAX;
}

enum mount_exit kernel_mount(const struct mount_call *call)
{
	enum mount_exit ret;
	int fs;

	if (!fits_fsconfig(call))
		return old_mount(call, 0);
	fs = fsopen(FS_TYPE, FSOPEN_CLOEXEC);
	if (fs < 0 && errno == ENOSYS)
		return old_mount(call, 0);
	if (fs < 0 && errno == ENODEV)
		return no_filesystem(call);
	if (fs < 0)
		return fail(call->name, errno);
	ret = mount_context(fs, call);
	close(fs);
	return ret;
}

enum mount_exit kernel_remount(const struct mount_call *call)
{
	return old_mount(call, MS_REMOUNT);
}

/* Append a value the way -o wants it. */
static char *append_value(char *text, const char *value)
{
	for (text = xappend(text, "="); *value; value++)
		text = xappend(text, *value == ',' ? "\\%c" : "%c", *value);
	return text;
}

char *kernel_describe(const struct mount_call *call)
{
	char *text = xasprintf("mount -i -t %s -o ", FS_TYPE);
	const struct mount_options *opt = call->opt;
	const char *comma = "";

	for (size_t i = 0; i < ATTR_NAMES; i++)
		if (opt->attr & attr_names[i].attr) {
			text = xappend(text, "%s%s", comma, attr_names[i].name);
			comma = ",";
		}
	for (size_t i = 0; i < opt->kernel_count; i++) {
		text = xappend(text, ",%s", opt->kernel[i].key);
		if (opt->kernel[i].value)
			text = append_value(text, opt->kernel[i].value);
	}
	return xappend(text, " %s %s", call->source, call->target);
}
