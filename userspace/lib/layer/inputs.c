// SPDX-License-Identifier: GPL-2.0-or-later OR MIT
/*
 * The kind of the file selects the source. Options and format add wrappers.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/options.h"
#include "base/timestamp.h"
#include "layer/inputs.h"
#include "layer/landmark.h"
#include "source/api_exclude.h"
#include "source/diff.h"
#include "source/exclude.h"
#include "source/from_tar.h"
#include "source/order.h"
#include "source/overlay.h"
#include "source/unsparse.h"
#include "stargz/open.h"

static int open_failed(const struct sgz_context *ctx)
{
	return sgz_fail(ctx, -errno, "%s", strerror(errno));
}

static int open_path(struct sgz_inputs *in, const char *path)
{
	in->about = path;
	return stargz_open_input(path, in->ctx->err);
}

static bool has_rules(const struct sgz_inputs *in)
{
	return in->opt->exclude && sgz_exclude_any(&in->opt->exclude->rules);
}

/* Only zstd:chunked supports holes. */
static bool keeps_holes(const struct sgz_inputs *in)
{
	return in->opt->format == STARGZ_LAYER_ZSTD_CHUNKED &&
	       !in->opt->no_sparse;
}

static int pick_directory(struct sgz_inputs *in, int fd)
{
	/* The source takes its descriptor over, but not that of the caller. */
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (own < 0)
		return open_failed(in->ctx);
	in->dir.one_file_system = in->opt->one_file_system;
	in->dir.ignore_failed = in->opt->ignore_failed_read;
	in->dir.holes = keeps_holes(in);
	/* Attributes of overlayfs mark whiteouts and opaque directories. */
	in->dir.no_xattrs = in->edit.no_xattrs && !in->opt->overlay;
	if (has_rules(in)) {
		in->dir.excluded = sgz_excluded;
		in->dir.data = &in->opt->exclude->rules;
	}
	return sgz_source_dir(&in->source, in->ctx, own, &in->dir);
}

static int leave_out(struct sgz_inputs *in)
{
	if (!has_rules(in))
		return 0;
	return sgz_source_exclude(&in->source, in->ctx,
				  &in->opt->exclude->rules);
}

static int open_content(struct sgz_inputs *in, int fd, bool dir)
{
	const int fds[] = { -1, fd };
	int ret;

	in->content.dir = dir ? fd : -1;
	in->content.layer = &in->layer;
	if (dir)
		return 0;
	in->layer_opt.warn = in->opt->warn;
	in->layer_opt.progress = in->opt->progress;
	in->layer_opt.data = in->opt->data;
	ret = sgz_opened_file(&in->layer, in->ctx, &in->layer_opt, fd);
	return ret ? ret : sgz_opened_read(&in->layer, fds, 2);
}

static int pick_text(struct sgz_inputs *in, int fd, bool dir)
{
	int text, ret = open_content(in, fd, dir);

	if (ret)
		return ret;
	text = open_path(in, in->opt->dump_path);
	if (text < 0)
		return text;
	in->text.fd = text;
	ret = sgz_blob_open(&in->text, in->ctx, text, 0, 0);
	if (!ret)
		ret = sgz_source_dump(&in->source, in->ctx, &in->text,
				      &in->content);
	return ret ? ret : leave_out(in);
}

static int pick_tar(struct sgz_inputs *in, int fd)
{
	int ret = sgz_blob_open(&in->blob, in->ctx, fd, in->opt->source_start,
				in->opt->source_size);

	if (!ret && in->opt->source_digest) {
		ret = sgz_sha256_open(&in->sha, in->ctx);
		in->blob.sha = &in->sha;
	}
	if (!ret)
		ret = sgz_source_tar(&in->source, in->ctx, &in->blob);
	return ret ? ret : leave_out(in);
}

static int pick(struct sgz_inputs *in, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return open_failed(in->ctx);
	if (in->opt->dump_path)
		return pick_text(in, fd, S_ISDIR(st.st_mode));
	return S_ISDIR(st.st_mode) ? pick_directory(in, fd) : pick_tar(in, fd);
}

static bool changes_anything(const struct sgz_edit *e)
{
	return e->uid.set || e->gid.set || e->uid.offset || e->gid.offset ||
	       e->times != STARGZ_TIMES_KEEP || e->no_xattrs ||
	       e->exclude_xattr_count || e->uid_maps.count ||
	       e->gid_maps.count;
}

static int read_edit(struct sgz_inputs *in)
{
	struct stargz_edit edit;
	int ret = sgz_options_copy(&edit, sizeof(edit), in->opt->edit,
				   in->ctx->err);

	if (ret)
		return ret;
	in->edit = (struct sgz_edit){
		.uid = edit.uid,
		.gid = edit.gid,
		.times = edit.times,
		.no_xattrs = edit.no_xattrs,
		.exclude_xattrs = edit.exclude_xattrs,
		.exclude_xattr_count = edit.exclude_xattr_count,
		.uid_maps = { edit.uid_map, edit.uid_map_count },
		.gid_maps = { edit.gid_map, edit.gid_map_count },
	};
	if (sgz_time_convert(edit.time, 0, &in->edit.time) != SGZ_TIME_OK)
		return sgz_fail(in->ctx, -EINVAL,
				"the time is out of the range of a layer");
	return 0;
}

static int change(struct sgz_inputs *in)
{
	bool edited = changes_anything(&in->edit);
	int ret;

	ret = sgz_source_overlay(&in->source, in->ctx, in->opt->overlay ?
				 SGZ_OVERLAY_UPPER : SGZ_OVERLAY_WARN);
	if (ret)
		return ret;
	if (!keeps_holes(in))
		ret = sgz_source_expand(&in->source, in->ctx);
	if (!ret && edited)
		ret = sgz_source_edit(&in->source, in->ctx, &in->edit);
	return ret;
}

static int leave_differences(struct sgz_inputs *in)
{
	const struct sgz_diff_options opt = {
		.by_time = in->opt->diff_by_time,
		.threads = in->opt->workers,
	};
	bool old_failed;
	int fd, ret;

	if (!in->opt->diff_path)
		return 0;
	fd = open_path(in, in->opt->diff_path);
	if (fd < 0)
		return fd;
	ret = sgz_source_diff(&in->source, in->ctx, fd, &opt, &old_failed);
	close(fd);
	if (!old_failed)
		in->about = NULL;
	return ret;
}

static int read_list(struct sgz_inputs *in)
{
	FILE *file;
	int fd, ret;

	if (!in->opt->first_path)
		return 0;
	fd = open_path(in, in->opt->first_path);
	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		ret = open_failed(in->ctx);
		close(fd);
		return ret;
	}
	ret = sgz_path_list_read(&in->list, in->ctx, file);
	fclose(file);
	if (!ret)
		in->about = NULL;
	return ret;
}

/* eStargz always has a landmark, other formats only with prioritized files. */
static int arrange(struct sgz_inputs *in)
{
	struct sgz_order order = { .sort = in->opt->sort };
	uint64_t first = 0;
	int ret;

	ret = read_list(in);
	if (in->opt->first_path)
		order.first = &in->list;
	if (!ret && (order.first || order.sort != STARGZ_SORT_NONE))
		ret = sgz_source_order(&in->source, in->ctx, &order, &first);
	if (!ret && (first || in->opt->format == STARGZ_LAYER_ESTARGZ))
		ret = sgz_source_landmark(&in->source, in->ctx, first);
	return ret;
}

/* Without a layer to reuse, the result is the same, so only warn. */
static int open_reused(struct sgz_inputs *in, const struct sgz_compression *how)
{
	for (size_t i = 0; i < in->opt->reuse_count; i++) {
		const char *path = in->opt->reuse_paths[i];
		int *fd = sgz_vec_add(&in->reused, 1, sizeof(*fd));
		struct stargz_error inner = { "" };
		const struct sgz_context ctx = sgz_context_inner(in->ctx,
								 &inner);
		int ret;

		if (!fd)
			return sgz_nomem(in->ctx);
		*fd = stargz_open_input(path, &inner);
		ret = *fd < 0 ? *fd : sgz_reuse_add(&in->reuse, &ctx, how, *fd);
		if (ret == -ENOMEM)
			return sgz_nomem(in->ctx);
		if (ret)
			sgz_warn(in->ctx, "--reuse=%s: %s; no members are copied from it",
				 path, inner.text);
	}
	sgz_reuse_ready(in->reuse);
	return 0;
}

int sgz_inputs_open(struct sgz_inputs *in, const struct sgz_context *ctx,
		    const struct stargz_make_options *opt,
		    const struct sgz_compression *how, int fd,
		    const struct stat *skip, size_t skip_count)
{
	int ret;

	in->opt = opt;
	in->ctx = ctx;
	in->text.fd = -1;
	in->dir.output = skip;
	in->dir.outputs = skip_count;
	ret = read_edit(in);
	if (!ret)
		ret = pick(in, fd);
	if (!ret)
		ret = change(in);
	if (!ret)
		ret = leave_differences(in);
	if (!ret)
		ret = arrange(in);
	return ret ? ret : open_reused(in, how);
}

int sgz_inputs_check(struct sgz_inputs *in)
{
	uint8_t have[STARGZ_SHA256_LEN];
	int ret;

	if (!in->sha.md)
		return 0;
	ret = sgz_blob_digest(&in->blob, in->ctx, have);
	return ret ? ret : sgz_sha256_require(in->ctx, in->opt->source_digest,
					      have);
}

void sgz_inputs_close(struct sgz_inputs *in)
{
	if (in->sha.md)
		sgz_sha256_close(&in->sha);
	if (in->source)
		in->source->close(in->source);
	sgz_opened_free(&in->layer);
	if (in->text.fd >= 0)
		close(in->text.fd);
	sgz_path_list_free(&in->list);
	for (size_t i = 0; i < in->reused.count; i++)
		if (((int *)in->reused.data)[i] >= 0)
			close(((int *)in->reused.data)[i]);
	sgz_vec_free(&in->reused);
	sgz_reuse_free(in->reuse);
}
