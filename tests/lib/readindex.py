# SPDX-License-Identifier: GPL-2.0-or-later
"""Read an index, from the comments of stargz_fs.h and nothing else.

Every rule that the header states is asserted on the way.
"""
import hashlib
import stat
import struct
import subprocess
import zlib
from typing import NamedTuple

import hashtree

BASE = -2147483648
NO_SPAN = 0xffffffff
STORED, GZIP, DEFLATE, ZSTD = range(4)
INCOMPAT = {STORED: 1, GZIP: 0, DEFLATE: 2, ZSTD: 4}
PREFIX = {1: b"user.", 2: b"trusted.", 3: b"security.",
          4: b"system.posix_acl_access", 5: b"system.posix_acl_default"}
(INODES, DIRENTS, NAMES, EXTENTS, SPANS, BLOBS, XATTRS, HISTORIES,
 HISTORY_DATA, DIGESTS, PIECES, DIGEST_STARTS, PREFETCH,
 PROPERTIES) = range(14)
RECORD = [48, 12, 1, 16, 24, 128, 1, 24, 1, 32, 4, 4, 4, 1]
PIECE, DIGEST = 32 << 10, 128 << 10
HAS_DIGESTS, RAW, MERGED, CHAINED, OPEN = 1, 2, 4, 8, 16


class Span(NamedTuple):
    """A span. pieces are the CRC-32 of its pieces, or None."""
    start: int
    clen: int
    ulen: int
    codec: int
    bit: int
    pieces: tuple
    blob: int


class Blob(NamedTuple):
    """A blob; a digest is None if the record does not have it."""
    size: int
    start: int
    source: int
    used: int
    sha256: bytes
    diffid: bytes
    toc: bytes


class Node:
    """An inode."""

    def __init__(self, ino, raw):
        (self.mode, self.flags, self.nlink, self.uid, self.gid, self.size,
         mtime, self.a, self.b, self.xattr, self.parent) = \
            struct.unpack("<HHIIIQQIIII", raw)
        self.ino = ino
        self.mtime = mtime + BASE * 10**9
        self.xattrs = {}
        self.target = None
        self.rdev = None
        self.extents = []

    @property
    def type(self):
        return stat.S_IFMT(self.mode)


def is_zero(data):
    return not data.strip(b"\0")


def padded(field):
    """A text that is filled up with NUL bytes."""
    text = field.rstrip(b"\0")
    assert b"\0" not in text
    return text.decode()


def cut(data, size):
    """Parts of that size, and the rest."""
    return [data[i:i + size] for i in range(0, len(data), size)]


def unpack(program, data):
    """All that members or frames decode to."""
    done = subprocess.run([program, "-dc"], input=data, check=False,
                          capture_output=True)
    # gzip warns of zeroes behind the last member.
    assert done.returncode in (0, 2), done.stderr
    return done.stdout


def plain(blob):
    """The tar archive that a blob decodes to."""
    if blob[:2] == b"\x1f\x8b":
        return unpack("gzip", blob)
    if blob[:4] == b"\x28\xb5\x2f\xfd" or blob[1:4] == b"\x2a\x4d\x18":
        return unpack("zstd", blob)
    return blob


def members(data, ulen):
    """Gzip members one after another, up to some length."""
    out = b""
    while len(out) < ulen:
        d = zlib.decompressobj(31)
        out += d.decompress(data, ulen - len(out))
        assert d.eof or len(out) == ulen
        data = d.unused_data
    return out


def pack(*fields):
    """Bits, lowest first, of pairs of a value and its width."""
    value, size = 0, 0
    for bits, width in fields:
        value |= bits << size
        size += width
    return value, size


# Blocks with nothing but their end. The dynamic one has 91 bits: code lengths
# 18 and 1 have codes, 256 zeroes come before the one of the end of block.
FIXED = pack((0, 1), (1, 2), (0, 7))
DYNAMIC = pack((0, 1), (2, 2), (0, 5), (1, 5), (14, 4), (0, 6), (1, 3),
               (0, 42), (1, 3), (1, 1), (127, 7), (1, 1), (107, 7), (0, 1),
               (0, 2), (0, 1))


def before(bit):
    """Bits of empty blocks, as many as to end at that bit of a byte."""
    blocks = [DYNAMIC] if bit & 1 else []
    while sum(size for _, size in blocks) % 8 != bit:
        blocks.append(FIXED)
    return pack(*blocks)


def resume(data, bit, history, ulen):
    """Deflate data from a bit on; what follows its end are gzip members.

    zlib takes whole bytes only, so there are empty blocks before that bit.
    """
    value, size = before(bit)
    value |= data[0] >> bit << size
    d = zlib.decompressobj(-15, zdict=history)
    out = d.decompress(value.to_bytes((size + 7) // 8 + (size % 8 == 0),
                                      "little") + data[1:], ulen)
    if len(out) == ulen:
        return out
    assert d.eof
    return out + members(d.unused_data[8:], ulen - len(out))


class Index:
    """An index; self.paths maps each path to its inode, the root being b"".

    The sources are the blobs, of a device image none; with one_source, the only
    one has all blobs.
    """

    def __init__(self, data, *sources, one_source=False):
        self.data = data
        self.sources = sources
        self.one_source = one_source
        self.cache = (None, b"")
        self.superblock()
        self.read_texts()
        self.read_blobs()
        self.read_spans()
        self.read_digests()
        self.read_histories()
        self.inodes = [Node(i + 1, self.record(INODES, i))
                       for i in range(self.count[INODES])]
        self.paths = {b"": self.inodes[0]}
        self.walk()
        for node in self.inodes:
            self.details(node)
        assert self.data_bytes == sum(n.size for n in self.inodes
                                      if n.type == stat.S_IFREG)

    def superblock(self):
        sb = bytearray(self.data[:512])
        (magic, crc, version, size, self.compat, self.incompat,
         self.max_span, self.uuid, index_size, self.data_bytes) = \
            struct.unpack_from("<IIHHIII16sQQ", sb)
        tree_offset, self.root, label, creator, zero = \
            struct.unpack_from("<Q32s32s32s96s", sb, 312)
        sb[4:8] = bytes(4)
        assert magic == int.from_bytes(b"StGz", "little")
        assert crc == zlib.crc32(sb), "checksum of the superblock"
        assert (version, size) == (1, 4096)
        assert is_zero(self.data[512:4096]) and is_zero(zero)
        assert not self.compat & ~31 and not self.incompat & ~7
        assert index_size <= len(self.data) and index_size % 4096 == 0
        self.device = self.data[index_size:]
        self.data = self.data[:index_size]
        self.sha256 = hashlib.sha256(self.data[:4096]).digest()
        self.label, self.creator = padded(label), padded(creator)
        self.tables(sb, tree_offset)
        self.tree(tree_offset)
        assert self.uuid[6] >> 4 == 8 and self.uuid[8] >> 6 == 2

    def tables(self, sb, tree_offset):
        """Tables follow one another, with nothing but zeroes between them."""
        self.offset, self.count = [], []
        places = []
        for i in range(16):
            off, count = struct.unpack_from("<QQ", sb, 56 + 16 * i)
            self.offset.append(off)
            self.count.append(count)
            if count:
                assert i < len(RECORD) and off % 8 == 0
                places.append((off, off + count * RECORD[i]))
            else:
                assert off == 0
        end = 4096
        for off, after in sorted(places):
            assert off >= end and is_zero(self.data[end:off])
            end = after
        assert 4096 < end <= tree_offset < end + 4096
        assert is_zero(self.data[end:tree_offset])

    def tree(self, offset):
        assert offset % 4096 == 0 and offset <= len(self.data)
        tree, root = hashtree.build(self.data[4096:offset])
        assert self.root == root, "root of the hash tree"
        assert self.data[offset:] == tree, "hash tree"

    def read_texts(self):
        """Properties by key, and the spans to prefetch."""
        raw = self.heap(PROPERTIES, 0, self.count[PROPERTIES])
        assert len(raw) <= 65536 and raw[-1:] in (b"", b"\0")
        texts = [text.decode() for text in raw.split(b"\0")[:-1]]
        assert all(text.find("=") > 0 for text in texts)
        self.properties = [tuple(text.split("=", 1)) for text in texts]
        self.prefetch = self.numbers(PREFETCH)
        assert all(n < self.count[SPANS] for n in self.prefetch)
        assert len(set(self.prefetch)) == len(self.prefetch)

    def read_blobs(self):
        """Those of a device image are behind the index, one after another."""
        self.blobs = []
        end = len(self.data)
        for i in range(self.count[BLOBS]):
            size, start, used, source, have, zero, *digests = \
                struct.unpack("<QQQIHH32s32s32s", self.record(BLOBS, i))
            assert zero == 0 and have < 8 and used <= size
            for bit, digest in enumerate(digests):
                assert have >> bit & 1 or is_zero(digest)
            assert source == (0 if self.device else
                              1 if self.one_source else i + 1)
            if self.device:
                assert start == (end + 4095) // 4096 * 4096
                assert is_zero(self.device[end - len(self.data):
                                           start - len(self.data)])
                end = start + size
            self.blobs.append(Blob(size, start, source, used, *(
                digest if have >> bit & 1 else None
                for bit, digest in enumerate(digests))))
        if self.device:
            assert len(self.data) + len(self.device) >= end
            assert is_zero(self.device[end - len(self.data):])
        if self.device or len(self.sources) >= \
                (1 if self.one_source else len(self.blobs)):
            self.check_blobs()

    def check_blobs(self):
        for i, blob in enumerate(self.blobs):
            data = self.blob(i)
            assert blob.sha256 in (None, hashlib.sha256(data).digest())
            assert blob.diffid is None or \
                blob.diffid == hashlib.sha256(plain(data)).digest()

    def blob(self, i):
        """The bytes of a blob, as the index says where they are."""
        blob = self.blobs[i]
        if blob.source:
            return self.sources[blob.source - 1][blob.start:][:blob.size]
        return self.device[blob.start - len(self.data):][:blob.size]

    def record(self, table, i):
        assert i < self.count[table]
        at = self.offset[table] + i * RECORD[table]
        return self.data[at:at + RECORD[table]]

    def heap(self, table, at, size):
        assert at + size <= self.count[table] * RECORD[table]
        return self.data[self.offset[table] + at:][:size]

    def numbers(self, table):
        """A table of 32-bit numbers."""
        raw = self.heap(table, 0, 4 * self.count[table])
        return struct.unpack(f"<{self.count[table]}I", raw)

    def read_spans(self):
        """The CRCs of all spans follow one another."""
        self.spans = []
        last, incompat = (0, -1), 0
        used = [0] * len(self.blobs)
        crcs, piece = self.numbers(PIECES), 0
        for i in range(self.count[SPANS]):
            start, clen, ulen, check, blob, codec, flags = \
                struct.unpack("<QIIIHBB", self.record(SPANS, i))
            assert (blob, start) > last and ulen
            assert not flags & ~15
            assert flags & 8 or (check == 0 and codec != DEFLATE)
            assert codec == DEFLATE or not flags & 7
            assert clen == ulen if codec == STORED else \
                clen <= ulen + ulen // 8 + 1310720
            last = blob, start
            used[blob] = max(used[blob], start + clen)
            incompat |= INCOMPAT[codec]
            pieces = (check,) if flags & 8 else None
            if pieces and ulen > PIECE:
                assert check == piece
                piece += -(-ulen // PIECE)
                pieces = crcs[check:piece]
            self.spans.append(Span(start, clen, ulen, codec, flags & 7,
                                   pieces, blob))
        assert piece == len(crcs)
        assert self.incompat == incompat
        assert all(b.used >= n for b, n in zip(self.blobs, used))
        assert len(used) > 1 or self.blobs[0].used == used[0]
        assert self.max_span <= 64 << 20
        assert self.max_span == max([s.ulen for s in self.spans
                                     if s.codec != STORED], default=0)

    def read_digests(self):
        """The digests of all spans follow one another."""
        starts, first = self.numbers(DIGEST_STARTS), 0
        self.digests = []
        if not self.compat & HAS_DIGESTS:
            assert not starts and not self.count[DIGESTS]
            return
        assert len(starts) == len(self.spans)
        for span, start in zip(self.spans, starts):
            assert start == first
            first += -(-span.ulen // DIGEST)
            self.digests.append([self.record(DIGESTS, i)
                                 for i in range(start, first)])
        assert first == self.count[DIGESTS]

    def read_histories(self):
        self.histories = {}
        last, end = -1, 0
        for i in range(self.count[HISTORIES]):
            span, clen, offset, ulen, zero = \
                struct.unpack("<IIQII", self.record(HISTORIES, i))
            assert last < span < len(self.spans) and zero == 0
            assert self.spans[span].codec == DEFLATE
            assert offset == end and clen <= 40960 and 1 <= ulen <= 32768
            last, end = span, offset + clen
            d = zlib.decompressobj(-15)
            data = d.decompress(self.heap(HISTORY_DATA, offset, clen))
            assert d.eof and not d.unused_data and len(data) == ulen
            self.histories[span] = data
        assert end == self.count[HISTORY_DATA]

    def walk(self):
        """Directories in the order of their inode numbers."""
        where = {1: b""}
        links = {1: 2}
        at = 0
        for node in self.inodes:
            if node.type != stat.S_IFDIR:
                assert node.parent == 0
                continue
            path = where[node.ino]
            if node.ino == 1:
                assert node.parent == 1
            assert node.a == at, "directories follow one another"
            names = []
            for i in range(node.a, node.a + node.b):
                ino, name, size, kind, zero = \
                    struct.unpack("<IIBBH", self.record(DIRENTS, i))
                name = self.heap(NAMES, name, size)
                names.append(name)
                assert name not in (b"", b".", b"..") and zero == 0
                assert b"/" not in name and b"\0" not in name
                child = self.inodes[ino - 1]
                assert kind == child.mode >> 12
                full = path + b"/" + name if path else name
                self.paths[full] = child
                links[ino] = links.get(ino, 0) + 1
                if child.type == stat.S_IFDIR:
                    assert ino not in where and ino > node.ino
                    assert child.parent == node.ino
                    where[ino] = full
                    links[ino] = 2
                    links[node.ino] += 1
            assert names == sorted(set(names))
            at += node.b
        assert at == self.count[DIRENTS]
        for node in self.inodes:
            assert node.nlink == links[node.ino], "links"

    def details(self, node):
        assert node.flags & ~{stat.S_IFREG: 1, stat.S_IFDIR: 2}.get(
            node.type, 0) == 0
        node.implied = bool(node.flags & 2)
        node.xattrs = self.xattrs(node.xattr)
        if node.type == stat.S_IFLNK:
            assert 1 <= node.size <= 4095
            node.target = self.heap(NAMES, node.a, node.size)
        elif node.type in (stat.S_IFCHR, stat.S_IFBLK):
            node.rdev = (node.a, node.b)
        elif node.type == stat.S_IFREG:
            self.extents(node)
        if node.type not in (stat.S_IFREG, stat.S_IFLNK):
            assert node.size == 0

    def extents(self, node):
        if node.flags & 1:
            node.extents = [(0, node.a, node.b)]
        else:
            node.extents = [struct.unpack("<QII", self.record(EXTENTS, i))
                            for i in range(node.a, node.a + node.b)]
            assert len(node.extents) != 1
        assert bool(node.size) == bool(node.extents)
        ends = [e[0] for e in node.extents[1:]] + [node.size]
        for (pos, span, offset), end in zip(node.extents, ends):
            assert pos < end
            if span == NO_SPAN:
                assert offset == 0
                continue
            assert offset + end - pos <= self.spans[span].ulen

    def xattrs(self, number):
        if not number:
            return {}
        at = 4 * (number - 1)
        size, count = struct.unpack("<II", self.heap(XATTRS, at, 8))
        raw = self.heap(XATTRS, at, size)
        found, pos, order = {}, 8, []
        for _ in range(count):
            vlen, nlen, prefix, zero = struct.unpack_from("<IBBH", raw, pos)
            name = raw[pos + 8:pos + 8 + nlen]
            assert zero == 0 and bool(nlen) == (prefix < 4)
            found[PREFIX[prefix] + name] = \
                raw[pos + 8 + nlen:pos + 8 + nlen + vlen]
            order.append((prefix, name))
            pos += (8 + nlen + vlen + 3) // 4 * 4
        assert pos == size and order == sorted(set(order))
        return found

    def decode(self, span):
        if self.cache[0] != span:
            start, clen, ulen, codec, bit, pieces, blob = self.spans[span]
            data = self.blob(blob)[start:start + clen]
            if codec == GZIP:
                data = members(data, ulen)
            elif codec == DEFLATE:
                data = resume(data, bit, self.histories.get(span, b""), ulen)
            elif codec == ZSTD:
                data = unpack("zstd", data)[:ulen]
            assert len(data) == ulen
            assert pieces in (None, tuple(map(zlib.crc32, cut(data, PIECE))))
            assert not self.digests or self.digests[span] == [
                hashlib.sha256(part).digest() for part in cut(data, DIGEST)]
            self.cache = (span, data)
        return self.cache[1]

    def content(self, node):
        out = b""
        ends = [e[0] for e in node.extents[1:]] + [node.size]
        for (pos, span, offset), end in zip(node.extents, ends):
            if span == NO_SPAN:
                out += bytes(end - pos)
            else:
                out += self.decode(span)[offset:offset + end - pos]
        assert len(out) == node.size
        return out
