# SPDX-License-Identifier: GPL-2.0-or-later
"""A temporary folder with a source."""
import os
import tempfile

from programs import load, save


class Place:
    """A folder that holds the file "src/file"; paths are PLACE / NAME."""

    def __init__(self):
        # pylint: disable=consider-using-with
        self._tmp = tempfile.TemporaryDirectory()
        self.path = self._tmp.name
        self.src = self / "src"
        os.mkdir(self.src)
        self.save("src/file", b"content\n" * 1000)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tmp.cleanup()

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def save(self, name, data):
        """Write a file of the folder."""
        save(self / name, data)

    def load(self, name):
        """The bytes of a file of the folder."""
        return load(self / name)
