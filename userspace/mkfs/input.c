// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: a source is picked by what SOURCE is, and wrapped by what the
 * options and the format ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "layer/landmark.h"
#include "source/diff.h"
#include "source/exclude.h"
#include "source/from_tar.h"
#include "source/unsparse.h"

static int open_failed(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -errno, "%s", strerror(errno));
}

static int pick_directory(struct input *in, const struct settings *s,
			  const struct sgz_context *ctx)
{
	int fd = in->blob.fd;

	in->dir.one_file_system = s->one_file_system;
	in->dir.no_xattrs = s->edit.no_xattrs;
	if (sgz_exclude_any(&s->exclude)) {
		in->dir.excluded = sgz_excluded;
		in->dir.data = &s->exclude;
	}
	/* It is closed with the source. */
	in->blob.fd = -1;
	return sgz_source_dir(&in->source, ctx, fd, &in->dir);
}

static int leave_out(struct input *in, const struct settings *s,
		     const struct sgz_context *ctx)
{
	int ret;

	if (!sgz_exclude_any(&s->exclude))
		return 0;
	ret = sgz_source_expand(&in->source, ctx);
	return ret ? ret : sgz_source_exclude(&in->source, ctx, &s->exclude);
}

static int open_content(struct input *in, const struct settings *s,
			const struct sgz_context *ctx, bool dir)
{
	const int fds[] = { -1, in->blob.fd };
	int ret;

	in->content.dir = dir ? in->blob.fd : -1;
	in->content.layer = &in->layer;
	if (dir)
		return 0;
	ret = sgz_opened_file(&in->layer, ctx, &s->call, in->blob.fd);
	return ret ? ret : sgz_opened_read(&in->layer, fds, 2);
}

static int pick_text(struct input *in, const struct settings *s,
		     const struct sgz_context *ctx, bool dir)
{
	int ret = open_content(in, s, ctx, dir);

	if (ret)
		return ret;
	in->tar = true;
	in->about = s->from_dump;
	in->text.fd = open(s->from_dump, O_RDONLY | O_CLOEXEC);
	if (in->text.fd < 0)
		return open_failed(ctx);
	ret = sgz_blob_open(&in->text, ctx, in->text.fd, 0, 0);
	if (!ret)
		ret = sgz_source_dump(&in->source, ctx, &in->text,
				      &in->content);
	return ret ? ret : leave_out(in, s, ctx);
}

static int pick_tar(struct input *in, const struct settings *s,
		    const struct sgz_context *ctx)
{
	int ret;

	in->tar = true;
	ret = sgz_blob_open(&in->blob, ctx, in->blob.fd, 0, 0);
	if (!ret)
		ret = sgz_source_tar(&in->source, ctx, &in->blob);
	return ret ? ret : leave_out(in, s, ctx);
}

static int pick(struct input *in, const struct settings *s,
		const struct sgz_context *ctx)
{
	struct stat st;

	in->blob.fd = STDIN_FILENO;
	if (strcmp(s->source, "-"))
		in->blob.fd = open(s->source, O_RDONLY | O_CLOEXEC);
	if (in->blob.fd < 0 || fstat(in->blob.fd, &st))
		return open_failed(ctx);
	if (s->from_dump)
		return pick_text(in, s, ctx, S_ISDIR(st.st_mode));
	return S_ISDIR(st.st_mode) ? pick_directory(in, s, ctx) :
				     pick_tar(in, s, ctx);
}

static bool changes_anything(const struct sgz_edit *e)
{
	return e->uid.set || e->gid.set || e->uid.offset || e->gid.offset ||
	       e->times != SGZ_TIME_KEEP || e->no_xattrs;
}

/* Of all formats only zstd:chunked has an idea of holes. */
static int change(struct input *in, const struct settings *s,
		  const struct sgz_context *ctx)
{
	bool edited;
	int ret = 0;

	in->edit = s->edit;
	/* The environment is about files, not about what is in a tar. */
	if (in->tar && in->edit.times == SGZ_TIME_LIMIT)
		in->edit.times = SGZ_TIME_KEEP;
	edited = changes_anything(&in->edit);
	if (edited || s->old || s->make.format != SGZ_FORMAT_ZSTD_CHUNKED)
		ret = sgz_source_expand(&in->source, ctx);
	if (!ret && edited)
		ret = sgz_source_edit(&in->source, ctx, &in->edit);
	return ret;
}

static int leave_differences(struct input *in, const struct settings *s,
			     const struct sgz_context *ctx)
{
	int fd, ret;

	if (!s->old)
		return 0;
	in->about = s->old;
	fd = open(s->old, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return open_failed(ctx);
	ret = sgz_source_diff(&in->source, ctx, fd);
	close(fd);
	in->about = s->source;
	return ret;
}

static int read_list(struct input *in, const struct settings *s,
		     const struct sgz_context *ctx)
{
	FILE *file;
	int ret;

	if (!s->prioritized)
		return 0;
	in->about = s->prioritized;
	file = fopen(s->prioritized, "re");
	if (!file)
		return open_failed(ctx);
	ret = sgz_priority_read(&in->list, ctx, file);
	fclose(file);
	in->about = s->source;
	return ret;
}

/* Any format can have a landmark, eStargz always has one. */
static int arrange(struct input *in, const struct settings *s,
		   const struct sgz_context *ctx)
{
	struct sgz_order order = { .sort = s->sort };
	uint64_t first = 0;
	int ret;

	ret = read_list(in, s, ctx);
	if (s->prioritized)
		order.first = &in->list;
	if (!ret && (s->prioritized || s->sort != SGZ_SORT_NONE))
		ret = sgz_source_order(&in->source, ctx, &order, &first);
	if (!ret && (first || s->make.format == SGZ_FORMAT_ESTARGZ))
		ret = sgz_source_landmark(&in->source, ctx, first);
	return ret;
}

static int open_reused(struct input *in, const struct settings *s,
		       const struct sgz_context *ctx)
{
	char *const *name = s->reuse.data;

	for (size_t i = 0; i < s->reuse.count; i++) {
		int *fd = sgz_vec_add(&in->reused, 1, sizeof(*fd));
		int ret;

		if (!fd)
			return sgz_nomem(ctx);
		in->about = name[i];
		*fd = open(name[i], O_RDONLY | O_CLOEXEC);
		if (*fd < 0)
			return open_failed(ctx);
		ret = sgz_reuse_add(&in->reuse, ctx, &s->make.how, *fd);
		if (ret)
			return ret;
	}
	sgz_reuse_ready(in->reuse);
	in->about = s->source;
	return 0;
}

int input_open(struct input *in, const struct settings *s,
	       const struct sgz_context *ctx, const struct stat *output,
	       size_t outputs)
{
	int ret;

	memset(in, 0, sizeof(*in));
	in->about = s->source;
	in->dir.output = output;
	in->dir.outputs = outputs;
	ret = pick(in, s, ctx);
	if (!ret)
		ret = change(in, s, ctx);
	if (!ret)
		ret = leave_differences(in, s, ctx);
	if (!ret)
		ret = arrange(in, s, ctx);
	return ret ? ret : open_reused(in, s, ctx);
}

void input_close(struct input *in)
{
	if (in->source)
		in->source->close(in->source);
	sgz_opened_free(&in->layer);
	if (in->text.fd > STDIN_FILENO)
		close(in->text.fd);
	if (in->blob.fd > STDIN_FILENO)
		close(in->blob.fd);
	sgz_priority_free(&in->list);
	for (size_t i = 0; i < in->reused.count; i++)
		if (((int *)in->reused.data)[i] >= 0)
			close(((int *)in->reused.data)[i]);
	sgz_vec_free(&in->reused);
	sgz_reuse_free(in->reuse);
}
