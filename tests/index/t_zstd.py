# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of zstd frames: zstd:chunked with all footers, and plain tar.zst."""
import gzip
import hashlib
import json
import random
import struct
import tempfile

from indexer import index
from mkblob import lossy, sha256
from mkzstd import BIG, FILE, filled, skippable
from programs import save, load, tool, zstd
from readindex import Index, NO_SPAN
from tarsource import tar_of

def made(blob, *args, toc=None):
    r = index(blob, *args, toc=toc)
    assert r.code == 0 and not r.err, r
    assert index(blob, "--check", *args, toc=toc).code == 0
    return Index(r.index, blob)


def refused(blob, *words, code=4, args=(), toc=None):
    r = index(blob, *args, toc=toc)
    assert r.code == code and r.index is None, r
    assert r.err.count("\n") == 1 and r.err.startswith("stargz-index: "), r
    for word in words:
        assert word in r.err, (word, r)


def same(ix, *items):
    for item in items:
        node = ix.paths[item["name"].encode()]
        assert ix.content(node) == item["data"]


def test_footers_of_all_generations():
    for kind, between in ((40, b""), (56, skippable(b"tar-split")),
                          (64, skippable(b"tar-split"))):
        layer = filled()
        blob = layer.finish(kind, between=between)
        ix = made(blob)
        same(ix, FILE, BIG)
        assert ix.incompat == 4
        assert ix.blobs[0].toc == hashlib.sha256(layer.toc).digest()
        made(blob, "--toc-digest=" + sha256(layer.toc))
        refused(blob, "digest", args=("--toc-digest=" + sha256(b""),))


def test_annotations_of_both_families():
    layer = filled()
    blob = layer.finish(64)
    bare = blob[:-72]
    other = [f"--annotation={k}" for k in ("org.example.title=x", "a=", "=")]
    for family in ("io.containers.zstd-chunked.manifest-",
                   "io.github.containers.zstd-chunked.manifest-"):
        at, crc = (f"--annotation={family}{k}=" for k in ("position",
                                                          "checksum"))
        same(made(bare, at + layer.position, crc + layer.stored, *other),
             FILE, BIG)
        made(blob, crc + layer.stored)
        refused(blob, "digest", args=(crc + sha256(b""),))
        refused(blob, "digest", args=(crc + layer.stored[:-1],))
        for bad in ("", "1:2:3", "1:2:3:1:", "-1:2:3:1", " 1:2:3:1",
                    "0x1:2:3:1", layer.position[:-1] + "2"):
            refused(blob, args=(at + bad,), code=3)
        for bad in ("1:2:3:1", "0:1:1:1", "99999:5:5:1", "9:0:1:1"):
            refused(blob, "TOC", args=(at + bad,))
    made(blob, "--annotation=containerd.io/snapshot/stargz/toc.digest=" +
         sha256(layer.toc))
    r = index(blob, "--annotation=x")
    assert r.code == 1 and "KEY=VALUE" in r.err, r


def test_files_that_share_frames_and_files_in_many():
    items = [dict(FILE, name=f"f{i}", data=b"%d" % i * 100)
             for i in range(20)]
    ix = made(filled(*items, BIG, shared=3000, chunk=1000).finish(64))
    same(ix, *items, BIG)
    assert 1 < len(ix.spans) < 20


def test_runs_of_zeroes_are_holes():
    data = b"a" * 1000 + bytes(1000) + b"b" * 1000 + bytes(500)

    def toc(layer, **change):
        for e in layer.entries:
            if e.get("chunkOffset") in (1000, 3000):
                e.update({"chunkType": "zeros"}, **change)
                e.pop("chunkDigest")
        return {"version": 1, "entries": layer.entries}

    item = dict(FILE, data=data)
    after = {"name": "after\ufffd", "path": b"after\xff", "type": "reg",
             "data": b"x"}
    layer = filled(item, after, chunk=1000)
    ix = made(layer.finish(64, toc(layer)))
    node = ix.paths[b"f"]
    assert [e[0] for e in node.extents if e[1] == NO_SPAN] == [1000, 3000]
    assert ix.content(node) == data
    assert b"after\xff" in ix.paths
    wrong = filled(dict(item, digest=sha256(b"y")), chunk=1000)
    refused(wrong.finish(64, toc(wrong)), '"f"', "digest", args=("--check",))
    layer = filled(item, chunk=1000)
    refused(layer.finish(64, toc(layer, chunkType="ones")), '"f"',
            "chunkType")


def test_file_of_zeroes_only():
    layer = filled(dict(FILE, data=bytes(5000), chunkType="zeros"))
    ix = made(layer.finish(64))
    assert not ix.spans and ix.content(ix.paths[b"f"]) == bytes(5000)


def test_true_names():
    raw = b"d/caf\xe9\xff"
    ix = made(filled(FILE, {"name": lossy(raw), "path": raw, "type": "reg",
                            "data": b"1"}, BIG).finish())
    assert raw in ix.paths


def test_other_fields_of_this_dialect():
    entry = {"name": "d", "type": "dir", "mode": 0o40755,
             "modtime": "2026-11-23T21:58:41.260977642+02:00",
             "accesstime": "0001-01-01T00:00:00Z", "changetime": None,
             "xattrs": {"user.x": "AP8="}}
    toc = {"version": 1, "entries": [entry], "tarSplitDigest": "sha256:0"}
    node = made(filled().finish(64, toc)).paths[b"d"]
    assert node.mtime % 10**9 == 260977642
    assert node.xattrs == {b"user.x": b"\0\xff"}


def test_toc_from_a_file():
    layer = filled()
    blob = layer.finish()
    other = json.loads(layer.toc)
    other["entries"].append({"name": "more", "type": "dir"})
    text = json.dumps(other).encode()
    for toc in (text, zstd(text), gzip.compress(text)):
        ix = made(blob, toc=toc)
        same(ix, FILE, BIG)
        assert b"more" in ix.paths


def test_footers_that_cannot_be():
    layer = filled()
    good = layer.finish()
    at = good.index(b"\x50\x2a\x4d\x18")
    for change in ({"offset": 0}, {"offset": 7}, {"offset": at},
                   {"offset": at + 9}, {"offset": len(good)},
                   {"offset": -1}, {"length": 0}, {"length": -1},
                   {"length": 2**63}, {"length": 1}, {"size": 0},
                   {"offset": 2**64 - 8, "length": 16}):
        refused(filled().finish(**change), "TOC")
    for size in (1, 2**40, -1):
        refused(filled().finish(size=size), "according to the footer")
    refused(filled().finish(type=2), "type", code=3)
    for cut in range(1, 48):
        r = index(good[:-cut])
        assert r.code in (3, 4) or r.code == 0 and "end marker" in r.err, r


def test_toc_that_is_damaged():
    layer = filled()
    text = json.dumps({"version": 1, "entries": layer.entries}).encode()
    whole = zstd(text, "--check")
    for packed in (whole[:-5], whole[:10], bytes(20), b"x" + whole,
                   whole[:-1] + bytes([whole[-1] ^ 1])):
        refused(filled().finish(packed=packed))
    wide = zstd(text, "--long=31", "--single-thread")
    refused(filled().finish(packed=wide), "32 MiB", code=3)


def test_toc_larger_than_the_limit():
    frame = zstd(b" " * (64 << 20))
    refused(filled().finish(packed=frame * 33, size=33 * (64 << 20)),
            "limit")


def test_content_that_is_damaged():
    layer = filled()
    good = bytearray(layer.finish())
    at = good.index(b"content")
    good[at] ^= 1
    refused(bytes(good), '"f"', "digest", args=("--check",))


def a_tar(*sizes):
    """A tar and its content; each file is different."""
    items = []
    for i, size in enumerate(sizes):
        data = random.Random(i).randbytes(size // 2)
        items.append({"name": f"d{i}/f",
                      "data": data + bytes(size - len(data))})
    return tar_of((i["name"], i["data"]) for i in items), items


def frames(data, size):
    return [zstd(data[i:i + size]) for i in range(0, len(data), size)]


def test_tar_in_many_frames():
    tar, items = a_tar(5, 300000, 0, 1500000, 100, 700000)
    cut = frames(tar, 200000)
    pzstd = [skippable(struct.pack("<I", len(f))) + f for f in cut]
    seekable = cut + [skippable(bytes(8 * len(cut)) + struct.pack(
        "<IBI", len(cut), 0, 0x8f92eab1), 0xe)]
    empty = [x for f in cut for x in (zstd(b""), f)]
    for blob in (b"".join(f) for f in (cut, pzstd, seekable, empty)):
        ix = made(blob, "--span=1M")
        same(ix, *items)
        assert ix.incompat == 4 and ix.blobs[0].toc is None
        assert 2 <= len(ix.spans) <= 4 and ix.max_span <= 1 << 20
        assert all(s[4] is not None for s in ix.spans)


def test_frames_larger_than_a_span():
    tar, items = a_tar(4000000, 10)
    ix = made(b"".join(frames(tar, 2500000)))
    same(ix, *items)
    assert ix.max_span == 2500000


def test_one_frame():
    tar, items = a_tar(100, 3000000)
    for args in ((), ("--no-check",), ("-19",)):
        ix = made(zstd(tar, *args))
        same(ix, *items)
        assert len(ix.spans) == 1
    r = index(zstd(a_tar(20 << 20)[0]))
    assert r.code == 0 and "decodes all of its" in r.err, r


def test_programs_and_their_options():
    """zstd with long windows and changing levels, and pzstd."""
    tar, items = a_tar(3000000, 100, 5000000)
    with tempfile.TemporaryDirectory() as tmp:
        def packed(*command):
            save(tmp + "/tar", tar)
            tool(*command, "-q", "-f", tmp + "/tar", "-o", tmp + "/out")
            return load(tmp + "/out")
        # Of a file the size is known, so that the window is no larger.
        same(made(packed("zstd", "-19", "--long")), *items)
        assert len(made(packed("pzstd", "-p", "4", "-1")).spans) > 1
        same(made(packed("pzstd", "-p", "4", "-1")), *items)
    adapted = [zstd(tar[i:i + 900_000], "--adapt")
               for i in range(0, len(tar), 900_000)]
    ix = made(b"".join(adapted))
    same(ix, *items)
    assert len(ix.spans) > 5


def test_frames_that_cannot_be_entered():
    refused(zstd(a_tar(65 << 20)[0]), "more than 64 MiB", "mkfs.stargz",
            code=3)
    tar = a_tar(100)[0]
    refused(zstd(tar, "--long=31", "--single-thread"), "32 MiB",
            "zstd -d", code=3)
    made(zstd(tar, "--long=25", "--single-thread"))


def test_frames_that_are_damaged():
    tar = a_tar(300000, 300000)[0]
    cut = frames(tar, 250000)
    blob = b"".join(cut)
    refused(blob[:-10], "truncated")
    refused(blob + b"garbage!", "zstd frame")
    refused(blob + b"\x28", "truncated")
    refused(blob[:len(cut[0]) - 2] + b"\0\0" + blob[len(cut[0]):], "zstd")
    refused(zstd(b"no tar, " * 1000))
    refused(blob, "no table of contents", code=3,
            args=("--toc-digest=" + sha256(b""),))


def test_mutations():
    """Anything goes but a crash, a hang or a broken index."""
    rng = random.Random(7)
    seeds = [filled(chunk=3000).finish(kind) for kind in (40, 56, 64)]
    seeds.append(b"".join(frames(a_tar(3000, 2000)[0], 4000)))
    codes = set()
    for _ in range(150):
        blob = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 4)):
            at = rng.choice((rng.randrange(len(blob)),
                             max(0, len(blob) - rng.randrange(1, 80))))
            if rng.random() < .2:
                del blob[at:at + rng.randint(1, 20)]
            else:
                blob[at] = rng.choice((0, 0xff, rng.randrange(256)))
        r = index(bytes(blob), "--raw")
        assert r.code in (0, 3, 4), r
        codes.add(r.code)
        if r.code == 0:
            Index(r.index, bytes(blob))
    assert {0, 4} <= codes, codes
