# SPDX-License-Identifier: GPL-2.0-or-later
"""What the name of an output may stand for."""
import contextlib
import os
import pty
import stat
import subprocess

from programs import BIN
from tap import Skip, need_root
from toolplace import ToolPlace

INDEX, MKFS, DUMP, FSCK = ("stargz-index", "mkfs.stargz", "dump.stargz",
                           "fsck.stargz")
MAGIC = b"StGz"


def test_input_is_not_replaced():
    with ToolPlace() as p:
        os.symlink("layer", p / "link")
        os.link(p / "layer", p / "twin")
        for name in "layer", "./layer", "link", "twin", p / "layer":
            p.refuses(INDEX, "-q", "-o", name, "layer", code=2,
                      words=[name, "is also the input layer"])
            p.refuses(DUMP, "-o", name, "--dump", "layer", code=2,
                      words=[name, "is also the input layer"])
            p.refuses(MKFS, "-q", name, "layer", code=8,
                      words=[name, "is also the input layer"])


def test_no_input_of_any_kind_is_replaced():
    with ToolPlace() as p:
        p.works(MKFS, "-q", "old", "src")
        p.save("list", b"src/file\n")
        p.works(INDEX, "-q", "-o", "index", "layer")
        for args in (["--reuse=old", "old", "src"],
                     ["--diff=old", "old", "src"],
                     ["--prioritized-files=list", "list", "src"],
                     ["--index=layer", "new", "layer"]):
            p.refuses(MKFS, "-q", *args, code=8, words=["is also the input"])
        p.refuses(INDEX, "-q", "--merge", "-o", "index", "index", code=2,
                  words=["is also the input index"])
        p.refuses(DUMP, "--index=index", "-o", "index", "--dump", "layer",
                  code=2, words=["is also the input index"])


def test_two_outputs_are_two_files():
    with ToolPlace() as p:
        os.symlink("out", p / "link")
        os.mkdir(p / "d")
        for name in "out", "./out", "d/../out", p / "out":
            p.refuses(MKFS, "-q", "--index=" + name, "out", "src", code=8,
                      words=["is also the output out"])
        p.refuses(MKFS, "-q", "--format=external-toc", "--toc=same",
                  "--index=same", "out", "src", code=8,
                  words=["is also the output same"])
        p.works(MKFS, "-q", "out", "src")
        p.refuses(MKFS, "-q", "--index=link", "out", "src", code=8,
                  words=["is also the output out"])


def test_source_does_not_hold_the_outputs():
    with ToolPlace() as p:
        for _ in range(2):
            p.works(MKFS, "-q", "--index=src/out.index", "src/out", "src")
            assert p.listing("src/out")[-1] != "out"
            assert not [n for n in p.listing("src/out") if "out" in n]
    with ToolPlace() as p:
        for _ in range(2):
            p.works(MKFS, "-q", "--device-image", "src/disk", "src")
            names = p.works(DUMP, "--dump", "src/disk").stdout
            assert b"disk" not in names and b".stargz-" not in names


def test_link_is_followed():
    with ToolPlace() as p:
        os.mkdir(p / "d")
        os.symlink("d/real", p / "link")
        for _ in range(2):
            p.works(INDEX, "-q", "-o", "link", "layer")
            assert os.readlink(p / "link") == "d/real"
            assert p.load("d/real")[:4] == MAGIC
        os.symlink("b", p / "a")
        os.symlink("a", p / "b")
        p.refuses(INDEX, "-q", "-o", "a", "layer", code=2,
                  words=["a: Too many levels of symbolic links"])


def test_hard_links_stay_together():
    """All names of the file get the result, and keep what they had without one."""
    with ToolPlace() as p:
        p.save("out", b"old" * 100_000)
        os.link(p / "out", p / "twin")
        inode = os.stat(p / "twin").st_ino
        p.refuses(INDEX, "-q", "-o", "out", "src/file", code=3,
                  words=["not a layer"])
        assert p.load("twin") == b"old" * 100_000
        p.works(INDEX, "-q", "-o", "new", "layer")
        for _ in range(2):
            p.works(INDEX, "-q", "-o", "out", "layer")
            assert os.stat(p / "out").st_ino == inode
            assert p.load("twin") == p.load("new")
        assert p.names() == ["layer", "new", "out", "src", "src/file", "twin"]


def test_mount_point_gets_the_result():
    """Container engines mount single files; their names cannot be replaced."""
    need_root()
    with ToolPlace() as p:
        p.works(INDEX, "-q", "-o", "new", "layer")
        p.save("real", b"old")
        p.save("out", b"")
        subprocess.run(["mount", "--bind", p / "real", p / "out"], check=True)
        try:
            p.works(INDEX, "-q", "-o", "out", "layer")
            assert p.load("out") == p.load("new")
            names = p.names()
        finally:
            subprocess.run(["umount", p / "out"], check=True)
        assert p.load("real") == p.load("new") and p.load("out") == b""
        assert names == ["layer", "new", "out", "real", "src", "src/file"]


def test_link_that_may_not_be_followed():
    """The kernel protects links in sticky folders; so do the programs."""
    need_root()
    setting = "/proc/sys/fs/protected_symlinks"
    with open(setting, encoding="ascii") as f:
        before = f.read()
    with ToolPlace() as p:
        p.save("victim", b"old")
        os.mkdir(p / "tmp")
        os.chmod(p / "tmp", 0o1777)
        os.symlink(p / "victim", p / "tmp/link")
        os.lchown(p / "tmp/link", 1234, 1234)
        try:
            with open(setting, "w", encoding="ascii") as f:
                f.write("1")
        except OSError as why:
            raise Skip("cannot set protected_symlinks") from why
        try:
            p.refuses(INDEX, "-q", "-o", "tmp/link", "layer", code=2,
                      words=["tmp/link: Permission denied"])
        finally:
            with open(setting, "w", encoding="ascii") as f:
                f.write(before)


def test_names_of_no_file():
    with ToolPlace() as p:
        for name in "new/", "":
            p.refuses(INDEX, "-q", "-o", name, "layer", code=2, words=[])


def test_external_table_is_not_replaced():
    with ToolPlace() as p:
        p.works(MKFS, "-q", "--format=external-toc", "--toc=toc", "out",
                "src")
        p.refuses(DUMP, "--toc-file=toc", "-o", "toc", "--toc", "out", code=2,
                  words=["is also the input toc"])
        p.refuses(INDEX, "-q", "--toc=toc", "-o", "toc", "out", code=2,
                  words=["is also the input toc"])


def test_what_is_read_again_is_a_file():
    with ToolPlace() as p:
        os.mkfifo(p / "pipe")
        for option in "--verify", "--index=index":
            for name in "/dev/stdout", "/dev/fd/1":
                r = p.run(MKFS, "-q", option, name, "src")
                assert r.returncode == 8 and not r.stdout, r
                assert b"cannot be read again" in r.stderr, r
        r = p.run(MKFS, "-q", "--print-digest", "/dev/stdout", "src")
        assert r.returncode == 8 and not r.stdout, r


def test_device_image_is_written_from_its_start():
    with ToolPlace() as p:
        for mode in "ab", "r+b":
            p.save("big", b"x" * 1000000)
            with open(p / "big", mode) as f:
                f.seek(10)
                r = subprocess.run([os.path.join(BIN, INDEX), "-q",
                                    "--device-image", "-o", "-", p / "layer"],
                                   stdout=f, stderr=subprocess.PIPE,
                                   check=False)
            assert r.returncode and b"from its start" in r.stderr, r
            assert p.load("big") == b"x" * 1000000


def test_names_of_all_lengths():
    """Up to the longest that a file can have."""
    with ToolPlace() as p:
        p.save("src/.layer", b"kept")
        for n in (1, 200, 248, 249, 250, 255):
            for name, args in (("n" * n, ()), ("d" * n, ("--device-image",)),
                               ("src/" + "s" * n, ("--device-image",))):
                p.works(MKFS, "-q", *args, name, "src")
                assert b"/.layer f " in p.works(DUMP, "--dump", name).stdout
                os.unlink(p / name)
        assert p.names() == ["layer", "src", "src/.layer", "src/file"]
        p.refuses(MKFS, "--device-image", "n" * 256, "src", code=8,
                  words=["too long"])


def test_permissions_stay():
    with ToolPlace() as p:
        p.save("out", b"old")
        os.chmod(p / "out", 0o4640)
        p.works(INDEX, "-q", "-o", "out", "layer")
        assert stat.S_IMODE(os.stat(p / "out").st_mode) == 0o640
        mask = os.umask(0o027)
        p.works(INDEX, "-q", "-o", "new", "layer")
        os.umask(mask)
        assert stat.S_IMODE(os.stat(p / "new").st_mode) == 0o640


def test_owner_stays():
    need_root()
    with ToolPlace() as p:
        p.save("out", b"old")
        os.chown(p / "out", 1234, 4321)
        p.works(INDEX, "-q", "-o", "out", "layer")
        st = os.stat(p / "out")
        assert (st.st_uid, st.st_gid) == (1234, 4321)


def test_longest_name():
    with ToolPlace() as p:
        name = "n" * 255
        p.works(INDEX, "-q", "-o", name, "layer")
        assert p.load(name)[:4] == MAGIC


def test_names_of_standard_output():
    with ToolPlace() as p:
        p.works(INDEX, "-q", "-o", "index", "layer")
        want = p.load("index")
        for name in "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
            assert p.works(INDEX, "-q", "-o", name, "layer").stdout == want
            # What was written before is kept, as with any other program.
            with open(p / "log", "wb") as f:
                f.write(b"head")
                f.flush()
                subprocess.run([os.path.join(BIN, INDEX), "-q", "-o", name,
                                p / "layer"], stdout=f, check=True)
            assert p.load("log") == b"head" + want, name
            os.unlink(p / "log")


def test_pipes_and_devices_are_written_in_place():
    with ToolPlace() as p:
        p.works(INDEX, "-q", "-o", "index", "layer")
        os.mkfifo(p / "pipe")
        with subprocess.Popen([os.path.join(BIN, INDEX), "-q", "-o", "pipe",
                               "layer"], cwd=p.path) as writer:
            # It waits for a reader, which reads all there is.
            assert p.load("pipe") == p.load("index")
            assert writer.wait() == 0
        assert stat.S_ISFIFO(os.stat(p / "pipe").st_mode)
        p.works(INDEX, "-q", "-o", "/dev/null", "layer")
        assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_folder_is_refused():
    with ToolPlace() as p:
        p.refuses(INDEX, "-q", "-o", "src", "layer", code=2,
                  words=["src: Is a directory"])


def run_closed(p, closed, program, *args):
    """Run a program without some of its standard descriptors."""
    redirect = {0: "<&-", 1: ">&-", 2: "2>&-"}
    command = 'exec "$@" ' + " ".join(redirect[fd] for fd in closed)
    return subprocess.run(["sh", "-c", command, "sh",
                           os.path.join(BIN, program), *args], cwd=p.path,
                          capture_output=True, check=False)


def test_closed_descriptors():
    with ToolPlace() as p:
        p.works(MKFS, "-q", "want", "src")
        p.works(INDEX, "-q", "-o", "index", "layer")
        # Each warns: of an owner that the layer cannot hold nothing is lost.
        for closed in (0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2):
            for program, out, source, args in (
                    (MKFS, "out", "src", ["out", "src"]),
                    (INDEX, "out", "layer", ["-o", "out", "layer"])):
                r = run_closed(p, closed, program, *args)
                assert r.returncode == 0, (closed, program, r)
                want = "want" if program == MKFS else "index"
                assert p.load(out) == p.load(want), (closed, program, source)
                os.unlink(p / out)


def test_closed_standard_output_is_an_error():
    with ToolPlace() as p:
        for program, args in ((MKFS, ["-q", "-", "src"]),
                              (INDEX, ["-q", "-o", "-", "layer"]),
                              (DUMP, ["--dump", "layer"]),
                              (FSCK, ["layer"])):
            r = run_closed(p, (1,), program, *args)
            assert r.returncode, (program, r)
            assert len(r.stderr.splitlines()) == 1, (program, r)


def test_warning_is_not_in_the_layer():
    """With standard error closed a layer must not get its descriptor."""
    with ToolPlace() as p:
        sock = subprocess.run(
            ["python3", "-c", "import socket,sys;"
             "socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
             p / "src/socket"], check=True)
        assert sock.returncode == 0
        # GNU tar warns of sockets, and so do we.
        want = p.run(MKFS, "want", "src")
        assert b"socket" in want.stderr, want
        r = run_closed(p, (2,), MKFS, "out", "src")
        assert r.returncode == 0 and p.load("out") == p.load("want")


def test_terminal_gets_no_binary():
    with ToolPlace() as p:
        for program, args in ((MKFS, ["-q", "-", "src"]),
                              (INDEX, ["-q", "-o", "-", "layer"]),
                              (INDEX, ["-q", "-o", "/dev/stdout", "layer"])):
            master, slave = pty.openpty()
            r = subprocess.run([os.path.join(BIN, program), *args],
                               cwd=p.path, stdout=slave,
                               stderr=subprocess.PIPE, check=False)
            name = os.ttyname(slave)
            named = subprocess.run(
                [os.path.join(BIN, program),
                 *[name if a in ("-", "/dev/stdout") else a for a in args]],
                cwd=p.path, stderr=subprocess.PIPE, check=False)
            os.close(slave)
            try:
                shown = os.read(master, 100)
            except OSError:
                shown = b""
            os.close(master)
            for run in r, named:
                assert run.returncode and b"terminal" in run.stderr, run
            assert not shown, shown


@contextlib.contextmanager
def loop_device(p, name, size=16 << 20):
    """A loop device with a file of zeroes behind it."""
    need_root()
    with open(p / name, "wb") as f:
        f.truncate(size)
    r = subprocess.run(["losetup", "-f", "--show", p / name], check=False,
                       capture_output=True)
    if r.returncode:
        raise Skip("no loop device")
    device = r.stdout.decode().strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "-d", device], check=False)


def test_loop_device_and_the_file_behind_it():
    """One is the other, in either direction, also through a second device."""
    with ToolPlace() as p, loop_device(p, "disk") as device:
        with open(device, "r+b") as f:
            f.write(p.load("layer"))
        subprocess.run(["blockdev", "--flushbufs", device], check=True)
        pairs = [(device, "disk"), ("disk", device)]
        for out, source in pairs:
            p.refuses(MKFS, "-q", "--force", out, source, code=8,
                      words=[out, "is also the input " + source])
            p.refuses(INDEX, "-q", "--force", "-o", out, source, code=2,
                      words=[out, "is also the input " + source])
        p.refuses(MKFS, "-q", "--force", "--index=disk", device, "src",
                  code=8, words=["is also the output"])
        r = subprocess.run(["losetup", "-f", "--show", device], check=False,
                           capture_output=True)
        if r.returncode:
            raise Skip("no second loop device")
        second = r.stdout.decode().strip()
        try:
            p.refuses(MKFS, "-q", "--force", "disk", second, code=8,
                      words=["disk", "is also the input " + second])
        finally:
            subprocess.run(["losetup", "-d", second], check=False)
        p.works(INDEX, "-q", "-o", "index", device)


def test_empty_device():
    with ToolPlace() as p, loop_device(p, "disk") as device:
        p.works(MKFS, "-q", "want", "src")
        p.works(MKFS, "-q", device, "src")
        want = p.load("want")
        assert p.load("disk")[:len(want)] == want
        # A layer is something to lose, too.
        for program, args, code in ((MKFS, [device, "src"], 8),
                                    (INDEX, ["-o", device, "layer"], 2)):
            p.refuses(program, "-q", *args, code=code,
                      words=[device, "holds a layer", "--force"])
        p.works(MKFS, "-q", "--force", "--verify", "--index=index", device,
                "src")
        p.works(INDEX, "-q", "-o", "of-file", "want")
        assert p.load("index") == p.load("of-file")


def test_device_with_a_signature():
    kinds = {"ext4": ["mkfs.ext4", "-q"], "swap": ["mkswap"]}
    for kind, command in kinds.items():
        with ToolPlace() as p, loop_device(p, "disk") as device:
            subprocess.run([*command, device], check=True,
                           capture_output=True)
            p.refuses(MKFS, "-q", device, "src", code=8,
                      words=[device, kind, "--force"])
            p.refuses(INDEX, "-q", "-o", device, "layer", code=2,
                      words=[device, kind, "--force"])
            p.works(MKFS, "-q", "--force", device, "src")
            p.works(FSCK, "-f", device)


def test_device_in_use():
    with ToolPlace() as p, loop_device(p, "disk") as device:
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        os.mkdir(p / "mnt")
        if subprocess.run(["mount", device, p / "mnt"], check=False,
                          capture_output=True).returncode:
            raise Skip("cannot mount")
        try:
            for force in [], ["--force"]:
                p.refuses(MKFS, "-q", *force, device, "src", code=8,
                          words=[device, "in use"])
                p.refuses(INDEX, "-q", *force, "-o", device, "layer", code=2,
                          words=[device, "in use"])
        finally:
            subprocess.run(["umount", p / "mnt"], check=True)
