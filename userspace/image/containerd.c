// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stargz-image: images of containerd. Its content store is a directory of blobs,
 * which is only read. ctr(8), the client of containerd, says which digest a name
 * stands for; the database of containerd is not opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image.h"

#define STORE	"io.containerd.content.v1.content/blobs/sha256"

/* Most bytes of the output of ctr to look at. */
#define OUTPUT_MAX	(64u << 10)

extern char **environ;

/* Start a program with its output in a pipe. Returns an errno. */
static int start(const char *const *argv, pid_t *pid, int *out)
{
	posix_spawn_file_actions_t actions;
	int pipes[2], err;

	if (pipe2(pipes, O_CLOEXEC))
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawnp(pid, argv[0], &actions, NULL, (char **)argv,
			   environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	*out = pipes[0];
	if (err)
		close(pipes[0]);
	return err;
}

/* Read the output up to the limit; the rest is discarded. */
static char *read_output(int fd)
{
	char *text = xrealloc(NULL, OUTPUT_MAX + 1), rest[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, OUTPUT_MAX - len)) > 0)
		len += n;
	while (n >= 0 && read(fd, rest, sizeof(rest)) > 0)
		;
	text[len] = '\0';
	return text;
}

/*
 * Ask for the digest of a name. Returns a new string, NULL with @ret zero if
 * there is no such image.
 */
static char *ask(const struct settings *s, const char *ns, const char *ref,
		 int *ret)
{
	char *filter = xasprintf("name==%s", ref), *text, *at;
	const char *const argv[] = {
		"ctr", "--namespace", ns, "images", "ls", filter, NULL,
	};
	int out = -1, status;
	pid_t pid;

	*ret = -start(argv, &pid, &out);
	free(filter);
	if (*ret) {
		msg_error(s->image, "ctr, the client of containerd: %s",
			  strerror(-*ret));
		return NULL;
	}
	text = read_output(out);
	close(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status) {
		free(text);
		msg_error(s->image, "ctr failed; is containerd running?");
		*ret = -EIO;
		return NULL;
	}
	/* The line of the image has its name, its media type and its digest. */
	at = strstr(text, "sha256:");
	if (at)
		at = strndup(at, strcspn(at, " \t\n"));
	free(text);
	return at;
}

/* "[NS/]REF": a name may also begin with the name of a registry and "/". */
static int resolve(const struct settings *s, const char *ref, char **digest)
{
	const char *ns = getenv("CONTAINERD_NAMESPACE"), *slash;
	char *first;
	int ret;

	*digest = ask(s, ns && *ns ? ns : "default", ref, &ret);
	slash = strchr(ref, '/');
	if (ret || *digest || !slash)
		return ret;
	first = xasprintf("%.*s", (int)(slash - ref), ref);
	*digest = ask(s, first, slash + 1, &ret);
	free(first);
	return ret;
}

int image_name(const struct settings *s, char **name)
{
	static const char prefix[] = "containerd:";
	char *digest;
	int ret;

	if (strncmp(s->image, prefix, strlen(prefix))) {
		*name = xasprintf("%s", s->image);
		return 0;
	}
	ret = resolve(s, s->image + strlen(prefix), &digest);
	if (!ret && !digest) {
		msg_error(s->image, "containerd has no such image; ctr images ls lists them");
		return -ENOENT;
	}
	if (ret)
		return ret;
	*name = xasprintf("%s/" STORE "@%s", s->containerd, digest);
	free(digest);
	return 0;
}
