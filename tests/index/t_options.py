# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: options, exit codes, and files that appear whole."""
import gzip
import hashlib
import json
import os
import signal
import subprocess
import tempfile

from indexer import PROGRAM, index
from mkblob import Layer, layer
from readindex import Index
from t_content import DATA, check_data, entries
from tarsource import entry


def run(*args, **how):
    return subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          **how)


def folder(function):
    """Give a test a folder of its own."""
    def wrapped():
        with tempfile.TemporaryDirectory() as tmp:
            function(tmp)
    wrapped.__name__ = function.__name__
    return wrapped


def store(tmp, blob, name="blob"):
    path = os.path.join(tmp, name)
    with open(path, "wb") as f:
        f.write(blob)
    return path


def refused(args, why):
    """One line, which begins with the reason."""
    r = run(*args)
    assert r.returncode == 1 and not r.stdout, (args, r)
    assert r.stderr.decode().startswith("stargz-index: " + why), (args, r)
    assert r.stderr.count(b"\n") == 1, (args, r)


def test_usage():
    for text, why in (("", "BLOB: is missing"),
                      ("a b", "b: is a second layer, which requires --merge"),
                      ("--nonsense a", "--nonsense: no such option"),
                      ("--check -o x a",
                       "--output: cannot be used with --check")):
        refused(text.split(), why)
    for option in ("--size=0", "--size=x", "--size=1X", "--offset=-1",
                   "--offset=", "--size=9223372036854775808", "--offset=9E",
                   "--offset=8388608T", "--offset=16777216T"):
        refused([option, "a"], option + ": not a size (")


def test_help_and_version():
    for option, word in (("-h", b"--toc-digest"), ("--help", b"Usage"),
                         ("-V", b"stargz-index 0"), ("--version", b" ")):
        r = run(option)
        assert r.returncode == 0 and word in r.stdout and not r.stderr


@folder
def test_output_beside_the_blob(tmp):
    path = store(tmp, layer(DATA))
    assert run(path).returncode == 0
    with open(path + ".index", "rb") as f:
        assert f.read() == index(path).index
    assert sorted(os.listdir(tmp)) == ["blob", "blob.index"]
    assert os.stat(path + ".index").st_mode & 0o777 == 0o666 & ~umask()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@folder
def test_standard_output_and_pipes(tmp):
    path = store(tmp, layer(DATA))
    want = index(path).index
    r = run("-o", "-", "--stats", path)
    assert r.stdout == want and b"entries" in r.stderr
    r = run("-o", "/dev/stdout", path)
    assert r.stdout == want
    # What is printed last stays in a buffer until the end.
    with open("/dev/full", "wb") as full:
        r = subprocess.run([PROGRAM, "--stats", "-o", tmp + "/index", path],
                           stdout=full, stderr=subprocess.PIPE, check=False)
    assert r.returncode == 2 and b"No space left" in r.stderr, r


@folder
def test_failure_leaves_nothing_and_keeps_the_old(tmp):
    path = store(tmp, layer(DATA)[:-1])
    store(tmp, b"old", "blob.index")
    r = run(path)
    assert r.returncode == 4
    assert r.stderr.startswith(f"stargz-index: {path}: ".encode())
    with open(path + ".index", "rb") as f:
        assert f.read() == b"old"
    assert sorted(os.listdir(tmp)) == ["blob", "blob.index"]


@folder
def test_files_that_cannot_be_read_or_written(tmp):
    path = store(tmp, layer(DATA))
    missing = os.path.join(tmp, "missing")
    for args in ((missing,), (tmp,), ("-o", missing + "/x", path),
                 ("--toc=" + missing, path)):
        r = run(*args)
        want = 3 if args == (tmp,) else 2
        assert r.returncode == want, (args, r)
        assert len(r.stderr.splitlines()) == 1
    r = run("-o", "/dev/full", path)
    assert r.returncode == 2 and b"space" in r.stderr, r


@folder
def test_signal_removes_the_temporary_file(tmp):
    """The program waits for more of its input when the signal comes."""
    with subprocess.Popen([PROGRAM, "-o", tmp + "/index", "-"],
                          stdin=subprocess.PIPE) as child:
        # More than the pipe holds: once it is written, some of it was read,
        # and the temporary file is there.
        tar = entry(b"f", os.urandom(4 << 20))
        child.stdin.write(gzip.compress(tar, 1)[:1 << 20])
        child.stdin.flush()
        assert len(os.listdir(tmp)) == 1, os.listdir(tmp)
        child.send_signal(signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
    assert not os.listdir(tmp), os.listdir(tmp)


def test_offset_and_size():
    blob = layer(DATA)
    room = bytes(4096) + blob + bytes(5000)
    r = index(room, "--offset=4K", f"--size={len(blob)}")
    assert r.code == 0, r
    ix = Index(r.index, room)
    assert ix.blobs[0][:2] == (len(blob), 4096)
    check_data(ix)
    assert ix.uuid == Index(index(blob).index).uuid
    assert index(bytes(4096) + blob, "--offset=4096").code == 0
    for option in ("--offset=1M", f"--size={len(room) + 1}"):
        r = index(room, option)
        assert r.code == 4 and "outside the file, which has" in r.err, r
    assert index(room, "--offset=4K", "--check",
                 f"--size={len(blob)}").code == 0


def test_toc_digest():
    made = Layer()
    for item in DATA:
        made.add(item)
    blob = made.finish()
    digest = hashlib.sha256(made.toc).hexdigest()
    r = index(blob, "--toc-digest=sha256:" + digest)
    assert r.code == 0
    assert Index(r.index).blobs[0].toc.hex() == digest
    r = index(blob, "--toc-digest=sha256:" + digest[::-1])
    assert r.code == 4 and r.index is None and digest in r.err
    for bad in ("", "sha256:", "sha512:" + digest, digest,
                "sha256:" + digest + "0"):
        r = index(blob, "--toc-digest=" + bad)
        assert r.code == 4 and 'is not "sha256:" and 64' in r.err, r


def test_toc_digest_covers_all_of_the_json():
    text = b'{"version":1,"entries":[]}' + b" \n" * 5000
    blob = Layer().finish(toc=text)
    digest = "sha256:" + hashlib.sha256(text).hexdigest()
    assert index(blob, "--toc-digest=" + digest).code == 0


def test_uuid_can_be_made_again():
    made = Layer()
    made.add(DATA[2])
    blob = made.finish()
    digest = hashlib.sha256(made.toc).hexdigest()
    for view, args in (("overlay", ()), ("raw", ("--raw",))):
        want = bytearray(hashlib.sha256(
            f"stargz 1 {view} {len(blob)} {digest}\n".encode()).digest()[:16])
        want[6] = want[6] & 0x0f | 0x80
        want[8] = want[8] & 0x3f | 0x80
        assert Index(index(blob, *args).index).uuid == want


def test_quiet_and_verbose():
    blob = entries({"name": "a", "type": "hardlink", "linkName": "gone"})
    assert "warning" in index(blob).err
    assert not index(blob, "-q").err
    assert "1 entries" in index(blob, "-v").err


def test_stats():
    r = index(layer(DATA), "--stats")
    values = dict(line.split(":", 1) for line in r.out.splitlines())
    values = {key: value.strip() for key, value in values.items()}
    assert values["Entries"] == "12" and values["Inodes"] == "11"
    assert values["Spans"] == "3"
    assert values["Data bytes"] == str(1 + 256 * 40 + 500)
    assert {"Seconds", "Memory bytes", "Index bytes"} <= set(values)
    assert "sha256:" + Index(r.index).sha256.hex() in values.values()
    r = index(layer(DATA), "--json")
    values = json.loads(r.out)
    assert values["entries"] == 12 and values["inodes"] == 11
    assert values["data_bytes"] == 1 + 256 * 40 + 500
    assert values["index_bytes"] == len(r.index)
