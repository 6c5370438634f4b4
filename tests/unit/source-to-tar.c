// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No test: a program that writes a source to standard output as a tar, for the
 * tests in tests/source.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "layer/landmark.h"
#include "source/diff.h"
#include "source/edit.h"
#include "source/exclude.h"
#include "source/exclude_rules.h"
#include "source/from_dir.h"
#include "source/from_dump.h"
#include "source/from_tar.h"
#include "source/order.h"
#include "stargz_fs.h"

static struct stargz_error error;

static void warn(void *data, const char *line)
{
	(void)data;
	fprintf(stderr, "warning: %s\n", line);
}

static const struct stargz_index_options options;
static const struct sgz_context context = { .err = &error, .warn = warn };
static struct sgz_exclude exclude;
static struct sgz_edit edit;
static struct sgz_path_list first;
static struct sgz_order order = { .first = &first };
static bool landmark;
static int diff_fd = -1;
static int dump_fd = -1;
static struct sgz_opened layer;
static struct sgz_dump_content content = { -1, &layer };
static struct sgz_dir_options dir_options = {
	.excluded = sgz_excluded,
	.data = &exclude,
};

static struct sgz_blob blob;

static int copy(struct sgz_source *source)
{
	static char buf[100000];
	ssize_t n;

	while ((n = source->read(source, buf, sizeof(buf))) > 0)
		if (fwrite(buf, 1, n, stdout) != (size_t)n)
			return -errno;
	return n;
}

static int write_all(struct sgz_source *source)
{
	struct sgz_source_entry entry;
	int ret;

	while ((ret = source->next(source, &entry)) == 1) {
		fwrite(entry.head, 1, entry.head_len, stdout);
		ret = copy(source);
		if (ret)
			return ret;
	}
	return ret ? ret : copy(source);
}

enum {
	ONE_FILE_SYSTEM = 1,
	NO_XATTRS,
	EXCLUDE_PATH,
	EXCLUDE_REGEX,
	ALL_ROOT,
	FORCE_UID,
	FORCE_GID,
	UID_OFFSET,
	GID_OFFSET,
	CLAMP,
	SORT,
	PRIORITIZED,
	LANDMARK,
	DIFF,
	FROM_DUMP,
};

static const struct option long_options[] = {
	{ "one-file-system", no_argument, NULL, ONE_FILE_SYSTEM },
	{ "no-xattrs", no_argument, NULL, NO_XATTRS },
	{ "exclude-path", required_argument, NULL, EXCLUDE_PATH },
	{ "exclude-regex", required_argument, NULL, EXCLUDE_REGEX },
	{ "all-root", no_argument, NULL, ALL_ROOT },
	{ "force-uid", required_argument, NULL, FORCE_UID },
	{ "force-gid", required_argument, NULL, FORCE_GID },
	{ "uid-offset", required_argument, NULL, UID_OFFSET },
	{ "gid-offset", required_argument, NULL, GID_OFFSET },
	{ "clamp", required_argument, NULL, CLAMP },
	{ "sort", required_argument, NULL, SORT },
	{ "prioritized-files", required_argument, NULL, PRIORITIZED },
	{ "landmark", no_argument, NULL, LANDMARK },
	{ "diff", required_argument, NULL, DIFF },
	{ "from-dump", required_argument, NULL, FROM_DUMP },
	{ NULL, 0, NULL, 0 }
};

static void set_time(enum stargz_edit_time times, const char *arg)
{
	edit.times = times;
	sgz_time_decimal(arg, strlen(arg), &edit.time);
}

static void force(struct stargz_edit_owner *owner, uint32_t id)
{
	owner->set = true;
	owner->id = id;
}

static int set_option(int c)
{
	switch (c) {
	case ONE_FILE_SYSTEM:
		dir_options.one_file_system = true;
		return 0;
	case NO_XATTRS:
		edit.no_xattrs = true;
		return 0;
	case EXCLUDE_PATH:
		return sgz_exclude_path(&exclude, &context, optarg);
	case EXCLUDE_REGEX:
		return sgz_exclude_pattern(&exclude, &context, optarg);
	case ALL_ROOT:
		force(&edit.uid, 0);
		force(&edit.gid, 0);
		return 0;
	case FORCE_UID:
		force(&edit.uid, strtoul(optarg, NULL, 10));
		return 0;
	case FORCE_GID:
		force(&edit.gid, strtoul(optarg, NULL, 10));
		return 0;
	case UID_OFFSET:
		edit.uid.offset = strtoll(optarg, NULL, 10);
		return 0;
	case GID_OFFSET:
		edit.gid.offset = strtoll(optarg, NULL, 10);
		return 0;
	case 'T':
		set_time(STARGZ_TIMES_SET, optarg);
		return 0;
	case CLAMP:
		set_time(STARGZ_TIMES_LIMIT, optarg);
		return 0;
	case SORT:
		order.sort = !strcmp(optarg, "path") ? STARGZ_SORT_PATH :
			     !strcmp(optarg, "type") ? STARGZ_SORT_TYPE :
						       STARGZ_SORT_NONE;
		return 0;
	case PRIORITIZED:
		return sgz_path_list_read(&first, &context,
					 fopen(optarg, "re"));
	case LANDMARK:
		landmark = true;
		return 0;
	case DIFF:
		diff_fd = open(optarg, O_RDONLY);
		return 0;
	case FROM_DUMP:
		dump_fd = open(optarg, O_RDONLY);
		return 0;
	default:
		return -EINVAL;
	}
}

/* A text, with content from a directory or a layer. */
static int open_dump(struct sgz_source **source, int fd, bool dir)
{
	const int fds[] = { -1, fd };
	int ret;

	ret = sgz_blob_open(&blob, &context, dump_fd, 0, 0);
	if (dir)
		content.dir = fd;
	else if (!ret)
		ret = sgz_opened_file(&layer, &context, &options, fd);
	if (!ret && !dir)
		ret = sgz_opened_read(&layer, fds, 2);
	return ret ? ret : sgz_source_dump(source, &context, &blob, &content);
}

static int open_source(struct sgz_source **source, const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY) : 0;
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	if (dump_fd >= 0)
		return open_dump(source, fd, S_ISDIR(st.st_mode));
	if (S_ISDIR(st.st_mode)) {
		dir_options.no_xattrs = edit.no_xattrs;
		return sgz_source_dir(source, &context, fd, &dir_options);
	}
	ret = sgz_blob_open(&blob, &context, fd, 0, 0);
	if (!ret)
		ret = sgz_source_tar(source, &context, &blob);
	return ret;
}

static bool edits(void)
{
	return edit.uid.set || edit.gid.set || edit.uid.offset ||
	       edit.gid.offset || edit.times || edit.no_xattrs;
}

static bool orders(void)
{
	return order.sort || first.paths.count;
}

static int stack(struct sgz_source **source)
{
	const struct sgz_diff_options how = { .threads = 1 };
	bool old_failed;
	uint64_t count = 0;
	int ret = 0;

	if (!(*source)->again && sgz_exclude_any(&exclude))
		ret = sgz_source_exclude(source, &context, &exclude);
	if (!ret && edits())
		ret = sgz_source_edit(source, &context, &edit);
	if (!ret && diff_fd >= 0)
		ret = sgz_source_diff(source, &context, diff_fd, &how,
				      &old_failed);
	if (!ret && orders())
		ret = sgz_source_order(source, &context, &order, &count);
	if (!ret && landmark)
		ret = sgz_source_landmark(source, &context, count);
	return ret;
}

static int run(int argc, char **argv)
{
	struct sgz_source *source;
	int c, ret = 0;

	while (!ret && (c = getopt_long(argc, argv, "T:", long_options,
					NULL)) >= 0)
		ret = set_option(c);
	if (!ret)
		ret = open_source(&source, argv[optind]);
	if (ret)
		return ret;
	ret = stack(&source);
	if (!ret)
		ret = write_all(source);
	source->close(source);
	return ret || fflush(stdout) ? -1 : 0;
}

int main(int argc, char **argv)
{
	int ret = run(argc, argv);

	if (ret)
		fprintf(stderr, "source-to-tar: %s\n", error.text);
	sgz_exclude_free(&exclude);
	sgz_path_list_free(&first);
	return ret ? 1 : 0;
}
