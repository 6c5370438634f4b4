// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: run a command in a container. The runtime is a child of this
 * process, which passes signals and the exit status on.
 */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../layers/assembly.h"
#include "run.h"
#include "spec.h"

/**
 * struct container - a container that runs
 * @a: its image
 * @dir: its directory
 * @id: its name
 * @rootfs: where its image is mounted
 * @state: state of the runtime
 * @lock: the locked file, or -1
 * @runtime: the OCI runtime
 * @mounted: the image is mounted at @rootfs
 */
struct container {
	struct assembly a;
	char *dir;
	char *id;
	char *rootfs;
	char *state;
	int lock;
	char *runtime;
	bool mounted;
};

static enum exit_code fail(const char *what, int err)
{
	msg_error(what, "%s", strerror(err));
	return EXIT_RUN;
}

/* Say in the directory what it is for, and lock it. */
static enum exit_code claim(struct container *c)
{
	char *path = xasprintf("%s/lock", c->dir);
	enum exit_code ret = EXIT_OK;

	c->lock = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (c->lock < 0 || flock(c->lock, LOCK_EX) ||
	    dprintf(c->lock, "%s\n", c->a.s->image) < 0)
		ret = fail(path, errno);
	free(path);
	return ret;
}

static enum exit_code make_directory(struct container *c)
{
	c->dir = xasprintf(RUN_DIR "/" RUN_PREFIX "XXXXXX");
	if (!mkdtemp(c->dir)) {
		enum exit_code ret = fail(c->dir, errno);

		free(c->dir);
		c->dir = NULL;
		return ret;
	}
	c->id = xasprintf("stargz-%s", strrchr(c->dir, '-') + 1);
	c->rootfs = xasprintf("%s/rootfs", c->dir);
	c->state = xasprintf("%s/state", c->dir);
	if (mkdir(c->rootfs, 0700) || mkdir(c->state, 0700))
		return fail(c->dir, errno);
	return claim(c);
}

static enum exit_code mount_image(struct container *c)
{
	enum exit_code ret;
	int mnt;

	if (assembly_mount(&c->a, &mnt))
		return EXIT_RUN;
	ret = make_directory(c);
	if (ret == EXIT_OK && move_mount(mnt, "", AT_FDCWD, c->rootfs,
					 MOVE_MOUNT_F_EMPTY_PATH))
		ret = fail(c->rootfs, errno);
	c->mounted = ret == EXIT_OK;
	close(mnt);
	return ret;
}

/* pivot_root(2) does not work in the root file system of an initramfs. */
static bool is_initramfs(void)
{
	FILE *file = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool is = false;

	while (file && (m = getmntent(file)))
		if (!strcmp(m->mnt_dir, "/"))
			is = !strcmp(m->mnt_type, "rootfs");
	if (file)
		endmntent(file);
	return is;
}

/* In the child. It asks the container to end if its parent is killed. */
static void start_runtime(const struct container *c, const sigset_t *mask)
{
	const char *option = is_initramfs() ? "--no-pivot" : c->id;
	const char *const argv[] = {
		c->runtime, "--root", c->state, "run", "--bundle", c->dir,
		option, option == c->id ? NULL : c->id, NULL,
	};

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], (char **)argv);
	msg_error(argv[0], "%s", strerror(errno));
	_exit(EXIT_RUN);
}

/*
 * Pass a signal on. The terminal sends its signals to the runtime, too. SIGTERM
 * becomes the signal that the image wants.
 */
static void pass_on(pid_t child, const siginfo_t *info, int stop_signal)
{
	if (info->si_code > 0)
		return;
	kill(child, info->si_signo == SIGTERM ? stop_signal : info->si_signo);
}

static int wait_for(pid_t child, const sigset_t *signals, int stop_signal)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (sigwaitinfo(signals, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD)
			pass_on(child, &info, stop_signal);
		else if (waitpid(child, &status, WNOHANG) == child)
			break;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static int run_runtime(struct container *c, int stop_signal)
{
	static const int passed[] = {
		SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGWINCH, SIGCONT,
	};
	sigset_t signals, old;
	pid_t child;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaddset(&signals, passed[i]);
	sigprocmask(SIG_BLOCK, &signals, &old);
	fflush(stdout);
	child = fork();
	if (child < 0)
		return fail(c->runtime, errno);
	if (!child)
		start_runtime(c, &old);
	return wait_for(child, &signals, stop_signal);
}

static int run_image(struct container *c)
{
	struct spec spec = { .s = c->a.s, .id = c->id };
	char *config = xasprintf("%s/config.json", c->dir);
	int code;

	spec.root = open(c->rootfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = spec.root < 0 ? fail(c->rootfs, errno) :
			       spec_make(&spec, c->a.img.image);
	if (spec.root >= 0)
		close(spec.root);
	if (code == EXIT_OK && spec_write(&spec, config))
		code = EXIT_RUN;
	if (code == EXIT_OK)
		code = run_runtime(c, spec.stop_signal);
	spec_free(&spec);
	free(config);
	return code;
}

/* The directory is kept for "gc" if something is still mounted there. */
static void clean(struct container *c)
{
	if (c->mounted)
		umount2(c->rootfs, MNT_DETACH);
	if (c->dir)
		run_remove(c->dir);
	if (c->lock >= 0)
		close(c->lock);
	free(c->runtime);
	free(c->dir);
	free(c->id);
	free(c->rootfs);
	free(c->state);
}

int command_run(struct settings *s)
{
	struct container c = { .a = { .s = s, .rw = "tmpfs" }, .lock = -1 };
	int code = EXIT_RUN;

	c.runtime = runtime_find(s);
	if (!c.runtime) {
		msg_error(s->runtime, s->runtime ? "no such program" :
			  "neither crun nor runc is installed");
		return EXIT_RUN;
	}
	if (assembly_enter(&c.a)) {
		free(c.runtime);
		return EXIT_RUN;
	}
	runtime_prepare();
	if (!assembly_prepare(&c.a))
		code = mount_image(&c);
	if (code == EXIT_OK)
		code = run_image(&c);
	clean(&c);
	assembly_release(&c.a);
	return code;
}
