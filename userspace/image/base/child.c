// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: other programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../mount/xalloc.h"
#include "child.h"

/* Bytes at the end of standard error to look at. */
#define ERROR_MAX	4096

bool child_is_installed(const char *program)
{
	const char *path = getenv("PATH");
	char *copy, *rest, *dir;
	bool found = false;

	if (strchr(program, '/'))
		return !access(program, X_OK);
	copy = xasprintf("%s", path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
	for (rest = copy; !found && (dir = strsep(&rest, ":"));) {
		char *file = xasprintf("%s/%s", dir, program);

		found = !access(file, X_OK);
		free(file);
	}
	free(copy);
	return found;
}

/* In the child: tell the parent why the program did not start. */
static void run_program(const struct child *child, const char *const *argv,
			pid_t parent, int in, int out, int failed)
{
	int null = open("/dev/null", O_RDWR), error;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() == parent && null >= 0 && dup2(in >= 0 ? in : null, STDIN_FILENO) >= 0 &&
	    dup2(out >= 0 ? out : null, STDOUT_FILENO) >= 0 &&
	    dup2(child->err, STDERR_FILENO) >= 0)
		execvp(argv[0], (char **)argv);
	error = errno;
	if (write(failed, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Fork. Returns a negative errno if the program did not start. */
static int spawn(struct child *child, const char *const *argv, int in, int out)
{
	pid_t parent = getpid();
	int pipes[2], error;
	ssize_t n;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	child->pid = fork();
	if (!child->pid)
		run_program(child, argv, parent, in, out, pipes[1]);
	error = errno;
	close(pipes[1]);
	n = child->pid < 0 ? (ssize_t)sizeof(error) :
			     read(pipes[0], &error, sizeof(error));
	close(pipes[0]);
	if (n != sizeof(error))
		return 0;
	if (child->pid > 0)
		child_wait(child);
	return -error;
}

int child_start(struct child *child, const char *const *argv, int in,
		bool output)
{
	int pipes[2] = { -1, -1 }, ret;

	child->program = argv[0];
	child->err = memfd_create("errors", MFD_CLOEXEC);
	if (child->err < 0)
		return -errno;
	ret = output && pipe2(pipes, O_CLOEXEC) ? -errno : 0;
	child->out = pipes[0];
	if (!ret)
		ret = spawn(child, argv, in, pipes[1]);
	if (pipes[1] >= 0)
		close(pipes[1]);
	if (!ret)
		return 0;
	if (pipes[0] >= 0)
		close(pipes[0]);
	close(child->err);
	return ret;
}

char *child_read(struct child *child, size_t max, size_t *len)
{
	char *text = xrealloc(NULL, max + 1), rest[4096];
	ssize_t n;

	*len = 0;
	while (*len < max &&
	       ((n = read(child->out, text + *len, max - *len)) > 0 ||
		(n < 0 && errno == EINTR)))
		*len += n > 0 ? n : 0;
	while ((n = read(child->out, rest, sizeof(rest))) > 0 ||
	       (n < 0 && errno == EINTR))
		;
	text[*len] = '\0';
	return text;
}

bool child_ended(const struct child *child, int *status)
{
	return waitpid(child->pid, status, WNOHANG) == child->pid;
}

int child_wait(const struct child *child)
{
	int status = -1;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

char *child_end(struct child *child)
{
	off_t size = lseek(child->err, 0, SEEK_END);
	off_t start = size > ERROR_MAX ? size - ERROR_MAX : 0;
	char *text = xrealloc(NULL, ERROR_MAX + 1), *line, *copy;
	ssize_t n = pread(child->err, text, ERROR_MAX, start);

	n = n < 0 ? 0 : n;
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	line = strrchr(text, '\n');
	copy = xasprintf("%s", line ? line + 1 : text);
	free(text);
	close(child->err);
	if (child->out >= 0)
		close(child->out);
	return copy;
}
