# SPDX-License-Identifier: GPL-2.0-or-later
"""The situations. Each is a function of a maker that returns a cell of the table:
the exit status, and what there is then."""
import errno
import os
import pty
import resource
import socket
import stat
import subprocess
import time

from makers import run, status, works
from place import Place
from programs import load, save

# Title of each situation, and its function, in the order of the table.
SITUATIONS = {}


def situation(title):
    """Register a function."""
    def add(function):
        SITUATIONS[title] = function
        return function
    return add


class MakerPlace(Place):
    """A place for one run of a maker."""

    def __init__(self):
        super().__init__()
        self.out = self / "out"

    def unpack(self, maker, image):
        """Unpack an image into a new directory; its name, None on failure."""
        to = self / "to"
        if maker.name == "tar":
            os.mkdir(to)
        return to if works(maker.extract(image, to)) else None

    def names(self):
        """Of the files beside the source."""
        return set(os.listdir(self.path)) - {"src"}


def state(maker, path, old):
    """What is at the place of the output."""
    if not os.path.lexists(path):
        return "no file"
    if os.path.isfile(path) and load(path) == old:
        return "old file"
    return "new file" if works(maker.check(path)) else "half a file"


def made(maker, p, old=None, args=(), out=None, expect=("out",), **how):
    """Make an image; a cell."""
    out = out or p.out
    code, _, _ = run(maker.make(p.src, out) + list(args), cwd=p.path, **how)
    cell = f"{status(code)}, {state(maker, out, old)}"
    return cell + (", others" if p.names() - set(expect) else "")


def streams(code, out, err):
    """Where was something written?"""
    names = [n for n, text in (("stdout", out), ("stderr", err)) if text]
    return f"{status(code)}, {' and '.join(names) or 'silent'}"


# The command line.

def plain(maker, *args):
    """Call it with other arguments; a cell."""
    with MakerPlace() as p:
        return streams(*run([maker.make("", "")[0], *args], cwd=p.path))


@situation("`--help`")
def _help(maker):
    return plain(maker, "--help")


@situation("no arguments")
def _nothing(maker):
    return plain(maker)


@situation("an unknown option")
def _unknown(maker):
    with MakerPlace() as p:
        return made(maker, p, args=["--no-such-option"])


@situation("source is missing")
def _absent(maker):
    with MakerPlace() as p:
        os.rename(p.src, p / "other")
        return made(maker, p, expect=("out", "other"))


@situation("success, no option for quiet")
def _loud(maker):
    with MakerPlace() as p:
        return streams(*run(maker.make(p.src, p.out), cwd=p.path))


# The output.

@situation("output exists")
def _exists(maker):
    with MakerPlace() as p:
        save(p.out, b"old")
        return made(maker, p, b"old")


@situation("output exists and is an image")
def _image(maker):
    with MakerPlace() as p:
        made(maker, p)
        os.rename(p.src + "/file", p.src + "/other")
        cell = made(maker, p)
        to = p.unpack(maker, p.out)
        both = any("file" in names and "other" in names
                   for _, _, names in os.walk(to))
        return cell + (", appended" if both else "")


@situation("output is a directory")
def _directory(maker):
    with MakerPlace() as p:
        os.mkdir(p.out)
        code = run(maker.make(p.src, p.out), cwd=p.path)[0]
        return f"{status(code)}, " + ("empty" if not os.listdir(p.out)
                                      else "something in it")


@situation("output in a directory that is missing")
def _nowhere(maker):
    with MakerPlace() as p:
        return made(maker, p, out=p / "none/out")


@situation("output is a symbolic link to a file")
def _link(maker):
    with MakerPlace() as p:
        save(p / "real", b"old")
        os.symlink("real", p.out)
        code = run(maker.make(p.src, p.out), cwd=p.path)[0]
        kept_link = "followed" if os.path.islink(p.out) else "replaced"
        return f"{status(code)}, {state(maker, p / 'real', b'old')}, {kept_link}"


@situation("output has another hard link")
def _twin(maker):
    with MakerPlace() as p:
        save(p.out, b"old")
        os.link(p.out, p / "twin")
        code = run(maker.make(p.src, p.out), cwd=p.path)[0]
        same = os.path.samefile(p.out, p / "twin")
        return f"{status(code)}, {'written through' if same else 'parted'}"


@situation("output inside the source, second run")
def _inside(maker):
    with MakerPlace() as p:
        out = p.src + "/out"
        made(maker, p, out=out)
        cell = made(maker, p, out=out)
        to = p.unpack(maker, out)
        return cell + (", packs itself" if any("out" in names for _, _, names
                                               in os.walk(to)) else "")


@situation("output is the source, a file")
def _same(maker):
    with MakerPlace() as p:
        file = p.src + "/file"
        old = load(file)
        code = run(maker.make(file, file), cwd=p.path)[0]
        return f"{status(code)}, " + ("unharmed" if load(file) == old
                                      else "destroyed")


@situation("output is `/dev/full`")
def _full(maker):
    with MakerPlace() as p:
        code = run(maker.make(p.src, "/dev/full"), cwd=p.path)[0]
        return status(code)


@situation("the file system is full, a file was there")
def _no_space(maker):
    with MakerPlace() as p:
        save(p.src + "/large", os.urandom(4 << 20))
        disk = p / "disk"
        os.mkdir(disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk],
                       check=True)
        try:
            out = save(disk + "/out", b"old")
            code = run(maker.make(p.src, out), cwd=p.path)[0]
            others = set(os.listdir(disk)) - {"out"}
            return f"{status(code)}, {state(maker, out, b'old')}" + \
                (", others" if others else "")
        finally:
            subprocess.run(["umount", disk], check=True)


def _limit_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@situation("`RLIMIT_FSIZE`, a file was there")
def _limit(maker):
    with MakerPlace() as p:
        save(p.src + "/large", os.urandom(4 << 20))
        save(p.out, b"old")
        return made(maker, p, b"old", preexec_fn=_limit_size)


@situation("standard output is closed")
def _no_stdout(maker):
    with MakerPlace() as p:
        return made(maker, p, preexec_fn=lambda: os.close(1))


@situation("standard error is closed, a warning is due")
def _no_stderr(maker):
    with MakerPlace() as p:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(p.src + "/socket")
            return made(maker, p, preexec_fn=lambda: os.close(2))


@situation("standard output is a terminal, output is `-` or `/dev/stdout`")
def _terminal(maker):
    with MakerPlace() as p:
        master, slave = pty.openpty()
        # What /dev/stdout links to. The link itself is not used: where it is
        # missing or a file, the programs make or fill that file.
        name = "/proc/self/fd/1" if maker.name != "tar" else "-"
        code = run(maker.make(p.src, name), cwd=p.path, stdout=slave)[0]
        os.close(slave)
        os.close(master)
        return status(code)


def _on_loop(maker, *prepare):
    """A device of 8 MiB; what became of it."""
    with MakerPlace() as p:
        save(p / "disk", bytes(8 << 20))
        device = subprocess.run(["losetup", "-f", "--show", p / "disk"],
                                check=True, capture_output=True) \
            .stdout.decode().strip()
        os.mkdir(p / "mnt")
        mounted = False
        try:
            for command in prepare:
                command = [{"DEV": device, "MNT": p / "mnt"}.get(w, w)
                           for w in command]
                subprocess.run(command, check=True, capture_output=True)
                mounted |= command[0] == "mount"
            subprocess.run(["sync"], check=True)
            before = load(device)[:2 << 20]
            code = run(maker.make(p.src, device), cwd=p.path)[0]
            same = load(device)[:2 << 20] == before
            return f"{status(code)}, {'unharmed' if same else 'overwritten'}"
        finally:
            if mounted:
                subprocess.run(["umount", p / "mnt"], check=True)
            subprocess.run(["losetup", "-d", device], check=True)


@situation("output is an empty block device")
def _device(maker):
    return _on_loop(maker)


@situation("output is a block device with a file system")
def _signature(maker):
    return _on_loop(maker, ["mkfs.ext4", "-q", "DEV"])


@situation("output is a block device that is mounted")
def _mounted(maker):
    return _on_loop(maker, ["mkfs.ext4", "-q", "DEV"],
                    ["mount", "-o", "ro", "DEV", "MNT"])


def _interrupted(maker, number):
    with MakerPlace() as p:
        save(p.src + "/large", os.urandom(64 << 20))
        save(p.out, b"old")
        with subprocess.Popen(maker.make(p.src, p.out), cwd=p.path,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as child:
            # It has begun when there is another file or another size.
            before = p.names(), os.path.getsize(p.out)
            while child.poll() is None and \
                    (p.names(), os.path.getsize(p.out)) == before:
                time.sleep(0.001)
            child.send_signal(number)
        cell = state(maker, p.out, b"old")
        return cell + (", others" if p.names() - {"out"} else "")


@situation("`SIGTERM` while it works, a file was there")
def _term(maker):
    return _interrupted(maker, 15)


@situation("mode of a new output, umask 022")
def _mode(maker):
    with MakerPlace() as p:
        run(maker.make(p.src, p.out), cwd=p.path,
            preexec_fn=lambda: os.umask(0o022))
        return f"{stat.S_IMODE(os.stat(p.out).st_mode):04o}"


@situation("two runs give the same bytes")
def _twice(maker):
    with MakerPlace() as p:
        results = []
        for name in "a", "b":
            run(maker.make(p.src, p / name), cwd=p.path)
            results.append(load(p / name))
            time.sleep(1.1)
        return "yes" if results[0] == results[1] else "no"


# The source.

@situation("source is an empty directory")
def _empty(maker):
    with MakerPlace() as p:
        os.unlink(p.src + "/file")
        return made(maker, p)


@situation("source is a FIFO")
def _fifo_source(maker):
    with MakerPlace() as p:
        os.mkfifo(p / "fifo")
        code = run(maker.make(p / "fifo", p.out), cwd=p.path)[0]
        return f"{status(code)}, {state(maker, p.out, None)}"


def kept(maker, prepare, value, name="x"):
    """Pack a source that @prepare adds something to, unpack it, and compare what
    @value says of the file of that name; a cell."""
    with MakerPlace() as p:
        try:
            prepare(os.path.join(os.fsencode(p.src), os.fsencode(name)))
        except OSError as why:
            return f"not here: {errno.errorcode[why.errno]}"
        before = value(os.path.join(p.src.encode(), os.fsencode(name)))
        code = run(maker.make(p.src, p.out), cwd=p.path)[0]
        if code:
            return f"{status(code)}, {state(maker, p.out, None)}"
        to = p.unpack(maker, p.out)
        if not to:
            return "cannot be unpacked"
        path = os.path.join(to.encode(), os.fsencode(name))
        if not os.path.lexists(path):
            return "left out"
        return "kept" if value(path) == before else "lost"


def _write(data=b"data", **times):
    def write(path):
        save(path, data)
        if times:
            os.utime(path, **times)
    return write


def _bind(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)


def _type(path):
    return stat.S_IFMT(os.lstat(path).st_mode)


def _time(path):
    return os.lstat(path).st_mtime_ns


KEPT = {
    "a FIFO in the source": (os.mkfifo, _type),
    "a socket in the source": (_bind, _type),
    "a device in the source": (
        lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3)),
        lambda path: (_type(path), os.lstat(path).st_rdev)),
    "a dangling symbolic link": (
        lambda path: os.symlink("nowhere", path), os.readlink),
    "hard links": (
        lambda path: (save(path, b"x"), os.link(path, path + b"2")),
        lambda path: os.lstat(path).st_nlink),
    "a hole of 1 MiB": (
        lambda path: (save(path, b""), os.truncate(path, 1 << 20)),
        lambda path: (os.lstat(path).st_size, os.lstat(path).st_blocks < 256)),
    "a set-user-ID bit": (
        lambda path: (save(path, b"x"), os.chmod(path, 0o4711)),
        lambda path: os.lstat(path).st_mode),
    "an owner of 1234:5678": (
        lambda path: (save(path, b"x"), os.chown(path, 1234, 5678)),
        lambda path: (os.lstat(path).st_uid, os.lstat(path).st_gid)),
    "an owner above 65535": (
        lambda path: (save(path, b"x"), os.chown(path, 1 << 20, 1 << 20)),
        lambda path: (os.lstat(path).st_uid, os.lstat(path).st_gid)),
    "a time with nanoseconds": (_write(ns=(0, 10 ** 18 + 123456789)), _time),
    "a time before 1970": (_write(times=(0, -86400)), _time),
    "a time after 2038": (_write(times=(0, 1 << 32)), _time),
    "an extended attribute": (
        lambda path: (save(path, b"x"), os.setxattr(path, "user.a", b"b\0")),
        lambda path: os.getxattr(path, "user.a") if os.listxattr(path)
        else None),
    "file capabilities": (
        lambda path: (save(path, b"x"), os.setxattr(
            path, "security.capability",
            bytes.fromhex("0100000200040000000000000000000000000000"))),
        lambda path: os.getxattr(path, "security.capability")
        if "security.capability" in os.listxattr(path) else None),
    "an empty file": (_write(b""), os.path.getsize),
    "an empty directory": (os.mkdir, _type),
}
NAMES = {
    "a name with a newline": "a\nb",
    "a name that is not UTF-8": b"\xff\xfe",
    "a name of 255 bytes": "n" * 255,
    "a name like an option": "-rf",
}


def _add_kept():
    for title, (prepare, value) in KEPT.items():
        SITUATIONS[title] = lambda maker, prepare=prepare, value=value: \
            kept(maker, prepare, value)
    for title, name in NAMES.items():
        SITUATIONS[title] = lambda maker, name=name: \
            kept(maker, _write(), load, name)


_add_kept()


@situation("a path of 5000 bytes")
def _deep(maker):
    with MakerPlace() as p:
        fd = os.open(p.src, os.O_RDONLY)
        for _ in range(25):
            os.mkdir("d" * 200, dir_fd=fd)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=fd)
            os.close(fd)
            fd = inner
        os.close(fd)
        cell = made(maker, p)
        subprocess.run(["rm", "-rf", p.src], check=True)
        return cell


@situation("an unreadable file in the source")
def _unreadable(maker):
    """Root can read everything; a directory that is no more cannot be."""
    with MakerPlace() as p:
        save(p.src + "/secret", b"x")
        os.chmod(p.src + "/secret", 0)
        os.chmod(p.path, 0o777)
        return made(maker, p, user=65534, group=65534)
