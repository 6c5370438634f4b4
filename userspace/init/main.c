// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process of the initramfs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

/* Bytes of the kernel command line; the kernel's limit is below that. */
#define CMDLINE_SIZE	65536

/* The kernel's own file systems, and /run, which outlives the initramfs. */
static void mount_base(void)
{
	make_dir("/dev");
	make_dir("/proc");
	make_dir("/sys");
	make_dir(RUN_DIR);
	make_dir(NEWROOT);
	mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	mount("tmpfs", RUN_DIR, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
}

/* Use the console of the new /dev, so that nothing keeps the old one. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void read_cmdline(char text[CMDLINE_SIZE])
{
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t used = 0, n = 0;

	while (fd >= 0 && used < CMDLINE_SIZE - 1 &&
	       (n = read(fd, text + used, CMDLINE_SIZE - 1 - used)) > 0)
		used += n;
	text[used] = '\0';
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv, char **envp)
{
	static struct cmdline cmdline;
	static char text[CMDLINE_SIZE];
	bool valid;

	(void)argc;
	/* It would unmount and delete what it finds. */
	if (getpid() != 1) {
		fprintf(stderr, "stargz-init: is the first process of an initramfs, see stargz-mkinitramfs(8)\n");
		return EXIT_FAILURE;
	}
	umask(022);
	mount_base();
	open_console();
	read_cmdline(text);
	valid = cmdline_parse(&cmdline, text);
	message_init(&cmdline);
	if (!valid)
		fail("%s", cmdline.why);
	modules_load(&cmdline);
	root_mount(&cmdline);
	switch_root(&cmdline, argv, envp);
}
