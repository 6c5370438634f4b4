// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount.stargz - mount helper for container layers. Finds or makes the index of
 * a layer and asks the kernel to mount both. Called by mount(8) for "mount -t
 * stargz", or directly.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "args.h"
#include "index.h"
#include "kernel.h"
#include "loop.h"
#include "source.h"
#include "stdfds.h"

/* Incomplete files have no name, so there is nothing to remove. */
static void interrupted(int sig)
{
	(void)sig;
	_exit(MOUNT_INTERRUPTED);
}

static void catch_interrupts(void)
{
	const struct sigaction action = { .sa_handler = interrupted };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* Report a bad mount point before indexing, which may take a minute. */
static enum mount_exit check_target(const struct args *args)
{
	struct stat st;

	if (args->ns)
		return MOUNT_OK;
	if (stat(args->target, &st)) {
		msg_error(args->target, "%s", strerror(errno));
		return MOUNT_FAILED;
	}
	if (S_ISDIR(st.st_mode))
		return MOUNT_OK;
	msg_error(args->target, "%s", strerror(ENOTDIR));
	return MOUNT_FAILED;
}

static enum mount_exit do_mount(struct mount_call *call,
				const struct args *args)
{
	char *text;

	text = kernel_describe(call);
	msg_note(call->name, "%s", text);
	free(text);
	return args->fake ? MOUNT_OK : kernel_mount(call);
}

/* The loop device must stay open until it is mounted. */
static enum mount_exit mount_source(struct mount_call *call,
				    const struct source *src,
				    const struct args *args)
{
	const struct loop_backing want = {
		.path = args->opt.loop_device,
		.offset = args->opt.offset,
		.sizelimit = args->opt.sizelimit,
	};
	enum mount_exit ret;
	char *device;
	int fd;

	if (!src->loop || args->fake)
		return do_mount(call, args);
	fd = loop_attach(src->fd, src->path, &want, &device);
	if (fd < 0)
		return msg_exit_of(-fd);
	call->source = device;
	call->source_fd = fd;
	ret = do_mount(call, args);
	close(fd);
	free(device);
	return ret;
}

static enum mount_exit mount_layer(struct args *args)
{
	struct mount_call call = {
		.name = args->source,
		.target = args->target,
		.ns = args->ns,
		.sloppy = args->sloppy,
		.opt = &args->opt,
	};
	struct index index = { .fd = -1 };
	enum mount_exit ret;
	struct source src;
	bool archive;

	ret = source_open(&src, args->source, &args->opt);
	archive = !ret && archive_found(&src, &args->opt);
	if (!ret && !archive && (args->opt.image || args->opt.platform)) {
		msg_error(args->source, "image= and platform= require an archive of images");
		ret = MOUNT_USAGE;
	}
	if (archive)
		ret = archive_index(&index, &src, &args->opt);
	else if (!ret)
		ret = index_get(&index, &src, &args->opt);
	options_add_verification(&args->opt);
	if (!ret && index.path)
		options_add_file(&args->opt, "index", index.path, index.fd);
	call.source = src.path;
	call.source_fd = src.fd;
	if (!ret)
		ret = mount_source(&call, &src, args);
	index_put(&index);
	source_close(&src);
	return ret;
}

static enum mount_exit mount_new(struct args *args)
{
	enum mount_exit ret = options_check(&args->opt);

	if (!ret)
		ret = check_target(args);
	return ret ? ret : mount_layer(args);
}

static enum mount_exit mount_again(struct args *args)
{
	const struct mount_call call = {
		.name = args->source,
		.source = args->source,
		.source_fd = -1,
		.target = args->target,
		.ns = args->ns,
		.sloppy = args->sloppy,
		.opt = &args->opt,
	};

	options_add_verification(&args->opt);
	if (args->opt.index)
		options_add_file(&args->opt, "index", args->opt.index, -1);
	msg_note(args->source, "remount %s", args->target);
	return args->fake ? MOUNT_OK : kernel_remount(&call);
}

int main(int argc, char **argv)
{
	struct args args;
	int ret;

	stdfds_open();
	catch_interrupts();
	/* Keeps the order of notes and errors. */
	setlinebuf(stdout);
	ret = args_parse(&args, argc, argv);
	if (ret < 0)
		ret = args.opt.remount ? mount_again(&args) : mount_new(&args);
	args_free(&args);
	return ret;
}
