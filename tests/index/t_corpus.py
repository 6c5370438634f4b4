# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of independent producers against GNU tar's archives of the source."""
import io
import os
import tarfile

from comparetar import clean, compare_member
from indexer import index
from programs import load, need, tool
from readindex import Index
from tap import CORPUS, Skip

LANDMARKS = {b".no.prefetch.landmark", b".prefetch.landmark"}


def compare(blob, oracle, *args, buildah=False):
    """Producers round times to seconds; buildah cuts and drops the root."""
    path = os.path.join(CORPUS, blob)
    oracle = os.path.join(CORPUS, oracle)
    need("zstd")
    if not os.path.exists(path):
        raise Skip("no corpus")
    r = index(path, "--raw", *args)
    assert r.code == 0 and not r.err, r
    ix = Index(r.index, load(path))
    assert index(path, "--check", *args).code == 0
    seen = {}
    data = tool("gzip" if oracle.endswith(".gz") else "zstd", "-dc", oracle)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for info in tar:
            name = clean(info.name)
            node = ix.paths[name]
            if info.islnk():
                assert node is ix.paths[clean(info.linkname)]
            elif name or not buildah:
                compare_member(tar, info, ix, node, buildah)
            seen[name] = node
    assert set(ix.paths) - LANDMARKS == set(seen) | {b""}


def test_real_esgz():
    compare("real.esgz.tar.gz", "real.oracle.tar.zst")


def test_real_esgz_min64k():
    compare("real.esgz-min64k.tar.gz", "real.oracle.tar.zst")


def test_real_esgz_externaltoc():
    compare("real.esgz-externaltoc.tar.gz", "real.oracle.tar.zst",
            "--toc=" + os.path.join(CORPUS,
                                    "real.esgz-externaltoc.toc.tar.gz"))


def test_tricky_gnu_esgz():
    compare("tricky-gnu.esgz.tar.gz", "tricky-gnu.oracle.tar.zst")


def test_tricky_pax_esgz():
    compare("tricky-pax.esgz.tar.gz", "tricky-pax.oracle.tar.zst")


def test_tricky_pax_esgz_min64k():
    compare("tricky-pax.esgz-min64k.tar.gz", "tricky-pax.oracle.tar.zst")


def test_tricky_pax_esgz_min200k_chunk256k():
    compare("tricky-pax.esgz-min200k-chunk256k.tar.gz",
            "tricky-pax.oracle.tar.zst")


def test_tricky_pax_crfs():
    compare("tricky-pax.crfs.tar.gz", "tricky-pax.oracle.tar.zst")


def test_real_buildah_zstdchunked():
    compare("real.buildah.zstdchunked.tar.zst", "real.oracle.tar.zst",
            buildah=True)


def test_tricky_buildah_zstdchunked():
    compare("tricky.buildah.zstdchunked.tar.zst",
            "tricky-pax.oracle.tar.zst", buildah=True)


def test_tricky_pax_cstorage_1_48_zstdchunked():
    compare("tricky-pax.cstorage-1.48.zstdchunked.tar.zst",
            "tricky-pax.oracle.tar.zst")


def test_tricky_pax_cstorage_1_51_zstdchunked():
    compare("tricky-pax.cstorage-1.51.zstdchunked.tar.zst",
            "tricky-pax.oracle.tar.zst")


def test_tricky_pax_esgz_in_zstd():
    compare("tricky-pax.esgz.tar.zst", "tricky-pax.oracle.tar.zst")


def test_real_plain():
    compare("real.buildah.plain.tar.gz", "real.buildah.plain.tar.gz")


def test_tricky_plain():
    compare("tricky.buildah.plain.tar.gz", "tricky.buildah.plain.tar.gz")


def test_at_most_100_bytes_an_entry_on_a_root_file_system():
    path = os.path.join(CORPUS, "real.esgz.tar.gz")
    if not os.path.exists(path):
        raise Skip("no corpus")
    r = index(path, "--stats", "--checkpoints=none")
    line = [x for x in r.out.splitlines() if x.startswith("Bytes per entry")]
    assert float(line[0].split()[-1]) <= 100, line
