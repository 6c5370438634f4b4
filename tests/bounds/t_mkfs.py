# SPDX-License-Identifier: GPL-2.0-or-later
"""What mkfs.stargz does with the entries of a source."""
import tempfile

from cost import linear, refused, run
from programs import save
from tarsource import END, entry, header, pax


def mkfs(source, *args, old=None, **limits):
    """Make a layer of a tar, or of what differs from an old one."""
    with tempfile.TemporaryDirectory() as tmp:
        if old is not None:
            args += ("--diff=" + save(tmp + "/old", old),)
        return run("mkfs.stargz", "-q", "-j1", "-zgzip,1", *args, tmp + "/out",
                   save(tmp + "/tar", source), **limits)


def test_late_digests():
    """Sparse files, whose digests come after their entries, in one member."""
    def once(n):
        count = n * 9000
        tar = b"".join(
            pax([(b"GNU.sparse.size", b"8192"), (b"GNU.sparse.map", b"0,1")]) +
            entry(b"%d" % i, b"x") for i in range(count)) + END
        return mkfs(tar, "--format=zstd-chunked", "-zzstd,1",
                    "--max-member=64M", "--min-chunk-size=64M")
    linear(once)


def chain(levels, links):
    """Symbolic links that lead through many directories, and on."""
    step = b"d/" * levels
    tar = b""
    for i in range(links):
        where = step * i
        tar += pax([(b"path", where + step + b"x")]) + entry()
        if i:
            target = b"/l%d/" % (i - 1) + step[:-1]
        else:
            target = step[:-1]
        tar += pax([(b"linkpath", target)]) + header(b"l%d" % i, b"2")
    return tar


def test_paths_through_links():
    """Each entry is a few bytes long, and its path 40,000."""
    tar = chain(1900, 10) + b"".join(entry(b"l9/%d" % i)
                                     for i in range(20000)) + END
    refused(mkfs(tar, "--sort=path", mib=512), "symbolic links", code=8)


def test_names_behind_links():
    """The same for an index: names are looked up for each entry."""
    tar = chain(1900, 10) + b"".join(entry(b"l9/%d" % i)
                                     for i in range(2000)) + END
    with tempfile.TemporaryDirectory() as tmp:
        layer = save(tmp + "/layer", tar)
        r = run("stargz-index", "-q", "-o", tmp + "/index", layer, seconds=5)
    refused(r, "symbolic links")


def test_members_that_look_like_one():
    """
    Files of one content, each in a member with the header of the next file: by
    the table all members of the old layer are the same.
    """
    def once(n):
        data = bytes(range(256)) * 16
        source = b"".join(entry(b"%d" % i, data)
                          for i in range(n * 300)) + END
        with tempfile.TemporaryDirectory() as tmp:
            tar = save(tmp + "/tar", source)
            args = ("-q", "-j1", "-zgzip,1", "--min-chunk-size=0")
            made = run("mkfs.stargz", *args, tmp + "/old", tar)
            assert made.code == 0, made
            return run("mkfs.stargz", *args, "--reuse=" + tmp + "/old",
                       tmp + "/new", tar)
    linear(once)
