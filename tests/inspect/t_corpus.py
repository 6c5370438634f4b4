# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of other producers, if the corpus is there."""
import glob
import os
import subprocess

from programs import load, save, tool
from tap import CORPUS, Skip, need_root
from tools import (CLEAN, ERRORS, dump, folder, fsck, make_index, output)


def blobs():
    """Each layer with its tar and its options."""
    found = list(find_blobs())
    if not found:
        raise Skip("no corpus")
    return found


def find_blobs():
    for path in sorted(glob.glob(CORPUS + "/*.tar.*")):
        name = os.path.basename(path)
        if ".oracle." in name or ".toc." in name:
            continue
        oracle = f"{CORPUS}/{name.split('.')[0]}.oracle.tar.zst"
        if not os.path.exists(oracle):
            oracle = f"{CORPUS}/tricky-pax.oracle.tar.zst"
        toc = path.replace(".tar.gz", ".toc.tar.gz")
        external = toc != path and os.path.exists(toc)
        yield path, oracle, ["--toc=" + toc] if external else []


def test_all_are_clean():
    for path, _, args in blobs():
        r = fsck("-f", *args, path)
        assert r.code == CLEAN, (path, r)


def test_damage_is_found():
    for path, _, args in blobs():
        data = bytearray(load(path))
        for at in (len(data) // 3, len(data) // 2):
            data[at] ^= 0x10
        with folder() as d:
            r = fsck("-f", *args, save(f"{d}/blob", data))
            assert r.code == ERRORS, (path, r)


def test_extracted_as_in_the_tar():
    """GNU tar finds no difference but times, which producers round."""
    need_root()
    for path, oracle, args in blobs():
        with folder() as d:
            r = fsck("-q", "--raw", f"--extract={d}/x", *args, path)
            assert r.code == CLEAN, (path, r)
            t = subprocess.run(["tar", "--compare", "-C", f"{d}/x"],
                               input=tool("zstd", "-dcq", oracle),
                               capture_output=True, check=False)
            lines = (t.stdout + t.stderr).decode("utf-8", "replace")
            left = [line for line in lines.splitlines()
                    if not line.endswith("Mod time differs")]
            assert not left, (path, left[:5])


def test_content_is_the_same_whatever_the_format():
    paths = [p for p, _, a in blobs() if "/tricky-pax.esgz" in p and not a]
    if len(paths) < 2:
        raise Skip("one layer of this tree, or none")
    for other in paths[1:]:
        r = dump("-q", "--diff", paths[0], other)
        assert r.code == 0, (other, r)


def test_dump_is_the_same_from_index_and_layer():
    for path, _, args in blobs():
        if args:
            continue
        with folder() as d:
            make_index("-o", f"{d}/index", path)
            assert output("-q", "--dump", path) == \
                output("-q", "--dump", f"--index={d}/index", path)
