// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaves the initramfs: /dev, /proc, /sys and /run move to the root of the image,
 * which becomes the root directory. What was learned from switch_root(8) of
 * util-linux: the old root is emptied through an open descriptor, and never beyond
 * its own file system.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "init.h"

/* Where the kernel looks for an init, in its order. */
static const char *const inits[] = {
	"/sbin/init", "/etc/init", "/bin/init", "/bin/sh",
};

#define INITS (sizeof(inits) / sizeof(inits[0]))

/*
 * Open a path of the image. Symbolic links are followed as they are after the
 * switch. Returns a descriptor or -1.
 */
static int open_in_root(const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	};
	int root = open(NEWROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how)), err = errno;

	close(root);
	errno = err;
	return fd;
}

/* Can a path of the image be executed? Returns 0 or an errno. */
static int check_init(const char *path)
{
	int fd = open_in_root(path), err = 0;
	struct stat st;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st))
		err = errno;
	else if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		err = EACCES;
	close(fd);
	return err;
}

static const char *find_init(const struct cmdline *cmdline)
{
	int err;

	if (cmdline->init) {
		err = check_init(cmdline->init);
		if (err)
			fail("init=%s: %s; give the path of a program in the image",
			     cmdline->init, strerror(err));
		return cmdline->init;
	}
	for (size_t i = 0; i < INITS; i++) {
		err = check_init(inits[i]);
		if (!err)
			return inits[i];
		if (err != ENOENT && err != ENOTDIR && err != EACCES)
			fail("%s: %s; check the disk by fsck.stargz", inits[i],
			     strerror(err));
	}
	fail("the image has no /sbin/init, /etc/init, /bin/init or /bin/sh: give the path of a program in it by init=");
}

/* Move a mount to the same place in the image, or drop it if there is none. */
static void move(const char *path, bool writable)
{
	char target[64];
	struct stat st;

	snprintf(target, sizeof(target), NEWROOT "%s", path);
	if (writable)
		mkdir(target, 0755);
	if (!lstat(target, &st) && S_ISDIR(st.st_mode) &&
	    !mount(path, target, NULL, MS_MOVE, NULL))
		return;
	umount2(path, MNT_DETACH);
}

/* Remove what is in a directory of the initramfs; closes @fd. */
static void empty(int fd, dev_t dev)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    st.st_dev != dev)
			continue;
		if (S_ISDIR(st.st_mode)) {
			int sub = openat(fd, entry->d_name, O_RDONLY |
					 O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (sub >= 0)
				empty(sub, dev);
		}
		unlinkat(fd, entry->d_name,
			 S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
	closedir(dir);
}

/* Its memory is free after that. Only an initramfs is emptied, never a disk. */
static void empty_initramfs(int fd)
{
	struct statfs fs;
	struct stat st;

	if (!fstatfs(fd, &fs) && !fstat(fd, &st) &&
	    (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC))
		empty(fd, st.st_dev);
	else
		close(fd);
}

static const char *machine_name(unsigned int machine)
{
	switch (machine) {
	case EM_386: return "i386";
	case EM_X86_64: return "x86_64";
	case EM_ARM: return "arm";
	case EM_AARCH64: return "aarch64";
	case EM_PPC64: return "ppc64";
	case EM_S390: return "s390x";
	case EM_RISCV: return "riscv";
	case EM_LOONGARCH: return "loongarch";
	default: return "an unknown machine";
	}
}

/* The header of this program; the linker defines the name. */
extern const ElfW(Ehdr) __ehdr_start;

static void exec_failed(const char *path, int err)
{
	ElfW(Ehdr) head = { .e_machine = EM_NONE };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool elf = fd >= 0 && read(fd, &head, sizeof(head)) == sizeof(head) &&
		   !memcmp(head.e_ident, ELFMAG, SELFMAG);

	if (err == ENOEXEC && elf && head.e_machine != __ehdr_start.e_machine)
		fail("%s: is a program for %s, this machine is %s: use an image for this machine",
		     path, machine_name(head.e_machine),
		     machine_name(__ehdr_start.e_machine));
	if (err == ENOEXEC)
		fail("%s: is neither a program nor a script with #!: give another one by init=",
		     path);
	if (err == ENOENT && fd >= 0)
		fail("%s: the image lacks its interpreter or loader: give another one by init=",
		     path);
	fail("%s: cannot be executed: %s; check the disk by fsck.stargz, or give another one by init=",
	     path, strerror(err));
}

void switch_root(const struct cmdline *cmdline, char **argv, char **envp)
{
	const char *init = find_init(cmdline);
	int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool writable = cmdline->overlay;

	move("/sys", writable);
	move("/run", writable);
	move("/proc", writable);
	move("/dev", writable);
	if (chdir(NEWROOT) || mount(".", "/", NULL, MS_MOVE, NULL) ||
	    chroot(".") || chdir("/"))
		fail("the root cannot be switched: %s", strerror(errno));
	if (old >= 0)
		empty_initramfs(old);
	note("starting %s", init);
	argv[0] = (char *)init;
	execve(init, argv, envp);
	exec_failed(init, errno);
	abort();
}
