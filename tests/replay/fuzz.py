# SPDX-License-Identifier: GPL-2.0-or-later
"""Make stacks, have containerd unpack them, and compare with our indexes."""
import os
import shutil
import subprocess
import tempfile

import compare
import stacks
from readindex import Index
from tap import PROGRAM

MKFS = os.environ.get("MKFS_STARGZ", os.path.join(os.path.dirname(PROGRAM),
                                                  "mkfs.stargz"))
FORMATS = ("estargz", "stargz", "zstd-chunked")


class Oracle:
    """containerd's own code, as a process that unpacks."""

    def __init__(self, folder):
        program = os.path.join(folder, "oracle")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "oracle.go")
        subprocess.run(["go", "build", "-o", program, source], check=True,
                       env={**os.environ, "GO111MODULE": "off",
                            "GOPATH": "/usr/share/gocode"})
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        errors="replace")

    def unpack(self, root, paths):
        """None, or why not."""
        self.process.stdin.write("\t".join([root, *paths]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        return None if answer == "ok" else answer

    def close(self):
        """No more stacks."""
        self.process.stdin.close()
        self.process.wait()


def run(*args):
    """Run stargz-index; an error if it fails."""
    done = subprocess.run([PROGRAM, "-q", *args], check=False,
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{args}: {done.stderr}")


def read(path):
    """The bytes of a file."""
    with open(path, "rb") as f:
        return f.read()


class Bench:
    """Where a stack is tried."""

    def __init__(self, folder, oracle):
        self.folder, self.oracle = folder, oracle

    def write(self, layers):
        """The layers as files; their paths."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        paths = []
        for i, layer in enumerate(filter(None, layers)):
            paths.append(f"{self.folder}/{i}.tar")
            with open(paths[-1], "wb") as f:
                # No two of them have the same size.
                f.write(stacks.to_tar(layer) + bytes(512 * i))
        return paths

    def merged(self, paths):
        """One index of all."""
        out = self.folder + "/merged"
        run("--merge", "-o", out, *paths)
        return Index(read(out), *map(read, paths))

    def chained(self, paths):
        """The index of each layer, made on top of those below it."""
        indexes = []
        for i, path in enumerate(paths):
            out = f"{self.folder}/{i}.index"
            below = [f"--below={p}" for p in paths[:i]] or ["--below=none"]
            run(*below, "-o", out, path)
            indexes.append(self.read_chained(out, path, paths[:i]))
        return indexes

    @staticmethod
    def read_chained(out, path, below):
        """An index, with the blobs that it refers to, told apart by size."""
        by_size = {os.path.getsize(p): p for p in [*below, path]}
        ix = Index(read(out))
        ix.sources = [read(by_size[size]) for size, *_ in ix.blobs]
        return ix

    def made(self, path, kind):
        """A layer alone, and what mkfs.stargz makes of it: what differs."""
        out = self.folder + "/made"
        done = subprocess.run([MKFS, "-q", f"--format={kind}", out, path],
                              check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        trees, links = [], []
        for blob in path, out:
            run("-o", self.folder + "/alone", blob)
            ix = Index(read(self.folder + "/alone"), read(blob))
            trees.append(compare.of_index(ix))
            links.append(compare.links_of_index(ix))
        # The manual names what a TOC does not say: that a directory replaced
        # something, so that whiteouts in it have nothing to hide; and parents
        # of entries that cannot be carried out are nobody's.
        for path in set(trees[0]) ^ set(trees[1]):
            for tree, nothing in zip(trees, (compare.EMPTY, compare.WHITEOUT)):
                if tree.get(path, ())[:1] == nothing[:1] and \
                        tree[path] in (nothing, (*nothing[:3], *tree[path][3:])):
                    del tree[path]
        lines = compare.difference(*trees)
        # Whiteouts are no links.
        links = [[g for g in groups if len(g) > 1] for groups in links]
        if not lines and links[0] != links[1]:
            lines = ["other hard links"]
        return [f"{kind}: {n}" for n in lines]

    def faults(self, layers):
        """What is wrong, as lines; None if the engine refuses the stack."""
        paths = self.write(layers)
        root = self.folder + "/root"
        if self.oracle.unpack(root, paths):
            return None
        want = compare.of_folder(root)
        ix = self.merged(paths)
        lines = ["merged: " + n for n in
                 compare.difference(want, compare.of_index(ix))]
        if not lines and compare.links_of_folder(root) != \
                compare.links_of_index(ix):
            lines.append("merged: other hard links")
        lines += ["chained: " + n for n in compare.difference(
            want, compare.overlay(self.chained(paths)))]
        # What a TOC cannot say of such names is in the manual.
        if any("\udce9" in e.name + e.target for layer in layers for e in layer):
            return lines
        for i, path in enumerate(paths):
            lines += self.made(path, FORMATS[(i + len(layers)) % 3])
        return lines


def accepted(bench, layers):
    """A stack without the entries that the engine refuses."""
    flat = [(i, entry) for i, layer in enumerate(layers) for entry in layer]

    def takes(count):
        part = [[] for _ in layers]
        for i, entry in flat[:count]:
            part[i].append(entry)
        paths = bench.write(part)
        return part if not bench.oracle.unpack(bench.folder + "/root",
                                               paths) else None

    while not takes(len(flat)):
        low, high = 0, len(flat)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if takes(middle) else (low, middle)
        del flat[high - 1]
    return takes(len(flat))


def shrink(bench, layers):
    """The smallest part of a stack that is still wrong."""
    changed = True
    while changed:
        changed = False
        for i in range(len(layers)):
            for k in range(len(layers[i])):
                fewer = [list(n) for n in layers]
                del fewer[i][k]
                if any(fewer) and bench.faults(fewer):
                    layers, changed = fewer, True
                    break
            if changed:
                break
    return layers


def show(layers):
    """A stack as text."""
    lines = []
    for i, layer in enumerate(layers):
        for e in layer:
            lines.append(f"  layer {i}: {e.kind.decode()} {e.name!r}" +
                         (f" -> {e.target!r}" if e.target else "") +
                         f" {e.mode:o} {e.owner}")
    return lines


def fuzz(first, count, report):
    """Try so many seeds; how many the engine took whole, and were wrong."""
    whole = wrong = 0
    with tempfile.TemporaryDirectory() as tmp:
        oracle = Oracle(tmp)
        bench = Bench(tmp + "/stack", oracle)
        for seed in range(first, first + count):
            made = stacks.make(seed)
            layers = accepted(bench, made)
            whole += layers == made
            lines = any(layers) and bench.faults(layers)
            if lines:
                wrong += 1
                small = shrink(bench, layers)
                report([f"seed {seed}:", *show(small),
                        *(bench.faults(small) or [])])
        oracle.close()
    return whole, wrong
