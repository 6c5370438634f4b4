# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of what has changed. What is unpacked over the old tree, as the OCI
image specification says it, has to give the new one."""
import gzip
import io
import os
import random
import shutil
import stat
import tarfile
import tempfile

from programs import BIN, load, save, tool
from readindex import Index
from tree import (GNU_EXTRACT, PROGRAM, Folder, attempt, gnu_tar, made, names,
                  refused, same_tree, tree)

INDEX = BIN + "/stargz-index"
# Options by which each format is made, and what comes of them.
FORMATS = {
    "estargz": (),
    "per-file": ("--min-chunk-size=0",),
    "stargz": ("--format=stargz",),
    "zstd": ("-zzstd,3",),
    "zstd-per-file": ("-zzstd,3", "--min-chunk-size=0"),
    "external": ("--format=external-toc",),
}
OPAQUE, LANDMARK = ".wh..wh..opq", ".prefetch.landmark"


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def apply_layer(root, layer):
    """Unpack a layer over a tree: first what it hides, then what it holds."""
    root = os.fsencode(root)
    kept = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(layer)) as t:
        ends = [m.offset for m in t.getmembers()[1:]] + [t.offset]
        for m, end in zip(t.getmembers(), ends):
            path = os.path.normpath(os.path.join(root, os.fsencode(m.name)))
            folder, name = os.path.split(path)
            if name == LANDMARK.encode():
                continue
            if name == OPAQUE.encode():
                for child in os.listdir(folder):
                    remove(folder + b"/" + child)
            elif name.startswith(b".wh."):
                assert m.isreg() and not m.size, m
                assert os.path.lexists(folder + b"/" + name[4:]), m
                remove(folder + b"/" + name[4:])
            else:
                old = os.lstat(path) if os.path.lexists(path) else None
                if old and not (m.isdir() and stat.S_ISDIR(old.st_mode)):
                    remove(path)
                kept.write(layer[m.offset:end])
    # Folders above what is in the layer have to be there, too.
    paths = set(names(layer))
    for path in paths - {".", LANDMARK}:
        assert (os.path.dirname(path) or ".") in paths, path
    kept.write(bytes(1024))
    tool(*GNU_EXTRACT, root, input=kept.getvalue())


class Pair:
    """A tree and a copy of it that will be changed."""

    def __init__(self, odd=False):
        self.folder = Folder(odd)
        if odd:
            # These say something of a layer, and are no part of a tree.
            shutil.rmtree(self.folder.path + "/whiteout")
            shutil.rmtree(self.folder.path + "/opaque")

    def __enter__(self):
        self.tmp = self.folder.tmp.name
        self.old, self.new = self.folder.path, self.tmp + "/new"
        return self

    def __exit__(self, *_):
        self.folder.tmp.cleanup()

    def write(self, **files):
        for name, data in files.items():
            self.folder.write(name, data)

    def copy(self):
        tool("cp", "-a", self.old, self.new)

    def olds(self):
        """The old tree as layers of several kinds, and as a disk."""
        kinds = {"ours": made(self.old),
                 "gnu": gnu_tar(self.old, "--format=pax", "--sparse")}
        kinds["gz"] = gzip.compress(kinds["ours"], 1)
        for name, data in kinds.items():
            save(f"{self.tmp}/{name}.layer", data)
        image = self.tmp + "/image.layer"
        tool(INDEX, "--device-image", "-o", image, self.tmp + "/ours.layer")
        return [f"{self.tmp}/{name}.layer" for name in kinds] + [image]

    def index(self):
        """An index of the old tree, without its content."""
        save(self.tmp + "/index.layer", made(self.old))
        tool(INDEX, self.tmp + "/index.layer")
        return self.tmp + "/index.layer.index"

    def check(self, *args, olds=None):
        """Make layers, from the directory and a tar of it; apply them."""
        new, tar = tree(self.new), made(self.new)
        layers = []
        for old in olds or self.olds():
            layer = made("--diff=" + old, *args, self.new)
            again = made("--diff=" + old, *args, "-", input=tar)
            assert layer == again, (names(layer), names(again))
            with tempfile.TemporaryDirectory() as tmp:
                tool("cp", "-a", self.old + "/.", tmp)
                apply_layer(tmp, layer)
                same_tree(tree(tmp), new)
                save(tmp + "/layer", layer)
                # Of a disk, the layer in it.
                tool(INDEX, "--merge", "--device-image", "-o",
                     tmp + "/merged", old.replace("/image.", "/ours."),
                     tmp + "/layer")
                # Nothing has changed since that.
                rest = names(made("--diff=" + tmp + "/merged", self.new))
                assert rest == ["."], rest
            layers.append(names(layer))
        return layers


def keep_times(path, function):
    """Change what is in a folder, but not its time."""
    st = os.stat(path)
    function()
    os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))


def test_nothing_changed():
    with Pair(odd=True) as p:
        p.copy()
        assert p.check() == [["."]] * 4


def change_content(path):
    """Of a file, and nothing else of it."""
    st = os.stat(path)
    with open(path, "r+b") as f:
        f.write(b"5678")
    os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))


def test_content_alone():
    """Same size, same time."""
    with Pair() as p:
        p.folder.write("d/a", b"1234")
        p.folder.write("d/b", b"1234")
        p.copy()
        change_content(p.new + "/d/a")
        assert p.check() == [[".", "d", "d/a"]] * 4


def test_index_without_content_is_refused():
    """It cannot tell what has the same size and time."""
    with Pair() as p:
        p.folder.write("d/a", b"1234")
        p.folder.write("d/b", b"1234")
        p.folder.write("empty")
        p.copy()
        change_content(p.new + "/d/a")
        index = p.index()
        refused("--diff=" + index, p.new,
                words=[index, '"d/a": the index has neither its content',
                       "--by-time"])
        assert names(made("--diff=" + index, "--by-time", p.new)) == ["."]
        # Nor is content read of a layer that has it.
        assert names(made("--diff=" + p.olds()[0], "--by-time",
                          p.new)) == ["."]
        # Without such a file there is nothing to ask.
        for name in ("a", "b"):
            os.utime(p.new + "/d/" + name, ns=(1, 1))
        assert names(made("--diff=" + index, p.new)) == [
            ".", "d", "d/a", "d/b"]


def test_failures_name_the_file():
    """The old layer and the source fail with the same words."""
    with Pair() as p:
        p.folder.write("a", random.Random(1).randbytes(20000))
        p.copy()
        good = save(p.tmp + "/good", gzip.compress(gnu_tar(p.old)))
        bads = {"garbage": b"neither" * 100, "empty": b"",
                "cut": load(good)[:-20], "index": load(p.index())[:-100]}
        for name, data in bads.items():
            bad = save(p.tmp + "/bad-" + name, data)
            m = attempt("--diff=" + bad, p.new)
            assert m.code == 8 and m.err.startswith(
                f"mkfs.stargz: {bad}: "), m
            m = attempt("--diff=" + good, bad)
            assert m.code == 8 and m.err.startswith(
                f"mkfs.stargz: {bad}: "), m
        m = attempt("--diff=" + p.tmp + "/none", p.new)
        assert m.code == 8 and m.err.startswith(
            f"mkfs.stargz: {p.tmp}/none: "), m
        # Content that is found to be damaged when it is compared.
        image = p.tmp + "/image"
        tool(INDEX, "--device-image", "-o", image, good)
        data = bytearray(load(image))
        half = len(data) // 2
        data[half:half + 3000] = bytes(3000)
        m = attempt("--diff=" + save(p.tmp + "/damaged", data), p.new)
        assert m.code == 8 and m.err.startswith(
            f"mkfs.stargz: {p.tmp}/damaged: "), m


def test_attributes():
    changes = {
        "size/one": lambda f: os.chmod(f, 0o600),
        "mode/empty-dir": lambda f: os.chmod(f, 0o700),
        "owner/nobody": lambda f: os.chown(f, 1, 2),
        "link/long-sym": lambda f: os.lchown(f, 3, 3),
        "time/epoch": lambda f: os.utime(f, ns=(1, 10**9)),
        "xattr/dir": lambda f: os.setxattr(f, "user.new", b"x"),
        "xattr/file": lambda f: os.setxattr(f, "user.empty", b"x"),
        "xattr/many": lambda f: os.removexattr(f, "user.attribute-07"),
    }
    with Pair(odd=True) as p:
        p.copy()
        for path, change in changes.items():
            change(p.new + "/" + path)
        folders = {os.path.dirname(path) for path in changes}
        for layer in p.check():
            assert set(layer) == {"."} | folders | set(changes), layer


def test_files_come_and_go():
    with Pair(odd=True) as p:
        p.copy()
        p.folder.path = p.new
        p.folder.write("many/entry-501", b"new")
        p.folder.write("new/dir/file", b"new")
        os.unlink(p.new + "/many/entry-007")
        shutil.rmtree(p.new + "/name")
        os.unlink(p.new + "/node/fifo")
        for layer in p.check():
            assert set(layer) == {
                ".", "many", "many/entry-501", "new", "new/dir",
                "new/dir/file", "many/.wh.entry-007", ".wh.name", "node",
                "node/.wh.fifo"}


def test_types_change():
    with Pair(odd=True) as p:
        p.copy()
        shutil.rmtree(p.new + "/many")
        save(p.new + "/many", b"a file now")
        os.unlink(p.new + "/file")
        os.makedirs(p.new + "/file/below")
        shutil.rmtree(p.new + "/owner")
        os.symlink("xattr", p.new + "/owner")
        os.unlink(p.new + "/node/null")
        os.mkfifo(p.new + "/node/null")
        for layer in p.check():
            assert set(layer) == {".", "many", "file", "file/below", "owner",
                                  "node", "node/null"}


def test_emptied_directory_is_opaque():
    with Pair(odd=True) as p:
        p.copy()
        shutil.rmtree(p.new + "/many")
        os.mkdir(p.new + "/many")
        p.folder.path = p.new
        p.folder.write("many/other", b"x")
        shutil.rmtree(p.new + "/link")
        os.mkdir(p.new + "/link")
        os.symlink("x", p.new + "/link/one")
        for layer in p.check():
            assert set(layer) == {
                ".", "many", "many/other", "many/" + OPAQUE, "link",
                "link/one", "link/.wh.sym", "link/.wh.two", "link/.wh.below",
                "link/.wh.dangling", "link/.wh.long-sym",
                "link/.wh.name-of-sym"}, layer


def test_emptied_root_is_not_opaque():
    """Some programs do not expect an opaque marker there."""
    with Pair() as p:
        for name in ("one", "two"):
            p.folder.write(name, b"1")
        p.copy()
        for name in ("one", "two"):
            os.unlink(f"{p.new}/{name}")
        for layer in p.check():
            assert set(layer) == {".", ".wh.one", ".wh.two"}, layer


def test_hard_links():
    names_of_one = {"link/one", "link/two", "link/below/three"}
    above = {".", "link", "link/below"}

    def links(change, expected):
        with Pair(odd=True) as p:
            p.copy()
            change(p.new)
            for layer in p.check(olds=p.olds()[::3]):
                assert set(layer) == expected, (layer, expected)

    def another(t):
        keep_times(t + "/size", lambda: os.link(t + "/link/one",
                                                t + "/size/four"))
    links(another, names_of_one | above | {"size", "size/four"})

    def fewer(t):
        keep_times(t + "/link", lambda: os.unlink(t + "/link/two"))
    links(fewer, {".", "link", "link/.wh.two"})

    def broken(t):
        def function():
            shutil.copy2(t + "/link/two", t + "/link/x")
            os.rename(t + "/link/x", t + "/link/two")
        keep_times(t + "/link", function)
    links(broken, {".", "link", "link/two"})

    def touched(t):
        os.utime(t + "/link/two", ns=(1, 1))
    links(touched, names_of_one | above)

    def joined(t):
        def function():
            os.unlink(t + "/size/one")
            os.link(t + "/size/none", t + "/size/one")
        keep_times(t + "/size", function)
    links(joined, {".", "size", "size/one", "size/none"})


def test_parts_of_a_second():
    """Times that both have some are compared to the nanosecond."""
    with Pair() as p:
        for name in ("same", "other"):
            os.utime(p.folder.write(name, b"1"), ns=(0, 10**18 + 5))
        p.copy()
        os.utime(p.new + "/other", ns=(0, 10**18 + 6))
        for layer in p.check():
            assert set(layer) - {"."} == {"other"}, layer


def test_whole_seconds_are_enough():
    """A tar in GNU format has no more of a time."""
    with Pair(odd=True) as p:
        p.copy()
        old = save(p.tmp + "/whole", tool(
            "tar", "--format=gnu", "--numeric-owner", "-C", p.old, "-c", "."))
        changed = set(names(made("--diff=" + old, "--no-xattrs", p.new)))
        assert changed <= {".", "time", "time/before-1970"}, changed


def test_directories_that_have_no_entry():
    with Pair() as p:
        p.folder.write("a/b/c", b"1")
        p.folder.write("a/b/d", b"2")
        p.copy()
        save(p.tmp + "/old", tool("tar", "--numeric-owner", "--format=pax",
                                  "-C", p.old, "-c", "a/b/c", "a/b/d"))
        tar = tool("tar", "--numeric-owner", "--format=pax", "-C", p.new,
                   "-c", "a/b/c")
        layer = made("--diff=" + p.tmp + "/old", "-", input=tar)
        assert names(layer) == ["a/b/.wh.d"]


def test_old_layer_with_whiteouts():
    with Pair() as p:
        p.folder.write("a", b"1")
        p.folder.write("d/b", b"2")
        p.copy()
        p.folder.write(".wh.gone", b"")
        p.folder.write("d/" + OPAQUE, b"")
        save(p.tmp + "/old", gnu_tar(p.old, "--format=pax"))
        os.utime(p.new, ns=(os.stat(p.old).st_mtime_ns,) * 2)
        os.utime(p.new + "/d", ns=(os.stat(p.old + "/d").st_mtime_ns,) * 2)
        assert names(made("--diff=" + p.tmp + "/old", p.new)) == ["."]


def test_last_whiteout_in_every_format():
    """It is an entry without content at the end of a layer."""
    with Pair() as p:
        p.folder.write("d/a", b"1")
        p.folder.write("d/z", b"2")
        p.copy()
        keep_times(p.new + "/d", lambda: os.unlink(p.new + "/d/z"))
        old, new = p.index(), p.tmp + "/change"
        for args in FORMATS.values():
            options = list(args)
            if "--format=external-toc" in args:
                options.append("--toc=" + new + ".toc")
            tool(PROGRAM, *options, "--diff=" + old, "--by-time", new, p.new)
            toc = [o for o in options if o.startswith("--toc=")]
            tool(INDEX, *toc, new)
            change = Index(load(new + ".index"), load(new))
            assert set(change.paths) == {b"", b"d", b"d/z"}, args
            # overlayfs hides by it what is below.
            assert change.paths[b"d/z"].mode & ~0o777 == stat.S_IFCHR, args
            tool(INDEX, "--merge", "-o", new + ".merged", old, new + ".index")
            merged = Index(load(new + ".merged"), load(p.tmp + "/index.layer"),
                           load(new))
            assert set(merged.paths) == {b"", b"d", b"d/a"}, args


def test_order_of_the_result():
    with Pair(odd=True) as p, tempfile.NamedTemporaryFile("w") as f:
        p.copy()
        for name in ("one", "none", "4096"):
            os.utime(p.new + "/size/" + name, ns=(7, 7))
        f.write("size/one\n")
        f.flush()
        for layer in p.check("--prioritized-files=" + f.name,
                             "--sort=type"):
            assert layer == [".", "size", "size/one", LANDMARK,
                             "size/none", "size/4096"]


def test_random_changes():
    """Many small trees, each changed at random."""
    for seed in range(12):
        rnd = random.Random(seed)
        with Pair() as p:
            grow(rnd, p.old, 25)
            p.copy()
            for _ in range(8):
                shrink(rnd, p.new)
            grow(rnd, p.new, 8)
            p.check(olds=p.olds()[:1])


def any_path(rnd, top, folders=False):
    found = [top] if folders else []
    for at, dirs, files in os.walk(top):
        found += [at + "/" + d for d in dirs]
        if not folders:
            found += [at + "/" + f for f in files]
    return rnd.choice(sorted(found)) if found else None


def shrink(rnd, top):
    path = any_path(rnd, top)
    if path and rnd.random() < 0.7:
        remove(path)
    elif path:
        os.chmod(path, 0o700)


def grow(rnd, top, count):
    for _ in range(count):
        path = any_path(rnd, top, folders=True) + "/" + rnd.choice("abcdef")
        if os.path.lexists(path):
            continue
        kind = rnd.randrange(5)
        target = any_path(rnd, top)
        if kind < 2:
            os.mkdir(path)
        elif kind == 2 and target and os.path.isfile(target):
            os.link(target, path)
        else:
            save(path, rnd.randbytes(rnd.randrange(3)))
