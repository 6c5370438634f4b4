#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, pre-mount hook: see that a root of type stargz has what the mount needs: a
# module, and an index.
# shellcheck source=packaging/dracut/90stargz/stargz-dracut.sh
. /lib/stargz-dracut.sh

stargz_check()
{
	local dev index

	stargz_check_args && stargz_load stargz || return
	case $(stargz_arg rootflags) in
	index=* | *,index=*) return 0 ;;
	esac
	if index=$(stargz_arg stargz.index); then
		stargz_has_index "$(stargz_device "$index")" && return
		stargz_why="stargz.index=$index: not an index: make one by stargz-index"
		return 1
	fi
	dev=$(stargz_device "$(stargz_arg root)")
	# mount.stargz makes the index.
	stargz_has_index "$dev" || command -v mount.stargz >/dev/null && return
	stargz_why="$dev: no index: make the disk by stargz-image disk, or give stargz.index="
	return 1
}

! stargz_is_root || stargz_try stargz_check
