# SPDX-License-Identifier: GPL-2.0-or-later
"""Running stargz-index."""
import os
import subprocess
import tempfile

from programs import load, save
from tap import TOP

PROGRAM = os.environ.get("STARGZ_INDEX",
                         os.path.join(TOP, "build/bin/stargz-index"))


class Result:
    """What a run of the program gave.

    That the layer leaves something open is no warning of an entry: it is taken
    out of err, and open says so.
    """

    def __init__(self, code, out, err, index):
        lines = err.splitlines(keepends=True)
        self.open = any("see --below" in line for line in lines)
        self.err = "".join(n for n in lines if "see --below" not in n)
        self.code, self.out, self.index = code, out, index

    def __repr__(self):
        return f"exit {self.code}, {self.err!r}"


def index(blob, *args, toc=None):
    """Run stargz-index over a blob (bytes, or a path) and keep the index."""
    with tempfile.TemporaryDirectory() as tmp:
        path = blob
        if isinstance(blob, bytes):
            path = save(os.path.join(tmp, "blob"), blob)
        if toc is not None:
            args += ("--toc=" + save(os.path.join(tmp, "toc"), toc),)
        out = os.path.join(tmp, "index")
        if "--check" not in args:
            args += ("-o", out)
        run = subprocess.run([PROGRAM, *args, path], capture_output=True,
                             check=False)
        data = load(out) if os.path.exists(out) else None
        left = set(os.listdir(tmp)) - {"blob", "toc", "index"}
        assert not left, f"left behind: {left}"
        return Result(run.returncode, run.stdout.decode(),
                      run.stderr.decode("utf-8", "replace"), data)
