# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder with a layer and a source, and running programs in it."""
import os
import subprocess

from place import Place
from programs import BIN


class ToolPlace(Place):
    """A place that also holds the file "layer", a tar.gz of the source."""

    def __init__(self):
        super().__init__()
        subprocess.run(["tar", "-C", self.path, "-czf", self / "layer", "src"],
                       check=True)

    def names(self):
        """All names below the folder."""
        return sorted(os.path.relpath(os.path.join(top, name), self.path)
                      for top, dirs, files in os.walk(self.path)
                      for name in dirs + files)

    def run(self, program, *args, **how):
        how.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([os.path.join(BIN, program), *args],
                              cwd=self.path, capture_output=True,
                              check=False, **how)

    def works(self, program, *args, **how):
        r = self.run(program, *args, **how)
        assert r.returncode == 0, (program, args, r)
        return r

    def refuses(self, program, *args, code, words):
        """The program fails with one line, and no file is another than before."""
        before = {n: self.load(n) for n in self.names()
                  if os.path.isfile(self / n)}
        r = self.run(program, *args)
        assert r.returncode == code, (program, args, r)
        lines = r.stderr.decode().splitlines()
        assert len(lines) == 1 and lines[0].startswith(program + ": "), lines
        for word in words:
            assert word in lines[0], (word, lines)
        after = {n: self.load(n) for n in self.names()
                 if os.path.isfile(self / n)}
        assert after == before, (program, args, sorted(after))
        return r

    def listing(self, layer):
        """What GNU tar finds in a layer."""
        return subprocess.run(["tar", "-tzf", self / layer], check=True,
                              capture_output=True).stdout.decode().split()
