# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees that were unpacked, and those that indexes show, by path.

A tree maps each path to a tuple that says all of what is there that is to be the
same. What engines themselves leave to chance is left out: the root, on which they
do not agree, and times of directories, which change with what is in them.
"""
import os
import stat

import stacks
from programs import load, walk, xattrs

ANY_TIME = stacks.DIR_TIME * 10**9
EMPTY = (stat.S_IFDIR | 0o755, 0, 0, None, None, {})
WHITEOUT = (stat.S_IFCHR, 0, 0, 0, (0, 0), {})
OPAQUE = (b"trusted.overlay.opaque", b"user.overlay.opaque")


def attributes(mode, uid, gid, mtime):
    """What inodes of all types have."""
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        mode = kind
    return (mode, uid, gid, None if kind == stat.S_IFDIR else mtime)


def of_folder(root):
    """A tree that an engine unpacked."""
    found = {}
    for path, st in walk(root).items():
        full = os.path.join(os.fsencode(root), path)
        what = None
        if stat.S_ISREG(st.st_mode):
            what = load(full)
        elif stat.S_ISLNK(st.st_mode):
            what = os.readlink(full)
        elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
            what = (os.major(st.st_rdev), os.minor(st.st_rdev))
        found[path] = (*attributes(st.st_mode, st.st_uid, st.st_gid,
                                   st.st_mtime_ns), what, xattrs(full))
    return without_own(found)


def without_own(found):
    """Without the root and what AUFS leaves, which is never shown."""
    return {path: what for path, what in found.items()
            if path and b"/.wh..wh." not in b"/" + path}


def of_node(ix, node):
    """An inode of an index."""
    what = None
    if node.type == stat.S_IFREG:
        what = ix.content(node)
    elif node.type == stat.S_IFLNK:
        what = node.target
    elif node.type in (stat.S_IFCHR, stat.S_IFBLK):
        what = node.rdev
    return (*attributes(node.mode, node.uid, node.gid, node.mtime), what,
            {k: v for k, v in node.xattrs.items() if k not in OPAQUE})


def of_index(ix):
    """What a mount shows."""
    return {path: of_node(ix, node) for path, node in ix.paths.items() if path}


def drop(found, path):
    """Remove what is in a directory."""
    below = path + b"/" if path else b""
    for known in [p for p in found if p.startswith(below)]:
        del found[known]


def overlay(indexes):
    """What overlayfs shows over mounts of these, lowest first.

    A whiteout that hides nothing is shown: overlayfs lists it in a directory that
    is in one layer only. The roots of all layers are merged, also opaque ones.
    """
    found = {}
    for ix in indexes:
        for path in sorted(ix.paths, key=lambda p: p.split(b"/")):
            node = ix.paths[path]
            if path and (node.type != stat.S_IFDIR or
                         OPAQUE[0] in node.xattrs or
                         (path in found and
                          not stat.S_ISDIR(found[path][0]))):
                drop(found, path)
            if node.type == stat.S_IFCHR and node.rdev == (0, 0):
                if found.pop(path, None) is None:
                    found[path] = of_node(ix, node)
            elif path:
                found[path] = of_node(ix, node)
    return found


def links_of_folder(root):
    """The sets of paths that are one file."""
    groups = {}
    for path, st in walk(root).items():
        if not stat.S_ISDIR(st.st_mode) and b".wh..wh." not in path:
            groups.setdefault(st.st_ino, set()).add(path)
    return sorted(map(sorted, groups.values()))


def links_of_index(ix):
    """The same of an index."""
    groups = {}
    for path, node in ix.paths.items():
        if node.type != stat.S_IFDIR:
            groups.setdefault(node.ino, set()).add(path)
    return sorted(map(sorted, groups.values()))


def difference(want, have):
    """One line about each of the first paths that differ, or nothing.

    A directory may have attributes more where it was unpacked: engines add those
    of an entry to what they find there.
    """
    lines = []
    for path in sorted(set(want) | set(have)):
        a, b = want.get(path), have.get(path)
        if a and b and a[3] == ANY_TIME:
            a, b = (*a[:3], None, *a[4:]), (*b[:3], None, *b[4:])
        if a and b and stat.S_ISDIR(a[0]) and a[:-1] == b[:-1] and \
                b[-1].items() <= a[-1].items():
            continue
        if a != b:
            lines.append(f"{path!r}: wanted {str(a)[:200]}, got {str(b)[:200]}")
    return lines[:5]
