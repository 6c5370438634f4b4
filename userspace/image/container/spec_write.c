// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: config.json. Containers have the capabilities, mounts and hidden
 * files that other engines give them by default.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spec.h"

static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
	"CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP",
	"CAP_SETUID", "CAP_SYS_CHROOT", NULL,
};

static const char *const masked[] = {
	"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys",
	"/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
	"/proc/sched_debug", "/proc/scsi", "/sys/firmware",
	"/sys/devices/virtual/powercap", NULL,
};

static const char *const read_only[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
	"/proc/sysrq-trigger", NULL,
};

struct mount_row {
	const char *destination;
	const char *type;
	const char *source;
	const char *options;
};

static const struct mount_row mounts[] = {
	{ "/proc", "proc", "proc", "nosuid,noexec,nodev" },
	{ "/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k" },
	{ "/dev/pts", "devpts", "devpts",
	  "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5" },
	{ "/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k" },
	{ "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev" },
	{ "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro" },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev,relatime,ro" },
};

/* Files that name resolution needs. */
static const struct mount_row host_files[] = {
	{ "/etc/hosts", "bind", "/etc/hosts", "bind,ro,nosuid,noexec,nodev" },
	{ "/etc/resolv.conf", "bind", "/etc/resolv.conf",
	  "bind,ro,nosuid,noexec,nodev" },
};

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static struct json_object *new_list(const char *const *texts)
{
	struct json_object *list = json_object_new_array();

	for (; *texts; texts++)
		json_object_array_add(list, json_object_new_string(*texts));
	return list;
}

static struct json_object *new_capabilities(void)
{
	static const char *const sets[] = {
		"bounding", "effective", "permitted",
	};
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		json_object_object_add(o, sets[i], new_list(capabilities));
	return o;
}

static struct json_object *new_user(const struct user *user)
{
	struct json_object *o = json_object_new_object();
	struct json_object *groups = json_object_new_array();

	json_object_object_add(o, "uid", json_object_new_int64(user->uid));
	json_object_object_add(o, "gid", json_object_new_int64(user->gid));
	for (size_t i = 0; i < user->count; i++)
		json_object_array_add(groups,
				      json_object_new_int64(user->groups[i]));
	json_object_object_add(o, "additionalGids", groups);
	return o;
}

static struct json_object *new_process(const struct spec *spec)
{
	struct json_object *o = json_object_new_object();
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	json_object_object_add(o, "terminal", json_object_new_boolean(terminal));
	json_object_object_add(o, "user", new_user(&spec->user));
	json_object_object_add(o, "args", json_object_get(spec->args));
	json_object_object_add(o, "env", json_object_get(spec->env));
	add_text(o, "cwd", spec->cwd);
	json_object_object_add(o, "capabilities", new_capabilities());
	return o;
}

static struct json_object *new_options(const char *text)
{
	struct json_object *list = json_object_new_array();

	while (*text) {
		int len = strcspn(text, ",");

		json_object_array_add(list,
				      json_object_new_string_len(text, len));
		text += len + (text[len] == ',');
	}
	return list;
}

static void add_mount(struct json_object *list, const struct mount_row *row)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "destination", row->destination);
	add_text(o, "type", row->type);
	add_text(o, "source", row->source);
	json_object_object_add(o, "options", new_options(row->options));
	json_object_array_add(list, o);
}

static struct json_object *new_mounts(const struct spec *spec)
{
	struct json_object *list = json_object_new_array();
	size_t count = sizeof(mounts) / sizeof(mounts[0]);

	for (size_t i = 0; i < count; i++)
		add_mount(list, &mounts[i]);
	for (size_t i = 0; spec->s->host_network &&
	     i < sizeof(host_files) / sizeof(host_files[0]); i++)
		if (!access(host_files[i].source, R_OK))
			add_mount(list, &host_files[i]);
	return list;
}

static void add_namespace(struct json_object *list, const char *type)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "type", type);
	json_object_array_add(list, o);
}

static struct json_object *new_namespaces(const struct spec *spec)
{
	static const char *const types[] = {
		"pid", "ipc", "uts", "mount", "cgroup",
	};
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		add_namespace(list, types[i]);
	if (!spec->s->host_network)
		add_namespace(list, "network");
	return list;
}

/* No devices but those that every container has. */
static struct json_object *new_resources(void)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *rule = json_object_new_object();

	json_object_object_add(rule, "allow", json_object_new_boolean(false));
	add_text(rule, "access", "rwm");
	json_object_array_add(list, rule);
	json_object_object_add(o, "devices", list);
	return o;
}

static struct json_object *new_linux(const struct spec *spec)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "resources", new_resources());
	json_object_object_add(o, "namespaces", new_namespaces(spec));
	json_object_object_add(o, "maskedPaths", new_list(masked));
	json_object_object_add(o, "readonlyPaths", new_list(read_only));
	return o;
}

static struct json_object *new_spec(const struct spec *spec)
{
	struct json_object *o = json_object_new_object();
	struct json_object *root = json_object_new_object();

	add_text(o, "ociVersion", "1.0.2");
	json_object_object_add(o, "process", new_process(spec));
	add_text(root, "path", "rootfs");
	json_object_object_add(o, "root", root);
	add_text(o, "hostname", spec->id);
	json_object_object_add(o, "mounts", new_mounts(spec));
	json_object_object_add(o, "linux", new_linux(spec));
	return o;
}

int spec_write(const struct spec *spec, const char *path)
{
	struct json_object *o = new_spec(spec);
	FILE *file = fopen(path, "wxe");
	int ret = 0;

	if (!file || fputs(json_object_to_json_string(o), file) < 0)
		ret = -errno;
	if (file && fclose(file) && !ret)
		ret = -errno;
	json_object_put(o);
	if (ret)
		msg_error(path, "%s", strerror(-ret));
	return ret;
}
