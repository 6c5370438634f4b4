# SPDX-License-Identifier: GPL-2.0-or-later
"""Stacks of layers that do to each other, and to themselves, whatever the
entries of a tar can.

A layer is a list of Entry; a stack a list of layers. The same seed gives the same
stack.
"""
import dataclasses
import functools
import itertools
import random
import tarfile

FILE, DIR, SYM, LINK = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE,
                        tarfile.LNKTYPE)
FIFO, CHAR = tarfile.FIFOTYPE, tarfile.CHRTYPE
# None of them is in the root of a machine: containerd looks there for a path behind
# a link to a link to the root.
NAMES = ["a", "b", "c", "d", "e", ".dot", "li", "\udce9", "new\nline",
         "n" * 255]
MODES = [0o644, 0o755, 0o700, 0o1777, 0o4711, 0o000, 0o2750]
OWNERS = [0, 1, 1000, 65532]
# In the end engines set the time of each directory entry, also of a file or a
# link's target that has its name by then: what has this time has any.
DIR_TIME = 7777


@dataclasses.dataclass
class Entry:
    """A tar entry."""
    kind: bytes
    name: str
    target: str = ""
    data: bytes = b""
    mode: int = 0o644
    owner: int = 0
    mtime: int = 0
    xattrs: dict = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def blocks(self):
        """Its bytes in a tar: headers, content, padding."""
        info = tarfile.TarInfo(self.name)
        info.type = self.kind
        info.linkname = self.target
        info.size = len(self.data)
        info.mode, info.mtime = self.mode, self.mtime
        info.uid = info.gid = self.owner
        if self.kind == CHAR:
            info.devmajor, info.devminor = 1, 3
        info.pax_headers = {"SCHILY.xattr." + k: v
                            for k, v in self.xattrs.items()}
        return info.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape") + \
            self.data + bytes(-len(self.data) % 512)


class Generator:
    """Makes one stack."""

    def __init__(self, seed):
        self.rand = random.Random(seed)
        # Engines give a file the attributes that headers of its hard links
        # state: where there are links all files have the same.
        self.links = self.rand.random() < 0.6
        self.kinds = {}
        self.serial = 0

    def name(self):
        """Mostly few names, so that they meet."""
        rand = self.rand
        return rand.choice(NAMES[:4] if rand.random() < 0.8 else NAMES)

    def path(self):
        """One that was used, or one below it, or a new one."""
        rand = self.rand
        known = self.known()
        folder = self.known(DIR, SYM)
        chance = rand.random()
        if known and chance < 0.4:
            path = known
        elif folder and chance < 0.75:
            path = folder + "/" + self.name()
        else:
            path = "/".join(self.name() for _ in range(rand.randrange(1, 4)))
        if path.count("/") > 6:
            path = "/".join(path.split("/")[-3:])
        return path

    def known(self, *kinds):
        """A path that was used, if there is one for an entry of these kinds."""
        paths = [p for p, kind in self.kinds.items()
                 if not kinds or kind in kinds]
        return self.rand.choice(paths) if paths else ""

    def spelled(self, path):
        """A path as some tars have it."""
        return self.rand.choice(["", "", "", "./", "/"]) + path

    def target(self):
        """Of a symbolic link: near, far, absolute, out of the root, nothing."""
        rand = self.rand
        return rand.choice([
            self.name(), self.path(), "/" + self.path(), "../" + self.name(),
            "../../../" + self.name(), self.name() + "/../" + self.name(),
            ".", "/", "..", "nowhere/at/all"])

    def attributes(self, entry):
        """Mode, owner, time and, of files, extended attributes."""
        rand = self.rand
        if self.links and entry.kind != DIR:
            entry.mtime = 1000
            return
        # New folders in one with set-group-ID have its group, on a disk.
        entry.mode = rand.choice(MODES) & ~(0o2000 if entry.kind == DIR else 0)
        entry.owner = rand.choice(OWNERS)
        entry.mtime = DIR_TIME
        if entry.kind != DIR:
            entry.mtime = rand.randrange(1 << 31)
        if entry.kind == FILE and rand.random() < 0.2:
            entry.xattrs = {f"user.{rand.randrange(3)}": "v" * rand.randrange(9)
                            for _ in range(rand.randrange(1, 3))}

    def entry(self):
        """The next one of a layer."""
        rand = self.rand
        kind = rand.choices(
            [FILE, DIR, SYM, LINK, FIFO, CHAR, "whiteout", "opaque", "aufs"],
            [30, 20, 14, 12 if self.links else 0, 2, 2, 12, 6, 1])[0]
        path = self.path()
        folder, _, name = path.rpartition("/")
        folder += "/" if folder else ""
        if kind == "whiteout":
            return Entry(FILE, self.spelled(folder) + ".wh." + name)
        if kind == "opaque":
            return Entry(FILE, self.spelled(path) + "/.wh..wh..opq")
        if kind == "aufs":
            return Entry(FILE, folder + ".wh..wh." + name)
        entry = Entry(kind, self.spelled(path))
        if kind == DIR and rand.random() < 0.7:
            entry.name += "/"
        if kind == SYM:
            entry.target = self.target()
        elif kind == LINK:
            entry.target = self.spelled(self.known(FILE, LINK, SYM) or
                                        self.path())
        elif kind == FILE and rand.random() < 0.9:
            self.serial += 1
            entry.data = b"%d " % self.serial * rand.choice([1, 5, 400])
        self.attributes(entry)
        self.kinds.pop(path, None)
        self.kinds[path] = kind
        return entry

    def stack(self):
        """All of it."""
        return [[self.entry() for _ in range(self.rand.randrange(1, 14))]
                for _ in range(self.rand.randrange(1, 7))]


def make(seed):
    """The stack of a seed."""
    return Generator(seed).stack()


def to_tar(layer):
    """The bytes of a layer, and the offset behind each entry."""
    parts = [entry.blocks for entry in layer]
    ends = list(itertools.accumulate(map(len, parts)))
    size = (ends or [0])[-1] + 1024
    return b"".join(parts) + bytes(1024 + -size % 10240), ends
