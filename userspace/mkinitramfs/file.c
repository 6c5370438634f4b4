// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads modules and the init. The initramfs is compressed as a whole, so that
 * compressed modules are stored as they were before.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "file.h"
#include "message.h"
#include "options.h"

/* Bytes that one step reads at least. */
#define STEP		(256u << 10)
/* Largest file: far more than any module, in bytes. */
#define SIZE_MAX_FILE	(256u << 20)

static enum exit_code failed(const char *path, const char *why)
{
	message_error(PROG, "%s: %s", path, why);
	return EXIT_SYSTEM;
}

static bool grow(struct file *file, size_t *room)
{
	size_t wanted = *room ? 2 * *room : STEP;
	unsigned char *data = realloc(file->data, wanted);

	if (!data)
		return false;
	file->data = data;
	*room = wanted;
	return true;
}

static enum exit_code read_data(struct archive *a, struct file *file,
				const char *path)
{
	size_t room = 0;
	ssize_t n = 1;

	while (n > 0) {
		if (file->size == room && !grow(file, &room))
			return failed(path, "out of memory");
		n = archive_read_data(a, file->data + file->size,
				      room - file->size);
		if (n < 0)
			return failed(path, archive_error_string(a));
		file->size += n;
		if (file->size > SIZE_MAX_FILE)
			return failed(path, "is larger than 256 MiB");
	}
	return EXIT_OK;
}

enum exit_code file_read(struct file *file, const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	enum exit_code code;
	int ret;

	if (!a)
		return failed(path, "out of memory");
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	if (archive_read_open_filename(a, path, STEP)) {
		code = failed(path, archive_error_string(a));
	} else {
		ret = archive_read_next_header(a, &entry);
		code = ret == ARCHIVE_EOF ? failed(path, "is empty") :
		       ret != ARCHIVE_OK ? failed(path, archive_error_string(a)) :
					   read_data(a, file, path);
	}
	archive_read_free(a);
	return code;
}

void file_free(struct file *file)
{
	free(file->data);
	*file = (struct file) { 0 };
}
