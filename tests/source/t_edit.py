# SPDX-License-Identifier: GPL-2.0-or-later
"""Owners, times and attributes that are changed on the way."""
import fnmatch
import grp
import io
import os
import pwd
import tarfile

from programs import tool
from tree import (Folder, extracted, gnu_tar, made, members, refused,
                  same_tree, tree)


def expect(change, *args):
    """The odd tree after a change, from a directory and from tars."""
    with Folder(odd=True) as t:
        files, links = tree(t)
        for what in files.values():
            change(what)
        tar = gnu_tar(t, "--format=pax", "--sparse")
        same_tree(extracted(made(*args, "-", input=tar)), (files, links))
        same_tree(extracted(made(*args, t)), (files, links))


def test_all_root():
    expect(lambda w: w.update(uid=0, gid=0), "--all-root")


def test_one_user_and_one_group():
    expect(lambda w: w.update(uid=77, gid=3000000000), "--force-uid=77",
           "--force-gid=3000000000")


def test_offsets():
    expect(lambda w: w.update(uid=100005, gid=w["gid"] + 1), "--force-uid=5",
           "--uid-offset=100000", "--gid-offset=1")


def test_offset_out_of_range():
    with Folder(odd=True) as t:
        for n in ("-1", "4294967295"):
            refused("--uid-offset=" + n, t, words=["out of range"])
    # The largest number of 32 bits means no owner at all.
    tar = python_tar(tarfile.PAX_FORMAT, uid=5)
    made("--uid-offset=4294967289", "-", input=tar)
    refused("--uid-offset=4294967290", "-", input=tar, words=["out of range"])


def test_time():
    expect(lambda w: w.update(mtime=1234567890 * 10**9), "-T1234567890")


def test_time_limit():
    """What is in a tar was given its time by somebody already."""
    limit = 1234567890
    env = dict(os.environ, SOURCE_DATE_EPOCH=str(limit))
    with Folder(odd=True) as t:
        files, links = tree(t)
        for what in files.values():
            what["mtime"] = min(what["mtime"], limit * 10**9)
        same_tree(extracted(made(t, env=env)), (files, links))
        tar = gnu_tar(t, "--format=pax")
        assert made("-", input=tar, env=env) == tar
        for what in files.values():
            what["mtime"] = limit * 10**9
        same_tree(extracted(made("--all-time", t, env=env)), (files, links))


def test_names_of_this_system():
    user, group = pwd.getpwnam("bin"), grp.getgrnam("adm")
    expect(lambda w: w.update(uid=user.pw_uid, gid=group.gr_gid),
           "--force-uid=bin", "--force-gid=adm")
    for option, what in (("--force-uid", "user"), ("--force-gid", "group")):
        for value in ("nobody-has-this-name", "1x", "-1", ""):
            refused(f"{option}={value}", "/", code=16,
                    words=[option, f"neither a {what} of this system"])
        for value in ("4294967295", "99999999999999999999999"):
            refused(f"{option}={value}", "/", code=16,
                    words=[option, "from 0 to 4294967294"])


def test_maps():
    with Folder(odd=True) as t:
        uids = {w["uid"] for w in tree(t)[0].values()}
    assert len(uids) > 3, uids

    def change(what):
        if what["uid"] <= 9:
            what["uid"] += 100000
        what["gid"] = 7 if not what["gid"] else what["gid"]
    expect(change, "--uid-map=0:100000:10", "--uid-map=10:10:4294967285",
           "--gid-map=0:7", "--gid-map=0:0:4294967295")
    f = Folder()
    with f as t:
        os.chown(f.write("a", b"x"), 5, 6)
        refused("--uid-map=0:1", t, words=['"./a"', "5 is in no range"])
        refused("--gid-map=0:1:6", t, words=['"./a"', "6 is in no range"])
        assert [(m.uid, m.gid) for m in members(made(
            "--uid-map=0:0:6", "--gid-map=0:1:7", t))] == [(0, 1), (5, 7)]
    for value in ("", "1", "1:", ":1", "1:2:", "1:2:0", "1:2:3:4", "a:1",
                  "1:4294967295", "4294967294:0:2", "0:4294967290:6", "-1:0",
                  "0:0:4294967296", " 0:0"):
        refused("--uid-map=" + value, "/", code=16,
                words=["--uid-map", "FROM:TO"])
    refused("--uid-map=0:0", "--all-root", "/", code=16, words=["--uid-map"])
    refused("--gid-map=0:0", "--gid-offset=1", "/", code=16,
            words=["--gid-map"])


def test_no_xattrs():
    expect(lambda w: w["xattrs"].clear(), "--no-xattrs")


def test_exclude_xattr():
    def drop(*patterns):
        def change(what):
            for name in list(what["xattrs"]):
                if any(fnmatch.fnmatchcase(os.fsdecode(name), p)
                       for p in patterns):
                    del what["xattrs"][name]
        return change
    for patterns in (("user.attribute-0?",), ("user.*", "security.*"),
                     ("attribute-07", "*.nothing"), ("*",), ("user.empty",),
                     ("*empty*", "user.attribute-[!0]?")):
        expect(drop(*patterns), *("--exclude-xattr=" + p for p in patterns))
    with Folder(odd=True) as t:
        tool("setfacl", "-m", "u:5:rwx", t + "/file")
        tar = made("--exclude-xattr=system.posix_acl_*", t)
        assert b"SCHILY.acl" not in tar and b"posix_acl" not in tar
        assert b"SCHILY.xattr.user" in tar


def python_tar(fmt, pax_headers=None, **fields):
    """A tar of two files by Python."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt,
                      pax_headers=pax_headers) as tar:
        for name in ("a", "b"):
            info = tarfile.TarInfo(name)
            info.size = 3
            for key, value in fields.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


def test_unchanged_headers_stay():
    for fmt in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        tar = python_tar(fmt, mtime=5, uid=0, gid=0)
        assert made("--all-root", "-T5", "-", input=tar) == tar
        assert made("--no-xattrs", "-", input=tar) == tar


def test_names_of_owners_go_with_their_numbers():
    for fmt in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        for name in ("joe", "j\u00f6" if fmt == tarfile.PAX_FORMAT else "jo"):
            tar = python_tar(fmt, uname=name, gname=name)
            tar = made("--all-root", "-", input=tar)
            assert [(m.uname, m.gname) for m in members(tar)] == \
                [("", "")] * 2


def test_global_headers_are_undone():
    """Those say uid 5 for every entry, which container engines do not see."""
    tar = python_tar(tarfile.PAX_FORMAT, pax_headers={"uid": "5"}, gid=7)
    assert made("-", input=tar, warnings=1) == tar
    tar = made("--force-gid=8", "-", input=tar, warnings=1)
    assert [(m.uid, m.gid) for m in members(tar)] == [(0, 8)] * 2
    tar = made("--force-uid=0", "-", warnings=1, input=python_tar(
        tarfile.PAX_FORMAT, pax_headers={"uid": "5", "comment": "x"}))
    assert [m.uid for m in members(tar)] == [0, 0]
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        t.getmembers()
        assert not t.pax_headers


def test_bytes_do_not_depend_on_the_source():
    """A tar whose headers are all made anew is that of the directory."""
    with Folder(odd=True) as t:
        for sparse, option in ((), ("--no-sparse",)), (("--sparse",), ()):
            tar = gnu_tar(t, "--format=pax", *sparse, "-b1")
            ours = made("-T1", "--uid-offset=1", *option, t)
            theirs = made("-T1", "--uid-offset=1", "-", input=tar)
            assert ours == theirs[:len(ours)], sparse
            assert not any(theirs[len(ours):]), sparse
