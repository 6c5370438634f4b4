# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program costs, and inputs that are much larger than they look."""
import os
import resource
import subprocess
import tempfile
import zlib

from mkblob import footer
from programs import save
from tap import TOP

BIN = os.environ.get("STARGZ_BIN", os.path.join(TOP, "build/bin"))
MIB = 1 << 20


class Run:
    """How a program ended, and what it took: seconds, and MiB at most."""

    def __init__(self, code, err, usage):
        self.code, self.err = code, err
        self.seconds = usage.ru_utime + usage.ru_stime
        self.mib = usage.ru_maxrss / 1024

    def __repr__(self):
        return f"exit {self.code}, {self.seconds:.2f} s, " \
            f"{self.mib:.0f} MiB, {self.err[-300:]!r}"


def run(*command, seconds=20, mib=1024, files=256, stdin=None):
    """Run a program of ours with so much processor time and memory at most."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (mib * MIB, mib * MIB))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))
    with tempfile.TemporaryFile() as err:
        child = subprocess.Popen(
            [os.path.join(BIN, command[0]), *command[1:]], stderr=err,
            stdout=subprocess.DEVNULL, stdin=stdin or subprocess.DEVNULL,
            preexec_fn=limit)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return Run(child.returncode, err.read().decode("utf-8", "replace"),
                   usage)


def index(blob, **limits):
    """Index a layer."""
    with tempfile.TemporaryDirectory() as tmp:
        return run("stargz-index", "-q", "-o", tmp + "/index",
                   save(tmp + "/layer", blob), **limits)


def mkfs(source, *args, old=None, **limits):
    """Make a layer of a tar, or of what differs from an old one."""
    with tempfile.TemporaryDirectory() as tmp:
        if old is not None:
            args += ("--diff=" + save(tmp + "/old", old),)
        return run("mkfs.stargz", "-q", "-j1", "-zgzip,1", *args, tmp + "/out",
                   save(tmp + "/tar", source), **limits)


def linear(once, code=0):
    """Compare what once(1) and once(4) cost; both are a Run.

    A busy machine makes a run cost more, never less. A difference counts only
    if it is there three times.
    """
    for last in (False, False, True):
        small = once(1)
        assert small.code == code, small
        large = once(4)
        assert large.code == code, (small, large)
        if large.seconds <= 8 * small.seconds + 0.25:
            break
        assert not last, (small, large)
    return large


def refused(result, *words, code=4):
    """A program says in one line what is too much."""
    lines = result.err.splitlines()
    assert result.code == code and len(lines) == 1, result
    for word in (*words, "limit"):
        assert word in lines[0], (word, result)


def member(pieces, flush=False):
    """A gzip member of some pieces; each ends a block if flush is set."""
    c = zlib.compressobj(6, zlib.DEFLATED, 31)
    out = []
    for piece in pieces:
        out.append(c.compress(piece))
        if flush:
            out.append(c.flush(zlib.Z_FULL_FLUSH))
    return b"".join(out) + c.flush()


def zeroes(size, piece=128 << 10):
    """That many zeroes in pieces."""
    for at in range(0, size, piece):
        yield bytes(min(piece, size - at))


def estargz(data, entries):
    """An eStargz layer of members and of the JSON of entries, as texts."""
    text = b'{"version":1,"entries":[' + ",".join(entries).encode() + b"]}"
    head = b"stargz.index.json".ljust(100, b"\0") + b"0000644\0" + \
        b"0000000\0" * 2 + b"%011o\0" % len(text) + b"0" * 11 + b"\0" + \
        b" " * 8 + b"0" + bytes(100) + b"ustar\x0000"
    head = head.ljust(512, b"\0")
    head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
    toc = member([head, text, bytes(-len(text) % 512 + 1024)])
    return data + toc + footer("estargz", len(data))
