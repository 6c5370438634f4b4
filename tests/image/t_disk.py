# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks with images."""
import os

import ocilayout
from layouts import (TARS, Layout, call, config_of, docker_archive, folder,
                     gzips, image, pack, sha256, write_layout)
from programs import load
from readindex import Index
from t_indexes import layer_stack


def disk(tmp, name, *args):
    """Write a disk and check it by fsck.stargz; its index."""
    path = tmp + "/disk"
    assert image("disk", *args, "-o", path, name) == ""
    done = call("fsck.stargz", "-f", path)
    assert done.returncode == 0, done
    assert os.path.getsize(path) % 4096 == 0
    return Index(load(path))


def test_tree_and_layers():
    ocilayout.require("umoci")
    with folder() as tmp:
        tars = layer_stack(tmp + "/tars", 6)
        path = write_layout(tmp + "/oci", tars, "image")
        root = ocilayout.unpack(path, tmp + "/bundle")
        archive = pack(path, tmp + "/a.tar")
        docker = docker_archive(tmp + "/d.tar", tars)
        for name, blobs in (("oci:" + path, gzips(tars)),
                            ("oci-archive:" + archive, gzips(tars)),
                            ("docker-archive:" + docker, tars)):
            ix = disk(tmp, name)
            ocilayout.compare(ix, root)
            whole = load(tmp + "/disk")
            assert [whole[b.start:b.start + b.size] for b in ix.blobs] == blobs
            assert {b.source for b in ix.blobs} == {0}


def test_label():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        for label in ("root", "\u017c" * 16, ""):
            assert disk(tmp, name, "-L", label).label == label
            os.unlink(tmp + "/disk")
        done = call("stargz-image", "disk", "-L", "x" * 33, "-o", tmp + "/disk", name)
        assert done.returncode == 1 and "longer than 32 bytes" in done.stderr, done
        assert not os.path.exists(tmp + "/disk")


def test_properties():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        long = "RUN " + "\u017c" * 300
        config = config_of(TARS, history=[
            {"created_by": "ADD x"}, {"created_by": "ENV", "empty_layer": True},
            {"created_by": "a=b"}, {"created_by": long}])
        descriptor = layout.image(config=config)
        layout.add(descriptor, "app:1")
        ix = disk(tmp, "oci:" + layout.close())
        got = dict(ix.properties)
        assert got.pop("image.config").startswith("sha256:")
        cut = got.pop("layer.2.created")
        assert long.startswith(cut) and 190 < len(cut.encode()) <= 200
        assert got == {
            "image.ref": "app:1", "image.digest": descriptor["digest"],
            "image.platform": "linux/amd64", "layer.0.created": "ADD x",
            "layer.1.created": "a=b",
            **{f"layer.{i}.media": ocilayout.LAYER + "+gzip"
               for i in range(3)}}, got


def test_many_properties_fit():
    with folder() as tmp:
        tars = TARS * 150
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(tars, config=config_of(tars, history=[
            {"created_by": "x" * 5000}] * len(tars))), "app")
        ix = disk(tmp, "oci:" + layout.close())
        size = sum(len("=".join(p).encode()) + 1 for p in ix.properties)
        assert 50_000 < size <= 60 << 10, size


def test_equal_disks():
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci")
        disk(tmp, name)
        first = sha256(load(tmp + "/disk"))
        disk(tmp, name)
        assert sha256(load(tmp + "/disk")) == first
