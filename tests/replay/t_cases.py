# SPDX-License-Identifier: GPL-2.0-or-later
"""Stacks from public bug reports, and one for each thing that an entry can do.

Each is compared with what containerd unpacks, as in t_stacks. Of those that it
refuses, what has to be left is written down here: it is what GNU tar extracts.
"""
import atexit
import os
import tempfile

import compare
from fuzz import (FORMATS, ORDERS, Bench, Oracle, build_oracle, scratch, show)
from indexer import index
from programs import load
from readindex import Index
from stacks import CHAR, DIR, FIFO, FILE, LINK, SYM, Entry

BENCH = []


def bench():
    """One for all tests."""
    if not BENCH:
        # The program may not be executable where stacks are tried.
        tmp, tried = tempfile.TemporaryDirectory(), scratch()
        oracle = Oracle(build_oracle(tmp.name))
        BENCH.append(Bench(tried.name + "/stack", oracle))
        atexit.register(tmp.cleanup)
        atexit.register(tried.cleanup)
        atexit.register(oracle.close)
    return BENCH[0]


def file(name, data=b"", **more):
    """A regular file."""
    return Entry(FILE, name, data=data, **more)


def folder(name, mode=0o755, owner=0):
    """A directory."""
    return Entry(DIR, name, mode=mode, owner=owner)


def link(name, target):
    """A hard link."""
    return Entry(LINK, name, target)


def symlink(name, target):
    """A symbolic link."""
    return Entry(SYM, name, target)


def same(*layers):
    """What the engine unpacks is what is shown."""
    faults = bench().faults(layers)
    assert faults is not None, "refused by the engine"
    assert not faults, faults


def left(layers, *paths):
    """The engine refuses these; we show what is right."""
    assert bench().faults(layers) is None, "taken by the engine"
    ix = bench().merged(bench().write(layers))
    assert set(compare.of_index(ix)) == set(map(os.fsencode, paths)), ix.paths
    return ix


# From public bug reports; who made such layers, and where it was told.

def test_whiteout_below_what_becomes_a_link():
    # kaniko 1.8.1, kaniko#2308
    same([folder("a/"), file("a/a", b"old")],
         [file("a/.wh.a", mode=0), folder("/"), symlink("a", "b"),
          folder("b/"), file("b/a", b"new")])


def test_whiteout_below_a_link():
    # kaniko 1.9.1, kaniko#2308
    same([folder("a/"), file("a/a", b"old")],
         [folder("/"), symlink("a", "b"), folder("b/"), file("b/keep", b"new"),
          file("a/.wh.a", mode=0)])


def test_parents_that_are_links():
    # godarch#53, image-spec#857
    same([folder("usr/lib64/"), symlink("lib64", "/usr/lib64"),
          file("lib64/ld.so", b"ld"), folder("run/"), folder("v/"),
          symlink("v/up", "../run"), file("v/up/y", b"y")])


def test_links_to_what_is_replaced_later():
    # go-containerregistry#2002, stereoscope#670
    same([file("t1", b"123"), link("t2", "t1"), link("t3", "t2")],
         [file("t1", b"456789"), link("t4", "t1")],
         [file(".wh.t2", mode=0), symlink("t4", "t3")])


def test_link_to_itself():
    # sam2p#48
    ix = left([[folder("s/"), file("s/v.ico", b"ico"),
                link("s/v.ico", "s/v.ico"), file("s/z", b"z")]],
              "s", "s/v.ico", "s/z")
    assert ix.content(ix.paths[b"s/v.ico"]) == b"ico"


def test_link_to_itself_without_a_file():
    # bibtool#5
    left([[folder("d/"), link("d/bibtool.tex", "d/bibtool.tex"),
           file("d/real", b"r"), link("d/gone", "d/nowhere")]],
         "d", "d/real")


def test_opaque_marker_behind_its_siblings():
    # moby#17766, stereoscope#694
    same([folder("target/"), file("target/keep", b"k"),
          symlink("link", "/target"), folder("d/"), file("d/old", b"o"),
          folder("d/sub/"), file("d/sub/old", b"o")],
         [folder("link/"), file("link/new", b"n"), file("link/.wh..wh..opq"),
          folder("d/"), file("d/.dot", b"."), folder("d/sub/"),
          file("d/sub/x", b"x"), file("d/.wh..wh..opq"), file("d/z", b"z")])


def test_whiteout_then_what_is_below_it():
    # umoci#546
    same([folder("foo/", 0o711, 7), file("foo/old", b"o"), folder("foo/sub/"),
          file("foo/sub/old", b"o"), file("f", b"file")],
         [file(".wh.foo"), file("foo/sub/new", b"n"), folder(".wh..wh.plnk/"),
          file(".wh..wh.plnk/403.12", b"x"), file(".wh..wh.aufs"),
          file(".wh.f"), file("f/now/dir", b"d")])


# One kind of entry after the other

def test_a_file_takes_a_directory_with_all_that_is_in_it():
    below = [folder("d/"), folder("d/e/"), file("d/e/f", b"1"), file("g", b"2")]
    for last in file("d", b"3"), symlink("d", "g"), link("d", "g"):
        # In the end the engine sets the time of d/e, which is below a file.
        left([[*below, last]], "d", "g")
        same([folder("d/"), file("d/f", b"1"), file("g", b"2"), last])
        same(below, [last])
        same(below, [last, folder("d/"), file("d/new", b"4")])


def test_a_directory_takes_the_place_of_a_file():
    for first in file("d", b"1"), symlink("d", "e"), symlink("d", "/"):
        same([folder("e"), first], [folder("d"), file("d/x", b"2")])
        same([folder("e"), first, folder("d"), file("d/x", b"2")])


def test_the_last_directory_entry_counts():
    same([folder("d", 0o700, 1), file("d/x", b"1"), folder("d", 0o711, 2)],
         [folder("d", 0o755, 3), file("d/y", b"1"), folder("d", 0o1777, 4)])


def test_implied_parents_have_the_attributes_below():
    ix = bench().chained(bench().write([
        [folder("tmp", 0o1777), folder("home", 0o700, 65532)],
        [file("tmp/x", b"1"), file("home/a/y", b"2")]]))[1]
    assert ix.paths[b"tmp"].mode & 0o7777 == 0o1777
    assert ix.paths[b"home"].uid == 65532
    same([folder("tmp", 0o1777), folder("home", 0o700, 65532)],
         [file("tmp/x", b"1"), file("home/a/y", b"2")],
         [file("home/a/z", b"3"), file("home/a/.wh.y")])


def test_an_index_says_what_it_leaves_open():
    for layer, is_open, implied in (
            ([folder("d"), file("d/x")], False, False),
            ([file("d/x")], True, True),
            ([folder("d"), link("l", "d/gone")], True, False)):
        path = bench().write([layer])[0]
        r = index(path)
        ix = Index(r.index, load(path))
        assert r.open == is_open and bool(ix.compat & 16) == is_open
        assert b"d" in ix.paths and ix.paths[b"d"].implied == implied
        r = index(path, "--below=none")
        ix = Index(r.index, load(path))
        assert not r.open and ix.compat == 8
        assert not ix.paths[b"d"].implied


def test_parents_that_are_links_below():
    base = [folder("usr/bin/"), symlink("bin", "usr/bin"),
            symlink("abs", "/usr"), symlink("up", "../../usr"),
            symlink("self", "self"), file("usr/bin/sh", b"sh")]
    same(base, [file("bin/app", b"1"), file("abs/x", b"2"),
                file("up/y", b"3"), file("abs/bin/.wh.sh"),
                file("bin/new/z", b"4")])
    same(base, [file(".wh.bin"), file("bin/app", b"1")])
    same(base, [folder("bin"), file("bin/app", b"1")])
    left([base, [file("self/x", b"1"), file("ok", b"2")]], "usr", "usr/bin",
         "bin", "abs", "up", "self", "usr/bin/sh", "ok")


def test_links_to_files_below():
    base = [folder("d"), file("d/x", b"x" * 5000), symlink("s", "d"),
            link("d/y", "d/x"), symlink("t", "nowhere")]
    same(base, [link("a", "d/x"), link("b", "a"), link("c", "s/y")])
    same(base, [link("a", "/s/../d/x"), file("d/x", b"new")])
    same(base, [file(".wh.d"), file("e", b"1")], [link("f", "e")])
    same(base, [link("a", "t"), file("d/.wh.x")], [link("b", "a")])


def test_links_to_devices_below():
    # Seed 2222: one was taken for a whiteout.
    base = [folder("d"), Entry(CHAR, "c"), Entry(FIFO, "p")]
    same(base, [link("d/c", "c"), link("d/p", "p")], [link("d/e", "d/c")],
         [file(".wh.c"), link("d/f", "d/e")])


def test_link_to_what_has_the_name_by_then():
    same([file("a", b"1"), link("b", "a"), file("a", b"2"), link("c", "a"),
          link("d", "b")])
    same([symlink("s", "x"), link("t", "s"), file("s", b"2")])


def test_links_that_lead_nowhere():
    left([[file("a", b"1"), link("l", "gone"), link("m", "a/b"),
           link("n", "d"), folder("d"), link("o", "d"), link("p", "l")]],
         "a", "d")
    left([[folder("d"), file("d/f", b"1"), link("d", "d/f")]], "d", "d/f")


def test_below_something_that_is_no_directory():
    left([[file("a", b"1"), file("a/b", b"2"), file("c", b"3")]], "a", "c")
    left([[file("a", b"1")], [file("a/b", b"2"), file("c", b"3")]], "a", "c")


def test_whiteouts():
    base = [folder("d"), file("d/x", b"1"), folder("d/e"), file("d/e/y", b"2")]
    same(base, [file("d/.wh.x"), file("d/.wh.e"), file("d/.wh.gone")])
    same(base, [file("d/x", b"3"), file("d/.wh.x")])
    same(base, [file("d/.wh.x"), file("d/x", b"3")])
    same(base, [file("d/.wh.e"), folder("d/e"), file("d/e/new", b"4")])
    same(base, [file("d/.wh.e"), file("d/e/new/er", b"4")])
    same(base, [file(".wh.d")], [folder("d"), file("d/z", b"5")])
    same(base, [file(".wh.d"), file("d/.wh.x"), file("d/z", b"5")])
    same(base, [file("d/.wh.e/x", b"6")])
    same(base, [file(".wh." + "n" * 255), file("d/.wh..wh.aufs")])


def test_opaque_markers():
    base = [folder("d", 0o700, 5), file("d/x", b"1"), folder("d/e", 0o711, 6),
            file("d/e/y", b"2")]
    opaque = file("d/.wh..wh..opq")
    same(base, [opaque])
    same(base, [opaque, folder("d/e"), file("d/e/z", b"3")])
    same(base, [folder("d/e"), file("d/e/z", b"3"), opaque])
    same(base, [file("d/e/z", b"3"), opaque])
    same(base, [file("d/e/z", b"3"), opaque, file("d/e/q", b"4")])
    same(base, [file("d/e/z", b"3"), opaque, file("d/f/g/q", b"4"), opaque,
                file("d/f/r", b"5")])
    root = file(".wh..wh..opq")
    same(base, [root, file("n", b"1")])
    same(base, [file("x")], [file("d/e/z", b"1"), root, file("n", b"1")],
         [file("d/n", b"1")])
    same(base, [file("d/.wh.x"), root, file(".wh.d"), folder("x")])
    same(base, [symlink("s", "d"), file("s/.wh..wh..opq"), file("s/n", b"1")])
    # An entry has had the path of d/e, before all of d went.
    same(base, [symlink("d/e", "n"), file(".wh.d"), file("d/e/z", b"1"), opaque])
    same(base, [folder("d/f/e"), file(".wh.d"), file("d/f/e/g/.wh..wh..opq"),
                file("d/f/.wh..wh..opq")])
    # The walk to the marker goes through what the marker removes.
    same([*base, symlink("d/e/s", "/d")], [file("d/e/s/.wh..wh..opq")])
    same(base, [folder("k"), file("k/.wh..wh..opq"), file("k/n", b"1")],
         [file("k/m", b"2")])


def test_dots_behind_links():
    # What containerd cleans as text depends on where links and slashes are.
    links = [symlink("b", "c/../a"), symlink("c", "/d/e"), folder("s"),
             symlink("s/b", "../c/../a"), symlink("n", "no/../a")]
    for path in ("b/x", "/b/x", "s/b/x", "/s/b/x", "b/y/x", "n/x", "/n/x"):
        same(links, [file(path, b"1")])
        same([*links, file(path, b"1")])


def test_ways_out_of_the_root():
    same([symlink("up", "../../.."), symlink("abs", "/d"), folder("d"),
          file("up/x", b"1"), file("abs/y", b"2"), file("../../z", b"3"),
          symlink("nest", "d/../../e"), file("nest/f", b"4"),
          symlink("gone", "no/where"), file("gone/g", b"5")])


def test_the_layer_says_a_path_in_another_way():
    same([folder("./d/"), file("/d//./x", b"1"), file("d/e/../y", b"2"),
          link("l", "./d/x"), link("m", "/d/y")])


def test_mkfs_keeps_a_layer_in_any_order():
    whiteout, opaque = file("b/.wh.b"), file("a/.wh..wh..opq")
    for layer in (
            # A file gets the name of its link, which a marker removed before.
            [file("b/c", b"1"), whiteout, link("b/b", "b/c"), folder("b/c")],
            [file("b", b"1"), opaque, link("a/a/d/a", "/b"), folder("b")],
            # Links to a file that is not there yet, or to nothing ever.
            [link("d/a", "a"), symlink("a", "../d")],
            [file("a/d"), link("b/e/d", "/d"), file("b/.wh.e")],
            [link("l", "gone"), file("gone", b"1"), link("m", "gone")],
            [symlink("s", "."), link("s/a/b", "gone"), folder("/s/")],
            # Files of AUFS' own make directories.
            [file("b/c/a/.wh..wh.c"), file("b/.wh.c")],
            [file("b/.wh.c"), file("b/c/.wh..wh.plnk/x")],
            # Names that sort before a marker's, and markers that come twice.
            [opaque, file("a/-x/y", b"1"), file("a/.wh.-z"), folder("a/-z")],
            [whiteout, whiteout, file("b/b/c", b"1"), opaque, opaque,
             file("a/z")]):
        path = bench().write([layer])[0]
        for kind in FORMATS:
            for order in ORDERS:
                found = bench().made(path, (f"--format={kind}",
                                            f"--sort={order}"))
                assert not found, (show([layer]), found)
