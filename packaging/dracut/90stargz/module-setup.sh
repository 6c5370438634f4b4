#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut: what a root file system of type stargz needs. dracut.modules(7) describes
# the functions.
#
# stargz_index=yes in /etc/dracut.conf.d/stargz.conf adds the programs that make the
# index of a root that is a layer without one.

# has_module: does the kernel have stargz?
has_module()
{
	# shellcheck disable=SC2154 # dracut sets it
	modinfo -k "$kernel" stargz >/dev/null 2>&1
}

# called by dracut. Without the module, the hooks tell the user so at the start.
check()
{
	has_module ||
		dwarn "stargz: no module for $kernel: its initramfs mounts no stargz"
	return 0
}

# called by dracut
depends()
{
	echo rootfs-block
}

# called by dracut
installkernel()
{
	hostonly='' instmods overlay loop virtio_blk virtio_pci virtio_mmio \
		virtio_scsi nvme
	! has_module || hostonly='' instmods stargz
}

# called by dracut
install()
{
	# shellcheck disable=SC2154 # dracut sets it
	inst_simple "$moddir/stargz-functions" /lib/stargz-functions
	inst_simple "$moddir/stargz-dracut.sh" /lib/stargz-dracut.sh
	inst_multiple blkid cat chmod chown dd mkdir modprobe mount readlink \
		sed stat umount
	inst_hook cmdline 96 "$moddir/stargz-cmdline.sh"
	inst_hook pre-mount 50 "$moddir/stargz-check.sh"
	inst_hook pre-pivot 20 "$moddir/stargz-overlay.sh"
	# dracut mounts /usr in between.
	inst_hook pre-pivot 95 "$moddir/stargz-init.sh"
	if dracut_module_included systemd; then
		# shellcheck disable=SC2154 # dracut sets it
		inst_script "$moddir/stargz-generator.sh" \
			"$systemdutildir/system-generators/dracut-stargz-generator"
	fi
	case ${stargz_index-} in
	y | yes | 1) inst_multiple mount.stargz stargz-index ;;
	esac
	# Links in /dev/disk/by-uuid and by-label for UUID= and LABEL=.
	if [ -x /usr/lib/udev/stargz_id ]; then
		inst_multiple /usr/lib/udev/stargz_id
		inst_rules 61-stargz.rules
	fi
}
