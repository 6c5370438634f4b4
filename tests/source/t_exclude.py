# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries that are left out, and what becomes of hard links to them."""
import io
import os
import tarfile

from tree import (Folder, extracted, gnu_tar, made, names, refused, same_tree,
                  tree)


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
