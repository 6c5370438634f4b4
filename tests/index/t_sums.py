# SPDX-License-Identifier: GPL-2.0-or-later
"""Sums in an index: CRCs of pieces, digests of content, digests of blobs; and
the texts and hints in it. hashlib, zlib, gzip and zstd are the oracle."""
import gzip
import hashlib
import json
import os
import random
import struct
import tempfile

from indexer import index
from mkblob import layer
from mkzstd import filled
from programs import load, save, zstd
from readindex import (DEFLATE, DIGEST, GZIP, HAS_DIGESTS, Index, MERGED, PIECE,
                       STORED, ZSTD, plain)
from tarsource import tar_of

KIB = 1 << 10
# Sizes around those that one CRC and one digest cover.
SIZES = (1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, DIGEST - 1, DIGEST,
         DIGEST + 1, 3 * DIGEST + 5)


def text(size, seed=0):
    """Bytes that compress to about a half."""
    rand = random.Random(seed)
    return (b"%x" % rand.getrandbits(8 * size))[:size]


FILES = [(f"{size:07}", text(size, size)) for size in SIZES]
ITEMS = [{"name": name, "type": "reg", "data": data} for name, data in FILES]
TAR = tar_of(FILES)


def frames(data):
    return b"".join(zstd(data[at:at + 100000])
                    for at in range(0, len(data), 100000))


def members(data):
    return b"".join(gzip.compress(data[at:at + 50000], 6, mtime=0)
                    for at in range(0, len(data), 50000))


# Layers by name, and the codecs of their spans.
FORMS = {
    "estargz": (layer(ITEMS), {DEFLATE, GZIP}),
    "chunks": (layer(ITEMS, chunk=40000), {DEFLATE, GZIP}),
    "shared": (layer(ITEMS, shared=200000), {DEFLATE, GZIP}),
    "tar": (TAR, {STORED}),
    "tar.gz": (gzip.compress(TAR, 6, mtime=0), {DEFLATE, GZIP}),
    "members": (members(TAR), {DEFLATE, GZIP}),
    "tar.zst": (zstd(TAR), {ZSTD}),
    "frames": (frames(TAR), {ZSTD}),
    "chunked": (filled(*ITEMS, chunk=70000).finish(64), {ZSTD}),
}


def made(blob, *args):
    r = index(blob, *args)
    assert r.code == 0 and not r.err, r
    return Index(r.index, blob)


def test_content_of_all_forms():
    """Index.content() compares each sum of the spans that it decodes."""
    for name, (blob, codecs) in FORMS.items():
        for args in ((), ("--span=64K",), ("--digests",),
                     ("--digests", "--span=1M")):
            ix = made(blob, *args)
            assert {s.codec for s in ix.spans} <= codecs, name
            assert bool(ix.digests) == ("--digests" in args), name
            assert ix.compat == (HAS_DIGESTS if ix.digests else 0)
            for nr in range(len(ix.spans)):
                ix.decode(nr)
            for path, data in FILES:
                assert ix.content(ix.paths[path.encode()]) == data, name


def test_numbers_of_sums():
    """Of files that have a span each."""
    blob = layer(ITEMS)
    ix = made(blob, "--digests", "--checkpoints=none")
    assert [s.ulen for s in ix.spans] == list(SIZES)
    assert [len(d) for d in ix.digests] == [-(-n // DIGEST) for n in SIZES]
    for span, digests, (_, data) in zip(ix.spans, ix.digests, FILES):
        assert digests == [hashlib.sha256(data[at:at + DIGEST]).digest()
                           for at in range(0, len(data), DIGEST)]
        assert span.pieces is None or len(span.pieces) == -(-span.ulen // PIECE)


def test_decoded_spans_have_checksums():
    """The CRC of a member covers more than a span within it."""
    for name in ("tar.gz", "members"):
        ix = made(FORMS[name][0], "--span=64K")
        assert all(s.pieces for s in ix.spans if s.codec == DEFLATE), name
        assert max(len(s.pieces or ()) for s in ix.spans) >= 2, name


def test_digests_of_blobs():
    """They are known if all of the blob was read, the one of the tar if it was
    decoded in order, the one of a table of contents always."""
    for name, (blob, _) in FORMS.items():
        sha256 = hashlib.sha256(blob).digest()
        for args in (("--layer-digest=sha256:" + sha256.hex(),),
                     ("--digests",)):
            ix = made(blob, *args)
            assert ix.blobs[0].sha256 == sha256, (name, args)
        diffid = hashlib.sha256(plain(blob)).digest()
        assert ix.blobs[0].diffid in (None, diffid)
        has_toc = name in ("estargz", "chunks", "shared", "chunked")
        assert bool(ix.blobs[0].toc) == has_toc
        assert ix.blobs[0].diffid or has_toc, name


def test_wrong_digest_of_a_layer():
    for name, (blob, _) in FORMS.items():
        for wrong in (hashlib.sha256(blob[1:]).hexdigest(), "0" * 64):
            r = index(blob, "--layer-digest=sha256:" + wrong)
            assert r.code == 4 and r.index is None and wrong in r.err, name
    for text_ in ("", "sha256:", "sha512:" + "0" * 64, "0" * 64,
                  "sha256:" + "0" * 63, "sha256:" + "0" * 65,
                  "sha256:" + "g" * 64):
        r = index(TAR, "--layer-digest=" + text_)
        assert r.code and r.index is None, text_


def test_same_tree_with_and_without_digests():
    """Only digests and blobs differ, so the UUID is the same."""
    for name, (blob, _) in FORMS.items():
        one, other = made(blob), made(blob, "--digests")
        assert one.uuid == other.uuid and one.spans == other.spans, name
        assert [n.extents for n in one.inodes] == \
            [n.extents for n in other.inodes], name


def test_merged_indexes():
    """Sums of all layers, by position; a layer without digests takes those of
    the others."""
    blobs = [FORMS[name][0] for name in ("tar.gz", "estargz", "tar", "frames")]
    with tempfile.TemporaryDirectory() as tmp:
        paths = [save(f"{tmp}/{i}", blob) for i, blob in enumerate(blobs)]
        for some in (0, 1, 4):
            inputs = []
            for i, (path, blob) in enumerate(zip(paths, blobs)):
                args = ("--digests",) if i < some else ()
                inputs.append(save(path + ".index", index(blob, *args).index))
            r = index(inputs[-1], "--merge", *inputs[:-1])
            assert r.code == 0, r
            ix = Index(r.index, *blobs)
            assert ix.compat == MERGED | (HAS_DIGESTS if some == 4 else 0)
            for nr in range(len(ix.spans)):
                ix.decode(nr)
            assert [b.sha256 is not None for b in ix.blobs] == \
                [i < some for i in range(4)]
        r = index(paths[-1], "--merge", "--digests", *paths[:-1])
        assert r.code == 0, r
        assert len(Index(r.index, *blobs).digests) == len(ix.spans)


def test_device_images():
    with tempfile.TemporaryDirectory() as tmp:
        for name, (blob, _) in FORMS.items():
            path = save(tmp + "/blob", blob)
            r = index(path, "--device-image", "--digests", "--label=disk")
            assert r.code == 0, (name, r)
            ix = Index(r.index)
            assert ix.label == "disk" and len(ix.digests) == len(ix.spans)
            assert ix.blobs[0].sha256 == hashlib.sha256(blob).digest()
            for nr in range(len(ix.spans)):
                ix.decode(nr)


def test_labels():
    for label in ("", "x", "a name", "ż" * 16, "l" * 32):
        ix = made(TAR, "--label=" + label)
        assert ix.label == label and ix.creator.startswith("libstargz ")
    for label in ("l" * 33, "ż" * 17, b"\xff", b"a\xc3"):
        if isinstance(label, str):
            label = label.encode()
        r = index(TAR, b"--label=" + label)
        assert r.code == 1 and r.index is None, (label, r)


def test_properties():
    wanted = [("image.ref", "example.com/a:1"), ("b", ""), ("c", "x=y"),
              ("d", "ż\n\t ")]
    ix = made(TAR, *(f"--property={k}={v}" for k, v in wanted))
    assert ix.properties == wanted
    # 65536 bytes with their ends.
    many = [f"--property={i:05}=" + "v" * 4089 for i in range(16)]
    assert len(made(TAR, *many).properties) == 16
    for bad in (["--property=x"], ["--property==x"], ["--property="],
                ["--property=a=1", "--property=a=2"],
                [*many, "--property=a=1"]):
        r = index(TAR, *bad)
        assert r.code and r.index is None, (bad[:1], r)


def prefetched(blob, lines, *args, warnings=0):
    """The spans in the list, and the index."""
    with tempfile.TemporaryDirectory() as tmp:
        path = save(tmp + "/list", "".join(n + "\n" for n in lines).encode())
        r = index(blob, "--prefetch=" + path, *args)
    assert r.code == 0 and r.err.count("warning:") == warnings, r
    ix = Index(r.index, blob)
    return list(ix.prefetch), ix


def spans_of(ix, name):
    return [span for _, span, _ in ix.paths[name.encode()].extents]


def test_prefetch_lists():
    names = [name for name, _ in FILES]
    random.Random(5).shuffle(names)
    for form, (blob, _) in FORMS.items():
        got, ix = prefetched(blob, names[:5], "--span=64K")
        want = [s for name in names[:5] for s in spans_of(ix, name)]
        assert got == list(dict.fromkeys(want)), form


def test_odd_prefetch_lists():
    blob = FORMS["estargz"][0]
    one, two = FILES[0][0], FILES[3][0]
    for lines, warnings in (([two, one, two], 0), (["", two, one], 0),
                            (["/" + two, "./" + one], 0),
                            ([two, "none", one], 1)):
        got, ix = prefetched(blob, lines, warnings=warnings)
        assert got == spans_of(ix, two) + spans_of(ix, one), lines
    assert prefetched(blob, [])[0] == []
    lines = [json.dumps({"path": "/" + name, "manifestDigest": "x",
                         "layerIndex": 0}) for name in (two, one)]
    got, ix = prefetched(blob, lines)
    assert got == spans_of(ix, two) + spans_of(ix, one)


def test_prefetch_lists_of_merged_layers():
    """Files of any layer, by the tree that is seen."""
    blobs = [FORMS["estargz"][0], tar_of([("new", text(9000))])]
    with tempfile.TemporaryDirectory() as tmp:
        paths = [save(f"{tmp}/{i}", blob) for i, blob in enumerate(blobs)]
        want = save(tmp + "/list", f"new\n{FILES[2][0]}\n".encode())
        r = index(paths[1], "--merge", "--prefetch=" + want, paths[0])
    # The last operand of the helper is the highest layer.
    assert r.code == 0, r
    ix = Index(r.index, *blobs)
    assert list(ix.prefetch) == spans_of(ix, "new") + spans_of(ix, FILES[2][0])
