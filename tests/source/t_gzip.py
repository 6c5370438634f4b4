# SPDX-License-Identifier: GPL-2.0-or-later
"""What follows a gzip stream: all programs take what gzip(1) takes."""
import gzip
import os
import subprocess
import tempfile

from programs import BIN, save, tool
from tree import attempt, gnu_tar, made, refused, Folder

# What follows the data, by name.
AFTER = {
    "nothing": b"",
    "a zero": b"\0",
    "a block of zeroes": bytes(512),
    "many zeroes": bytes(300001),
    "text": b"garbage",
    "half of a magic": b"\x1f",
    "zeroes and text": bytes(5000) + b"garbage",
    "zeroes and a member": bytes(10) + gzip.compress(b"lost"),
    "an empty member and zeroes": gzip.compress(b"") + bytes(10),
}


def forms():
    """Blobs by name."""
    with Folder() as t:
        save(t + "/file", os.urandom(100000))
        tar = gnu_tar(t, "--format=pax")
    half = len(tar) // 1024 * 512
    one = gzip.compress(tar, 1)
    two = gzip.compress(tar[:half], 1) + gzip.compress(tar[half:], 1)
    for name, after in AFTER.items():
        yield name, one + after
        yield "two members, " + name, two + after
    yield "cut in the data", one[:-2000]
    yield "cut in the trailer", one[:-3]
    yield "wrong checksum", one[:-8] + b"abcd" + one[-4:]
    yield "wrong length", one[:-4] + b"abcd"
    yield "damaged header", two[:3] + b"\xff" + two[4:]
    yield "cut in the second member", two[:-1]


def test_padding_and_garbage():
    for name, blob in forms():
        run = subprocess.run(["gzip", "-dc"], input=blob, capture_output=True,
                             check=False)
        taken = run.returncode != 1
        with tempfile.TemporaryDirectory() as tmp:
            path = save(tmp + "/layer.tar.gz", blob)
            for m in (attempt(path), attempt("-", input=blob)):
                assert (m.code == 0) == taken, (name, m, run.stderr)
                if taken:
                    # Nothing of the tar is lost, and garbage is not silent.
                    assert m.tar == run.stdout, name
                    assert m.err.count("is ignored") == (
                        run.returncode == 2), (name, m)
            for command in (
                    ("stargz-index", "-q", "-o", tmp + "/index", path),
                    ("fsck.stargz", "-f", path),
                    ("dump.stargz", path),
                    ("mount.stargz", "-f", path, tmp)):
                other = subprocess.run([BIN + "/" + command[0], *command[1:]],
                                       capture_output=True, check=False)
                assert (other.returncode == 0) == taken, \
                    (name, command, other.stderr)


def test_pipe_is_read_to_its_end():
    """Who writes to it must not get SIGPIPE."""
    with Folder() as t:
        tar = gnu_tar(t, "--format=pax")
        blob = gzip.compress(tar) + bytes(4 << 20)
        path = save(t + "/../blob", blob)
        run = subprocess.run(
            ["bash", "-o", "pipefail", "-c", 'cat "$1" | "$2" - - >/dev/null',
             "bash", path, BIN + "/mkfs.stargz"], capture_output=True,
            check=False)
        assert run.returncode == 0, run.stderr


def test_old_layer_of_a_difference():
    with Folder() as t:
        save(t + "/file", b"1234")
        old = save(t + "/../old", gzip.compress(gnu_tar(t)) + bytes(1000))
        tar = made("--diff=" + old, "--no-xattrs", t)
        assert b"1234" not in tar
        cut = save(t + "/../cut", tool("head", "-c", "60", old))
        refused("--diff=" + cut, t, words=["cut"])
