#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, pre-pivot hook: put a writable overlay over a root of type stargz, as
# stargz.overlay= says. Over the root there may be an overlay already, by
# systemd.volatile=overlay and systemd in the initramfs, or by rd.overlay.
# shellcheck source=packaging/dracut/90stargz/stargz-dracut.sh
. /lib/stargz-dracut.sh

# stargz_type DEVICE: print the type of the file system on it.
stargz_type()
{
	blkid -o value -s TYPE "$1"
}

stargz_put_overlay()
{
	local where dev type=''

	where=$(stargz_overlay_arg) || return 0
	stargz_load overlay || return
	if [ "$where" != tmpfs ]; then
		dev=$(stargz_device "$where")
		type=$(stargz_type "$dev") || {
			stargz_why="stargz.overlay=$where: no such device, or no file system on it: attach it, run mkfs.ext4, or give stargz.overlay=tmpfs"
			return 1
		}
		where=$dev
	fi
	# systemd makes all mounts shared: what is mounted over the root would
	# also be mounted over the place where stargz_overlay binds it.
	# shellcheck disable=SC2154 # dracut sets it
	mount --make-private "$NEWROOT"
	stargz_overlay "$NEWROOT" "$where" "$type"
}

if stargz_mounted "$NEWROOT" stargz >/dev/null; then
	stargz_try stargz_put_overlay
fi
