# SPDX-License-Identifier: GPL-2.0-or-later
"""A layer holds the tree that it was made from, whatever it was made with."""
import os
import re

import trees
from programs import BIN, load, tool
from rounds import each
from tree import GNU_EXTRACT, describe, same_tree, tree

# Arguments of mkfs.stargz, and what the layer is made into then: a command.
FORMATS = {
    "estargz": (("-zgzip,1",), None),
    "zstd-chunked": (("-zzstd,1",), None),
    "stargz": (("-zgzip,1", "--format=stargz"), None),
    "external-toc": (("-zgzip,1", "--format=external-toc"), None),
    "gzip": (("-zgzip,1",), ("gzip", "-1c")),
    "zstd": (("-zgzip,1",), ("zstd", "-1qc")),
    "tar": (("-zgzip,1",), ("cat",)),
}


def ours(program, *args):
    return tool(os.path.join(BIN, program), "-q", *args)


def options(r):
    """Options that change the layer, but not what is in it."""
    return [*r.choice(((), ("--max-member=4K",), ("--chunk-size=4K",),
                       ("--min-chunk-size=0",))),
            *r.choice(((), ("--sort=path",), ("--sort=type",))), "-j2"]


def unpacked(layer):
    """The tar in a layer."""
    start = load(layer)[:2]
    if start == b"\x1f\x8b":
        return tool("gzip", "-dc", layer)
    return load(layer) if start != b"\x28\xb5" else tool("zstd", "-dqc", layer)


def by_gnu_tar(layer, to):
    """What GNU tar extracts; not the table of contents."""
    os.mkdir(to)
    tool(*GNU_EXTRACT, to, "--exclude=stargz.index.json",
         "--exclude=.no.prefetch.landmark", input=unpacked(layer))
    return tree(to)


class Layer:
    """A layer, and the options of other programs that it needs."""

    def __init__(self, path, kind, source, *args):
        self.path = path
        how, make = FORMATS[kind]
        toc = os.fsdecode(path) + ".toc"
        external = kind == "external-toc"
        self.toc = ["--toc=" + toc] if external else []
        self.toc_file = ["--toc-file=" + toc] if external else []
        ours("mkfs.stargz", *how, *self.toc, *args, path, source)
        if make:
            data = tool(*make, input=unpacked(path))
            with open(path, "wb") as f:
                f.write(data)

    def text(self):
        return ours("dump.stargz", "--dump", *self.toc_file, self.path)


def unescape(text):
    """The bytes of a path: \\xHH, or \\\\ for a backslash."""
    return re.sub(rb"\\(?:x([0-9a-f]{2})|\\)", lambda m: (
        bytes([int(m[1], 16)]) if m[1] else b"\\"), text)


def same_text(text, root):
    """Compare a text with what lstat(2) says."""
    lines = [line.split(b" ") for line in text.split(b"\n")[1:] if line]
    found = {unescape(fields[0])[1:]: fields for fields in lines}
    files, _ = tree(root)
    assert set(found) == set(files), set(found) ^ set(files)
    for path, fields in found.items():
        if fields[1] == b"h":
            continue
        full = os.path.join(root, path)
        st = os.lstat(full)
        what = describe(full, st)
        seconds, nanos = divmod(st.st_mtime_ns, 10 ** 9)
        assert int(fields[2], 8) == st.st_mode & 0o7777, fields
        assert (int(fields[3]), int(fields[4])) == (st.st_uid, st.st_gid), fields
        whole, _, part = fields[5].partition(b".")
        assert (int(whole), int(part or b"0")) in \
            ((seconds, nanos), (seconds + 1, 10 ** 9 - nanos)), (fields, nanos)
        if "data" in what:
            assert int(fields[6]) == st.st_size, fields
            assert not st.st_size or what["data"].encode() in fields[8], fields


def test_layers():
    """mkfs.stargz, stargz-index, dump.stargz and fsck.stargz, in each format."""
    def once(r, seed, tmp):
        source, index = tmp + b"/source", tmp + b"/index"
        trees.tree(r, source)
        kinds = list(FORMATS)
        layer = Layer(tmp + b"/layer", kinds[seed % len(kinds)], source,
                      *options(r))
        want = tree(source)
        same_tree(by_gnu_tar(layer.path, tmp + b"/tar"), want)
        ours("stargz-index", *layer.toc, b"-o" + index, layer.path)
        ours("fsck.stargz", "-f", *layer.toc, b"--index=" + index, layer.path)
        ours("fsck.stargz", b"--index=" + index, b"--extract=" + tmp + b"/x",
             layer.path)
        same_tree(tree(tmp + b"/x"), want)
        text = ours("dump.stargz", "--dump", b"--index=" + index, layer.path)
        assert text == layer.text()
        same_text(text, source)
    each(once)


def changed(r, tmp):
    """An old tree and a new one."""
    old, new = tmp + b"/old", tmp + b"/new"
    trees.tree(r, old)
    tool("cp", "-a", old, new)
    trees.change(r, new)
    return old, new


def test_differences():
    """What --diff finds, over the old layer, is the new tree."""
    def once(r, seed, tmp):
        kinds = [k for k in FORMATS if k != "external-toc"]
        old, new = changed(r, tmp)
        base = Layer(tmp + b"/base", kinds[seed % len(kinds)], old)
        top = Layer(tmp + b"/top", r.choice(kinds[:3]), new,
                    b"--diff=" + base.path, *options(r))
        ours("stargz-index", "--device-image", "--merge", b"-o" + tmp + b"/image",
             base.path, top.path)
        ours("fsck.stargz", b"--extract=" + tmp + b"/x", tmp + b"/image")
        same_tree(tree(tmp + b"/x"), tree(new))
    each(once)


def test_reuse():
    """A layer with members of an old one holds what one without them holds."""
    def once(r, seed, tmp):
        kinds = list(FORMATS)[:3]
        kind = kinds[seed % len(kinds)]
        old, new = changed(r, tmp)
        how = options(r)
        base = Layer(tmp + b"/base", kind, old, *how)
        clean = Layer(tmp + b"/clean", kind, new, *how)
        reused = Layer(tmp + b"/reused", kind, new, b"--reuse=" + base.path, *how)
        assert reused.text() == clean.text()
        ours("fsck.stargz", "-f", reused.path)
        same_tree(by_gnu_tar(reused.path, tmp + b"/x"), tree(new))
    each(once)
