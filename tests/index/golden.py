# SPDX-License-Identifier: GPL-2.0-or-later
"""Indexes of format 1 that stay readable: what is in them, and their files.

golden/NAME.index.hex is an index, or a device image. Its layers are made here of
fixed bytes, or are in golden/LAYER.layer.hex if a compressor made them. In a hex
file a line has an offset and 32 bytes, after a line with the licence; rows of
zeroes are left out, and the last line has the size.
"""
import os
import struct
import tempfile
import zlib

import tarsource as ts
from indexer import index
from mkblob import Layer
from programs import load, save, zstd

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
LICENCE = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
TIME = 1234567890
WORDS = (b"span", b"piece", b"digest", b"layer", b"block", b"leaf", b"hash")


def text(size):
    """Bytes that compress well, because most are a copy of bytes before them."""
    state, words, out = 1, b"", b""
    while len(words) < 3000:
        state = (state * 1103515245 + 12345) % 2**31
        words += WORDS[(state >> 16) % 7] * (1 + (state >> 20 & 3)) + b"\n"
    while len(out) < size:
        out += b"%d\n" % len(out) + words
    return out[:size]


def acl(*entries):
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", *entry) for entry in entries)


ACL = acl((1, 6, 0xffffffff), (2, 4, 7), (4, 4, 0xffffffff),
          (16, 6, 0xffffffff), (32, 4, 0xffffffff))
XATTRS = {b"user.a": b"", b"user.b": b"value\0\xff", b"trusted.c": b"c" * 300,
          b"security.capability": bytes(range(20)),
          b"system.posix_acl_access": ACL}
SPARSE = b"head".ljust(512, b".") + bytes(65536 - 512) + \
    b"tail".ljust(512, b".")

# Path: type, permissions, and what it holds.
TREE = {
    b"d": ("d", 0o755, None),
    b"d/small": ("f", 0o4755, b"some bytes\n"),
    b"d/same": ("f", 0o4755, b"some bytes\n"),
    b"empty": ("f", 0o600, b""),
    b"fifo": ("p", 0o620, None),
    b"link": ("l", 0o777, b"d/small"),
    b"null": ("c", 0o666, (1, 3)),
    b"disk": ("b", 0o660, (259, 70000)),
    b"sparse": ("f", 0o644, SPARSE),
    b"text": ("f", 0o644, text(400000)),
    "żółw".encode(): ("f", 0o644, b"name\n"),
}
UPPER = {
    b"d/small": ("f", 0o644, b"other bytes\n"),
    b"new": ("f", 0o644, text(2000)),
}
GONE = (b"empty", b"sparse", b"text")


def entry(path, kind, mode, held, xattrs=()):
    """The headers and the payload of an object."""
    records = [(b"SCHILY.xattr." + k, v) for k, v in xattrs]
    fields = {"mode": mode, "mtime": TIME, "uid": 7, "gid": 8}
    if kind == "f" and held == SPARSE:
        sizes = b"2\n0\n512\n65536\n512\n".ljust(512, b"\0")
        records += [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                    (b"GNU.sparse.name", path),
                    (b"GNU.sparse.realsize", b"%d" % (65536 + 512))]
        held = sizes + held[:512] + held[-512:]
    out = ts.pax(records) if records else b""
    if kind == "f":
        return out + ts.entry(path, held, **fields)
    if kind in "cb":
        fields["dev"] = held
    if kind == "l":
        fields["link"] = held
    letter = {"d": b"5", "l": b"2", "c": b"3", "b": b"4", "p": b"6"}[kind]
    return out + ts.header(path, letter, **fields)


def tar_of(tree, xattrs=None):
    return b"".join(entry(path, *what, xattrs=(xattrs or {}).get(path, {}).items())
                    for path, what in tree.items())


# What d/same is instead.
HARD = ts.header(b"d/same", b"1", link=b"d/small")
TAR = tar_of({k: v for k, v in TREE.items() if k != b"d/same"}) + HARD + ts.END
ATTRIBUTES = tar_of({k: TREE[k] for k in (b"d", b"d/small", b"link")}, {
    b"d": {b"user.a": b"of a folder", b"system.posix_acl_default": ACL},
    b"d/small": XATTRS,
    b"link": {b"trusted.c": b"of a link"}}) + ts.END
WHITEOUTS = tar_of(UPPER) + b"".join(
    ts.entry(b".wh." + name) for name in GONE) + ts.END
OTHER = tar_of({b"other": ("f", 0o644, text(40000))}) + ts.END


def estargz():
    made = Layer()
    made.add({"name": "d/", "type": "dir", "mode": 0o755})
    made.add({"name": "d/small", "type": "reg", "mode": 0o644,
              "data": b"some bytes\n"})
    made.add({"name": "text", "type": "reg", "mode": 0o644,
              "data": text(400000)})
    return made.finish()


def frames(tar):
    return b"".join(zstd(tar[i:i + 40000]) for i in range(0, len(tar), 40000))


def packed(tar):
    """One gzip member with a block for each 20000 bytes."""
    z = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(z.compress(tar[i:i + 20000]) + z.flush(zlib.Z_SYNC_FLUSH)
                    for i in range(0, len(tar), 20000)) + z.flush()


# Those that are made here, and those that are stored.
FIXED = {"tar": TAR, "attributes": ATTRIBUTES, "upper": WHITEOUTS}
STORED = {"packed": lambda: packed(TAR), "frames": lambda: frames(OTHER),
          "estargz": estargz}
LIST = b"text\nd/small\n"
# The layers, lowest first, and the options of the index.
GOLDEN = {
    "stored": (["tar"], []),
    "gzip": (["estargz"], ["--checkpoints=none"]),
    "histories": (["packed"], ["--span=64K"]),
    "zstd": (["frames"], []),
    "digests": (["packed"], ["--digests", "--span=64K"]),
    "texts": (["packed"], [
        "--label=żółw", "--property=image.ref=example.com/a:1",
        "--property=empty=", "--prefetch=list", "--span=64K"]),
    "xattrs": (["attributes"], []),
    "raw": (["upper"], ["--raw"]),
    "chained": (["packed", "upper"], ["--below"]),
    "merged": (["packed", "frames", "upper"], ["--merge", "--digests"]),
    "image": (["frames", "upper"], [
        "--merge", "--device-image", "--digests", "--label=disk"]),
}


def to_hex(data):
    rows = (f"{at:06x} {data[at:at + 32].hex()}\n"
            for at in range(0, len(data), 32)
            if data[at:at + 32].strip(b"\0"))
    return LICENCE + "".join(rows) + f"size {len(data):x}\n"


def from_hex(name):
    """The bytes of a hex file."""
    _, *rows, last, _ = load(f"{FOLDER}/{name}.hex").decode().split("\n")
    data = bytearray(int(last.split()[1], 16))
    for row in rows:
        at, value = row.split()
        at, value = int(at, 16), bytes.fromhex(value)
        data[at:at + len(value)] = value
    return bytes(data)


def layer(name):
    """The bytes of a layer."""
    return FIXED[name] if name in FIXED else from_hex(name + ".layer")


def write(name, data):
    os.makedirs(FOLDER, exist_ok=True)
    save(f"{FOLDER}/{name}.hex", to_hex(data).encode())


def make_layer(name):
    """Write a stored layer anew. Its indexes have to follow."""
    write(name + ".layer", STORED[name]())


def make(name):
    """Write an index anew."""
    blobs, options = GOLDEN[name]
    with tempfile.TemporaryDirectory() as tmp:
        paths = [save(f"{tmp}/{i}", layer(blob))
                 for i, blob in enumerate(blobs)]
        wanted = save(tmp + "/list", LIST)
        options = [o.replace("=list", "=" + wanted) for o in options]
        if "--below" in options:
            options = ["--below=" + path for path in paths[:-1]]
        elif len(paths) > 1:
            options += paths[:-1]
        r = index(paths[-1], *options)
    assert r.code == 0 and not r.err, r
    write(name + ".index", r.index)
