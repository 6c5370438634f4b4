// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * without - run a program on a kernel that lacks a feature.
 *
 *	without fsopen|fd COMMAND...
 *
 * Makes fsopen(2) and fspick(2) fail, or fsconfig(2) with file descriptors.
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* Continue if it is @what, else skip this number of instructions. */
#define UNLESS(what, skipped) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (what), 0, (skipped))
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, (what))

static struct sock_filter no_fsopen[] = {
	LOAD(nr),
	UNLESS(__NR_fsopen, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	UNLESS(__NR_fspick, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	RETURN(SECCOMP_RET_ALLOW),
};

static struct sock_filter no_fd[] = {
	LOAD(nr),
	UNLESS(__NR_fsconfig, 3),
	/* The low half, on a little-endian machine. */
	LOAD(args[1]),
	UNLESS(FSCONFIG_SET_FD, 1),
	RETURN(SECCOMP_RET_ERRNO | EINVAL),
	RETURN(SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
	struct sock_fprog filter = {
		sizeof(no_fsopen) / sizeof(no_fsopen[0]), no_fsopen,
	};

	if (argc < 3)
		errx(2, "Usage: without fsopen|fd COMMAND...");
	if (!strcmp(argv[1], "fd")) {
		filter.len = sizeof(no_fd) / sizeof(no_fd[0]);
		filter.filter = no_fd;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		err(2, "prctl");
	execvp(argv[2], argv + 2);
	err(2, "%s", argv[2]);
}
