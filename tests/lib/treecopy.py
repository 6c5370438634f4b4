# SPDX-License-Identifier: GPL-2.0-or-later
"""A copy of the tree with builds of its own, for tests that change sources or
compile them in another way."""
import hashlib
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def tree_files():
    """Paths of the files of the project: those that git would take."""
    done = subprocess.run(["git", "-C", TOP, "ls-files", "-coz",
                           "--exclude-standard"],
                          check=True, capture_output=True)
    names = sorted(set(os.fsdecode(done.stdout).split("\0")) - {""})
    return [n for n in names if os.path.isfile(os.path.join(TOP, n))]


def digest(names):
    """Of the content of files of the tree."""
    sha = hashlib.sha256()
    for name in names:
        with open(os.path.join(TOP, name), "rb") as f:
            sha.update(f"{name}\0".encode() +
                       hashlib.sha256(f.read()).digest())
    return sha.hexdigest()


def environment(**more):
    """For commands in a copy: what an outer make hands down is not meant for
    them, and compilers remember what they compiled, where they can."""
    env = {**os.environ, **more}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    if os.path.isdir("/usr/lib/ccache"):
        env["PATH"] = "/usr/lib/ccache:" + env["PATH"]
    return env


class Copy:
    """The folder @path holds the files @names of the tree, and a folder build
    that stays as it is."""

    def __init__(self, path, names):
        self.path, self.names = path, names
        self.sync()
        self._drop_others()

    def sync(self):
        """Make it like the tree. What is the same keeps its time, so that
        nothing is built again for it."""
        for name in self.names:
            source = os.path.join(TOP, name)
            copy = os.path.join(self.path, name)
            with open(source, "rb") as f:
                data = f.read()
            try:
                with open(copy, "rb") as f:
                    same = f.read() == data
            except FileNotFoundError:
                os.makedirs(os.path.dirname(copy), exist_ok=True)
                same = False
            if not same:
                with open(copy, "wb") as f:
                    f.write(data)
            os.chmod(copy, os.stat(source).st_mode & 0o777)

    def _drop_others(self):
        """Remove what is not in the tree any more."""
        names = set(self.names)
        for folder, dirs, files in os.walk(self.path):
            if folder == self.path:
                dirs[:] = [name for name in dirs if name != "build"]
            for name in files:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.path) not in names:
                    os.unlink(path)
