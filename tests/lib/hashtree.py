# SPDX-License-Identifier: GPL-2.0-or-later
"""The hash tree of an index, from the comment of struct stargz_super_block."""
import hashlib
import struct
import zlib

BLOCK, ARITY = 4096, 128
# Places in the superblock.
CRC, SIZE, INDEX_SIZE, TREE_OFFSET, TREE_ROOT = 4, 512, 40, 312, 320


def blocks(data):
    """Pieces of a block each; the last one is filled up with zeroes."""
    return [data[i:i + BLOCK].ljust(BLOCK, b"\0")
            for i in range(0, len(data), BLOCK)]


def build(tables):
    """The tree of some blocks, highest level first, and its root."""
    level, tree = blocks(tables), b""
    while len(level) > 1:
        hashes = b"".join(hashlib.sha256(b).digest() for b in level)
        level = blocks(hashes)
        tree = b"".join(level) + tree
    return tree, hashlib.sha256(level[0]).digest()


def seal_super(index):
    """Correct the checksum of the superblock, in a bytearray."""
    index[CRC:CRC + 4] = bytes(4)
    index[CRC:CRC + 4] = struct.pack("<I", zlib.crc32(index[:SIZE]))


def seal(index):
    """Correct tree, root and checksum after a change of a bytearray.

    Where the superblock has no possible place for the tree, none is made.
    """
    offset, = struct.unpack_from("<Q", index, TREE_OFFSET)
    if offset % BLOCK == 0 and BLOCK < offset <= len(index):
        tree, root = build(bytes(index[BLOCK:offset]))
        index[offset:offset + len(tree)] = tree
        index[TREE_ROOT:TREE_ROOT + len(root)] = root
    seal_super(index)
