# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: what it changes, and what it refuses."""
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile

from layer import FORMATS, INDEX, attempt, files, make, unpack
from programs import load, save
from readindex import Index
from tarsource import tar_of
from tree import Folder, tree

FILES = files(50)
TAR = tar_of(FILES)


def usage(text, why):
    """These arguments are refused, by one line that begins with the reason."""
    run = attempt(*text.split())
    assert run.returncode == 16 and not run.stdout, (text, run)
    assert run.stderr.decode().startswith("mkfs.stargz: " + why), (text, run)
    assert run.stderr.count(b"\n") == 1, (text, run)


def test_usage():
    for text, why in (("", "DEST: is missing"), ("one", "SOURCE: is missing"),
                      ("a b c", "c: is a second SOURCE"),
                      ("--none a b", "--none: no such option"),
                      ("-z out none", "-z out: neither gzip nor zstd"),
                      ("--index - none", "--index: cannot be used if DEST"),
                      ("--print-digest - none",
                       "--print-digest: cannot be used if DEST is -"),
                      ("--json - none", "--json: cannot be used if DEST is -"),
                      ("--device-image - none",
                       "--device-image: cannot be used if DEST is -")):
        usage(text, why)


def test_values_that_are_refused():
    for option, why in (
            ("-z=none", "-z =none: neither gzip nor zstd"),
            ("-zgzip,0", "-z gzip,0: not a level of gzip (1 to 12)"),
            ("-zgzip,13", "-z gzip,13: not a level of gzip (1 to 12)"),
            ("-zgzipx", "-z gzipx: neither gzip nor zstd"),
            ("-zzstd,23", "-z zstd,23: not a level of zstd (1 to 22)"),
            ("--format=none", "--format=none: not one of estargz, "),
            ("--max-member=1", "--max-member=1: not a size (4K to 64M)"),
            ("--max-member=65M", "--max-member=65M: not a size (4K to 64M)"),
            ("--chunk-size=x", "--chunk-size=x: not a size (4K to 64M)"),
            ("-j0", "--workers=0: not a number (1 to "),
            ("-jx", "--workers=x: not a number (1 to "),
            ("--pad=-1", "--pad=-1: not a size (0 to 1G)"),
            ("--sort=none-such", "--sort=none-such: not one of none, path, "),
            ("--force-uid=-1", "--force-uid=-1: neither a user of this "),
            ("--force-gid=x", "--force-gid=x: neither a group of this "),
            ("--uid-offset=1x", "--uid-offset=1x: not a number (-4294967295 "),
            ("-Tx", "-T x: not a number ("),
            ("-T1e99", "-T 1e99: not a number ("),
            ("--exclude-regex=(", '--exclude-regex=(: "(": Unmatched '),
            ("--reuse=", "--reuse=: contains an empty name")):
        usage(option + " out none", why)


def test_options_that_do_not_go_together():
    for options, why in (
            ("--all-time", "--all-time: needs -T or $SOURCE_DATE_EPOCH"),
            ("--toc=x", "--toc: is required with --format=external-toc"),
            ("--format=external-toc", "--toc: is required with --format="),
            ("--format=zstd-chunked -zgzip",
             "zstd-chunked: does not support the compression of -z"),
            ("-zzstd --format=estargz",
             "estargz: does not support the compression of -z"),
            ("--chunk-size=1M --max-member=64K",
             "--chunk-size: is larger than --max-member"),
            ("--min-chunk-size=1M --max-member=64K",
             "--min-chunk-size: is larger than --max-member"),
            ("--format=stargz --min-chunk-size=1",
             "--min-chunk-size: must be 0 with --format=stargz"),
            ("--json --print-digest",
             "--json: cannot be used with --print-digest"),
            ("--device-image --index",
             "--index: cannot be used with --device-image")):
        usage(options + " out none", why)


def test_help_and_version():
    for option in ("--help", "-h", "--version", "-V"):
        run = attempt(option)
        assert run.returncode == 0 and run.stdout and not run.stderr


def test_json():
    """Digests by Python, in every format; nothing else on standard output."""
    for kind, args in FORMATS.items():
        with tempfile.TemporaryDirectory() as tmp:
            save(tmp + "/tar", TAR)
            if kind == "external":
                args += ("--toc=toc",)
            run = attempt("-q", "--json", *args, "out", "tar", cwd=tmp)
            assert run.returncode == 0 and not run.stderr, run
            told = json.loads(run.stdout)
            data = load(tmp + "/out")
        tar = unpack(data)
        assert told["file"] == "out" and told["size"] == len(data)
        assert told["digest"] == digest(data), kind
        if kind in ("estargz", "stargz"):
            assert told["diff_id"] == digest(tar), kind
            assert told["tar_size"] == len(tar), kind
        want = make(TAR, *FORMATS[kind])
        assert told["toc_digest"] == want.info["tocDigest"], kind
        if kind == "estargz":
            with tarfile.open(fileobj=io.BytesIO(tar)) as t:
                toc = t.extractfile("stargz.index.json").read()
            assert told["toc_digest"] == digest(toc)
            assert told["toc_size"] == len(toc)
            assert told["entries"] == len(json.loads(toc)["entries"])


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


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
