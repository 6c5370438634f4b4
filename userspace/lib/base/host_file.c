// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * Content of host files, read sequentially.
 */
#include <string.h>
#include <unistd.h>

#include "base/host_file.h"

int sgz_file_failed(const struct sgz_context *ctx, const char *name)
{
	return sgz_fail(ctx, -errno, "%s: %s",
			sgz_quote(name, strlen(name)).text, strerror(errno));
}

int sgz_file_changed(const struct sgz_context *ctx, const char *name)
{
	return sgz_fail(ctx, -EUCLEAN, "%s: file changed as we read it",
			sgz_quote(name, strlen(name)).text);
}

void sgz_file_content_open(struct sgz_file_content *content, int fd,
			   const struct stat *st)
{
	bool holes = (uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size;

	content->fd = fd;
	content->st = *st;
	content->pos = 0;
	content->data = 0;
	content->data_end = holes ? 0 : st->st_size;
}

/* Find the next data and the next hole after the end of the last data. */
static void find_data(struct sgz_file_content *content)
{
	const uint64_t size = content->st.st_size;
	off_t data = lseek(content->fd, content->pos, SEEK_DATA);
	off_t end;

	content->data = content->pos;
	content->data_end = size;
	if (data < 0 && errno == ENXIO)
		content->data = size;
	if (data < 0)
		return;
	end = lseek(content->fd, data, SEEK_HOLE);
	content->data = (uint64_t)data < size ? (uint64_t)data : size;
	if (end > data && (uint64_t)end < size)
		content->data_end = end;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool unchanged(const struct sgz_file_content *content)
{
	struct stat now;

	return !fstat(content->fd, &now) &&
	       now.st_size == content->st.st_size &&
	       same_time(&now.st_mtim, &content->st.st_mtim) &&
	       same_time(&now.st_ctim, &content->st.st_ctim);
}

static ssize_t read_data(struct sgz_file_content *content,
			 const struct sgz_context *ctx, const char *name,
			 void *buf, size_t len)
{
	ssize_t n;

	if (len > content->data_end - content->pos)
		len = content->data_end - content->pos;
	do {
		n = pread(content->fd, buf, len, content->pos);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return sgz_file_failed(ctx, name);
	return n ? n : sgz_file_changed(ctx, name);
}

int sgz_file_content_skip(struct sgz_file_content *content,
			  const struct sgz_context *ctx, const char *name,
			  uint64_t pos)
{
	content->pos = pos;
	/* What was known of data was about what comes before. */
	content->data = pos;
	content->data_end = pos;
	return pos < (uint64_t)content->st.st_size || unchanged(content) ?
		       0 : sgz_file_changed(ctx, name);
}

ssize_t sgz_file_content_read(struct sgz_file_content *content,
			      const struct sgz_context *ctx, const char *name,
			      void *buf, size_t len)
{
	const uint64_t size = content->st.st_size;
	ssize_t n;

	if (content->pos == size || !len)
		return 0;
	if (content->pos == content->data_end)
		find_data(content);
	if (content->pos < content->data) {
		if (len > content->data - content->pos)
			len = content->data - content->pos;
		memset(buf, 0, len);
		n = len;
	} else {
		n = read_data(content, ctx, name, buf, len);
		if (n < 0)
			return n;
	}
	content->pos += n;
	if (content->pos == size && !unchanged(content))
		return sgz_file_changed(ctx, name);
	return n;
}

void sgz_file_content_close(struct sgz_file_content *content)
{
	if (content->fd >= 0)
		close(content->fd);
	content->fd = -1;
}
