# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# What cannot start says why in one line, and the machine ends: no hang, no root that
# is only in part writable.

# ends NAME PATTERN KERNEL-ARGUMENTS [OPTION OF MACHINE]...: the only message matches.
# The machine powers off, or restarts with panic=-1.
ends()
{
	local name=error-$1 pattern=$2 append=$3 said end=guest-shutdown
	shift 3
	[[ " $append " != *' panic=-1 '* ]] || end=guest-reset
	boot "$name" 6.12 "$append" --timeout 90 --initrd "$(initramfs 6.12)" "$@"
	said=$(messages "$name")
	# shellcheck disable=SC2053 # a pattern
	if [[ $said == stargz-init:\ $pattern && $said != *$'\n'* ]]; then
		tap_ok "${name#error-}: $said"
	else
		tap_not_ok "${name#error-}: $pattern" \
			"$said"$'\n'"$(tail -n 5 "$work/$name.console")"
	fi
	tap_is "${name#error-}: the machine ends" "$(result "$name" end)" "$end"
	tap_is "${name#error-}: no init was started" "$(guest "$name" process)" ''
}

# Of the command line.
error_cmdline()
{
	local disk
	disk=$(disk small)
	ends two-roots '*/dev/vda and /dev/vdb: give one; power off' \
		'root=/dev/vda root=/dev/vdb' --disk "$disk"
	ends type 'rootfstype=ext4: this initramfs mounts only*; restarting' \
		'root=/dev/vda rootfstype=ext4 panic=-1' --disk "$disk"
	# The kernel prints nothing on the console at this level.
	ends silent 'no root= on the kernel command line*' 'loglevel=0 quiet'
	ends flags '/dev/vda: cannot be mounted: *nosuch*; correct rootflags=, or *' \
		'root=/dev/vda rootflags=nosuch' --disk "$disk"
	ends no-init 'init=/nosuch: No such file*' \
		'root=/dev/vda init=/nosuch' --disk "$disk"
}

# Of the disk with the image.
error_disk()
{
	local disk layout index
	disk=$(disk small)
	ends absent 'root=/dev/vdz: no such device after 1 seconds; block devices: vda;*' \
		'root=/dev/vdz rootdelay=1' --disk "$disk"
	ends absent-uuid 'root=UUID=0-1: no such device after 0 seconds*' \
		'root=UUID=0-1 rootdelay=0' --disk "$disk"
	truncate -s 1M "$work/zeroes"
	ends no-index '/dev/vda: has no index of stargz: make the disk by stargz-image disk*' \
		'root=/dev/vda' --disk "$work/zeroes"
	head -c 1M "$disk" >"$work/short"
	ends short '/dev/vda: cannot be mounted: *; write the whole disk again*' \
		'root=/dev/vda' --disk "$work/short"
	layout=$(once layout-small "$top/tests/boot/image" small)
	index=$(once merged-index make_merged "$layout")
	truncate -s %512 "$index"
	head -c 4M /dev/urandom >"$work/foreign"
	ends foreign '/sbin/init: cannot be executed: *; check the disk by fsck.stargz*' \
		'root=/dev/vda stargz.index=/dev/vdb' \
		--disk "$work/foreign" --disk "$index"
}

# Of the program to start.
error_init()
{
	ends empty 'the image has no /sbin/init, /etc/init, /bin/init or /bin/sh*init=*' \
		'root=/dev/vda stargz.overlay=tmpfs' --disk "$(disk noinit)"
	ends alien '/sbin/init: is a program for aarch64, this machine is x86_64*' \
		'root=/dev/vda stargz.overlay=tmpfs' --disk "$(disk alien)"
	ends text '/etc/sums: *: give another one by init=*' \
		'root=/dev/vda init=/etc/sums' --disk "$(disk small)"
	boot error-kernel 6.12 'root=/dev/vda' --timeout 90 \
		--initrd "$(initramfs 6.1)" --disk "$(disk small)"
	tap_check 'an initramfs of another kernel says so' \
		grep -q 'modules for kernel 6.1.*stargz-mkinitramfs --kernel 6.12' \
		"$work/error-kernel.console"
	tap_is 'an initramfs of another kernel: the machine ends' \
		"$(result error-kernel end)" guest-shutdown
}

# make_full FILE N: a file system with N free inodes.
make_full()
{
	local i dir=$work/full-$2
	mkdir -p "$dir"
	for ((i = 5; i > $2; i--)); do
		: >"$dir/file$i"
	done
	truncate -s 8M "$1"
	mkfs.ext4 -qF -N 16 -d "$dir" "$1"
}

# Of the file system for changes.
error_overlay()
{
	local disk n where='root=/dev/vda stargz.overlay=/dev/vdb' file=$work/changes
	disk=$(disk small)
	ends overlay-absent 'stargz.overlay=/dev/vdb: no such device after 1 sec*' \
		"$where rootdelay=1" --disk "$disk"
	ends overlay-same 'stargz.overlay=/dev/vda: is the device of the image*' \
		'root=/dev/vda stargz.overlay=/dev/vda' --disk "$disk"
	truncate -s 8M "$work/blank"
	ends overlay-blank 'stargz.overlay=/dev/vdb: no file system *mkfs.ext4*' \
		"$where" --disk "$disk" --disk "$work/blank:rw"
	make_ext4 "$file"
	ends overlay-readonly 'stargz.overlay=/dev/vdb: the device can only be read*' \
		"$where" --disk "$disk" --disk "$file"
	for n in 0 2 3; do
		make_full "$work/full" "$n"
		ends "overlay-full-$n" 'stargz.overlay=*: * full: use a larger one*' \
			"$where" --disk "$disk" --disk "$work/full:rw"
	done
	mkdir "$work/other"
	printf '%s' 00000000-1111-2222-3333-444444444444 >"$work/other/image"
	rm "$file"
	make_ext4 "$file" "$work/other"
	ends overlay-other 'stargz.overlay=/dev/vdb: has changes of another image (UUID 00000000-1111-*' \
		"$where" --disk "$disk" --disk "$file:rw"
}

# A file system that becomes full is no reason to stop.
error_tmpfs()
{
	local name=error-tmpfs
	boot $name 6.12 'root=/dev/vda stargz.overlay=tmpfs stargz.overlay_size=4M' \
		--initrd "$(initramfs 6.12)" --disk "$(disk small)"
	same_as_files $name 'a full tmpfs'
	tap_is 'a full tmpfs: writes fail' "$(guest $name fill)" \
		'No space left on device'
	ends overlay-size 'stargz.overlay_size=x: *; give a size such as 512M*' \
		'root=/dev/vda stargz.overlay=tmpfs stargz.overlay_size=x' \
		--disk "$(disk small)"
}

for part in cmdline disk init overlay tmpfs; do
	add_case long errors.$part error_$part
done
