# SPDX-License-Identifier: GPL-2.0-or-later
"""Upper directories of overlayfs. What is unpacked over the lower tree has to give
what overlayfs shows."""
import contextlib
import os
import shutil
import stat
import subprocess
import tempfile

from programs import BIN, load, save, tool
from readindex import Index
from t_diff import LANDMARK, OPAQUE, apply_layer
from tap import Skip
from tree import (Folder, attempt, extracted, gnu_tar, made, members, names,
                  refused, same_tree, tree)

OFF = "redirect_dir=off,metacopy=off,index=off"


@contextlib.contextmanager
def overlay(lower, upper, options=OFF):
    """Mount an overlayfs; where it is mounted."""
    top = os.path.dirname(upper)
    for name in ("work", "merged"):
        os.makedirs(f"{top}/{name}", exist_ok=True)
    run = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o",
         f"lowerdir={lower},upperdir={upper},workdir={top}/work,{options}",
         top + "/merged"], capture_output=True, check=False)
    if run.returncode:
        raise Skip("cannot mount overlayfs")
    try:
        yield top + "/merged"
    finally:
        tool("umount", top + "/merged")


def whiteout(path):
    """As overlayfs makes one."""
    os.mknod(path, stat.S_IFCHR, 0)


def upper(change):
    """A folder that looks like an upper directory, and its temporary folder."""
    f = Folder()
    f.write("dir/file", b"x")
    change(f)
    return f


def test_what_overlayfs_shows():
    f = Folder(odd=True)
    with f as lower:
        for name in ("whiteout", "opaque"):
            shutil.rmtree(lower + "/" + name)
        top = os.path.dirname(lower)
        os.mkdir(top + "/upper")
        with overlay(lower, top + "/upper") as m:
            os.unlink(m + "/file")
            os.unlink(m + "/many/entry-007")
            os.unlink(m + "/many/entry-008")
            shutil.rmtree(m + "/name")
            shutil.rmtree(m + "/xattr")
            os.mkdir(m + "/xattr")
            save(m + "/xattr/new", b"new")
            os.rename(m + "/size/one", m + "/size/moved")
            os.chmod(m + "/mode/empty-dir", 0o710)
            os.unlink(m + "/node/null")
            os.mkfifo(m + "/node/null")
            want = tree(m)
        for source in (top + "/upper", save(top + "/tar", gnu_tar(
                top + "/upper", "--format=pax"))):
            layer = made("--overlay", source)
            with tempfile.TemporaryDirectory() as tmp:
                tool("cp", "-a", lower + "/.", tmp)
                apply_layer(tmp, layer)
                same_tree(tree(tmp), want)
            assert "xattr/" + OPAQUE in names(layer), names(layer)
            assert "overlay" not in str([m.pax_headers
                                         for m in members(layer)])


def test_whiteouts_are_links_of_each_other():
    def change(f):
        whiteout(f.path + "/a")
        for name in ("b", "dir/c"):
            os.link(f.path + "/a", f.path + "/" + name)
        os.link(f.path + "/dir/file", f.path + "/link")
    with upper(change) as t:
        for args in ((t,), ("--sort=type", t), ("--sort=path", t)):
            got = members(made("--overlay", *args))
            assert sorted(os.path.normpath(m.name) for m in got) == [
                ".", ".wh.a", ".wh.b", "dir", "dir/.wh.c", "dir/file",
                "link"]
            assert all(m.isreg() and not m.size and not m.mode for m in got
                       if ".wh." in m.name), got
            assert [m.name for m in got if m.islnk()] == ["./link"]


def test_forms_of_both_namespaces():
    """Whiteouts as attributes, from Linux 6.7 on; and of mounts by users."""
    for space in ("trusted", "user"):
        def change(f, space=space):
            os.setxattr(f.write("dir/gone"), f"{space}.overlay.whiteout", b"")
            os.setxattr(f.write("dir/full", b"x"),
                        f"{space}.overlay.whiteout", b"")
            os.setxattr(f.path + "/dir", f"{space}.overlay.opaque", b"x")
            f.write("opaque/file")
            os.setxattr(f.path + "/opaque", f"{space}.overlay.opaque", b"y")
            os.setxattr(f.path, f"{space}.overlay.opaque", b"y")
            os.setxattr(f.path + "/opaque/file", f"{space}.overlay.origin",
                        b"\0\xfb")
            os.setxattr(f.path + "/opaque/file",
                        f"{space}.overlay.overlay.opaque", b"y")
        with upper(change) as t:
            got = members(made("--overlay", t))
            assert [os.path.normpath(m.name) for m in got] == [
                ".", "dir", "dir/file", "dir/full", "dir/.wh.gone", "opaque",
                "opaque/" + OPAQUE, "opaque/file"]
            # What is meant for an overlayfs inside loses one "overlay.".
            assert [(m.name, m.pax_headers) for m in got
                    if m.pax_headers and "xattr" in str(m.pax_headers)] == [
                ("./opaque/file", got[-1].pax_headers)]
            assert got[-1].pax_headers[
                f"SCHILY.xattr.{space}.overlay.opaque"] == "y"


def test_it_is_seen_without_the_option():
    def devices(f):
        whiteout(f.path + "/dir/a")
        whiteout(f.path + "/dir/b")

    def opaque(f):
        os.setxattr(f.path + "/dir", "trusted.overlay.opaque", b"y")

    for change, words in ((devices, '"./dir/a": whiteout of overlayfs'),
                          (opaque, '"./dir/": opaque directory of overlayfs')):
        with upper(change) as t:
            m = attempt(t)
            assert m.code == 0 and m.err.count("warning:") == 1, m
            assert words in m.err and "--overlay" in m.err, m
            # Nothing is lost.
            same_tree(tree(t), extracted(m.tar))
    with Folder() as t:
        os.mknod(t + "/null", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        made(t)
        assert made("--overlay", t) == made(t)


def test_what_a_layer_cannot_say():
    for name, value in (("redirect", b"/old"), ("metacopy", b"")):
        def change(f, name=name, value=value):
            os.setxattr(f.path + "/dir/file", "trusted.overlay." + name,
                        value)
        with upper(change) as t:
            refused("--overlay", t, words=['"./dir/file"', "overlay." + name,
                                           "redirect_dir=off"])
            made(t)


def test_with_other_options():
    def change(f):
        whiteout(f.path + "/a")
        os.setxattr(f.path + "/dir", "trusted.overlay.opaque", b"y")
        os.setxattr(f.path + "/dir", "user.kept", b"1")
    wanted = [".", ".wh.a", "dir", "dir/" + OPAQUE, "dir/file"]
    with upper(change) as t:
        for args in (("--all-root",), ("--exclude-path=none",), ("-T1",)):
            assert names(made("--overlay", *args, t)) == wanted, args
        tar = made("--overlay", "--no-xattrs", t)
        assert names(tar) == wanted and b"xattr" not in tar
        assert names(made("--overlay", "--exclude-path=a", t)) == [
            n for n in wanted if n != ".wh.a"]
        save(t + "/../first", b"dir/file\n")
        first = names(made("--overlay", "--prioritized-files=" + t +
                           "/../first", t))
        assert first.index("dir/" + OPAQUE) < first.index("dir/file") < \
            first.index(LANDMARK), first
        save(t + "/../old", gnu_tar(t))
        refused("--overlay", "--diff=" + t + "/../old", t, code=16,
                words=["--diff"])
        refused("--overlay", "--from-dump=" + t + "/../old", t, code=16,
                words=["--from-dump"])


def test_index_of_the_layer():
    """A mount shows whiteouts and opaque directories to overlayfs again."""
    def change(f):
        whiteout(f.path + "/gone")
        os.setxattr(f.path + "/dir", "trusted.overlay.opaque", b"y")
    with upper(change) as t:
        layer = t + "/../layer"
        tool(BIN + "/mkfs.stargz", "--overlay", layer, t)
        tool(BIN + "/stargz-index", layer)
        index = Index(load(layer + ".index"), load(layer))
        nodes = index.paths
        assert stat.S_ISCHR(nodes[b"gone"].mode), nodes
        assert nodes[b"dir"].xattrs[b"trusted.overlay.opaque"] == b"y"
