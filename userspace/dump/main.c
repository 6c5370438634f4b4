// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump.stargz: files, messages and exit codes.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dump.h"
#include "folder.h"
#include "output.h"
#include "stdfds.h"

static void on_warning(void *data, const char *line)
{
	struct settings *s = data;

	bar_clear(&s->bar);
	fprintf(stderr, PROG ": %s: warning: %s\n", s->now, line);
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct settings *s = data;

	bar_draw(&s->bar, done, total);
}

static int fail(const char *path, const char *why)
{
	fprintf(stderr, PROG ": %s: %s\n", path, why);
	return EXIT_TROUBLE;
}

static bool is_directory(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISDIR(st.st_mode);
}

static int read_input(struct settings *s, struct stargz_error *err,
		      const char *path, struct inputs_file *in)
{
	int ret;

	s->now = path;
	bar_start(&s->bar, path);
	if (inputs_open(in, &s->inputs, path, PROG))
		return EXIT_TROUBLE;
	ret = inputs_check(in, &s->inputs, err);
	if (!ret && s->command == CMD_DIFF && is_directory(in->fds[0]))
		ret = folder_read(s, &in->fds[0], err);
	if (!ret)
		ret = stargz_open(&in->opened, in->fds, in->count, &s->opt,
				  err);
	if (!ret)
		return EXIT_SAME;
	bar_clear(&s->bar);
	return fail(path, err->text);
}

static int run_command(const struct job *job, struct stargz_opened *other)
{
	switch (job->settings->command) {
	case CMD_SUPERBLOCK:
		return dump_superblock(job);
	case CMD_STATISTICS:
		return dump_statistics(job);
	case CMD_LIST:
		return dump_list(job);
	case CMD_STAT:
		return dump_stat(job);
	case CMD_EXTENTS:
		return dump_extents(job);
	case CMD_CAT:
		return dump_cat(job);
	case CMD_TOC:
		return dump_toc(job);
	case CMD_DUMP:
		return dump_tree(job);
	case CMD_DIFF:
		return dump_diff(job, other);
	case CMD_BLOB:
		return dump_blob(job);
	}
	return 0;
}

/* Never write to an input. A blob is binary and must not go to a terminal. */
static int open_output(const struct settings *s, struct output *out,
		       const char *name)
{
	const char *const *device = s->inputs.devices.name;

	if (output_open(out, name, s->command == CMD_BLOB ? OUTPUT_BINARY : 0))
		return -1;
	for (int i = 0; i < (s->command == CMD_DIFF ? 2 : 1); i++)
		if (output_reads(out, s->files[i]))
			return -1;
	for (size_t i = 0; i < s->inputs.devices.count; i++)
		if (output_reads(out, device[i]))
			return -1;
	if (s->opt.toc_path && output_reads(out, s->opt.toc_path))
		return -1;
	return s->inputs.index && output_reads(out, s->inputs.index) ? -1 : 0;
}

/* Run the command; the output appears complete or not at all. */
static int run(struct settings *s, struct stargz_error *err,
	       struct inputs_file *in)
{
	const char *name = s->output ? s->output : "-";
	struct job job = { s, err, in[0].opened, NULL };
	struct output out = OUTPUT_INIT;
	bool written;
	int ret, fd;

	if (open_output(s, &out, name)) {
		output_drop(&out);
		return fail(name, out.why);
	}
	fd = dup(out.fd);
	job.to = fd < 0 ? NULL : fdopen(fd, "w");
	if (!job.to) {
		output_drop(&out);
		return fail(name, strerror(errno));
	}
	ret = run_command(&job, in[1].opened);
	bar_clear(&s->bar);
	errno = 0;
	written = !fflush(job.to) && !ferror(job.to);
	if (fclose(job.to) || !written) {
		output_drop(&out);
		return fail(s->output ? name : "standard output",
			    errno ? strerror(errno) : "cannot be written");
	}
	if (ret < 0) {
		output_drop(&out);
		return fail(s->now, err->text);
	}
	if (output_keep(&out))
		return fail(name, out.why);
	return ret ? EXIT_DIFFERENT : EXIT_SAME;
}

int main(int argc, char **argv)
{
	struct settings s = { 0 };
	struct stargz_error err = { "" };
	struct inputs_file in[2] = { 0 };
	int code;

	stdfds_open();
	code = options_parse(&s, argc, argv);
	if (code >= 0)
		return fflush(stdout) ? EXIT_TROUBLE : code;
	s.opt.struct_size = sizeof(s.opt);
	s.opt.data = &s;
	/* Makes the handle keep the digests of a table of contents. */
	s.opt.check = s.command == CMD_TOC;
	if (!s.quiet)
		s.opt.warn = on_warning;
	s.opt.progress = on_progress;
	bar_init(&s.bar, PROG, s.quiet);
	code = read_input(&s, &err, s.files[0], &in[0]);
	if (!code && s.command == CMD_DIFF)
		code = read_input(&s, &err, s.files[1], &in[1]);
	if (!code)
		code = run(&s, &err, in);
	inputs_close(&in[0]);
	inputs_close(&in[1]);
	names_free(&s.inputs.devices);
	return code;
}
