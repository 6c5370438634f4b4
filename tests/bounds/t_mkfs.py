# SPDX-License-Identifier: GPL-2.0-or-later
"""What mkfs.stargz does with the entries of a source."""
import os
import random
import tempfile

from cost import index, linear, mkfs, refused, run
from programs import save
from tarsource import END, entry, header, pax


def deep(levels, name=b"f"):
    """The path of a file below so many directories, in PAX records."""
    path = b"d/" * levels + name
    return pax([(b"path", path)]) + entry()


def test_chain_of_links():
    """Each hard link is to the one before it; in another order, too."""
    def once(n):
        count = n * 4000
        tar = entry(b"f0", b"x") + b"".join(
            header(b"f%d" % i, b"1", link=b"f%d" % (i - 1))
            for i in range(1, count)) + END
        return mkfs(tar, old=entry(b"g") + END)
    linear(once)


def test_links_in_a_circle():
    """None of them is to a file in the layer, but all to one another."""
    def once(n):
        count = n * 4000
        tar = b"".join(
            header(b"f%d" % i, b"1", link=b"f%d" % ((i + 1) % count))
            for i in range(count)) + END
        return mkfs(tar, old=entry(b"g") + END)
    linear(once)


def test_directories_above():
    """Those above what has changed are in the layer, a name at a time."""
    def once(n):
        return mkfs(deep(n * 20000) + END, old=entry(b"g") + END)
    linear(once)


def test_markers_above():
    """Whiteouts come before what they would remove."""
    def once(n):
        return mkfs(deep(n * 20000) + entry(b".wh.x") + END, "--sort=path")
    linear(once)


def test_old_layer_with_deep_directories():
    """Its files are found by their paths."""
    def once(n):
        return mkfs(entry(b"d/f") + END, old=deep(n * 20000) + END)
    linear(once)


def test_attributes_of_two_files():
    """Those of now are looked for in those of then."""
    def once(n):
        names = [b"SCHILY.xattr.user." + b"a" * 60 + b"%04d" % i
                 for i in range(n * 1000)]
        random.Random(1).shuffle(names)
        tar = b"".join(pax([(k, b"v") for k in names]) + entry(b"f%d" % i)
                       for i in range(40)) + END
        return mkfs(tar, old=tar)
    linear(once)


def test_rules():
    """As many paths to be left out as there are files."""
    def once(n):
        count = n * 3000
        tar = b"".join(entry(b"d/file%d" % i) for i in range(count)) + END
        return mkfs(tar, *(f"--exclude-path=e/file{i}" for i in range(count)))
    linear(once)


def test_pattern():
    """A pattern is looked for in the directories above as well."""
    def once(n):
        return mkfs(deep(n * 15000) + END, "--exclude-regex=[0-9]x")
    linear(once)


def test_glob():
    """The same for the patterns of GNU tar."""
    def once(n):
        return mkfs(deep(n * 15000) + END, "--exclude=*x*y", "--exclude=d*z")
    linear(once)


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
    refused(index(tar, seconds=5), "symbolic links")


def test_holes_without_end():
    """A sparse file of 8 EiB, which would be written out."""
    records = [(b"GNU.sparse.size", b"9223372036854775807"),
               (b"GNU.sparse.map", b"0,1")]
    refused(mkfs(pax(records) + entry(b"f", b"x") + END, seconds=5), "holes",
            "4398046511104", code=8)


def test_holes_of_a_folder():
    """The same in a directory of the host."""
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/d")
        with open(tmp + "/d/f", "wb") as f:
            f.truncate(5 << 40)
        r = run("mkfs.stargz", "-q", "-j1", tmp + "/out", tmp + "/d",
                seconds=5)
    refused(r, "holes", "4398046511104", code=8)


def test_holes_of_a_text():
    """The same in a folder that a text of dump.stargz names."""
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/d")
        with open(tmp + "/d/f", "wb") as f:
            f.truncate(5 << 40)
        text = save(tmp + "/text", b"stargz-dump 1 raw\n/ d 0755 0 0 0 0 - -\n"
                    b"/f f 0644 0 0 0 %d /f -\n" % (5 << 40))
        r = run("mkfs.stargz", "-q", "-j1", "--from-dump=" + text,
                tmp + "/out", tmp + "/d", seconds=5)
    refused(r, "holes", "4398046511104", code=8)


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
