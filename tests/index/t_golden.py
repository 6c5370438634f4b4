# SPDX-License-Identifier: GPL-2.0-or-later
"""The indexes in golden/ are read as what they are, by our own reader and by
dump.stargz. make-golden writes them anew."""
import hashlib
import json
import os
import re
import stat
import tempfile

import golden
from golden import GONE, TREE, UPPER
from indexer import PROGRAM
from programs import need, save, tool
from readindex import (CHAINED, DEFLATE, GZIP, HAS_DIGESTS, Index, MERGED, OPEN,
                       RAW, STORED, ZSTD, plain)

DUMP, FSCK = (os.path.join(os.path.dirname(PROGRAM), name)
              for name in ("dump.stargz", "fsck.stargz"))
# "D" is a directory without an entry.
KINDS = {"f": stat.S_IFREG, "d": stat.S_IFDIR, "D": stat.S_IFDIR,
         "l": stat.S_IFLNK, "c": stat.S_IFCHR, "b": stat.S_IFBLK,
         "p": stat.S_IFIFO}
OTHER = {b"other": ("f", 0o644, golden.text(40000))}


def read(name):
    """The index, with its layers."""
    data = golden.from_hex(name + ".index")
    blobs, options = golden.GOLDEN[name]
    blobs = [golden.layer(blob) for blob in blobs]
    if "--below" in options:
        blobs.reverse()
    if "--device-image" in options:
        return Index(data), data, blobs, []
    return Index(data, *blobs), data, blobs, blobs


def check_node(ix, path, wanted):
    kind, mode, held = wanted
    node = ix.paths[path]
    assert node.mode == KINDS[kind] | mode, path
    if kind != "D":
        assert (node.uid, node.gid) == (7, 8), path
        assert node.mtime == golden.TIME * 10**9, path
    if kind == "f":
        assert ix.content(node) == held, path
    elif kind == "l":
        assert node.target == held, path
    elif kind in "cb":
        assert node.rdev == held, path


def check_tree(ix, tree):
    assert set(ix.paths) == {b""} | set(tree)
    for path, wanted in tree.items():
        check_node(ix, path, wanted)


def unescape(text):
    return re.sub(rb"\\(?:\\|x(..))",
                  lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"\\",
                  text)


def check_lines(ix, lines):
    """Lines of stargz-dump(5)."""
    found = {}
    for line in lines:
        path, kind, mode, *rest = line.split(b" ")
        path = unescape(path).strip(b"/")
        node = ix.paths[path]
        if kind == b"h":
            node = ix.paths[unescape(rest[4]).strip(b"/")]
            assert node is ix.paths[path]
        else:
            assert KINDS[kind.decode()] == node.type
            assert int(mode, 8) == node.mode & 0o7777
            assert [int(n) for n in rest[:2]] == [node.uid, node.gid]
            assert int(rest[2].replace(b".", b"")) == node.mtime
        found[path] = line
    assert set(found) == set(ix.paths)


def check_dump(ix, data, sources):
    """dump.stargz tells the same of superblock, tree and content."""
    with tempfile.TemporaryDirectory() as tmp:
        path = save(tmp + "/index", data)
        devices = ["--device=" + save(f"{tmp}/{i}", blob)
                   for i, blob in enumerate(sources)]
        o = json.loads(tool(DUMP, "--json", path))
        assert o["index_digest"] == "sha256:" + ix.sha256.hex()
        assert o["uuid"].replace("-", "") == ix.uuid.hex()
        assert (o["label"], o["creator"]) == (ix.label, ix.creator)
        assert [(p["key"], p["value"]) for p in o["properties"]] == \
            ix.properties
        lines = tool(DUMP, "--dump", *devices, path).splitlines()[1:]
        check_lines(ix, lines)
        for name, node in ix.paths.items():
            if node.type == stat.S_IFREG:
                assert tool(DUMP, b"--cat=/" + name, *devices, path) == \
                    ix.content(node), name
        tool(FSCK, *devices, path)


def check(name, tree, compat=0):
    """All that is common to the indexes; what is special is left."""
    need("zstd")
    ix, data, blobs, sources = read(name)
    assert ix.compat == compat
    check_tree(ix, tree)
    for span in range(len(ix.spans)):
        ix.decode(span)
    for blob, record in zip(blobs, ix.blobs):
        assert record.size == len(blob)
    check_dump(ix, data, sources)
    return ix


def codecs(ix):
    return {span.codec for span in ix.spans}


def test_layers():
    """They decode to tars of fixed bytes."""
    need("zstd")
    assert plain(golden.layer("packed")) == golden.TAR
    assert plain(golden.layer("frames")) == golden.OTHER


def test_stored():
    ix = check("stored", TREE)
    assert codecs(ix) == {STORED} and ix.incompat == 1
    node = ix.paths[b"d/small"]
    assert node.nlink == 2 and ix.paths[b"d/same"] is node
    assert len(ix.paths[b"sparse"].extents) > 1


def test_gzip():
    data = {b"d": ("d", 0o755, None),
            b"d/small": ("f", 0o644, b"some bytes\n"),
            b"text": ("f", 0o644, golden.text(400000))}
    ix, index, blobs, sources = read("gzip")
    assert set(ix.paths) == {b"", *data} and codecs(ix) == {GZIP}
    for path, (_, mode, held) in data.items():
        assert ix.paths[path].mode & 0o7777 == mode
        assert held is None or ix.content(ix.paths[path]) == held
    # The footer has 51 bytes, and in them the position of the table.
    at = blobs[0].rindex(b"STARGZ") - 16
    toc = plain(blobs[0][int(blobs[0][at:at + 16], 16):-51])
    size = int(toc[124:135], 8)
    assert ix.blobs[0].toc == hashlib.sha256(toc[512:512 + size]).digest()
    check_dump(ix, index, sources)


def test_histories():
    ix = check("histories", TREE)
    assert DEFLATE in codecs(ix) and ix.histories and ix.incompat & 2
    assert max(len(s.pieces) for s in ix.spans if s.pieces) >= 2


def test_zstd():
    ix = check("zstd", OTHER)
    assert codecs(ix) == {ZSTD} and ix.incompat == 4


def test_digests():
    ix = check("digests", TREE, HAS_DIGESTS)
    assert len(ix.digests) == len(ix.spans)
    blob = golden.layer("packed")
    assert ix.blobs[0].sha256 == hashlib.sha256(blob).digest()
    assert ix.blobs[0].diffid == hashlib.sha256(golden.TAR).digest()


def test_texts():
    ix = check("texts", TREE)
    assert ix.label == "żółw"
    assert ix.properties == [("image.ref", "example.com/a:1"), ("empty", "")]
    want = [span for path in (b"text", b"d/small")
            for _, span, _ in ix.paths[path].extents]
    assert list(ix.prefetch) == list(dict.fromkeys(want))


def test_xattrs():
    ix = check("xattrs", {path: TREE[path] for path in (
        b"d", b"d/small", b"link")})
    assert ix.paths[b"d/small"].xattrs == golden.XATTRS
    assert ix.paths[b"d"].xattrs == {
        b"user.a": b"of a folder", b"system.posix_acl_default": golden.ACL}
    assert ix.paths[b"link"].xattrs == {b"trusted.c": b"of a link"}


def test_raw():
    files = {b".wh." + name: ("f", 0o644, b"") for name in GONE}
    ix, index, _, sources = read("raw")
    assert ix.compat == RAW
    assert set(ix.paths) == {b"", b"d", *UPPER, *files}
    for path, (_, _, held) in {**UPPER, **files}.items():
        assert ix.content(ix.paths[path]) == held
    check_dump(ix, index, sources)


def test_chained():
    ix, index, _, sources = read("chained")
    assert ix.compat & CHAINED and not ix.compat & OPEN
    assert set(ix.paths) == {b"", b"d", *UPPER, *GONE}
    for path in GONE:
        node = ix.paths[path]
        assert node.type == stat.S_IFCHR and node.rdev == (0, 0)
    for path in (b"d/small", b"new"):
        check_node(ix, path, UPPER[path])
    check_node(ix, b"d", TREE[b"d"])
    check_dump(ix, index, sources)


def test_merged():
    tree = {path: what for path, what in TREE.items() if path not in GONE}
    ix = check("merged", {**tree, **UPPER, **OTHER}, MERGED | HAS_DIGESTS)
    assert len(ix.blobs) == 3 and all(b.sha256 for b in ix.blobs)


def test_image():
    tree = {**OTHER, **UPPER, b"d": ("D", 0o755, None)}
    ix = check("image", tree, MERGED | HAS_DIGESTS)
    assert ix.label == "disk" and len(ix.blobs) == 2
    assert ix.blob(0) == golden.layer("frames")
    assert ix.blob(1) == golden.layer("upper")
