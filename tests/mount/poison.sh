# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # what run sets
# An index that was made of one layer is never used for another one, whoever made
# that layer. fsck.stargz compares index and layer.

fsck=$build/bin/fsck.stargz
mkfs=$build/bin/mkfs.stargz

# used ARGUMENT...: the index that a mount would use
used()
{
	fake "$@" 2>&1 | sed -n 's/.*: index: \(made\|found\) //p'
}

# Random bytes are stored as they are. So a layer can be given other content
# without another size or table of contents: only a CRC-32 changes.
mkdir big
head -c 6M /dev/urandom >big/file
"$mkfs" -q --chunk-size=8M --max-member=8M genuine.tar.gz big
python3 - genuine.tar.gz forged.tar.gz big/file <<'END'
import struct, sys, zlib
blob, content = (open(n, "rb").read() for n in (sys.argv[1], sys.argv[3]))
at = blob.index(content[1 << 20:(1 << 20) + 64])
start = 0
while True:
    d = zlib.decompressobj(31)
    data = d.decompress(blob[start:])
    end = len(blob) - len(d.unused_data)
    if start <= at < end:
        break
    start = end
forged = bytearray(blob)
forged[at:at + 16] = b"sixteen forgeries"[:16]
plain = zlib.decompressobj(-15).decompress(bytes(forged[start + 10:end]))
forged[end - 8:end - 4] = struct.pack("<I", zlib.crc32(plain))
zlib.decompressobj(31).decompress(bytes(forged[start:end]))
open(sys.argv[2], "wb").write(forged)
END
# A file that changed a moment ago has no index in the cache.
sleep 0.3
in=indexcache=poison
tap_is "a forged layer: its index is kept" \
	"$(how forged.tar.gz mnt -o $in)" made
tap_is "the genuine one with its table of contents: made anew" \
	"$(how genuine.tar.gz mnt -o $in)" made
tap_is "and found again" "$(how genuine.tar.gz mnt -o $in)" found
tap_is "each has its own" "$(entries poison)" 2
tap_check "the index of the genuine one is right" "$fsck" -q -f \
	--index="$(used genuine.tar.gz mnt -o $in)" genuine.tar.gz
cp genuine.tar.gz copy.tar.gz
sleep 0.3
tap_is "a copy is another file" "$(how copy.tar.gz mnt -o $in)" made

# A layer gets another table of contents, of the same size, between two reads. What
# is kept under the name of one is of that one.
make_blob plain.gz dddd
for mode in 493 511; do
	cp plain.gz plain.$mode.gz
	sed "s/493/$mode/" plain.gz.json >stargz.index.json
	python3 - plain.$mode.gz stargz.index.json <<'END'
import io, struct, sys, tarfile, zlib
blob = open(sys.argv[1], "rb").read()
toc = int(blob[-51 + 16:-51 + 32], 16)
out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
    t.add(sys.argv[2], "stargz.index.json")
raw = out.getvalue()
# Stored blocks: the size does not depend on the bytes.
body = b""
for i in range(0, len(raw), 65535):
    part = raw[i:i + 65535]
    body += struct.pack("<BHH", i + 65535 >= len(raw), len(part),
                        len(part) ^ 0xffff) + part
member = (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body +
          struct.pack("<II", zlib.crc32(raw), len(raw)))
open(sys.argv[1], "wb").write(blob[:toc] + member + blob[-51:])
END
	rm stargz.index.json
done
tap_is "two layers of one size" "$(stat -c %s plain.493.gz)" \
	"$(stat -c %s plain.511.gz)"
gcc -D_GNU_SOURCE -shared -fPIC -Wall -o flip.so "$here/flip.c"
reads=0
for ((i = 1; i <= 40; i++)); do
	cp plain.493.gz flipped.gz
	FLIP_AT=$i FLIP_FILE=flipped.gz FLIP_WITH=plain.511.gz \
		LD_PRELOAD=$PWD/flip.so "$prog" -f flipped.gz mnt \
		-o indexcache=flips 2>/dev/null || :
	cmp -s flipped.gz plain.493.gz || reads=$i
done
tap_check "the layer was changed before each read" \
	test $reads -gt 3 -a $reads -lt 40
for mode in 493 511; do
	"$indexer" -q -o want.index plain.$mode.gz
	tap_check "mode $mode: the right index after a race" \
		cmp want.index "$(used plain.$mode.gz mnt -o indexcache=flips)"
done
