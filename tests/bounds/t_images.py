# SPDX-License-Identifier: GPL-2.0-or-later
"""Images of many layers, many images, and archives of many files."""
import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile

from cost import linear, run
from programs import save
from tarsource import END, entry, header

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def put(folder, data):
    """Store a blob; its descriptor."""
    digest = hashlib.sha256(data).hexdigest()
    save(f"{folder}/blobs/sha256/{digest}", data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def layout(folder, layers, others=0):
    """An image with these tars, and others that are only named."""
    os.makedirs(folder + "/blobs/sha256")
    config = put(folder, json.dumps({"rootfs": {"diff_ids": [
        "sha256:" + hashlib.sha256(t).hexdigest() for t in layers]}}).encode())
    image = put(folder, json.dumps({
        "config": config, "layers": [put(folder, t) for t in layers]}).encode())
    manifests = [{**image, "mediaType": MANIFEST, "annotations": {
        "org.opencontainers.image.ref.name": str(i)}}
                 for i in range(others + 1)]
    save(folder + "/index.json", json.dumps({"manifests": manifests}).encode())
    return "oci:" + folder


def layer(i):
    """A directory that all have, with a name that only this one has."""
    return header(b"d/", b"5", mode=0o755) + entry(b"d/%d" % i) + END


def test_layers():
    """Each layer has an index, on top of all below it, and one has all."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            name = layout(tmp + "/oci", [layer(i) for i in range(n * 100)])
            return run("stargz-image", "mount", "-f", "--merged", name, "/",
                       f"--index-cache={tmp}/cache", files=4096)
    linear(once)


def test_layers_that_are_cached():
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            name = layout(tmp + "/oci", [layer(i) for i in range(n * 100)])
            args = ("stargz-image", "mount", "-f", name, "/",
                    f"--index-cache={tmp}/cache")
            run(*args, files=4096)
            return run(*args, files=4096)
    linear(once)


def test_images():
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            name = layout(tmp + "/oci", [layer(0)], n * 1000)
            return run("stargz-image", "ls", name)
    linear(once)


def archive(path, count):
    """An archive of docker save with many other files, and links to them."""
    config = json.dumps({"rootfs": {"diff_ids": []}}).encode()
    manifest = json.dumps([{"Config": "c", "Layers": []}]).encode()
    with tarfile.open(path, "w") as t:
        def add(name, data=b"", link=None):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if link:
                info.type, info.linkname = tarfile.SYMTYPE, link
            t.addfile(info, io.BytesIO(data))
        for i in range(count):
            add(f"f{i}", link=f"f{i + 1}")
        add("c", config)
        add("manifest.json", manifest)
    return "docker-archive:" + path


def test_files_of_an_archive():
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            return run("stargz-image", "info", archive(tmp + "/a", n * 5000))
    linear(once)


def constant(once, code=0):
    """Compare what once(1) and once(4) cost, as linear() does; the input of both is
    as large, but for a few bytes that name it once more."""
    for last in (False, False, True):
        small, large = once(1), once(4)
        assert small.code == code and large.code == code, (small, large)
        if large.seconds <= 2 * small.seconds + 0.25:
            break
        assert not last, (small, large)


def test_a_layer_many_times():
    """A layer that occurs many times is verified once."""
    data = os.urandom(4 << 20)

    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            name = layout(tmp + "/oci", [entry(b"x", data=data) + END] * (n * 200))
            return run("stargz-image", "verify", name, files=4096)
    constant(once)


def test_a_compressed_layer_many_times():
    """The digest of a layer of docker save is computed once for each place."""
    blob = gzip.compress(entry(b"x", data=os.urandom(4 << 20)) + END, 1)

    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            layers = n * 200
            config = json.dumps({"rootfs": {"diff_ids": [
                "sha256:" + "0" * 64] * layers}}).encode()
            manifest = json.dumps([{"Config": "c",
                                    "Layers": ["l"] * layers}]).encode()
            with tarfile.open(tmp + "/a", "w") as t:
                for name, data in (("l", blob), ("c", config),
                                   ("manifest.json", manifest)):
                    info = tarfile.TarInfo(name)
                    info.size = len(data)
                    t.addfile(info, io.BytesIO(data))
            return run("stargz-image", "info", f"docker-archive:{tmp}/a")
    constant(once)


def test_configurations_of_many_images():
    """Many small manifests name one large configuration."""
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            folder = tmp + "/oci"
            os.makedirs(folder + "/blobs/sha256")
            config = put(folder, json.dumps(
                {"os": "x", "architecture": "y", "z": "z" * (3 << 20)}).encode())
            manifests = [{**put(folder, json.dumps(
                {"config": config, "layers": [], "n": i}).encode()),
                          "mediaType": MANIFEST} for i in range(n * 50)]
            save(folder + "/index.json",
                 json.dumps({"manifests": manifests}).encode())
            return run("stargz-image", "info", "--platform=linux/amd64",
                       "oci:" + folder, seconds=60)
    constant(once, code=2)


def test_layers_to_convert():
    def once(n):
        with tempfile.TemporaryDirectory() as tmp:
            name = layout(tmp + "/oci", [layer(i) for i in range(n * 100)])
            return run("stargz-image", "convert", name, f"oci:{tmp}/new",
                       files=8192)
    linear(once)
