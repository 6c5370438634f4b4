# SPDX-License-Identifier: GPL-2.0-or-later
"""mkfs.stargz with a fault does not leave a layer that lies.

faults.c plants the faults into calls between files of the library. A run without
a fault succeeds, so each failure is due to its fault.
"""
import os
import random
import re
import shlex
import subprocess
import tempfile

from layer import FORMATS, text
from programs import BIN, save, tool
from tap import TOP
from tarsource import END, entry, header, pax

HERE = os.path.dirname(os.path.abspath(__file__))
TAR = b"".join((
    header(b"dir/", b"5", mtime=9), entry(b"dir/one", text(1, 3000)),
    pax([(b"SCHILY.xattr.user.a", b"x"), (b"mtime", b"5.25")]),
    entry(b"victim", text(2, 9000)),
    header(b"victim-link", b"2", link=b"dir/one"),
    header(b"victim-hard", b"1", link=b"dir/one"),
    header(b"victim-dev", b"3", dev=(1, 3)),
    entry(b"last", text(3, 20000)), END))
SMALL = ("--max-member=8192", "--chunk-size=4096", "--min-chunk-size=4096")


def program():
    """A mkfs.stargz with the faults, built once."""
    made = TOP + "/build/mkfs-tests/faulty"
    with open(HERE + "/faults.h", encoding="ascii") as f:
        wraps = re.findall(r"__wrap_(\w+)", f.read())
    out = os.path.dirname(BIN)
    parts = [HERE + "/faults.c", HERE + "/faults.h", BIN + "/mkfs.stargz"]
    if os.path.exists(made) and os.path.getmtime(made) > max(
            os.path.getmtime(p) for p in parts):
        return made
    os.makedirs(os.path.dirname(made), exist_ok=True)
    user = TOP + "/userspace"
    libs = ["json-c", "libdeflate", "zlib", "libzstd", "libgcrypt"]
    if not subprocess.run(["pkg-config", "--exists", "blkid"],
                          check=False).returncode:
        libs.append("blkid")
    flags = tool("pkg-config", "--cflags", "--libs", *libs).decode()
    tool("sh", "-c", " ".join([
        "cc -pthread -std=gnu11 -g -fsanitize=address,undefined -D_GNU_SOURCE",
        *(f"-Wl,--wrap={w}" for w in wraps),
        *("-I" + shlex.quote(p) for p in (
            TOP + "/fs/stargz", user + "/include", user + "/lib")),
        "-o", shlex.quote(made), shlex.quote(HERE + "/faults.c"),
        shlex.quote(out) + "/obj/mkfs/*.o", shlex.quote(
            out + "/lib/common.a"), shlex.quote(out + "/lib/libstargz.a"),
        *shlex.split(flags)]))
    return made


class Place:
    """A folder with the tar, and runs in it."""

    def __init__(self, tar=TAR):
        self.program = program()
        # pylint: disable=consider-using-with
        self.tmp = tempfile.TemporaryDirectory()
        save(self.tmp.name + "/tar", tar)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmp.cleanup()

    def run(self, fault, *args):
        """Status, what it says, and the files that are left."""
        if "--format=external-toc" in args:
            args += ("--toc=toc",)
        env = {**os.environ, "FAULT": fault}
        run = subprocess.run([self.program, *args, "out", "tar"], env=env,
                             cwd=self.tmp.name, capture_output=True,
                             check=False)
        left = set(os.listdir(self.tmp.name)) - {"tar"}
        return run.returncode, run.stderr.decode(), left

    def tree(self):
        """The tree that the layer has."""
        out = self.tmp.name + "/out"
        return tool(BIN + "/dump.stargz", "-q", "--raw", "--dump", out)

    def clear(self):
        """Remove what a run has made."""
        for name in set(os.listdir(self.tmp.name)) - {"tar"}:
            os.unlink(f"{self.tmp.name}/{name}")

    def found(self, fault, *args, words=("error of this program",)):
        """The fault is found."""
        code, err, left = self.run(fault, *args)
        assert code == 8 and not left, (fault, args, code, err, left)
        assert len(err.splitlines()) == 1, (fault, args, err)
        for word in words:
            assert word in err, (fault, args, word, err)


def test_without_a_fault():
    with Place() as p:
        for args in FORMATS.values():
            for more in ((), SMALL, ("--force-uid=7",)):
                if "--format=stargz" in args and more == SMALL:
                    continue
                code, err, left = p.run("none", *args, *more)
                assert code == 0 and not err and "out" in left, (args, err)
                p.clear()


def test_faults_of_headers():
    """--force-uid lets headers be written again."""
    with Place() as p:
        for what, word in (
                ("mode", "mode"), ("owner", "owner"), ("group", "owner"),
                ("time", "time"), ("name", "name"), ("link", "link target"),
                ("device", "device number"), ("size", "size"),
                ("no-xattr", "attributes"), ("xattr", "attributes")):
            for args in FORMATS.values():
                p.found("tar " + what, "--force-uid=7", *args,
                        words=("victim", word, "error of this program"))


def test_faults_of_tables():
    with Place() as p:
        for what in ("mode", "owner", "group", "time", "name", "link",
                     "device", "size", "no-xattr", "xattr", "type"):
            for args in FORMATS.values():
                p.found("toc " + what, *args)


def test_faults_of_content():
    with Place() as p:
        for fault in ("unit", "inner", "digest", "late digest", "lost",
                      "chunk size", "shift", "short member"):
            for kind in ("estargz", "zstd", "external"):
                p.found(fault, *FORMATS[kind], *SMALL, words=("",))
        for kind in ("estargz", "stargz", "external"):
            p.found("member", *FORMATS[kind],
                    words=("not the compressed form",))


def test_flipped_bits_of_a_table():
    """Those of the text, and those of the compressed text. What changes nothing
    that a layer tells may pass, such as a bit of the time in a gzip header."""
    rand = random.Random(4)
    passed = 0
    with Place() as p:
        p.run("none", "--force-uid=7")
        want = p.tree()
        p.clear()
        for i in range(120):
            at = rand.randrange(1600 if i % 2 else 700)
            fault = f"{'az'[i % 2 == 0]}.byte {at}.{rand.randrange(8)}"
            code, err, left = p.run(fault, "--force-uid=7")
            if code:
                assert code == 8 and not left, (fault, err, left)
                assert len(err.splitlines()) == 1, (fault, err)
                continue
            passed += 1
            assert p.tree() == want, fault
            p.clear()
    assert passed < 40, passed
