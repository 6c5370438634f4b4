# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole images: merged indexes against what umoci unpacks of the layers, and
device images."""
import gzip
import io
import os
import random
import subprocess
import tarfile
import tempfile

import ocilayout
from hashtree import seal
from indexer import PROGRAM
from programs import load, save, zstd
from readindex import Index
from tap import TOP, Skip


def layer_stack(folder, count):
    """The tars of layers that change each other's files in every way."""
    subprocess.run([os.path.join(TOP, "tests/integration/layer-stack"), folder,
                    str(count)], check=True)
    return [load(os.path.join(folder, name))
            for name in sorted(os.listdir(folder))]


def in_frames(tar):
    """Frames of zstd."""
    return b"".join(zstd(tar[i:i + 100_000])
                    for i in range(0, len(tar), 100_000))


def any_form(tars):
    """The tars as layers of all kinds."""
    forms = (lambda t: t, lambda t: gzip.compress(t, 1), in_frames)
    return [forms[i % 3](t) for i, t in enumerate(tars)]


def write(folder, blobs):
    """As files; their paths."""
    return [save(os.path.join(folder, f"{i:02}"), blob)
            for i, blob in enumerate(blobs)]


def run(*args):
    """Make an index or an image."""
    return subprocess.run([PROGRAM, "-q", *args], check=False,
                          capture_output=True, text=True)


def merged(blobs, *args):
    """The index of an image."""
    with tempfile.TemporaryDirectory() as tmp:
        out = os.path.join(tmp, "index")
        r = run("--merge", *args, "-o", out, *write(tmp, blobs))
        assert r.returncode == 0, r
        data = load(out)
    return Index(data, *(() if "--device-image" in args else blobs))


def test_twenty_layers():
    ocilayout.require("umoci", "zstd")
    with tempfile.TemporaryDirectory() as tmp:
        os.mkdir(tmp + "/tars")
        tars = layer_stack(tmp + "/tars", 20)
        ocilayout.write_image(tmp + "/oci", tars)
        root = ocilayout.unpack(tmp + "/oci", tmp + "/bundle")
        for args in ((), ("--device-image",)):
            ix = merged(any_form(tars), *args)
            assert len(ix.paths) > 100 and len(ix.blobs) == 20
            ocilayout.compare(ix, root)


def add(tar, path, what=b""):
    """A directory ends in a slash; what is text is a link, hard after =."""
    info = tarfile.TarInfo(path.rstrip("/"))
    info.mtime = len(path)
    info.mode = 0o755 if path.endswith("/") else 0o640
    if path.endswith("/"):
        info.type = tarfile.DIRTYPE
    elif isinstance(what, str):
        info.type = tarfile.SYMTYPE
        info.linkname = what
        if what.startswith("="):
            info.type = tarfile.LNKTYPE
            info.linkname = what[1:]
    else:
        info.size = len(what)
    tar.addfile(info, None if isinstance(what, str) else io.BytesIO(what))


def tar_of(*entries):
    """Each is a path, or a path and what is there."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        add(tar, "./")
        for entry in entries:
            add(tar, *((entry,) if isinstance(entry, str) else entry))
    return out.getvalue()


def same_as_unpacked(*tars):
    """Merge layers and compare with what umoci unpacks; the paths."""
    ocilayout.require("umoci")
    with tempfile.TemporaryDirectory() as tmp:
        ocilayout.write_image(tmp + "/oci", tars)
        root = ocilayout.unpack(tmp + "/oci", tmp + "/bundle")
        ix = merged(tars)
        ocilayout.compare(ix, root)
    return ix.paths


LOWER = tar_of("d/", ("d/a", b"a"), ("d/b", b"b"), "d/e/", ("d/e/f", b"f"),
               "x/", ("x/y", b"y"), ("f", b"file"), ("s", "x"),
               ("h1", b"linked"), ("h2", "=h1"), ("h3", "=h1"))


def test_opaque_directory_with_whiteouts_in_it():
    paths = same_as_unpacked(LOWER, tar_of(
        "d/", "d/.wh..wh..opq", "d/.wh.a", "d/.wh.none", ("d/n", b"n"),
        "d/e/", "d/e/.wh.f"))
    assert set(paths) == {b"", b"d", b"d/n", b"d/e", b"x", b"x/y", b"f", b"s",
                          b"h1", b"h2", b"h3"}


def test_opaque_root():
    paths = same_as_unpacked(LOWER, tar_of(".wh..wh..opq", ("n", b"n")))
    assert set(paths) == {b"", b"n"}


def test_directory_that_is_removed_and_made_again():
    paths = same_as_unpacked(LOWER, tar_of(".wh.d"), tar_of("d/", ("d/n", b"")))
    assert b"d/n" in paths and b"d/a" not in paths
    # In one layer, a whiteout counts for what is below that layer.
    for layer in (tar_of(".wh.d", "d/", ("d/n", b"")),
                  tar_of("x/", ".wh.d", "d/", "d/e/", ("d/e/n", b""))):
        paths = same_as_unpacked(LOWER, layer)
        assert b"d" in paths and b"d/a" not in paths and b"d/e/f" not in paths


def test_whiteout_of_what_the_layer_has_too():
    paths = same_as_unpacked(LOWER, tar_of(".wh.f", ("f", b"new")),
                             tar_of(".wh.x", ("x", b"file now")))
    assert paths[b"f"].size == 3 and b"x/y" not in paths


def test_files_links_and_directories_replace_each_other():
    paths = same_as_unpacked(LOWER, tar_of(
        ("d", b"a file"), "f/", ("f/n", b"n"), "s/", ("s/n", b"n"),
        ("x", "elsewhere")), tar_of("d/", ("d/again", b"")))
    assert set(paths) == {b"", b"d", b"d/again", b"f", b"f/n", b"s", b"s/n",
                          b"x", b"h1", b"h2", b"h3"}


def test_hard_links():
    paths = same_as_unpacked(LOWER, tar_of(("h1", b"other")),
                             tar_of(".wh.h2", ("n1", b"n"), ("n2", "=n1")),
                             tar_of(("n1", b"not linked any more")))
    assert paths[b"h3"].nlink == 1 and paths[b"n2"].nlink == 1


def test_whiteouts_of_nothing_and_of_everything():
    paths = same_as_unpacked(LOWER, tar_of(".wh.none", "d/", "d/.wh.a",
                                           "d/.wh.b", "d/.wh.e"))
    assert b"d" in paths and not any(p.startswith(b"d/") for p in paths)
    gone = (".wh.d", ".wh.x", ".wh.f", ".wh.s", ".wh.h1", ".wh.h2", ".wh.h3")
    assert set(same_as_unpacked(LOWER, tar_of(*gone))) == {b""}
    # The lowest layer has nothing below that could be hidden.
    assert set(same_as_unpacked(tar_of(*gone, ("n", b"")))) == {b"", b"n"}


def test_folders_that_a_layer_does_not_mention():
    """They keep what the layer below says of them."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as out:
        add(out, "d/e/n", b"n")
    ix = merged([LOWER, tar.getvalue()])
    assert set(ix.paths) >= {b"d/a", b"d/e/f", b"d/e/n"}


def test_indexes_as_layers():
    """An index stands for its layer; a merged one can be the lowest only."""
    upper = tar_of(".wh.f", "d/", ("d/n", b"n")), tar_of(".wh.x", ("f", b""))
    blobs = [LOWER, *upper]
    with tempfile.TemporaryDirectory() as tmp:
        def make(out, *args):
            r = run("-o", f"{tmp}/{out}", *args)
            return r.returncode, r.stderr
        paths = write(tmp, blobs)
        for i, path in enumerate(paths):
            assert make(f"{i}.index", path) == (0, "")
        one = [f"{tmp}/{i}.index" for i in range(3)]
        for out, layers in (("all", paths), ("same", one),
                            ("mixed", [paths[0], one[1], paths[2]]),
                            ("low", one[:2]), ("high", one[1:])):
            assert make(out, "--merge", *layers) == (0, "")
        assert make("steps", "--merge", tmp + "/low", paths[2]) == (0, "")
        code, err = make("bad", "--merge", paths[0], tmp + "/high")
        assert code and "merged index" in err, err
        assert make("raw", "--raw", paths[1]) == (0, "")
        code, err = make("bad", "--merge", paths[0], tmp + "/raw")
        assert code and "--raw" in err, err
        assert not os.path.exists(tmp + "/bad")
        data = {n: load(f"{tmp}/{n}")
                for n in ("all", "same", "mixed", "steps")}
    assert data["all"] == data["same"] == data["mixed"]
    steps, ix = Index(data["steps"], *blobs), Index(data["all"], *blobs)
    assert set(steps.paths) == set(ix.paths) and ix.compat == 4
    for path, node in ix.paths.items():
        other = steps.paths[path]
        assert (node.mode, node.size, node.nlink) == \
            (other.mode, other.size, other.nlink)
        assert not node.size or node.target or \
            ix.content(node) == steps.content(other)


def image_of(folder, blobs, *args):
    """A device image; its path and its index."""
    path = os.path.join(folder, "disk")
    r = run("--device-image", *args, "-o", path, *write(folder, blobs))
    assert r.returncode == 0, r
    return path, Index(load(path))


def test_device_image():
    """The blobs are in it as they are, at whole blocks, and so is the end."""
    for form, args, align in ((in_frames, (), 4096),
                              (gzip.compress, ("--align=1M",), 1 << 20),
                              (bytes, ("--align=64K",), 64 << 10)):
        blob = form(LOWER)
        with tempfile.TemporaryDirectory() as tmp:
            path, ix = image_of(tmp, [blob], *args)
            assert os.path.getsize(path) % align == 0
            assert os.path.getsize(path) < len(ix.data) + len(blob) + align
        assert ix.blob(0) == blob and ix.blobs[0][1] % 4096 == 0
        assert ix.content(ix.paths[b"d/a"]) == b"a"


def test_device_image_of_layers():
    blobs = any_form([LOWER, tar_of(".wh.d", ("n", b"n" * 9000)),
                      tar_of(("f", b"f" * 5000))])
    with tempfile.TemporaryDirectory() as tmp:
        ix = image_of(tmp, blobs, "--merge")[1]
    assert [ix.blob(i) for i in range(3)] == blobs
    assert not any(start % 4096 for _, start, *_ in ix.blobs)
    assert ix.content(ix.paths[b"n"]) == b"n" * 9000
    assert ix.content(ix.paths[b"f"]) == b"f" * 5000 and b"d" not in ix.paths


def test_device_image_on_another_file_system():
    """The kernel copies from file to file within one file system only."""
    if not os.path.isdir("/dev/shm"):
        raise Skip("no /dev/shm")
    blob = gzip.compress(os.urandom(3 << 20), 1)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as shm, \
            tempfile.TemporaryDirectory() as tmp:
        path = save(shm + "/blob", tar_of(("f", blob)))
        r = run("--device-image", "-o", tmp + "/disk", path)
        assert r.returncode == 0, r
        ix = Index(load(tmp + "/disk"))
        assert ix.blob(0) == load(path) and ix.content(ix.paths[b"f"]) == blob


def test_device_image_refusals():
    with tempfile.TemporaryDirectory() as tmp:
        paths = write(tmp, [LOWER, LOWER])
        out = tmp + "/disk"
        assert run("-o", tmp + "/index", paths[0]).returncode == 0
        for args, code, why in (
                ([out, *paths], 1, f"{paths[1]}: is a second layer, which "
                 "requires --merge"),
                ([out, tmp + "/index"], 3, f"{tmp}/index: is an index; a device "
                 "image requires the layer itself"),
                ([out, "--align=100", paths[0]], 1, "--align=100: not a size "
                 "(4K to 9007199254740988K)"),
                ([out, "-"], 3, "-: not a regular file or block device"),
                ([out, "--merge"], 1, "LAYER: is missing"),
                (["-", paths[0]], 3, "-: the output of a device image must be a "
                 "regular file, written from its start")):
            r = run("--device-image", "-o", *args)
            assert (r.returncode, r.stdout) == (code, ""), (args, r)
            assert r.stderr == f"stargz-index: {why}\n", (args, r)
        assert sorted(os.listdir(tmp)) == ["00", "01", "index"]


def test_device_image_shares_the_blob():
    """Where the file system can, as XFS does."""
    ocilayout.require("mkfs.xfs", "filefrag")
    blob = gzip.compress(os.urandom(4 << 20), 1)
    with tempfile.TemporaryDirectory() as tmp:
        with open(tmp + "/fs", "wb") as f:
            f.truncate(512 << 20)
        os.mkdir(tmp + "/mnt")
        subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", tmp + "/fs"],
                       check=True)
        if subprocess.run(["mount", "-o", "loop", tmp + "/fs", tmp + "/mnt"],
                          check=False, capture_output=True).returncode:
            raise Skip("no XFS")
        try:
            tar = tar_of(("f", blob))
            path, ix = image_of(tmp + "/mnt", [tar, tar], "--merge")
            assert [ix.blob(0), ix.blob(1)] == [tar, tar]
            out = subprocess.run(["filefrag", "-v", path], check=True,
                                 capture_output=True, text=True).stdout
        finally:
            subprocess.run(["umount", tmp + "/mnt"], check=True)
    shared = sum(int(line.split(":")[3]) for line in out.splitlines()
                 if "shared" in line)
    assert shared * 4096 >= 2 * len(blob), out


def test_damaged_indexes():
    """Anything goes but a crash, a hang or an index that is refused itself."""
    rng = random.Random(11)
    blobs = [gzip.compress(LOWER), tar_of("d/", ("d/n", b"n" * 99)), LOWER]
    with tempfile.TemporaryDirectory() as tmp:
        paths = write(tmp, blobs)
        out, bad = tmp + "/out", tmp + "/bad"
        for i, args in enumerate(((paths[0],), ("--merge", *paths))):
            assert run("-o", f"{tmp}/{i}.index", *args).returncode == 0
        seeds = [load(f"{tmp}/{i}.index") for i in range(2)]
        codes = set()
        for i in range(300):
            data = bytearray(seeds[i % 2])
            for _ in range(rng.randint(1, 3)):
                at = rng.choice((rng.randrange(4096, len(data)),
                                 rng.randrange(512)))
                data[at] = rng.choice((0, 1, 0x7f, 0xff, rng.randrange(256)))
            seal(data)
            if rng.random() < .1:
                del data[rng.randrange(len(data)):]
            save(bad, data)
            r = run("--merge", "-o", out, bad, paths[1])
            assert r.returncode in (0, 2, 3, 4), r
            assert len(r.stderr.splitlines()) == (r.returncode != 0), r
            assert os.path.exists(out) == (r.returncode == 0)
            codes.add(r.returncode)
            if not r.returncode:
                assert run("--merge", "-o", bad, out).returncode == 0
                os.unlink(out)
    assert {0, 4} <= codes, codes
