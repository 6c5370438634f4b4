# SPDX-License-Identifier: GPL-2.0-or-later
"""Members of older layers are copied, and nobody can tell."""
import os
import tempfile

from layer import files, make, text
from programs import save
from tarsource import tar_of

BEFORE = files(1500)
TAR = tar_of(BEFORE)


def changed():
    """Some files with other contents, some new ones, some gone."""
    after = list(BEFORE)
    for i in range(20, 1500, 150):
        name, data = after[i]
        after[i] = (name, data[:100] + text(i, len(data)))
    after[700:702] = [("new1", text(7, 5000)), ("new2", text(8, 300000))]
    return tar_of(after)


class Old:
    """An older layer as a file."""

    def __init__(self, tar, *args):
        self.data = make(tar, *args).data

    def __enter__(self):
        # pylint: disable=consider-using-with
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(self.data)
        self.file.flush()
        return self.file.name

    def __exit__(self, *_):
        self.file.close()


def mark(data, at):
    """Change a byte that readers of the member do not look at: a time in a
    gzip header."""
    return data[:at + 4] + b"\xee" + data[at + 5:]


def test_the_result_is_that_of_a_clean_build():
    tar = changed()
    for args in ((), ("--min-chunk-size=0",), ("-z", "zstd,3"),
                 ("--chunk-size=64K",), ("--max-member=1M",)):
        with Old(TAR, *args) as old:
            want = make(tar, *args).data
            assert make(tar, "--reuse=" + old, *args).data == want
            assert make(tar, "--reuse=" + old, "-j1", *args).data == want


def test_members_are_copied():
    """A time in their headers, which is nobody's business, shows it."""
    data = make(TAR).data
    for at in range(len(data) - 10):
        if at and data[at:at + 4] == b"\x1f\x8b\x08\0":
            data = mark(data, at)
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        clean = make(changed())
        copied = make(changed(), "--reuse=" + f.name)
        assert copied.tar == clean.tar
        marked = sum(copied.data[i:i + 5] == b"\x1f\x8b\x08\0\xee"
                     for i in range(len(copied.data)))
        all_ = sum(data[i:i + 5] == b"\x1f\x8b\x08\0\xee"
                   for i in range(len(data)))
        assert all_ / 4 < marked < all_


def test_other_options_of_cutting_do_no_harm():
    with Old(TAR, "--max-member=512K") as old:
        assert make(TAR, "--reuse=" + old).data == make(TAR).data
    with Old(TAR, "--format=stargz") as old:
        assert make(TAR, "--reuse=" + old, "--min-chunk-size=0").data == \
            make(TAR, "--min-chunk-size=0").data


def test_another_compression_is_not_copied():
    for args in (("-z", "gzip,9"), ("-z", "zstd,3")):
        with Old(TAR, *args) as old:
            layer = make(TAR, "--reuse=" + old, warnings=1)
            assert layer.data == make(TAR).data
            assert "another compression" in layer.err


def test_several():
    half = tar_of(BEFORE[:700])
    rest = tar_of(BEFORE[700:])
    with Old(half) as a, Old(rest) as b:
        want = make(TAR).data
        assert make(TAR, f"--reuse={a},{b}").data == want
        assert make(TAR, "--reuse=" + a, "--reuse=" + b).data == want


def test_damaged_members_are_not_copied():
    want = make(TAR).data
    data = bytearray(want)
    for at in range(2000, len(data) // 2, 3000):
        data[at] ^= 0x10
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        assert make(TAR, "--reuse=" + f.name).data == want


def test_headers_count():
    """Only times differ: contents are the same, members are not."""
    with Old(tar_of(BEFORE, mtime=1)) as old:
        assert make(TAR, "--reuse=" + old).data == make(TAR).data


def test_what_is_no_layer():
    """It is not copied from, and that is all."""
    want = make(TAR).data
    with tempfile.TemporaryDirectory() as tmp:
        cut = bytearray(want)
        cut[-3000:-1000] = bytes(2000)
        os.mkfifo(tmp + "/fifo")
        olds = [save(tmp + "/tar", TAR), save(tmp + "/empty", b""),
                save(tmp + "/cut", want[:len(want) // 2]),
                save(tmp + "/toc", bytes(cut)), tmp, tmp + "/fifo",
                tmp + "/none"]
        for old in olds:
            layer = make(TAR, "--reuse=" + old, warnings=1)
            assert layer.data == want, old
            assert f"warning: --reuse={old}: " in layer.err, layer.err
        good = save(tmp + "/good", want)
        layer = make(TAR, f"--reuse={olds[0]},{good},{olds[-1]}", warnings=2)
        assert layer.data == want
