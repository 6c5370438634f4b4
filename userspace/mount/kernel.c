// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz: mounting with fsopen(2) and its family, for two reasons: they
 * return the kernel's error messages, and they take open files, so that the
 * kernel mounts the file that was checked, whatever the length of its path.
 * mount(2) is the fallback for kernels without fsopen(2) or open files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "xalloc.h"

#define FS_TYPE		"stargz"
/* Maximum size of strings of fsconfig(2), with the NUL. */
#define FSCONFIG_STRING_MAX	256
/* One message of the kernel, with level, newline and up to two paths. */
#define LOG_LINE_MAX	(3 * PATH_MAX)
/* Remounting resets the first set always, the second if it sets one of them. */
#define PLAIN_ATTRS	(MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | \
			 MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW)
#define ATIME_ATTRS	(MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME)

/* MOUNT_ATTR_* flags, their equivalents for mount(2), and their names. */
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

/* Remove prefixes that messages of this program have anyway. */
char *kernel_log(int fs, const char *type, const struct mount_call *call)
{
	char line[LOG_LINE_MAX], *errors = xasprintf("%s", "");
	ssize_t n;

	while ((n = read(fs, line, sizeof(line) - 1)) > 2) {
		char *text = line + 2;

		/* Only the last newline: paths may contain newlines. */
		n -= line[n - 1] == '\n';
		line[n] = '\0';
		text = skip(skip(text, type), call->source);
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
	msg_error(call->name, "the kernel does not support stargz; load its module");
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

/* Pass one option to the context. */
static int set(int fs, const char *key, const char *value)
{
	return fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			key, value, 0);
}

/* Report the kernel's reason for the failure of a context. */
static enum mount_exit context_failed(int fs, const struct mount_call *call,
				      int err)
{
	char *errors = kernel_log(fs, FS_TYPE, call);

	msg_error(call->name, "%s", *errors ? errors : strerror(err));
	free(errors);
	return MOUNT_FAILED;
}

/* Opening a FIFO or a character device may have side effects: reject them. */
static int open_file(const char *path, const char **why)
{
	struct stat st;
	int fd = -1;

	if (stat(path, &st)) {
		*why = strerror(errno);
	} else if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		*why = "neither a regular file nor a block device";
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		*why = strerror(errno);
	}
	return fd;
}

/* Pass an open file. For a remount, its name is sufficient. */
static enum mount_exit set_file(int fs, const struct mount_call *call,
				const struct kernel_option *o, bool again)
{
	const char *why = NULL;
	int fd = o->fd >= 0 ? o->fd : open_file(o->value, &why);
	int ret = -1, err;

	if (fd >= 0)
		ret = fsconfig(fs, FSCONFIG_SET_FD, o->key, NULL, fd);
	err = errno;
	if (fd >= 0 && fd != o->fd)
		close(fd);
	if (!ret || (again && !set(fs, o->key, o->value)))
		return MOUNT_OK;
	if (fd >= 0)
		return context_failed(fs, call, err);
	msg_error(o->value, "%s", why);
	return MOUNT_FAILED;
}

static enum mount_exit set_option(int fs, const struct mount_call *call,
				  const struct kernel_option *o)
{
	if (!set(fs, o->key, o->value))
		return MOUNT_OK;
	if (errno != EINVAL || !call->sloppy)
		return context_failed(fs, call, errno);
	free(kernel_log(fs, FS_TYPE, call));
	return MOUNT_OK;
}

/* Create the superblock, or change it with FSCONFIG_CMD_RECONFIGURE. */
static enum mount_exit configure(int fs, const struct mount_call *call,
				 unsigned int command)
{
	const struct mount_options *opt = call->opt;
	enum mount_exit ret;

	if (set(fs, "ro", NULL))
		return context_failed(fs, call, errno);
	for (size_t i = 0; i < opt->kernel_count; i++) {
		const struct kernel_option *o = &opt->kernel[i];

		ret = o->file ? set_file(fs, call, o,
					 command == FSCONFIG_CMD_RECONFIGURE) :
				set_option(fs, call, o);
		if (ret)
			return ret;
	}
	if (fsconfig(fs, command, NULL, NULL, 0))
		return context_failed(fs, call, errno);
	/* Print warnings. */
	free(kernel_log(fs, FS_TYPE, call));
	return MOUNT_OK;
}

/* Attach the mount to the tree. */
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
	enum mount_exit ret = configure(fs, call, FSCONFIG_CMD_CREATE);
	int mnt;

	if (ret)
		return ret;
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, call->opt->attr);
	if (mnt < 0)
		return fail(call->name, errno);
	ret = attach(mnt, call);
	close(mnt);
	return ret;
}

/*
 * Options in the form of mount(2), or NULL if they do not fit: mount(2) copies
 * one page and silently drops the rest.
 */
static char *join_options(const struct mount_call *call)
{
	const size_t room = sysconf(_SC_PAGESIZE);
	char *all = xasprintf("%s", "");

	for (size_t i = 0; i < call->opt->kernel_count; i++) {
		const struct kernel_option *o = &call->opt->kernel[i];

		if (o->value && strchr(o->value, ',')) {
			msg_error(call->name, "option %s: mount(2) does not support commas in values",
				  o->key);
			free(all);
			return NULL;
		}
		all = xappend(all, "%s%s", *all ? "," : "", o->key);
		if (o->value)
			all = xappend(all, "=%s", o->value);
	}
	if (strlen(all) < room)
		return all;
	msg_error(call->name, "%zu bytes of options exceed the limit of mount(2), %zu bytes",
		  strlen(all), room - 1);
	free(all);
	return NULL;
}

static enum mount_exit old_mount(const struct mount_call *call,
				 unsigned long flags)
{
	char *data;
	int ret;

	if (call->ns && !(flags & MS_REMOUNT)) {
		msg_error(call->name, "-N requires a kernel with fsopen(2) and open files as sources, and option values below %d bytes",
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
		const struct kernel_option *o = &call->opt->kernel[i];

		if (!o->file && o->value &&
		    strlen(o->value) >= FSCONFIG_STRING_MAX)
			return false;
	}
	return true;
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
	/* The type of the file is valid; EINVAL: no support for open files. */
	if (fsconfig(fs, FSCONFIG_SET_FD, "source", NULL, call->source_fd))
		ret = errno == EINVAL ? old_mount(call, 0) :
					context_failed(fs, call, errno);
	else
		ret = mount_context(fs, call);
	close(fs);
	return ret;
}

/* Change the attributes of the mount; configure() changes the file system. */
static enum mount_exit change_attributes(const struct mount_call *call)
{
	struct mount_attr attr = {
		.attr_set = call->opt->attr,
		.attr_clr = PLAIN_ATTRS,
	};

	if (attr.attr_set & ATIME_ATTRS)
		attr.attr_clr |= ATIME_ATTRS;
	if (mount_setattr(AT_FDCWD, call->target, 0, &attr, sizeof(attr)))
		return fail(call->target, errno);
	return MOUNT_OK;
}

enum mount_exit kernel_remount(const struct mount_call *call)
{
	enum mount_exit ret;
	int fs, err;

	if (!fits_fsconfig(call))
		return old_mount(call, MS_REMOUNT);
	err = enter_namespace(call);
	if (err)
		return fail(call->ns, -err);
	fs = fspick(AT_FDCWD, call->target, FSPICK_CLOEXEC);
	if (fs < 0 && errno == ENOSYS)
		return old_mount(call, MS_REMOUNT);
	if (fs < 0)
		return fail(call->target, errno);
	ret = configure(fs, call, FSCONFIG_CMD_RECONFIGURE);
	close(fs);
	return ret ? ret : change_attributes(call);
}

/* Append a value, with the escapes of -o. */
static char *append_value(char *text, const char *value)
{
	for (text = xappend(text, "="); *value; value++)
		text = xappend(text, strchr(",\"", *value) ? "\\%c" : "%c",
			       *value);
	return text;
}

char *kernel_options(const struct mount_options *opt)
{
	char *text = xasprintf("%s", "");
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
	return text;
}

char *kernel_describe(const struct mount_call *call)
{
	char *options = kernel_options(call->opt);
	char *text = xasprintf("mount -i -t %s -o %s %s %s", FS_TYPE, options,
			       call->source, call->target);

	free(options);
	return text;
}
