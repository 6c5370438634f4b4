# SPDX-License-Identifier: GPL-2.0-or-later
"""The hash tree of an index: against veritysetup, and against damage."""
import hashlib
import os
import struct
import subprocess
import tempfile

import tarsource as ts
from hashtree import seal, seal_super
from indexer import PROGRAM, index
from mkblob import layer
from programs import load, need, save, tool
from readindex import DIRENTS, INODES, Index, SPANS
from tap import TOP

FSCK, DUMP = (os.path.join(os.path.dirname(PROGRAM), name)
              for name in ("fsck.stargz", "dump.stargz"))
# Bytes of an attribute, and attributes of a file: less than the format allows.
VALUE, VALUES = 60000, 16


def tables_end(data):
    """The end of the last table."""
    ix = Index(data)
    return max(at + n * size for at, n, size in zip(
        ix.offset, ix.count, (48, 12, 1, 16, 24, 128, 1, 24, 1, 32, 4, 4, 4, 1)))


def tar_with_attributes(total, values):
    """A tar whose attributes have that many bytes, in that many values."""
    out, size = b"", total // values // 4 * 4
    for first in range(0, values, VALUES):
        records = [
            (b"SCHILY.xattr.user.%08d" % i, b"%08d" % i + b"v" * (
                (size if i else total - size * (values - 1)) - 8))
            for i in range(first, min(values, first + VALUES))]
        out += ts.pax(records) + ts.entry(b"%08d" % first)
    return out + ts.END


def of_leaves(leaves):
    """An index whose tables take that many blocks; attributes fill them."""
    values = leaves * 4096 // VALUE + 1
    small = index(tar_with_attributes(8 * values, values)).index
    # In the middle of the last block.
    more = leaves * 4096 - 2048 - (tables_end(small) - 4096)
    r = index(tar_with_attributes(8 * values + more // 4 * 4, values))
    assert r.code == 0, r
    assert struct.unpack_from("<Q", r.index, 312)[0] == 4096 * (leaves + 1)
    return r.index


def verity(tables):
    """What veritysetup makes of the tables: the tree and its root."""
    with tempfile.TemporaryDirectory() as tmp:
        path = save(tmp + "/tables", tables)
        save(tmp + "/tree", b"")
        out = tool("veritysetup", "format", "--no-superblock", "--salt=-",
                   "--hash=sha256", "--data-block-size=4096",
                   "--hash-block-size=4096", path, tmp + "/tree").decode()
        root, = (line.split()[-1] for line in out.splitlines()
                 if line.startswith("Root hash:"))
        return load(tmp + "/tree"), bytes.fromhex(root)


def check_tree(data):
    offset, = struct.unpack_from("<Q", data, 312)
    tree, root = verity(data[4096:offset])
    assert data[320:352] == root
    assert data[offset:] == tree
    assert Index(data).root == root


def test_one_leaf():
    need("veritysetup")
    data = index(ts.END).index
    assert len(data) == 8192
    check_tree(data)


def test_one_level():
    need("veritysetup")
    for leaves in (2, 127, 128):
        check_tree(of_leaves(leaves))


def test_two_levels():
    need("veritysetup")
    for leaves in (129, 16384):
        check_tree(of_leaves(leaves))


def test_three_levels():
    need("veritysetup")
    check_tree(of_leaves(16385))


def test_digest_of_an_index():
    """It is printed for a new index, for an old one, and by dump.stargz."""
    with tempfile.TemporaryDirectory() as tmp:
        path = save(tmp + "/tar", ts.entry(b"f", b"x") + ts.END)
        out = tool(PROGRAM, "--digest", "-o", tmp + "/index", path)
        block = load(tmp + "/index")[:4096]
        want = b"sha256:" + hashlib.sha256(block).hexdigest().encode()
        assert out == want + b"\n"
        assert tool(PROGRAM, "--digest", tmp + "/index") == want + b"\n"
        assert want in tool(DUMP, tmp + "/index")


def small_index():
    """An index of three blocks and a block of the tree, and its layer."""
    blob = layer([{"name": f"file {i:02}", "type": "reg", "mode": 0o644,
                   "data": b"content %d" % i} for i in range(70)])
    data = index(blob, "--digests", "--label=small", "--property=a=b").index
    assert len(data) == 5 * 4096 and len(Index(data, blob).spans) == 70
    return data, blob


def test_every_bit_for_our_own_reader():
    data = bytearray(small_index()[0])
    for at in range(8 * len(data)):
        data[at // 8] ^= 1 << at % 8
        try:
            Index(bytes(data))
        except AssertionError:
            pass
        else:
            raise AssertionError(f"bit {at} is not noticed")
        data[at // 8] ^= 1 << at % 8
    Index(bytes(data))


def test_every_bit_for_the_library():
    with tempfile.TemporaryDirectory() as tmp:
        program, lib = tmp + "/flips", TOP + "/build/lib"
        tool("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-I",
             TOP + "/userspace/include", "-o", program,
             TOP + "/tests/index/flips.c", lib + "/libstargz.so",
             "-Wl,-rpath," + lib)
        data = small_index()[0]
        out = tool(program, save(tmp + "/index", data)).decode()
        assert out == f"{8 * len(data)} bits\n", out[:1000]


def refused(data, layer_, word):
    """By all programs that read an index."""
    with tempfile.TemporaryDirectory() as tmp:
        bad, blob = save(tmp + "/bad", data), \
            save(tmp + "/blob", layer_)
        for command in ((FSCK, bad), (FSCK, "-f", "--index=" + bad, blob),
                        (DUMP, bad), (PROGRAM, "--digest", bad),
                        (PROGRAM, "--label=x", "-o", tmp + "/out", bad),
                        (PROGRAM, "--merge", "-o", tmp + "/out", bad, blob)):
            r = subprocess.run(command, capture_output=True, check=False)
            assert r.returncode and word in r.stderr.decode(), (command, r)
            assert not os.path.exists(tmp + "/out")


def test_some_bits_for_the_programs():
    data, blob = small_index()
    for at in range(99, 8 * len(data), 7919):
        bad = bytearray(data)
        bad[at // 8] ^= 1 << at % 8
        refused(bad, blob, "")


def swapped(data, one, other, size):
    """Exchange bytes in two places."""
    out = bytearray(data)
    out[one:one + size] = data[other:other + size]
    out[other:other + size] = data[one:one + size]
    return out


def swaps(data):
    """Exchanged records, and exchanged tables."""
    ix = Index(data)
    for table, one, other, size in ((INODES, 3, 7, 48), (SPANS, 1, 2, 24),
                                    (DIRENTS, 10, 11, 12)):
        yield swapped(data, ix.offset[table] + size * one,
                      ix.offset[table] + size * other, size)
    for one, other in ((4096, 8192), (len(data) - 4096, 4096)):
        yield swapped(data, one, other, 4096)
    yield swapped(data, len(data) - 4096, len(data) - 4096 + 32, 32)


def test_swaps():
    """The checksum of the superblock is right, but the tree is not."""
    data, blob = small_index()
    for bad in swaps(data):
        seal_super(bad)
        refused(bad, blob, "does not match the hash tree")


def test_swaps_with_another_tree():
    """The digest of the index tells them from the original."""
    data, _ = small_index()
    assert bytes(sealed(data)) == data
    for bad in swaps(data):
        assert bytes(sealed(bad)) == data or \
            hashlib.sha256(sealed(bad)[:4096]).digest() != Index(data).sha256


def sealed(data):
    out = bytearray(data)
    seal(out)
    return out
