// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: recording tracepoints. An instance of tracefs has its own buffers,
 * switches and filters, so that other users of tracing notice nothing. All signals
 * that end this program are blocked while it exists.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

#define INSTANCES	"/sys/kernel/tracing/instances"
/* Size of the buffer of a CPU in KiB; an event takes about 60 bytes. */
#define BUFFER_KIB	"8192"

/**
 * struct recording - a recording
 * @map: the map
 * @dir: directory of the instance
 * @pipe: trace_pipe of the instance
 * @signals: signalfd
 * @old: signals that were blocked before
 * @child: the command, or zero
 * @line: the last line, which may be incomplete
 * @len: length of @line
 * @lost: events were lost
 */
struct recording {
	struct map *map;
	char *dir;
	int pipe;
	int signals;
	sigset_t old;
	pid_t child;
	char line[1024];
	size_t len;
	bool lost;
};

static enum exit_code fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return EXIT_SYSTEM;
}

/* Write to a file of the instance. */
static enum exit_code set(const struct recording *r, const char *name,
			  const char *value)
{
	char *path = xasprintf("%s/%s", r->dir, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	enum exit_code ret = EXIT_OK;

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		ret = fail(path, errno);
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

static enum exit_code make_instance(struct recording *r)
{
	r->dir = xasprintf(INSTANCES "/stargz-%d", getpid());
	if (!mkdir(r->dir, 0700))
		return EXIT_OK;
	if (errno == ENOENT)
		msg_error(INSTANCES, "no tracefs; mount -t tracefs tracefs /sys/kernel/tracing");
	else
		fail(r->dir, errno);
	free(r->dir);
	r->dir = NULL;
	return EXIT_SYSTEM;
}

static enum exit_code switch_on(const struct recording *r, const char *event,
				const char *filter)
{
	char *name = xasprintf("events/stargz/%s/filter", event);
	enum exit_code ret = set(r, name, filter);

	free(name);
	name = xasprintf("events/stargz/%s/enable", event);
	if (ret == EXIT_OK)
		ret = set(r, name, "1");
	free(name);
	return ret;
}

static enum exit_code open_instance(struct recording *r)
{
	char *filter = xasprintf("dev == %" PRIu64, r->map->dev);
	enum exit_code ret = make_instance(r);
	char *path;

	if (ret == EXIT_OK)
		ret = set(r, "trace_clock", "mono");
	if (ret == EXIT_OK)
		ret = set(r, "buffer_size_kb", BUFFER_KIB);
	if (ret == EXIT_OK)
		ret = switch_on(r, "stargz_decode", filter);
	if (ret == EXIT_OK)
		ret = switch_on(r, "stargz_complete", filter);
	free(filter);
	if (ret != EXIT_OK)
		return ret;
	path = xasprintf("%s/trace_pipe", r->dir);
	r->pipe = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->pipe < 0)
		ret = fail(path, errno);
	free(path);
	return ret;
}

static void close_instance(struct recording *r)
{
	if (r->pipe >= 0)
		close(r->pipe);
	if (r->dir && rmdir(r->dir))
		fail(r->dir, errno);
	free(r->dir);
}

/* Take whole lines; a longer one is no event. */
static void take(struct recording *r, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != '\n') {
			if (r->len < sizeof(r->line) - 1)
				r->line[r->len++] = bytes[i];
			continue;
		}
		r->line[r->len] = '\0';
		r->len = 0;
		r->lost |= !map_add(r->map, r->line);
	}
}

static void drain(struct recording *r)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(r->pipe, bytes, sizeof(bytes))) > 0)
		take(r, bytes, n);
}

/* Start the command. What it prints must not be between the lines of the table. */
static enum exit_code start(struct recording *r, char *const *argv)
{
	r->child = fork();
	if (r->child < 0)
		return fail(argv[0], errno);
	if (r->child)
		return EXIT_OK;
	sigprocmask(SIG_SETMASK, &r->old, NULL);
	if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execvp(argv[0], argv);
	fail(argv[0], errno);
	_exit(127);
}

/*
 * A signal came. Returns true at the end of the recording; sets the exit code if the
 * command failed.
 */
static bool on_signal(struct recording *r, enum exit_code *code)
{
	struct signalfd_siginfo info;
	int status;

	if (read(r->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo != SIGCHLD) {
		/* The terminal has sent its signals to the command as well. */
		if (r->child && info.ssi_code != SI_KERNEL)
			kill(r->child, info.ssi_signo);
		return !r->child;
	}
	if (waitpid(r->child, &status, WNOHANG) != r->child)
		return false;
	if (status) {
		msg_error(NULL, "the command failed");
		*code = EXIT_SYSTEM;
	}
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static enum exit_code follow(struct recording *r, unsigned int seconds)
{
	struct pollfd fds[] = {
		{ .fd = r->pipe, .events = POLLIN },
		{ .fd = r->signals, .events = POLLIN },
	};
	enum exit_code code = EXIT_OK;
	double end = now() + seconds;
	bool done = false;

	while (!done && (!seconds || now() < end)) {
		int wait = seconds ? (end - now()) * 1000 + 1 : -1;

		if (poll(fds, 2, wait) < 0 && errno != EINTR)
			return fail("poll", errno);
		done = fds[1].revents && on_signal(r, &code);
		drain(r);
	}
	set(r, "tracing_on", "0");
	drain(r);
	return code;
}

static void catch_signals(struct recording *r)
{
	static const int caught[] = {
		SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, &r->old);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC);
}

enum exit_code record(struct map *map, unsigned int seconds, char *const *argv)
{
	struct recording r = { .map = map, .pipe = -1 };
	enum exit_code ret;

	catch_signals(&r);
	ret = r.signals < 0 ? fail("signalfd", errno) : open_instance(&r);
	if (ret == EXIT_OK && argv)
		ret = start(&r, argv);
	if (ret == EXIT_OK)
		ret = follow(&r, seconds);
	close_instance(&r);
	if (r.signals >= 0)
		close(r.signals);
	sigprocmask(SIG_SETMASK, &r.old, NULL);
	if (r.lost)
		msg_error(NULL, "warning: the kernel lost events; the map is incomplete");
	return ret;
}
