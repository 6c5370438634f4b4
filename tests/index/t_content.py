# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in the layer is in the index."""
import base64
import hashlib
import json
import random
import stat
import tarfile

from indexer import index
from mkblob import Layer, layer, lossy, with_toc
from readindex import Index


def made(blob, *args, warnings=0, **how):
    r = index(blob, *args, **how)
    assert r.code == 0, r
    assert r.err.count("warning:") == warnings, r
    return Index(r.index, blob)


def entries(*list_of_entries):
    return with_toc(json.dumps({"version": 1,
                                "entries": list_of_entries}).encode())


def b64(data):
    return base64.b64encode(data).decode()


def test_empty_layers():
    for text in (b'{"version":1,"entries":null}', b'{"version":1}', b"{}",
                 b'{"entries":[]}', b' {\n"Version" : 1 , "ENTRIES" : [ ] } '):
        ix = made(with_toc(text))
        root = ix.paths.pop(b"")
        assert not ix.paths and root.mode == stat.S_IFDIR | 0o755
        assert (root.uid, root.gid, root.mtime, root.nlink) == (0, 0, 0, 2)
        assert not ix.spans and ix.data_bytes == 0


def test_what_lies_between_chunks_is_not_read():
    """The TOC leaves three megabytes out; both neighbours can be read."""
    big = random.Random(3).randbytes(3_000_000)
    items = [{"name": n, "type": "reg", "data": d}
             for n, d in (("a", b"a" * 80), ("big", big), ("b", b"b"))]
    ix = made(layer(items, patch=lambda t: t["entries"].pop(1) and None))
    assert ix.spans[0][1:3] == (1310810, 80)
    for item in items[0], items[2]:
        assert ix.content(ix.paths[item["name"].encode()]) == item["data"]


DATA = [
    {"name": "./", "type": "dir", "mode": 0o751, "uid": 7},
    {"name": "./a/", "type": "dir", "mode": 0o1777},
    {"name": "./a/small", "type": "reg", "data": b"x", "mode": 0o104755},
    {"name": "./a/empty", "type": "reg", "mode": 0o644},
    {"name": "./a/link", "type": "symlink", "linkName": "../x//./y"},
    {"name": "./a/big", "type": "reg", "data": bytes(range(256)) * 40},
    {"name": "./a/hard", "type": "hardlink", "linkName": "./a/big"},
    {"name": "./dev/c", "type": "char", "devMajor": 4095,
     "devMinor": 1048575},
    {"name": "./dev/b", "type": "block", "devMajor": 7, "devMinor": 300},
    {"name": "./dev/p", "type": "fifo", "mode": 0o600},
    {"name": "./last", "type": "reg", "data": b"last\n" * 100},
]


def check_data(ix):
    assert ix.paths[b""].mode == stat.S_IFDIR | 0o751
    assert ix.paths[b""].uid == 7
    for item in DATA:
        node = ix.paths[item["name"].strip("./").encode()]
        if "data" in item:
            assert ix.content(node) == item["data"]
    assert ix.paths[b"a/small"].mode == stat.S_IFREG | 0o4755
    assert ix.paths[b"a"].mode == stat.S_IFDIR | 0o1777
    assert ix.paths[b"a/link"].target == b"../x//./y"
    assert ix.paths[b"a/hard"] is ix.paths[b"a/big"]
    assert ix.paths[b"a/big"].nlink == 2
    assert ix.paths[b"dev"].mode == stat.S_IFDIR | 0o755
    assert ix.paths[b"dev/c"].rdev == (4095, 1048575)
    assert ix.paths[b"dev/b"].rdev == (7, 300)
    assert stat.S_ISFIFO(ix.paths[b"dev/p"].mode)
    assert ix.paths[b"a/empty"].size == 0


def test_all_types_in_each_form():
    for kind in ("estargz", "legacy"):
        for how in ({}, {"chunk": 1000}, {"shared": 5000}, {"names": True},
                    {"shared": 5000, "chunk": 512}, {"shared": 1 << 20},
                    {"fmt": tarfile.GNU_FORMAT}, {"digests": False}):
            blob = layer(DATA, kind, **how)
            check_data(made(blob))
            assert index(blob, "--check").code == 0


def test_external_toc_in_each_wrapping():
    build = Layer()
    for item in DATA:
        build.add(item)
    blob, toc = build.finish("external")
    for form in (toc, build.toc, __import__("gzip").compress(build.toc)):
        r = index(blob, toc=form)
        assert r.code == 0, r
        ix = Index(r.index, blob)
        check_data(ix)
        assert ix.blobs[0].toc == hashlib.sha256(build.toc).digest()


def test_file_at_offset_zero():
    build = Layer(shared=1 << 20)
    build.add({"name": "d", "type": "dir"})
    build.add({"name": "f", "type": "reg", "data": b"first"})
    assert "offset" not in build.entries[1]
    assert build.entries[1]["innerOffset"] == 1024
    ix = made(build.finish())
    assert ix.content(ix.paths[b"f"]) == b"first"
    assert ix.spans[0][0] == 0


def test_chunk_size_on_the_only_and_the_last_chunk():
    def always(toc):
        for e in toc["entries"]:
            e["chunkSize"] = 4
    for data in (b"abcd", b"abcdefgh"):
        ix = made(layer([{"name": "f", "type": "reg", "data": data}],
                        chunk=4, patch=always))
        assert ix.content(ix.paths[b"f"]) == data


def test_adjacent_chunks_of_one_member_are_one_extent():
    ix = made(layer([{"name": "f", "type": "reg", "data": bytes(5000)}],
                    chunk=500, shared=1 << 20))
    assert len(ix.spans) == 1
    assert ix.paths[b"f"].extents == [(0, 0, 512)]


def test_spans_end_at_the_next_member_or_the_toc():
    items = [{"name": f"f{i}", "type": "reg", "data": bytes([i]) * 700}
             for i in range(5)]
    blob = layer(items)
    ix = made(blob)
    toc = int(blob[-51 + 16:-51 + 32], 16)
    starts = [s[0] for s in ix.spans]
    assert [s[0] + s[1] for s in ix.spans] == starts[1:] + [toc]
    # whatever the order of the TOC
    def backwards(t):
        t["entries"].reverse()
    again = made(layer(items, patch=backwards))
    assert [s[2] for s in again.spans] == [s[2] for s in ix.spans]


def test_names_are_cleaned():
    ix = made(entries(
        {"name": "../../x", "type": "reg"}, {"name": "/abs", "type": "reg"},
        {"name": "bar/../baz////foo/", "type": "dir"},
        {"name": "./././q/./r", "type": "reg"}, {"name": "...", "type": "reg"},
        {"name": "a/b/../../../../c", "type": "reg"}))
    assert set(ix.paths) == {b"", b"x", b"abs", b"baz", b"baz/foo", b"q",
                             b"q/r", b"...", b"c"}


def test_the_last_of_equal_names_wins():
    big = {"name": "f", "type": "reg", "data": b"AABBCC"}
    ix = made(layer([big, {"name": "f", "type": "reg", "data": b"zz"}],
                    chunk=2))
    assert ix.content(ix.paths[b"f"]) == b"zz"
    ix = made(layer([big, {"name": "./f", "type": "dir"},
                     {"name": "f/x", "type": "reg", "data": b"1"}]))
    assert stat.S_ISDIR(ix.paths[b"f"].mode)
    ix = made(entries({"name": "d/x", "type": "reg"},
                      {"name": "d", "type": "dir", "mode": 0o700},
                      {"name": "d/y", "type": "reg"},
                      {"name": "d/", "type": "dir", "mode": 0o500}))
    assert ix.paths[b"d"].mode == stat.S_IFDIR | 0o500
    assert {b"d/x", b"d/y"} <= set(ix.paths)
    # Not even a first one that cannot be is in the way of the last.
    ix = made(entries({"name": "d", "type": "reg"},
                      {"name": "d/y", "type": "reg"},
                      {"name": "d", "type": "dir"}), warnings=1)
    assert stat.S_ISDIR(ix.paths[b"d"].mode)


def test_hard_links_chained():
    ix = made(entries(
        {"name": "x", "type": "symlink", "linkName": "t", "uid": 9},
        {"name": "y", "type": "hardlink", "linkName": "/x", "uid": 5},
        {"name": "z", "type": "hardlink", "linkName": "./y", "mode": 1},
        {"name": "c", "type": "char", "devMajor": 1, "devMinor": 3},
        {"name": "n", "type": "hardlink", "linkName": "c"}))
    assert ix.paths[b"z"] is ix.paths[b"x"] is ix.paths[b"y"]
    assert (ix.paths[b"z"].nlink, ix.paths[b"z"].uid) == (3, 9)
    assert ix.paths[b"n"] is ix.paths[b"c"]


def test_hard_link_to_what_is_missing():
    ix = made(entries({"name": "a", "type": "hardlink", "linkName": "b"},
                      {"name": "b", "type": "hardlink", "linkName": "gone"},
                      {"name": "c", "type": "reg"}), warnings=2)
    assert set(ix.paths) == {b"", b"c"}


def test_unknown_types_are_left_out_with_their_chunks():
    ix = made(entries({"name": "s", "type": "socket"},
                      {"name": "s", "type": "chunk", "chunkSize": 5},
                      {"name": "t"}), warnings=2)
    assert set(ix.paths) == {b""}


def time_of(text, warnings=0):
    ix = made(entries({"name": "f", "type": "reg", "modtime": text}),
              warnings=warnings)
    return ix.paths[b"f"].mtime


def test_times():
    sec = 10**9
    assert time_of("1970-01-01T00:00:00Z") == 0
    assert time_of("1969-12-31T23:59:55Z") == -5 * sec
    assert time_of("2023-11-14T22:13:20.123456789Z") == \
        1700000000123456789
    assert time_of("2023-11-15T00:13:20.5+02:00") == 1700000000500000000
    assert time_of("2023-11-14T16:43:20-05:30") == 1700000000 * sec
    assert time_of("2255-03-14T16:00:00Z") == 9000000000 * sec
    assert time_of("0001-01-01T00:00:00Z") == 0
    assert time_of("1800-01-01T00:00:00Z", 1) == -2147483648 * sec
    assert time_of("2999-01-01T00:00:00Z", 1) == \
        (-2147483648 + 18446744073) * sec
    for bad in ("x", "2023-11-14", "2023-13-14T22:13:20Z",
                "2023-11-14T22:13:20", "2023-11-14T22:13:20Zz"):
        assert time_of(bad, 1) == 0
    assert made(entries({"name": "f", "type": "reg"})).paths[b"f"].mtime == 0


def test_xattrs():
    acl = (2).to_bytes(4, "little") + bytes.fromhex("01000700ffffffff")
    attrs = {"user.empty": b"", "user.bin": b"\0\xff\n", "trusted.t": b"1",
             "security.capability": bytes(20), "user.big": b"x" * 65536,
             "system.posix_acl_access": acl}
    good = {k: b64(v) for k, v in attrs.items()}
    dropped = {"foo.bar": "", "user.": "", "system.nfs4_acl": "",
               "user." + "n" * 251: "", "user.huge": b64(bytes(65537)),
               "system.posix_acl_default": b64(b"\1\0\0\0"), "user": ""}
    ix = made(entries(
        {"name": "f", "type": "reg", "xattrs": dict(dropped, **good)},
        {"name": "g", "type": "symlink", "linkName": "x", "xattrs": good},
        {"name": "h", "type": "dir", "xattrs": {"user.n": None}},
        {"name": "i", "type": "dir", "xattrs": None}), warnings=len(dropped))
    want = {k.encode(): v for k, v in attrs.items()}
    assert ix.paths[b"f"].xattrs == want == ix.paths[b"g"].xattrs
    assert ix.paths[b"f"].xattr == ix.paths[b"g"].xattr, "shared"
    assert ix.paths[b"h"].xattrs == {b"user.n": b""}
    assert ix.paths[b"i"].xattrs == {}


def test_json_as_go_reads_it():
    ix = made(with_toc(
        b'{"other":[[{"a":"]}\\"\\\\"}]],"entries":[{"NAME":"a\\u003c\\u0026'
        b'\\ud83d\\ude00\\"\\\\","Type":"reg","NumLink":0,"Mode":420,'
        b'"x":{"y":[1,2.5e3,null,true]},"uid":null,"xattrs":null},'
        b'{"name":"x","name":"y","type":"dir"}]}'))
    name = "a<&\U0001f600\"\\".encode()
    assert set(ix.paths) == {b"", name, b"y"}
    assert ix.paths[name].mode == stat.S_IFREG | 0o644


def test_invalid_utf8_in_the_json_is_kept():
    ix = made(with_toc(b'{"entries":[{"name":"a\xff\xfeb","type":"reg"}]}'))
    assert b"a\xff\xfeb" in ix.paths


def test_json_in_pieces_of_any_size():
    names = [f"{i:05d}" + "\\\"" * (i % 7) + "x" * (i % 200)
             for i in range(3000)]
    ix = made(entries(*[{"name": n, "type": "reg"} for n in names]))
    assert set(ix.paths) == {b""} | {n.encode() for n in names}


def odd_names():
    items = [
        {"path": b"d\xe9/", "type": "dir"},
        {"path": b"d\xe9/\xff1", "type": "reg", "data": b"one"},
        {"path": b"d\xe9/\xfe1", "type": "reg", "data": b"two" * 300},
        {"path": b"d\xe9/\xfd1", "type": "reg"},
        {"path": b"plain", "type": "reg", "data": b"3"},
        {"path": b"l\x80", "type": "symlink", "link": b"t\xff\xc3"},
        {"path": b"h", "type": "hardlink", "link": b"d\xe9/\xff1"},
        {"path": "real\ufffd".encode(), "type": "reg", "data": b"4"},
        {"path": b"long/" + b"\xaa" * 200, "type": "reg", "data": b"5"},
        {"path": b"end\xed\xa0\x80", "type": "fifo"},
    ]
    for item in items:
        item["name"] = lossy(item["path"])
        if "link" in item:
            item["linkName"] = lossy(item["link"])
    return items


def check_odd(ix):
    for item in odd_names():
        node = ix.paths[item["path"].rstrip(b"/")]
        if item["type"] == "reg":
            assert ix.content(node) == item.get("data", b"")
    assert ix.paths[b"l\x80"].target == b"t\xff\xc3"
    assert ix.paths[b"h"] is ix.paths[b"d\xe9/\xff1"]


def test_names_that_are_not_utf8():
    for fmt in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        for how in ({}, {"shared": 1 << 20}, {"shared": 900, "chunk": 256},
                    {"chunk": 100}):
            check_odd(made(layer(odd_names(), fmt=fmt, **how)))


def test_true_names_that_cannot_be_found():
    ix = made(entries({"name": "a\ufffd", "type": "reg"}), warnings=1)
    assert "a\ufffd".encode() in ix.paths


def test_xattr_names_that_are_not_utf8():
    item = {"name": "f", "type": "reg", "data": b"x",
            "paxxattrs": {b"user.\xff": b"v"},
            "xattrs": {"user.\ufffd": b64(b"v")}}
    ix = made(layer([item]))
    assert ix.paths[b"f"].xattrs == {b"user.\xff": b"v"}


def test_deep_paths_and_long_chains():
    deep = "/".join("d" for _ in range(10000))
    links = [{"name": f"l{i:05d}", "type": "hardlink",
              "linkName": f"l{i + 1:05d}"} for i in range(20000)]
    ix = made(entries({"name": deep + "/f", "type": "reg"},
                      {"name": "l20000", "type": "reg"}, *links[::-1]))
    assert len(ix.inodes) == 10003
    assert ix.paths[b"l00000"].nlink == 20001


def test_same_bytes_every_time():
    blob = layer(DATA + odd_names())
    first = index(blob).index
    assert first == index(blob).index
    assert first != index(blob, "--raw").index
