# SPDX-License-Identifier: GPL-2.0-or-later
"""Making layers, and reading them with other programs."""
import io
import json
import os
import random
import subprocess
import tarfile
import tempfile

from programs import BIN, load, need, save, tool
from tap import TOP, Skip

PROGRAM = os.environ.get("MKFS_STARGZ", BIN + "/mkfs.stargz")
INDEX = BIN + "/stargz-index"
LIBRARY = "/usr/share/gocode/src/github.com/containerd/stargz-snapshotter/estargz"
BLOCK = 512
OWN = {"stargz.index.json", ".prefetch.landmark", ".no.prefetch.landmark"}
# Arguments by which each format is made.
FORMATS = {
    "estargz": (),
    "per-file": ("--min-chunk-size=0",),
    "stargz": ("--format=stargz",),
    "zstd": ("-z", "zstd,3"),
    "zstd-per-file": ("-z", "zstd,3", "--min-chunk-size=0"),
    "external": ("--format=external-toc",),
}


class Layer:
    """What a run of the program gave."""

    def __init__(self, data, toc, info, err):
        self.data, self.toc, self.info, self.err = data, toc, info, err
        self.tar = unpack(data)

    def entries(self):
        """The entries of the tar by Python, without those of the format."""
        with tarfile.open(fileobj=io.BytesIO(self.tar)) as t:
            return [m for m in t.getmembers()
                    if m.name.removeprefix("./") not in OWN]


def unpack(data):
    """Decompress a whole layer."""
    program = "zstd" if data[:4] == b"\x28\xb5\x2f\xfd" else "gzip"
    run = subprocess.run([program, "-dc"], input=data, capture_output=True,
                         check=False)
    assert run.returncode == 0 and not run.stderr, run.stderr
    return run.stdout


def attempt(*args, **more):
    """Run the program."""
    return subprocess.run([PROGRAM, *args], capture_output=True, check=False,
                          **more)


def make(source, *args, warnings=0, **more):
    """Make a layer of a tar (bytes) or of what is at a path."""
    with tempfile.TemporaryDirectory() as tmp:
        path = source
        if isinstance(source, bytes):
            path = save(tmp + "/source", source)
        if "--format=external-toc" in args:
            args += ("--toc=" + tmp + "/toc",)
        run = attempt("--print-digest", *args, tmp + "/layer", path, **more)
        err = run.stderr.decode("utf-8", "replace")
        assert run.returncode == 0, err
        assert err.count("warning:") == len(err.splitlines()) == warnings, err
        left = set(os.listdir(tmp))
        assert left <= {"source", "layer", "toc"}, left
        toc = load(tmp + "/toc") if "toc" in left else None
        return Layer(load(tmp + "/layer"), toc, json.loads(run.stdout), err)


def body(tar):
    """A tar without the blocks that end it."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        t.getmembers()
        return tar[:t.offset]


def text(seed, size):
    """Text that compresses about as well as usual files do."""
    rand = random.Random(seed)
    words = [b"%x" % rand.getrandbits(24) for _ in range(200)]
    out = b" ".join(rand.choices(words, k=size // 4 + 1))
    return out[:size]


def files(count=300, seed=1):
    """Names and contents of files of all sizes."""
    rand = random.Random(seed)
    out = [("dir%d/" % i, None) for i in range(5)]
    for i in range(count):
        size = int(2 ** rand.uniform(0, 14))
        out.append(("dir%d/file%d" % (i % 5, i), text(i, size)))
    out += [("empty", b""), ("large", text(-1, 700001)),
            ("exact", text(-2, 1 << 18)), ("zeroes", bytes(100000)),
            ("last", b"x")]
    return out


def library(data, *args, digest):
    """What the estargz library says of a layer."""
    program = build_openesgz()
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        run = subprocess.run([program, *args, f.name, digest],
                             capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.decode("utf-8", "surrogateescape").splitlines()


def build_openesgz():
    """Build the program that uses the library, once."""
    program = TOP + "/build/mkfs-tests/openesgz"
    source = os.path.dirname(os.path.abspath(__file__)) + "/openesgz.go"
    if not os.path.exists(program) or \
            os.path.getmtime(program) < os.path.getmtime(source):
        os.makedirs(os.path.dirname(program), exist_ok=True)
        need("go")
        if not os.path.isdir(LIBRARY):
            raise Skip("no estargz library for Go")
        tool(TOP + "/tests/fixtures/build-go", source, program)
    return program
