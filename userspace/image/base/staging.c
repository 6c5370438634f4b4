// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: directories for what is being copied. The work is done in a child,
 * because a signal handler cannot remove a directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../mount/msg.h"
#include "../../mount/xalloc.h"
#include "files.h"
#include "staging.h"

/* Signals that end a program. */
static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

static void clean_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_uid == geteuid() &&
	    !flock(fd, LOCK_EX | LOCK_NB) && !files_remove_tree(path))
		msg_error(path, "removed what a copy left that was killed");
	close(fd);
}

void staging_clean(const char *place)
{
	DIR *dir = opendir(place);
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		char *path;

		if (strncmp(d->d_name, STAGING_PREFIX, strlen(STAGING_PREFIX)))
			continue;
		path = xasprintf("%s/%s", place, d->d_name);
		clean_one(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

/* Make a directory that is locked before it has its name. */
static int make(struct staging *staging, const char *place)
{
	char *new = xasprintf("%s/.stargz-new-XXXXXX", place);
	int err = 0;

	if (!mkdtemp(new)) {
		err = errno;
	} else {
		staging->path = xasprintf("%s/" STAGING_PREFIX "%s", place,
					  new + strlen(new) - 6);
		staging->lock = open(new, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (staging->lock < 0 || flock(staging->lock, LOCK_EX) ||
		    rename(new, staging->path)) {
			err = errno;
			rmdir(new);
		}
	}
	free(new);
	if (err)
		msg_error(place, "%s", strerror(err));
	return -err;
}

/* Block the signals that end this process, and SIGCHLD. */
static void block(sigset_t *set, sigset_t *old)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaddset(set, fatal[i]);
	sigprocmask(SIG_BLOCK, set, old);
}

static void run_child(int (*work)(void *data), void *data, pid_t parent,
		      const sigset_t *mask)
{
	int ret;

	sigprocmask(SIG_SETMASK, mask, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	ret = getppid() == parent ? work(data) : -EIO;
	fflush(stdout);
	_exit(-ret);
}

/* Release all children that have ended. Returns false if there is none left. */
static bool reap(pid_t child, int *ret)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == child && WIFEXITED(status))
			*ret = -WEXITSTATUS(status);
	return !pid;
}

/*
 * Wait for the child, and for the programs that it leaves. Returns the signal that
 * asked this process to end, or zero.
 */
static int wait_for(pid_t child, const sigset_t *set, int *ret)
{
	int caught = 0;

	*ret = -EIO;
	while (reap(child, ret)) {
		int sig = sigwaitinfo(set, NULL);

		if (sig <= 0 || sig == SIGCHLD)
			continue;
		caught = sig;
		kill(child, SIGTERM);
	}
	return caught;
}

/* Make the place if it may be made. Sets @made if it was not there. */
static int make_place(const char *place, mode_t mode, bool *made)
{
	*made = mode && !mkdir(place, mode);
	if (!mode || *made || errno == EEXIST)
		return 0;
	msg_error(place, "%s", strerror(errno));
	return -errno;
}

int staging_run(struct staging *staging, const char *place, mode_t mode,
		int (*work)(void *data), void *data)
{
	pid_t parent = getpid(), child;
	sigset_t set, old;
	int caught = 0, ret;
	bool made;

	staging_clean(place);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	block(&set, &old);
	ret = make_place(place, mode, &made);
	*staging = (struct staging){ .lock = -1 };
	if (!ret)
		ret = make(staging, place);
	if (!ret) {
		fflush(stdout);
		child = fork();
		if (!child)
			run_child(work, data, parent, &old);
		if (child < 0)
			ret = -errno;
		else
			caught = wait_for(child, &set, &ret);
	}
	if (staging->path)
		files_remove_tree(staging->path);
	if (staging->lock >= 0)
		close(staging->lock);
	free(staging->path);
	/* Unless it has complete files. */
	if (made && (ret || caught))
		rmdir(place);
	if (caught)
		raise(caught);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ret;
}
