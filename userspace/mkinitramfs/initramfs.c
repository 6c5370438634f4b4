// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The initramfs: a cpio archive in the format newc, compressed as the kernel can
 * decompress it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "initramfs.h"
#include "message.h"
#include "strip.h"

/* Directory and list of the modules, as userspace/init reads them. */
#define MODULES	"modules"
#define LIST	MODULES "/list"

/* The kernel supports no checksum of xz but CRC-32. */
#define XZ	"xz --format=xz --check=crc32 -9 --threads=1 --quiet"

/* State of one archive. */
struct writer {
	const struct settings *settings;
	struct archive *archive;
};

static enum exit_code no_memory(void)
{
	message_error(PROG, "out of memory");
	return EXIT_SYSTEM;
}

static enum exit_code failed(const struct writer *w)
{
	const char *why = archive_error_string(w->archive);
	int err = archive_errno(w->archive);

	message_error(PROG, "%s: %s%s%s", w->settings->output,
		      why ? why : "cannot be written", err > 0 ? ": " : "",
		      err > 0 ? strerror(err) : "");
	return EXIT_SYSTEM;
}

/* Write an entry; its data may be NULL. */
static enum exit_code write_entry(const struct writer *w, const char *name,
				  mode_t mode, const void *data, size_t size)
{
	struct archive_entry *entry = archive_entry_new();
	enum exit_code code = EXIT_OK;

	if (!entry)
		return no_memory();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_size(entry, size);
	archive_entry_set_mtime(entry, w->settings->time, 0);
	if (S_ISCHR(mode)) {
		/* /dev/console, the only device. */
		archive_entry_set_rdevmajor(entry, 5);
		archive_entry_set_rdevminor(entry, 1);
	}
	if (archive_write_header(w->archive, entry) != ARCHIVE_OK ||
	    (size && archive_write_data(w->archive, data, size) !=
	     (la_ssize_t)size))
		code = failed(w);
	archive_entry_free(entry);
	return code;
}

static enum exit_code write_init(const struct writer *w, const char *path)
{
	struct file file = { 0 };
	enum exit_code code = file_read(&file, path);

	if (code == EXIT_OK)
		code = write_entry(w, "init", S_IFREG | 0755, file.data,
				   file.size);
	file_free(&file);
	return code;
}

static enum exit_code write_list(const struct writer *w,
				 const struct modules *modules)
{
	enum exit_code code;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return no_memory();
	fprintf(to, "kernel %s\n", w->settings->kernel);
	for (size_t i = 0; i < modules->count; i++)
		fprintf(to, "%s %s.ko\n",
			modules->list[i].required ? "load" : "try",
			modules->list[i].name);
	code = fclose(to) ? no_memory() :
	       write_entry(w, LIST, S_IFREG | 0644, text, size);
	free(text);
	return code;
}

static enum exit_code write_module(const struct writer *w,
				   const struct module *module)
{
	struct file file = { 0 };
	enum exit_code code = file_read(&file, module->path);
	char *name = NULL;

	if (code == EXIT_OK &&
	    asprintf(&name, MODULES "/%s.ko", module->name) < 0)
		code = no_memory();
	if (code == EXIT_OK) {
		strip_debug(&file);
		if (w->settings->verbose)
			fprintf(stderr, PROG ": %s, %zu bytes%s\n",
				module->path, file.size,
				module->required ? "" : ", if it can be used");
		code = write_entry(w, name, S_IFREG | 0644, file.data,
				   file.size);
	}
	free(name);
	file_free(&file);
	return code;
}

static enum exit_code write_all(const struct writer *w, const char *init,
				const struct modules *modules)
{
	enum exit_code code = write_entry(w, "dev", S_IFDIR | 0755, NULL, 0);

	if (code == EXIT_OK)
		code = write_entry(w, "dev/console", S_IFCHR | 0600, NULL, 0);
	if (code == EXIT_OK)
		code = write_init(w, init);
	if (code != EXIT_OK || w->settings->no_modules)
		return code;
	code = write_entry(w, MODULES, S_IFDIR | 0755, NULL, 0);
	if (code == EXIT_OK)
		code = write_list(w, modules);
	for (size_t i = 0; code == EXIT_OK && i < modules->count; i++)
		code = write_module(w, &modules->list[i]);
	return code;
}

/* The filters write nothing that changes from one call to the next. */
static int add_filter(struct archive *a, uint32_t compress)
{
	switch (compress) {
	case COMPRESS_GZIP:
		return archive_write_add_filter_gzip(a) ||
		       archive_write_set_options(a, "gzip:compression-level=9,gzip:!timestamp");
	case COMPRESS_ZSTD:
		return archive_write_add_filter_zstd(a) ||
		       archive_write_set_options(a, "zstd:compression-level=19");
	case COMPRESS_XZ:
		return archive_write_add_filter_program(a, XZ);
	default:
		return archive_write_add_filter_none(a);
	}
}

enum exit_code initramfs_write(const struct settings *s, const char *init,
			       const struct modules *modules, int fd)
{
	struct writer w = { .settings = s, .archive = archive_write_new() };
	enum exit_code code = EXIT_OK;

	if (!w.archive)
		return no_memory();
	archive_write_set_format_cpio_newc(w.archive);
	archive_write_set_bytes_in_last_block(w.archive, 1);
	if (add_filter(w.archive, s->compress) ||
	    archive_write_open_fd(w.archive, fd))
		code = failed(&w);
	if (code == EXIT_OK)
		code = write_all(&w, init, modules);
	if (code == EXIT_OK && archive_write_close(w.archive))
		code = failed(&w);
	archive_write_free(w.archive);
	return code;
}
