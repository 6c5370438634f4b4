# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever ends a program early, it leaves no half file and no other file."""
import os
import resource
import signal
import subprocess

from programs import BIN
from toolplace import ToolPlace

SIGNALS = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE,
           signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU, signal.SIGVTALRM,
           signal.SIGPROF]


def no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def test_signals():
    """The program reads a pipe that gives no end, so it surely is at work."""
    with ToolPlace() as p:
        p.save("out", b"old")
        before = p.names()
        for number in SIGNALS:
            with subprocess.Popen([os.path.join(BIN, "mkfs.stargz"), "-q",
                                   "--index=index", "out", "-"], cwd=p.path,
                                  stdin=subprocess.PIPE,
                                  preexec_fn=no_core) as child:
                # It has its outputs before it reads, and then waits for more.
                child.stdin.write(b"\0" * 100)
                child.stdin.flush()
                while len(p.names()) < len(before) + 2:
                    assert child.poll() is None, (number, child.returncode)
                child.send_signal(number)
                child.wait()
            assert child.returncode == -number, (number, child.returncode)
            assert p.names() == before, (number, p.names())
            assert p.load("out") == b"old"


def test_ignored_signals_stay_ignored():
    with ToolPlace() as p:
        before = p.names()
        with subprocess.Popen(["sh", "-c", 'trap "" HUP; exec "$@"', "sh",
                               os.path.join(BIN, "mkfs.stargz"), "-q", "out",
                               "-"], cwd=p.path,
                              stdin=subprocess.PIPE) as child:
            child.stdin.write(b"\0" * 100)
            child.stdin.flush()
            while len(p.names()) == len(before):
                assert child.poll() is None
            child.send_signal(signal.SIGHUP)
            child.stdin.write(b"\0" * (10240 - 100))
            child.stdin.close()
            assert child.wait() == 0
        assert p.names() == sorted(before + ["out"])


def test_file_size_limit():
    with ToolPlace() as p:
        p.save("out", b"old")
        with open(p / "src/large", "wb") as f:
            f.write(os.urandom(1 << 20))
        before = p.names()
        for ignored in False, True:
            def limit(ignored=ignored):
                no_core()
                if ignored:
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                else:
                    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
            r = p.run("mkfs.stargz", "-q", "out", "src", preexec_fn=limit)
            assert r.returncode == (8 if ignored else -signal.SIGXFSZ), r
            assert p.names() == before and p.load("out") == b"old", p.names()


def test_full_file_system():
    """A full device is an error also if the last write is the one that fails."""
    with ToolPlace() as p:
        for args in (["mkfs.stargz", "-q", "/dev/full", "src"],
                     ["stargz-index", "-q", "-o", "/dev/full", "layer"],
                     ["dump.stargz", "-o", "/dev/full", "--dump", "layer"]):
            r = p.run(*args)
            assert r.returncode and b"No space left" in r.stderr, (args, r)
