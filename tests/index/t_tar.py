# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain tars of all dialects, compared with what GNU tar and bsdtar make of
them when they extract as root, and headers that no tool writes."""
import gzip
import os
import stat
import tarfile
import tempfile

import tarsource as ts
from indexer import index
from programs import load, tool, walk, xattrs
from readindex import Index
from tap import Skip, need_root
from tarsource import END, entry, header, pax

GNU = ("tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--acls",
       "-p", "--same-owner", "--delay-directory-restore", "-xf", "-", "-C")
BSD = ("bsdtar", "--numeric-owner", "--xattrs", "--acls", "-p",
       "--same-owner", "-xf", "-", "-C")
PARTS = ("names", "kinds", "holes", "attributes", "times")


def need_attributes():
    need_root()
    with tempfile.NamedTemporaryFile() as f:
        try:
            os.setxattr(f.name, "user.x", b"")
        except OSError as why:
            raise Skip("no extended attributes in the temporary folder") \
                from why


def made(blob, *args, warnings=0):
    """Index a tar and read the index."""
    r = index(blob, *args)
    assert r.code == 0, r
    assert r.err.count("warning:") == warnings, r
    return Index(r.index, blob)


def refused(blob, *words):
    r = index(blob)
    assert r.code == 4, r
    assert r.index is None
    lines = [x for x in r.err.splitlines() if "warning:" not in x]
    assert len(lines) == 1, r
    for word in words:
        assert word in lines[0], (word, r)


def data_runs(path, size):
    """What SEEK_DATA says, in pages."""
    runs, at = [], 0
    with open(path, "rb") as f:
        while at < size:
            try:
                start = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            at = os.lseek(f.fileno(), start, os.SEEK_HOLE)
            runs.append((start // 4096, (at + 4095) // 4096))
    return merged(runs)


def merged(runs):
    out = []
    for a, b in runs:
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def index_runs(node):
    ends = [e[0] for e in node.extents[1:]] + [node.size]
    return merged([(e[0] // 4096, (end + 4095) // 4096)
                   for e, end in zip(node.extents, ends)
                   if e[1] != 0xffffffff])


def compare_one(ix, path, full, holes, links):
    node, st = ix.paths[path], os.lstat(full)
    where = (path, node.__dict__, st)
    assert (node.mode, node.uid, node.gid) == \
        (st.st_mode, st.st_uid, st.st_gid), where
    # bsdtar leaves the folder alone that it extracts to.
    assert node.mtime == st.st_mtime_ns or not path, where
    assert node.xattrs == xattrs(full), (where, xattrs(full))
    if stat.S_ISLNK(st.st_mode):
        assert node.target == os.readlink(full), where
    if stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        assert node.rdev == (os.major(st.st_rdev),
                             os.minor(st.st_rdev)), where
    if not stat.S_ISDIR(st.st_mode):
        assert links.setdefault(st.st_ino, node.ino) == node.ino, where
        assert node.nlink == st.st_nlink, where
    if stat.S_ISREG(st.st_mode):
        assert node.size == st.st_size, where
        assert load(full) == ix.content(node), where
        if holes:
            assert index_runs(node) == data_runs(full, st.st_size), where


def compare(tar, extract, holes=False, warnings=0):
    """An index and what a tool extracts have to be the same."""
    ix = made(tar, warnings=warnings)
    with tempfile.TemporaryDirectory() as tmp:
        root = os.fsencode(tmp) + b"/root"
        os.mkdir(root)
        tool(*extract, root, input=tar)
        paths = set(walk(root))
        assert paths == set(ix.paths), paths ^ set(ix.paths)
        links = {}
        for path in sorted(paths):
            compare_one(ix, path, root + b"/" + path if path else root,
                        holes, links)
    return ix


def both(tar, holes=False):
    compare(tar, GNU, holes)
    compare(tar, BSD)


class Tree:
    """A tree made of parts."""

    def __init__(self, *parts):
        need_attributes()
        self.tmp = tempfile.TemporaryDirectory()
        self.path = self.tmp.name + "/tree"
        ts.make_tree(self.path, *parts)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        self.tmp.cleanup()


def test_gnu_tar_posix():
    with Tree(*PARTS) as t:
        both(ts.gnu_tar(t, "--format=posix", "--xattrs",
                        "--xattrs-include=*", "--acls"))


def test_gnu_tar_times():
    with Tree("fractions", "times") as t:
        compare(ts.gnu_tar(t, "--format=posix"), GNU)


def test_gnu_tar_names_of_attributes():
    with Tree("percent") as t:
        ix = compare(ts.gnu_tar(t, "--format=posix", "--xattrs",
                                "--xattrs-include=*"), GNU)
        assert ix.paths[b"percent/percent"].xattrs


def test_names_that_are_not_utf8():
    with Tree("bytes") as t:
        for fmt in ("posix", "gnu", "ustar"):
            compare(ts.gnu_tar(t, "--format=" + fmt), GNU)
        compare(ts.bsd_tar(t, "--format=pax"), GNU)
        compare(ts.bsd_tar(t, "--format=gnutar"), BSD)


def test_gnu_tar_posix_sparse():
    with Tree("holes", "names") as t:
        for version in ("0.0", "0.1", "1.0"):
            both(ts.gnu_tar(t, "--format=posix", "--sparse",
                            "--sparse-version=" + version), holes=True)


def test_gnu_tar_gnu_and_oldgnu():
    with Tree("names", "kinds", "holes", "times") as t:
        for fmt in ("gnu", "oldgnu"):
            both(ts.gnu_tar(t, "--format=" + fmt))
            both(ts.gnu_tar(t, "--format=" + fmt, "--sparse"), holes=True)


def test_gnu_tar_ustar_and_v7():
    with Tree("kinds", "holes") as t:
        for fmt in ("ustar", "v7"):
            both(ts.gnu_tar(t, "--format=" + fmt))


def test_bsdtar():
    with Tree(*PARTS) as t:
        both(ts.bsd_tar(t, "--format=pax", "--xattrs", "--acls"))
    with Tree("names", "kinds") as t:
        for fmt in ("ustar", "gnutar", "v7"):
            both(ts.bsd_tar(t, "--format=" + fmt))


def test_python():
    with Tree("names", "kinds") as t:
        for fmt in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
            with tempfile.TemporaryDirectory() as tmp:
                both(ts.python_tar(t, fmt, tmp + "/tar"))


def test_incremental():
    with Tree("kinds") as t, tempfile.TemporaryDirectory() as tmp:
        tar = ts.gnu_tar(t, "--format=gnu", "-g", tmp + "/snapshot",
                         "--label=volume")
        ix = made(tar, warnings=1)
        assert ix.paths[b"kinds/dir"].mode == stat.S_IFDIR | 0o755
        assert ix.content(ix.paths[b"kinds/hard"]) == \
            bytes(range(256)) * 3000


def test_numbers():
    ix = made(entry(b"a", b"xy", mtime=-5, uid=7, base256=True) +
              entry(b"b", mtime=0o77777777777) +
              header(b"c", signed=True, link=b"\xff\xfe") + END)
    assert ix.paths[b"a"].mtime == -5 * 10**9
    assert (ix.paths[b"a"].uid, ix.paths[b"a"].mode) == (7, 0o100644)
    assert ix.content(ix.paths[b"a"]) == b"xy"
    assert ix.paths[b"b"].mtime == 0o77777777777 * 10**9
    assert b"c" in ix.paths
    refused(header(b"a", size=-5, base256=True) + END, "size")
    refused(entry() + header(b"a").replace(b"0000644", b"00x0644") + END,
            "header")


def test_times():
    def at(value, **more):
        return made(pax([(b"mtime", value)]) + entry(b"f") + END,
                    **more).paths[b"f"].mtime
    assert at(b"-1.5") == -1_500_000_000
    assert at(b"-0.0000000001") == -1
    assert at(b"1.9999999999") == 1_999_999_999
    assert at(b".5") == 500_000_000
    assert at(b"-9" + b"0" * 30, warnings=1) == -2**31 * 10**9
    assert at(b"9" * 40, warnings=1) > 10**19
    assert at(b"+1.5") == 1_500_000_000
    assert at(b"soon", warnings=1) == 0
    assert at(b"-1.5x", warnings=1) == -1_500_000_000


def test_pax_precedence():
    ix = made(pax([(b"path", b"one"), (b"uid", b"7")]) + entry(b"x", uid=1) +
              pax([(b"path", b""), (b"uid", b"")]) + entry(b"two", uid=1) +
              pax([(b"path", b"a"), (b"path", b"four")]) + entry(b"x") + END)
    assert {p: (n.uid, n.gid) for p, n in ix.paths.items() if p} == {
        b"one": (7, 0), b"two": (1, 0), b"four": (0, 0)}


def test_pax_size_and_charset():
    ix = made(pax([(b"size", b"3"), (b"hdrcharset", b"BINARY"),
                   (b"path", b"\xff\xfe")]) + header(b"x") +
              ts.pad(b"abc") + END)
    assert ix.content(ix.paths[b"\xff\xfe"]) == b"abc"


def test_attributes():
    ix = made(pax([(b"SCHILY.xattr.user.a%3Db", b"1"),
                   (b"SCHILY.xattr.user.a%41", b"2"),
                   (b"LIBARCHIVE.xattr.user.l%41%3D", b"AQI"),
                   (b"SCHILY.xattr.user.empty", b""),
                   (b"SCHILY.xattr.trusted.overlay.opaque", b"y"),
                   (b"RHT.security.selinux", b"u:r:t")]) + entry() + END)
    assert ix.paths[b"f"].xattrs == {
        b"user.a=b": b"1", b"user.a%41": b"2", b"user.lA=": b"\1\2",
        b"user.empty": b"", b"security.selinux": b"u:r:t\0"}
    made(pax([(b"SCHILY.xattr.odd.a", b"1")]) + entry() + END, warnings=1)


def acl_of(text, key=b"SCHILY.acl.access", warnings=0):
    return made(pax([(key, text)]) + entry() + END,
                warnings=warnings).paths[b"f"].xattrs


def test_acls():
    assert acl_of(b"user::rw-,group::r--,other::r--") == {}
    assert list(acl_of(b"user::rw-,group::r--,other::r--",
                       b"SCHILY.acl.default")) == [
        b"system.posix_acl_default"]
    acl = acl_of(b"user::rwx\nuser:lisa:r-x:1000\ngroup::---\n"
                 b"user:5:rw-\nmask::rwx\nother::--x\n")
    assert acl[b"system.posix_acl_access"] == bytes.fromhex(
        "02000000" "01000700ffffffff" "0200060005000000" "02000500e8030000"
        "04000000ffffffff" "10000700ffffffff" "20000100ffffffff")
    for bad in (b"user:lisa:r-x,user::rwx,group::---,mask::r,other::---",
                b"user::rwx", b"nonsense", b"user::rwq,group::-,other::-"):
        assert acl_of(bad, warnings=1) == {}
    # With a mask, the bits of the group are those of the mask: acl(5).
    ix = made(pax([(b"SCHILY.acl.access", b"user::rw-,user:5:rwx,group::rwx,"
                    b"mask::r--,other::---")]) + entry(b"f") + END)
    assert ix.paths[b"f"].mode == 0o100640


def test_types():
    ix = made(entry(b"old/", kind=b"\0") + entry(b"contiguous", b"c",
                                                 kind=b"7") +
              entry(b"dump", b"Yname\0\0", kind=b"D") +
              entry(b"v", kind=b"V") + entry(b"m", b"part", kind=b"M") +
              entry(b"n", b"names", kind=b"N") + entry(b"z", b"z", kind=b"Z") +
              header(b"size/", kind=b"5", size=99) + entry(b"last", b"l") +
              END, warnings=4)
    assert set(ix.paths) == {b"", b"old", b"contiguous", b"dump", b"size",
                             b"last"}
    assert stat.S_ISDIR(ix.paths[b"old"].mode)
    assert stat.S_ISDIR(ix.paths[b"dump"].mode)
    assert ix.content(ix.paths[b"last"]) == b"l"


def test_paths():
    ix = made(entry(b"/abs") + entry(b"../../up") + entry(b"a/../b") +
              entry(b"./c//d/", kind=b"\0") +
              entry(b"l", kind=b"1", link=b"/x/../abs") +
              END)
    assert set(ix.paths) == {b"", b"abs", b"up", b"b", b"c", b"c/d", b"l"}
    assert ix.paths[b"l"] is ix.paths[b"abs"]


def test_check():
    for tar, code in ((entry(b"f", b"x") + END, 0),
                      (entry(b"f", b"x") + bytes(100) + END, 0),
                      (entry(b"f", b"x")[:-100], 4)):
        r = index(tar, "--check")
        assert r.code == code and r.index is None, r


def test_no_table_of_contents():
    tar = entry(b"f", b"x") + END
    for blob in (tar, gzip.compress(tar)):
        for how in (("--toc-digest=sha256:" + "0" * 64,), ("--toc=/dev/null",)):
            r = index(blob, *how)
            assert r.code == 3 and "no table of contents" in r.err, r
    ix = made(tar)
    assert ix.blobs[0].toc is None and ix.incompat == 1
    assert [s[3] for s in ix.spans] == [0]


def test_later_entries_win():
    ix = made(entry(b"f", b"old") + entry(b"f", b"new", mode=0o600) + END)
    assert ix.content(ix.paths[b"f"]) == b"new"
    assert ix.paths[b"f"].mode == 0o100600


def test_links_to_what_is_replaced_later():
    """They are to what was there, as for all who extract."""
    tar = entry(b"a", b"old") + entry(b"b", kind=b"1", link=b"a") + \
        entry(b"a", b"newer") + entry(b"c", kind=b"1", link=b"a") + \
        entry(b"x", b"x") + entry(b"y", kind=b"1", link=b"x") + \
        entry(b"x", kind=b"1", link=b"y") + \
        entry(b"s", b"s") + entry(b"t", kind=b"1", link=b"s") + \
        entry(b"s", kind=b"2", link=b"t", mode=0o777) + END
    both(tar)
    ix = made(tar)
    assert ix.content(ix.paths[b"b"]) == b"old"
    assert ix.paths[b"b"].nlink == 1 and ix.paths[b"c"] is ix.paths[b"a"]
    assert ix.paths[b"x"] is ix.paths[b"y"]


def test_ends():
    assert b"f" in made(entry() + END).paths
    assert b"f" in made(entry(), warnings=1).paths
    for tail in (entry(b"g"), b"garbage", b"x" * 2000):
        assert set(made(entry() + END + tail).paths) == {b"", b"f"}
    assert set(made(entry() + bytes(512) + entry(b"g")).paths) == {b"", b"f"}


def test_nothing():
    for size in (1024, 10240):
        assert set(made(bytes(size)).paths) == {b""}
    for size in (0, 100, 512, 8192, 1 << 20):
        assert index(bytes(size)).code in (3, 4)


def test_gnu_names():
    long = b"d/" + b"l" * 200
    ix = made(entry(b"././@LongLink", b"target" * 40 + b"\0", kind=b"K") +
              entry(b"././@LongLink", long + b"\0", kind=b"L") +
              entry(b"cut", kind=b"2", link=b"cut") + entry(b"next") + END)
    assert ix.paths[long].target == b"target" * 40
    assert b"next" in ix.paths


def test_damage():
    good = pax([(b"path", b"p")]) + entry(b"f", b"data") + entry(b"g") + END
    refused(good[:1100] + b"\xff" + good[1101:], "header")
    refused(entry(b"f", b"x" * 600)[:-512], "early")
    refused(header(b"f", size=1 << 32) + END, "early")
    refused(header(b"x", kind=b"x", size=1 << 30) + END, "limit")
    refused(header(b"x", kind=b"L", size=5 << 20) + END, "limit")
    for value in (b"-1", b"9" * 30, b"x"):
        refused(pax([(b"size", value)]) + entry() + END, "size")


def sparse_entry(records, data, name=b"f"):
    return pax(records) + entry(name, data)


def test_damaged_sparse_maps():
    def one(records, data=b"abc"):
        return sparse_entry([(b"GNU.sparse." + k, v) for k, v in records],
                            data) + entry(b"after") + END

    def left_out(tar):
        assert set(made(tar, warnings=1).paths) == {b"", b"after"}
    ix = made(one([(b"size", b"10"), (b"numblocks", b"1"),
                   (b"map", b"2,3")]))
    assert ix.content(ix.paths[b"f"]) == b"\0\0abc" + bytes(5)
    for map_ in (b"2,4", b"9,3", b"2", b"2,3,", b"x,3", b"2,2,3,1",
                 b"18446744073709551615,3"):
        left_out(one([(b"size", b"10"), (b"map", map_)]))
    left_out(one([(b"map", b"2,3")]))
    left_out(one([(b"size", b"10"), (b"numblocks", b"1"),
                  (b"offset", b"2")]))
    v1 = [(b"major", b"1"), (b"minor", b"0"), (b"name", b"real"),
          (b"realsize", b"10")]
    ix = made(one(v1, ts.pad(b"1\n2\n3\n") + b"abc"))
    assert ix.content(ix.paths[b"real"]) == b"\0\0abc" + bytes(5)
    for data in (b"abc", ts.pad(b"2\n2\n3\n") + b"abc", b"1" * 600,
                 ts.pad(b"1\n2\n4\n") + b"abc"):
        left_out(one(v1, data))


def test_cut_off_at_every_block():
    tar = pax([(b"path", b"p" * 600)]) + entry(b"f", b"d" * 2000) + \
        entry(b"d", kind=b"5") + entry(b"e", b"x") + END
    codes = set()
    for at in range(512, len(tar) - 1024, 512):
        for cut in (tar[:at], tar[:at + 100]):
            r = index(cut)
            assert r.code in (0, 4), (at, r)
            if r.code == 0:
                assert "end marker" in r.err and len(cut) % 512 == 0
            codes.add(r.code)
    assert codes == {0, 4}, codes
