// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Refuse devices with signatures that wipefs(8) lists, as mkfs.xfs and
 * mkfs.btrfs do.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBBLKID
#include <blkid.h>
#endif

#include "output_device.h"
#include "stargz/footer.h"

#ifdef HAVE_LIBBLKID

/* libblkid does not know layers and indexes. */
static bool holds_layer(int fd, char *why, size_t size)
{
	if (stargz_probe(fd, 0, 0, NULL) <= STARGZ_KIND_UNKNOWN)
		return false;
	snprintf(why, size, "the device holds a layer or an index (--force overwrites it)");
	return true;
}

bool output_device_holds(int fd, char *why, size_t size)
{
	const char *type = NULL;
	blkid_probe probe = blkid_new_probe();
	int ret = -1;

	if (probe && !blkid_probe_set_device(probe, fd, 0, 0)) {
		blkid_probe_enable_superblocks(probe, 1);
		blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE |
							 BLKID_SUBLKS_MAGIC);
		blkid_probe_enable_partitions(probe, 1);
		blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC);
		ret = blkid_do_probe(probe);
	}
	if (!ret && blkid_probe_lookup_value(probe, "TYPE", &type, NULL))
		blkid_probe_lookup_value(probe, "PTTYPE", &type, NULL);
	if (!ret)
		snprintf(why, size, "the device holds %s (--force overwrites it)",
			 type ? type : "a known signature");
	else if (ret < 0)
		snprintf(why, size, "cannot detect what the device holds (--force overwrites it)");
	blkid_free_probe(probe);
	/* The probe has moved the position at which the output starts. */
	return lseek(fd, 0, SEEK_SET) || ret <= 0 ||
	       holds_layer(fd, why, size);
}

#else

static bool is_zero(int fd, off_t pos)
{
	static char buf[64 << 10];
	ssize_t n = pread(fd, buf, sizeof(buf), pos);

	return n > 0 && !buf[0] && !memcmp(buf, buf + 1, n - 1);
}

bool output_device_holds(int fd, char *why, size_t size)
{
	off_t end = lseek(fd, 0, SEEK_END);

	lseek(fd, 0, SEEK_SET);
	if (is_zero(fd, 0) &&
	    is_zero(fd, end > (64 << 10) ? end - (64 << 10) : 0))
		return false;
	snprintf(why, size, "the device is not empty (--force overwrites it)");
	return true;
}

#endif
