# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries that are left out, and what becomes of hard links to them."""
import io
import os
import re
import subprocess
import tarfile

from programs import load, save, tool
from tree import (PROGRAM, Folder, extracted, gnu_tar, made, names, refused,
                  same_tree, tree)


def without(keep, *args):
    """Leave out paths of the odd tree, from a directory and from tars."""
    with Folder(odd=True) as t:
        files, links = tree(t)
        files = {p: w for p, w in files.items() if keep(p)}
        links = [[p for p in group if keep(p)] for group in links]
        links = [group for group in links if len(group) > 1]
        expected = files, links
        same_tree(extracted(made(*args, t)), expected)
        tar = gnu_tar(t, "--format=pax", "--sparse")
        same_tree(extracted(made(*args, "-", input=tar)), expected)


def below(path, *tops):
    return any(path == t or path.startswith(t + b"/") for t in tops)


def test_paths():
    without(lambda p: not below(p, b"name", b"size/sparse", b"node/null"),
            "--exclude-path=name/", "--exclude-path=/size//sparse",
            "--exclude-path=./node/null", "--exclude-path=no/such")


def test_patterns():
    without(lambda p: not below(p, b"many") and not p.endswith(b"two"),
            "--exclude-regex=^many$", "--exclude-regex=(two|no such)$")


def test_pattern_matches_whole_paths_only():
    """The end of a path is its end, also where another one goes on."""
    without(lambda p: not below(p, b"size/one"), "--exclude-regex=size/one$")


def test_bad_pattern():
    refused("--exclude-regex=(", "/", words=["(", "Unmatched"], code=16)


GLOBS = (
    "b", "*b", "b*", "a/b", "a?b", "a*c", "*", "?", "/b", "./b", "/a/b", "[ab]",
    "[!ab]", "[^ab]", "[a-b]c", "[]x]", "[!]]", "x[", "[", "a[b", "[[:digit:]]",
    "[[:digit:]a]", "a/", "a//", "\\*", "\\a", "b\\", "*.o", "(b)", "b+", "b|c",
    "b{1}", "^b", "b$", ".", "a.b", "", "[a]b]", "[!a", "\udce4*", "nothing",
    "a/*", "*/b", "*/b/*", "[[.a.]]b", "[[=a=]]b", "//a", "./.x", ".x")


def gnu_excludes(path, glob):
    """What GNU tar leaves: a path has "./" before it if "." is what it packs."""
    if glob.startswith(("/", "./")):
        glob = re.sub(r"^\.?/+", "./", glob)
        packed = ["."]
    else:
        packed = sorted(os.listdir(path))
    return {"."} | set(names(tool(
        "tar", "-C", path, "--exclude=" + (glob.rstrip("/") or "./"), "-c",
        "--", *packed)))


def test_globs():
    """GNU tar leaves out the same; of the end of a path it knows the slash."""
    paths = ["a", "ab", "abc", "b", "ba", "bc", "c", "1", "x[", "]", "*", "[",
             "a[b", "(b)", "b+", "b|c", "bb", "^b", "b$", "a.b", "axb", "a]b",
             "x.o", "xyo", "\udce4x", ".x", "b\\", "d/b", "d/a/b", "d/a/c",
             "d/b/c/e", "d/x.o", "e/1", "e/*", "d/.x"]
    f = Folder()
    with f as t:
        for path in paths:
            try:
                f.write(path + "-" if path in ("a", "b") else path, b"x")
            except (IsADirectoryError, NotADirectoryError, FileExistsError):
                pass
        os.makedirs(t + "/a/b/c")
        f.write("a/b/f", b"x")
        f.write("b/f", b"x")
        tar = gnu_tar(t, "--format=pax")
        for glob in GLOBS:
            want = gnu_excludes(t, glob)
            assert set(names(made("--exclude=" + glob, t))) == want, glob
            assert set(names(made("--exclude=" + glob, "-",
                                  input=tar))) == want, glob


def test_exclude_from():
    f = Folder()
    with f as t:
        for path in ("a.o", "d/b.o", "d/c", "e f", "g/h"):
            f.write(path, b"x")
        top = os.path.dirname(t)
        one = save(top + "/one", b"*.o \t\r\n\n  \ne f")
        two = save(top + "/two", b"/g\n")
        assert names(made("--exclude-from=" + one, "-X", two, t)) == names(
            gnu_tar(t, "--exclude-from=" + one, "--exclude=./g")) == [
                ".", "d", "d/c"]
        refused("--exclude-from=" + top + "/none", t,
                words=[top + "/none: No such file"])
        refused("-X", top, t, words=[top + ": Is a directory"])
        # The list is not overwritten.
        run = subprocess.run([PROGRAM, "-X", one, one, t],
                             capture_output=True, check=False)
        assert run.returncode == 8 and load(one).startswith(b"*.o"), run


def test_first_name_of_a_file():
    without(lambda p: p != b"link/below/three",
            "--exclude-path=link/below/three")
    without(lambda p: p not in (b"link/below/three", b"link/one"),
            "--exclude-path=link/below/three", "--exclude-path=link/one")
    without(lambda p: not below(p, b"link/below", b"link/one", b"link/two"),
            "--exclude-path=link/below", "--exclude-regex=link/(one|two)")
    without(lambda p: p != b"link/name-of-sym",
            "--exclude-path=link/name-of-sym")


def links(*names):
    """A tar in which each name is a link to the one before."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(names[0])
        info.size, info.mode = 1000, 0o751
        tar.addfile(info, io.BytesIO(b"x" * 1000))
        for target, name in zip(names, names[1:]):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.LNKTYPE, target
            tar.addfile(info)
    return out.getvalue()


def test_chains_of_links():
    for out in ("a", "ab", "abc", "b", "bc", "ac", "c", "d", "bd"):
        args = ["--exclude-path=" + c for c in out]
        files, same = extracted(made(*args, "-", input=links(*"abcde")))
        left = sorted(set("abcde") - set(out))
        assert same == ([{os.fsencode(n) for n in left}]
                        if len(left) > 1 else []), (out, same)
        for name in left:
            assert files[os.fsencode(name)]["mode"] == 0o100751


def test_replaced_files():
    """A link is to the file that had the name when the link was made."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as t:
        for name, target, data in (("a", "", b"1"), ("b", "a", b""),
                                   ("a", "", b"2"), ("c", "b", b""),
                                   ("d", "a", b"")):
            info = tarfile.TarInfo(name)
            info.linkname, info.size = target, len(data)
            info.type = tarfile.LNKTYPE if target else tarfile.REGTYPE
            t.addfile(info, io.BytesIO(data))
    kept = made("--exclude-path=a", "--exclude-path=b", "-",
                input=tar.getvalue())
    with tarfile.open(fileobj=io.BytesIO(kept)) as t:
        assert [(m.name, t.extractfile(m).read()) for m in t] == \
            [("c", b"1"), ("d", b"2")]


def test_excluded_file_need_not_be_readable():
    f = Folder()
    with f as t:
        os.chmod(os.path.dirname(t), 0o755)
        os.chmod(f.write("secret/file", b"x"), 0)
        os.chmod(t + "/secret", 0)
        tar = made("--exclude-path=secret", t,
                   preexec_fn=lambda: os.setuid(65534))
        assert names(tar) == ["."], names(tar)
