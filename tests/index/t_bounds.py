# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers that were made to do harm: cut off anywhere, and much larger than
they look. Each is refused in one line or indexed, with little memory."""
import gzip
import os
import random
import resource
import struct
import subprocess
import tarfile
import tempfile
import zlib

from indexer import PROGRAM, index
from mkblob import layer
from mkzstd import filled
from programs import save, zstd
from tarsource import END, entry, header, pax, tar_of

MIB = 1 << 20


def limited(blob, mib, *args, code=0):
    """Index a blob with so much memory at most."""
    limit = mib * MIB

    def limit_memory():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # With sanitizers it takes more to begin with.
    try:
        subprocess.run([PROGRAM, "--version"], check=True,
                       preexec_fn=limit_memory, capture_output=True)
    except subprocess.CalledProcessError:
        limit = resource.RLIM_INFINITY
    with tempfile.TemporaryDirectory() as tmp:
        save(tmp + "/blob", blob)
        r = subprocess.run([PROGRAM, "-q", *args, "-o", tmp + "/index",
                            tmp + "/blob"], check=False, text=True,
                           preexec_fn=limit_memory, capture_output=True)
        assert r.returncode == code and len(r.stderr.splitlines()) == (
            code != 0), r
        assert os.path.exists(tmp + "/index") == (not code)
    return r.stderr


def gzip_member(data):
    return gzip.compress(data, mtime=0)


def pieces(data, pack, size=3000):
    """Each a member or a frame of its own."""
    return b"".join(pack(data[i:i + size]) for i in range(0, len(data), size))


def test_every_form_cut_at_every_512th_byte():
    rng = random.Random(5)
    files = [(f"d/{i}", bytes([i]) * 5 + rng.randbytes(900))
             for i in range(12)]
    tar = tar_of(files)
    toc = [{"name": n, "type": "reg", "data": d} for n, d in files]
    parts = pieces(tar, gzip_member)
    first = len(gzip_member(tar[:3000]))
    for blob in (tar, gzip_member(tar), parts, zstd(tar), pieces(tar, zstd),
                 layer(toc, "estargz"), layer(toc, "legacy"),
                 filled().finish(64)):
        assert index(blob).code == 0
        # And by a byte in the next member, where it looks like garbage.
        for size in (*range(0, len(blob), 512), first, first + 1, first + 2):
            r = index(blob[:size])
            lines = r.err.splitlines()
            assert r.code in (0, 3, 4), (size, r)
            assert (r.index is None) == bool(r.code), (size, r)
            # What is not refused is cut where nothing was, or says so.
            assert len(lines) == 1 if r.code else len(lines) <= 1, (size, r)


def test_million_members_of_one_byte():
    one = [gzip.compress(bytes([i]), 0) for i in range(256)]
    tar = tar_of([("f", os.urandom(1_000_000))])
    limited(b"".join(one[b] for b in tar), 64)


def test_zstd_frames_of_zeroes():
    """A gibibyte from a few kilobytes, and a frame that is too large."""
    info = tarfile.TarInfo("zeroes")
    info.size = 1024 * MIB
    piece = zstd(bytes(32 * MIB))
    blob = zstd(info.tobuf()) + piece * 32 + zstd(bytes(1024))
    limited(blob, 96)
    blob = zstd(info.tobuf() + bytes(65 * MIB))
    assert "64 MiB" in limited(blob, 96, code=3)


def test_extension_headers_again_and_again():
    """400 MiB of them, each as long as one may be."""
    many = pax([(b"comment", b"x" * (4 * MIB - 100))]) + entry(b"f")
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    blob = b"".join(c.compress(many) for _ in range(100))
    limited(blob + c.compress(END) + c.flush(), 64)


def test_lengths_of_pax_records():
    for text in (b"9" * 400 + b" a=b\n", b"4294967296 a=b\n",
                 b"18446744073709551620 a=b\n", b"00000000000000007 a=b\n",
                 b"0 a=b\n", b"1 a=b\n", b"+7 a=b\n", b"0x7 a=b\n"):
        r = index(entry(b"x", text, kind=b"x") + entry() + END)
        assert r.code == 0 and len(r.err.splitlines()) == 1, (text, r)
    for size in (b"77777777777", b"\x80" + b"\xff" * 11,
                 b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7):
        head = bytearray(header(b"f"))
        head[124:124 + len(size)] = size
        head[148:156] = b" " * 8
        head[148:156] = b"%06o\0 " % sum(head)
        r = index(bytes(head) + END)
        assert r.code == 4 and len(r.err.splitlines()) == 1, (size, r)


def test_sparse_maps_without_end():
    """An old GNU map that goes on and on, and a file of 8 EiB."""
    head = bytearray(header(b"f", kind=b"S"))
    head[257:265] = b"ustar  \0"
    head[482] = 1
    head[483:495] = b"77777777777\0"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    more = bytearray(512)
    more[504] = 1
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    blob = c.compress(bytes(head)) + b"".join(
        c.compress(bytes(more) * 2048) for _ in range(100)) + c.flush()
    limited(blob, 64, code=4)
    records = [(b"GNU.sparse.size", b"9223372036854775807"),
               (b"GNU.sparse.map", b"9223372036854775804,3")]
    ix = index(pax(records) + entry(b"f", b"abc") + END)
    assert ix.code in (0, 4) and len(ix.err.splitlines()) <= 1, ix


def test_attributes_of_a_gigabyte():
    """Each file has other ones; a layer of 2 MB is refused in time."""
    c = zlib.compressobj(1, zlib.DEFLATED, 31)

    def entries():
        for i in range(1100):
            value = b"%08d" % i * 8000
            yield pax([(b"SCHILY.xattr.user.%d" % j, value)
                       for j in range(16)]) + entry(b"f%d" % i)
    blob = b"".join(c.compress(e) for e in entries())
    assert "1 GiB" in limited(blob + c.compress(END) + c.flush(), 3072,
                              code=4)


def test_file_larger_than_8_gib():
    size = 9 << 30
    head = pax([(b"size", b"%d" % size)]) + header(b"f")
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + "/tar", "wb") as f:
            f.write(head)
            f.seek(size, os.SEEK_CUR)
            f.write(header(b"g") + END)
        r = index(tmp + "/tar", "--stats")
    assert r.code == 0 and not r.err, r
    assert struct.unpack_from("<Q", r.index, 48)[0] == size, r.out
