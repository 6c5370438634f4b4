# SPDX-License-Identifier: GPL-2.0-or-later
"""A directory as a tar, read back by GNU tar, bsdtar and Python."""
import io
import os
import resource
import socket
import subprocess
import tarfile
import tempfile
import threading
import time

from programs import BIN, save, tool
from tap import Skip
from tree import (BSD_EXTRACT, PLAIN, PROGRAM, Folder, attempt, extracted, gnu_tar,
                  made, members, names, refused, same_tree, tree)

DIR_FD_LIMIT = 64


def access_lists(root):
    """Give some files of the odd tree ACLs. To bsdtar a user has 31 bits."""
    tool("setfacl", "-m", "u:5:rwx,g:7:r,u:2000000000:x", root + "/file")
    tool("setfacl", "-m", "u:5:rwx", root + "/mode/sticky")
    tool("setfacl", "-d", "-m", "u:6:rx,m::rx", root + "/mode/sticky")


def test_everything_survives_gnu_tar():
    with Folder(odd=True) as t:
        access_lists(t)
        tar = made(t)
        same_tree(extracted(tar), tree(t))
        tool("tar", "--compare", "--numeric-owner", "--xattrs", "--acls",
             "--warning=no-timestamp", "-f", "-", "-C", t, input=tar)


def test_everything_survives_bsdtar():
    with Folder(odd=True) as t:
        access_lists(t)
        # Of GNU tar's tars it takes -1.5 for -0.5, too.
        os.utime(t + "/time/before-1970", ns=(-10**9, -10**9))
        # bsdtar leaves the folder alone that it extracts to.
        same_tree(extracted(made(t), BSD_EXTRACT), tree(t), root=False)


def test_members_are_those_of_gnu_tar():
    with Folder(odd=True) as t:
        access_lists(t)
        ours = members(made(t))
        theirs = members(gnu_tar(t, "--format=pax"))
    assert [m.name for m in ours] == [m.name for m in theirs]
    for a, b in zip(ours, theirs):
        what = (a.name, a.get_info(), b.get_info())
        assert (a.type, a.mode, a.uid, a.gid, a.linkname, a.devmajor,
                a.devminor) == (b.type, b.mode, b.uid, b.gid, b.linkname,
                                b.devmajor, b.devminor), what
        assert (a.size == b.size) or a.islnk(), what
        assert float(a.mtime) == float(b.mtime), what
        xattrs = [{k: v for k, v in m.pax_headers.items()
                   if k.startswith("SCHILY.xattr.") and "posix_acl" not in k}
                  for m in (a, b)]
        # GNU tar repeats none of them for a hard link either.
        assert xattrs[0] == xattrs[1] or a.islnk(), (what, xattrs)


def test_bsdtar_lists_it_without_complaint():
    with Folder(odd=True) as t:
        tar = made(t)
        run = subprocess.run(["bsdtar", "-tvf", "-"], input=tar,
                             capture_output=True, check=True,
                             env=dict(os.environ, LC_ALL="C.UTF-8"))
        assert len(run.stdout.splitlines()) == len(members(tar))
        assert not run.stderr, run.stderr


def test_names_of_all_lengths():
    f = Folder()
    with f as t:
        for n in list(range(80, 120)) + list(range(240, 256)):
            f.write("n" * n)
            f.write("d" * n + "/" + "e" * (255 - n) + "x")
            os.symlink("t" * n, t + "/s%d" % n)
            os.link(t + "/" + "n" * n, t + "/h%d" % n)
        f.write("a/" * 80 + "b" * 100)
        f.write("a/" * 50 + "\udce4" * 100)
        same_tree(extracted(made(t)), tree(t))


def test_numbers_and_times_at_the_borders():
    f = Folder()
    with f as t:
        for i in (2097151, 2097152, 4294967294):
            os.chown(f.write("id-%d" % i), i, i)
        for ns in (-1, 1, -10**9, -10**9 - 1, 1500000000 * 10**9 + 10,
                   8589934591 * 10**9, 8589934592 * 10**9,
                   -2147483648 * 10**9):
            f.write("time%d" % ns, ns=(ns, ns))
        same_tree(extracted(made(t)), tree(t))


def test_times_out_of_range():
    """A warning for each file; ext4 has no such times."""
    late, early = 1 << 40, -(1 << 40)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as t:
        for name, time_ in (("late", late), ("early", early), ("good", 0)):
            os.utime(save(f"{t}/{name}", b""), (time_, time_))
        if os.stat(t + "/late").st_mtime != late:
            raise Skip("the file system has no such times")
        os.link(t + "/late", t + "/same")
        os.mkdir(t + "/dir")
        os.utime(t + "/dir", (late, late))
        times = {m.name: m.pax_headers.get("mtime")
                 for m in members(made(t, warnings=3))}
        assert times["./dir"] == times["./late"], times
        assert times["./late"] == "16299260425", times
        assert times["./early"] == "-2147483648", times


def test_too_many_attributes():
    """What no reader of a layer takes is not in the layer."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as t, \
            tempfile.TemporaryDirectory() as out:
        many, large = save(t + "/many", b""), save(t + "/large", b"")
        try:
            for i in range(5000):
                os.setxattr(many, "user.%x" % i, b"v")
            for i in range(30):
                os.setxattr(large, "user.%x" % i, b"v" * 60000)
        except OSError as why:
            raise Skip("no attributes on tmpfs") from why
        layer = out + "/layer"
        run = subprocess.run([PROGRAM, "--verify", layer, t], check=True,
                             capture_output=True)
        assert sorted(line.split('"')[1] + line.split('"')[2]
                      for line in run.stderr.decode().splitlines()) == [
            "./large: more than 1 MiB of extended attributes, "
            "the rest is omitted",
            "./many: more than 4096 extended attributes, the rest is omitted"]
        run = subprocess.run([BIN + "/fsck.stargz", "-f", layer], check=True,
                             capture_output=True)
        assert not run.stderr, run.stderr
        counts = [sum("SCHILY.xattr" in k for k in m.pax_headers)
                  for m in members(tool("gzip", "-dc", layer)) if m.isreg()]
    assert counts[1:3] == [17, 4096], counts


def begin_of(size, path):
    """The first bytes of the tar in a layer, without making all of it."""
    with subprocess.Popen([PROGRAM, *PLAIN, "-", path],
                          stdout=subprocess.PIPE) as p, \
            subprocess.Popen(["zstd", "-dc"], stdin=p.stdout,
                             stdout=subprocess.PIPE) as unpacked:
        begin = unpacked.stdout.read(size)
        p.kill()
        unpacked.kill()
    return begin


def test_large_file_is_a_pax_size():
    f = Folder()
    with f as t:
        path = f.write("large")
        os.truncate(path, 8 << 30)
        begin = begin_of(4096, t)
        with tarfile.open(fileobj=io.BytesIO(begin), mode="r|") as tar:
            tar.next()
            assert tar.next().size == 8 << 30


def test_holes_are_zeroes():
    f = Folder()
    with f as t:
        path = f.write("holes")
        with open(path, "r+b") as file:
            for at in (0, 1 << 20, (5 << 20) + 17):
                file.seek(at)
                file.write(b"data")
            file.truncate(9 << 20)
        files, _ = extracted(made(t))
        assert files[b"holes"] == tree(t)[0][b"holes"]


def test_twice_the_same_bytes():
    with Folder(odd=True) as t:
        assert made(t) == made(t)


def test_socket_is_left_out():
    with Folder() as t, socket.socket(socket.AF_UNIX) as s:
        s.bind(t + "/socket")
        assert len(members(made(t, warnings=1))) == 1


def test_one_file_system():
    f = Folder()
    with f as t:
        f.write("file")
        os.mkdir(t + "/mounted")
        run = subprocess.run(["mount", "-t", "tmpfs", "none", t + "/mounted"],
                             capture_output=True, check=False)
        if run.returncode:
            raise Skip("cannot mount")
        try:
            f.write("mounted/inside")
            both = [m.name for m in members(made(t))]
            one = [m.name for m in members(made("--one-file-system", t))]
        finally:
            tool("umount", t + "/mounted")
        assert set(both) - set(one) == {"./mounted/inside"}, (both, one)


def test_more_levels_than_descriptors():
    with Folder() as t:
        top = os.open(t, os.O_RDONLY)
        for _ in range(3000):
            os.mkdir("d", dir_fd=top)
            below = os.open("d", os.O_RDONLY, dir_fd=top)
            os.close(top)
            top = below
        os.close(top)
        tar = made(t, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (DIR_FD_LIMIT, DIR_FD_LIMIT)))
        assert len(members(tar)) == 3001
        tool("rm", "-rf", t + "/d")


def test_unreadable_file():
    f = Folder()
    with f as t:
        os.chmod(os.path.dirname(t), 0o755)
        os.chmod(f.write("secret", b"x"), 0)
        refused(t, words=["secret", "Permission denied"],
                preexec_fn=lambda: os.setuid(65534))


def test_unreadable_files_are_ignored():
    f = Folder()
    with f as t:
        os.chmod(os.path.dirname(t), 0o755)
        os.chmod(f.write("secret", b"x"), 0)
        for name in ("linked", "to/the-same"):
            os.makedirs(os.path.dirname(t + "/" + name), exist_ok=True)
            os.link(t + "/secret", t + "/" + name)
        f.write("dir/file", b"x")
        os.chmod(t + "/dir", 0)
        f.write("good", b"x")
        os.link(t + "/good", t + "/to/good")
        for args in ((), ("--sort=path",), ("--all-root",)):
            tar = made("--ignore-failed-read", *args, t, warnings=4,
                       preexec_fn=lambda: os.setuid(65534))
            assert names(tar) == [".", "good", "to", "to/good"]
        m = attempt("--ignore-failed-read", t,
                    preexec_fn=lambda: os.setuid(65534))
        for name in ("secret", "linked", "to/the-same", "dir"):
            assert f'warning: "./{name}": Permission denied, left out' in \
                m.err, m
        # The source itself is not left out.
        os.chmod(t, 0)
        refused("--ignore-failed-read", t, words=["Permission denied"],
                preexec_fn=lambda: os.setuid(65534))


def change_while_read(change, *args, code=8):
    """Call a function when the program has begun to read the first file."""
    f = Folder()
    with f as t:
        f.write("a", os.urandom(48 << 20))
        f.write("b", b"second")
        with subprocess.Popen([PROGRAM, *PLAIN, "-j1", *args, "-", t],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as p:
            p.stdout.read(4096)
            change(t)
            p.stdout.read()
            err = p.stderr.read().decode()
        assert p.returncode == code and len(err.splitlines()) == 1, err
        return err


def test_file_shrinks():
    err = change_while_read(lambda t: os.truncate(t + "/a", 1 << 20))
    assert '"./a": file changed as we read it' in err, err


def test_file_grows():
    def grow(t):
        with open(t + "/a", "ab") as f:
            f.write(b"more")
    err = change_while_read(grow)
    assert '"./a": file changed as we read it' in err, err


def test_file_is_written_over():
    def scribble(t):
        time.sleep(0.02)
        with open(t + "/a", "r+b") as f:
            f.write(b"other")
    err = change_while_read(scribble)
    assert '"./a": file changed as we read it' in err, err


def test_file_vanishes():
    err = change_while_read(lambda t: os.unlink(t + "/b"))
    assert '"./b": No such file or directory' in err, err
    err = change_while_read(lambda t: os.unlink(t + "/b"),
                            "--ignore-failed-read", code=0)
    assert 'warning: "./b": No such file or directory, left out' in err, err
    err = change_while_read(lambda t: os.truncate(t + "/a", 1),
                            "--ignore-failed-read")
    assert '"./a": file changed as we read it' in err, err


def test_symbolic_links_are_not_followed():
    """A directory that is swapped for a link again and again."""
    f = Folder()
    with f as t:
        outside = os.path.dirname(t) + "/outside"
        os.mkdir(outside)
        save(outside + "/secret", b"secret")
        f.write("d/file", b"inside")
        stop = threading.Event()

        def swap():
            while not stop.is_set():
                os.rename(t + "/d", t + "/e")
                os.symlink(outside, t + "/d")
                os.unlink(t + "/d")
                os.rename(t + "/e", t + "/d")

        thread = threading.Thread(target=swap)
        thread.start()
        try:
            for _ in range(30):
                m = attempt(t)
                assert m.code in (0, 8) and b"secret" not in m.tar, m
        finally:
            stop.set()
            thread.join()
        assert b"inside" in made(t)
