# SPDX-License-Identifier: GPL-2.0-or-later
"""Running the programs, and layers to run them on."""
import contextlib
import gzip
import io
import os
import subprocess
import tarfile
import tempfile

from mkblob import Layer
from programs import BIN, zstd

CLEAN, ERRORS, OPERATION, USAGE = 0, 4, 8, 16


class Result:
    """What a run of a program gave."""

    def __init__(self, run):
        self.code, self.out = run.returncode, run.stdout
        self.err = run.stderr.decode("utf-8", "replace")

    def __repr__(self):
        return f"exit {self.code}, {self.out[-300:]!r}, {self.err!r}"


def run(program, *args, **how):
    return Result(subprocess.run([os.path.join(BIN, program),
                                  *map(os.fspath, args)],
                                 capture_output=True, check=False, **how))


def fsck(*args, **how):
    return run("fsck.stargz", *args, **how)


def dump(*args, **how):
    return run("dump.stargz", *args, **how)


def output(*args):
    """What dump.stargz prints, when all goes well."""
    r = dump(*args)
    assert r.code == 0 and not r.err, r
    return r.out


def make_index(*args):
    r = run("stargz-index", "-q", *args)
    assert r.code == 0, r


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as path:
        # What was extracted may not be writable.
        yield path
        subprocess.run(["chmod", "-R", "u+rwX", path], check=False,
                       stderr=subprocess.DEVNULL)


TEXT = b"".join(b"line %d of a text\n" % i for i in range(3000))
ITEMS = [
    {"name": "d/", "type": "dir", "mode": 0o1755, "uid": 7, "gid": 8},
    {"name": "d/one", "type": "reg", "data": b"1", "mode": 0o4755},
    {"name": "d/text", "type": "reg", "data": TEXT, "mode": 0o644,
     "xattrs": {"user.x": "AP8="}, "modtime": "2020-02-02T02:02:02Z"},
    {"name": "d/none", "type": "reg", "mode": 0o600},
    {"name": "d/again", "type": "hardlink", "linkName": "d/text"},
    {"name": "d/sym", "type": "symlink", "linkName": "../d/one"},
    {"name": "null", "type": "char", "devMajor": 1, "devMinor": 3},
    {"name": "pipe", "type": "fifo", "mode": 0o640},
    {"name": "z", "type": "reg", "data": bytes(range(256)) * 9, "uid": 12},
]
CONTENT = {i["name"]: i.get("data", b"") for i in ITEMS
           if i["type"] == "reg"}


def estargz(**how):
    made = Layer(**how)
    for item in ITEMS:
        made.add(item)
    blob = made.finish()
    return blob, made


def tar(fmt=tarfile.PAX_FORMAT):
    """The same tree in a tar, by Python."""
    kinds = {"dir": tarfile.DIRTYPE, "reg": tarfile.REGTYPE,
             "hardlink": tarfile.LNKTYPE, "symlink": tarfile.SYMTYPE,
             "char": tarfile.CHRTYPE, "fifo": tarfile.FIFOTYPE}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for item in ITEMS:
            info = tarfile.TarInfo(item["name"].rstrip("/"))
            info.type = kinds[item["type"]]
            info.size = len(item.get("data", b""))
            info.mode = item.get("mode", 0o777) & 0o7777
            info.uid, info.gid = item.get("uid", 0), item.get("gid", 0)
            info.linkname = item.get("linkName", "")
            info.devmajor = item.get("devMajor", 0)
            info.devminor = item.get("devMinor", 0)
            info.mtime = 1.5 if fmt == tarfile.PAX_FORMAT else 1
            t.addfile(info, io.BytesIO(item.get("data", b"")))
    return out.getvalue()


def layers():
    """The same tree in each format: name and bytes."""
    yield "estargz", estargz()[0]
    yield "chunks", estargz(chunk=1000)[0]
    yield "shared", estargz(shared=5000)[0]
    yield "tar", tar()
    yield "tar.gz", gzip.compress(tar(), mtime=0)
    yield "tar.zst", zstd(tar())
