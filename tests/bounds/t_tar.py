# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers of tars: extensions, attributes, maps of sparse files."""
import zlib

from cost import MIB, index, linear, mkfs, refused
from tarsource import END, entry, header, pax


def gz(pieces):
    """A tar.gz of pieces, each compressed again and again where it repeats."""
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join(c.compress(p) for p in pieces) + c.flush()


def test_attributes_of_one_entry():
    """Each record is looked for among those before it."""
    def once(n):
        names = [b"SCHILY.xattr.user." + b"a" * 60 + b"%04d" % i
                 for i in range(n * 1000)]
        one = pax([(k, b"v") for k in names]) + entry()
        return index(gz([one] * 100 + [END]))
    linear(once)


def test_attributes_again_and_again():
    """The last value of a name counts, however often it comes."""
    many = [(b"SCHILY.xattr.user.%04d" % (i % 4096), b"%d" % i)
            for i in range(100000)]
    r = index(gz([pax(many) + entry()] * 10 + [END]), seconds=10)
    assert r.code == 0, r


def test_global_headers():
    """They are kept until the entry behind them comes."""
    one = pax([(b"comment", b"x" * (MIB - 100))], kind=b"g")
    refused(mkfs(gz([one] * 200 + [entry(), END]), mib=128),
            "extension headers", "4194304", code=8)


def test_empty_extension_headers():
    """A block each, and nothing in it."""
    refused(mkfs(gz([header(b"x", kind=b"x") * 2048] * 200 + [entry(), END]),
                 mib=128), "extension headers", "4194304", code=8)


def test_map_of_empty_runs():
    """A map of text that says nothing; it is a part of the headers."""
    count = 100 * MIB // 4
    text = b"%d\n" % count + b"0\n" * 250
    records = pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                   (b"GNU.sparse.realsize", b"0"),
                   (b"size", b"%d" % (4 * 100 * MIB))])
    blob = gz([records + header(b"f"), text.ljust(512, b"\n")[:512]] +
              [b"0\n" * (MIB // 2)] * 400)
    refused(mkfs(blob, mib=128), "data segments", "4194304", code=8)
