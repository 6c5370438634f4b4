#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# dracut, pre-pivot hook: if the image cannot be started, say why before the switch to
# the root. What is asked follows method_switch_root() and do_reexecute() of systemd,
# whose reasons go to the journal only, and the end of dracut's own init.sh.
# shellcheck source=packaging/dracut/90stargz/stargz-dracut.sh
. /lib/stargz-dracut.sh

# stargz_has_release ROOT: does it have one of the files by which systemd knows a root?
stargz_has_release()
{
	local file

	for file in /etc/os-release /usr/lib/os-release; do
		[ ! -e "$1$file" ] && [ ! -h "$1$file" ] || return 0
	done
	stargz_why="the image has no /etc/os-release, which systemd in the initramfs wants: add it, or use an initramfs without systemd"
	return 1
}

# stargz_other_init ROOT INIT: does init= name a program other than systemd?
stargz_other_init()
{
	local file path

	[ -n "$2" ] || return
	file=$(stargz_find "$1" "$2") || return 0
	for path in /usr/lib/systemd/systemd /lib/systemd/systemd; do
		[ "$file" != "$(stargz_find "$1" "$path")" ] || return
	done
}

# stargz_check_root ROOT: can it be started? dracut's getarg removes quotes, as systemd
# does.
stargz_check_root()
{
	local init

	init=$(getarg init=)
	if [ -z "${DRACUT_SYSTEMD-}" ]; then
		# shellcheck disable=SC2046 # dracut reads a list of words too
		stargz_check_init "$1" "$(getarg real_init=)" "$init" \
			$(getargs rd.distroinit=) /sbin/init
	elif stargz_other_init "$1" "$init"; then
		stargz_check_init "$1" "$init" || return
		# Only newer versions of systemd want the file then too. The
		# warning is in the log.
		stargz_has_release "$1" || warn "stargz: $stargz_why"
	else
		stargz_check_init "$1" /usr/lib/systemd/systemd \
			/lib/systemd/systemd /sbin/init /bin/sh &&
			stargz_has_release "$1"
	fi
}

# A shell, and then the switch is tried all the same.
# shellcheck disable=SC2154 # dracut sets it
if stargz_mounted "$NEWROOT" stargz >/dev/null; then
	stargz_check_root "$NEWROOT" || emergency_shell "stargz: $stargz_why"
fi
