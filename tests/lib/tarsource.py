# SPDX-License-Identifier: GPL-2.0-or-later
"""Tars to test with: a tree of everything that a tar can hold, the tools that
pack it, and headers made by hand for what no tool writes."""
import io
import os
import struct
import tarfile

from programs import load, save, tool

# bsdtar wants to know how names are spelled; numbers are for everybody.
os.environ["LC_ALL"] = "C.UTF-8"

BLOCK = 512
HOLE = 64 << 10


def write(path, data, mode=0o644):
    """Write a file."""
    save(path, data)
    os.chmod(path, mode)


def sparse(path, runs, size):
    """Write a file with holes."""
    with open(path, "wb") as f:
        for at, data in runs:
            f.seek(at)
            f.write(data)
        f.truncate(size)


def make_names(at):
    """Files whose names and targets need more than a v7 header."""
    write(at + b"/" + b"n" * 99, b"n99")
    write(at + b"/" + b"m" * 100, b"m100")
    write(at + b"/" + b"o" * 101, b"o101")
    write(at + b"/" + b"p" * 255, b"p255")
    write(at + "/żółw".encode(), b"utf8")
    write(at + b"/new\nline\\\t%3D=x", b"odd")
    deep = at
    for i in range(6):
        deep += b"/" + bytes([97 + i]) * 80
        os.mkdir(deep)
    write(deep + b"/file", b"deep")
    os.symlink(b"t" * 100, at + b"/link100")
    os.symlink(b"u/" * 1000, at + b"/link2000")


def make_bytes(at):
    """Names that are not UTF-8."""
    write(at + b"/caf\xe9", b"latin1")
    os.symlink(b"\xff\xfe", at + b"/" + b"\xe9" * 150)


def make_kinds(at):
    """All types, permissions and owners."""
    os.mkdir(at + b"/dir", 0o755)
    write(at + b"/dir/empty", b"")
    write(at + b"/dir/block", b"b" * BLOCK, 0o4755)
    write(at + b"/dir/big", bytes(range(256)) * 3000, 0o600)
    os.mkdir(at + b"/sticky")
    os.chmod(at + b"/sticky", 0o3777)
    os.symlink(b"dir/empty", at + b"/link")
    os.link(at + b"/dir/big", at + b"/hard")
    os.link(at + b"/dir/big", at + b"/zz")
    os.mkfifo(at + b"/fifo", 0o640)
    os.mknod(at + b"/char", 0o020660, os.makedev(5, 1))
    os.mknod(at + b"/block", 0o060600, os.makedev(259, 70000))
    os.chown(at + b"/dir/empty", 1234, 5678)
    os.chown(at + b"/dir/block", 3000000, 4000000000)
    os.chmod(at + b"/dir/block", 0o4755)


def make_holes(at):
    """One hole, holes at both ends, more than a header's worth of them."""
    sparse(at + b"/hole", [], 3 * HOLE + 5)
    sparse(at + b"/ends", [(HOLE, b"x" * 5000)], 3 * HOLE + 1)
    sparse(at + b"/tail", [(0, b"y"), (2 * HOLE, b"z" * 4096)], 2 * HOLE + 4096)
    sparse(at + b"/many", [(2 * i * HOLE, b"%06d" % i) for i in range(60)],
           120 * HOLE)


def make_attributes(at):
    """Extended attributes and ACLs."""
    write(at + b"/attrs", b"attrs")
    os.setxattr(at + b"/attrs", "user.text", b"value")
    os.setxattr(at + b"/attrs", "user.bytes", bytes(range(256)))
    os.setxattr(at + b"/attrs", "trusted.t", b"\n1 x=y\n")
    os.setxattr(at + b"/attrs", "security.capability",
                struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0))
    os.mkdir(at + b"/acl")
    write(at + b"/acl/file", b"acl")
    tool("setfacl", "-m", "u:54321:r,g:54322:rw", os.fsdecode(at) + "/acl/file")
    tool("setfacl", "-d", "-m", "u:54323:rwx", os.fsdecode(at) + "/acl")


def make_percent(at):
    """What GNU tar spells in a way of its own."""
    write(at + b"/percent", b"")
    os.setxattr(at + b"/percent", "user.per%cent=%3D", b"%3D")


def make_fractions(at):
    """Before the epoch with fractions, where bsdtar counts wrongly."""
    make_files(at, [-1, -1_500_000_000, -10**18 - 1])


def make_times(at):
    """Before the epoch, with fractions, after 2038 and 2242."""
    make_files(at, [0, -10**9, 1_234_567_891, 2**31 * 10**9,
                    2**33 * 10**9 + 5])


def make_files(at, times):
    """A file for each time in nanoseconds."""
    for i, ns in enumerate(times):
        path = at + b"/time%d" % i
        write(path, b"t")
        os.utime(path, ns=(ns, ns))


def make_tree(at, *parts):
    """Make a tree of the parts named, and settle the times of directories."""
    at = os.fsencode(at)
    os.mkdir(at, 0o755)
    for part in parts:
        sub = at + b"/" + part.encode()
        os.mkdir(sub)
        globals()["make_" + part](sub)
    for path, _, _ in os.walk(at, topdown=False):
        os.utime(path, ns=(1_600_000_000_123_456_789,) * 2)


def gnu_tar(tree, *args):
    """Pack with GNU tar; what a format cannot hold is left out."""
    return tool("tar", "-cf", "-", "--sort=name", *args, "-C", tree, ".",
               check=False)


def bsd_tar(tree, *args):
    """Pack with bsdtar."""
    return tool("bsdtar", "-cf", "-", *args, "-C", tree, ".", check=False)


def python_tar(tree, fmt, path):
    """Pack with Python."""
    with tarfile.open(path, "w", format=fmt, encoding="utf-8",
                      errors="surrogateescape") as t:
        t.add(tree, ".")
    return load(path)


def tar_of(files, mtime=0, fmt=tarfile.PAX_FORMAT):
    """A tar of files, given as names and contents; None is a directory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.mtime = mtime
            if data is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                t.addfile(info)
            else:
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def number(value, size, base256=False):
    """A number of a header."""
    if base256:
        raw = (value % (1 << 8 * size)).to_bytes(size, "big")
        return bytes([raw[0] | 0x80]) + raw[1:]
    return b"%0*o\0" % (size - 1, value)


def header(name=b"f", kind=b"0", size=0, mtime=0, link=b"", mode=0o644,
           uid=0, gid=0, dev=(0, 0), magic=b"ustar\x0000", tail=b"",
           signed=False, base256=False):
    """A header block with its checksum."""
    def num(value, width):
        return number(value, width, base256)
    h = name.ljust(100, b"\0") + num(mode, 8) + num(uid, 8) + num(gid, 8) + \
        num(size, 12) + num(mtime, 12) + b" " * 8 + kind + \
        link.ljust(100, b"\0") + magic + bytes(64) + num(dev[0], 8) + \
        num(dev[1], 8) + tail
    h = h.ljust(BLOCK, b"\0")
    total = sum(h) if not signed else sum(b - 256 * (b > 127) for b in h)
    return h[:148] + b"%06o\0 " % (total % (1 << 18)) + h[156:]


def pad(data):
    """Fill up to whole blocks."""
    return data + bytes(-len(data) % BLOCK)


def entry(name=b"f", data=b"", **more):
    """A header and its payload."""
    return header(name, size=len(data), **more) + pad(data)


def record(key, value):
    """A PAX record."""
    body = b" %s=%s\n" % (key, value)
    size = len(body) + 1
    while len(b"%d" % size) + len(body) != size:
        size += 1
    return b"%d" % size + body


def pax(records, kind=b"x"):
    """An extended header, or a global one."""
    return entry(b"pax", b"".join(record(k, v) for k, v in records),
                 kind=kind)


END = bytes(2 * BLOCK)
