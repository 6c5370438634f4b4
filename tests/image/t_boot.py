# SPDX-License-Identifier: GPL-2.0-or-later
"""Booting virtual machines: the commands that are printed, read by shlex and json, and
what a program in the place of QEMU gets. No machine runs here."""
import io
import json
import os
import re
import shlex
import signal
import stat
import struct
import subprocess
import sys
import tarfile
import time

from layouts import (TARS, Layout, call, config_of, docker_archive, folder, gzips,
                     image, refused)
from programs import BIN, load, save, tool
from readindex import Index
from tap import Skip

RELEASE = "6.99.1-test"
# It saves what it gets, also the files of its disks, which may be temporary.
QEMU = f"""#!{sys.executable}
import json, os, re, sys, time
out = os.environ["OUT"]
json.dump(sys.argv[1:], open(out + "/argv", "w"))
paths = [re.search("file=(.*)", a)[1].replace(",,", ",") for a in sys.argv
         if a.startswith("id=disk")]
for i, path in enumerate(paths + [sys.argv[sys.argv.index("-initrd") + 1]]):
    open(f"{{out}}/file{{i}}", "wb").write(open(path, "rb").read())
open(out + "/ready", "w").close()
if "SLEEP" in os.environ:
    time.sleep(60)
sys.exit(int(os.environ.get("STATUS", 0)))
"""
MKINITRAMFS = f"""#!{sys.executable}
import json, os, sys
json.dump(sys.argv[1:], open(os.environ["OUT"] + "/initrd-argv", "w"))
if "FAIL" in os.environ:
    sys.exit("stargz-mkinitramfs: stargz: no such module")
open(sys.argv[sys.argv.index("-o") + 1], "w").write("made")
"""


def program(path, text):
    """An executable file."""
    save(path, text.encode())
    os.chmod(path, stat.S_IRWXU)


def bzimage(release):
    """The head of a kernel image for x86."""
    head = bytearray(0x600)
    head[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", head, 0x20e, 0x300)
    head[0x500:0x500 + len(release) + 8] = release.encode() + b" (root@)"
    return bytes(head)


class Machine:
    """A folder with a kernel, an initramfs, and programs that PATH has."""

    def __init__(self, tmp):
        self.tmp = tmp
        for name in ("bin", "out", "tmp"):
            os.mkdir(f"{tmp}/{name}")
        program(tmp + "/bin/qemu-system-x86_64", QEMU)
        program(tmp + "/bin/stargz-mkinitramfs", MKINITRAMFS)
        self.kernel = save(tmp + "/vmlinuz", bzimage(RELEASE))
        self.initrd = save(tmp + "/initrd", b"initrd")
        self.env = {**os.environ, "OUT": tmp + "/out", "TMPDIR": tmp + "/tmp",
                    "PATH": f"{tmp}/bin:{os.environ['PATH']}"}

    def args(self, *args, initrd=True):
        """The command line."""
        given = ["--initrd=" + self.initrd] if initrd else []
        return ["boot", "--accel=tcg", f"--index-cache={self.tmp}/cache",
                "--kernel=" + self.kernel, *given, *args]

    def boot(self, *args, initrd=True, env=None):
        """Boot; the command line of QEMU."""
        assert image(*self.args(*args, initrd=initrd),
                     env={**self.env, **(env or {})}) == ""
        assert not os.listdir(self.tmp + "/tmp")
        return Qemu(json.loads(load(self.tmp + "/out/argv")))

    def printed(self, *args, initrd=True):
        """The commands that are printed, by their titles."""
        text = image(*self.args("--print", *args, initrd=initrd), env=self.env)
        assert not os.listdir(self.tmp + "/tmp")
        return dict(re.findall(r"^# ([^\n]*)\n((?:[^#\n][^\n]*\n)+)", text, re.M))

    def refused(self, code, text, *args, initrd=True, env=None):
        """One line of error."""
        refused(code, text, *self.args(*args, initrd=initrd),
                env={**self.env, **(env or {})})
        assert not os.listdir(self.tmp + "/tmp")
        assert not os.path.exists(self.tmp + "/out/argv")

    def file(self, nr):
        """What QEMU read from its disks, and last from the initramfs."""
        return load(f"{self.tmp}/out/file{nr}")


class Qemu:
    """A command line of QEMU."""

    def __init__(self, argv):
        self.argv = argv
        self.drives = [dict(re.findall(r"(\w+)=((?:[^,]|,,)*)", a)) for a in argv
                       if a.startswith("id=disk")]
        self.devices = [self.argv[i + 1] for i, a in enumerate(argv)
                        if a == "-device"]

    def get(self, option):
        """The value of an option."""
        return self.argv[self.argv.index(option) + 1]

    def files(self):
        """The files of the disks."""
        return [d["file"].replace(",,", ",") for d in self.drives]


def words(command):
    """As a shell splits it."""
    return tool("sh", "-c", "printf '%s\\0' " + command).decode().split("\0")[:-1]


def kernel_words(cmdline):
    """Split as parse_args() of the kernel does: parameters, arguments of init."""
    found = [w.replace('"', "") for w in
             re.findall(r'(?:[^\s"]|"[^"]*")+', cmdline)]
    if "--" not in found:
        return found, []
    at = found.index("--")
    return found[:at], found[at + 1:]


def layer(*entries):
    """A tar of executable files and symbolic links: (path, target or None)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for path, target in entries:
            info = tarfile.TarInfo(path)
            info.mode = 0o755
            if target:
                info.type, info.linkname = tarfile.SYMTYPE, target
            t.addfile(info)
    return out.getvalue()


def make(tmp, *entries, tars=(), platform=None, **config):
    """A layout whose last layer has the entries, with a configuration; its name."""
    tars = [*tars, layer(*entries)]
    layout = Layout(tmp + "/oci")
    layout.add(layout.image(tars, config=config_of(
        tars, config=config, **({"architecture": platform} if platform else {}))),
               "app")
    return "oci:" + layout.close()


SHELL = (("bin/sh", None), ("usr/bin/app", None))
ROOT = ["root=/dev/vda", "rootfstype=stargz", "ro"]
CONSOLE = ["console=ttyS0", "panic=-1"]


def contents(path):
    """All files of a folder."""
    return {os.path.join(where, n): load(os.path.join(where, n))
            for where, _, names in os.walk(path) for n in names}


def test_layers_as_they_are():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, tars=TARS, Cmd=["sh"])
        before = contents(tmp + "/oci")
        qemu = m.boot(name, "--append=a=b c", "--append=d", "--mem=2G", "--cpus=3")
        params, args = kernel_words(qemu.get("-append"))
        assert params == [
            *CONSOLE, *ROOT,
            "rootflags=device=/dev/vdb,device=/dev/vdc,device=/dev/vdd,"
            "device=/dev/vde", "stargz.overlay=tmpfs", "a=b", "c", "d",
            "init=/bin/sh"], params
        assert not args
        assert (qemu.get("-M"), qemu.get("-m"), qemu.get("-smp")) == \
            ("q35", "2048M", "3")
        assert (qemu.get("-accel"), qemu.get("-cpu")) == ("tcg,thread=multi", "max")
        assert qemu.get("-kernel") == m.kernel and qemu.get("-initrd") == m.initrd
        assert {d["readonly"] for d in qemu.drives} == {"on"}
        assert {d["format"] for d in qemu.drives} == {"raw"}
        assert [d["id"] for d in qemu.drives] == [f"disk{i}" for i in range(5)]
        assert qemu.devices == [f"virtio-blk-pci,drive=disk{i}" for i in range(5)]
        # The first disk is the index of the others, in order.
        want = gzips([*TARS, layer(*SHELL)])
        assert [m.file(i + 1) for i in range(4)] == want
        ix = Index(m.file(0))
        assert [(b.source, b.start, b.size) for b in ix.blobs] == \
            [(i + 1, 0, len(b)) for i, b in enumerate(want)]
        assert all(p.startswith(tmp + "/oci/") for p in qemu.files()[1:])
        assert contents(tmp + "/oci") == before


def test_microvm():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, tars=TARS, Cmd=["sh"])
        qemu = m.boot("--vmm=qemu-microvm", name)
        assert qemu.get("-M") == "microvm"
        places = [re.fullmatch(
            r"virtio-blk-device,drive=disk(\d+),bus=virtio-mmio-bus.(\d+)", d)
            .groups() for d in qemu.devices]
        # The kernel finds the last place first.
        assert places == [(str(i), str(23 - i)) for i in range(5)]
        params, _ = kernel_words(qemu.get("-append"))
        khz, = (p for p in params if p.startswith("tsc_early_khz="))
        said = [float(n) for n in re.findall(r"cpu MHz\s*: (.*)",
                                             load("/proc/cpuinfo").decode())]
        # The clock of a processor may differ from its TSC, but not by much.
        assert said and .2 < int(khz.split("=")[1]) / 1000 / said[0] < 5, khz
        assert params[:2] == CONSOLE and params[3:6] == ROOT


def test_no_cache_and_commas():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        os.rename(tmp + "/oci", tmp + "/a,b c")
        qemu = m.boot("--no-index-cache", f"oci:{tmp}/a,b c")
        assert not os.path.exists(tmp + "/cache")
        assert qemu.files()[1].startswith(tmp + "/a,b c/") and name
        assert len(Index(m.file(0)).blobs) == 1
        assert "file=" + tmp + "/a,,b c/" in " ".join(qemu.argv)


def test_archive_is_one_disk():
    with folder() as tmp:
        m = Machine(tmp)
        path = docker_archive(tmp + "/d.tar", [*TARS, layer(*SHELL)])
        qemu = m.boot("docker-archive:" + path, "--", "/bin/sh")
        assert [m.file(1), len(qemu.drives)] == [load(path), 2]
        ix = Index(m.file(0), load(path), one_source=True)
        assert {b.source for b in ix.blobs} == {1}
        assert "rootflags=device=/dev/vdb" in qemu.get("-append").split()


def test_many_layers_are_one_disk():
    with folder() as tmp:
        m = Machine(tmp)
        many = [layer((f"d/{i}", None)) for i in range(17)]
        for more in (0, 1):
            name = make(tmp + f"/{more}", *SHELL, Cmd=["sh"],
                        tars=many + [layer(("e", None))] * more)
            qemu = m.boot(name)
            assert len(qemu.drives) == (1 if more else 19)
        assert "rootflags" not in qemu.get("-append")
        image("disk", "-o", tmp + "/disk", name)
        assert m.file(0) == load(tmp + "/disk")
        assert qemu.files()[0].startswith(tmp + "/tmp/")


def test_initramfs():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        qemu = m.boot(name, initrd=False)
        argv = json.loads(load(tmp + "/out/initrd-argv"))
        assert argv == ["--kernel", RELEASE, "-o", qemu.get("-initrd")]
        assert m.file(2) == b"made"
        # vmlinux says its release elsewhere.
        m.kernel = save(tmp + "/vmlinux", b"\177ELF" + bytes(5000) +
                        b"Linux version %s\0Linux version 5.4.3-x (a@b)")
        m.boot(name, initrd=False)
        assert json.loads(load(tmp + "/out/initrd-argv"))[1] == "5.4.3-x"
        os.unlink(tmp + "/out/argv")
        m.refused(2, "stargz: no such module", name, initrd=False,
                  env={"FAIL": "1"})
        save(m.kernel, b"no kernel" * 999)
        m.refused(3, "not a kernel with a known release", name, initrd=False)


def test_first_process():
    with folder() as tmp:
        m = Machine(tmp)
        count = 0

        def check(want, *args, entries=SHELL, arguments=(), **config):
            nonlocal count
            count += 1
            name = make(f"{tmp}/{count}", *entries, **config)
            params, found = kernel_words(m.boot(name, *args).get("-append"))
            at = params.index("stargz.overlay=tmpfs")
            assert params[at + 1:] == want, (params, want)
            assert found == list(arguments), found

        # The init of the image, also behind links; then it gets nothing.
        merged = (("sbin", "usr/sbin"), ("usr/sbin/init", "../lib/systemd/systemd"),
                  ("usr/lib/systemd/systemd", None), ("bin", "usr/bin"),
                  ("usr/bin/app", None))
        check([], entries=merged, Env=["A=b"], Cmd=["app"])
        check([], entries=(("bin/init", None),))
        # Absolute links and ".." stay in the image.
        check([], entries=(("sbin/init", "/../../x/../y"), ("x/z", None),
                           ("y", None)))
        # What is no program, or leads nowhere, is no init.
        check(["init=/usr/bin/app"], entries=(*SHELL, ("sbin/init", "init")),
              Cmd=["app"])
        check(["init=/usr/bin/app"], entries=(*SHELL, ("sbin/init", "nowhere")),
              Cmd=["app"])
        check(["init=/usr/bin/app"], entries=(*SHELL, ("sbin/init", "../usr")),
              Cmd=["app"])
        # A command is used instead of init.
        check(["init=/usr/bin/app"], "--", "app", "-x", "two words", "", "a=b c",
              arguments=["-x", "two words", "", "a=b c"], entries=merged)
        check(["A=b c", "PATH=/nowhere:/usr/bin", "init=/usr/bin/app"],
              Env=["A=b c", "PATH=/nowhere:/usr/bin"], Entrypoint=["app", "-e"],
              Cmd=["-c"], arguments=["-e", "-c"])
        check(["init=/bin/sh"], "--", "bin/sh")
        check(["init=/usr/bin/app"], "--", "app", Entrypoint=["/bin/sh"])


def test_words_that_a_kernel_cannot_pass():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL)
        m.refused(2, "neither an init nor a command", name)
        m.refused(2, "nosuch: there is no such program", name, "--", "nosuch")
        m.refused(2, "/usr: there is no such program", name, "--", "/usr")
        m.refused(4, "cannot pass a quote", name, "--", "sh", "-c", 'echo "a"')
        m.refused(4, "cannot pass the argument --", name, "--", "sh", "--", "x")
        m.refused(4, "at most 31", name, "--", "sh", *["x"] * 32)
        m.refused(4, "2047", name, "--", "sh", "x" * 2000)
        # This fits for QEMU; the other machines need more words. No command is printed.
        short = Qemu(words(m.printed(name, "--", "sh", "x")["QEMU"])[1:]).get("-append")
        done = call("stargz-image", *m.args("--print", name, "--", "sh",
                                            "x" * (2048 - len(short))), env=m.env)
        assert (done.returncode, done.stdout) == (4, ""), done
        # The kernel takes the last byte of this word for a blank.
        assert m.boot(name, "--", "sh", "voil\u00e0").get("-append").endswith(
            ' -- "voil\u00e0"')
        name = make(tmp + "/2", *SHELL, Cmd=["sh"], Env=["quiet=1", "A.B=c", "C=d"])
        done = call("stargz-image", *m.args(name), env=m.env)
        assert done.returncode == 0, done
        assert [re.sub(".*variable ", "", n) for n in done.stderr.splitlines()] == \
            ["quiet", "A.B"], done
        params, _ = kernel_words(Qemu(json.loads(load(tmp + "/out/argv")))
                                 .get("-append"))
        assert params[-2:] == ["C=d", "init=/bin/sh"]


def test_writable_layer():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        qemu = m.boot("--rw=none", name)
        assert "overlay" not in qemu.get("-append") and len(qemu.drives) == 2
        path = save(tmp + "/rw.img", bytes(512))
        qemu = m.boot("--rw=" + path, "--verify=none", name)
        params, _ = kernel_words(qemu.get("-append"))
        assert "stargz.overlay=/dev/vdc" in params
        assert "rootflags=device=/dev/vdb,verify=none" in params
        assert [d["readonly"] for d in qemu.drives] == ["on", "on", "off"]
        assert qemu.files()[2] == path
        os.unlink(tmp + "/out/argv")
        m.refused(2, "No such file", "--rw=" + tmp + "/nosuch", name)


def test_printed_commands():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh", "-c", "it's a $x"])
        found = m.printed(name, "--mem=512M", "--cpus=2", initrd=False)
        assert list(found) == ["The files that all machines use",
                               "Not compressed, by scripts/extract-vmlinux of the "
                               "kernel's source",
                               "QEMU", "QEMU, microvm", "Firecracker",
                               "Cloud Hypervisor"]
        files = found["The files that all machines use"].splitlines()
        assert words(files[0]) == ["stargz-image", "disk", "-o", "disk.img", name]
        assert words(files[1]) == ["stargz-mkinitramfs", "--kernel", RELEASE, "-o",
                                   "initrd.img"]
        assert shlex.split(list(found.values())[1]) == ["extract-vmlinux", m.kernel,
                                                        ">vmlinux"]
        tail = [*ROOT, "stargz.overlay=tmpfs", "init=/bin/sh"], ["-c", "it's a $x"]
        for title, machine in (("QEMU", "q35"), ("QEMU, microvm", "microvm")):
            argv = words(found[title])
            qemu = Qemu(argv[1:])
            assert argv[0] == "qemu-system-x86_64" and qemu.get("-M") == machine
            assert (qemu.get("-kernel"), qemu.get("-initrd"), qemu.get("-m"),
                    qemu.get("-smp")) == (m.kernel, "initrd.img", "512M", "2")
            assert qemu.files() == ["disk.img"]
            params, args = kernel_words(qemu.get("-append"))
            assert (params[-5:], args) == tail, params
        config, command = found["Firecracker"].rsplit("\n", 2)[:2]
        assert command == "firecracker --no-api --config-file firecracker.json"
        got = subprocess.run(
            ["sh", "-ec", config + "\ncat firecracker.json"], cwd=tmp, check=True,
            capture_output=True).stdout
        got = json.loads(got)
        params, args = kernel_words(got["boot-source"].pop("boot_args"))
        assert (params[-5:], args) == tail
        assert params[:-5] == ["console=ttyS0", "reboot=k", "panic=1", "pci=off"]
        assert got == {
            "boot-source": {"kernel_image_path": "vmlinux",
                            "initrd_path": "initrd.img"},
            "drives": [{"drive_id": "root", "path_on_host": "disk.img",
                        "is_root_device": False, "is_read_only": True}],
            "machine-config": {"vcpu_count": 2, "mem_size_mib": 512}}
        argv = words(found["Cloud Hypervisor"])
        cmdline = argv.pop(argv.index("--cmdline") + 1)
        assert argv == [
            "cloud-hypervisor", "--kernel", "vmlinux", "--initramfs", "initrd.img",
            "--cmdline", "--cpus", "boot=2", "--memory", "size=512M", "--disk",
            "path=disk.img,readonly=on", "--serial", "tty", "--console", "off"]
        params, args = kernel_words(cmdline)
        assert ((params[-5:], args), params[:-5]) == (tail, CONSOLE)


def test_printed_disk_and_kernel():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        m.kernel = save(tmp + "/vmlinux$HOME", b"\177ELF Linux version 6.1 ")
        rw = save(tmp + "/rw.img", b"")
        found = m.printed(name, "--platform=linux/amd64", "--rw=" + rw)
        files = found["The files that all machines use"].replace("\\\n", "")
        assert words(files)[2] == "--platform=linux/amd64"
        assert len(found) == 5
        drives = json.loads("\n".join(
            found["Firecracker"].splitlines()[1:-2]))["drives"]
        assert [(d["path_on_host"], d["is_read_only"]) for d in drives] == \
            [("disk.img", True), (rw, False)]
        argv = words(found["Cloud Hypervisor"])
        at = argv.index("--disk")
        assert argv[at + 1:at + 3] == ["path=disk.img,readonly=on", "path=" + rw]
        assert argv[2] == m.kernel
        # The printed command makes the disk.
        text = files.replace("stargz-image", BIN + "/stargz-image", 1)
        subprocess.run(["sh", "-ec", text], cwd=tmp, check=True)
        assert len(Index(load(tmp + "/disk.img")).blobs) == 1


# In a mount namespace: kernels below /boot and /usr/lib/modules, then the command.
KERNELS = """
    tmp=$1; shift
    mount -t tmpfs none /boot && mount -t tmpfs none "$tmp" &&
        mkdir "$tmp/u" "$tmp/w" && mount -t overlay none /usr/lib \\
        -o "lowerdir=/usr/lib,upperdir=$tmp/u,workdir=$tmp/w" || exit 99
    for kernel in $KERNELS; do
        mkdir -p "/usr/lib/modules/${kernel%:*}"
        echo x >"/boot/vmlinuz-${kernel%:*}"
        case $kernel in
        *:module) echo updates/dkms/stargz.ko.xz: kernel/fs/overlay.ko \\
            >"/usr/lib/modules/${kernel%:*}/modules.dep" ;;
        *:builtin) echo kernel/fs/stargz/stargz.ko \\
            >"/usr/lib/modules/${kernel%:*}/modules.builtin" ;;
        esac
    done
    exec "$@"
"""


def test_choice_of_the_kernel():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        os.mkdir(tmp + "/m")
        own = os.uname().release

        def boot(kernels, *args):
            done = subprocess.run(
                ["unshare", "-m", "sh", "-c", KERNELS, "sh", tmp + "/m",
                 BIN + "/stargz-image", "boot", f"--index-cache={tmp}/cache", *args,
                 name], env={**m.env, "KERNELS": kernels}, check=False, text=True,
                capture_output=True)
            if done.returncode == 99 or "unshare:" in done.stderr:
                raise Skip("no mounts of tmpfs and overlayfs")
            if done.returncode:
                return done.returncode, done.stderr
            return (Qemu(json.loads(load(tmp + "/out/argv"))).get("-kernel"),
                    json.loads(load(tmp + "/out/initrd-argv"))[1])

        newest = "/boot/vmlinuz-6.10.2-a", "6.10.2-a"
        assert boot("6.9.1-a:module 6.10.2-a:builtin 6.11-b:none") == newest
        assert boot("6.10.2-a:module 6.9.1-a:builtin") == newest
        assert boot(f"6.10.2-a:module {own}:module")[1] == own
        assert boot(f"6.10.2-a:module {own}:none") == newest
        assert boot("6.9.1-a:none 6.10.2-a:module", "--kernel=6.9.1-a")[1] == \
            "6.9.1-a"
        for kernels, args, text in (
                ("6.9.1-a:none", (), "no kernel in /boot or /lib/modules has the"),
                ("6.9.1-a:module", ("--kernel=6.9",), "neither a file nor")):
            code, said = boot(kernels, *args)
            assert code == 2 and text in said and said.count("\n") == 1, said


def test_refusals():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        arm = make(tmp + "/arm", *SHELL, Cmd=["sh"], platform="arm64")
        m.refused(3, "is for linux/arm64", arm)
        m.refused(2, "No such file", "oci:" + tmp + "/nosuch")
        m.refused(1, "not a size (64M to 16T)", "--mem=63M", name)
        m.refused(1, "not a number (1 to 255)", "--cpus=0", name)
        m.refused(1, "not one of", "--vmm=firecracker", name)
        m.refused(1, "IMAGE", "--print")
        m.refused(2, "qemu-system-x86_64: not installed", name, env={"PATH": tmp})
        m.initrd = tmp + "/nosuch"
        m.refused(2, "nosuch: No such file", name)
        m.initrd = save(tmp + "/initrd", b"")
        m.kernel = tmp + "/nosuch"
        m.refused(2, "nosuch: No such file", name)
        m.kernel = save(tmp + "/vmlinuz", bzimage(RELEASE))
        # QEMU says itself why it fails.
        done = call("stargz-image", *m.args(name), env={**m.env, "STATUS": "1"})
        assert (done.returncode, done.stderr) == (2, ""), done
        assert not os.listdir(tmp + "/tmp")


def test_damaged_image():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        blob = max((os.path.join(tmp, "oci/blobs/sha256", n)
                    for n in os.listdir(tmp + "/oci/blobs/sha256")),
                   key=lambda n: load(n)[:2] == b"\x1f\x8b")
        data = bytearray(load(blob))
        data[len(data) // 2] ^= 1
        save(blob, data)
        m.refused(4, "layer 0", name)


def test_signals():
    with folder() as tmp:
        m = Machine(tmp)
        name = make(tmp, *SHELL, Cmd=["sh"])
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # pylint: disable=consider-using-with
            run = subprocess.Popen(
                [BIN + "/stargz-image", *m.args(name, initrd=False)],
                env={**m.env, "SLEEP": "1"})
            while not os.path.exists(tmp + "/out/ready") and run.poll() is None:
                time.sleep(.02)
            assert len(os.listdir(tmp + "/tmp")) == 1
            run.send_signal(number)
            assert run.wait() == -number
            assert not os.listdir(tmp + "/tmp")
            assert not tool("pgrep", "-f", tmp + "/tmp", check=False)
            os.unlink(tmp + "/out/ready")
