# SPDX-License-Identifier: GPL-2.0-or-later
"""Every format: what it unpacks to, what its digests are, who can read it."""
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile

from comparetar import clean, compare_member
from layer import FORMATS, INDEX, OWN, attempt, body, files, library, make
from mkblob import sha256
from programs import BIN, load, save, tool
from readindex import Index
from tap import CORPUS, Skip
from tarsource import tar_of
from tree import Folder, extracted, gnu_tar, same_tree, tree

TAR = tar_of(files())
LANDMARK = 2 * 512


def index_of(layer):
    """The index of a layer, which is checked as well."""
    with tempfile.TemporaryDirectory() as tmp:
        args = []
        for name, data in (("layer", layer.data), ("toc", layer.toc)):
            if data:
                save(tmp + "/" + name, data)
        if layer.toc:
            args = ["--toc=" + tmp + "/toc"]
        for more in (["--check"], ["--raw", "-o", tmp + "/index"]):
            run = subprocess.run([INDEX, *args, *more, tmp + "/layer"],
                                 capture_output=True, check=False)
            assert run.returncode == 0 and not run.stderr, run.stderr
        return Index(load(tmp + "/index"), layer.data)


def same_as_tar(layer, tar):
    """The index of a layer and a tar say the same of each file."""
    ix = index_of(layer)
    seen = set()
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        for info in t:
            name = clean(info.name)
            node = ix.paths[name]
            seen.add(name)
            if info.islnk():
                assert node is ix.paths[clean(info.linkname)]
            else:
                compare_member(t, info, ix, node, False)
    own = {n.encode() for n in OWN}
    assert set(ix.paths) - own == seen | {b""}


def check_tar(layer, tar, kind):
    """The tar comes out again; eStargz adds a landmark and its TOC."""
    if kind in ("external", "zstd", "zstd-per-file"):
        assert layer.tar == tar
        return
    start = 0 if kind == "stargz" else LANDMARK
    inner = body(tar)
    assert layer.tar[start:start + len(inner)] == inner
    with tarfile.open(fileobj=io.BytesIO(layer.tar)) as t:
        names = t.getnames()
    assert names[-1] == "stargz.index.json"
    assert kind == "stargz" or names[0] == ".no.prefetch.landmark"
    assert layer.tar.endswith(bytes(1024))


def check_digests(layer):
    info = layer.info
    assert info["digest"] == sha256(layer.data)
    assert info["size"] == len(layer.data)
    assert info["diffID"] == sha256(layer.tar)


def toc_text(layer, kind):
    """The table of contents, from where the annotations or the tar say."""
    if kind.startswith("zstd"):
        at, size, plain, one = map(int, layer.info["annotations"][
            "io.containers.zstd-chunked.manifest-position"].split(":"))
        stored = layer.data[at:at + size]
        assert layer.info["annotations"][
            "io.containers.zstd-chunked.manifest-checksum"] == sha256(stored)
        text = tool("zstd", "-dc", input=stored)
        assert one == 1 and len(text) == plain
        return text
    tar = tool("gzip", "-dc", input=layer.toc or layer.data)
    with tarfile.open(fileobj=io.BytesIO(tar)) as t:
        return t.extractfile("stargz.index.json").read()


def check_kind(kind):
    layer = make(TAR, *FORMATS[kind])
    check_tar(layer, TAR, kind)
    check_digests(layer)
    assert sha256(toc_text(layer, kind)) == layer.info["tocDigest"] == \
        layer.info["annotations"]["containerd.io/snapshot/stargz/toc.digest"]
    assert len(layer.data) % 4096 == 0
    same_as_tar(layer, TAR)
    return layer


def named_tar(fmt, *owners):
    """A tar of files with names of users and groups."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for i, (user, group) in enumerate(owners):
            info = tarfile.TarInfo("f%d" % i)
            info.uname, info.gname, info.uid = user, group, i
            t.addfile(info)
    return out.getvalue()


def test_names_of_owners():
    """As the estargz library has them in its table of contents."""
    owners = [("root", "adm"), ("", ""), ("joe", ""), ("u" * 31, "g" * 32)]
    tars = [(named_tar(tarfile.GNU_FORMAT, *owners[:3]), owners[:3])]
    owners += [("u" * 100, "j\u00f6"), ("a=b", " ")]
    tars += [(named_tar(tarfile.PAX_FORMAT, *owners), owners)]
    for tar, want in tars:
        for kind, args in FORMATS.items():
            # What is written anew has the same names.
            for more in ((), ("-T7",), ("--sort=path", "-T7")):
                layer = make(tar, *args, *more)
                toc = json.loads(toc_text(layer, kind))["entries"]
                assert [(e.get("userName", ""), e.get("groupName", ""))
                        for e in toc if e["name"][0] == "f"] == want, kind
                assert [(m.uname, m.gname) for m in layer.entries()] == want
        for args, change in (
                (("--force-uid=5",), lambda o: ("", o[1])),
                (("--gid-offset=1",), lambda o: (o[0], "")),
                (("--all-root",), lambda o: ("", "")),
                (("--uid-map=0:0:9",), lambda o: ("", o[1]))):
            layer = make(tar, *args)
            toc = json.loads(toc_text(layer, "estargz"))["entries"]
            assert [(e.get("userName", ""), e.get("groupName", ""))
                    for e in toc if e["name"][0] == "f"] == \
                [change(o) for o in want], args


def test_estargz():
    layer = check_kind("estargz")
    assert layer.data[-51:-35] == bytes.fromhex("1f8b08040000000000ff1a00"
                                                "53471600")
    assert layer.info["annotations"][
        "io.containers.estargz.uncompressed-size"] == str(len(layer.tar))


def test_estargz_with_a_member_for_each_file():
    check_kind("per-file")


def test_stargz():
    layer = check_kind("stargz")
    assert layer.data[-47:-35] == bytes.fromhex("1f8b08040000000000ff1600")


def test_external_toc():
    layer = check_kind("external")
    assert layer.data[-46:].find(b"STARGZEXTERNALTOC") == 16


def test_zstd_chunked():
    layer = check_kind("zstd")
    assert layer.data[-8:] == b"GnUlInUx"
    assert layer.data[-56:-48] == b"GNUlInUx"
    assert "podmanAnnotations" not in layer.info


def test_zstd_chunked_with_a_frame_for_each_file():
    layer = check_kind("zstd-per-file")
    assert layer.info["podmanAnnotations"][
        "io.github.containers.zstd-chunked.manifest-position"] == \
        layer.info["annotations"][
            "io.containers.zstd-chunked.manifest-position"]


def verified(kind, *args):
    """The estargz library verifies a layer and reads all of it."""
    layer = make(TAR, *FORMATS[kind], *args)
    have = set(library(layer.data, digest=layer.info["tocDigest"]))
    want = {sha256(data)[7:] + " " + name for name, data in files()
            if data is not None}
    assert want == {x for x in have if x.split(" ")[1] not in OWN}


def test_the_library_verifies_estargz():
    verified("per-file")


def test_the_library_verifies_small_chunks():
    verified("per-file", "--chunk-size=64K")


def test_the_library_verifies_stargz():
    verified("stargz")


def test_the_library_verifies_zstd_chunked():
    verified("zstd-per-file")


def test_the_library_lists_shared_members():
    for kind in ("estargz", "zstd"):
        layer = make(TAR, *FORMATS[kind])
        have = library(layer.data, "-list", digest=layer.info["tocDigest"])
        assert {name.strip("/") for name, _ in files()} <= set(have)


def test_empty_tars():
    for tar in (bytes(10240), tar_of([])):
        for kind, args in FORMATS.items():
            layer = make(tar, *args)
            check_digests(layer)
            assert not layer.entries(), kind
            assert set(index_of(layer).paths) <= \
                {b""} | {n.encode() for n in OWN}


def test_tars_without_end():
    tar = body(TAR)
    for kind, args in FORMATS.items():
        check_tar(make(tar, *args), tar, kind)


def test_everything_that_a_tree_can_hold():
    with Folder(odd=True) as t:
        tar = gnu_tar(t, "--format=pax")
        want = tree(t)
        for kind in ("estargz", "external", "zstd"):
            layer = make(tar, *FORMATS[kind])
            check_tar(layer, tar, kind)
            same_as_tar(layer, tar)
        layer = make(t, "-z", "zstd,3")
        same_tree(extracted(layer.tar), want)


def test_sparse_files():
    """eStargz gets them written out; zstd:chunked has holes."""
    want = bytes(1 << 20) + b"middle" * 1000 + bytes((2 << 20) - 6001)
    with Folder() as t:
        with open(t + "/sparse", "wb") as f:
            f.seek(1 << 20)
            f.write(b"middle" * 1000)
            f.truncate(len(want))
        save(t + "/then", b"then")
        for form in (("--format=gnu",), ("--format=pax",),
                     ("--format=pax", "--sparse-version=0.1")):
            tar = tool("tar", "--sparse", "--sort=name", *form, "-C", t, "-c",
                       ".")
            for kind, args in FORMATS.items():
                layer = make(tar, *args)
                assert layer.tar == tar or not kind.startswith("zstd")
                ix = index_of(layer)
                assert ix.content(ix.paths[b"sparse"]) == want
                assert ix.content(ix.paths[b"then"]) == b"then"
            layer = make(tar, *FORMATS["per-file"])
            library(layer.data, digest=layer.info["tocDigest"])
            files_, _ = extracted(layer.tar)
            assert files_[b"sparse"]["data"] == \
                hashlib.sha256(want).hexdigest()


def test_sources_of_all_kinds_give_the_same():
    want = make(TAR).data
    gz, zst = (tool(program, "-1", input=TAR) for program in ("gzip", "zstd"))
    assert make(gz).data == want
    assert make(zst).data == want
    for args in FORMATS.values():
        assert make(make(TAR, *args).data).data == want


def test_pipes():
    gz, zst = (tool(program, "-1", input=TAR) for program in ("gzip", "zstd"))
    want = make(TAR).data
    for data in (TAR, gz, zst):
        run = attempt("-", "-", input=data)
        assert run.returncode == 0 and not run.stderr, run.stderr
        assert run.stdout == want


def test_readers():
    """Other programs list what is in the tar."""
    layer = make(TAR)
    zst = make(TAR, "-z", "zstd,3")
    want = sorted(name.strip("/") for name, _ in files())
    with tempfile.NamedTemporaryFile() as f:
        for data in (layer.data, zst.data):
            f.seek(0)
            f.truncate()
            f.write(data)
            f.flush()
            for reader in ("tar", "bsdtar"):
                out = tool(reader, "-tf", f.name)
                have = sorted(x.strip("/") for x in out.decode().split())
                assert [x for x in have if x not in OWN] == want, reader


def test_corpus():
    """Layers by other producers, made anew, hold what they were made from."""
    if not os.path.isdir(CORPUS):
        raise Skip("no corpus")
    for name in ("tricky-pax", "tricky-gnu", "real"):
        tar = tool("zstd", "-dc", f"{CORPUS}/{name}.oracle.tar.zst")
        for kind in ("estargz", "zstd", "external"):
            layer = make(tar, *FORMATS[kind])
            check_tar(layer, tar, kind)
            check_digests(layer)
            same_as_tar(layer, tar)
