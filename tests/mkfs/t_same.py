# SPDX-License-Identifier: GPL-2.0-or-later
"""A layer means what its source means: odd tars, made into every format.

Trees are compared with the model that goes along when a tar is made up, see
oddtar.py. ODD_TARS is how many tars are made up (40), ODD_SEED the first seed.
"""
import os
import random
import stat
import subprocess
import tempfile

from layer import FORMATS, INDEX, OWN, attempt, body, library, make
from oddtar import OddTar
from readindex import Index

COUNT = int(os.environ.get("ODD_TARS", "40"))
SEED = int(os.environ.get("ODD_SEED", "1"))
SMALL = ("--max-member=8192", "--chunk-size=4096")
PLAIN = ("external", "zstd", "zstd-per-file")
LANDMARK = 2 * 512


def seeds():
    return range(SEED, SEED + COUNT)


def read(data, *args, toc=None, raw=True):
    """The index of a layer or tar."""
    with tempfile.TemporaryDirectory() as tmp:
        for name, part in (("blob", data), ("toc", toc)):
            if part is not None:
                with open(f"{tmp}/{name}", "wb") as f:
                    f.write(part)
        args += ("--toc=" + tmp + "/toc",) if toc is not None else ()
        args += ("--raw",) if raw else ()
        run = subprocess.run([INDEX, "-q", *args, "-o", tmp + "/index",
                              tmp + "/blob"], capture_output=True,
                             check=False)
        assert run.returncode == 0, run.stderr
        with open(tmp + "/index", "rb") as f:
            return Index(f.read(), data)


def describe(file):
    """All about a file of the model or of an index, but for its content."""
    what = [file.mode, file.uid, file.gid, file.mtime, file.xattrs]
    kind = stat.S_IFMT(file.mode)
    if kind == stat.S_IFLNK:
        what.append(file.target)
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        what.append(file.rdev)
    return what


def groups(files):
    """Names that are one file."""
    found = {}
    for path, file in files.items():
        if stat.S_IFMT(file.mode) != stat.S_IFDIR:
            found.setdefault(id(file), set()).add(path)
    return sorted(sorted(g) for g in found.values())


def same(want, index, own=()):
    """An index shows the files of a model, or of another index."""
    have = {p: f for p, f in index.paths.items() if p.decode(
        "utf-8", "replace") not in own}
    assert set(have) == set(want), set(have) ^ set(want)
    for path, file in want.items():
        assert describe(file) == describe(have[path]), \
            (path, describe(file), describe(have[path]))
        if stat.S_IFMT(file.mode) == stat.S_IFREG:
            assert index.content(have[path]) == file.data, path
    assert groups(want) == groups(have)


def same_tar(layer, odd, kind):
    """What the layer unpacks to is the tar, where the manual says so."""
    if kind in PLAIN and not (kind == "external" and odd.sparse):
        assert layer.tar == odd.tar
    elif not odd.sparse:
        start = 0 if kind == "stargz" else LANDMARK
        inner = b"".join(odd.out)
        assert layer.tar[start:start + len(inner)] == inner


def check(seed, kind, *args):
    """Make a layer of a tar and look at it."""
    odd = OddTar(seed)
    # What a pipe begins with has to show what it is.
    if not odd.tar:
        return
    try:
        layer = make(odd.tar, *FORMATS[kind], *args, warnings=odd.warnings)
        same_tar(layer, odd, kind)
        same(odd.files, read(layer.data, "--check", toc=layer.toc)
             if False else read(layer.data, toc=layer.toc), OWN)
    except AssertionError as why:
        raise AssertionError(f"seed {seed}, {kind}: {why}") from why


def test_the_model_is_what_the_tar_means():
    for seed in seeds():
        odd = OddTar(seed)
        if odd.tar:
            try:
                same(odd.files, read(odd.tar))
            except AssertionError as why:
                raise AssertionError(f"seed {seed}: {why}") from why
