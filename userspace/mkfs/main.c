// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mkfs.stargz: messages, files and exit codes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "exclude.h"
#include "options.h"
#include "output.h"
#include "scan.h"
#include "stargz/open.h"
#include "stdfds.h"

/*
 * The output files. With --device-image, the layer is a temporary file until it
 * is copied into the image.
 */
#define OUTPUTS	4

struct outputs {
	struct output layer;
	struct output toc;
	struct output index;
	struct output image;
	char *layer_path;
};

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	fprintf(stderr, PROG ": %s: warning: %s\n", s->source, line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total ? total : s->source_size);
}

static int operation_failed(const char *path, const char *why)
{
	fprintf(stderr, PROG ": %s: %s\n", path, why);
	return EXIT_OPERATION;
}

static int open_one(struct output *out, const struct settings *s,
		    const char *path)
{
	if (!path || !output_open(out, path, OUTPUT_BINARY |
				  (s->force ? OUTPUT_FORCE : 0)))
		return EXIT_OK;
	return operation_failed(path, out->why);
}

static int keep_one(struct output *out, const char *path)
{
	if (!path || !output_keep(out))
		return EXIT_OK;
	return operation_failed(path, out->why);
}

/* Never write to an input; output_reads() handles "-" and folders. */
static int check_inputs(struct output *out, const struct settings *s)
{
	const char *const *reused = s->reuse.name;
	const char *const inputs[] = {
		s->source, s->make.dump_path, s->make.diff_path,
		s->make.first_path,
	};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (inputs[i] && output_reads(out, inputs[i]))
			return operation_failed(out->path, out->why);
	for (size_t i = 0; i < s->reuse.count; i++)
		if (output_reads(out, reused[i]))
			return operation_failed(out->path, out->why);
	for (size_t i = 0; i < s->exclude_from.count; i++)
		if (output_reads(out, s->exclude_from.name[i]))
			return operation_failed(out->path, out->why);
	return EXIT_OK;
}

/* A layer that is read again must be a file and hold only the layer. */
static int check_readable(struct output *out, const struct settings *s)
{
	static const char again[] = "cannot be read again, which --index and --verify require";

	if ((s->verify || s->index || s->device_image) &&
	    !output_is_seekable(out))
		return operation_failed(out->path, again);
	if ((s->print_digest || s->json) && output_is_stdout(out))
		return operation_failed(out->path, s->json ?
					"is standard output, which --json requires" :
					"is standard output, which --print-digest requires");
	return EXIT_OK;
}

/* All outputs must be different files, and none of them an input. */
static int check_outputs(struct outputs *out, const struct settings *s)
{
	struct output *const all[] = {
		&out->layer, &out->toc, &out->index, &out->image,
	};
	int code = check_readable(&out->layer, s);

	if (code == EXIT_OK && s->device_image && !out->image.temp)
		code = operation_failed(s->dest, "is not a regular file, which --device-image requires");
	for (size_t i = 0; code == EXIT_OK && i < OUTPUTS; i++) {
		if (all[i]->fd < 0)
			continue;
		code = check_inputs(all[i], s);
		for (size_t k = 0; code == EXIT_OK && k < i; k++)
			if (output_is_same(all[k], all[i]))
				code = operation_failed(all[i]->path,
							all[i]->why);
	}
	return code;
}

/*
 * The layer of a device image is never renamed to this path. Its name is short,
 * because that of DEST may have the maximum length.
 */
static char *layer_path(const struct settings *s)
{
	const char *slash = strrchr(s->dest, '/');
	int folder = slash ? slash + 1 - s->dest : 0;
	char *path;

	if (!s->device_image)
		return strdup(s->dest);
	return asprintf(&path, "%.*s.layer", folder, s->dest) < 0 ? NULL : path;
}

static int open_outputs(struct outputs *out, const struct settings *s)
{
	int code;

	out->layer_path = layer_path(s);
	if (!out->layer_path)
		return operation_failed(s->dest, "out of memory");
	code = open_one(&out->layer, s, out->layer_path);
	if (code == EXIT_OK)
		code = open_one(&out->toc, s, s->toc);
	if (code == EXIT_OK)
		code = open_one(&out->index, s, s->index);
	if (code == EXIT_OK && s->device_image)
		code = open_one(&out->image, s, s->dest);
	return code == EXIT_OK ? check_outputs(out, s) : code;
}

/* Keep the layer last: when it appears, the other files exist. */
static int keep_outputs(struct outputs *out, const struct settings *s)
{
	int code = keep_one(&out->toc, s->toc);

	if (code == EXIT_OK)
		code = keep_one(&out->index, s->index);
	if (code == EXIT_OK)
		code = keep_one(s->device_image ? &out->image : &out->layer,
				s->dest);
	return code;
}

/* Has no effect on outputs that were kept. */
static void drop_outputs(struct outputs *out)
{
	output_drop(&out->layer);
	output_drop(&out->toc);
	output_drop(&out->index);
	output_drop(&out->image);
	free(out->layer_path);
}

static int verify(struct settings *s, struct outputs *out,
		  const struct stargz_made *made,
		  struct stargz_expected *expected)
{
	struct stargz_index_options opt = s->call;
	struct stargz_error err = { "" };
	int fd = out->layer.fd, ret;

	/* Only temporary files are open for reading. */
	if (!out->layer.temp)
		fd = open(out->layer_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return operation_failed(s->dest, strerror(errno));
	opt.toc_path = s->toc && out->toc.temp ? out->toc.temp : s->toc;
	/* A device is longer than the layer. */
	opt.size = made->size;
	ret = stargz_verify(fd, &opt, expected, &err);
	if (fd != out->layer.fd)
		close(fd);
	bar_clear(&s->bar);
	return ret ? operation_failed(s->dest, err.text) : EXIT_OK;
}

static int open_source(struct settings *s)
{
	struct stargz_error err;
	struct stat st;
	int fd = strcmp(s->source, "-") ?
		 stargz_open_input(s->source, &err) : STDIN_FILENO;

	if (fd < 0) {
		operation_failed(s->source, err.text);
		return -1;
	}
	if (fstat(fd, &st)) {
		operation_failed(s->source, strerror(errno));
		return -1;
	}
	/* $SOURCE_DATE_EPOCH limits times of files, but not of a tar. */
	if ((!S_ISDIR(st.st_mode) || s->make.dump_path) &&
	    s->edit.times == STARGZ_TIMES_LIMIT)
		s->edit.times = STARGZ_TIMES_KEEP;
	return fd;
}

/*
 * Outputs may be in the source folder, but must not be in the layer. List the
 * temporary files, and open and list the outputs of an earlier run.
 */
static size_t list_outputs(const struct outputs *out, bool device_image,
			   int *fds)
{
	const struct output *const all[OUTPUTS] = {
		&out->layer, &out->toc, &out->index, &out->image,
	};
	size_t n = OUTPUTS;

	for (size_t i = 0; i < OUTPUTS; i++) {
		fds[i] = all[i]->fd;
		/* The layer of a device image replaces no file. */
		if (all[i] == &out->layer && device_image)
			continue;
		if (all[i]->temp && all[i]->old.st_mode)
			fds[n++] = open(all[i]->path, O_PATH | O_CLOEXEC);
	}
	return n;
}

static void close_old(const int *fds, size_t count)
{
	for (size_t i = OUTPUTS; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int make(struct settings *s, struct outputs *out,
		struct stargz_made *made, struct stargz_expected **expected)
{
	int skip[2 * OUTPUTS];
	struct stargz_error err = { "" };
	int source = open_source(s);
	int ret;

	if (source < 0)
		return EXIT_OPERATION;
	s->edit.struct_size = sizeof(s->edit);
	s->make.struct_size = sizeof(s->make);
	s->make.edit = &s->edit;
	s->make.exclude = s->exclude;
	s->edit.uid_map = s->uid_maps.map;
	s->edit.uid_map_count = s->uid_maps.count;
	s->edit.gid_map = s->gid_maps.map;
	s->edit.gid_map_count = s->gid_maps.count;
	s->edit.exclude_xattrs = s->exclude_xattrs.name;
	s->edit.exclude_xattr_count = s->exclude_xattrs.count;
	s->make.reuse_paths = s->reuse.name;
	s->make.reuse_count = s->reuse.count;
	s->make.skip = skip;
	s->make.skip_count = list_outputs(out, s->device_image, skip);
	s->make.expected = s->verify ? expected : NULL;
	s->make.warn = s->call.warn;
	s->make.progress = s->call.progress;
	s->make.data = s->call.data;
	/* The size is wrong if files are excluded or unchanged. */
	if (s->bar.terminal && !s->make.exclude && !s->make.diff_path &&
	    !s->make.dump_path)
		s->source_size = scan_directory(s->source,
						s->make.one_file_system);
	bar_start(&s->bar, s->source);
	ret = stargz_make(source, &s->make, out->layer.fd, out->toc.fd, made,
			  &err);
	bar_clear(&s->bar);
	close_old(skip, s->make.skip_count);
	if (source != STDIN_FILENO)
		close(source);
	if (!ret)
		return EXIT_OK;
	return operation_failed(made->unwritten ? s->dest :
				made->about ? made->about : s->source,
				err.text);
}

/* Make the index of the layer, or the device image. */
static int make_index(struct settings *s, struct outputs *out,
		      const struct stargz_made *made)
{
	struct stargz_index_options opt = s->call;
	struct stargz_error err = { "" };
	size_t about;
	int ret;

	if (!s->index && !s->device_image)
		return EXIT_OK;
	opt.toc_path = s->toc && out->toc.temp ? out->toc.temp : s->toc;
	opt.device_image = s->device_image;
	opt.size = made->size;
	if (s->device_image)
		ret = stargz_index_layers(&out->layer.fd, 1, &opt,
					  out->image.fd, NULL, &err, &about);
	else
		ret = stargz_index_blob(out->layer.fd, &opt, out->index.fd,
					NULL, &err);
	bar_clear(&s->bar);
	return ret ? operation_failed(s->index ? s->index : s->dest, err.text) : EXIT_OK;
}

static int run(struct settings *s)
{
	struct outputs out = { OUTPUT_INIT, OUTPUT_INIT, OUTPUT_INIT,
		OUTPUT_INIT, NULL };
	struct stargz_expected *expected = NULL;
	struct stargz_made made = { 0 };
	int code;

	code = exclude_read(s);
	if (code == EXIT_OK)
		code = open_outputs(&out, s);
	if (code == EXIT_OK)
		code = make(s, &out, &made, &expected);
	if (code == EXIT_OK && s->verify)
		code = verify(s, &out, &made, expected);
	stargz_expected_free(expected);
	if (code == EXIT_OK)
		code = make_index(s, &out, &made);
	if (code == EXIT_OK)
		code = keep_outputs(&out, s);
	drop_outputs(&out);
	if (code != EXIT_OK)
		return code;
	if (s->print_digest && !digest_print(&s->make, &made))
		return operation_failed(s->dest, "out of memory");
	if (s->json)
		digest_report(s->dest, &made);
	if (s->verbose)
		fprintf(stderr, PROG ": %s: %" PRIu64 " entries, %" PRIu64
			" bytes of tar, %" PRIu64 " bytes\n", s->dest,
			made.entries, made.tar_size, made.size);
	return EXIT_OK;
}

static int make_layer(struct settings *s)
{
	char *beside = NULL;
	int code;

	s->call.struct_size = sizeof(s->call);
	s->call.data = s;
	if (!s->quiet)
		s->call.warn = on_warning;
	s->call.progress = on_progress;
	bar_init(&s->bar, PROG, s->quiet || s->no_progress);
	if (s->index_beside && asprintf(&beside, "%s.index", s->dest) < 0)
		return operation_failed(s->dest, "out of memory");
	if (beside)
		s->index = beside;
	code = run(s);
	free(beside);
	return code;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	int code;

	stdfds_open();
	code = options_parse(&s, argc, argv);
	if (code < 0)
		code = make_layer(&s);
	stargz_exclude_free(s.exclude);
	names_free(&s.exclude_from);
	names_free(&s.exclude_xattrs);
	owner_maps_free(&s.uid_maps);
	owner_maps_free(&s.gid_maps);
	names_free(&s.reuse);
	if (fflush(stdout) && code == EXIT_OK)
		code = operation_failed("standard output", strerror(errno));
	return code;
}
