# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain tar.gz: what all kinds of compressors make is resumed by zlib at each
checkpoint, and damage is refused."""
import gzip
import itertools
import os
import random
import struct
import subprocess
import tarfile
import tempfile
import zlib

from indexer import PROGRAM, index
from mkblob import layer
from programs import load, need, save, tool
from readindex import DEFLATE, GZIP, Index
from tarsource import tar_of

SMALL = "--span=64K"


def text(rng, size):
    """Words, some of which come again often."""
    words = [bytes(rng.choices(b"etaoinshrdlu", k=rng.randint(1, 9)))
             for _ in range(3000)]
    weights = [1 / (i + 1) for i in range(len(words))]
    return b" ".join(rng.choices(words, weights, k=size // 4))[:size]


def make_files(scale):
    rng = random.Random(scale)
    files = [("text", text(rng, 3 * scale)), ("random", rng.randbytes(scale)),
             ("zeroes", bytes(2 * scale)), ("more", text(rng, scale))]
    return files + [("s%d" % i, text(rng, rng.randint(0, 3000)))
                    for i in range(scale // 2000)]


FILES = make_files(600_000)
TAR = tar_of(FILES)
TINY_FILES = make_files(30_000)
TINY = tar_of(TINY_FILES)


def indexed(blob, *args, warnings=0):
    r = index(blob, *args)
    assert r.code == 0, r
    assert r.err.count("warning:") == warnings, r
    return Index(r.index, blob)


def check(blob, *args, files=None, warnings=0):
    """Index a blob and compare all that is in it."""
    ix = indexed(blob, *args, warnings=warnings)
    files = FILES if files is None else files
    for name, data in files:
        assert ix.content(ix.paths[name.encode()]) == data, name
    assert len(ix.paths) == len(files) + 1
    # What no file needs is not there, and each span is what its CRC says.
    assert {e[1] for n in ix.inodes for e in n.extents} == \
        set(range(len(ix.spans)))
    assert ix.blobs[0].toc is None
    return ix


def by_program(*command, tar=TAR):
    need(command[0])
    return tool(*command, input=tar)


def by_file(*command, tar=TAR):
    """A program that packs a file beside it."""
    need(command[0])
    with tempfile.TemporaryDirectory() as tmp:
        path = save(os.path.join(tmp, "tar"), tar)
        tool(*command, path)
        return load(path + ".gz")


def several(blob):
    """With small spans there are many checkpoints, at any bit."""
    check(blob)
    ix = check(blob, SMALL)
    assert sum(s[3] == DEFLATE for s in ix.spans) > 10
    return ix


def test_gzip_1():
    several(by_program("gzip", "-1"))


def test_gzip_6():
    ix = several(by_program("gzip", "-6"))
    assert ix.histories and all(len(w) <= 32768 for w in ix.histories.values())


def test_all_eight_bits():
    bits = set()
    for level in range(1, 10):
        ix = check(gzip.compress(TAR, level), SMALL)
        bits |= {s[4] for s in ix.spans if s[3] == DEFLATE}
    assert bits == set(range(8))


def test_gzip_9():
    several(by_program("gzip", "-9"))


def test_gzip_rsyncable():
    several(by_program("gzip", "--rsyncable"))


def test_pigz():
    several(by_program("pigz", "-p2"))


def test_pigz_independent_blocks():
    blob = by_program("pigz", "-i", "-p2")
    several(blob)


def test_libdeflate():
    several(by_file("libdeflate-gzip", "-12"))


def test_zopfli():
    files = TINY_FILES
    check(by_file("zopfli", "--i1", tar=TINY), SMALL, files=files)


def test_advdef():
    need("advdef")
    with tempfile.TemporaryDirectory() as tmp:
        path = save(os.path.join(tmp, "tar.gz"), gzip.compress(TINY, 1))
        tool("advdef", "-z", "-2", path)
        check(load(path), SMALL, files=TINY_FILES)


def test_bgzip():
    """Members of 64 KiB are gathered. A span may also start after a block that
    needs none of the bytes before it."""
    ix = check(by_program("bgzip"))
    assert {s[3] for s in ix.spans} <= {GZIP, DEFLATE} and not ix.histories
    assert all(s[2] < (128 << 10) + (64 << 10) for s in ix.spans)
    check(by_program("bgzip"), SMALL)


def test_zlib_levels_strategies_and_flushes():
    for level, strategy, flush in itertools.product(
            (0, 1, 9), (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_RLE,
                        zlib.Z_HUFFMAN_ONLY),
            (None, zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH,
             zlib.Z_FULL_FLUSH)):
        c = zlib.compressobj(level, zlib.DEFLATED, 31, 8, strategy)
        blob = b""
        for at in range(0, len(TINY), 7000):
            blob += c.compress(TINY[at:at + 7000])
            if flush is not None:
                blob += c.flush(flush)
        check(blob + c.flush(), SMALL, files=TINY_FILES)


def test_nothing_after_the_last_checkpoint():
    """The empty block there, and the trailer, belong to the last span."""
    c = zlib.compressobj(9, zlib.DEFLATED, 31)
    blob = c.compress(TAR) + c.flush(zlib.Z_SYNC_FLUSH) + c.flush()
    last = check(blob, SMALL).spans[-1]
    assert last[0] + last[1] == len(blob)
    assert index(blob, SMALL, "--check").code == 0


def test_members_split_anywhere():
    rng = random.Random(1)
    for longest in (50, 3000, 200_000, 1_000_000):
        blob, at = b"", 0
        tar = TAR if longest > 3000 else TINY
        while at < len(tar):
            n = rng.randint(0, longest)
            blob += gzip.compress(tar[at:at + n], rng.randint(0, 9))
            at += n
        check(blob, SMALL, files=FILES if tar is TAR else TINY_FILES)


def test_million_members():
    data = random.Random(2).randbytes(900_000)
    tar = tar_of([("f", data)])
    one = [gzip.compress(bytes([i])) for i in range(256)]
    ix = check(b"".join(one[b] for b in tar), SMALL, files=[("f", data)])
    # 21 bytes each: what a span may have of them ends it, not its size.
    assert len(ix.spans) < 40


def header(flags, damage=0):
    h = b"\x1f\x8b\x08" + bytes([flags]) + b"\1\2\3\4\0\3"
    if flags & 4:
        h += struct.pack("<H", 65535) + bytes(65535)
    if flags & 8:
        h += b"n" * 9000 + b"\0"
    if flags & 16:
        h += b"\0"
    if flags & 2:
        h += struct.pack("<H", (zlib.crc32(h) & 0xffff) ^ damage)
    return h


def member(data, head, raw=None):
    c = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = raw or c.compress(data) + c.flush()
    return head + raw + struct.pack("<II", zlib.crc32(data), len(data))


def test_flags_in_headers():
    for flags in range(32):
        blob = member(TINY[:50_000], header(flags)) + \
            member(TINY[50_000:], header(flags ^ 31))
        check(blob, SMALL, files=TINY_FILES)


def refused(blob, *words):
    r = index(blob)
    assert r.code == 4 and r.index is None, r
    assert len(r.err.splitlines()) == 1, r
    for word in words:
        assert word in r.err, (word, r)


def deflated(*parts):
    """Raw deflate data of the parts, with what is given between them."""
    c = zlib.compressobj(6, zlib.DEFLATED, -15)
    out = b""
    for data, between in parts:
        out += c.compress(data) + c.flush(zlib.Z_FULL_FLUSH) + between
    return out + c.flush()


def test_megabytes_that_decode_to_nothing():
    """Empty blocks, wherever they are; each file can be read nevertheless."""
    empty = b"\0\0\0\xff\xff" * 700_000
    a, b = TINY[:70_000], TINY[70_000:]
    for parts in ([(b"", empty), (TINY, b"")], [(TINY, empty)],
                  [(a, empty), (b, b"")], [(a[:9], empty), (a[9:] + b, b"")]):
        blob = member(TINY, header(0), deflated(*parts))
        check(blob, SMALL, files=TINY_FILES)
        assert index(blob, SMALL, "--check").code == 0
    empty = gzip.compress(b"", mtime=0) * 200_000
    for blob in (empty + gzip.compress(TINY), gzip.compress(TINY) + empty,
                 gzip.compress(a) + empty + gzip.compress(b)):
        check(blob, SMALL, files=TINY_FILES)


def test_long_headers():
    """A checkpoint behind each leaves it out of what is read."""
    comment = header(0)[:3] + b"\x10" + header(0)[4:] + b"c" * 3_000_000 + b"\0"
    check(member(TINY, comment), SMALL, files=TINY_FILES)
    check(gzip.compress(TINY[:70_000]) + member(TINY[70_000:], comment), SMALL,
          files=TINY_FILES)


def fifteen_bits(count):
    """A block of so many "x", a multiple of 8, of 15 bits each."""
    lens = list(range(1, 15)) + [0] * 243
    lens[ord("x")] = lens[256] = 15
    bits = [(0, 1), (2, 2), (0, 5), (0, 5), (15, 4)]
    bits += [(0, 3)] * 3 + [(4, 3)] * 16
    bits += [(int(f"{n:04b}"[::-1], 2), 4) for n in lens + [1]]
    value, size = 0, 0
    for number, width in bits:
        value |= number << size
        size += width
    eight = sum(0x3fff << 15 * i for i in range(8)).to_bytes(15, "little")
    value |= int.from_bytes(eight * (count // 8), "little") << size
    size += 15 * count
    value |= 0x7fff << size
    # An empty stored block goes on at a byte, where zlib does.
    size = (size + 15 + 3 + 7) // 8
    return value.to_bytes(size, "little") + b"\0\0\xff\xff"


def test_more_compressed_than_a_reader_takes():
    """A code that makes bytes longer, which no encoder uses."""
    for mib, bad in ((1, False), (2, True)):
        data = b"x" * (mib << 20)
        tar = tar_of([("x", data)])
        raw = deflated((tar[:512], fifteen_bits(len(data))),
                       (tar[512 + len(data):], b""))
        blob = member(tar, header(0), raw)
        if bad:
            refused(blob, "3932", "compressed bytes at offset",
                    "more than the limit of 36705")
        else:
            check(blob, SMALL, files=[("x", data)])


def test_headers_that_are_wrong():
    refused(member(TINY, header(2, damage=1)), "checksum of the header")
    for bit in (32, 64, 128):
        refused(member(TINY, header(bit)), "flags")
    refused(b"\x1f\x8b\x07" + gzip.compress(TINY)[3:], "no gzip header")
    refused(gzip.compress(TINY[:5000]) + b"\x1f\x8b\x08", "cut off")
    refused(b"\x1f\x8b", "cut off")
    refused(b"\x1f\x8b\x08\x08" + b"n" * 20_000, "cut off")


def test_trailers_that_are_wrong():
    blob = gzip.compress(TINY)
    for at, word in ((-8, "data check"), (-1, "length check")):
        bad = bytearray(blob)
        bad[at] ^= 1
        refused(bytes(bad), word)
        refused(bytes(bad) + gzip.compress(b""), word)
    for size in (len(TINY) - 1, len(TINY) + 1, 0):
        refused(blob[:-4] + size.to_bytes(4, "little"), "length check")


def test_after_the_last_member():
    blob = gzip.compress(TINY)
    check(blob + bytes(100_000), files=TINY_FILES)
    # Half of a magic is a member that is cut off.
    refused(blob + b"\x1f", "cut off")
    for tail in (b"\0\0x", b"x", b"garbage" * 100_000):
        check(blob + tail, files=TINY_FILES, warnings=1)
        # Of what is refused the reason alone is told.
        refused(gzip.compress(TINY[:5000]) + tail, "ends too early")


def test_empty_tars_and_members():
    empty = gzip.compress(b"")
    for blob in (gzip.compress(bytes(1024)), empty + gzip.compress(bytes(1024)),
                 gzip.compress(bytes(10240)) + empty):
        ix = check(blob, files=[])
        assert not ix.spans and ix.blobs[0][3] == 0
    check(empty * 3 + gzip.compress(TINY) + empty * 3, files=TINY_FILES)


def test_truncation():
    blob = gzip.compress(TINY)
    for size in range(512, len(blob), 512):
        refused(blob[:size])
    for size in range(len(blob) - 20, len(blob)):
        refused(blob[:size])


def test_bit_flips():
    blob = gzip.compress(TINY)
    rng = random.Random(3)
    for _ in range(300):
        bad = bytearray(blob)
        # The first bytes are magic and flags, which say what it is at all.
        bit = rng.randrange(80, 8 * len(blob))
        bad[bit // 8] ^= 1 << bit % 8
        refused(bytes(bad))


def test_bomb():
    """512 MiB of zeroes: little memory, and spans that can be decoded."""
    piece, times = bytes(1 << 20), 512
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    info = tarfile.TarInfo("zeroes")
    info.size = len(piece) * times
    head, tail = info.tobuf(), bytes(1024)
    packed = c.compress(head) + c.flush(zlib.Z_FULL_FLUSH)
    again = c.compress(piece) + c.flush(zlib.Z_FULL_FLUSH)
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(piece, crc)
    size = len(head) + info.size + len(tail)
    blob = header(0) + packed + again * times + c.compress(tail) + \
        c.flush() + struct.pack("<II", zlib.crc32(tail, crc), size)
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "index")
        run = ["sh", "-c", 'ulimit -v 65536; exec "$0" "$@"', PROGRAM]
        # With sanitizers it takes more to begin with.
        if subprocess.run([*run, "--version"], check=False,
                          capture_output=True).returncode:
            run = [PROGRAM]
        subprocess.run([*run, "-o", out, "-"], input=blob, check=True)
        ix = Index(load(out), blob)
    node = ix.paths[b"zeroes"]
    assert node.size == info.size and len(node.extents) > 50
    for _, span, _ in node.extents[1:-1]:
        assert not ix.decode(span).strip(b"\0")
    assert ix.max_span < 8 << 20


def test_block_without_end():
    """A block of 70 MiB has no place where it could be cut."""
    size = 70 << 20
    # Header of a fixed block and the literal zero, then eight times a match
    # of 258 bytes, which are 13 bytes again and again.
    head = 3 | 0b00001100 << 3
    match = 0b10100011 | 0 << 8
    rounds = size // 258 // 8
    eight = sum(match << 13 * i for i in range(8)).to_bytes(13, "little")
    body = int.from_bytes(eight * rounds, "little") << 11 | head
    blob = header(0) + body.to_bytes((11 + 104 * rounds) // 8 + 2, "little")
    info = tarfile.TarInfo("zeroes")
    info.size = size
    first = zlib.compressobj(9, zlib.DEFLATED, 31)
    blob = first.compress(info.tobuf()) + first.flush() + blob + bytes(8)
    refused(blob, "more than 64 MiB")


def test_standard_input():
    for blob in (gzip.compress(TINY), gzip.compress(TINY) + b"garbage" * 40_000,
                 by_program("gzip", tar=TAR)):
        want = index(blob).index
        with tempfile.TemporaryDirectory() as tmp:
            out = os.path.join(tmp, "index")
            subprocess.run([PROGRAM, "-q", "-o", out, "-"], input=blob,
                           check=True)
            assert load(out) == want
    for args, code, why in (
            (["-"], 1, "--output: is required if BLOB is -"),
            (["-o", "/dev/null", "--offset=1", "-"], 3,
             "-: an offset is not possible with a pipe")):
        r = subprocess.run([PROGRAM, *args], input="", check=False, text=True,
                           capture_output=True)
        assert r.returncode == code and not r.stdout, r
        assert r.stderr == f"stargz-index: {why}\n", r


def test_large_members_of_estargz():
    rng = random.Random(4)
    data = [{"name": "big", "type": "reg", "data": text(rng, 6 << 20)},
            {"name": "small", "type": "reg", "data": b"small"}]
    blob = layer(data, "estargz", chunk=8 << 20)
    for args, many in (((), True), ((SMALL,), True),
                       (("--checkpoints=none",), False),
                       (("--checkpoints=none", SMALL), False),
                       (("--span=16M",), False)):
        ix = indexed(blob, *args)
        assert (len(ix.spans) > 2) == many, args
        assert bool(ix.incompat & 2) == many
        for item in data:
            assert ix.content(ix.paths[item["name"].encode()]) == item["data"]
        assert index(blob, "--check", *args).code == 0


def test_damaged_large_member_of_estargz():
    """The other files of the layer are as they were, also those behind it."""
    rng = random.Random(5)
    data = [{"name": name, "type": "reg", "data": text(rng, size)}
            for name, size in (("a", 6 << 20), ("big", 6 << 20), ("small", 99),
                               ("z", 6 << 20))]
    blob = layer(data, "estargz", chunk=8 << 20)
    bad = bytearray(blob)
    starts = [i for i in range(len(blob)) if blob[i:i + 3] == b"\x1f\x8b\x08"]
    bad[starts[3] - 100] ^= 8
    r = index(bytes(bad), SMALL)
    assert r.code == 0 and r.err.count("warning:") == 1, r
    assert "cannot be read" in r.err, r
    got, good = Index(r.index, bytes(bad)), indexed(blob, SMALL)
    for item in data:
        inode = got.paths[item["name"].encode()]
        if item["name"] == "big":
            assert inode.size == 6 << 20
            assert len(got.spans) < len(good.spans)
            continue
        assert got.content(inode) == item["data"], item["name"]
    r = index(bytes(bad), "--check", SMALL)
    assert r.code == 4 and '"big": span ' in r.err, r


def test_options():
    blob = gzip.compress(TINY)
    for bad, why in (("--span=1", "not a size (64K to 16M)"),
                     ("--span=65535", "not a size (64K to 16M)"),
                     ("--span=17M", "not a size (64K to 16M)"),
                     ("--span=x", "not a size (64K to 16M)"),
                     ("--checkpoints=some", "not one of auto, none")):
        r = index(blob, bad)
        assert r.code == 1 and r.err == f"stargz-index: {bad}: {why}\n", r
    for good in ("--span=64K", "--span=16M", "--checkpoints=auto"):
        assert index(blob, good).code == 0
    assert index(blob, "--check").code == 0
    r = index(blob, toc=b"{}")
    assert r.code == 3 and "no table of contents" in r.err, r
