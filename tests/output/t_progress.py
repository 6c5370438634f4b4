# SPDX-License-Identifier: GPL-2.0-or-later
"""The progress bar and SIGUSR1."""
import fcntl
import io
import os
import pty
import random
import re
import signal
import struct
import subprocess
import tarfile
import termios
import time

from programs import BIN
from toolplace import ToolPlace

LINE = re.compile(rb"mkfs\.stargz: -: [\d.]+ [KM]iB, [\d.]+ ([KM]i)?B/s\n")


def archive(size):
    """A tar of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        info = tarfile.TarInfo("file")
        info.size = size
        t.addfile(info, io.BytesIO(random.Random(1).randbytes(size)))
    return out.getvalue()


def test_sigusr1():
    """It neither ends the program nor changes what it makes, also with -q."""
    tar = archive(4 << 20)
    half = len(tar) // 2
    with ToolPlace() as p:
        for args in ((), ("-q",)):
            with subprocess.Popen([os.path.join(BIN, "mkfs.stargz"), *args,
                                   "out", "-"], cwd=p.path,
                                  stdin=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as child:
                # More than a pipe holds: the program has begun to read.
                child.stdin.write(tar[:half])
                child.stdin.flush()
                child.send_signal(signal.SIGUSR1)
                out, err = child.communicate(tar[half:])
            assert not out and child.returncode == 0
            assert len(LINE.findall(err)) == 1, err
            if args:
                assert LINE.fullmatch(err), err
                assert p.load("out") == made, "another layer"
            made = p.load("out")


def on_terminal(columns, p, *args):
    """Run mkfs.stargz; return the lines that it draws."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    drawn = b""
    with subprocess.Popen([os.path.join(BIN, "mkfs.stargz"), *args],
                          cwd=p.path, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=slave) as child:
        os.close(slave)
        try:
            while piece := os.read(master, 4096):
                drawn += piece
        except OSError:
            pass  # a terminal ends with EIO
        os.close(master)
        assert child.wait() == 0, drawn
    return [line for line in drawn.split(b"\r\x1b[K") if line]


def test_bar():
    """It says how much of how much, and fits in the terminal."""
    text = random.Random(2).randbytes(12 << 20).hex().encode()
    with ToolPlace() as p:
        p.save("src/big", text)
        args = ["-j1", "-z", "zstd,15", "out", "src"]
        for columns in (30, 100):
            begin = time.monotonic()
            lines = on_terminal(columns, p, *args)
            if time.monotonic() - begin > 3:
                assert lines
            for line in lines:
                assert len(line) < columns, line
                assert line.startswith(b"[") == (columns == 100), line
                assert b"%" in line, line
                assert columns < 100 or b" of 24.0 MiB, " in line, line
        for quiet in ("-q", "--no-progress"):
            assert not on_terminal(100, p, quiet, *args[3:])
