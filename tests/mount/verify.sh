# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# verify=, index_digest= and layer_digest=, with sha256sum as the judge.

dump=$build/bin/dump.stargz
fsck=$build/bin/fsck.stargz
make_blob v.tar.gz vvv
make_blob w.tar.gz www
mkdir full
head -c 300000 /dev/urandom >full/file
tar -czf f.tar.gz full
for name in v w f; do
	"$indexer" -q -o $name.index $name.tar.gz
done
mkdir verify
in=indexcache=verify
zeroes=sha256:$(printf '0%.0s' {1..64})

# layer_sum FILE, index_sum FILE: digests of a layer and of an index
layer_sum()
{
	echo "sha256:$(sha256sum <"$1" | cut -d ' ' -f 1)"
}

index_sum()
{
	echo "sha256:$(head -c 4096 "$1" | sha256sum | cut -d ' ' -f 1)"
}

# used ARGUMENT...: the index in the cache that a mount would use
used()
{
	fake "$@" 2>/dev/null | sed -n 's/.*: index: \(made\|found\) //p'
}

# has INDEX FEATURE: does the index have the feature?
has()
{
	"$dump" --json "$1" | grep '"features"' | grep -qw "$2"
}

# verify=: the kernel gets it, once.
for level in none crc digest; do
	tap_is "verify=$level is for the kernel" \
		"$(call v.tar.gz mnt -o "index=v.index,verify=$level")" \
		"$sure,verify=$level,index=W/v.index W/v.tar.gz W/mnt"
done
tap_is "the last verify= counts" \
	"$(call v.tar.gz mnt -o index=v.index,verify=digest,verify=none)" \
	"$sure,verify=none,index=W/v.index W/v.tar.gz W/mnt"
tap_is "remount with verify= and digests" \
	"$(call v.tar.gz mnt -o "remount,verify=crc,index_digest=$zeroes,layer_digest=$zeroes")" \
	'remount W/mnt'
for option in verify=all verify=CRC verify=crc64; do
	refuses "option $option" 1 "$option: not one of none, crc, digest" \
		-f v.tar.gz mnt -o "$option"
done
for option in verify index_digest layer_digest=; do
	refuses "option $option" 1 "${option%=}: needs a value" \
		-f v.tar.gz mnt -o "$option"
done
for option in index_digest=md5:00 layer_digest=sha256:0f; do
	refuses "option $option" 1 "$option: not sha256: and 64" \
		-f v.tar.gz mnt -o "$option"
done

# index_digest=
right=$(index_sum v.index)
tap_is "the right digest and index=: the kernel gets it, too" \
	"$(call v.tar.gz mnt -o "index=v.index,index_digest=$right")" \
	"$sure,index_digest=sha256:KEY,index=W/v.index W/v.tar.gz W/mnt"
tap_check "in upper case" "$prog" -f v.tar.gz mnt \
	-o "index=v.index,index_digest=sha256:$(tr a-f A-F <<<"${right#*:}")"
refuses "a wrong digest and index=" 32 \
	"v.index: the index has the digest $right, not $zeroes" \
	-f v.tar.gz mnt -o "index=v.index,index_digest=$zeroes"
refuses "the digest of the whole index" 32 "has the digest $right, not" \
	-f v.tar.gz mnt -o "index=v.index,index_digest=$(layer_sum v.index)"
refuses "a digest and something that is no index" 32 'v.tar.gz: not an index' \
	-f v.tar.gz mnt -o "index=v.tar.gz,index_digest=$right"
tap_check "the right digest of an image" "$prog" -f v.index mnt \
	-o "index_digest=$right"
refuses "a wrong digest of an image" 32 \
	"v.index: the index has the digest $right, not $zeroes" \
	-f v.index mnt -o "index_digest=$zeroes"
sleep 0.3
for level in crc digest; do
	# Without verify= it is digest.
	options=
	if [ $level = digest ]; then
		"$indexer" -q --digests -o v.digests v.tar.gz
		right=$(index_sum v.digests)
	else
		options=verify=crc,
	fi
	options+=index_digest=$right
	tap_is "$level: the right digest of an index that is made" \
		"$(how v.tar.gz mnt -o "$in,$options")" made
	tap_is "$level: and of one that is found" \
		"$(how v.tar.gz mnt -o "$in,$options")" found
	tap_is "$level: and of one in memory" \
		"$(how v.tar.gz mnt -o "$none,$options")" private
done
for options in "$in" $none; do
	refuses "a wrong digest and $options" 32 \
		"v.tar.gz: the index has the digest $right, not $zeroes" \
		-f v.tar.gz mnt -o "$options,index_digest=$zeroes"
done

right=$(index_sum v.index)

# fs-verity: what the file system says of the file is what counts.
gcc -D_GNU_SOURCE -shared -fPIC -Wall -o measure.so "$here/measure.c"
verity=$(printf '5a%.0s' {1..32})
tap_check "the digest of fs-verity" env LD_PRELOAD="$PWD/measure.so" \
	VERITY=5a "$prog" -f v.tar.gz mnt \
	-o "index=v.index,index_digest=sha256:$verity"
refuses "a digest that fs-verity does not have" 32 \
	"has the digest $right, not sha256:$verity" -f v.tar.gz mnt \
	-o "index=v.index,index_digest=sha256:$verity"

# verify=digest: an index with digests. A file that changed a moment ago has no
# name in the cache.
sleep 0.3
for blob in v f; do
	tap_is "$blob: without verify= an index is made" \
		"$(how $blob.tar.gz mnt -o $in,raw)" made
	tap_is "$blob: another one for verify=digest" \
		"$(how $blob.tar.gz mnt -o $in,raw,verify=digest)" made
	tap_is "$blob: and found again" \
		"$(how $blob.tar.gz mnt -o $in,raw,verify=digest)" found
	tap_check "$blob: it has digests" \
		has "$(used $blob.tar.gz mnt -o $in,raw,verify=digest)" digests
	tap_is "$blob: verify=crc does without" \
		"$(how $blob.tar.gz mnt -o $in,raw,verify=crc)" found
	tap_is "$blob: and has an index without" \
		"$(has "$(used $blob.tar.gz mnt -o $in,raw)" digests && echo has)" ''
done
index=$(used f.tar.gz mnt -o $in,verify=digest)
tap_check "it is right" "$fsck" -q -f --index="$index" f.tar.gz
cp "$(used f.tar.gz mnt -o $in)" "$index"
tap_is "an index without digests in its place: made anew" \
	"$(how f.tar.gz mnt -o $in,verify=digest)" made
tap_check "with digests" has "$index" digests

# What development versions wrote: the same magic and version, another size.
for options in $in $in,verify=digest; do
	index=$(used f.tar.gz mnt -o "$options")
	python3 - "$index" <<'END'
import struct, sys, zlib
with open(sys.argv[1], "r+b") as f:
    head = bytearray(f.read(512))
    head[10:12] = struct.pack("<H", 512)
    head[4:8] = bytes(4)
    head[4:8] = struct.pack("<I", zlib.crc32(head))
    f.seek(0)
    f.write(head)
END
	out=$("$prog" -f f.tar.gz mnt -o "$options" 2>&1)
	tap_is "an index of a development version: made again, without a word" \
		"$out" ''
	tap_check "the index is one of today" "$fsck" -q -f --index="$index" \
		f.tar.gz
done

# layer_digest=
rm verify/*
right=$(layer_sum f.tar.gz)
refuses "a wrong layer_digest" 32 \
	"f.tar.gz: the layer has the digest $right, not $zeroes" \
	-f f.tar.gz mnt -o "$in,layer_digest=$zeroes"
tap_is "no index is kept then" "$(ls verify)" ''
tap_is "the right one" "$(how f.tar.gz mnt -o "$in,layer_digest=$right")" made
tap_is "and found again" \
	"$(how f.tar.gz mnt -o "$in,layer_digest=$right")" found
tap_is "in upper case" \
	"$(how f.tar.gz mnt -o "$in,layer_digest=sha256:$(tr a-f A-F <<<"${right#*:}")")" \
	found
tap_is "the kernel does not get it" \
	"$(call f.tar.gz mnt -o "$in,layer_digest=$right")" \
	"$sure,index=W/verify/KEY.index W/f.tar.gz W/mnt"
refuses "a wrong one and an index kept" 32 \
	"f.tar.gz: the layer has the digest $right, not $zeroes" \
	-f f.tar.gz mnt -o "$in,layer_digest=$zeroes"
tap_is "with verify=digest it is another index" \
	"$(how f.tar.gz mnt -o "$in,verify=digest,layer_digest=$right")" made
tap_is "which serves without layer_digest=, too" \
	"$(how f.tar.gz mnt -o "$in,verify=digest")" found
how f.tar.gz mnt -o "$in,layer_digest=$right" >/dev/null
index=$(used f.tar.gz mnt -o "$in,layer_digest=$right")
cp f.index "$index"
tap_is "an index that does not record it in its place: made anew" \
	"$(how f.tar.gz mnt -o "$in,layer_digest=$right")" made
"$indexer" -q --layer-digest="$right" -o f.full f.tar.gz
tap_check "index= that records it" "$prog" -f f.tar.gz mnt \
	-o "index=f.full,layer_digest=$right"
tap_check "an image that records it" "$prog" -f f.full mnt \
	-o "layer_digest=$right"
refuses "index= that records another" 32 \
	"f.full: the layer of the index has the digest $right, not $zeroes" \
	-f f.tar.gz mnt -o "index=f.full,layer_digest=$zeroes"
refuses "index= that records none" 32 \
	'f.index: cannot check layer_digest: the index does not record the digest of one layer' \
	-f f.tar.gz mnt -o "index=f.index,layer_digest=$right"

# Random bytes are stored as they are, so a layer can have other content with the
# same table of contents and size.
"$build/bin/mkfs.stargz" -q genuine.tar.gz full
python3 - genuine.tar.gz forged.tar.gz full/file <<'END'
import sys
blob, content = (open(n, "rb").read() for n in (sys.argv[1], sys.argv[3]))
at = blob.index(content[1 << 17:(1 << 17) + 64])
open(sys.argv[2], "wb").write(blob[:at] + b"forged" + blob[at + 6:])
END
right=$(layer_sum genuine.tar.gz)
sleep 0.3
for options in "$in" "$in,verify=digest"; do
	tap_is "a genuine layer and $options" \
		"$(how genuine.tar.gz mnt -o "$options,layer_digest=$right")" \
		made
	refuses "a forged one with its table of contents" 32 "forged.tar.gz: " \
		-f forged.tar.gz mnt -o "$options,layer_digest=$right"
done

# The kernel sees the layer at another place than the file: the index says so, and
# matches its hash tree.
(head -c 512 /dev/zero; cat f.tar.gz) >moved
truncate -s %512 moved
tail -c +513 moved >inner
sleep 0.3
tap_is "loop,offset=: an index of the layer in the loop device" \
	"$(how moved mnt -o $in,loop,offset=512)" made
index=$(used moved mnt -o $in,loop,offset=512)
tap_check "it is right" "$fsck" -q -f --index="$index" inner
