# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The functions that the hooks of initramfs-tools and dracut share, in the shells that
# execute them. No machine is started.

# klibc_root TREE DIR: a root with nothing but klibc. /dev/null is a file there.
klibc_root()
{
	mkdir -p "$2/tmp" "$2/usr/lib/klibc" "$2/lib" "$2/dev"
	: >"$2/dev/null"
	cp -a "$1/usr/lib/klibc/bin" "$2/usr/lib/klibc/"
	cp -a "$1"/usr/lib/klibc-*.so "$2/lib/"
	mkdir "$2/bin"
	cp -a "$2/usr/lib/klibc/bin/sh" "$2/bin/sh"
}

# functions_in SHELL
functions_in()
{
	local root=/ path=$PATH shell=$1 tree rc=0

	case $1 in
	klibc)
		tree=$("$top/tests/lib/initrdtree") || rc=$?
		case $rc in
		0) root=$(once klibc-root klibc_root "$tree") ;;
		2) tap_skip "hooks, $1" 'no mirror has the packages of Debian'
			return ;;
		*) tap_not_ok "hooks, $1: the packages of Debian are unpacked"
			return ;;
		esac
		path=/usr/lib/klibc/bin shell=sh ;;
	busybox) shell='busybox sh' ;;
	esac
	# shellcheck disable=SC2086 # a command line
	tap_check "hooks: their functions in the shell $1" \
		"$top/tests/boot/functions" "$root" "$path" $shell
}

# The overlay over a root on whose /usr another file system is mounted. All mounts are
# shared, as systemd makes them.
overlay_and_usr()
{
	local got
	if ! grep -qw overlay /proc/filesystems; then
		tap_skip 'hooks: the overlay keeps /usr' 'the kernel has no overlayfs'
		return
	fi
	mkdir "$work/new"
	# shellcheck disable=SC2016 # for the inner shell
	got=$(unshare --mount --propagation shared dash -c '
		cd "$1/new" && mkdir root && mount -t tmpfs root root || exit
		mount --make-private root
		mkdir root/usr && mount -t tmpfs usr root/usr && echo program >root/usr/file
		. "$2/packaging/initramfs/stargz-functions"
		stargz_cmdline() { :; }
		stargz_dir=$PWD/run
		stargz_overlay "$PWD/root" tmpfs || echo "$stargz_why"
		cat root/usr/file
		stargz_mounted "$PWD/root" any | cut -d " " -f 1' sh "$work" "$top" 2>&1)
	tap_is 'hooks: the overlay keeps /usr' "$got" $'program\noverlay'
}

add_case short functions-usr overlay_and_usr
for shell in dash bash busybox klibc; do
	add_case short "functions-$shell" functions_in "$shell"
done
