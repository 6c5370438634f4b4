# SPDX-License-Identifier: GPL-2.0-or-later
"""Run functions named test_* and print TAP."""
import os
import subprocess
import sys
import tempfile
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("STARGZ_INDEX",
                         os.path.join(TOP, "build/bin/stargz-index"))
CORPUS = os.environ.get("STARGZ_CORPUS",
                        os.path.join(os.path.dirname(TOP), "shared/corpus"))


class Skip(Exception):
    """Raised by a test that cannot run here."""


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
            path = os.path.join(tmp, "blob")
            with open(path, "wb") as f:
                f.write(blob)
        if toc is not None:
            with open(os.path.join(tmp, "toc"), "wb") as f:
                f.write(toc)
            args += ("--toc=" + os.path.join(tmp, "toc"),)
        out = os.path.join(tmp, "index")
        if "--check" not in args:
            args += ("-o", out)
        run = subprocess.run([PROGRAM, *args, path], capture_output=True,
                             check=False)
        data = None
        if os.path.exists(out):
            with open(out, "rb") as f:
                data = f.read()
        left = set(os.listdir(tmp)) - {"blob", "toc", "index"}
        assert not left, f"left behind: {left}"
        return Result(run.returncode, run.stdout.decode(),
                      run.stderr.decode("utf-8", "replace"), data)


def run(modules):
    """Run the tests of some modules; the exit status."""
    tests = [(m.__name__, name, getattr(m, name)) for m in modules
             for name in vars(m) if name.startswith("test_")]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for n, (module, name, function) in enumerate(tests, 1):
        label = f"{module}: {name[5:].replace('_', ' ')}"
        try:
            function()
            print(f"ok {n} - {label}")
        except Skip as why:
            print(f"ok {n} - {label} # SKIP {why}")
        except Exception:
            failed += 1
            print(f"not ok {n} - {label}")
            for line in traceback.format_exc().splitlines():
                print("# " + line[:400])
        sys.stdout.flush()
    return 1 if failed else 0
