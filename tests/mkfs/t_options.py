# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: what it changes, and what it refuses."""
import json
import os
import subprocess
import tempfile

from layer import INDEX, attempt, files, make
from readindex import Index
from tarsource import tar_of
from tree import Folder, tree

FILES = files(50)
TAR = tar_of(FILES)


def usage(*args):
    run = attempt(*args)
    assert run.returncode == 16, (args, run)
    assert b"mkfs.stargz: " in run.stderr, run.stderr
    assert not run.stdout


def test_usage():
    for args in ((), ("one",), ("a", "b", "c"), ("--none", "a", "b")):
        usage(*args)
    for option in ("-z", "-z=none", "-zgzip,0", "-zgzip,13", "-zgzipx",
                   "-zzstd,23", "--format=none", "--max-member=1",
                   "--max-member=65M", "--chunk-size=x", "-j0", "-jx",
                   "--pad=-1", "--sort=none-such", "--force-uid=-1",
                   "--force-gid=x", "--uid-offset=1x", "-Tx", "-T1e99",
                   "--all-time", "--exclude-regex=(", "--reuse=",
                   "--toc=x", "--format=external-toc",
                   "--format=zstd-chunked -zgzip", "-zzstd --format=estargz",
                   "--chunk-size=1M --max-member=64K",
                   "--min-chunk-size=1M --max-member=64K",
                   "--format=stargz --min-chunk-size=1",
                   "--device-image --index"):
        usage(*option.split(), "out", "none")
    usage("--index", "-", "none")
    usage("--print-digest", "-", "none")
    usage("--device-image", "-", "none")


def test_help_and_version():
    for option in ("--help", "-h", "--version", "-V"):
        run = attempt(option)
        assert run.returncode == 0 and run.stdout and not run.stderr


def paths(layer):
    return [m.name for m in layer.entries()]


def test_exclude():
    layer = make(TAR, "--exclude-path=dir1", "--exclude-regex=^l[ar]")
    assert paths(layer) == [n.strip("/") for n, _ in FILES
                            if not n.startswith(("dir1", "la"))]


def test_owners_and_times():
    layer = make(TAR, "--force-uid=5", "--gid-offset=7", "-T", "99")
    assert {(m.uid, m.gid, m.mtime) for m in layer.entries()} == {(5, 7, 99)}
    layer = make(TAR, "--force-uid=5", "--all-root")
    assert {(m.uid, m.gid) for m in layer.entries()} == {(0, 0)}


def test_source_date_epoch():
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1000"}
    assert make(TAR, env=env).data == make(TAR).data
    layer = make(TAR, "--all-time", env=env)
    assert {m.mtime for m in layer.entries()} == {1000}
    with Folder() as t:
        for name, time in (("old", 10), ("new", 5000)):
            with open(t + "/" + name, "wb"):
                pass
            os.utime(t + "/" + name, (time, time))
        layer = make(t, env=env)
        assert {m.name.removeprefix("./"): m.mtime for m in layer.entries()
                if m.name not in (".", "./")} == {"old": 10, "new": 1000}


def test_prioritized_files():
    with tempfile.NamedTemporaryFile("w") as f:
        f.write("large\ndir2/file7\n")
        f.flush()
        layer = make(TAR, "--prioritized-files=" + f.name)
    names = [m for m in subprocess.run(
        ["tar", "-t"], input=layer.tar, check=True,
        capture_output=True).stdout.decode().split()]
    assert names[:4] == ["large", "dir2/", "dir2/file7",
                         ".prefetch.landmark"]
    assert sorted(paths(layer)) == sorted(n.strip("/") for n, _ in FILES)


def test_sort():
    layer = make(TAR, "--sort=path")
    assert paths(layer) == sorted((n.strip("/") for n, _ in FILES),
                                  key=lambda n: n.split("/"))


def test_differences():
    after = [x for x in FILES if x[0] != "dir0/file5"] + [("more", b"m")]
    with tempfile.NamedTemporaryFile() as f:
        f.write(make(TAR).data)
        f.flush()
        layer = make(tar_of(after), "--diff=" + f.name)
    assert sorted(paths(layer)) == ["dir0", "dir0/.wh.file5", "more"]


def test_directory_gives_the_same_as_its_tar():
    with Folder(odd=True) as t:
        a = make(t)
        assert make(a.data).data == a.data
        assert make(t, "-j1").data == a.data


def test_output_is_not_in_the_layer():
    with Folder() as t:
        with open(t + "/file", "wb") as f:
            f.write(b"x")
        for _ in range(2):
            run = attempt("--index", t + "/out", t)
            assert run.returncode == 0, run.stderr
        files_, _ = tree(t)
        assert set(files_) == {b"", b"file", b"out", b"out.index"}
        with open(t + "/out", "rb") as f:
            with open(t + "/out.index", "rb") as g:
                ix = Index(g.read(), f.read())
        # Nor is what the first run left.
        assert set(ix.paths) - {b".no.prefetch.landmark"} == {b"", b"file"}


def test_index():
    for args in ((), ("-z", "zstd,3")):
        with tempfile.TemporaryDirectory() as tmp:
            for name in ("tar", "layer"):
                with open(tmp + "/" + name, "wb") as f:
                    f.write(TAR)
            for option, name in (("--index", "layer.index"),
                                 ("--index=" + tmp + "/i", "i")):
                run = attempt(option, *args, tmp + "/layer", tmp + "/tar")
                assert run.returncode == 0, run.stderr
                subprocess.run([INDEX, "-o", tmp + "/want", tmp + "/layer"],
                               check=True)
                with open(tmp + "/want", "rb") as f:
                    want = f.read()
                with open(tmp + "/" + name, "rb") as f:
                    assert f.read() == want


def test_index_of_an_external_toc():
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + "/tar", "wb") as f:
            f.write(TAR)
        run = attempt("--index=i", "--format=external-toc", "--toc=t", "out",
                      "tar", cwd=tmp)
        assert run.returncode == 0, run.stderr
        assert sorted(os.listdir(tmp)) == ["i", "out", "t", "tar"]
        with open(tmp + "/i", "rb") as f:
            assert Index(f.read()).paths[b"large"].size == 700001


def test_device_image():
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + "/tar", "wb") as f:
            f.write(TAR)
        run = attempt("--device-image", "out", "tar", cwd=tmp)
        assert run.returncode == 0, run.stderr
        assert sorted(os.listdir(tmp)) == ["out", "tar"]
        with open(tmp + "/layer", "wb") as f:
            f.write(make(TAR).data)
        subprocess.run([INDEX, "--device-image", "-o", tmp + "/want",
                        tmp + "/layer"], check=True)
        with open(tmp + "/out", "rb") as f, open(tmp + "/want", "rb") as g:
            assert f.read() == g.read()


def test_verbose_and_quiet():
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + "/tar", "wb") as f:
            f.write(TAR)
        run = attempt("-v", tmp + "/out", tmp + "/tar")
        assert run.stderr.decode().count("\n") == 1 and not run.stdout
        run = attempt("-q", "--print-digest", tmp + "/out", tmp + "/tar")
        assert not run.stderr and json.loads(run.stdout)["digest"]
