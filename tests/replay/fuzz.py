# SPDX-License-Identifier: GPL-2.0-or-later
"""Make stacks, have containerd unpack them, and compare with our indexes."""
import bisect
import collections
import functools
import multiprocessing
import os
import shutil
import subprocess
import tempfile

import compare
import stacks
from indexer import PROGRAM
from programs import load, save
from readindex import Index

MKFS = os.environ.get("MKFS_STARGZ", os.path.join(os.path.dirname(PROGRAM),
                                                  "mkfs.stargz"))
# So many stacks are one task of a process.
PART = 20
GOPATH = "/usr/share/gocode"
LIBRARIES = {"containerd": "containerd/containerd/archive",
             "umoci": "opencontainers/umoci/oci/layer"}
FORMATS = ("estargz", "stargz", "zstd-chunked")
ORDERS = ("none", "path", "type")


def scratch():
    """A folder in memory, if its files can have attributes of users."""
    folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir(
        "/dev/shm") else None)
    try:
        os.setxattr(folder.name, "user.test", b"")
    except OSError:
        folder = tempfile.TemporaryDirectory()
    return folder


def build_oracle(folder, engine="containerd"):
    """An engine's own code, as a program that unpacks; None if it is not there."""
    program = os.path.join(folder, engine)
    here = os.path.dirname(os.path.abspath(__file__))
    library = os.path.join(GOPATH, "src/github.com", LIBRARIES[engine])
    if not os.path.isdir(library):
        return None
    subprocess.run(["go", "build", "-o", program, here + "/oracle.go",
                    f"{here}/{engine}.go"], check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": GOPATH})
    return program


class Oracle:
    """A process of that program."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        errors="replace")

    def unpack(self, root, paths):
        """None, or "LAYER BYTES REASON" of the layer that is refused."""
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
            # No two of them have the same size.
            save(paths[-1], stacks.to_tar(layer)[0] + bytes(512 * i))
        return paths

    def refused(self, layers):
        """The layer and the entry that the engine refuses first, or None.

        What it refuses when it has read all of a layer is found by halves. No
        layer is empty, but for the last.
        """
        answer = self.oracle.unpack(self.folder + "/root", self.write(layers))
        if answer is None:
            return None
        layer, offset = map(int, answer.split()[:2])
        ends = stacks.to_tar(layers[layer])[1]
        # The header of the entry was read, and perhaps its content.
        entry = bisect.bisect_left(ends, offset)
        if entry < len(ends):
            return layer, entry
        low, high = 0, len(ends)
        while high - low > 1:
            middle = (low + high) // 2
            if self.refused([*layers[:layer], layers[layer][:middle]]):
                high = middle
            else:
                low = middle
        return layer, high - 1

    def merged(self, paths):
        """One index of all."""
        out = self.folder + "/merged"
        run("--merge", "-o", out, *paths)
        return Index(load(out), *map(load, paths))

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
        ix = Index(load(out))
        ix.sources = [load(by_size[size]) for size, *_ in ix.blobs]
        return ix

    def made(self, path, options):
        """A layer alone, and what mkfs.stargz makes of it: what differs."""
        out = self.folder + "/made"
        done = subprocess.run([MKFS, "-q", "--verify", *options, out, path],
                              check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        trees, links = [], []
        for blob in path, out:
            run("-o", self.folder + "/alone", blob)
            ix = Index(load(self.folder + "/alone"), load(blob))
            trees.append(compare.of_index(ix))
            links.append(compare.links_of_index(ix))
        # The manual names what a TOC does not say: that a directory replaced
        # something, so that whiteouts in it have nothing to hide; and parents
        # of entries that cannot be carried out are nobody's.
        for name in set(trees[0]) ^ set(trees[1]):
            for tree, nothing in zip(trees, (compare.EMPTY, compare.WHITEOUT)):
                if tree.get(name, ())[:1] == nothing[:1] and \
                        tree[name] in (nothing, (*nothing[:3], *tree[name][3:])):
                    del tree[name]
        if self.oracle.unpack(path + ".root", [path]):
            for name in set(trees[0]) & set(trees[1]):
                pair = (trees[0][name], trees[1][name])
                if pair == (compare.EMPTY, compare.WHITEOUT):
                    del trees[0][name], trees[1][name]
        lines = compare.difference(*trees)
        # Whiteouts are no links.
        links = [[g for g in groups if len(g) > 1] for groups in links]
        if not lines and links[0] != links[1]:
            lines = ["other hard links"]
        return [" ".join([*options, n]) for n in lines]

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
            at = i + len(layers)
            lines += self.made(path, (f"--format={FORMATS[at % 3]}",
                                      f"--sort={ORDERS[at // 3 % 3]}"))
        return lines


def accepted(bench, layers):
    """A stack without the entries that the engine refuses."""
    layers = [list(n) for n in layers if n]
    while layers and (found := bench.refused(layers)):
        layer, entry = found
        del layers[layer][entry]
        layers = [n for n in layers if n]
    return layers


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


class Counts(collections.Counter):
    """How many stacks the engine took whole, were compared, are wrong, and so
    on."""

    def __str__(self):
        text = (f"{self['whole']} unpacked as they are, "
                f"{self['stacks'] - self['whole']} without what the engine "
                f"refuses, {self['compared']} compared, {self['wrong']} wrong")
        if self["umoci"]:
            text += (f"; umoci: {self['umoci same']} the same, "
                     f"{self['umoci parents']} but for parents of whiteouts, "
                     f"{self['umoci refuses']} refused, "
                     f"{self['umoci other']} otherwise")
        return text


def ask_umoci(bench, umoci, layers, counts):
    """What the other engine makes of a stack is counted, no more: where the two
    do not agree, containerd is the one to follow."""
    root, other = bench.folder + "/root", bench.folder + "/umoci"
    paths = bench.write(layers)
    bench.oracle.unpack(root, paths)
    counts["umoci"] += 1
    if umoci.unpack(other, paths):
        counts["umoci refuses"] += 1
        return
    want, have = map(compare.of_folder, (root, other))
    # Only containerd makes the directories that a whiteout is in.
    more = {p: w for p, w in want.items() if p not in have}
    if not compare.difference(want, have):
        counts["umoci same"] += 1
    elif more and all(w == compare.EMPTY for w in more.values()) and \
            not compare.difference({p: want[p] for p in have if p in want}, have):
        counts["umoci parents"] += 1
    else:
        counts["umoci other"] += 1


def fuzz_some(programs, seeds):
    """Try these; the counts, and what is said."""
    counts, said = Counts(), []
    with scratch() as tmp:
        oracles = [Oracle(p) for p in programs if p]
        bench = Bench(tmp + "/stack", oracles[0])
        for seed in seeds:
            made = stacks.make(seed)
            layers = accepted(bench, made)
            counts["stacks"] += 1
            counts["whole"] += layers == made
            lines = bench.faults(layers) if layers else None
            counts["compared"] += lines is not None
            if lines:
                counts["wrong"] += 1
                small = shrink(bench, layers)
                said += [f"seed {seed}:", *show(small),
                         *(bench.faults(small) or [])]
            elif layers and oracles[1:]:
                ask_umoci(bench, oracles[1], layers, counts)
        for oracle in oracles:
            oracle.close()
    return counts, said


def fuzz(first, count, report):
    """Try so many seeds; the counts."""
    counts = Counts()
    with tempfile.TemporaryDirectory() as tmp, \
            multiprocessing.Pool() as pool:
        programs = [build_oracle(tmp, engine) for engine in LIBRARIES]
        every = range(first, first + count)
        parts = [every[at:at + PART] for at in range(0, count, PART)]
        some = functools.partial(fuzz_some, programs)
        for done, part in enumerate(pool.imap(some, parts), 1):
            counts += part[0]
            report(part[1])
            if done % 50 == 0:
                report([f"{done * PART} of {count} stacks"])
    return counts
