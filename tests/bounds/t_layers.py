# SPDX-License-Identifier: GPL-2.0-or-later
"""Many layers over one another."""
import tempfile

from cost import linear, run
from programs import save
from tarsource import END, entry, header


def layer(i, names):
    """A directory that all have, with names that only this one has."""
    return header(b"d/", b"5", mode=0o755) + b"".join(
        entry(b"d/%d-%d" % (k, i)) for k in range(names)) + END


def index(count, arguments, names=100):
    """Index so many layers; arguments(paths), lowest first, says how."""
    with tempfile.TemporaryDirectory() as tmp:
        given = [save(f"{tmp}/{i}", layer(i, names)) for i in range(count)]
        return run("stargz-index", "-q", "-o", tmp + "/out",
                   *arguments(given), files=4096)


def test_merged():
    """The next name of a directory is looked for in all of them."""
    linear(lambda n: index(n * 100, lambda given: ["--merge", *given]))


def test_below():
    """Each name of a layer is looked for in all below it."""
    linear(lambda n: index(n * 200, lambda given: [
        *(f"--below={layer}" for layer in given[:-1]), given[-1]]))


def test_many_below():
    """Work for a layer does not grow with the number of layers below it."""
    linear(lambda n: index(n * 500, lambda given: [
        *(f"--below={layer}" for layer in given[:-1]), given[-1]], 1))
