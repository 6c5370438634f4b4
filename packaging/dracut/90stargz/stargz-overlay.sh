#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, pre-pivot hook: put a writable overlay over a root of type stargz, as
# stargz.overlay= says, and see that the image can be started. Over the root there may be an overlay already, by
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

# stargz_check_root: can the first process be started? systemd writes the reason why it
# does not switch to a root to its journal only.
stargz_check_root()
{
	local init

	stargz_check_init "$NEWROOT" /lib/systemd/systemd "$(stargz_arg real_init)" \
		/init || return
	[ -n "${DRACUT_SYSTEMD-}" ] || return 0
	if init=$(stargz_arg init) && ! stargz_find "$NEWROOT" "$init" >/dev/null; then
		stargz_why="init=$init: no such program; give the path of a program in the image"
	elif ! stargz_has_release "$NEWROOT"; then
		stargz_why="the image has no /etc/os-release, which systemd in the initramfs wants: add it, or use an initramfs without systemd"
	else
		return 0
	fi
	return 1
}

# stargz_has_release ROOT: does it have one of the files by which systemd knows a root?
stargz_has_release()
{
	local file

	for file in /etc/os-release /usr/lib/os-release; do
		[ ! -e "$1$file" ] && [ ! -h "$1$file" ] || return 0
	done
	return 1
}

if stargz_mounted "$NEWROOT" stargz >/dev/null; then
	stargz_try stargz_put_overlay
	stargz_try stargz_check_root
fi
