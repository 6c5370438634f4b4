#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, generator of systemd: give the index of stargz.index= to sysroot.mount,
# which systemd makes of root=, rootfstype= and rootflags=.
# shellcheck source=packaging/dracut/90stargz/stargz-dracut.sh
. /lib/stargz-dracut.sh

stargz_is_root || exit 0
index=$(stargz_arg stargz.index) || exit 0
index=$(stargz_device "$index")
flags=$(stargz_arg rootflags) || flags=
mkdir -p "$1/sysroot.mount.d"
{
	case $index in
	/dev/*)
		unit=$(dev_unit_name "$index").device
		printf '[Unit]\nRequires=%s\nAfter=%s\n' "$unit" "$unit" ;;
	esac
	# In a unit, % begins a specifier.
	printf '[Mount]\nOptions=ro%s,index=%s\n' "${flags:+,$flags}" "$index" |
		sed 's/%/%%/g'
} >"$1/sysroot.mount.d/stargz.conf"
