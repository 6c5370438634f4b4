# SPDX-License-Identifier: GPL-2.0-or-later
"""Converted images. Digests and sizes are compared with Python's, layers are listed
and unpacked by GNU tar, trees by umoci, and skopeo copies the results."""
import json
import os
import shutil
import signal
import subprocess
import time
import zlib

from layouts import (DOCKER, DOCKER_LAYER, OCI, TARS, Layout, call, config_of,
                     docker_archive, folder, gzips, image, info, pack,
                     platform, refused, sha256, tar, write_layout)
from ocilayout import LAYER, require, unpack
from programs import BIN, load, need, save, tool, walk, xattrs
from t_indexes import layer_stack

TOC = "containerd.io/snapshot/stargz/toc.digest"
SIZE = "io.containers.estargz.uncompressed-size"
# Files of eStargz itself.
OWN = {b"stargz.index.json", b".no.prefetch.landmark"}


def document(path, digest):
    """A JSON document of a layout, with its digest compared."""
    data = load(f"{path}/blobs/{digest.replace(':', '/')}")
    assert sha256(data) == digest
    return json.loads(data)


def entries(path):
    """The descriptors of index.json."""
    return json.loads(load(path + "/index.json"))["manifests"]


def decode(data):
    """What a layer decodes to: by Python's zlib member by member, or by zstd."""
    if data[:2] != b"\x1f\x8b":
        return tool("zstd", "-dcq", input=data)
    out = b""
    while data[:2] == b"\x1f\x8b":
        d = zlib.decompressobj(31)
        out += d.decompress(data) + d.flush()
        data = d.unused_data
    return out


def check_layers(path, manifest):
    """Digests, sizes and diffIDs; the decoded layers."""
    config = document(path, manifest["config"]["digest"])
    found = []
    for entry, diffid in zip(manifest["layers"], config["rootfs"]["diff_ids"],
                             strict=True):
        data = load(f"{path}/blobs/{entry['digest'].replace(':', '/')}")
        assert (sha256(data), len(data)) == (entry["digest"], entry["size"])
        found.append(decode(data))
        assert sha256(found[-1]) == diffid
    return found


def list_tar(data):
    """GNU tar's list of a tar, without the files of eStargz."""
    lines = tool("tar", "--numeric-owner", "--full-time", "-tvf", "-", input=data)
    return [n for n in lines.splitlines() if n.split(b"/")[-1].split()[-1:]
            and n.split()[-1] not in OWN]


def convert(tmp, name, *args, to="new"):
    """Convert an image; the manifest of the only image of the result."""
    image("convert", *args, name, f"oci:{tmp}/{to}")
    assert no_temporary(tmp)
    entry, = entries(f"{tmp}/{to}")
    return document(f"{tmp}/{to}", entry["digest"])


def no_temporary(path):
    """There is no temporary file below a folder."""
    return not [n for _, dirs, files in os.walk(path) for n in dirs + files
                if n.startswith(".stargz")]


def trees_are_equal(one, two):
    """Two unpacked images, but for the files of eStargz."""
    a, b = ({p: (s.st_mode, s.st_uid, s.st_gid, s.st_size, s.st_mtime_ns, s.st_rdev)
             for p, s in walk(root).items()
             if p and p not in OWN} for root in (one, two))
    # The time of the root directory is that of unpacking.
    dirs = {p for p, s in walk(one).items() if os.path.isdir(
        os.path.join(os.fsencode(one), p))}
    assert set(a) == set(b), set(a) ^ set(b)
    for path in set(a) - dirs:
        assert a[path] == b[path], path
    for path in set(a) - dirs:
        x, y = (os.path.join(os.fsencode(root), path) for root in (one, two))
        if os.path.islink(x):
            assert os.readlink(x) == os.readlink(y), path
        elif os.path.isfile(x):
            assert load(x) == load(y), path
        assert xattrs(x) == xattrs(y), path


def test_estargz():
    require("umoci", "skopeo")
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 6)
        path = write_layout(tmp + "/oci", tars, "image")
        said = image("convert", f"oci:{path}", f"oci:{tmp}/new:image")
        assert said == (f"oci:{tmp}/new:image: 6 layers converted, 0 copied\n"
                        f"oci:{tmp}/new:image: 6 layers have another diffID "
                        f"than in oci:{path}\n")
        entry, = entries(tmp + "/new")
        manifest = document(tmp + "/new", entry["digest"])
        made = check_layers(tmp + "/new", manifest)
        for entry, old, new in zip(manifest["layers"], tars, made):
            assert entry["mediaType"] == LAYER + "+gzip"
            assert list_tar(old) == list_tar(new)
            blob = f"{tmp}/new/blobs/{entry['digest'].replace(':', '/')}"
            toc = tool("tar", "-xzOf", blob, "stargz.index.json")
            assert entry["annotations"] == {TOC: sha256(toc),
                                            SIZE: str(len(new))}
        tool("skopeo", "copy", "-q", f"oci:{tmp}/new:image", f"dir:{tmp}/dir")
        raw = tool("skopeo", "inspect", "--raw", f"oci:{tmp}/new:image")
        assert json.loads(raw) == manifest
        trees_are_equal(unpack(path, tmp + "/b1"),
                        unpack(tmp + "/new", tmp + "/b2"))
        image("verify", f"oci:{tmp}/new")


def test_layers_are_as_by_mkfs():
    """The same code makes layers as in mkfs.stargz."""
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        for args in (["-z", "gzip,3"], ["-z", "zstd,5", "--max-member=64K"],
                     ["--format=stargz"],
                     ["--chunk-size=8K", "--min-chunk-size=0"]):
            shutil.rmtree(tmp + "/new", ignore_errors=True)
            manifest = convert(tmp, "oci:" + path, *args)
            for entry, blob in zip(manifest["layers"], gzips()):
                save(tmp + "/blob", blob)
                done = call("mkfs.stargz", *args, "-q", tmp + "/layer",
                            tmp + "/blob")
                assert done.returncode == 0, done
                assert sha256(load(tmp + "/layer")) == entry["digest"]


def test_zstd_chunked():
    need("zstd")
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        for reader, mark in (("containerd", "io.containers.zstd-chunked"),
                             ("podman", "io.github.containers.zstd-chunked")):
            manifest = convert(tmp, "oci:" + path, "-z", "zstd",
                               "--annotations=" + reader, to=reader)
            assert check_layers(f"{tmp}/{reader}", manifest) == TARS
            assert manifest["config"]["digest"] == document(
                path, entries(path)[0]["digest"])["config"]["digest"]
            for entry in manifest["layers"]:
                assert entry["mediaType"] == LAYER + "+zstd"
                notes = entry["annotations"]
                blob = load(f"{tmp}/{reader}/blobs/"
                            f"{entry['digest'].replace(':', '/')}")
                at, stored, size, kind = map(int, notes[
                    mark + ".manifest-position"].split(":"))
                toc = blob[at:at + stored]
                assert kind == 1 and len(decode(toc)) == size
                assert notes[mark + ".manifest-checksum"] == sha256(toc)
                # containers/storage refuses both.
                assert (TOC in notes) == (reader == "containerd")
                assert len(notes) == (3 if TOC in notes else 2)


def test_copied_layers():
    """What has the format already is copied, and the image stays the same."""
    with folder() as tmp:
        first = "oci:" + write_layout(tmp + "/oci")
        convert(tmp, first)
        said = image("convert", f"oci:{tmp}/new", f"oci:{tmp}/again")
        assert said == f"oci:{tmp}/again: 0 layers converted, 3 copied\n"
        assert load(tmp + "/new/index.json") == load(tmp + "/again/index.json")
        for name in os.listdir(tmp + "/new/blobs/sha256"):
            assert load(f"{tmp}/new/blobs/sha256/{name}") == \
                load(f"{tmp}/again/blobs/sha256/{name}")
        # From an archive, where no link is possible.
        archive = pack(tmp + "/new", tmp + "/a.tar")
        image("convert", f"oci-archive:{archive}", f"oci:{tmp}/third")
        assert load(tmp + "/new/index.json") == load(tmp + "/third/index.json")
        # Another format is not copied.
        said = image("convert", "-z", "zstd", f"oci:{tmp}/new", f"oci:{tmp}/z")
        assert "3 layers converted, 0 copied" in said
        said = image("convert", f"oci:{tmp}/new", "-z", "gzip",
                     "--format=stargz", f"oci:{tmp}/crfs")
        assert "3 layers converted, 0 copied" in said


def test_annotations_of_copied_layers():
    """Copied layers get the annotations that they lack."""
    for args in ([], ["-z", "zstd"]):
        with folder() as tmp:
            manifest = convert(tmp, "oci:" + write_layout(tmp + "/oci"), *args)
            want = [n.pop("annotations") for n in manifest["layers"]]
            layout = Layout(tmp + "/bare")
            for entry in manifest["layers"]:
                layout.layer(load(f"{tmp}/new/blobs/"
                                  f"{entry['digest'].replace(':', '/')}"))
                entry["annotations"] = {"com.example": "x"}
            layout.layer(load(f"{tmp}/new/blobs/" +
                              manifest["config"]["digest"].replace(":", "/")))
            layout.add(layout.document(manifest, OCI + "manifest.v1+json"))
            got = convert(tmp, "oci:" + layout.close(), *args, to="full")
            assert [n["annotations"] for n in got["layers"]] == \
                [{"com.example": "x", **n} for n in want]


HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
MARKED = b"\x1f\x8b\x08\x00\xee\x00\x00\x00"


def test_reuse():
    """Members of an older image are copied. Times in their headers, which readers
    ignore, show it."""
    numbers = [b"".join(b"%d\n" % n for n in range(i, 10**5)) for i in (0, 7)]
    old = [tar(("a", numbers[0])), tar(("b", numbers[1]))]
    new = [old[0], tar(("c", b"new\n" * 300)), tar(("b", numbers[1]), ("d", b"x"))]
    with folder() as tmp:
        def write(path, tars, commands):
            layout = Layout(path)
            layout.add(layout.image(tars, config=config_of(tars, history=[
                {"created_by": c} for c in commands])))
            return "oci:" + layout.close()

        source = write(tmp + "/n", new, "ACB")
        plain = convert(tmp, source, to="plain")
        older = convert(tmp, write(tmp + "/o", old, "AB"), to="old")
        image("convert", source, f"oci:{tmp}/same", f"--reuse=oci:{tmp}/old")
        assert load(tmp + "/same/index.json") == load(tmp + "/plain/index.json")
        for entry in older["layers"]:
            blob = f"{tmp}/old/blobs/" + entry["digest"].replace(":", "/")
            save(blob, load(blob).replace(HEADER, MARKED))
        got = convert(tmp, source, f"--reuse=oci:{tmp}/old", to="reused")
        layers = [load(f"{tmp}/reused/blobs/{n['digest'].replace(':', '/')}")
                  for n in got["layers"]]
        # Layer 2 is not in its old place; its command says where it was.
        assert [MARKED in n for n in layers] == [True, False, True]
        assert check_layers(tmp + "/reused", got) == \
            check_layers(tmp + "/plain", plain)
        image("verify", f"oci:{tmp}/reused")
        done = call("stargz-image", "convert", source, f"oci:{tmp}/x",
                    "--reuse=oci:/nonexistent")
        assert done.returncode == 0 and "no members are copied" in done.stderr


def many(layout):
    """An index of two platforms and an attestation."""
    images = []
    for text in ("linux/amd64", "linux/arm64"):
        tars = [TARS[0], tar(("platform", text.encode()))]
        images.append({**layout.image(tars, config=config_of(
            tars, architecture=text[6:])), "platform": platform(text)})
    proof = layout.image(layers=[layout.layer(b"{}", "application/vnd.in-toto+json")],
                         config=config_of([b"{}"]))
    images.append({**proof, "platform": platform("unknown/unknown"),
                   "annotations": {"vnd.docker.reference.digest":
                                   images[0]["digest"]}})
    return images


def test_indexes():
    """Names, platforms, nesting and other manifests stay."""
    require("skopeo")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        inner = layout.index(*many(layout))
        layout.add(layout.index(inner), "multi", platform("linux/amd64"))
        layout.add(layout.image(), "single")
        path = layout.close()
        done = call("stargz-image", "convert", f"oci:{path}", f"oci:{tmp}/new")
        assert done.returncode == 0 and not done.stderr, done
        # The layer that two platforms and the other image share is made once.
        assert "5 layers converted, 0 copied" in done.stdout
        old, new = entries(path), entries(tmp + "/new")
        assert [(n["annotations"], n.get("platform")) for n in new] == \
            [(n["annotations"], n.get("platform")) for n in old]
        index = document(tmp + "/new", document(
            tmp + "/new", new[0]["digest"])["manifests"][0]["digest"])
        assert index["mediaType"] == OCI + "index.v1+json"
        assert [n["platform"] for n in index["manifests"]] == \
            [platform(n) for n in ("linux/amd64", "linux/arm64",
                                   "unknown/unknown")]
        proof = index["manifests"][2]
        assert proof["annotations"]["vnd.docker.reference.digest"] == \
            index["manifests"][0]["digest"]
        manifest = document(tmp + "/new", proof["digest"])
        assert load(f"{tmp}/new/blobs/{manifest['layers'][0]['digest'].replace(':', '/')}") == b"{}"
        for text in ("linux/amd64", "linux/arm64"):
            found = info(f"oci:{tmp}/new:multi", "--platform=" + text)
            layers = check_layers(tmp + "/new", found["manifest"])
            assert text.encode() in layers[1]
        tool("skopeo", "copy", "-q", "--all", f"oci:{tmp}/new:single",
             f"oci:{tmp}/copy:single")


def test_platform():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.index(*many(layout)), "multi")
        manifest = convert(tmp, "oci:" + layout.close(),
                           "--platform=linux/arm64")
        assert b"linux/arm64" in check_layers(tmp + "/new", manifest)[1]
        entry, = entries(tmp + "/new")
        assert entry["platform"] == platform("linux/arm64")
        assert entry["annotations"] == {"org.opencontainers.image.ref.name":
                                        "multi"}


def test_other_sources():
    """Every form of an image, and manifests of Docker."""
    require("skopeo")
    with folder() as tmp:
        path = write_layout(tmp + "/oci", name="app:1")
        want = [n["digest"] for n in convert(tmp, "oci:" + path)["layers"]]
        tool("skopeo", "copy", "-q", f"oci:{path}:app:1", f"dir:{tmp}/dir")
        digest = entries(path)[0]["digest"]
        docker_archive(tmp + "/docker.tar")
        for i, name in enumerate((
                f"oci-archive:{pack(path, tmp + '/a.tar')}", f"dir:{tmp}/dir",
                f"docker-archive:{tmp}/docker.tar",
                f"{path}/blobs/sha256@{digest}")):
            got = convert(tmp, name, to=str(i))
            assert [n["digest"] for n in got["layers"]] == want, name
        assert entries(tmp + "/2")[0]["annotations"] == {
            "org.opencontainers.image.ref.name": "example.com/app:1"}
        layout = Layout(tmp + "/schema2")
        kind = DOCKER + "distribution.manifest.v2+json"
        layout.add(layout.document(
            {"schemaVersion": 2, "mediaType": kind,
             "layers": [layout.layer(b, DOCKER_LAYER) for b in gzips()],
             "config": layout.document(
                 config_of(TARS), DOCKER + "container.image.v1+json")}, kind))
        got = convert(tmp, "oci:" + layout.close(), to="fromdocker")
        assert [n["digest"] for n in got["layers"]] == want
        assert got["mediaType"] == OCI + "manifest.v1+json"
        assert got["config"]["mediaType"] == OCI + "config.v1+json"


def test_configuration_stays():
    """All but the diffIDs: order, numbers, and what nobody knows."""
    with folder() as tmp:
        more = {"history": [{"created_by": "a/b", "empty_layer": True}],
                "created": "2026-01-02T03:04:05.678Z", "x": [1.50, 1e3, -7,
                                                             "\u017c/\u0001"],
                "config": {"Env": ["A=b"], "Labels": {"n": "v"}}}
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(config=config_of(TARS, **more), manifest={
            "annotations": {"com.example": "y"}}))
        manifest = convert(tmp, "oci:" + layout.close())
        assert manifest["annotations"] == {"com.example": "y"}
        got = document(tmp + "/new", manifest["config"]["digest"])
        old = config_of(TARS, **more)
        assert list(got) == list(old)
        got.pop("rootfs")
        old.pop("rootfs")
        assert got == old


def test_layouts_that_exist():
    """Other images of the destination stay; the same name is replaced."""
    with folder() as tmp:
        path = write_layout(tmp + "/oci", name="app")
        image("convert", f"oci:{path}", f"oci:{path}:esgz")
        image("convert", "-z", "zstd", f"oci:{path}:app", f"oci:{path}:zstd")
        names = "org.opencontainers.image.ref.name"
        assert [n["annotations"][names] for n in entries(path)] == [
            "app", "esgz", "zstd"]
        before = entries(path)
        image("convert", "-z", "zstd,1", f"oci:{path}:app", f"oci:{path}:esgz")
        after = entries(path)
        assert [n["annotations"][names] for n in after] == [
            "app", "zstd", "esgz"]
        assert after[0] == before[0] and after[2] != before[1]
        for name in ("app", "esgz", "zstd"):
            image("verify", f"oci:{path}:{name}")


def test_damaged_blobs_of_the_destination():
    """A blob with the right name and the wrong content is replaced."""
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        manifest = convert(tmp, name)
        for again in (name, f"oci:{tmp}/new"):
            image("convert", again, f"oci:{tmp}/copy")
            blob = f"{tmp}/copy/blobs/" + \
                manifest["layers"][1]["digest"].replace(":", "/")
            data = load(blob)
            os.unlink(blob)
            save(blob, b"\0" * len(data))
            image("convert", again, f"oci:{tmp}/copy")
            assert load(blob) == data


def test_json():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        rows = json.loads(image("convert", "--json", name, f"oci:{tmp}/new"))
        entry, = entries(tmp + "/new")
        manifest = document(tmp + "/new", entry["digest"])
        assert [(r["digest"], r["size"]) for r in rows["layers"]] == \
            [(n["digest"], n["size"]) for n in manifest["layers"]]
        assert [(r["old_digest"], r["old_diffid"], r["old_size"], r["done"])
                for r in rows["layers"]] == \
            [(sha256(b), sha256(t), len(b), "converted")
             for b, t in zip(gzips(), TARS)]


def broken(tmp, at):
    """An image with a changed byte in layer 1."""
    layout = Layout(tmp + "/oci")
    layers = [layout.layer(b, LAYER + "+gzip") for b in gzips()]
    layout.add(layout.image(layers=layers))
    blob = layout.blob(layers[1])
    data = bytearray(load(blob))
    data[at] ^= 1
    save(blob, bytes(data))
    return "oci:" + layout.close(), layers[1]["digest"]


def test_refusals():
    with folder() as tmp:
        name, digest = broken(tmp, 4)
        refused(4, f"layer {digest}: the layer has the digest sha256:", "convert",
                name, f"oci:{tmp}/new")
        for dest, code, text in (
                (f"dir:{tmp}/new", 3, "the destination is not oci:DIR"),
                (f"oci:{tmp}/none/new", 2, "No such file"),
                (f"oci:{tmp}/oci/index.json", 2, "Not a directory")):
            refused(code, text, "convert", name, dest)
        refused(1, "--min-chunk-size: is larger", "convert", name, "x",
                "--min-chunk-size=2M")
        refused(1, "neither gzip nor zstd", "convert", "-z", "lz4", name, "x")
        refused(1, "not one of containerd, podman", "convert", name, "x",
                "--annotations=x")
        refused(1, "DST: is missing", "convert", name)
        assert os.listdir(tmp) == ["oci"]
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(), "a")
        layout.add(layout.image([TARS[0]]), "b")
        path = layout.close()
        refused(3, 'cannot all have the name "c"', "convert", f"oci:{path}",
                f"oci:{tmp}/new:c")
        refused(2, 'no image "x"', "convert", f"oci:{path}:x", f"oci:{tmp}/new")
        layers = [layout.layer(gzips()[0], LAYER + "+gzip+encrypted")]
        layout.entries = []
        layout.add(layout.image(layers=layers, config=config_of(TARS[:1])))
        layout.close()
        refused(3, "layer 0 is encrypted", "convert", "-q", f"oci:{path}",
                f"oci:{tmp}/new")
        layout.entries = []
        inner = layout.image()
        for _ in range(20):
            inner = layout.index(inner)
        layout.add(inner)
        layout.close()
        refused(4, "nested deeper than 8 levels", "convert", f"oci:{path}",
                f"oci:{tmp}/new")
        layout.entries = []
        inner = layout.index(layout.image())
        for _ in range(6):
            inner = layout.index(*[inner] * 10)
        layout.add(inner)
        layout.close()
        refused(4, "more than 4096 documents", "convert", f"oci:{path}",
                f"oci:{tmp}/new")
        assert os.listdir(tmp) == ["oci"]


def test_missing_layers():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, LAYER + "+gzip") for b in gzips()]
        layout.add(layout.image(layers=layers))
        os.unlink(layout.blob(layers[2]))
        refused(2, "layer 2 is missing", "convert", "oci:" + layout.close(),
                f"oci:{tmp}/new")
        assert os.listdir(tmp) == ["oci"]


def test_copied_layers_are_verified():
    with folder() as tmp:
        manifest = convert(tmp, "oci:" + write_layout(tmp + "/oci"))
        blob = f"{tmp}/new/blobs/" + \
            manifest["layers"][1]["digest"].replace(":", "/")
        data = bytearray(load(blob))
        data[4] ^= 1
        os.unlink(blob)
        save(blob, bytes(data))
        refused(4, "the layer has the digest sha256:", "convert",
                f"oci:{tmp}/new", f"oci:{tmp}/copy")
        assert sorted(os.listdir(tmp)) == ["new", "oci"]


def test_other_blobs_are_verified():
    """A blob that is copied because its manifest is not of an image with layers."""
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        proof = layout.layer(b"{}", "application/vnd.in-toto+json")
        layout.add(layout.image(layers=[proof], config=config_of([b"{}"])),
                   platform=platform("unknown/unknown"))
        layout.add(layout.image(), "app")
        save(layout.blob(proof), b"[]")
        refused(4, f"the blob {proof['digest']} has the digest {sha256(b'[]')}",
                "convert", f"oci:{layout.close()}", f"oci:{tmp}/new")
        assert not os.path.exists(f"{tmp}/new/index.json")


def test_interruption():
    """SIGKILL and signals leave no index, and no part of a layer."""
    with folder() as tmp:
        noise = b"".join(os.urandom(1 << 20) for _ in range(24))
        path = write_layout(tmp + "/oci", [tar(("big", noise))])
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            with subprocess.Popen(
                    [BIN + "/stargz-image", "convert", "-z", "zstd,19",
                     f"oci:{path}", f"oci:{tmp}/new"]) as p:
                while not os.path.exists(f"{tmp}/new/blobs/sha256"):
                    time.sleep(0.01)
                p.send_signal(number)
                assert p.wait() == -number
            assert os.listdir(tmp + "/new") == ["blobs"]
            assert not os.listdir(tmp + "/new/blobs/sha256")
            shutil.rmtree(tmp + "/new")


def test_number_of_threads_does_not_matter():
    with folder() as tmp:
        tars = [tar((f"f{i}", bytes([i]) * 100000 * i)) for i in range(8)]
        name = "oci:" + write_layout(tmp + "/oci", tars)
        for cpus in (1, 2):
            os.sched_setaffinity(0, list(range(os.cpu_count()))[:cpus])
            try:
                convert(tmp, name, to=str(cpus))
            finally:
                os.sched_setaffinity(0, range(os.cpu_count()))
        assert load(tmp + "/1/index.json") == load(tmp + "/2/index.json")


def test_full_disk():
    """Without room nothing is left."""
    require("mount")
    with folder() as tmp:
        os.mkdir(tmp + "/small")
        write_layout(tmp + "/oci", [tar(("x", os.urandom(300000)))])
        tool("unshare", "-m", "sh", "-ec", f"""
            mount -t tmpfs -o size=64k tmpfs {tmp}/small
            ! {BIN}/stargz-image convert oci:{tmp}/oci oci:{tmp}/small/new \
                2>{tmp}/said
            ls -A {tmp}/small >{tmp}/left""")
        assert b"No space left" in load(tmp + "/said")
        assert load(tmp + "/said").count(b"\n") == 1
        assert not load(tmp + "/left")


NO_TMPFILE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

int openat(int dir, const char *path, int flags, ...)
{
	static int (*next)(int, const char *, int, ...);
	va_list ap;
	int mode;

	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (!next)
		next = dlsym(RTLD_NEXT, "openat");
	return next(dir, path, flags, mode);
}
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
"""


def test_without_tmpfile():
    """File systems without O_TMPFILE."""
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        convert(tmp, name, to="want")
        save(tmp + "/shim.c", NO_TMPFILE.encode())
        tool("gcc", "-shared", "-fPIC", "-o", tmp + "/shim.so", tmp + "/shim.c",
             "-ldl")
        env = {**os.environ, "LD_PRELOAD": tmp + "/shim.so",
               "ASAN_OPTIONS": "verify_asan_link_order=0"}
        for again in (name, f"oci:{tmp}/new", name):
            image("convert", again, f"oci:{tmp}/new", env=env)
            image("convert", again, f"oci:{tmp}/copy", env=env)
            assert no_temporary(tmp)
        for made in ("new", "copy"):
            assert load(f"{tmp}/{made}/index.json") == \
                load(tmp + "/want/index.json")
            image("verify", f"oci:{tmp}/{made}")
        name, _ = broken(tmp + "/b", 4)
        refused(4, "the layer has the digest", "convert", name, f"oci:{tmp}/x",
                env=env)
        assert no_temporary(tmp) and not os.path.exists(tmp + "/x")
