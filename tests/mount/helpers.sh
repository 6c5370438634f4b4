# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # what run sets, and others use
# What the tests of mount.stargz have in common; sourced by run, in an empty
# folder with a mount point "mnt".

# make_blob FILE NAME [TOC-NAME]: the smallest eStargz layer with a directory
# NAME and an empty file in it, of tar, gzip and printf. The table of contents
# may call the directory something else. TOC.json is left beside it.
make_blob()
{
	local file=$1 name=$2 toc=${3-$2} tree
	tree=$(mktemp -d -p .)

	mkdir "$tree/$name"
	: >"$tree/$name/empty"
	printf '{"version":1,"entries":[%s,%s]}\n' \
		"{\"name\":\"$toc/\",\"type\":\"dir\",\"mode\":493}" \
		"{\"name\":\"$toc/empty\",\"type\":\"reg\",\"mode\":420}" \
		>"$tree/stargz.index.json"
	tar -C "$tree" --format=ustar -cf - "$name" | head -c 1024 |
		gzip -n >"$file"
	local offset
	offset=$(stat -c %s "$file")
	{
		tar -C "$tree" --format=ustar -cf - stargz.index.json | gzip -n
		printf '\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0'
		printf '%016xSTARGZ' "$offset"
		printf '\x01\0\0\xff\xff\0\0\0\0\0\0\0\0'
	} >>"$file"
	cp "$tree/stargz.index.json" "$file.json"
	rm -r "$tree"
}

# What most mount calls begin with, and the option for an index in memory.
sure='mount -i -t stargz -o ro'
none=noindexcache

# entries DIR: how many indexes are kept there; nothing else may be
entries()
{
	find "$1" -mindepth 1 | sed -E '/\/[0-9a-f]{64}\.index$/s/.*/an index/' |
		awk '/^an index$/ { n++; next } { print } END { print n + 0 }'
}

# fake ARGUMENT...: run without mounting; prints what was done
fake()
{
	"$prog" -f -v "$@"
}

# how ARGUMENT...: where the index came from: "made", "found" or "private"
how()
{
	fake "$@" 2>/dev/null | sed -n 's/.*: index: made for.*/private/p
		s/.*: index: \(made\|found\) .*/\1/p'
}

# call ARGUMENT...: the mount call, with this folder as W and digests as KEY
call()
{
	fake "$@" 2>&1 | tail -n 1 | sed -E "s,$PWD,W,g"'
		s/[0-9a-f]{64}/KEY/g; s,/proc/self/fd/[0-9]+,FD,
		s/^mount.stargz: (.*: (remount|mount -i)|[^ ]*:) /\2 /
		s/^ //'
}

# refuses NAME STATUS TEXT ARGUMENT...: fails so, with one line that has TEXT
refuses()
{
	local name=$1 status=$2 text=$3 out rc=0
	shift 3
	out=$("$prog" "$@" 2>&1) || rc=$?
	if [ "$rc" = "$status" ] && [ "$(wc -l <<<"$out")" = 1 ] &&
	   [[ $out == "mount.stargz: "*"$text"* ]]; then
		tap_ok "$name"
	else
		tap_not_ok "$name" "status $rc, wanted $status: $out"
	fi
}

# loop_device OPTION... FILE: a read-only loop device in $loop, or failure
loop_device()
{
	[ "$(id -u)" = 0 ] || return 1
	loop=$(losetup --show -f -r "$@" 2>/dev/null) || return 1
	loops+=("$loop")
}
