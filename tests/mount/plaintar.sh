# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# Layers without a table of contents: no footer says where they end, and their
# indexes are kept by the identity of the file.

mkdir tree plain
echo content >tree/file
echo other >$'tree/caf\xe9'
in=indexcache=plain

# tarball FILE: a tar that has been as it is for a while
tarball()
{
	tar -C tree -cf "$1" .
	sleep 0.3
}

tarball p.tar
tap_is "an index is made" "$(how p.tar mnt -o $in)" made
tap_is "and found again, with names of any bytes" \
	"$(how p.tar mnt -o $in)" found
tap_is "by what the kernel mounts" "$(call p.tar mnt -o $in)" \
	"$sure,index=W/plain/KEY.index W/p.tar W/mnt"
"$indexer" -q -o p.index p.tar
tap_check "it is the one that stargz-index makes" cmp p.index plain/*.index
ln p.tar q.tar
sleep 0.3
tap_is "another name changes the file" "$(how q.tar mnt -o $in)" made
tap_is "which has one index under both" "$(how p.tar mnt -o $in)" found
touch -d 2001-01-01 p.tar
sleep 0.3
tap_is "another time, another index" "$(how p.tar mnt -o $in)" made
tap_is "so has the raw view" "$(how p.tar mnt -o $in,raw)" made
cp p.tar copy.tar
sleep 0.3
tap_is "and a copy" "$(how copy.tar mnt -o $in)" made
# A machine may be too busy to look within a tenth of a second.
cp p.tar now.tar
for _ in $(seq 100); do
	touch now.tar
	kept=$(how now.tar mnt -o indexcache=now)
	[ "$kept" != private ] || break
done
tap_is "none is kept of a file that has changed just now" "$kept" private
rm now.tar
touch -d tomorrow copy.tar
rm copy.tar
tap_is "nothing else is in the cache" "$(entries plain)" 5

refuses "no table of contents, no digest of one" 32 'table of contents' \
	-f p.tar mnt -o "$in,toc_digest=sha256:$(printf '0%.0s' {1..64})"
gzip <p.tar >p.tar.gz
sleep 0.3
tap_is "a tar.gz: an index is made" "$(how p.tar.gz mnt -o $in)" made
tap_is "and found again in the same way" "$(how p.tar.gz mnt -o $in)" found
refuses "nor has it one" 32 'table of contents' \
	-f p.tar.gz mnt -o "$in,toc_digest=sha256:$(printf '0%.0s' {1..64})"
head -c 1100 p.tar >cut.tar
refuses "a tar that is cut off" 32 'cut.tar: tar: byte 512, in "./file": data' -f cut.tar mnt -o $in
head -c 2000 /dev/urandom >rubbish.tar
refuses "what is no layer at all" 32 'rubbish.tar: not a layer' -f rubbish.tar mnt -o $in

if loop_device p.tar; then
	tap_is "a loop device: the index of the file behind it" \
		"$(how "$loop" mnt -o $in)" found
	(cat p.tar; head -c 1000000 /dev/zero) >disk.tar
	loop_device disk.tar
	rm disk.tar
	tap_is "a disk without a file has nothing to be known by" \
		"$(how "$loop" mnt -o $in)" private
	tap_is "but an index" "$(call "$loop" mnt -o $in)" \
		"$sure,index=FD $loop W/mnt"
	(cat p.tar; printf x) >odd.tar
	sleep 0.3
	tap_is "loop: the file itself where a loop device loses data" \
		"$(call odd.tar mnt -o $in,loop)" \
		"$sure,index=W/plain/KEY.index W/odd.tar W/mnt"
else
	tap_skip "plain tars on loop devices and disks" "no loop device"
fi
