# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests in guests share: sourced in the folder that holds it and tap.sh.
# shellcheck source=tests/lib/tap.sh
. ./tap.sh

# drop_kind WHAT: 1 pages, 2 inodes, 3 both.
drop_kind()
{
	echo "$1" >/proc/sys/vm/drop_caches
}

drop_caches()
{
	drop_kind 3
}

# mount_layer WHAT MOUNT-ARGUMENT...: a failed test if it cannot be mounted, as
# what comes after it cannot be tried.
mount_layer()
{
	local text

	text=$(mount -t stargz "${@:2}" 2>&1) && return
	tap_not_ok "$1 mounts" "$text"
	return 1
}

# tiny_sums DIR: checksums of what a mount of the tiny layer shows.
tiny_sums()
{
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z |
		xargs -0 -r sha256sum -z | LC_ALL=C sort -z -t ' ' -k 3)
}

# tiny_good DIR: is it a good mount of the tiny layer?
tiny_good()
{
	mountpoint -q "$1" && tiny_sums "$1" | cmp - tiny.sums
}

# tiny_mounts DIR COMMAND...: run it, expect a good mount there, unmount.
tiny_mounts()
{
	local status=0

	"${@:2}" || return
	tiny_good "$1" || status=$?
	umount "$1" || return
	return "$status"
}

# unpack_copy ORACLE DIR: what GNU tar unpacks, to compare content with, if its
# checksums are those that the oracle took.
unpack_copy()
{
	rm -rf "$2"
	mkdir -p "$2"
	tar -C "$2" -xf "$1.tar"
	tap_check "the copy of $1 is good" cmp "$1.sums" \
		<(cd "$2" && find . -type f -print0 | LC_ALL=C sort -z |
			xargs -0 sha256sum -z)
}

# test_lockdep: lockdep has not turned itself off, as it does after a complaint.
test_lockdep()
{
	if [ ! -e /proc/lockdep_stats ]; then
		tap_skip 'lockdep was at work to the end' 'this kernel has no lockdep'
		return
	fi
	tap_is 'lockdep was at work to the end' \
		"$(awk '/debug_locks:/ { print $2 }' /proc/lockdep_stats)" 1
}

# test_leaks: the kernel finds no memory that nobody refers to.
test_leaks()
{
	local leaks=/sys/kernel/debug/kmemleak

	if [ ! -e "$leaks" ]; then
		tap_skip 'no memory is lost' 'this kernel has no kmemleak'
		return
	fi
	# What was freed a moment ago may still count in the first look.
	echo scan >"$leaks"
	sleep 6
	echo scan >"$leaks"
	tap_is 'no memory is lost' "$(grep -B 12 -A 12 -m 1 stargz "$leaks")" ''
}
