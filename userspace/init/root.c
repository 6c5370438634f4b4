// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The root file system: the image, and an overlay whose changes go to a tmpfs or to
 * a file system on a device. Each of the file systems below an overlay stays
 * reachable under STATE_DIR.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "init.h"

#define CHANGES		UPPER_DIR "/upper"
#define WORK		UPPER_DIR "/work"
/* The UUID of the image to which the changes belong. */
#define IMAGE_FILE	UPPER_DIR "/image"
#define UUID_SIZE	37

static bool is_readonly(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) || st.f_flag & ST_RDONLY;
}

/* The value of index= among the mount options, allocated, or NULL. */
static char *flags_index(const char *flags)
{
	for (const char *at = flags; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, "index=", strlen("index="))) {
			at += strlen("index=");
			return strndup(at, strcspn(at, ","));
		}
	}
	return NULL;
}

/* Mount options can name devices as well: wait for these. */
static void wait_for_flags(const struct cmdline *cmdline)
{
	static const char *const keys[] = { "index", "device" };
	char *copy = cmdline->rootflags ? strdup(cmdline->rootflags) : NULL;
	char *rest = copy, *option;

	while ((option = strsep(&rest, ","))) {
		for (size_t i = 0; i < 2; i++) {
			size_t len = strlen(keys[i]);

			if (!strncmp(option, keys[i], len) &&
			    !strncmp(option + len, "=/dev/", strlen("=/dev/")))
				free(device_wait(keys[i], option + len + 1,
						 cmdline->wait));
		}
	}
	free(copy);
}

static void image_failed(const struct cmdline *cmdline, const char *root,
			 const char *holder, int err, const char *why)
{
	char uuid[UUID_SIZE];

	if (err == ENODEV)
		fail("the kernel has no stargz: install its module (make install, or the package stargz-dkms) and make the initramfs again");
	if (!device_uuid(holder, uuid))
		fail("%s: has no index of stargz: make the disk by stargz-image disk, or name the device of the index by stargz.index= (%s)",
		     holder, why);
	if (err == EINVAL || err == EUCLEAN || err == EIO || err == EBADMSG)
		fail("%s: cannot be mounted: %s; %swrite the whole disk again, and check it by fsck.stargz",
		     root, why, cmdline->rootflags ? "correct rootflags=, or " : "");
	fail("%s: cannot be mounted: %s; see rootflags= in stargz.cmdline(7)",
	     root, why);
}

static void mount_image(const struct cmdline *cmdline, const char *root,
			const char *index, const char *holder,
			const char *target)
{
	const char *flags = cmdline->rootflags;
	char *options = NULL, why[WHY_SIZE];
	int err;

	if (index && asprintf(&options, "index=%s%s%s", index,
			      flags ? "," : "", flags ? flags : "") < 0)
		fail("%s", strerror(ENOMEM));
	err = mount_new("stargz", root, options ? options : flags, true, target,
			why);
	if (err)
		image_failed(cmdline, root, holder, err, why);
	free(options);
}

/* Mount a device by the first of the kernel's file systems that takes it. */
static void mount_device(const char *path)
{
	FILE *types = fopen("/proc/filesystems", "re");
	char line[128], why[WHY_SIZE] = "", type[128], reason[WHY_SIZE] = "";
	int err = ENODEV;

	while (err && types && fgets(line, sizeof(line), types)) {
		/* Those without a device start with "nodev". */
		if (*line != '\t' || sscanf(line, "%127s", type) != 1 ||
		    !strcmp(type, "stargz"))
			continue;
		err = mount_new(type, path, NULL, false, UPPER_DIR, why);
		if (err == EACCES || err == EROFS)
			fail("stargz.overlay=%s: the device can only be read: make it writable in the virtual machine's configuration",
			     path);
		/* With EINVAL this is another file system, or none. */
		if (err && err != EINVAL && !*reason)
			snprintf(reason, sizeof(reason), "%.100s: %.300s", type, why);
	}
	if (types)
		fclose(types);
	/* It may have changes that somebody wants to keep. */
	if (err && *reason)
		fail("stargz.overlay=%s: cannot be mounted: %s; check it by fsck, or make a new one by mkfs.ext4 if it has nothing to keep",
		     path, reason);
	if (err)
		fail("stargz.overlay=%s: no file system that this kernel knows: check it by fsck if it should have one, make one by mkfs.ext4, or add its module by stargz-mkinitramfs --module=",
		     path);
	if (is_readonly(UPPER_DIR))
		fail("stargz.overlay=%s: its file system can only be read: check it by fsck, or make a new one by mkfs.ext4",
		     path);
}

static void mount_tmpfs(const char *size)
{
	char *options = NULL, why[WHY_SIZE];

	if (asprintf(&options, "mode=0755%s%s", size ? ",size=" : "",
		     size ? size : "") < 0)
		fail("%s", strerror(ENOMEM));
	if (mount_new("tmpfs", "stargz.overlay", options, false, UPPER_DIR, why))
		fail("stargz.overlay_size=%s: %s; give a size such as 512M or 50%%",
		     size ? size : "", why);
	free(options);
}

/* A directory of the overlay's own. */
static void make_overlay_dir(const char *path)
{
	if (!mkdir(path, 0755) || errno == EEXIST)
		return;
	if (errno == ENOSPC || errno == EDQUOT)
		fail("stargz.overlay=: the file system for the changes is full: use a larger one, or remove files from it");
	fail("stargz.overlay=: %s: %s", strrchr(path, '/') + 1, strerror(errno));
}

/* The root directory gets its attributes from the upper directory. */
static void make_changes(void)
{
	struct stat st;

	if (!access(CHANGES, F_OK))
		return;
	make_overlay_dir(CHANGES);
	if (!stat(LOWER_DIR, &st) && (chown(CHANGES, st.st_uid, st.st_gid) ||
				      chmod(CHANGES, st.st_mode & 07777)))
		fail("stargz.overlay=: %s", strerror(errno));
}

/* Why the file system for the changes cannot be used. */
static void changes_failed(const char *device, int err)
{
	if (err == ENOSPC || err == EDQUOT)
		fail("stargz.overlay=%s: the file system for the changes is full: use a larger one, or remove files from it",
		     device);
	fail("stargz.overlay=%s: file image: %s; check the file system by fsck",
	     device, strerror(err));
}

/*
 * Changes belong to one image: on top of another one, overlayfs would show a mixture
 * of both.
 */
static void check_image(const char *device, const char *holder)
{
	char uuid[UUID_SIZE], old[UUID_SIZE] = "";
	int fd = open(IMAGE_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	ssize_t n = fd < 0 ? -1 : read(fd, old, UUID_SIZE - 1);

	if (n < 0)
		changes_failed(device, errno);
	if (!device_uuid(holder, uuid))
		fail("%s: the UUID of the image cannot be read: give the device of the index by stargz.index=",
		     holder);
	if (n == UUID_SIZE - 1 && strcmp(old, uuid))
		fail("stargz.overlay=%s: has changes of another image (UUID %s, not %s): use that image, or make a new file system by mkfs.ext4",
		     device, old, uuid);
	if (n < UUID_SIZE - 1) {
		n = pwrite(fd, uuid, UUID_SIZE - 1, 0);
		if (n != UUID_SIZE - 1)
			changes_failed(device, n < 0 ? errno : ENOSPC);
		if (fsync(fd))
			changes_failed(device, errno);
	}
	close(fd);
}

/*
 * Without extended attributes overlayfs only warns. Later some changes fail, such as a
 * new directory in the place of one that was removed.
 */
static void check_xattrs(const char *where)
{
	if (setxattr(WORK, "trusted.stargz", "", 0, 0) && errno == EOPNOTSUPP)
		fail("stargz.overlay=%s: has no extended attributes: use a file system with them, such as ext4",
		     where);
	removexattr(WORK, "trusted.stargz");
}

static void mount_overlay(const struct cmdline *cmdline, const char *root,
			  const char *holder)
{
	bool tmpfs = !strcmp(cmdline->overlay, "tmpfs");
	char *device = NULL;

	make_dir(UPPER_DIR);
	if (tmpfs) {
		mount_tmpfs(cmdline->overlay_size);
	} else {
		device = device_wait("stargz.overlay", cmdline->overlay,
				     cmdline->wait);
		if (device_same(device, root) || device_same(device, holder))
			fail("stargz.overlay=%s: is the device of the image: give another one",
			     device);
		mount_device(device);
		check_image(device, holder);
		free(device);
	}
	make_changes();
	make_overlay_dir(WORK);
	check_xattrs(cmdline->overlay);
	/* With xino, readdir(3) and stat(2) agree about the number of each inode. */
	if (mount("overlay", NEWROOT, "overlay", 0, "lowerdir=" LOWER_DIR
		  ",upperdir=" CHANGES ",workdir=" WORK ",xino=on"))
		fail("stargz.overlay=%s: overlayfs: %s; use a file system with extended attributes, such as ext4",
		     cmdline->overlay, strerror(errno));
	/* Overlayfs falls back to this if it cannot make its own directories. */
	if (is_readonly(NEWROOT))
		fail("stargz.overlay=%s: the file system for the changes is full: use a larger one, or remove files from it",
		     cmdline->overlay);
}

void root_mount(const struct cmdline *cmdline)
{
	char *root = device_wait("root", cmdline->root, cmdline->wait);
	char *index = cmdline->index ?
		      device_wait("stargz.index", cmdline->index, cmdline->wait) :
		      NULL;
	char *named = index ? NULL : flags_index(cmdline->rootflags);
	const char *holder = index ? index : named ? named : root;

	wait_for_flags(cmdline);
	if (cmdline->overlay) {
		mkdir(STATE_DIR, 0700);
		make_dir(LOWER_DIR);
		mount_image(cmdline, root, index, holder, LOWER_DIR);
		mount_overlay(cmdline, root, holder);
	} else {
		mount_image(cmdline, root, index, holder, NEWROOT);
		if (cmdline->rw)
			note("rw: the root can only be read; stargz.overlay=tmpfs makes it writable");
	}
	note("%s is mounted%s%s", root, cmdline->overlay ? ", changes go to " : "",
	     cmdline->overlay ? cmdline->overlay : "");
	free(root);
	free(index);
	free(named);
}

void root_undo(void)
{
	umount2(NEWROOT, 0);
	umount2(UPPER_DIR, 0);
}
