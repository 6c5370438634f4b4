# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The functions that the hooks of initramfs-tools and dracut share, in the shells that
# execute them. No machine is started.

# functions_in SHELL
functions_in()
{
	local root=/ path=$PATH shell=$1 rc=0

	case $1 in
	klibc)
		root=$("$top/tests/lib/initrdtree") || rc=$?
		path=/usr/lib/klibc/bin shell=sh ;;
	busybox) shell='busybox sh' ;;
	esac
	if [ "$rc" = 2 ]; then
		tap_skip "hooks, $1" 'no mirror has the packages of Debian'
		return
	fi
	# shellcheck disable=SC2086 # a command line
	tap_check "hooks: their functions in the shell $1" \
		"$top/tests/boot/functions" "$root" "$path" $shell
}

for shell in dash bash busybox klibc; do
	add_case short "functions-$shell" functions_in "$shell"
done
