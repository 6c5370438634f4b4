# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of independent producers against GNU tar's archives of the source."""
import os
import shutil
import stat
import subprocess
import tarfile

from readindex import Index
from tap import CORPUS, Skip, index

TYPES = {tarfile.REGTYPE: stat.S_IFREG, tarfile.DIRTYPE: stat.S_IFDIR,
         tarfile.SYMTYPE: stat.S_IFLNK, tarfile.CHRTYPE: stat.S_IFCHR,
         tarfile.BLKTYPE: stat.S_IFBLK, tarfile.FIFOTYPE: stat.S_IFIFO,
         tarfile.GNUTYPE_SPARSE: stat.S_IFREG}
LANDMARKS = {b".no.prefetch.landmark", b".prefetch.landmark"}


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def clean(text):
    return raw(text).strip(b"/").removeprefix(b".").strip(b"/")


def compare_member(tar, info, ix, node, buildah):
    assert node.mode == TYPES[info.type] | info.mode
    assert (node.uid, node.gid) == (info.uid, info.gid)
    late = float(info.mtime) - node.mtime / 1e9
    assert -0.5001 <= late <= (1 if buildah else 0.5001), late
    if info.issym():
        assert node.target == raw(info.linkname)
    if info.ischr() or info.isblk():
        assert node.rdev == (info.devmajor, info.devminor)
    want = {raw(k[13:]): raw(v) for k, v in info.pax_headers.items()
            if k.startswith("SCHILY.xattr.")}
    assert node.xattrs == want, (node.xattrs, want)
    if info.isreg() or info.issparse():
        assert ix.content(node) == tar.extractfile(info).read()


def compare(blob, oracle, *args, buildah=False):
    """Producers round times to seconds; buildah cuts and drops the root."""
    path = os.path.join(CORPUS, blob)
    oracle = os.path.join(CORPUS, oracle)
    if not os.path.exists(path) or not shutil.which("zstd"):
        raise Skip("no corpus, or no zstd")
    r = index(path, "--raw", *args)
    assert r.code == 0 and not r.err, r
    with open(path, "rb") as f:
        ix = Index(r.index, f.read())
    assert index(path, "--check", *args).code == 0
    seen = {}
    tool = "gzip" if oracle.endswith(".gz") else "zstd"
    data = subprocess.run([tool, "-dc", oracle], stdout=subprocess.PIPE,
                          check=True).stdout
    with tarfile.open(fileobj=__import__("io").BytesIO(data)) as tar:
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
    line = [x for x in r.out.splitlines() if x.startswith("bytes per entry")]
    assert float(line[0].split()[-1]) <= 100, line
