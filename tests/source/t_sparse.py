# SPDX-License-Identifier: GPL-2.0-or-later
"""Holes: those of a directory are in the layer, and come back when the layer is
extracted, by GNU tar and by us."""
import io
import os
import tarfile
import tempfile

from programs import BIN, load, save, tool
from readindex import Index
from tree import (BSD_EXTRACT, GNU_EXTRACT, PROGRAM, Folder, extracted, made,
                  members, names, same_tree, tree)

MIB = 1 << 20
# Where data is in a file, and its size.
FILES = {
    "start": ([0], 9 * MIB),
    "middle": ([3 * MIB], 9 * MIB),
    "several": ([0, MIB, 5 * MIB + 17, 8 * MIB], 9 * MIB),
    "end": ([9 * MIB - 8], 9 * MIB),
    "hole": ([], 9 * MIB),
    "odd-size": ([0, 3 * MIB], 5 * MIB + 1),
    "n" * 90 + "/" + "m" * 90: ([MIB], 2 * MIB),
    "n" * 200: ([MIB], 2 * MIB),
    "\udce4": ([MIB], 2 * MIB),
    "many": (list(range(0, 20 * MIB, 64 << 10)), 21 * MIB),
}


def fill(f):
    """Write files with holes."""
    for name, (places, size) in FILES.items():
        with open(f.write(name), "r+b") as file:
            for at in places:
                file.seek(at)
                file.write(b"data%04x" % (at & 0xffff))
            file.truncate(size)
    f.write("plain", b"x" * 10000)
    os.link(f.path + "/start", f.path + "/second-name")


def runs(path):
    """Where data is, by the file system."""
    found, pos, size = [], 0, os.stat(path).st_size
    with open(path, "rb") as file:
        while pos < size:
            try:
                pos = os.lseek(file.fileno(), pos, os.SEEK_DATA)
            except OSError:
                break
            end = os.lseek(file.fileno(), pos, os.SEEK_HOLE)
            found.append((pos, end))
            pos = end
    return found


def gnu_sparse(path, *args):
    """What GNU tar makes of a folder, with holes."""
    return tool("tar", "--sort=name", "--numeric-owner", "--sparse", *args,
                "-C", path, "-c", ".")


def same_holes(a, b):
    """Compare the holes of two trees."""
    for name in FILES:
        assert runs(f"{a}/{name}") == runs(f"{b}/{name}"), name


def test_holes_survive_tar():
    f = Folder()
    with f as t:
        fill(f)
        tar = made(t)
        # That of GNU tar, with the same holes, is not smaller.
        assert len(tar) <= len(gnu_sparse(t, "--format=pax"))
        with tempfile.TemporaryDirectory() as tmp:
            tool(*GNU_EXTRACT, tmp, input=tar)
            same_tree(tree(tmp), tree(t))
            same_holes(tmp, t)
        with tarfile.open(fileobj=io.BytesIO(tar)) as p:
            for m in p.getmembers():
                if m.isreg():
                    assert p.extractfile(m).read() == load(
                        os.path.join(t, m.name)), m
        # bsdtar wants UTF-8.
        os.unlink(t + "/\udce4")
        same_tree(extracted(made(t), BSD_EXTRACT), tree(t), root=False)


def test_holes_survive_ourselves():
    f = Folder()
    with f as t:
        fill(f)
        layer, out = t + "/../layer", t + "/../out"
        tool(PROGRAM, "-zzstd,1", "--verify", layer, t)
        tool(BIN + "/fsck.stargz", "-f", layer)
        tool(BIN + "/fsck.stargz", "--extract=" + out, layer)
        same_tree(tree(out), tree(t))
        same_holes(out, t)
        tool(BIN + "/stargz-index", layer)
        index = Index(load(layer + ".index"), load(layer))
        for name in FILES:
            path = os.fsencode(name)
            assert index.content(index.paths[path]) == load(
                os.path.join(t, name)), name


def test_index_of_sparse_tars():
    """What GNU tar left out is a hole in the index of its tar."""
    f = Folder()
    with f as t:
        fill(f)
        for args in (("--format=gnu",), ("--format=pax",),
                     ("--format=pax", "--sparse-version=0.0"),
                     ("--format=pax", "--sparse-version=0.1")):
            layer, out = t + "/../layer", t + "/../out"
            save(layer, gnu_sparse(t, *args))
            tool("rm", "-rf", out)
            tool(BIN + "/fsck.stargz", "-q", "--extract=" + out, layer)
            same_holes(out, t)


def test_other_options_keep_holes():
    f = Folder()
    with f as t:
        fill(f)
        top = os.path.dirname(t)
        first = save(top + "/first", b"many\n")
        old = save(top + "/old", b"")
        tool("tar", "-C", t, "-cf", old, "plain")
        sources = [t] + [save(f"{top}/{n}.tar", gnu_sparse(t, a))
                         for n, a in (("gnu", "--format=gnu"),
                                      ("pax", "--format=pax"))]
        for args in (("--all-root",), ("--sort=type",), ("--no-xattrs",),
                     ("--exclude-path=plain",), ("--exclude-path=start",),
                     ("--prioritized-files=" + first,), ("--diff=" + old,),
                     ("-T1", "--sort=path", "--uid-offset=1")):
            for source in sources:
                with tempfile.TemporaryDirectory() as tmp:
                    tar = made(*args, source)
                    if "=start" not in args[0]:
                        tool(*GNU_EXTRACT, tmp, input=tar)
                        same_holes(tmp, t)
                    else:
                        assert "second-name" in names(tar)
                        assert len(tar) < 2 * MIB


def test_changed_holes_of_equal_content():
    """A difference is one of content."""
    f = Folder()
    with f as t:
        fill(f)
        old = save(t + "/../old", made(t))
        new = t + "/../new"
        tool("cp", "-a", "--sparse=never", t, new)
        assert names(made("--diff=" + old, new)) == ["."]


def test_no_sparse():
    f = Folder()
    with f as t:
        fill(f)
        source = save(t + "/../tar", gnu_sparse(t, "--format=pax"))
        for tar in (made("--no-sparse", t), made("--no-sparse", source)):
            assert b"GNU.sparse" not in tar
            same_tree(extracted(tar), tree(t))


def test_formats_without_holes():
    f = Folder()
    with f as t:
        fill(f)
        layer = t + "/../layer"
        tool(PROGRAM, "-zgzip,1", layer, t)
        tar = tool("gzip", "-dc", layer)
        assert b"GNU.sparse" not in tar
        assert {m.size for m in members(tar) if m.name == "./hole"} == {
            9 * MIB}
