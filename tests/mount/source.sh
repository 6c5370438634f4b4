# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# Files, loop devices and disks as source.

make_blob s.tar.gz sss
make_blob another.tar.gz aaa
"$indexer" -q -o s.index s.tar.gz
mkdir sources
in=indexcache=sources
how s.tar.gz mnt -o $in >/dev/null

tap_is "an image with its own index is mounted as it is" \
	"$(call s.index mnt -o $in)" "$sure W/s.index W/mnt"
tap_is "and further sources named" \
	"$(call s.index mnt -o $in,device=s.tar.gz)" \
	"$sure,device=W/s.tar.gz W/s.index W/mnt"
(cat s.tar.gz; head -c 3000 /dev/zero) >zeroes
tap_is "sizelimit= leaves out what follows" \
	"$(how zeroes mnt -o "$in,sizelimit=$(stat -c %s s.tar.gz)")" found
(cat s.tar.gz; echo rubbish) >rubbish
tap_is "rubbish after the layer hides its table of contents" \
	"$(how rubbish mnt -o $in,noindexcache)" private
refuses "which must not make it another layer" 32 'table of contents' \
	-f rubbish mnt -o "$in,toc_digest=sha256:$(printf '0%.0s' {1..64})"
tap_is "sizelimit= leaves out the rubbish as well" \
	"$(how rubbish mnt -o "$in,sizelimit=$(stat -c %s s.tar.gz)")" found

# The layer ends in the last sector, which a loop device would leave out.
(head -c 1024 /dev/zero; cat s.tar.gz) >late
tap_is "loop: the file itself where a loop device loses data" \
	"$(call late mnt -o $in,loop,offset=1024)" \
	"$sure,index=W/sources/KEY.index W/late W/mnt"

# disk SIZE: a disk with the layer, and zeroes up to a size, in $loop
disk()
{
	cp s.tar.gz "disk.$1"
	truncate -s "$1" "disk.$1"
	loop_device "disk.$1"
}

if disk 4096; then
	tap_is "a loop device: the index of the file behind it" \
		"$(call "$loop" mnt -o $in)" \
		"$sure,index=W/sources/KEY.index $loop W/mnt"
	tap_is "which is the same" "$(how "$loop" mnt -o $in)" found
	rm disk.4096
	tap_is "a disk: the layer is found before the zeroes" \
		"$(how "$loop" mnt -o $in)" found
	cp another.tar.gz disk.4096
	truncate -s 4096 disk.4096
	tap_is "another file of that name is not taken for it" \
		"$(how "$loop" mnt -o $in)" found
	disk 40M
	rm disk.40M
	tap_is "many zeroes" "$(how "$loop" mnt -o $in)" found
	disk 80M
	rm disk.80M
	tap_is "too many zeroes to look for a table of contents behind" \
		"$(how "$loop" mnt -o $in)" private
	loop_device --offset 1024 late
	tap_is "a loop device at an offset that loses data" \
		"$(call "$loop" mnt -o $in)" \
		"$sure,index=W/sources/KEY.index W/late W/mnt"
	if dev=$(losetup --show -f --offset 1024 late 2>/dev/null); then
		loops+=("$dev")
		refuses "a writable one is refused" 32 'last data' \
			-f "$dev" mnt -o $in
		losetup -d "$dev"
		unset 'loops[-1]'
	else
		tap_skip "a writable one is refused" "no writable loop device"
	fi
	(head -c 777 /dev/zero; cat s.tar.gz; head -c 2000 /dev/zero) >roomy
	loop_device --offset 777 --sizelimit 2048 roomy
	tap_is "a loop device at an offset has the index of the layer alone" \
		"$(how "$loop" mnt -o $in)" found
	tap_is "and is mounted with it" "$(call "$loop" mnt -o $in)" \
		"$sure,index=W/sources/KEY.index $loop W/mnt"
	head -c 8192 /dev/zero >empty
	loop_device empty
	rm empty
	refuses "an empty disk" 32 'no layer at the start' -f "$loop" mnt -o $in
else
	tap_skip "loop devices and disks" "no loop device"
fi

# Real layers of other producers, and their indexes by stargz-index. Those of
# the tricky tree have names that are not UTF-8.
mkdir real-cache
layers=0
for blob in "$corpus"/*.esgz*.tar.gz "$corpus"/*.crfs.tar.gz; do
	name=${blob##*/}
	toc=${blob%.tar.gz}.toc.tar.gz
	[[ $name != *.toc.tar.gz && -f $blob ]] || continue
	layers=$((layers + 1))
	[ -f "$toc" ] || toc=
	options=indexcache=real-cache${toc:+,toc=$toc}
	if [[ $name = tricky* ]]; then
		# They come from the tar, so the index is of this file alone.
		cp "$blob" same.tar.gz
		tap_is "$name: an index is made" \
			"$(how "$blob" mnt -o "$options")" made
		tap_is "$name: and found again" \
			"$(how "$blob" mnt -o "$options")" found
		sleep 0.3
		tap_is "$name: but not for a copy" \
			"$(how same.tar.gz mnt -o "$options")" made
		rm -f real-cache/*
		continue
	fi
	# No member of theirs is larger than what the helper lays checkpoints in.
	"$indexer" -q --checkpoints=none -o real.index ${toc:+"--toc=$toc"} \
		"$blob"
	tap_is "$name: an index is made" \
		"$(how "$blob" mnt -o "$options")" made
	tap_check "$name: as stargz-index makes it" \
		cmp real.index "$(find real-cache -name '*.index')"
	rm -f real-cache/*
done
[ "$layers" -gt 0 ] || tap_skip "layers of other producers" "no corpus"
