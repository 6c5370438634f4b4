# SPDX-License-Identifier: GPL-2.0-or-later
"""A table of contents that says other things than its tar."""
from mkblob import Layer, layer
from programs import save
from tools import CLEAN, ERRORS, folder, fsck

ITEMS = [
    {"name": "d/", "type": "dir", "mode": 0o755},
    {"name": "d/one", "type": "reg", "data": b"1" * 700, "mode": 0o644,
     "uid": 3, "gid": 4, "modtime": "2020-02-02T02:02:02Z"},
    {"name": "d/two", "type": "reg", "data": b"2" * 700, "mode": 0o644,
     "xattrs": {"user.x": "AP8="}},
    {"name": "d/zero", "type": "reg", "data": bytes(700), "mode": 0o644},
    {"name": "d/late", "type": "reg", "data": bytes(699) + b"l", "mode": 0o644},
    {"name": "d/later", "type": "reg", "data": bytes(40000) + b"l",
     "mode": 0o644},
    {"name": "d/none", "type": "reg", "mode": 0o600},
    {"name": "d/hard", "type": "hardlink", "linkName": "d/two"},
    {"name": "d/sym", "type": "symlink", "linkName": "one"},
    {"name": "null", "type": "char", "devMajor": 1, "devMinor": 3},
    {"name": "last", "type": "reg", "data": b"l" * 9, "mode": 0o644},
]


def entry(toc, name):
    return next(e for e in toc["entries"] if e["name"] == name and
                e["type"] != "chunk")


def bare(e):
    """Who lies about content has no digests that tell, or false ones."""
    for key in ("digest", "chunkDigest"):
        e.pop(key, None)


def change(which, **what):
    return lambda toc: entry(toc, which).update(what)


def drop(name):
    def do(toc):
        toc["entries"] = [e for e in toc["entries"] if e["name"] != name]
    return do


def add(**what):
    return lambda toc: toc["entries"].append(what)


def swap(toc):
    """Two files of one size change places, digests and all."""
    one, two = entry(toc, "d/one"), entry(toc, "d/two")
    for key in ("offset", "innerOffset", "digest", "chunkDigest"):
        one[key], two[key] = two.get(key, 0), one.get(key, 0)


def inside(toc):
    """A file begins a byte too late."""
    one = entry(toc, "d/one")
    bare(one)
    one["innerOffset"] = one.get("innerOffset", 0) + 1


def hole(name):
    def do(toc):
        bare(entry(toc, name))
        entry(toc, name)["chunkType"] = "zeros"
    return do


def cut(toc):
    one = entry(toc, "d/one")
    bare(one)
    one["size"] = 600


def copied(toc):
    """A hard link becomes a file of its own."""
    two, hard = entry(toc, "d/two"), entry(toc, "d/hard")
    hard.clear()
    hard.update(two, name="d/hard")


def linked(toc):
    """A file becomes a hard link."""
    i = toc["entries"].index(entry(toc, "d/one"))
    toc["entries"][i] = {"name": "d/one", "type": "hardlink",
                         "linkName": "d/two"}


LIES = {
    "mode": (change("d/one", mode=0o4755), '"d/one"', "mode 0644 and 4755"),
    "directory": (change("d/", mode=0o777), '"d"', "mode"),
    "uid": (change("d/one", uid=0), '"d/one"', "uid 3 and 0"),
    "gid": (change("d/one", gid=9), '"d/one"', "gid 4 and 9"),
    "time": (change("d/one", modtime="2020-02-02T02:02:04Z"), '"d/one"',
             "time"),
    "fraction": (change("d/one", modtime="2020-02-02T02:02:02.5Z"),
                 '"d/one"', "time"),
    "size": (cut, '"d/one"', "size 700 and 600"),
    "target": (change("d/sym", linkName="two"), '"d/sym"', "target"),
    "device": (change("null", devMinor=5), '"null"', "device 1,3 and 1,5"),
    "type": (change("null", type="block"), '"null"', "type"),
    "value": (change("d/two", xattrs={"user.x": "AP4="}), '"d/two"',
              "extended attributes"),
    "no attributes": (change("d/two", xattrs=None), '"d/two"',
                      "extended attributes"),
    "more attributes": (change("d/one", xattrs={"user.y": "AA=="}),
                        '"d/one"', "extended attributes"),
    "left out": (drop("d/none"), '"d/none"', "only in the tar"),
    "last left out": (drop("last"), '"last"', "only in the tar"),
    "directory left out": (drop("d/"), '"d"', "only the tar"),
    "made up": (add(name="d/more", type="reg", mode=0o644), '"d/more"',
                "only in the table of contents"),
    "replaced": (add(name="d/sym", type="reg", mode=0o644), '"d/sym"',
                 "type"),
    "renamed": (change("d/none", name="d/nine"), '"d/none"', '"d/nine"'),
    "another target": (change("d/hard", linkName="d/one"), '"d/hard"',
                       "hard links"),
    "copied": (copied, '"d/hard"', "hard links"),
    "linked": (linked, '"d/one"', '"d/one"'),
    "swapped": (swap, '"d/one"', "is not at the position"),
    "inside": (inside, '"d/one"', "is not at the position"),
    "hole": (hole("d/one"), '"d/one"', "zeroes where the tar has data"),
    "zeroes but the end": (hole("d/late"), '"d/late"',
                           "zeroes where the tar has data"),
    "and they are many": (hole("d/later"), '"d/later"',
                          "zeroes where the tar has data"),
}


def test_every_lie_is_found():
    """And each in layers of one member a file, of chunks, of one member."""
    with folder() as d:
        for name, (lie, *words) in LIES.items():
            for how in ({}, {"shared": 1 << 20}):
                path = save(f"{d}/blob", layer(ITEMS, patch=lie, **how))
                r = fsck("-f", path)
                assert r.code == ERRORS, (name, how, r)
                for word in words:
                    assert word in r.err, (name, word, r)
                assert len(r.err.splitlines()) <= 4, (name, r)


def test_chunks_that_change_places():
    def lie(toc):
        parts = [e for e in toc["entries"] if e["name"] == "f"]
        for key in ("offset", "innerOffset", "chunkDigest"):
            parts[1][key], parts[2][key] = parts[2].get(key, 0), \
                parts[1].get(key, 0)
        parts[0].pop("digest")

    items = [{"name": "f", "type": "reg",
              "data": b"a" * 512 + b"b" * 512 + b"c" * 512 + b"d" * 99}]
    with folder() as d:
        for how in ({}, {"shared": 1 << 20}):
            path = save(f"{d}/blob", layer(items, chunk=512, **how))
            assert fsck("-f", path).code == CLEAN
            path = save(f"{d}/blob", layer(items, chunk=512, patch=lie, **how))
            r = fsck("-f", path)
            assert r.code == ERRORS and "from byte 512 on is not at the position" in r.err


def test_what_is_no_lie():
    """Seconds for fractions, zeroes as holes, no digests, another order."""
    def nearly(toc):
        entry(toc, "d/one")["modtime"] = "2020-02-02T02:02:03Z"
        entry(toc, "d/two").pop("modtime", None)
        hole("d/zero")(toc)
        for e in toc["entries"]:
            bare(e)

    items = [dict(i) for i in ITEMS]
    items[1]["modtime"] = "2020-02-02T02:02:02.7Z"
    with folder() as d:
        for how in ({}, {"shared": 1 << 20}):
            path = save(f"{d}/blob", layer(items, patch=nearly, **how))
            r = fsck("-f", path)
            assert r.code == CLEAN and not r.err, r


def test_what_was_replaced_need_not_be_listed():
    """Of entries with one name the last counts, with and without the first."""
    items = [{"name": "a", "type": "reg", "data": b"old" * 99},
             {"name": "b", "type": "reg", "data": b"b"},
             {"name": "a", "type": "reg", "data": b"new"},
             {"name": "c", "type": "hardlink", "linkName": "a"}]
    with folder() as d:
        path = save(f"{d}/blob", layer(items))
        assert fsck("-f", path).code == CLEAN
        path = save(path, layer(items, patch=lambda toc:
                                toc["entries"].pop(0)and None))
        assert fsck("-f", path).code == CLEAN
        path = save(path, layer(items, patch=lambda toc:
                                toc["entries"].pop(2) and None))
        r = fsck("-f", path)
        assert r.code == ERRORS and '"a"' in r.err, r


def test_a_link_to_what_was_replaced():
    """A table is read in order, so that "a" is what it is by then."""
    items = [{"name": "a", "type": "reg", "data": b"old"},
             {"name": "b", "type": "hardlink", "linkName": "a"},
             {"name": "a", "type": "reg", "data": b"new"}]

    def right(toc):
        toc["entries"][0]["name"] = "b"
        del toc["entries"][1]

    def wrong(toc):
        toc["entries"].append(toc["entries"].pop(1))

    with folder() as d:
        r = fsck("-f", save(f"{d}/blob", layer(items)))
        assert r.code == CLEAN and not r.err, r
        r = fsck("-f", save(f"{d}/blob", layer(items, patch=wrong)))
        assert r.code == ERRORS and '"a"' in r.err, r
        r = fsck("-f", save(f"{d}/blob", layer(items, patch=right)))
        assert r.code == CLEAN and not r.err, r


def test_a_tar_that_is_damaged():
    """Headers have no checksums in a table."""
    made = Layer(shared=1 << 20)
    for item in ITEMS:
        made.add(item)
    at = made.pending.index(b"d/none")
    made.pending = made.pending[:at] + b"D" + made.pending[at + 1:]
    with folder() as d:
        r = fsck("-f", save(f"{d}/blob", made.finish()))
        assert r.code == ERRORS and "in the tar of the layer" in r.err, r
