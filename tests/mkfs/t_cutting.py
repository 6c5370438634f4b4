# SPDX-License-Identifier: GPL-2.0-or-later
"""Where members begin and end, and that nothing else decides about them."""
import io
import json
import os
import tarfile
import zlib

from layer import FORMATS, files, make, text
from programs import tool
from tarsource import tar_of

TAR = tar_of(files())


def members(layer):
    """Offset and unpacked bytes of each gzip member."""
    out, at = [], 0
    while at < len(layer.data):
        d = zlib.decompressobj(31)
        data = d.decompress(layer.data[at:])
        assert d.eof
        out.append((at, data))
        at = len(layer.data) - len(d.unused_data)
    return out


def toc(layer):
    with tarfile.open(fileobj=io.BytesIO(layer.tar)) as t:
        return json.load(t.extractfile("stargz.index.json"))["entries"]


def chunks(layer):
    """Offset, inner offset and size of all content, in order."""
    out, size = [], 0
    for e in toc(layer):
        if e["type"] == "reg":
            size = e.get("size", 0)
        if "chunkDigest" in e:
            out.append((e.get("offset", 0), e.get("innerOffset", 0),
                        e.get("chunkSize") or
                        size - e.get("chunkOffset", 0)))
    return out


def content(layer):
    """The members with content: all but padding, TOC and footer."""
    last = chunks(layer)[-1][0]
    return [m for m in members(layer) if m[0] <= last]


def test_the_same_for_any_number_of_threads():
    for args in FORMATS.values():
        want = make(TAR, "-j1", *args).data
        for n in (2, 3, 16):
            assert make(TAR, f"-j{n}", *args).data == want
            assert make(TAR, "--workers=%d" % n, *args).data == want


def test_members_are_bounded():
    for size, bound in (("4096", 4096), ("64K", 64 << 10), ("1M", 1 << 20)):
        layer = make(TAR, "--max-member=" + size)
        assert max(len(m[1]) for m in content(layer)) <= bound
    assert max(len(m[1]) for m in content(make(TAR))) <= 256 << 10


def test_long_runs_of_headers_are_bounded():
    tar = tar_of([("d%d/" % i, None) for i in range(5000)] + [("f", b"f")])
    assert max(len(m[1]) for m in members(make(tar))[:-4]) <= 256 << 10


def test_small_files_share_members():
    layer = make(TAR)
    count = len(content(layer))
    assert count < 20 < len(chunks(layer))
    sizes = [len(m[1]) for m in content(layer)]
    # But for those before large files they are at least half full.
    assert sum(x >= 128 << 10 for x in sizes) > count / 2


def test_a_member_for_each_file():
    layer = make(TAR, "--min-chunk-size=0")
    where = chunks(layer)
    assert all(inner == 0 for _, inner, _ in where)
    assert len({offset for offset, _, _ in where}) == len(where)


def test_large_files_are_cut():
    layer = make(TAR, "--chunk-size=64K")
    large = [e for e in toc(layer) if e["name"] == "large"]
    assert [e.get("chunkOffset", 0) for e in large] == \
        list(range(0, 700001, 65536))
    assert large[0]["size"] == 700001 and large[0]["digest"]


def test_content_does_not_span_members():
    layer = make(TAR)
    sizes = {at: len(data) for at, data in members(layer)}
    for offset, inner, size in chunks(layer):
        assert inner + size <= sizes[offset]


def test_a_change_moves_few_cuts():
    before = files(3000)
    tars = [tar_of(before)]
    for i in (5, 1000, 2000):
        name, data = before[i]
        after = list(before)
        after[i] = (name, data + text(i, 3000))
        tars.append(tar_of(after))
        after[i:i + 1] = []
        tars.append(tar_of(after))
    have = [{m[1] for m in content(make(tar))} for tar in tars]
    for other in have[1:]:
        assert len(other - have[0]) <= 6 < len(have[0]) / 6


def test_landmark_begins_a_member():
    layer = make(TAR)
    mark = next(e for e in toc(layer) if e["name"].endswith("landmark"))
    assert mark["name"] == ".no.prefetch.landmark"
    assert "innerOffset" not in mark and mark["offset"]
    assert dict(members(layer))[mark["offset"]][:1] == b"\x0f"


def test_padding_changes_nothing_else():
    for args in FORMATS.values():
        plain = make(TAR, "--pad=0", *args)
        for pad in (512, 4096, 1 << 20):
            layer = make(TAR, f"--pad={pad}", *args)
            assert len(layer.data) % pad == 0
            for key in ("diffID", "tocDigest"):
                assert layer.info[key] == plain.info[key]
            assert layer.tar == plain.tar
            tool("zstd" if "zstd,3" in args else "gzip", "-t", "-q",
                 input=layer.data)
        # There is nothing to add to reach a multiple of these.
        for pad in (1, len(plain.data)):
            assert make(TAR, f"--pad={pad}", *args).data == plain.data


def test_not_larger_than_gzip():
    """With files that look like those of usual layers, TOC included."""
    tar = tar_of([("f%d" % i, text(i, 40000)) for i in range(200)])
    gz = tool("gzip", "-6", input=tar)
    assert len(make(tar, "--pad=0").data) < 1.03 * len(gz)


def test_levels():
    """Of the sources of Python, which are more like usual files."""
    folder = os.path.dirname(os.__file__)
    names = sorted(n for n in os.listdir(folder) if n.endswith(".py"))[:40]
    tar = tool("tar", "-C", folder, "-c", *names)
    sizes = [len(make(tar, "-z", z, "--pad=0").data)
             for z in ("gzip,1", "gzip", "gzip,12", "zstd,19")]
    assert sizes == sorted(set(sizes), reverse=True), sizes
    assert make(TAR, "-z", "gzip,6").data == make(TAR).data
