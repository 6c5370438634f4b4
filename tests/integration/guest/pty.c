// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pty COMMAND...: run a command on a terminal, print what it writes, and exit with
 * its status.
 */
#include <pty.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buf[4096];
	int master, status;
	ssize_t n;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = forkpty(&master, NULL, NULL, NULL);
	if (pid < 0)
		return 2;
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while ((n = read(master, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, n, stdout);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
