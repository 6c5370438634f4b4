// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: which kernel boots: the one that runs, or the newest one that is
 * installed and has the module.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine.h"

/* Where a kernel image has its release; see Documentation/arch/x86/boot.rst. */
#define SETUP_MAGIC	0x202
#define SETUP_VERSION	0x20e
#define SETUP_BASE	0x200
/* Longest name of a release. */
#define RELEASE_MAX	64

static const char *const modules_dirs[] = { "/lib/modules", "/usr/lib/modules" };

static char *if_readable(char *path)
{
	if (!access(path, R_OK))
		return path;
	free(path);
	return NULL;
}

/* The file of a kernel that is installed, or NULL. */
static char *image_of(const char *release)
{
	char *path = if_readable(xasprintf("/boot/vmlinuz-%s", release));

	for (size_t i = 0; !path && i < 2; i++)
		path = if_readable(xasprintf("%s/%s/vmlinuz", modules_dirs[i],
					     release));
	return path;
}

/* Does a list of modules name the module? */
static bool names_module(const char *dir, const char *release, const char *list)
{
	char *path = xasprintf("%s/%s/%s", dir, release, list), *line = NULL;
	FILE *file = fopen(path, "re");
	size_t room = 0;
	bool found = false;

	while (file && !found && getline(&line, &room, file) >= 0) {
		char *name;

		line[strcspn(line, ":\n")] = '\0';
		name = strrchr(line, '/');
		found = !strncmp(name ? name + 1 : line, "stargz.ko", 9);
	}
	free(line);
	free(path);
	if (file)
		fclose(file);
	return found;
}

static bool has_module(const char *release)
{
	bool found = false;

	for (size_t i = 0; !found && i < 2; i++)
		found = names_module(modules_dirs[i], release, "modules.dep") ||
			names_module(modules_dirs[i], release,
				     "modules.builtin");
	return found;
}

/* Use an installed kernel if it has the module. */
static bool use(struct machine *m, const char *release)
{
	char *image = has_module(release) ? image_of(release) : NULL;

	if (!image)
		return false;
	m->kernel = image;
	m->release = xasprintf("%s", release);
	return true;
}

/* Newest first. */
static int newer(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int is_name(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static enum exit_code choose(struct machine *m)
{
	struct utsname uts;
	bool found;

	found = !uname(&uts) && use(m, uts.release);
	for (size_t i = 0; !found && i < 2; i++) {
		struct dirent **entries;
		int n = scandir(modules_dirs[i], &entries, is_name, newer);

		for (int j = 0; j < n; j++) {
			found = found || use(m, entries[j]->d_name);
			free(entries[j]);
		}
		if (n >= 0)
			free(entries);
	}
	if (found)
		return EXIT_OK;
	msg_error(NULL, "no kernel in /boot or /lib/modules has the module stargz; install it, or give --kernel=FILE and --initrd=FILE");
	return EXIT_SYSTEM;
}

/* The word at a place of the kernel, or NULL. */
static char *word_at(const char *bytes, size_t size, size_t at)
{
	size_t len = 0;

	while (at + len < size && len < RELEASE_MAX && bytes[at + len] > ' ' &&
	       bytes[at + len] < 127)
		len++;
	return len ? xasprintf("%.*s", (int)len, bytes + at) : NULL;
}

/* The release of a kernel image, which it says itself; or NULL. */
static char *release_in(const char *bytes, size_t size)
{
	static const char banner[] = "Linux version ";
	const char *found, *end = bytes + size;
	uint16_t offset;

	if (size > SETUP_VERSION + 2 &&
	    !memcmp(bytes + SETUP_MAGIC, "HdrS", 4)) {
		memcpy(&offset, bytes + SETUP_VERSION, sizeof(offset));
		return word_at(bytes, size, SETUP_BASE + le16toh(offset));
	}
	found = memmem(bytes, size, banner, strlen(banner));
	/* A format string has the same words. */
	while (found && found + strlen(banner) < end &&
	       found[strlen(banner)] == '%')
		found = memmem(found + 1, end - found - 1, banner, strlen(banner));
	return found ? word_at(bytes, size, found - bytes + strlen(banner)) :
		       NULL;
}

static enum exit_code use_file(struct machine *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;

	if (fd < 0 || fstat(fd, &st)) {
		msg_error(path, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return EXIT_SYSTEM;
	}
	bytes = S_ISREG(st.st_mode) && st.st_size ?
			mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) :
			MAP_FAILED;
	close(fd);
	if (bytes != MAP_FAILED) {
		m->release = release_in(bytes, st.st_size);
		munmap(bytes, st.st_size);
	}
	m->kernel = xabsolute(path);
	if (m->release || m->s->initrd)
		return EXIT_OK;
	msg_error(path, "not a kernel with a known release; give --initrd=FILE");
	return EXIT_FORMAT;
}

enum exit_code kernel_find(struct machine *m)
{
	const char *given = m->s->kernel;

	if (!given)
		return choose(m);
	if (strchr(given, '/') || !access(given, F_OK))
		return use_file(m, given);
	m->kernel = image_of(given);
	if (!m->kernel) {
		msg_error(given, "neither a file nor the release of a kernel in /boot or /lib/modules");
		return EXIT_SYSTEM;
	}
	m->release = xasprintf("%s", given);
	return EXIT_OK;
}
