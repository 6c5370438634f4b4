# SPDX-License-Identifier: GPL-2.0-or-later
"""Whiteouts, landmarks and what overlayfs reads of a lower layer."""
import stat

from mkblob import layer
from t_content import b64, entries, made

OPAQUE = {b"trusted.overlay.opaque": b"y", b"user.overlay.opaque": b"y"}


def is_whiteout(node):
    return (node.mode, node.rdev, node.uid, node.gid, node.nlink) == \
        (stat.S_IFCHR, (0, 0), 0, 0, 1)


def test_whiteouts():
    toc = entries(
        {"name": ".wh.a", "type": "reg", "uid": 5, "mode": 0o644,
         "modtime": "1970-01-01T00:00:09Z", "xattrs": {"user.x": ""}},
        {"name": "d/.wh.b", "type": "char"},
        {"name": "d/.wh.c", "type": "hardlink", "linkName": "gone"},
        {"name": "d/.wh.dir/x", "type": "reg"})
    ix = made(toc)
    # Engines take a whiteout that is no last name for a directory.
    assert set(ix.paths) == {b"", b"a", b"d", b"d/b", b"d/c", b"d/.wh.dir",
                             b"d/.wh.dir/x"}
    for name in (b"a", b"d/b", b"d/c"):
        assert is_whiteout(ix.paths[name])
    assert ix.paths[b"a"].mtime == 9 * 10**9
    assert not ix.paths[b"a"].xattrs
    raw = made(toc, "--raw", warnings=1)
    assert raw.paths[b".wh.a"].mode == stat.S_IFREG | 0o644
    assert set(raw.paths) == {b"", b".wh.a", b"d", b"d/.wh.b", b"d/.wh.dir",
                              b"d/.wh.dir/x"}
    assert raw.compat == 2 and ix.compat == 16 and raw.uuid != ix.uuid


def test_whiteout_and_the_real_thing():
    ix = made(entries({"name": ".wh.foo", "type": "reg"},
                      {"name": "foo/", "type": "dir"},
                      {"name": "bar", "type": "reg"},
                      {"name": ".wh.bar", "type": "reg"}))
    # What a layer below has in foo is hidden with foo.
    assert stat.S_ISDIR(ix.paths[b"foo"].mode)
    assert ix.paths[b"foo"].xattrs == OPAQUE
    # As engines do, which remove what has the name by then.
    assert is_whiteout(ix.paths[b"bar"])
    assert len(ix.paths) == 3


def test_opaque_directories():
    ix = made(entries(
        {"name": "d/.wh..wh..opq", "type": "reg"},
        {"name": "d/.wh.x", "type": "reg"}, {"name": "d/kept", "type": "reg"},
        {"name": "d/sub/.wh.y", "type": "reg"},
        {"name": "d/", "type": "dir", "xattrs": {
            "user.a": b64(b"1"), "trusted.overlay.opaque": b64(b"x"),
            "user.overlay.opaque": b64(b"x")}},
        {"name": "e/.wh.z", "type": "reg"}))
    assert ix.paths[b"d"].xattrs == {**OPAQUE, b"user.a": b"1"}
    assert set(ix.paths) == {b"", b"d", b"d/kept", b"d/sub", b"e", b"e/z"}
    assert not ix.paths[b""].xattrs and not ix.paths[b"d/sub"].xattrs


def test_opaque_root():
    for root in ((), ({"name": "./", "type": "dir"},)):
        ix = made(entries({"name": ".wh..wh..opq", "type": "reg"},
                          {"name": ".wh.x", "type": "reg"}, *root))
        assert ix.paths[b""].xattrs == OPAQUE and len(ix.paths) == 1


def test_aufs_names_and_landmarks():
    names = [".wh..wh.plnk", ".wh..wh.aufs", "d/.wh..wh.x",
             ".prefetch.landmark", ".no.prefetch.landmark",
             "stargz.index.json", "d/.prefetch.landmark",
             "d/stargz.index.json"]
    toc = entries(*[{"name": n, "type": "reg"} for n in names])
    ix = made(toc)
    assert set(ix.paths) == {b"", b"d", b"d/.prefetch.landmark",
                             b"d/stargz.index.json"}
    assert len(made(toc, "--raw").paths) == 2 + len(names)


def test_a_whiteout_is_no_link_target():
    ix = made(layer([{"name": ".wh.x", "type": "reg", "data": b"1"},
                     {"name": "y", "type": "hardlink",
                      "linkName": ".wh.x"}]), warnings=1)
    assert set(ix.paths) == {b"", b"x"} and is_whiteout(ix.paths[b"x"])


def test_overlay_xattrs_of_the_image():
    attrs = {"trusted.overlay.redirect": "", "user.overlay.opaque": "",
             "trusted.overlay.overlay.x": "", "user.overlayx": "",
             "trusted.overlay": ""}
    toc = entries({"name": "f", "type": "reg", "xattrs": attrs})
    assert set(made(toc).paths[b"f"].xattrs) == {b"user.overlayx",
                                                 b"trusted.overlay"}
    assert len(made(toc, "--raw").paths[b"f"].xattrs) == 5


def test_native_whiteouts_stay():
    ix = made(entries({"name": "w", "type": "char"}))
    assert is_whiteout(ix.paths[b"w"])
