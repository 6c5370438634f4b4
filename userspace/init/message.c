// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the init, and the end of the machine. A line goes to the kernel log,
 * from which the kernel prints it on all consoles. If the log level of the console
 * hides it, it goes to /dev/console as well. An image may have no /dev; then only
 * standard error, which is the console, is left.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "init.h"

#define PROG		"stargz-init"
/* Levels of the kernel log. */
#define LEVEL_ERROR	3
#define LEVEL_INFO	6
/* Longest line, in bytes. The kernel takes up to 992 bytes on all versions. */
#define LINE_SIZE	900

static const struct cmdline *settings;

void message_init(const struct cmdline *cmdline)
{
	settings = cmdline;
}

/* Does the kernel print a line of this level on the console? */
static bool is_shown(int level)
{
	char text[32] = "";
	int fd = open("/proc/sys/kernel/printk", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = '\0';
	close(fd);
	return level < atoi(text);
}

static bool write_to(int fd, const char *line)
{
	size_t len = strlen(line);

	return write(fd, line, len) == (ssize_t)len;
}

static bool write_line(const char *path, const char *line)
{
	/* The kernel limits the rate of lines for each open file. */
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool done;

	if (fd < 0)
		return false;
	done = write_to(fd, line);
	close(fd);
	return done;
}

/* A name of a device or file must not start another line. */
static void make_plain(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = '?';
}

static void print(int level, const char *fmt, va_list args, const char *end)
{
	char line[LINE_SIZE] = "", *text;
	int head = snprintf(line, sizeof(line), "<%d>", level);
	size_t len;

	text = line + head;
	len = head + snprintf(text, sizeof(line) - head, PROG ": ");
	vsnprintf(line + len, sizeof(line) - len - strlen(end) - 2, fmt, args);
	strcat(line, end);
	make_plain(text);
	strcat(line, "\n");
	if (write_line("/dev/kmsg", line) && is_shown(level))
		return;
	if (level == LEVEL_ERROR && !write_line("/dev/console", text))
		write_to(STDERR_FILENO, text);
}

void note(const char *fmt, ...)
{
	va_list args;

	if (settings && settings->quiet)
		return;
	va_start(args, fmt);
	print(LEVEL_INFO, fmt, args, "");
	va_end(args);
}

void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(LEVEL_ERROR, fmt, args, "");
	va_end(args);
}

void fail(const char *fmt, ...)
{
	bool restart = settings && settings->has_panic && settings->panic;
	va_list args;

	va_start(args, fmt);
	print(LEVEL_ERROR, fmt, args, restart ? "; restarting" : "; power off");
	va_end(args);
	root_undo();
	sync();
	if (restart && settings->panic > 0)
		sleep(settings->panic);
	reboot(restart ? RB_AUTOBOOT : RB_POWER_OFF);
	/* Not allowed: without its first process the kernel panics. */
	_exit(EXIT_FAILURE);
}
