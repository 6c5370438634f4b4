# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A small machine: an image of three plain layers starts from the initramfs of
# stargz-mkinitramfs, looks around and powers off.

# same_as_files NAME WHAT: the guest sees the files that were put into the layers.
same_as_files()
{
	local name=$1 layout
	layout=$(once layout-small "$top/tests/boot/image" small)
	tap_is "$2: the guest powers off" "$(result "$name" end)" guest-shutdown
	tap_is "$2: no message" "$(messages "$name")" ''
	tap_is "$2: all files have their content" "$(guest "$name" sums)" "$(
		wc -l <"$(once unpacked-small unpack "$layout")/rootfs/etc/sums")"
	tap_is "$2: all names are there" "$(guest "$name" names)" \
		"$(names_in "$layout")"
	tap_is "$2: a whiteout hides a file" "$(guest "$name" hidden)" hidden
}

# names_in LAYOUT: digest of the names in /data, as umoci unpacks them.
names_in()
{
	local dir
	dir=$(once unpacked-small unpack "$1") || return
	(cd "$dir/rootfs/data" && find . | LC_ALL=C sort | sha256sum | cut -c 1-64)
}

unpack()
{
	umoci --log=error unpack --image "$1:image" "$2"
}

# untouched NAME N FILE DIGEST WHAT: nothing was written to a disk.
untouched()
{
	tap_is "$5: QEMU counts no write" "$(result "$1" "disk$2.wr_operations") $(
		result "$1" "disk$2.wr_bytes")" '0 0'
	tap_is "$5: the disk is as before" "$(digest "$3")" "$4"
}

# The root is an overlay; changes are in memory. The disk is writable for the guest,
# so that a write would be seen.
small_tmpfs()
{
	local series=$1 type=$2 name=small-$1-$2 file=$work/small-$1-$2.img before
	local what="$1, $2, tmpfs" uuid
	cp "$(disk small)" "$file"
	before=$(digest "$file")
	uuid=$("$build/bin/dump.stargz" --json "$file" | jq -r .uuid)
	boot "$name" "$series" "tsc_early_khz=$(clock) root=UUID=$uuid ro \
rootfstype=stargz stargz.overlay=tmpfs greeting=hello -- one two" \
		--type "$type" --initrd "$(initramfs "$series")" --disk "$file:rw"
	same_as_files "$name" "$what"
	tap_is "$what: the init is the first process" "$(guest "$name" process)" 1
	tap_is "$what: the init gets its arguments" \
		"$(guest "$name" arguments) $(guest "$name" environment)" \
		'one two hello'
	tap_is "$what: the mounts are those of a root" \
		"$(guest "$name" root), $(guest "$name" dev), $(guest "$name" run)" \
		'overlay rw, devtmpfs rw proc proc rw sys sysfs rw, tmpfs rw'
	tap_is "$what: what is below the overlay can be reached" \
		"$(guest "$name" lower), $(guest "$name" upper), $(
			guest "$name" state)" 'stargz ro, tmpfs rw, 700 0'
	tap_is "$what: files can be written" \
		"$(guest "$name" write) $(guest "$name" change)" 'done done'
	untouched "$name" 0 "$file" "$before" "$what"
}

# Without an overlay the root can only be read.
small_readonly()
{
	local series=$1 name=readonly-$1 file=$work/readonly-$1.img before
	local what="$1, read-only"
	cp "$(disk small)" "$file"
	before=$(digest "$file")
	boot "$name" "$series" 'root=/dev/vda rw' \
		--initrd "$(initramfs "$series")" --disk "$file:rw"
	same_as_files "$name" "$what"
	tap_is "$what: the root is the image" \
		"$(guest "$name" root), $(guest "$name" lower)" 'stargz ro, none'
	tap_is "$what: no file can be written" "$(guest "$name" write), $(
		guest "$name" change)" 'Read-only file system, Read-only file system'
	untouched "$name" 0 "$file" "$before" "$what"
}

# make_ext4 FILE [DIR]
make_ext4()
{
	truncate -s 64M "$1"
	mkfs.ext4 -qF ${2:+-d "$2"} "$1"
}

# Changes on a second disk are there at the next start, also of another machine.
small_device()
{
	local name type=q35 file disk what='changes on a disk' before
	file=$work/device.ext4
	disk=$(disk small)
	before=$(digest "$disk")
	make_ext4 "$file"
	for name in device-1 device-2; do
		boot "$name" 6.12 "tsc_early_khz=$(clock) root=/dev/vda \
stargz.overlay=/dev/vdb" --type $type \
			--initrd "$(initramfs 6.12)" --disk "$disk" --disk "$file:rw"
		type=microvm
		tap_is "$what: the guest powers off" "$(result "$name" end)" \
			guest-shutdown
		tap_is "$what: no message" "$(messages "$name")" ''
		tap_is "$what: the file system of the changes" \
			"$(guest "$name" upper)" 'ext4 rw'
	done
	tap_is "$what: first the file is that of the image" \
		"$(guest device-1 changed)" old
	tap_is "$what: then the changed one" "$(guest device-2 changed)" changed
	tap_is "$what: they are in the directory upper" \
		"$(debugfs -R 'cat /upper/data/old' "$file" 2>/dev/null)" changed
	tap_is "$what: the image has not changed" "$(digest "$disk")" "$before"
}

# A layer and its index on two disks; the disk is longer than the layer.
small_index()
{
	local name=index layout layer=$work/merged-layer index
	layout=$(once layout-small "$top/tests/boot/image" small)
	index=$(once merged-index make_merged "$layout")
	truncate -s %512 "$layer"
	truncate -s +1M "$layer"
	truncate -s %512 "$index"
	boot "$name" 6.12 "root=/dev/vda stargz.index=/dev/vdb \
rootflags=decoder=zlib,noatime stargz.overlay=tmpfs" \
		--initrd "$(initramfs 6.12)" --disk "$layer" --disk "$index"
	same_as_files "$name" 'an index on a disk of its own'
}

# make_merged LAYOUT FILE: one layer of the whole tree, and its index.
make_merged()
{
	names_in "$1" >/dev/null
	tar -C "$work/unpacked-small/rootfs" --numeric-owner -czf \
		"$work/merged-layer" .
	"$build/bin/stargz-index" -q -o "$2" "$work/merged-layer"
}

for series in 6.12 6.1 7.2; do
	for type in q35 microvm; do
		length=long
		[ "$series $type" != '6.12 q35' ] || length=short
		add_case $length "small.$series.$type" small_tmpfs $series $type
	done
	add_case long "small.$series.readonly" small_readonly $series
done
add_case long small.device small_device
add_case long small.index small_index
