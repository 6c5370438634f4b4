# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that share content, and digests and holes without end."""
import struct
import tempfile
import zlib

from cost import MIB, estargz, index, linear, member, refused, run, zeroes
from programs import save
from tarsource import END, entry


def shared(tmp, files, mib):
    """A layer of files that are all the same member; its path."""
    data = member(zeroes(mib * MIB), flush=True)
    return save(tmp + "/layer", estargz(data, (
        f'{{"name":"f{i}","type":"reg","size":{mib * MIB}}}'
        for i in range(files))))


def test_index_of_shared_content():
    """20,000 files in a member with 512 spans: as many extents as both."""
    with tempfile.TemporaryDirectory() as tmp:
        layer = shared(tmp, 20000, 64)
        r = run("stargz-index", "-q", "-o", tmp + "/index", layer, mib=128,
                seconds=10)
    refused(r, "extents", "1056768")


def test_index_of_content_shared_by_some():
    """What would be honest: 1000 files, which make 512,000 extents."""
    with tempfile.TemporaryDirectory() as tmp:
        layer = shared(tmp, 1000, 64)
        r = run("stargz-index", "-q", "-o", tmp + "/index", layer, mib=128)
    assert r.code == 0, r


def blocks(size, count, empty):
    """A tar in a gzip member of small stored blocks, with empty ones between."""
    tar = entry(b"f", bytes(size * count)) + END
    packed = b"\x1f\x8b\x08" + bytes(7)
    for at in range(0, len(tar), size):
        data = tar[at:at + size]
        packed += struct.pack("<B2H", 0, len(data), len(data) ^ 0xffff) + data
        packed += struct.pack("<B2H", 0, 0, 0xffff) * empty
    return packed + struct.pack("<B2H2L", 1, 0, 0xffff, zlib.crc32(tar),
                                len(tar))


def test_blocks_of_few_bytes():
    """Each block is a place at which a span might start."""
    linear(lambda n: index(blocks(40, n * 20000, 0)))


def test_empty_blocks():
    """They use up the compressed size of a span."""
    linear(lambda n: index(blocks(4000, n * 100, 10000)))
