# SPDX-License-Identifier: GPL-2.0-or-later
"""Maps of what is read, from traces that are written here in the form of the kernel.
The spans come from readindex; the picture is read as XML."""
import os
import subprocess
import xml.etree.ElementTree
from collections import Counter

from layouts import (TARS, docker_archive, folder, image, refused, tar,
                     write_layout)
from programs import BIN, load, save
from readindex import STORED, Index

TITLES = ["blob", "start", "compressed", "decoded", "wanted", "times", "seconds"]


def line(time, event, task="cat-17", dev="0:45", **fields):
    """A line of trace_pipe."""
    text = " ".join(f"{k} {v}" for k, v in fields.items())
    return f"  {task:>18}  [001] ...1.  {time:.6f}: stargz_{event}: dev {dev} {text}\n"


def decode(time, ix, nr, err=0, **more):
    """A span was decoded."""
    span = ix.spans[nr]
    return line(time, "decode", span=nr, clen=span.clen, ulen=span.ulen, ns=12345,
                err=err, **more)


def complete(time, ino, pos, length, err=0, **more):
    """The page cache got a part of a file."""
    return line(time, "complete", ino=ino, pos=pos, len=length, err=err, **more)


class Disk:
    """A device image in a folder."""

    def __init__(self, tmp, tars=()):
        self.path = tmp + "/disk"
        self.trace = tmp + "/trace"
        image("disk", "-o", self.path, "oci:" + write_layout(tmp + "/oci", tars))
        self.ix = Index(load(self.path))

    def map(self, *lines, options=()):
        """The rows of the table, as numbers."""
        save(self.trace, "".join(lines).encode())
        rows = [n.split("\t") for n in
                image("map", "--trace=" + self.trace, *options,
                      self.path).splitlines()]
        assert rows[0] == TITLES
        return [[float(n) if "." in n else int(n) for n in row] for row in rows[1:]]

    def row(self, nr, wanted, times, seconds):
        """What a row should be."""
        span = self.ix.spans[nr]
        return [span.blob, span.start, span.clen, span.ulen, wanted, times, seconds]

    def files(self):
        """(ino, size, span, offset) of the files that are in one span."""
        return {name: (n.ino, n.size, *n.extents[0][1:])
                for name, n in self.ix.paths.items() if len(n.extents) == 1}


def test_spans():
    with folder() as tmp:
        d = Disk(tmp)
        a = d.files()[b"etc/a"]
        c = d.files()[b"etc/c"]
        assert a[2] != c[2] and a[1] == 30000
        got = d.map(
            "# tracer: nop\n", decode(7.25, d.ix, a[2]),
            complete(7.5, a[0], 0, 4096, task="9.5: 1.5: x-1"),
            decode(8.125, d.ix, c[2], task="a b-2"), decode(8.5, d.ix, c[2]),
            complete(9, c[0], 4096, 8192), complete(9, c[0], 16384, 4096))
        assert got == sorted([d.row(a[2], 4096, 1, 0.0),
                              d.row(c[2], 8192 + 18000 - 16384, 2, 0.875)]), got


def test_files_of_many_spans():
    with folder() as tmp:
        d = Disk(tmp, [tar(("big", os.urandom(9_000_000)))])
        node = d.ix.paths[b"big"]
        assert len(node.extents) > 2
        lengths = Counter()
        ends = [e[0] for e in node.extents[1:]] + [node.size]
        for (start, span, _), end in zip(node.extents, ends):
            low, high = max(start, 1 << 20), min(end, 6 << 20)
            lengths[span] += max(0, high - low)
        nrs = sorted(n for n in lengths if lengths[n])
        got = d.map(*(decode(1, d.ix, n) for n in nrs),
                    complete(2, node.ino, 1 << 20, 5 << 20))
        assert got == [d.row(n, lengths[n], 1, 0.0) for n in nrs], got
        # What is beyond the end of the file is in no span.
        last = node.extents[-1]
        assert d.map(decode(1, d.ix, last[1]),
                     complete(1, node.ino, last[0], 1 << 30)) == \
            [d.row(last[1], min(node.size - last[0], d.ix.spans[last[1]].ulen),
                   1, 0.0)]


def test_stored_content_is_not_decoded():
    with folder() as tmp:
        image("disk", "-o", tmp + "/disk", "docker-archive:" + docker_archive(tmp + "/d.tar"))
        ix = Index(load(tmp + "/disk"))
        node = ix.paths[b"etc/a"]
        nr = node.extents[0][1]
        assert ix.spans[nr].codec == STORED
        trace = save(tmp + "/trace", complete(3, node.ino, 0, 4096).encode())
        rows = image("map", "--trace=" + trace, tmp + "/disk").splitlines()[1:]
        assert [r.split("\t")[4:] for r in rows] == [["4096", "1", "0.000000"]]


def test_lines_that_do_not_count():
    with folder() as tmp:
        d = Disk(tmp)
        ino, _, nr, _ = d.files()[b"etc/a"]
        other = d.files()[b"etc/c"][2]
        want = [d.row(nr, 4096, 1, 1.0)]
        assert d.map(
            decode(0, d.ix, other, err=-5), decode(1, d.ix, nr),
            decode(2, d.ix, other, dev="0:46"), complete(3, ino, 0, 4096),
            complete(3, ino, 4096, 4096, err=-5), complete(3, 9999, 0, 4096),
            complete(3, 1, 0, 4096), line(4, "decode", span=10**6, clen=1, ulen=1,
                                          ns=1, err=0),
            "cat-1 [0] 5.0: stargz_decode: dev 0:45 span\n",
            "cat-1 [0] 5.0: stargz_plan: dev 0:45 ino 9 pos 0 len 1 span 0\n",
            "x" * 5000 + "\n", "\n", "no newline") == want
        # More than there is was read again.
        assert d.map(decode(1, d.ix, nr), *[complete(1, ino, 0, 28672)] * 9) == \
            [d.row(nr, d.ix.spans[nr].ulen, 1, 0.0)]
        assert d.map() == []
        save(d.trace, b"CPU:1 [LOST 17 EVENTS]\n" + decode(1, d.ix, nr).encode())
        refused_lost(d)


def refused_lost(d):
    """Lost events give a warning, and the table."""
    done = subprocess.run([BIN + "/stargz-image", "map", "--trace=" + d.trace, d.path],
                          check=False, capture_output=True, text=True)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2, done
    assert done.stderr.count("\n") == 1 and "events were lost" in done.stderr


def test_picture():
    with folder() as tmp:
        d = Disk(tmp)
        ino, _, nr, _ = d.files()[b"etc/a"]
        span = d.ix.spans[nr]
        d.map(decode(1, d.ix, nr), complete(2, ino, 0, 4096),
              options=["--plot=" + tmp + "/x.svg"])
        root = xml.etree.ElementTree.parse(tmp + "/x.svg").getroot()
        svg = "{http://www.w3.org/2000/svg}"
        texts = ["".join(t.itertext()) for t in root.iter(svg + "text")]
        size = sum(b.size for b in d.ix.blobs)
        assert any(t == f"{4096 / 1e6:.1f} MB wanted, "
                   f"{(span.ulen - 4096) / 1e6:.1f} MB inflated for nothing, from "
                   f"{span.clen / 1e6:.1f} of {size / 1e6:.1f} MB of the layers "
                   f"({100 * span.clen / size:.1f} %)" for t in texts), texts
        # The columns of the strip: as much of them is blue as was wanted.
        blue = orange = 0
        for rect in root.iter(svg + "rect"):
            area = float(rect.get("height")) * float(rect.get("width"))
            blue += area * (rect.get("fill") == "#1d4ed8")
            orange += area * (rect.get("fill") == "#c2410c")
        assert abs(blue / (blue + orange) - 4096 / span.ulen) < .02
        assert abs((blue + orange) / (36 * 750) - span.clen / size) < .02
        # A picture of nothing is one, too.
        d.map(options=["--plot=" + tmp + "/y.svg"])
        xml.etree.ElementTree.parse(tmp + "/y.svg")
        assert sorted(os.listdir(tmp)) == ["disk", "oci", "trace", "x.svg", "y.svg"]


def test_refusals():
    with folder() as tmp:
        d = Disk(tmp)
        trace = save(d.trace, b"")
        refused(2, "not a mount of stargz", "map", tmp)
        refused(2, "No such file", "map", tmp + "/nosuch")
        refused(2, "No such file", "map", "--trace=" + tmp + "/nosuch", d.path)
        refused(1, "MOUNT: is missing", "map")
        refused(1, "1 to 86400", "map", "--seconds=0", tmp)
        refused(2, "nosuch", "map", "--trace=" + trace, "--plot=" + tmp + "/nosuch/x",
                d.path)
        data = bytearray(load(d.path))
        data[100] ^= 1
        save(d.path, data)
        refused(4, d.path, "map", "--trace=" + trace, d.path)
