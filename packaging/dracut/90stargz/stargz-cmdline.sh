#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, cmdline hook: wait for the devices of stargz.index= and stargz.overlay=, and
# give the index to the mount. With systemd the generator gives it.
# shellcheck source=packaging/dracut/90stargz/stargz-dracut.sh
. /lib/stargz-dracut.sh

# stargz_wait_for OPTION: have dracut wait for the device that an option names.
stargz_wait_for()
{
	local value dev

	value=$(stargz_arg "$1") || return
	dev=$(stargz_device "$value")
	case $dev in
	/dev/*) ;;
	*) return ;;
	esac
	wait_for_dev "$dev"
	# shellcheck disable=SC2154 # dracut sets it
	printf '[ -e %s ] || warn %s\n' "$(stargz_quote "$dev")" \
		"$(stargz_quote "stargz: $1=$value: no such device: attach it, or correct the option")" \
		>>"$hookdir/emergency/81-stargz.sh"
}

if stargz_is_root; then
	stargz_wait_for stargz.index
	stargz_wait_for stargz.overlay
	# Without systemd, dracut's mount-root.sh checks the root by fsck, which fails
	# for a type that has no checker in the initramfs.
	# shellcheck disable=SC2034
	fastboot=yes
	if stargz_value=$(stargz_arg stargz.index); then
		stargz_value=index=$(stargz_device "$stargz_value")
		# shellcheck disable=SC2034 # dracut's mount-root.sh uses it
		rflags="${rflags:+$rflags,}$stargz_value"
	fi
fi
