// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listen - read a file while the process that must permit reads uses it as
 * well.
 *
 *	listen BLOB INDEX DIR FILE SECONDS
 *
 * Requests fanotify permission events for the file system of BLOB, then mounts
 * BLOB on DIR, because files opened earlier raise no events. Before it permits
 * an event it reads FILE of that mount, as a virus scanner might. Fails if the
 * read has not finished after SECONDS.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *file;

static int read_file(void)
{
	char data[4096];
	int fd = open(file, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return 1;
	while ((n = read(fd, data, sizeof(data))) > 0)
		;
	close(fd);
	return n < 0;
}

/* Read the file that the event is about, then permit the event. */
static void permit(int fan, const struct fanotify_event_metadata *event)
{
	struct fanotify_response response = {
		.fd = event->fd, .response = FAN_ALLOW,
	};

	if (event->pid != getpid())
		read_file();
	if (write(fan, &response, sizeof(response)) != sizeof(response))
		err(1, "fanotify response");
	close(event->fd);
}

/* Permit events until killed. */
static void listener(int fan)
{
	static char events[4096];

	for (;;) {
		ssize_t len = read(fan, events, sizeof(events));
		const struct fanotify_event_metadata *event =
			(const void *)events;

		if (len < 0)
			err(1, "fanotify read");
		for (; FAN_EVENT_OK(event, len);
		     event = FAN_EVENT_NEXT(event, len))
			permit(fan, event);
	}
}

static pid_t start(int fan)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	if (fan >= 0)
		listener(fan);
	_exit(read_file());
}

int main(int argc, char **argv)
{
	char options[4096];
	int fan, status = 0;
	pid_t by, reader;
	time_t end;

	if (argc != 6)
		errx(2, "Usage: listen BLOB INDEX DIR FILE SECONDS");
	file = argv[4];
	snprintf(options, sizeof(options), "index=%s", argv[2]);
	fan = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	if (fan < 0 || fanotify_mark(fan, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
				     FAN_ACCESS_PERM | FAN_OPEN_PERM, AT_FDCWD,
				     argv[1]))
		err(1, "fanotify");
	by = start(fan);
	close(fan);
	if (mount(argv[1], argv[3], "stargz", MS_RDONLY, options))
		err(1, "mount");
	reader = start(-1);
	end = time(NULL) + atol(argv[5]);
	while (!waitpid(reader, &status, WNOHANG)) {
		if (time(NULL) >= end) {
			/* Without a listener all accesses are permitted. */
			kill(by, SIGKILL);
			kill(reader, SIGKILL);
			errx(1, "the reader waits for the listener, which waits for the reader");
		}
		usleep(50000);
	}
	kill(by, SIGKILL);
	waitpid(by, NULL, 0);
	return status != 0;
}
