// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outputs are files in memory, so that neither can block the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../mount/xalloc.h"
#include "program.h"

/* Most bytes of an output to look at. */
#define OUTPUT_MAX	(4u << 20)

extern char **environ;

static char *read_back(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t len = size < 0 ? 0 : size > OUTPUT_MAX ? OUTPUT_MAX : size;
	char *text = xrealloc(NULL, len + 1);
	ssize_t n = pread(fd, text, len, 0);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

/* Returns an errno. */
static int spawn(const struct program *p, int out, int err, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int ret;

	posix_spawn_file_actions_init(&actions);
	if (p->in)
		posix_spawn_file_actions_adddup2(&actions, p->in, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
						 "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	ret = posix_spawnp(pid, p->argv[0], &actions, NULL, (char **)p->argv,
			   environ);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

static int run(struct program *p, int out, int err)
{
	size_t len;
	pid_t pid;
	int ret;

	if (out < 0 || err < 0)
		return -errno;
	ret = spawn(p, out, err, &pid);
	if (ret)
		return -ret;
	while (waitpid(pid, &p->status, 0) < 0 && errno == EINTR)
		;
	p->out = read_back(out);
	p->err = read_back(err);
	len = strlen(p->err);
	if (len && p->err[len - 1] == '\n')
		p->err[len - 1] = '\0';
	return 0;
}

int program_run(struct program *p)
{
	int out = memfd_create("stdout", MFD_CLOEXEC);
	int err = memfd_create("stderr", MFD_CLOEXEC);
	int ret;

	p->out = NULL;
	p->err = NULL;
	ret = run(p, out, err);
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return ret;
}

void program_free(struct program *p)
{
	free(p->out);
	free(p->err);
}
