# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees, tars and what is in them."""
import hashlib
import io
import os
import stat
import subprocess
import tarfile
import tempfile

from programs import BIN, load, tool, walk, xattrs
from tap import TOP, need_root

PROGRAM = BIN + "/mkfs.stargz"
# A layer in this format is nothing but the tar and, skipped, its contents.
PLAIN = ("-zzstd,1", "--format=zstd-chunked")
FIXTURE = TOP + "/tests/fixtures/odd-tree"
# What only takes time here.
LARGE = ("chunk", "chunk-and-one", "two-chunks", "text-of-9m", "zeroes")
GNU_CREATE = ("tar", "--sort=name", "--numeric-owner", "--xattrs",
              "--xattrs-include=*", "--acls")
GNU_EXTRACT = ("tar", "--numeric-owner", "--xattrs", "--xattrs-include=*",
               "--acls", "-p", "--same-owner", "--delay-directory-restore",
               "--warning=no-timestamp", "-xf", "-", "-C")
BSD_EXTRACT = ("bsdtar", "--numeric-owner", "--xattrs", "--acls", "-p",
               "--same-owner", "-xf", "-", "-C")


class Made:
    """What a run of the program gave."""

    def __init__(self, run):
        self.code, self.tar = run.returncode, b""
        self.err = run.stderr.decode("utf-8", "replace")
        if not self.code:
            unpack = ("gzip", "-dc") if run.stdout[:2] == b"\x1f\x8b" else \
                ("zstd", "-dcq")
            self.tar = tool(*unpack, input=run.stdout)

    def __repr__(self):
        return f"exit {self.code}, {self.err!r}"


def attempt(*args, **kwargs):
    """Make a layer of the last argument, and the tar that is in it."""
    run = subprocess.run([PROGRAM, *PLAIN, *args[:-1], "-", args[-1]],
                         capture_output=True, check=False, **kwargs)
    return Made(run)


def made(*args, warnings=0, **kwargs):
    """The tar in a layer that has to be made."""
    m = attempt(*args, **kwargs)
    assert m.code == 0, m
    assert m.err.count("warning:") == len(m.err.splitlines()) == warnings, m
    return m.tar


def refused(*args, words=(), code=8, **kwargs):
    """The program has to fail with one line."""
    m = attempt(*args, **kwargs)
    assert m.code == code, m
    assert len(m.err.splitlines()) == 1 or code == 16, m
    for word in words:
        assert word in m.err, (word, m)


class Folder:
    """A temporary folder, to begin with empty or holding the odd tree."""

    def __init__(self, odd=False):
        need_root()
        self.tmp = tempfile.TemporaryDirectory()
        self.path = self.tmp.name + "/tree"
        if odd:
            tool(FIXTURE, self.path)
            for name in LARGE:
                os.unlink(self.path + "/size/" + name)
        else:
            os.mkdir(self.path)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        self.tmp.cleanup()

    def write(self, name, data=b"", **times):
        """Write a file; its path."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        if times:
            os.utime(path, **times)
        return path


def describe(path, st):
    """All that is to be known of a file, but for its names."""
    what = {"mode": st.st_mode, "uid": st.st_uid, "gid": st.st_gid,
            "mtime": st.st_mtime_ns, "xattrs": xattrs(path)}
    if stat.S_ISLNK(st.st_mode):
        what["target"] = os.readlink(path)
    elif stat.S_ISREG(st.st_mode):
        what["data"] = hashlib.sha256(load(path)).hexdigest()
    elif not stat.S_ISDIR(st.st_mode):
        what["rdev"] = st.st_rdev
    return what


def tree(root):
    """The files below a folder by path, and sets of paths that are one."""
    root = os.fsencode(root)
    files, inodes = {}, {}
    for path, st in walk(root).items():
        files[path] = describe(os.path.join(root, path), st)
        if not stat.S_ISDIR(st.st_mode):
            inodes.setdefault(st.st_ino, set()).add(path)
    return files, [s for s in inodes.values() if len(s) > 1]


def same_tree(left, right, root=True):
    """Compare two trees."""
    (a, a_links), (b, b_links) = left, right
    if not root:
        a, b = ({k: v for k, v in x.items() if k} for x in (a, b))
    assert set(a) == set(b), set(a) ^ set(b)
    for path, what in a.items():
        assert what == b[path], (path, what, b[path])
    a_links, b_links = (sorted(sorted(s) for s in x)
                        for x in (a_links, b_links))
    assert a_links == b_links, (a_links, b_links)


def extracted(tar, command=GNU_EXTRACT):
    """The tree that a tool extracts."""
    with tempfile.TemporaryDirectory() as tmp:
        tool(*command, tmp, input=tar)
        return tree(tmp)


def members(tar):
    """The entries of a tar, in order, by Python."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        return t.getmembers()


def names(tar):
    """Their paths, without "./"."""
    return [os.path.normpath(m.name) for m in members(tar)]


def gnu_tar(path, *args):
    """What GNU tar makes of a folder."""
    return tool(*GNU_CREATE, *args, "-C", path, "-c", ".")
