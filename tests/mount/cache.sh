# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# The index cache: reuse, keys, races and bounds.

make_blob a.tar.gz aaa
make_blob b.tar.gz bbb
make_blob c.tar.gz ccc
cp a.tar.gz elsewhere
mkdir cache
in=indexcache=cache

# kept FILE [OPTION]: name of the index of it, in cache
kept()
{
	fake "$1" mnt -o "$in${2+,$2}" | sed -n 's/.*: index: [a-z]* //p'
}

tap_is "an index is made" "$(how a.tar.gz mnt -o $in)" made
tap_is "and found again" "$(how a.tar.gz mnt -o $in)" found
"$indexer" -q -o a.index a.tar.gz
tap_check "it is the one that stargz-index makes" cmp a.index "$(kept a.tar.gz)"
tap_is "nobody else may read or write it" \
	"$(stat -c '%a %h %u' "$(kept a.tar.gz)")" "600 1 $(id -u)"
tap_is "the same bytes elsewhere have the same index" \
	"$(how elsewhere mnt -o $in)" found
(cat a.tar.gz; head -c 5000 /dev/zero) >padded
tap_is "also with zeroes after them" "$(how padded mnt -o $in)" found
tap_is "another layer has another" "$(how b.tar.gz mnt -o $in)" made
tap_is "so has the raw view" "$(how a.tar.gz mnt -o $in,raw)" made
(head -c 777 /dev/zero; cat a.tar.gz) >shifted
tap_is "and the layer at an offset" \
	"$(how shifted mnt -o $in,offset=777)" made
"$indexer" -q -o shifted.index --offset=777 shifted
tap_check "which knows the offset" \
	cmp shifted.index "$(kept shifted offset=777)"
tap_is "nothing else is in the cache" "$(entries cache)" 4

tap_is "noindexcache: an index in memory" \
	"$(how c.tar.gz mnt -o $in,noindexcache)" private
tap_is "nothing is kept of it" "$(entries cache)" 4

make_blob latin1.tar.gz $'caf\xe9' $'caf\xef\xbf\xbd'
# Names that a table of contents cannot hold come from the tar. So the index is
# that of one file, not of all files with this table.
sleep 0.3
tap_is "names that are not in the table of contents" \
	"$(how latin1.tar.gz mnt -o $in)" made
cp latin1.tar.gz latin1-copy.tar.gz
sleep 0.3
tap_is "a copy is another file" "$(how latin1-copy.tar.gz mnt -o $in)" made
rm "$(kept latin1.tar.gz)" "$(kept latin1-copy.tar.gz)"

# Many at once, all of them from nothing.
mkdir race
pids=()
for _ in 1 2 3 4 5 6 7 8; do
	fake a.tar.gz mnt -o indexcache=race >>race.log 2>&1 &
	pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
tap_is "mounts that race for one layer all succeed" "$failed" 0
tap_is "all with the same index" "$(grep -c '/race/' race.log) $(
	grep -oE '[0-9a-f]{64}' race.log | sort -u | wc -l)" '16 1'
tap_is "one is kept" "$(entries race)" 1
tap_check "and complete" cmp a.index race/*.index

# Bounds: room for two indexes of this size.
size=$(stat -c %s a.index)
mkdir small
in=indexcache=small,indexcachesize=$((2 * size))
for blob in a b a c; do
	how $blob.tar.gz mnt -o "$in" >/dev/null
done
tap_is "the cache keeps within its size" "$(entries small)" 2
tap_is "what was used last is kept" "$(how a.tar.gz mnt -o "$in")" found
tap_is "what was not used for longest is evicted" \
	"$(how b.tar.gz mnt -o "$in")" made
mkdir old
for blob in a b; do
	how $blob.tar.gz mnt -o "indexcache=old,indexcachesize=$((2 * size))" >/dev/null
done
touch -a -d '1 hour ago' old/*.index
last=$(find old -name '*.index' | head -n 1)
touch -a -d '2 hours ago' "$last"
how c.tar.gz mnt -o "indexcache=old,indexcachesize=$((2 * size))" >/dev/null
tap_is "also where the times differ by seconds" \
	"$(entries old) $(test -e "$last" || echo gone)" '2 gone'
exec 9<"$(find small -name '*.index' | head -n 1)"
exec 8<"$(find small -name '*.index' | tail -n 1)"
flock -s 8
flock -s 9
tap_is "no index is evicted while another mount is about to use it" \
	"$(how c.tar.gz mnt -o "$in") $(entries small)" 'made 3'
exec 8<&- 9<&-
tap_is "an index larger than the cache is not kept" \
	"$(how a.tar.gz mnt -o indexcache=tiny,indexcachesize=$((size - 1)))
$(entries tiny)" $'private\n0'
touch small/notes
how a.tar.gz mnt -o indexcache=small,indexcachesize=$((2 * size)),raw \
	>/dev/null
tap_check "other files in the cache are left alone" test -f small/notes

# Held up for as long as somebody removes the index, and interrupted then.
index=$(kept a.tar.gz indexcache=race)
exec 9<"$index"
flock 9
"$prog" -f a.tar.gz mnt -o indexcache=race &
pid=$!
# It waits for the lock, or has ended.
while kill -0 "$pid" && ! grep -q -- "-> FLOCK .* $pid " /proc/locks; do
	sleep 0.05
done
kill "$pid"
rc=0
wait "$pid" || rc=$?
exec 9<&-
tap_is "interrupted: exit status 8" "$rc" 8
