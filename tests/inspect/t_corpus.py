# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of other producers, if they are there: the corpus, or fixtures."""
import glob
import os
import subprocess

from tap import CORPUS, Skip
from tools import (CLEAN, ERRORS, dump, folder, fsck, load, make_index,
                   output, save)


def blobs():
    """Each layer with its tar and its options."""
    if not os.path.isdir(CORPUS):
        raise Skip("no corpus")
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
    """GNU tar finds no difference but those that the producers made."""
    known = ("Mod time differs", ".wh.", "Cannot stat")
    for path, oracle, args in blobs():
        if os.geteuid():
            raise Skip("owners and devices need root")
        with folder() as d:
            r = fsck("-q", f"--extract={d}/x", *args, path)
            assert r.code == CLEAN, (path, r)
            zstd = subprocess.Popen(["zstd", "-dcq", oracle],
                                    stdout=subprocess.PIPE)
            t = subprocess.run(["tar", "--compare", "-C", f"{d}/x"],
                               stdin=zstd.stdout, capture_output=True,
                               check=False)
            zstd.wait()
            lines = (t.stdout + t.stderr).decode("utf-8", "replace")
            left = [line for line in lines.splitlines()
                    if not any(k in line for k in known)]
            assert not left, (path, left[:5])


def test_content_is_the_same_whatever_the_format():
    paths = [p for p, _, a in blobs() if "/tricky-pax.esgz" in p and not a]
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
