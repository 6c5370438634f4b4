// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: boot. The program becomes QEMU in a child process. This one
 * removes the temporary files when QEMU ends, and passes signals on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../base/child.h"
#include "../base/staging.h"
#include "disk.h"
#include "initrd.h"
#include "machine.h"

/**
 * struct boot - what the child process does
 * @m: the machine
 * @staging: directory for temporary files
 */
struct boot {
	struct machine m;
	struct staging staging;
};

/* Become QEMU. */
static enum exit_code start(struct machine *m)
{
	struct words words = { 0 };
	enum exit_code ret = qemu_words(m, m->s->vmm, &words);

	if (ret != EXIT_OK)
		return ret;
	msg_note(m->s->image, "boot Linux %s, %zu disks",
		 m->release ? m->release : m->kernel, m->disks.count);
	fflush(stdout);
	execvp(words.word[0], words.word);
	msg_error(words.word[0], "%s", strerror(errno));
	words_free(&words);
	return EXIT_SYSTEM;
}

/* In the child process. Returns the negative exit code, as if it were an errno. */
static int work(void *data)
{
	struct boot *b = data;
	struct machine *m = &b->m;
	enum exit_code ret = EXIT_OK;

	if (!machine_sources(m)) {
		char *path = xasprintf("%s/disk", b->staging.path);

		ret = disk_make(m->s, &m->img, path);
		machine_disk(m, path);
		free(path);
	}
	if (m->s->initrd) {
		m->initrd = xabsolute(m->s->initrd);
	} else {
		m->initrd = xasprintf("%s/initrd", b->staging.path);
		if (ret == EXIT_OK)
			ret = initrd_make(m, m->initrd);
	}
	return ret == EXIT_OK ? -(int)start(m) : -(int)ret;
}

static enum exit_code run(struct boot *b)
{
	const char *place = getenv("TMPDIR");
	int ret = staging_run(&b->staging, place && *place ? place : "/tmp", 0,
			      work, b);

	/* QEMU prints its messages itself, and ends with 1. */
	return ret == -1 || ret < -EXIT_REFUSED ? EXIT_SYSTEM :
						  (enum exit_code)-ret;
}

/* Kernel and initramfs are those of this machine. */
static enum exit_code check_platform(const struct machine *m)
{
	struct stargz_image_info info;
	struct utsname uts;

	stargz_image_get_info(m->img.image, &info);
	if (uname(&uts) || strcmp(uts.machine, "x86_64")) {
		msg_error(NULL, "boot works on x86_64 only");
		return EXIT_SYSTEM;
	}
	if (!*info.platform ||
	    stargz_platform_rank("linux/amd64", info.platform))
		return EXIT_OK;
	msg_error(m->s->image, "is for %s, the machine is linux/amd64",
		  info.platform);
	return EXIT_FORMAT;
}

/* What would fail after the index is made. */
static enum exit_code check_files(const struct settings *s)
{
	const char *const files[] = { s->initrd,
		s->rw && strcmp(s->rw, "tmpfs") ? s->rw : NULL };

	for (size_t i = 0; i < 2; i++)
		if (files[i] && access(files[i], i ? R_OK | W_OK : R_OK)) {
			msg_error(files[i], "%s", strerror(errno));
			return EXIT_SYSTEM;
		}
	if (s->print || child_is_installed("qemu-system-x86_64"))
		return EXIT_OK;
	msg_error("qemu-system-x86_64", "not installed");
	return EXIT_SYSTEM;
}

static enum exit_code prepare(struct machine *m)
{
	enum exit_code ret = check_files(m->s);

	if (ret == EXIT_OK)
		ret = kernel_find(m);
	if (ret == EXIT_OK)
		ret = exitcode_of(image_prepare(m->s, &m->img, &m->opt, true));
	if (ret == EXIT_OK)
		ret = check_platform(m);
	return ret == EXIT_OK ? init_find(m) : ret;
}

int command_boot(struct settings *s)
{
	struct boot b = { .m = { .s = s, .img.merged.fd = -1 } };
	struct machine *m = &b.m;
	enum exit_code ret = prepare(m);

	if (ret == EXIT_OK)
		ret = s->print ? print_machines(m) : run(&b);
	if (m->img.image)
		image_release(&m->img);
	options_free(&m->opt);
	words_free(&m->params);
	words_free(&m->args);
	words_free(&m->disks);
	free(m->kernel);
	free(m->release);
	free(m->initrd);
	return ret;
}
