# SPDX-License-Identifier: GPL-2.0-or-later
"""Indexes by others, whose records refer to the same things again and again."""
import hashlib
import struct
import subprocess
import tempfile
import zlib

from cost import BIN, MIB, linear, run
from programs import load, save
from tarsource import END, entry, pax

# struct stargz_super_block and the numbers of its tables, see stargz_fs.h.
TABLES = 56
TREE = 312
BLOCK = 4096
INODES, XATTRS, BLOBS = 0, 6, 5
INODE = 48


def index_of(tmp, tar, *args):
    """The index of a tar."""
    layer = save(tmp + "/layer", tar)
    subprocess.run([BIN + "/stargz-index", "-q", *args, "-o", tmp + "/index",
                    layer], check=True)
    return bytearray(load(tmp + "/index"))


def table(index, nr):
    """Offset and count of a table."""
    return struct.unpack_from("<2Q", index, TABLES + 16 * nr)


def add_table(index, nr, data, count):
    """Put a table at the end, in place of the hash tree."""
    del index[struct.unpack_from("<Q", index, TREE)[0]:]
    struct.pack_into("<2Q", index, TABLES + 16 * nr, len(index), count)
    index += data
    index += bytes(-len(index) % BLOCK)
    struct.pack_into("<Q", index, TREE, len(index))


def hashes(level):
    """The hashes of the blocks of a level, in whole blocks."""
    got = b"".join(hashlib.sha256(level[i:i + BLOCK]).digest()
                   for i in range(0, len(level), BLOCK))
    return got + bytes(-len(got) % BLOCK)


def seal(index):
    """Hash tree and checksum."""
    at = struct.unpack_from("<Q", index, TREE)[0]
    level, tree = bytes(index[BLOCK:at]), b""
    while len(level) > BLOCK:
        level = hashes(level)
        tree = level + tree
    index[at:] = tree
    index[TREE + 8:TREE + 40] = hashlib.sha256(level).digest()
    struct.pack_into("<Q", index, 40, len(index))
    index[4:8] = bytes(4)
    struct.pack_into("<I", index, 4, zlib.crc32(index[:512]))
    return bytes(index)


def attributes(count, value=b"v"):
    """PAX records with attributes."""
    return [(b"SCHILY.xattr.user.%06d" % i, value) for i in range(count)]


def shared_sets(tmp, files, records):
    """An index of files that have one of two sets of attributes in turn."""
    tar = pax(records) + entry(b"a") + \
        pax(records + [(b"SCHILY.xattr.user.z", b"")]) + entry(b"b") + \
        b"".join(entry(b"f%d" % i) for i in range(files)) + END
    index = index_of(tmp, tar)
    at, inodes = table(index, INODES)
    sets = []
    for i in range(inodes):
        xattr = struct.unpack_from("<I", index, at + i * INODE + 40)[0]
        if xattr:
            sets.append(xattr)
    for i in range(1, inodes):
        struct.pack_into("<I", index, at + i * INODE + 40, sets[i % 2])
    return save(tmp + "/index", seal(index))


def test_shared_attributes():
    """fsck.stargz looks at each set of attributes once."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            path = shared_sets(tmp, n * 15000, attributes(n * 1000))
            return run("fsck.stargz", "-f", path)
    linear(once)


def test_compared_attributes():
    """dump.stargz --diff compares each set of attributes once."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            path = shared_sets(tmp, n * 4000, attributes(n * 4, b"v" * 60000))
            return run("dump.stargz", "-q", "--diff", path, path)
    linear(once)


def test_attributes_within_attributes():
    """The value of each attribute ends in another set, up to the end."""
    def once(n):
        count = n * 3000
        with tempfile.TemporaryDirectory() as tmp:
            index = index_of(tmp, b"".join(
                entry(b"f%d" % i) for i in range(count)) + END)
            heap = b""
            for i in range(count):
                left = count - i
                heap += struct.pack("<2I", left * 24, left)
                heap += struct.pack("<I2BH", 8, 1, 1, 0) + b"a" + bytes(7)
            at = table(index, INODES)[0]
            for i in range(count):
                struct.pack_into("<I", index, at + (i + 1) * INODE + 40,
                                 1 + i * 6)
            add_table(index, XATTRS, heap, len(heap))
            return run("fsck.stargz", "-f", save(tmp + "/index", seal(index)))
    assert "overlapping" in linear(once, code=4).err


def test_blob_again_and_again():
    """Each record of a blob is about the same layer."""
    with tempfile.TemporaryDirectory() as tmp:
        index = index_of(tmp, entry(b"f", bytes(MIB)) + END)
        at = table(index, BLOBS)[0]
        add_table(index, BLOBS, bytes(index[at:at + 128]) * 4096, 4096)
        path = save(tmp + "/index", seal(index))
        r = run("fsck.stargz", "-f", "--index=" + path, tmp + "/layer",
                seconds=5)
    assert r.code == 4 and "overlap" in r.err, r
