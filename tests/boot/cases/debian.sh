# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A whole Debian of three plain layers, by the initramfs of each distribution and that
# of stargz-mkinitramfs. The guest prints TAP, see tests/boot/debian/guest.

debian=$top/tests/boot/debian

# debian_initrd KIND SERIES
debian_initrd()
{
	case $1 in
	static) initramfs "$2" ;;
	*) "$debian/make-initrd" "$1" "$2" ;;
	esac
}

# debian_boot NAME ARGUMENTS [OPTION OF MACHINE]...: start a machine. NAME begins with
# the series of the kernel and the kind of the initramfs. Leaves $work/NAME.tap.
#
# norandmaps: QEMU 7.2 translates a shared library once for each address at which a
# process maps it. Each byte that is later written to its pages costs a walk of all these
# translations. When the kernel clears the memory of an initramfs that started thousands
# of processes, as dracut's does, that took two minutes, and was reported as a lockup.
debian_boot()
{
	local name=$1 arguments=$2 series kind initrd
	shift 2
	read -r series kind _ <<<"${name//-/ }"
	case $name in
	*-dracut-plain-*) kind=dracut-plain ;;
	esac
	case $name in
	*-layer) kind=$kind+index ;;
	*-rd-overlay) kind=$kind+overlayfs ;;
	*-no-module) kind=$kind-nomodule ;;
	esac
	initrd=$(debian_initrd "$kind" "$series") || return
	: >"$work/$name.tap"
	boot "$name" "$series" "rootfstype=stargz ro loglevel=5 watchdog_thresh=60 \
rcupdate.rcu_cpu_stall_timeout=120 norandmaps $arguments" --memory 2048 \
		--initrd "$initrd" "$@" -- \
		-chardev "file,id=tap,path=$work/$name.tap" -serial chardev:tap
	sed -i 's/\r//g' "$work/$name.tap"
}

# debian_tell NAME: pass the guest's tests on. The machine has to power off, and its
# kernel not to complain.
debian_tell()
{
	local name=$1 line count=0 plan=none bad

	while IFS= read -r line; do
		case $line in
		'ok '*) tap_ok "$name: ${line#ok * - }"; count=$((count + 1)) ;;
		'not ok '*)
			tap_not_ok "$name: ${line#not ok * - }"
			count=$((count + 1)) ;;
		1..*) plan=${line#1..} ;;
		'#'*) echo "$line" ;;
		esac
	done <"$work/$name.tap"
	tap_is "$name: all tests of the guest, then power off" \
		"$count, $(result "$name" end)" "$plan, guest-shutdown"
	[ "$plan" = "$count" ] || tail -n 20 "$work/$name.console" | sed 's/^/# /'
	bad=$(grep -aE -A 25 'BUG: |WARNING: |Oops|Call Trace:|Kernel panic|blocked for more than|stall' \
		"$work/$name.console") || :
	tap_is "$name: the kernel does not complain" "$bad" ''
}

# debian_prepare NAME: set dir to the folder of tests/boot/debian/make-disk. Without a
# mirror the case is skipped.
debian_prepare()
{
	local rc=0

	"$top/tests/lib/initrdtree" >/dev/null || rc=$?
	case $1 in
	# tests/lib/newer ends with 1 without a mirror.
	*-rd-overlay) "$top/tests/lib/newer" dracut-core >/dev/null || rc=2 ;;
	esac
	[ "$rc" != 0 ] || dir=$("$debian/make-disk") || rc=$?
	case $rc in
	0) return 0 ;;
	2) tap_skip "$1" 'no mirror has the packages of Debian' ;;
	*) tap_not_ok "$1: image and initramfs are made" ;;
	esac
	return 1
}

# debian_row NAME PARTS ARGUMENTS [OPTION OF MACHINE]...: boot the image to its own
# systemd or another first process. The guest could write to the disk, and must not.
debian_row()
{
	local name=$1 parts=$2 arguments=$3 dir disk=$work/$1.img before
	shift 3
	debian_prepare "$name" || return 0
	cp "$dir/disk.img" "$disk"
	before=$(digest "$disk")
	case " $arguments" in
	*' root='*) ;;
	*) arguments="root=/dev/vda $arguments" ;;
	esac
	debian_boot "$name" "test.parts=$parts $arguments" \
		--timeout 600 --disk "$disk:rw" "$@"
	debian_tell "$name"
	untouched "$name" 0 "$disk" "$before" "$name"
	rm -f "$disk"
}

# debian_named NAME: the root is given by its UUID or its label.
debian_named()
{
	local name=$1 dir root=LABEL=debian

	debian_prepare "$name" || return 0
	case $name in
	*-uuid)
		root=UUID=$("$build/bin/dump.stargz" --json "$dir/disk.img" |
			jq -r .uuid) ;;
	esac
	debian_row "$name" overlay,systemd "stargz.overlay=tmpfs root=$root"
}

# debian_device NAME: changes on a device survive a restart. They are not mixed with
# another image.
debian_device()
{
	local name=$1 dir upper=$work/$1.upper parts

	debian_prepare "$name" || return 0
	truncate -s 256M "$upper"
	mkfs.ext4 -q "$upper"
	for parts in keep kept,gcc; do
		debian_boot "$name" "root=/dev/vda stargz.overlay=/dev/vdb \
test.parts=overlay,systemd,device,$parts" --timeout 600 --disk "$dir/disk.img" \
			--disk "$upper:rw"
		debian_tell "$name"
	done
	tap_check "$name: the device is clean" e2fsck -fn "$upper"
	tap_is "$name: the device names the image" \
		"$(debugfs -R 'cat /image' "$upper" 2>/dev/null)" \
		"$("$build/bin/dump.stargz" --json "$dir/disk.img" | jq -r .uuid)"
	debian_wrong "${name%-device}-other-image" "$upper"
}

# debian_flat DIR: print the path of one plain layer with a whole system, the image of
# DIR without its compiler.
debian_flat()
{
	local flat=$1/flat.tar.gz

	if [ ! -e "$flat" ]; then
		gzip -dc "$1/0.tar.gz" >"$work/flat.tar"
		gzip -dc "$1/2.tar.gz" >"$work/app.tar"
		tar -A -f "$work/flat.tar" "$work/app.tar"
		gzip -6 <"$work/flat.tar" >"$flat.new"
		rm "$work/flat.tar" "$work/app.tar"
		mv "$flat.new" "$flat"
	fi
	echo "$flat"
}

# debian_layer NAME: the root is a layer as it is. Its index is on a second disk, or,
# if NAME ends in -layer, the initramfs makes it.
debian_layer()
{
	local name=$1 dir flat arguments='' disks

	debian_prepare "$name" || return 0
	flat=$(debian_flat "$dir")
	disks=(--disk "$flat")
	case $name in
	*-index)
		"$build/bin/stargz-index" -o "$work/$name.sgi" "$flat"
		disks+=(--disk "$work/$name.sgi")
		arguments=stargz.index=/dev/vdb ;;
	esac
	debian_boot "$name" "root=/dev/vda stargz.overlay=tmpfs $arguments \
test.parts=overlay,systemd,verify" --timeout 600 "${disks[@]}"
	debian_tell "$name"
}

# debian_shell KIND: a pattern of what the distribution prints with its shell.
debian_shell()
{
	case $1 in
	*-dracut-*) echo 'Press Enter for maintenance|Entering emergency mode' ;;
	*) echo '\(initramfs\)' ;;
	esac
}

# debian_error NAME LINE ARGUMENTS [OPTION OF MACHINE]...: the console has a line that
# matches, and there is a shell.
debian_error()
{
	local name=$1 line=$2 arguments=$3 shell
	shift 3
	shell=$(debian_shell "$name")
	debian_boot "$name" "rd.retry=5 $arguments" --timeout 300 --until "$shell" "$@"
	if grep -aqE -- "$line" "$work/$name.console"; then
		tap_ok "$name: $(grep -aoE -m 1 -- "stargz.*$line.*" \
			"$work/$name.console" || echo "$line")"
	else
		tap_not_ok "$name: the console says what to do" \
			"wanted: $line"$'\n'"$(tail -n 20 "$work/$name.console")"
	fi
	tap_is "$name: there is a shell" "$(result "$name" end)" until
}

# debian_wrong NAME [UPPER]: one of the errors. NAME ends with it.
debian_wrong()
{
	local name=$1 d=$work/$1.disk v=root=/dev/vda root on_vdb dir file
	debian_prepare "$name" || return 0
	root=(--disk "$dir/disk.img")
	on_vdb="$v stargz.overlay=/dev/vdb"

	truncate -s 16M "$d"
	case $name in
	*-no-index)
		debian_error "$name" '/dev/vda: no index: make the disk by' "$v" \
			--disk "$d" ;;
	*-bad-index)
		debian_error "$name" 'stargz.index=/dev/vdb: not an index' \
			"$v stargz.index=/dev/vdb" "${root[@]}" --disk "$d" ;;
	*-short)
		head -c 2M "$dir/disk.img" >"$d"
		debian_error "$name" '/dev/vda: truncated index' "$v" \
			--disk "$d" ;;
	*-no-overlay)
		debian_error "$name" 'stargz.overlay=/dev/vdb: no such device' \
			"$on_vdb" "${root[@]}" ;;
	*-unformatted)
		debian_error "$name" 'stargz.overlay=/dev/vdb: .*no file system on' \
			"$on_vdb" "${root[@]}" --disk "$d:rw" ;;
	*-read-only)
		mkfs.ext4 -q "$d"
		debian_error "$name" 'stargz.overlay=/dev/vdb: (the device can|cannot be)' \
			"$on_vdb" "${root[@]}" --disk "$d" ;;
	*-full)
		mkfs.ext4 -q -N 16 -m 0 "$d"
		for file in 1 2 3 4 5 6; do
			debugfs -w -R "write /etc/hostname f$file" "$d"
		done >/dev/null 2>&1
		debian_error "$name" 'stargz.overlay=/dev/vdb: the file system for the changes is full' \
			"$on_vdb" "${root[@]}" --disk "$d:rw" ;;
	*-other-image)
		debian_empty "$d"
		debian_error "$name" 'stargz.overlay=/dev/vdb: has changes of another image' \
			"$on_vdb" --disk "$d" --disk "$2:rw" ;;
	*-two-roots)
		debian_error "$name" 'root= is given twice, /dev/vdb and /dev/vda' \
			"root=/dev/vdb $v" "${root[@]}" ;;
	*-no-module)
		debian_error "$name" 'no module stargz for this kernel' "$v" \
			"${root[@]}" ;;
	*-no-root)
		debian_error "$name" '/dev/vdx.* does not exist' root=/dev/vdx \
			"${root[@]}" ;;
	*-no-init)
		debian_empty "$d"
		debian_error "$name" 'the image has no program .*/sbin/init' "$v" \
			--disk "$d" ;;
	*-wrong-init)
		debian_error "$name" 'the image has no program /no/such: give' \
			"$v init=/no/such" "${root[@]}" ;;
	*-alien)
		debian_error "$name" '/sbin/init: is a program for another machine' \
			"$v" --disk "$(disk alien)" ;;
	*-no-release)
		debian_error "$name" 'the image has no /etc/os-release' "$v" \
			--disk "$(disk small)" ;;
	*) tap_not_ok "$name: no such case" ;;
	esac
}

# debian_empty FILE: a disk of an image with one folder.
debian_empty()
{
	mkdir -p "$work/empty/etc"
	tar -C "$work/empty" -czf "$work/empty.tar.gz" etc
	"$build/bin/stargz-index" --merge --device-image -o "$1" "$work/empty.tar.gz"
}

# debian_other_init NAME: with init= systemd switches to an image without os-release.
debian_other_init()
{
	local name=$1

	debian_prepare "$name" || return 0
	debian_boot "$name" 'root=/dev/vda stargz.overlay=tmpfs init=/sbin/init' \
		--timeout 300 --disk "$(disk small)"
	tap_is "$name: the guest starts and powers off" \
		"$(guest "$name" process), $(result "$name" end)" '1, guest-shutdown'
}

# debian_case NAME: one of the cases below.
debian_case()
{
	local name=$1 tmpfs=stargz.overlay=tmpfs

	case $name in
	*-target) debian_row "$name" overlay,systemd "$tmpfs" ;;
	*-script)
		debian_row "$name" overlay,script,verify,gcc \
			"$tmpfs init=/app/init" ;;
	*-work)
		debian_row "$name" overlay,systemd,verify,gcc,git,apt,python \
			"$tmpfs" --timeout 2400 ;;
	*-readonly) debian_row "$name" plain,script init=/app/init ;;
	*-dracut-volatile)
		debian_row "$name" overlay-systemd,systemd \
			systemd.volatile=overlay ;;
	*-volatile) debian_row "$name" overlay,systemd systemd.volatile=overlay ;;
	*-rd-overlay)
		debian_row "$name" overlay-other,systemd rd.overlay=1 ;;
	*-size)
		debian_row "$name" overlay,size,script \
			"$tmpfs stargz.overlay_size=64M init=/app/init" ;;
	*-device) debian_device "$name" ;;
	*-uuid | *-label) debian_named "$name" ;;
	*-index | *-layer) debian_layer "$name" ;;
	*-other-init) debian_other_init "$name" ;;
	*) tap_not_ok "$name: no such case" ;;
	esac
}

for series in 6.1 6.12 7.2; do
	for kind in static busybox klibc dracut; do
		for what in target script work; do
			# The work is the same with any initramfs.
			[ "$what-$kind" = work-busybox ] || [ "$what" != work ] ||
				continue
			add_case long "debian-$series-$kind-$what" \
				debian_case "$series-$kind-$what"
		done
	done
done
for kind in busybox klibc dracut; do
	for what in readonly volatile size device index layer uuid label; do
		add_case long "debian-6.12-$kind-$what" \
			debian_case "6.12-$kind-$what"
	done
	for what in no-index bad-index short no-overlay unformatted read-only full \
		two-roots no-module no-root no-init alien; do
		add_case long "debian-6.12-$kind-$what" \
			debian_wrong "6.12-$kind-$what"
	done
done
add_case long debian-6.12-dracut-other-init debian_case 6.12-dracut-other-init
add_case long debian-6.12-dracut-rd-overlay debian_case 6.12-dracut-rd-overlay
for what in wrong-init no-release; do
	add_case long "debian-6.12-dracut-$what" debian_wrong "6.12-dracut-$what"
done
for what in target volatile index layer; do
	add_case long "debian-6.12-dracut-plain-$what" \
		debian_case "6.12-dracut-plain-$what"
done
