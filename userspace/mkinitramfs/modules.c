// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which modules, and in which order. depmod(8) has recorded the dependencies;
 * libkmod reads them. The configuration of this machine (modprobe.d) is left out, so
 * that the same kernel gives the same initramfs everywhere.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "modules.h"

/* Without these no root can be mounted. */
static const char *const required[] = { "stargz", "overlay" };
/*
 * Those of the disks of virtual machines, and the file system of stargz.overlay=.
 * A kernel without one of them may not need it.
 */
static const char *const usual[] = {
	"virtio_pci", "virtio_mmio", "virtio_blk", "ext4",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The state of one search. */
struct search {
	const struct settings *settings;
	struct modules *modules;
	struct kmod_ctx *kmod;
	struct kmod_module **files;	/* by the number of --module, or NULL */
	char *dir;
};

static enum exit_code no_memory(void)
{
	message_error(PROG, "out of memory");
	return EXIT_SYSTEM;
}

/* The directory with the modules of the kernel, allocated, or NULL. */
static char *find_dir(const struct settings *s)
{
	static const char *const places[] = { "lib/modules", "usr/lib/modules" };
	const char *root = s->root ? s->root : "";
	char *dir;

	for (size_t i = 0; i < COUNT(places); i++) {
		if (asprintf(&dir, "%s/%s/%s", root, places[i], s->kernel) < 0)
			return NULL;
		if (!access(dir, X_OK))
			return dir;
		free(dir);
	}
	message_error(PROG, "%s: no modules in %s/lib/modules or %s/usr/lib/modules; install the kernel, or name the directory above by --root=",
		      s->kernel, root, root);
	return NULL;
}

/* Without the files of depmod libkmod finds nothing, and does not say why. */
static enum exit_code check_dir(const char *dir, const struct settings *s)
{
	enum exit_code code = EXIT_OK;
	char *path;

	if (asprintf(&path, "%s/modules.dep.bin", dir) < 0)
		return no_memory();
	if (access(path, R_OK)) {
		message_error(PROG, "%s: %s; run depmod %s%s%s%s", path,
			      strerror(errno), s->root ? "-b " : "",
			      s->root ? s->root : "", s->root ? " " : "",
			      s->kernel);
		code = EXIT_SYSTEM;
	}
	free(path);
	return code;
}

static enum exit_code open_kmod(struct search *search)
{
	static const char *const no_config[] = { NULL };
	enum exit_code code;

	search->dir = find_dir(search->settings);
	if (!search->dir)
		return EXIT_SYSTEM;
	code = check_dir(search->dir, search->settings);
	if (code != EXIT_OK)
		return code;
	search->kmod = kmod_new(search->dir, no_config);
	if (!search->kmod)
		return no_memory();
	kmod_set_log_priority(search->kmod, 0);
	return EXIT_OK;
}

static struct module *find(const struct modules *modules, const char *name)
{
	for (size_t i = 0; i < modules->count; i++)
		if (!strcmp(modules->list[i].name, name))
			return &modules->list[i];
	return NULL;
}

static bool append(struct modules *modules, struct kmod_module *mod,
		   bool is_required)
{
	struct module *grown, module = {
		.name = strdup(kmod_module_get_name(mod)),
		.path = strdup(kmod_module_get_path(mod)),
		.required = is_required,
	};

	grown = realloc(modules->list, (modules->count + 1) * sizeof(*grown));
	if (grown)
		modules->list = grown;
	if (!grown || !module.name || !module.path) {
		free(module.name);
		free(module.path);
		return false;
	}
	modules->list[modules->count++] = module;
	return true;
}

static enum exit_code add(struct search *search, struct kmod_module *mod,
			  bool is_required, unsigned int depth);

/* Add the modules of a list, and release it. */
static enum exit_code add_list(struct search *search, struct kmod_list *list,
			       bool is_required, unsigned int depth)
{
	enum exit_code code = EXIT_OK;
	struct kmod_list *at;

	kmod_list_foreach(at, list) {
		struct kmod_module *mod = kmod_module_get_module(at);

		if (code == EXIT_OK)
			code = add(search, mod, is_required, depth);
		kmod_module_unref(mod);
	}
	kmod_module_unref_list(list);
	return code;
}

static enum exit_code lacks(const struct search *search, const char *name)
{
	if (!strcmp(name, "stargz"))
		message_error(PROG, "stargz: the kernel has no such module in %s; install the package stargz-dkms, run make install KVER=%s, or name the file by --module=",
			      search->dir, search->settings->kernel);
	else
		message_error(PROG, "%s: the kernel has no such module in %s; install the package with it, or name the file by --module=",
			      name, search->dir);
	return EXIT_REFUSED;
}

/* In names of modules "-" and "_" are the same. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

/* The file that the user gave for a module, or NULL. */
static struct kmod_module *file_of(const struct search *search, const char *name)
{
	for (size_t i = 0; i < search->settings->modules.count; i++) {
		struct kmod_module *mod = search->files[i];

		if (mod && same_name(kmod_module_get_name(mod), name))
			return mod;
	}
	return NULL;
}

/* Add modules that a name or alias stands for. A file has precedence. */
static enum exit_code add_name(struct search *search, const char *name,
			       bool is_required, unsigned int depth)
{
	struct kmod_module *file = file_of(search, name);
	struct kmod_list *list = NULL;

	if (file)
		return add(search, file, is_required, depth);
	kmod_module_new_from_lookup(search->kmod, name, &list);
	if (list)
		return add_list(search, list, is_required, depth);
	return is_required ? lacks(search, name) : EXIT_OK;
}

/* Add what the file itself names, separated by commas. */
static enum exit_code add_named(struct search *search, const char *names,
				bool is_required, unsigned int depth)
{
	enum exit_code code = EXIT_OK;
	char *copy = strdup(names), *rest = copy, *name;

	if (!copy)
		return no_memory();
	while (code == EXIT_OK && (name = strsep(&rest, ",")))
		if (*name)
			code = add_name(search, name, is_required, depth);
	free(copy);
	return code;
}

/* A value of the section .modinfo, or NULL. */
static const char *info_value(struct kmod_list *info, const char *key)
{
	struct kmod_list *at;

	kmod_list_foreach(at, info)
		if (!strcmp(kmod_module_info_get_key(at), key))
			return kmod_module_info_get_value(at);
	return NULL;
}

/* Check a module that is not in the directory, and add its dependencies. */
static enum exit_code add_file_info(struct search *search,
				    struct kmod_module *mod, bool is_required,
				    unsigned int depth)
{
	const char *path = kmod_module_get_path(mod), *magic, *depends;
	const char *kernel = search->settings->kernel;
	struct kmod_list *info = NULL;
	enum exit_code code = EXIT_OK;
	size_t len;

	if (kmod_module_get_info(mod, &info) < 0) {
		message_error(PROG, "%s: is not a kernel module", path);
		return EXIT_REFUSED;
	}
	magic = info_value(info, "vermagic");
	depends = info_value(info, "depends");
	len = magic ? strcspn(magic, " ") : 0;
	if (len != strlen(kernel) || strncmp(magic, kernel, len)) {
		message_error(PROG, "%s: is a module for kernel %.*s, not %s",
			      path, (int)len, magic ? magic : "", kernel);
		code = EXIT_REFUSED;
	}
	if (code == EXIT_OK && depends)
		code = add_named(search, depends, is_required, depth);
	kmod_module_info_free_list(info);
	return code;
}

/* Add what must be loaded before a module. */
static enum exit_code add_before(struct search *search, struct kmod_module *mod,
				 bool is_required, unsigned int depth)
{
	const char *path = kmod_module_get_path(mod);
	size_t len = strlen(search->dir);
	enum exit_code code;

	/* The name of another release may begin with that of this one. */
	if (strncmp(path, search->dir, len) || path[len] != '/') {
		code = add_file_info(search, mod, is_required, depth);
		if (code != EXIT_OK)
			return code;
	}
	return add_list(search, kmod_module_get_dependencies(mod), is_required,
			depth);
}

/*
 * Add a module after those that it depends on. Soft dependencies name what may
 * help, such as faster checksums.
 */
static enum exit_code add(struct search *search, struct kmod_module *mod,
			  bool is_required, unsigned int depth)
{
	struct kmod_list *before = NULL, *after = NULL;
	struct module *old = find(search->modules, kmod_module_get_name(mod));
	enum exit_code code;

	if (old) {
		old->required |= is_required;
		return EXIT_OK;
	}
	/* Soft dependencies may form a circle. */
	if (depth > 32 ||
	    kmod_module_get_initstate(mod) == KMOD_MODULE_BUILTIN)
		return EXIT_OK;
	if (!kmod_module_get_path(mod))
		return is_required ? lacks(search, kmod_module_get_name(mod)) :
				     EXIT_OK;
	kmod_module_get_softdeps(mod, &before, &after);
	code = add_list(search, before, false, depth + 1);
	if (code == EXIT_OK)
		code = add_before(search, mod, is_required, depth + 1);
	if (code == EXIT_OK && !find(search->modules, kmod_module_get_name(mod)) &&
	    !append(search->modules, mod, is_required))
		code = no_memory();
	if (code != EXIT_OK) {
		kmod_module_unref_list(after);
		return code;
	}
	return add_list(search, after, false, depth + 1);
}

static bool is_file(const char *name)
{
	return strchr(name, '/') || strstr(name, ".ko");
}

/* Opened first, because libkmod has one file for each name. */
static enum exit_code open_files(struct search *search)
{
	const struct names *names = &search->settings->modules;

	for (size_t i = 0; i < names->count; i++) {
		int ret;

		if (!is_file(names->name[i]))
			continue;
		ret = kmod_module_new_from_path(search->kmod, names->name[i],
						&search->files[i]);
		if (ret < 0) {
			message_error(PROG, "%s: %s", names->name[i],
				      ret == -EEXIST ? "is a second file of this module" :
						       strerror(-ret));
			return EXIT_SYSTEM;
		}
	}
	return EXIT_OK;
}

static enum exit_code add_all(struct search *search)
{
	const struct names *names = &search->settings->modules;
	enum exit_code code = EXIT_OK;

	for (size_t i = 0; code == EXIT_OK && i < COUNT(required); i++)
		code = add_name(search, required[i], true, 0);
	for (size_t i = 0; code == EXIT_OK && i < COUNT(usual); i++)
		code = add_name(search, usual[i], false, 0);
	for (size_t i = 0; code == EXIT_OK && i < names->count; i++)
		code = search->files[i] ?
		       add(search, search->files[i], true, 0) :
		       add_name(search, names->name[i], true, 0);
	return code;
}

enum exit_code modules_find(struct modules *modules, const struct settings *s)
{
	struct search search = {
		.settings = s,
		.modules = modules,
		.files = calloc(s->modules.count + 1, sizeof(*search.files)),
	};
	enum exit_code code = search.files ? open_kmod(&search) : no_memory();

	if (code == EXIT_OK)
		code = open_files(&search);
	if (code == EXIT_OK)
		code = add_all(&search);
	for (size_t i = 0; search.files && i < s->modules.count; i++)
		kmod_module_unref(search.files[i]);
	kmod_unref(search.kmod);
	free(search.dir);
	free(search.files);
	return code;
}

void modules_free(struct modules *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		free(modules->list[i].name);
		free(modules->list[i].path);
	}
	free(modules->list);
	*modules = (struct modules) { 0 };
}
