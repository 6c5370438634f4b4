# SPDX-License-Identifier: GPL-2.0-or-later
"""Tars of everything odd, and what they mean.

A tar is made of a seed, header by header, and a model of the tree goes along
that knows nothing of how tars are read: names replace one another, a hard
link is to the file that has the name at that moment. Left out is what readers
disagree about: links to what is not there, a file in place of a directory
that is not empty, entries below a file.
"""
import random
import stat

from tarsource import END, header, pad, pax

BLOCK = 512
KINDS = {stat.S_IFREG: b"0", stat.S_IFDIR: b"5", stat.S_IFLNK: b"2",
         stat.S_IFCHR: b"3", stat.S_IFBLK: b"4", stat.S_IFIFO: b"6"}
PARTS = [b"a", b"b", b"c", b"dir", b"sub", b"x y", b"new\nline", b"q\"uote",
         b"back\\slash", "żółw".encode(), b"n" * 99, b"m" * 101, b"p" * 255,
         b"%3D=", b"...", b".wh.gone", b"file.txt", b"lib.so.1"]
# A TOC has no words for these, but the tar inside has.
BYTES = [b"caf\xe9", b"\xff", b"\xf0\x28", b"half\xc3"]


class File:
    """What a name stands for; hard links are one object."""

    def __init__(self, kind, mode=0o755):
        self.mode = kind | mode
        self.uid = self.gid = self.mtime = 0
        self.xattrs = {}
        self.data = b""
        self.target = None
        self.rdev = None

    @property
    def kind(self):
        return stat.S_IFMT(self.mode)


def clean(path):
    """A path of a tar without what says nothing."""
    out = []
    for part in path.split(b"/"):
        if part == b"..":
            out = out[:-1]
        elif part not in (b"", b"."):
            out.append(part)
    return b"/".join(out)


def number_record(key, value):
    return (key, b"%d" % value)


class OddTar:
    """A tar: bytes in @tar, the tree in @files, warnings to be expected."""

    def __init__(self, seed, entries=None, holes=True, plain_names=False):
        self.rand = random.Random(seed)
        self.plain = plain_names
        self.holes = holes
        self.files = {b"": File(stat.S_IFDIR)}
        self.out = []
        self.warnings = 0
        self.sparse = False
        self.ignored = False
        self.add_reg()
        for _ in range(entries or self.rand.choice([1, 2, 5, 20, 60])):
            self.add()
        self.last = self.rand.choice(["any", "empty", "hole", "link", "dir"])
        self.add_last()
        self.end = self.rand.choice([END, END, END + bytes(8192), b"",
                                     bytes(BLOCK), END + b"behind" * 100])
        self.tar = b"".join(self.out) + self.end
        # A global header belongs to the next entry, if one comes.
        while self.out[-1][156:157] == b"g":
            self.out.pop()

    # The tree.

    def children(self, path):
        start = path + b"/" if path else b""
        return [p for p in self.files if p.startswith(start) and p != path]

    def fits(self, path, kind):
        """May an entry of some kind have this path?"""
        while path:
            old = self.files.get(path)
            if old and kind != stat.S_IFDIR and self.children(path):
                return False
            path, _, _ = path.rpartition(b"/")
            parent = self.files.get(path)
            if parent and parent.kind != stat.S_IFDIR:
                return False
            kind = stat.S_IFDIR
        return kind == stat.S_IFDIR

    def put(self, path, file):
        at = path
        while at:
            at, _, _ = at.rpartition(b"/")
            self.files.setdefault(at, File(stat.S_IFDIR))
        self.files[path] = file

    def pick(self, kinds=None):
        """A path that is there, or None."""
        found = [p for p, f in self.files.items() if p and
                 (f.kind in kinds if kinds else f.kind != stat.S_IFDIR) and
                 b".wh." not in p]
        return self.rand.choice(found) if found else None

    def path(self, kind):
        """A path for a new entry; often one that is there."""
        rand = self.rand
        for _ in range(50):
            old = self.pick() if rand.random() < 0.3 else None
            if old is None:
                parts = PARTS if rand.random() < 0.9 else PARTS + BYTES * 5
                if self.plain:
                    parts = [p for p in PARTS if b"\n" not in p]
                depth = rand.choice([1, 1, 2, 2, 3, 6])
                old = b"/".join(rand.choice(parts) for _ in range(depth))
            if self.fits(old, kind):
                return old
        return b"spare%d" % rand.getrandbits(60)

    # Bytes.

    def spell(self, path, directory=False):
        """The path as a tar may have it."""
        before = self.rand.choice([b"", b"", b"./", b"/", b".//"])
        if self.rand.random() < 0.05:
            before += b"no/../"
        if self.rand.random() < 0.05:
            path = path.replace(b"/", b"//", 1)
        return before + path + (b"/" if directory and
                                self.rand.random() < 0.8 else b"")

    def names(self, name, link, records):
        """Extension headers for long names, and what the header has."""
        rand, before, magic, tail = self.rand, b"", b"ustar\x0000", b""
        style = rand.choice(["pax", "gnu", "ustar", "pax"])
        if rand.random() < 0.2 and len(name) <= 100 and len(link) <= 100 \
                and not records:
            return b"", name, link, bytes(8), b""
        if style == "ustar" and len(name) > 100:
            at = name.rfind(b"/", 0, 155)
            if at > 0 and 0 < len(name) - at - 1 <= 100:
                tail, name = name[:at], name[at + 1:]
        for key, kind, text in ((b"path", b"L", name),
                                (b"linkpath", b"K", link)):
            if key in dict(records):
                continue
            if len(text) > 100 or (len(text) > 0 and rand.random() < 0.1
                                   and not tail):
                if style == "gnu" and not records:
                    magic = b"ustar  \0"
                    before += header(b"././@LongLink", kind=kind,
                                          size=len(text) + 1, magic=magic) + \
                        pad(text + b"\0")
                else:
                    records.append((key, text))
        return before, name[:100], link[:100], magic, tail

    def emit(self, file, name, payload=b"", link=b"", kind=None, records=(),
             magic=None, tail=None):
        """Write the header blocks of an entry and its payload."""
        self.warn_ignored()
        rand, records = self.rand, list(records)
        for key, value in file.xattrs.items():
            records.append((b"SCHILY.xattr." + key, value))
        sec, nsec = divmod(file.mtime, 10**9)
        if nsec or not 0 <= sec < 8**11 or rand.random() < 0.1:
            records.append((b"mtime", b"%d.%09d" % (sec, nsec) if sec >= 0
                            else b"%d" % sec))
        ids = {"uid": file.uid, "gid": file.gid}
        base256 = not records and rand.random() < 0.2
        for key, value in list(ids.items()):
            if value > 0o7777777 and not base256:
                records.append(number_record(key.encode(), value))
                ids[key] = 0
        if records and rand.random() < 0.1:
            records.append((b"comment", b"nothing"))
        before, name, link, form, prefix = self.names(name, link, records)
        if records:
            before += pax(records)
        head = header(name, kind=kind or KINDS[file.kind],
                           size=len(payload), link=link,
                           mtime=sec if 0 <= sec < 8**11 else 0,
                           mode=file.mode & 0o7777, dev=file.rdev or (0, 0),
                           magic=magic or form,
                           tail=prefix if tail is None else tail,
                           base256=base256, **ids)
        self.out.append(before + head + pad(payload))

    # Entries.

    def attributes(self, kind):
        rand = self.rand
        file = File(kind, rand.choice([0o644, 0o755, 0o4711, 0, 0o7777]))
        file.uid = rand.choice([0, 0, 1000, 2**21, 2**32 - 2])
        file.gid = rand.choice([0, 0, 5, 2**31])
        file.mtime = rand.choice([0, 10**18, 1_700_000_000_123_456_789,
                                  2**33 * 10**9, -10**9])
        for _ in range(rand.choice([0, 0, 0, 0, 1, 3])):
            file.xattrs[b"user." + rand.choice([b"a", b"long" * 20, b"b c"])] = \
                rand.choice([b"", b"v", bytes(range(256)), b"=\n7 x=y\n"])
        return file

    def content(self):
        rand = self.rand
        size = rand.choice([0, 0, 1, 511, 512, 513, 4096, 5000, 12288, 30000])
        if rand.random() < 0.2:
            return bytes(size)
        return rand.randbytes(16) * (size // 16) + rand.randbytes(size % 16)

    def add(self):
        rand = self.rand
        what = rand.choices(["reg", "dir", "sym", "dev", "link", "self",
                             "sparse", "odd"],
                            [30, 12, 8, 5, 25, 2, 14 if self.holes else 0,
                             4])[0]
        getattr(self, "add_" + what)()

    def add_last(self):
        if self.last == "empty":
            self.regular(b"")
        elif self.last == "hole" and self.holes:
            self.add_sparse(trailing=True)
        elif self.last == "link":
            self.add_link()
        elif self.last == "dir":
            self.add_dir()

    def regular(self, data):
        file = self.attributes(stat.S_IFREG)
        file.data = data
        path = self.path(stat.S_IFREG)
        self.emit(file, self.spell(path), data,
                  kind=self.rand.choice([b"0", b"0", b"0", b"\0", b"7"]))
        self.put(path, file)

    def add_reg(self):
        self.regular(self.content())

    def add_dir(self):
        file = self.attributes(stat.S_IFDIR)
        path = self.path(stat.S_IFDIR) if self.rand.random() < 0.9 else b""
        self.emit(file, self.spell(path, True) or b"./")
        self.put(path, file)

    def add_sym(self):
        file = self.attributes(stat.S_IFLNK)
        file.target = self.rand.choice([b"a", b"../b", b"/", b"t" * 101,
                                        b"u/" * 500, b"\xff"])
        path = self.path(stat.S_IFLNK)
        self.emit(file, self.spell(path), link=file.target)
        self.put(path, file)

    def add_dev(self):
        kind = self.rand.choice([stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
        file = self.attributes(kind)
        if kind != stat.S_IFIFO:
            # A character device 0, 0 is a whiteout of overlayfs, see --overlay.
            file.rdev = self.rand.choice(
                [(1, 3), (259, 70000),
                 (0, 0) if kind == stat.S_IFBLK else (5, 0)])
        path = self.path(kind)
        self.emit(file, self.spell(path))
        self.put(path, file)

    def add_link(self):
        target = self.pick()
        # The manual says what is lost of such a file if its name is taken.
        if target is None or self.files[target].target == b"\xff":
            return
        path = self.path(stat.S_IFREG)
        if path == target or b".wh." in path:
            return
        head = self.attributes(stat.S_IFREG)
        head.xattrs = {}
        self.emit(head, self.spell(path), link=self.spell(target), kind=b"1")
        self.put(path, self.files[target])

    def add_self(self):
        path = self.pick()
        if path is None:
            return
        self.emit(File(stat.S_IFREG, 0o600), self.spell(path),
                  link=self.spell(path), kind=b"1")
        self.warnings += 1

    def warn_ignored(self):
        """What a global header sets is ignored, as engines do: once warned."""
        self.warnings += self.ignored
        self.ignored = False

    def add_odd(self):
        """What is no file: a volume label, a global header."""
        if self.rand.random() < 0.5:
            self.emit(File(stat.S_IFREG, 0), b"label", kind=b"V")
            self.warnings += 1
        else:
            records = [(b"comment", b"for all")]
            if self.rand.random() < 0.5:
                records.append((b"mtime",
                                b"%d" % self.rand.randrange(2**31)))
                self.ignored = True
            self.out.append(pax(records, b"g"))

    def add_sparse(self, trailing=False):
        rand, runs, at = self.rand, [], 0
        for _ in range(rand.choice([0, 0, 1, 2, 5, 30])):
            at += rand.choice([0, 1, 512, 4096, 9999]) if runs or \
                rand.random() < 0.7 else 0
            size = rand.choice([1, 512, 1000, 4096, 6000])
            runs.append((at, rand.randbytes(size)))
            at += size
        hole = rand.choice([0, 1, 512, 50000])
        if trailing or not runs:
            hole = hole or 600
        file = self.attributes(stat.S_IFREG)
        data = bytearray(at + hole)
        for pos, piece in runs:
            data[pos:pos + len(piece)] = piece
        file.data = bytes(data)
        path = self.path(stat.S_IFREG)
        self.sparse = True
        getattr(self, rand.choice(["sparse_gnu", "sparse_00", "sparse_01",
                                   "sparse_10"]))(path, file, runs)
        self.put(path, file)

    def runs_of(self, file, runs):
        """The map; often with the empty run at the end that GNU tar writes."""
        runs = [(pos, len(piece)) for pos, piece in runs]
        if not runs or self.rand.random() < 0.5:
            runs.append((len(file.data), 0))
        return runs

    def sparse_gnu(self, path, file, runs):
        """The old form of GNU tar: 4 runs in the header, 21 in each block."""
        stored = b"".join(piece for _, piece in runs)
        found = self.runs_of(file, runs)
        file.xattrs = {}
        self.warn_ignored()
        file.mtime = 10**18
        file.uid, file.gid = 0, 0

        def table(part, count):
            raw = b"".join(b"%011o\0%011o\0" % run for run in part)
            return raw.ljust(24 * count, b"\0")
        more = found[4:]
        tail = bytes(41) + table(found[:4], 4) + \
            (b"\1" if more else b"\0") + b"%011o\0" % len(file.data)
        blocks = b""
        while more:
            blocks += table(more[:21], 21)
            more = more[21:]
            blocks += (b"\1" if more else b"\0") + bytes(7)
        name, before = self.spell(path), b""
        if len(name) > 100:
            before = header(b"././@LongLink", kind=b"L",
                                 size=len(name) + 1, magic=b"ustar  \0") + \
                pad(name + b"\0")
        self.out.append(before + header(
            name[:100], kind=b"S", size=len(stored), mtime=10**9,
            mode=file.mode & 0o7777, magic=b"ustar  \0", tail=tail) +
            blocks + pad(stored))

    def sparse_pax(self, path, file, records, payload, named):
        name = self.spell(path)
        if named:
            records.append((b"GNU.sparse.name", name))
            name = b"GNUSparseFile.0/x"
        elif len(name) > 100:
            records.append((b"path", name))
            name = name[:100]
        self.emit(file, name, payload, kind=b"0", records=records,
                  magic=b"ustar\x0000", tail=b"")

    def sparse_00(self, path, file, runs):
        found = self.runs_of(file, runs)
        records = [number_record(b"GNU.sparse.size", len(file.data)),
                   number_record(b"GNU.sparse.numblocks", len(found))]
        for pos, size in found:
            records += [number_record(b"GNU.sparse.offset", pos),
                        number_record(b"GNU.sparse.numbytes", size)]
        self.sparse_pax(path, file, records,
                        b"".join(piece for _, piece in runs), False)

    def sparse_01(self, path, file, runs):
        found = self.runs_of(file, runs)
        text = b",".join(b"%d,%d" % run for run in found)
        records = [number_record(b"GNU.sparse.size", len(file.data)),
                   number_record(b"GNU.sparse.numblocks", len(found)),
                   (b"GNU.sparse.map", text)]
        self.sparse_pax(path, file, records,
                        b"".join(piece for _, piece in runs), True)

    def sparse_10(self, path, file, runs):
        found = self.runs_of(file, runs)
        text = b"%d\n" % len(found) + b"".join(b"%d\n%d\n" % r for r in found)
        records = [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                   number_record(b"GNU.sparse.realsize", len(file.data))]
        self.sparse_pax(path, file, records,
                        pad(text) + b"".join(piece for _, piece in runs),
                        True)
