# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong: one line, the right exit status, and no files left."""
import os
import resource
import signal
import subprocess
import tempfile
import time

from layer import PROGRAM, attempt, files, make
from programs import BIN, load, save, tool
from tap import Skip
from tarsource import tar_of
from tree import Folder

TAR = tar_of(files(50))


def failed(tmp, *args, words=(), **more):
    """Run the program in a folder; it has to fail and leave nothing."""
    before = set(os.listdir(tmp))
    run = attempt(*args, cwd=tmp, **more)
    err = run.stderr.decode("utf-8", "replace")
    assert run.returncode == 8, (run.returncode, err)
    lines = [x for x in err.splitlines() if "warning:" not in x]
    assert len(lines) == 1, err
    for word in words:
        assert word in lines[0], (word, err)
    assert set(os.listdir(tmp)) == before


class Place:
    """A folder with a tar."""

    def __init__(self, tar=TAR):
        # pylint: disable=consider-using-with
        self.tmp = tempfile.TemporaryDirectory()
        save(self.tmp.name + "/tar", tar)

    def __enter__(self):
        return self.tmp.name

    def __exit__(self, *_):
        self.tmp.cleanup()


def test_no_source():
    with Place() as p:
        failed(p, "out", "none", words=["none: No such file"])


def test_no_place_for_the_layer():
    with Place() as p:
        failed(p, "none/out", "tar", words=["none/out: No such file"])
        failed(p, "--index=none/i", "out", "tar", words=["none/i: No such"])
        failed(p, "--format=external-toc", "--toc=none/t", "out", "tar",
               words=["none/t: No such file"])


def test_full_disk():
    with Place() as p:
        failed(p, "/dev/full", "tar", words=["/dev/full: ", "No space left"])
        failed(p, "--index=/dev/full", "out", "tar",
               words=["/dev/full: ", "No space left"])


def test_files_too_large():
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    with Place() as p:
        failed(p, "out", "tar", words=["out: ", "File too large"],
               preexec_fn=limit)


def test_no_place_for_temporary_files():
    with Place() as p:
        failed(p, "out", "tar", words=["temporary file: No such file"],
               env={**os.environ, "TMPDIR": p + "/none"})


def test_unreadable_files():
    with Folder() as t, Place() as p:
        os.chmod(save(t + "/secret", b"secret"), 0)
        os.chmod(p, 0o777)
        os.chmod(os.path.dirname(t), 0o755)

        def nobody():
            os.setgid(65534)
            os.setuid(65534)

        try:
            run = attempt("--help", preexec_fn=nobody)
        except PermissionError as why:
            raise Skip("nobody but root can run the program") from why
        assert run.returncode == 0, run
        failed(p, "out", t, words=["secret", "Permission denied"],
               preexec_fn=nobody)


def test_damaged_sources():
    gz, zst = (tool(program, "-1", input=TAR) for program in ("gzip", "zstd"))
    broken = bytearray(TAR)
    broken[150] ^= 1
    late = bytearray(gz)
    late[-6] ^= 1
    for tar in (b"", b"x" * 4000, bytes(broken), TAR[:3000], gz[:3000],
                zst[:3000], bytes(late), b"\x1f\x8b", b"\x28\xb5\x2f\xfd"):
        with Place(tar) as p:
            failed(p, "out", "tar", words=["tar: "])
            failed(p, "out", "-", input=tar, words=["-: "])


def test_sources_of_another_kind():
    """A disk that begins with zeroes is not an empty tar, nor is an index one."""
    with tempfile.TemporaryDirectory() as tmp:
        disk = tmp + "/disk"
        save(disk, bytes(2 << 20))
        tool("mkfs.ext4", "-q", disk)
        ext4 = load(disk)
    for data in (ext4, bytes(2 << 20)):
        with Place(data) as p:
            failed(p, "out", "tar", words=["tar: neither a tar"])
    with Place() as p:
        failed(p, "out", "-", input=ext4, words=["-: neither a tar"])
        failed(p, "out", "-", input=tool("gzip", input=ext4),
               words=["-: neither a tar"])
        save(p + "/layer", tool("gzip", input=TAR))
        tool(os.path.join(BIN, "stargz-index"), "-q", "-o", p + "/tar",
             p + "/layer")
        failed(p, "out", "tar", words=["tar: an index"])


def test_every_truncation():
    gz = tool("gzip", "-1", input=tar_of([("a", b"text" * 9)]))
    with Place() as p:
        for n in range(len(gz)):
            save(p + "/tar", gz[:n])
            failed(p, "out", "tar", words=["tar: "])


def test_an_older_layer_stays():
    with Place(TAR[:5000]) as p:
        save(p + "/out", b"old")
        failed(p, "out", "tar")
        assert load(p + "/out") == b"old"


def test_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Place() as p:
            # pylint: disable=consider-using-with
            run = subprocess.Popen(
                [PROGRAM, "--index=i", "--format=external-toc", "--toc=t",
                 "out", "-"], cwd=p, stdin=subprocess.PIPE,
                stderr=subprocess.PIPE)
            run.stdin.write(TAR[:100000])
            run.stdin.flush()
            while len(os.listdir(p)) < 4:
                assert run.poll() is None
                time.sleep(.01)
            run.send_signal(number)
            assert run.wait() == -number
            run.stdin.close()
            run.stderr.close()
            assert os.listdir(p) == ["tar"]


def test_nothing_is_left_over_after_success():
    make(TAR)
