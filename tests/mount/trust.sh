# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# What the cache does not believe, and places that cannot hold one.

make_blob t.tar.gz ttt
"$indexer" -q -o t.index t.tar.gz
mkdir trust
in=indexcache=trust
how t.tar.gz mnt -o $in >/dev/null
index=$(echo trust/*.index)

# again NAME: the index is not believed, but made anew and right
again()
{
	tap_is "$1: made anew" "$(how t.tar.gz mnt -o $in)" made
	tap_check "$1: right then" cmp t.index "$index"
}

# A byte of the superblock that is neither magic nor version.
printf '\x01' | dd of="$index" bs=1 seek=40 conv=notrunc status=none
again "a flipped bit in the superblock"
printf 'X' | dd of="$index" bs=1 seek=0 conv=notrunc status=none
again "a wrong magic"
truncate -s 600 "$index"
again "a truncated index"
echo >>"$index"
again "a longer index"
: >"$index"
again "an empty index"
make_blob other.tar.gz another-and-a-longer-name-0123456789
"$indexer" -q -o "$index" other.tar.gz
again "an index of another layer"
chmod 0660 "$index"
again "an index that others may write to"
# The stores of stargz-image link to their indexes.
ln "$index" hardlink
tap_is "an index with another name is used" "$(how t.tar.gz mnt -o $in)" found
rm hardlink
if [ "$(id -u)" = 0 ]; then
	chown 65534 "$index"
	again "an index of another user"
else
	tap_skip "an index of another user" "not root"
fi
rm "$index"
ln -s "$PWD/t.index" "$index"
tap_is "a symbolic link is not followed" "$(how t.tar.gz mnt -o $in)" private

# unused NAME DIR: the cache is not used, the mount goes on
unused()
{
	tap_is "$1: an index in memory" \
		"$(how t.tar.gz mnt -o "indexcache=$2")" private
}

mkdir open
chmod 0777 open
unused "a cache that others may write to" open
tap_is "said without -v as well" \
	"$("$prog" -f t.tar.gz mnt -o indexcache=open 2>&1)" "mount.stargz: $(
	)$PWD/open: warning: index cache not used because others may write to it"
tap_is "nothing is put there" "$(ls open)" ''
mkdir real
ln -s real pointer
unused "a symbolic link as cache" pointer
unused "a file as cache" t.tar.gz
unused "a cache without a parent" no/such
tap_is "a cache without anything" "$(how t.tar.gz mnt -o indexcache=new)" made
tap_is "it is made" "$(stat -c %a new)" "$(printf %o $((0755 & ~$(umask))))"

# in_tmpfs OPTIONS: run within a small file system of its own at "disk"
in_tmpfs()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m bash -c 'mount -t tmpfs -o "$1" disk disk &&
		mkdir disk/cache && head -c "$2" /dev/zero >disk/filler &&
		mount -o "remount,$3" disk &&
		"$4" -fv t.tar.gz mnt -o indexcache=disk/cache &&
		ls disk/cache' - "$1" "$2" "$3" "$prog"
}

mkdir disk
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	chown 65534 new
	unused "a cache of another user" new
	tap_is "a read-only cache: an index in memory" \
		"$(in_tmpfs size=1m 0 ro | grep -c 'this mount only')" 1
	tap_is "a full cache: an index in memory" \
		"$(in_tmpfs size=8k 8192 rw | grep -c 'this mount only')" 1
	tap_is "nothing is left in it" \
		"$(in_tmpfs size=8k 8192 rw | grep -c '^[0-9a-f]*\.index')" 0
	tap_is "with room it is used" \
		"$(in_tmpfs size=1m 8192 rw | grep -c '^[0-9a-f]*\.index')" 1
else
	tap_skip "caches on other file systems" "not root"
fi
