# SPDX-License-Identifier: GPL-2.0-or-later
"""Tars with one odd field. What umoci unpacks with Go's archive/tar, as other
container engines do, decides where it reads the entry; where it refuses, what
GNU tar and bsdtar extract."""
import os
import tempfile

import ocilayout as oci
import tarsource as ts
from indexer import index
from programs import tool
from readindex import Index
from tarsource import END, entry, header, pax

ROOT = entry(b"./", kind=b"5", mode=0o755, mtime=5)
TOOLS = (("tar", "--numeric-owner", "-p", "--delay-directory-restore", "-xf",
          "-", "-C"),
         ("bsdtar", "--numeric-owner", "-p", "-xf", "-", "-C"))


def resum(block):
    """Make the checksum of a header right."""
    block = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def put(block, *fields):
    """Put (offset, bytes) over the first block."""
    head = bytearray(block[:512])
    for at, data in fields:
        head[at:at + len(data)] = data
    return resum(bytes(head)) + block[512:]


def number(value, width):
    """A base-256 number, negative ones with all of their bits."""
    return bytes([value >> 8 * (width - 1) & 0xff | 0x80]) + \
        (value % (1 << 8 * (width - 1))).to_bytes(width - 1, "big")


def engine(tar, folder):
    """What umoci unpacks of a layer, or None where it refuses."""
    layout = os.path.join(folder, "oci")
    oci.write_image(layout, [tar])
    try:
        return oci.unpack(layout, os.path.join(folder, "bundle"))
    except AssertionError:
        return None


def made(tar, warnings):
    r = index(tar)
    lines = r.err.splitlines()
    assert r.code == 0 and len(lines) == warnings, r
    assert all("warning: " in line for line in lines), r
    return Index(r.index, tar)


def as_engines(entries, warnings=0):
    """The index of a tar is what an engine makes of it."""
    oci.require("umoci")
    tar = ROOT + entries + END
    with tempfile.TemporaryDirectory() as tmp:
        root = engine(tar, tmp)
        assert root, "umoci refuses the layer"
        oci.compare(made(tar, warnings), root)


def as_tools(entries, warnings=1, tools=TOOLS, reach=entry(b"z", b"reached")):
    """Engines refuse; the index is what each of the tools extracts."""
    oci.require("umoci", "tar", "bsdtar")
    tar = ROOT + entry(b"a", b"first") + entries + reach + END
    ix = made(tar, warnings)
    assert not reach or b"z" in ix.paths
    with tempfile.TemporaryDirectory() as tmp:
        assert not engine(tar, tmp), "umoci reads the layer"
        for command in tools:
            root = os.path.join(tmp, command[0])
            os.mkdir(root)
            tool(*command, root, input=tar, check=False)
            # bsdtar leaves the folder alone that it extracts to.
            os.chmod(root, 0o755)
            os.utime(root, (5, 5))
            oci.compare(ix, root)


def refused(tar, *words):
    """One line names the place, the entry and the reason."""
    r = index(tar)
    lines = [x for x in r.err.splitlines() if "warning:" not in x]
    assert r.code == 4 and r.index is None and len(lines) == 1, r
    for word in words:
        assert word in lines[0], (word, r)


def owned(name, uid, gid):
    return put(entry(name, b"x"), (108, number(uid, 8)), (116, number(gid, 8)))


def test_owners():
    as_engines(owned(b"a", -2, -2) + owned(b"b", -1, 20) +
               owned(b"c", 2**32 + 5, 2**32 - 1) +
               owned(b"d", -2**50, -2**33 - 7) +
               put(entry(b"e"), (108, b"\0\0001750 "), (100, b"\0\0000600\0")),
               warnings=4)


def test_owners_in_records():
    def record(name, uid, gid):
        return pax([(b"uid", uid), (b"gid", gid)]) + entry(name, uid=7, gid=8)
    as_engines(record(b"a", b"-2", b"-1") + record(b"b", b"+9", b"+0") +
               record(b"c", b"5000000000", b"4294967295"), warnings=2)
    for bad in (b"x", b"9" * 30, b"5x", b"0x5"):
        as_tools(record(b"f", bad, b"8"), tools=TOOLS[:1])


def test_owners_and_modes_that_are_no_numbers():
    for bad in (b"zzz", b"8"):
        as_tools(put(entry(b"f", b"x"), (108, bad.ljust(8, b"\0"))))
        as_tools(put(entry(b"f", b"x"), (116, bad.ljust(8, b"\0"))))
    for bad in (b"zzz", b"8"):
        as_tools(put(entry(b"f", b"x"), (100, bad.ljust(8, b"\0"))),
                 tools=TOOLS[1:])
        as_tools(put(entry(b"f", b"x"), (136, bad.ljust(12, b"\0"))),
                 tools=TOOLS[1:])


def test_numbers_behind_nul_bytes():
    as_engines(put(entry(b"f", b"12345"), (100, b"\0\0000751\0"),
                   (124, b"\0\0\0\0\0\0\0\0\0\0005\0"),
                   (136, b"\0 00001234\0\0")))


def test_times_in_records():
    def at(value):
        return pax([(b"mtime", value)]) + entry(b"f", mtime=999000000)
    as_engines(at(b"+5.25"))
    as_engines(at(b"1748089464."))
    for value in (b"abc", b"abc.def", b"+", b"--5"):
        as_tools(at(value), tools=TOOLS[:1])
    for value in (b"1748089464.951928467a", b"12.5 7"):
        as_tools(at(value))


def test_nul_bytes_in_records():
    as_tools(pax([(b"path", b"p\0q")]) + entry(b"f", b"f"))
    as_tools(pax([(b"linkpath", b"a\0\0\0")]) +
             entry(b"s", kind=b"2", link=b"x", mode=0o777))
    as_tools(pax([(b"linkpath", b"a\0q")]) + entry(b"h", kind=b"1", link=b"x"))
    as_tools(pax([(b"path", b"\0q")]) + entry(b"f", b"f"), tools=TOOLS[1:])


def test_damaged_records():
    for bad in (b"0 path=q\n", b"3 a\n", b"qq path=q\n", b"99 path=q\n",
                b"8 nokey\n", b"8 path=qq", b"-3 a=\n", b" 9 path=q\n",
                b"99999999999999999999 path=q\n"):
        as_tools(entry(b"x", bad, kind=b"x") + entry(b"f", b"f"))
        # bsdtar forgets the records before it as well.
        as_tools(entry(b"x", b"9 path=p\n" + bad, kind=b"x") +
                 entry(b"f", b"f"), tools=TOOLS[:1])
    as_tools(entry(b"g", b"qq path=q\n", kind=b"g") + entry(b"f", b"f"),
             warnings=0)
    as_tools(pax([(b"path", b"sun")], kind=b"X") + entry(b"f", b"f"),
             warnings=0)


def test_which_header_counts():
    as_engines(pax([(b"path", b"p1"), (b"uid", b"5")]) +
               pax([(b"gid", b"6")]) + entry(b"two", b"2") +
               pax([(b"path", b"p2")]) + entry(b"L", b"gnu1\0", kind=b"L") +
               entry(b"f", b"3") + entry(b"L", b"gnu2\0", kind=b"L") +
               pax([(b"path", b"p3")]) + entry(b"f", b"4") +
               entry(b"L", b"", kind=b"L") + entry(b"empty", b"5") +
               pax([(b"linkpath", b"p")]) + entry(b"K", b"k\0", kind=b"K") +
               entry(b"s1", kind=b"2", link=b"x") +
               entry(b"K", b"", kind=b"K") + entry(b"s2", kind=b"2", link=b"x"))


def test_global_headers():
    """containerd and docker pass over them, as bsdtar does."""
    def as_bsdtar(entries, warnings=0):
        oci.require("bsdtar")
        ix = made(ROOT + entries + END, warnings)
        with tempfile.TemporaryDirectory() as tmp:
            tool(*TOOLS[1], tmp, input=ROOT + entries + END)
            os.chmod(tmp, 0o755)
            os.utime(tmp, (5, 5))
            oci.compare(ix, tmp)
    glob = entry(b"g", b"".join(ts.record(k, v) for k, v in (
        (b"uid", b"5"), (b"path", b"no"), (b"mtime", b"zz"))), kind=b"g")
    as_bsdtar(glob + entry(b"f", b"f", uid=7) + entry(b"h", b"h"), warnings=1)
    as_bsdtar(pax([(b"comment", b"c")], kind=b"g") + entry(b"f", b"f"))


def test_devices():
    as_engines(entry(b"a", kind=b"3", dev=(5000, 3)) +
               entry(b"b", kind=b"4", dev=(1, 1 << 20)) +
               put(entry(b"c", kind=b"3"), (329, number(-1, 8)),
                   (337, number(-1, 8))), warnings=3)
    as_engines(pax([(b"SCHILY.devmajor", b"7"), (b"SCHILY.devminor", b"x")]) +
               entry(b"d", kind=b"3", dev=(1, 3)))
    as_tools(put(entry(b"d", kind=b"3"), (329, b"zzzzzzz\0")),
             tools=TOOLS[:1])
    as_tools(put(entry(b"f", b"f"), (329, b"zzzzzzz\0"), (337, b"8\0")),
             warnings=0)


def test_names_and_targets_that_cannot_be():
    long = b"n" * 256
    as_tools(pax([(b"path", long)]) + entry(b"f", b"f"))
    as_tools(pax([(b"linkpath", b"t/" * 2048)]) +
             entry(b"l", kind=b"2", link=b"x"))
    as_tools(entry(b"l", kind=b"2"), tools=TOOLS[:1])
    as_tools(entry(b"l", kind=b"1"), tools=TOOLS[:1])
    as_engines(pax([(b"path", long + b"/../ok")]) + entry(b"f", b"f") +
               pax([(b"linkpath", b"./" * 2100 + b"ok")]) +
               entry(b"l", kind=b"1"))


def test_the_root_is_no_file():
    for name in (b"", b".", b"./.", b"d/.."):
        ix = made(ROOT + entry(b"d", kind=b"5") + entry(name, b"x") +
                  entry(b"f") + END, warnings=1)
        assert set(ix.paths) == {b"", b"d", b"f"}


def test_attributes_that_are_not_base64():
    bad = (b"LIBARCHIVE.xattr.user.x", b"!!!")
    as_engines(pax([bad]) + entry(b"f", b"f"), warnings=1)


def test_too_many_attributes():
    """GNU tar stores what the file system takes; what we take is our limit."""
    many = [(b"SCHILY.xattr.user.%d" % i, b"") for i in range(5000)]
    ix = made(pax(many) + entry(b"f", b"f") + entry(b"g") + END, warnings=1)
    assert len(ix.paths[b"f"].xattrs) == 4096
    big = [(b"SCHILY.xattr.user.%02d" % i, b"v" * 60000) for i in range(30)]
    ix = made(pax(big) + entry(b"f", b"f") + entry(b"g") + END, warnings=1)
    assert len(ix.paths[b"f"].xattrs) == (1 << 20) // 60100
    assert ix.content(ix.paths[b"f"]) == b"f" and b"g" in ix.paths


def test_old_directories():
    """With a size and without content: the next header is none of it."""
    for kind in (b"\0", b"5"):
        as_engines(header(b"d/", kind=kind, size=512, mode=0o755) +
                   entry(b"d/next", b"n") + entry(b"d/", kind=kind, mtime=9))
    as_tools(header(b"d/", size=512, mode=0o755) + entry(b"d/next", b"n"),
             warnings=0)
    as_tools(header(b"d/", size=512, mode=0o755), warnings=0)
    as_tools(header(b"d/", mode=0o755) + entry(b"d/next", b"n"), warnings=0)
    as_engines(entry(b"d/", b"abc") + entry(b"e/"), warnings=2)
    as_engines(pax([(b"path", b"d/")]) + header(b"x", kind=b"\0", size=512))
    as_engines(pax([(b"path", b"f")]) + entry(b"x/", b"abc", kind=b"\0"))


def test_sizes_of_what_has_no_content():
    as_engines(header(b"p", kind=b"6", size=512) + entry(b"f", b"f") +
               header(b"l", kind=b"1", size=1, link=b"f") +
               put(header(b"d", kind=b"5"), (124, number(-5, 12))))
    as_tools(entry(b"l", b"first", kind=b"1", link=b"a"))
    as_tools(entry(b"d/", b"abc", kind=b"\0"))
    as_tools(put(header(b"d", kind=b"5"), (124, b"hello".ljust(12, b"\0"))),
             warnings=0, tools=TOOLS[1:])


def test_prefixes():
    """Of Go before 1.8 in a GNU header, and of star."""
    as_engines(entry(b"d", kind=b"5") + entry(b"d/e", kind=b"5") +
               entry(b"d", kind=b"5", mtime=7) +
               put(entry(b"f", b"go", magic=b"ustar  \0"),
                   (345, b"d/e")) +
               entry(b"d/e", kind=b"5", mtime=8) + entry(b"d", kind=b"5"))
    long = b"d/" + b"e" * 129
    as_engines(entry(b"d", kind=b"5") +
               pax([(b"path", long)]) + entry(b"x", kind=b"5") +
               put(entry(b"f", b"star"), (345, long), (476, b"14000000000\0"),
                   (488, b"14000000000\0"), (508, b"tar\0")) +
               pax([(b"path", long)]) + entry(b"x", kind=b"5") +
               entry(b"d", kind=b"5"))


V1 = [(b"major", b"1"), (b"minor", b"0"), (b"name", b"real"),
      (b"realsize", b"9000")]


def sparse(records, data, name=b"f"):
    return pax([(b"GNU.sparse." + k, v) for k, v in records]) + \
        entry(name, data)


def test_sparse_files():
    text = ts.pad(b"2\n0\n4\n9000\n0\n") + b"foo\n"
    as_engines(sparse(V1, text))
    as_engines(sparse(V1 + [(b"size", b"9002")], text))
    as_engines(sparse([(b"numblocks", b"1"), (b"map", b"0,3")], b"abc"))
    as_engines(sparse([(b"major", b"2"), (b"minor", b"0"), (b"name", b"real"),
                       (b"realsize", b"9")], b"plain"))
    as_engines(sparse([(b"major", b"0"), (b"minor", b"1"), (b"size", b"10"),
                       (b"numblocks", b"0"), (b"map", b"")], b""))
    # bsdtar loses what follows.
    as_tools(sparse(V1, text + bytes(100)), tools=TOOLS[:1])
    as_tools(sparse(V1, text + b"X" * 700), tools=TOOLS[:1])
    as_tools(sparse([(b"size", b"10"), (b"numblocks", b"2"),
                     (b"map", b"2,3,10,0")], b"abcX"), tools=TOOLS[:1])
    as_tools(entry(b"s", b"abc", kind=b"S"), warnings=0)


def test_sparse_files_of_bsdtar():
    """Holes at the start, in the middle, at the end, and nothing else."""
    oci.require("umoci", "bsdtar")
    with tempfile.TemporaryDirectory() as tmp:
        tree = os.fsencode(tmp) + b"/tree"
        os.mkdir(tree)
        ts.sparse(tree + b"/all", [], 700000)
        ts.sparse(tree + b"/ends", [(400000, b"middle")], 9000000)
        ts.sparse(tree + b"/middle", [(0, b"head"), (5000000, b"test")],
                  5000004)
        ts.sparse(tree + b"/tail", [(0, b"head"), (5000000, b"test")], 9000000)
        ts.write(tree + b"/z", b"z")
        tar = ts.bsd_tar(tree, "--format=pax", "--read-sparse")
        assert b"GNU.sparse.major" in tar
        root = engine(tar, tmp)
        ix = made(tar, 0)
        oci.compare(ix, root)
        for name in (b"all", b"ends", b"middle", b"tail"):
            with open(tree + b"/" + name, "rb") as f:
                assert ix.content(ix.paths[name]) == f.read(), name


def test_errors_say_where():
    first = entry(b"first", b"x")
    refused(first + b"x" * 512, 'byte 1024, after "first": damaged header')
    refused(first + entry(b"bad", b"x" * 600)[:700],
            'byte 1024, in "bad": ', "early")
    refused(first + put(entry(b"bad"), (124, b"hello".ljust(12, b"\0"))) + END,
            'byte 1024, in "bad": invalid size')
    refused(first + pax([(b"path", b"q")])[:600],
            'byte 1024, after "first": ', "early")
    refused(first + header(b"x", kind=b"x", size=1 << 30) + END,
            'byte 1024, after "first": ', "limit")
    refused(first + header(b"part")[:100],
            'byte 1024, after "first": cut off')
