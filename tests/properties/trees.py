# SPDX-License-Identifier: GPL-2.0-or-later
"""Random trees, and random changes of them."""
import os
import shutil
import stat

# Sizes where spans, members and chunks begin, in bytes.
BORDERS = (512, 4096, 65536, 128 << 10, 256 << 10)
ODD = (b"a b", b"\xff\xfe", b"new\nline", b"back\\slash", b"-dash", b"\xc3\xa4",
       b"*?[x]", b"'\"", b"\x01\x7f", b"a=b", b"%s", b"#")
# No two are within a second: --diff takes these for equal if one is a whole second.
TIMES = (0, 2 * 10 ** 9 + 1, -2 * 10 ** 9 + 1, -10 ** 18, 2 ** 31 * 10 ** 9,
         2 ** 33 * 10 ** 9)


def name(r):
    """Some are long, some have odd bytes."""
    kind = r.randrange(8)
    if kind == 0:
        return r.choice(ODD) + b"%d" % r.randrange(100)
    if kind == 1:
        return bytes([r.choice(b"xyz")]) * r.randint(90, 255)
    return b"%s%d" % (r.choice((b"f", b"file.txt.", b".hidden", b"so.")),
                      r.randrange(1000))


def content(r):
    """Bytes of a file, some alike and some random."""
    size = r.choice((0, 1, r.randrange(2000), r.choice(BORDERS) +
                     r.randint(-1, 1), r.randrange(20000)))
    if r.randrange(3):
        return (b"line %d of some text\n" % r.randrange(5) * (size // 16 + 1)
                )[:size]
    return r.randbytes(size)


def write(r, path):
    """A regular file, some with holes."""
    data = content(r)
    with open(path, "wb") as f:
        f.write(data)
        if not r.randrange(5):
            f.truncate(len(data) + r.choice((4096, 1 << 20, r.randrange(9999))))
            if r.randrange(2):
                f.seek(0, os.SEEK_END)
                f.write(b"end")


def make(r, path):
    """Something that is no directory."""
    kind = r.randrange(12)
    if kind == 0:
        os.symlink(r.choice((b"target", b"../" * 3, b"/abs/\xff", b"x" * 300)),
                   path)
    elif kind == 1:
        os.mkfifo(path)
    elif kind == 2:
        os.mknod(path, r.choice((stat.S_IFCHR, stat.S_IFBLK)) | 0o600,
                 os.makedev(r.randint(1, 4095), r.randrange(1 << 20)))
    else:
        write(r, path)


def attributes(r, path):
    """Owner, mode, attributes; times come last."""
    link = os.path.islink(path)
    if not r.randrange(3):
        os.lchown(path, r.choice((0, 1000, 65535, 2097152, 2 ** 32 - 2)),
                  r.choice((0, 100, 2 ** 31)))
    if not link and not r.randrange(3):
        os.chmod(path, r.choice((0o755, 0o4711, 0o1777, 0, 0o2750, 0o600)))
    if not r.randrange(4):
        for i in range(r.randint(1, 3)):
            os.setxattr(path, b"trusted.x%d" % i, r.choice(
                (b"", b"v\0\xff=\n", r.randbytes(200))),
                follow_symlinks=False)


def set_time(r, path):
    """Set its time."""
    ns = r.choice((*TIMES, r.randrange(2 * 10 ** 18)))
    os.utime(path, ns=(ns, ns), follow_symlinks=False)


def walk(root):
    """All paths below a folder, directories last."""
    return [os.path.join(where, n)
            for where, folders, files in os.walk(root, topdown=False)
            for n in files + folders] + [root]


def folders(root):
    """The directories of a tree."""
    return [p for p in walk(root) if os.path.isdir(p) and
            not os.path.islink(p)]


def add(r, root):
    """One more file, link or directory."""
    path = os.path.join(r.choice(sorted(folders(root))), name(r))
    if os.path.lexists(path) or len(path) > 3000:
        return
    files = sorted(p for p in walk(root) if os.path.islink(p) or
                   not os.path.isdir(p))
    kind = r.randrange(6)
    if kind == 0:
        for _ in range(r.choice((1, 1, 2, 8))):
            os.mkdir(path)
            attributes(r, path)
            path = os.path.join(path, name(r))
    elif kind == 1 and files:
        os.link(r.choice(files), path, follow_symlinks=False)
    else:
        make(r, path)
        attributes(r, path)


def tree(r, root):
    """A new tree."""
    os.mkdir(root)
    for _ in range(r.choice((0, 1, 12, 30))):
        add(r, root)
    if r.randrange(3):
        folder = os.path.join(root, b"many")
        os.mkdir(folder)
        for i in range(r.randint(2, 6)):
            write(r, os.path.join(folder, b"many%d" % i))
    for path in walk(root):
        set_time(r, path)


def remove(path):
    """Remove a file, or a directory with all that is in it."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def thin_out(r, folder):
    """Remove what is in a directory, or all but one name."""
    entries = sorted(os.listdir(folder))
    if entries and r.randrange(3):
        entries.remove(r.choice(entries))
    for entry in entries:
        remove(os.path.join(folder, entry))


def change(r, root):
    """Change a tree a few times."""
    touched = set()
    for _ in range(r.choice((0, 1, 5, 20))):
        paths = sorted(set(walk(root)) - {root})
        kind = r.randrange(6)
        if kind == 0 or not paths:
            add(r, root)
            continue
        if kind == 5:
            thin_out(r, r.choice(sorted(folders(root))))
            continue
        path = r.choice(paths)
        if kind == 1:
            remove(path)
        elif kind == 2:
            remove(path)
            make(r, path)
        elif kind == 3:
            attributes(r, path)
        elif os.path.isfile(path) and not os.path.islink(path):
            write(r, path)
        touched.add(path)
    for path in walk(root):
        if path in touched and r.randrange(2):
            set_time(r, path)
