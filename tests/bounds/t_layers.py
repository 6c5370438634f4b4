# SPDX-License-Identifier: GPL-2.0-or-later
"""Many layers over one another."""
import tempfile

from cost import linear, run
from programs import save
from tarsource import END, entry, header


def layers(tmp, count, make):
    """Tars, lowest first."""
    return [save(f"{tmp}/{i}", make(i) + END) for i in range(count)]


def test_merged():
    """The next name of a directory is looked for in all of them."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            given = layers(tmp, n * 100, lambda i: header(
                b"d/", b"5", mode=0o755) + b"".join(
                    entry(b"d/%d-%d" % (k, i)) for k in range(100)))
            return run("stargz-index", "-q", "--merge", "-o", tmp + "/out",
                       *given, files=4096)
    linear(once)


def test_below():
    """Each name of a layer is looked for in all below it."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            given = layers(tmp, n * 200, lambda i: header(
                b"d/", b"5", mode=0o755) + b"".join(
                    entry(b"d/%d-%d" % (k, i)) for k in range(100)))
            return run("stargz-index", "-q", "-o", tmp + "/out",
                       *(f"--below={g}" for g in given[:-1]), given[-1],
                       files=4096)
    linear(once)
