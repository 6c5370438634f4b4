# SPDX-License-Identifier: GPL-2.0-or-later
"""ls, info and verify say of images in every form what Python reads of them."""
import json
import os
import stat

from layouts import (DOCKER, DOCKER_LAYER, OCI, TARS, Layout, config_of,
                     docker_archive, expected, folder, gzips, image, info,
                     layers_of, pack, platform, refused, sha256, tar,
                     write_layout)
from ocilayout import LAYER, require
from programs import load, save, tool


def verified(name, count=len(TARS)):
    """verify finds no fault."""
    assert image("verify", name) == f"{name}: {count} layers verified\n"


def check(name, blobs, tars, *args):
    """info and verify of an image."""
    found = info(name, *args)
    assert layers_of(found) == expected(blobs, tars), (name, found)
    assert found["config"]["rootfs"]["diff_ids"] == [sha256(t) for t in tars]
    if not args:
        verified(name, len(tars))
    return found


def test_oci_layout():
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        entry = json.loads(load(path + "/index.json"))["manifests"][0]
        for name in (f"oci:{path}", f"oci:{path}:app:1",
                     f"oci:{path}@{entry['digest']}"):
            found = check(name, gzips(), TARS)
            assert found["digest"] == entry["digest"]
            assert found["platform"] == "linux/amd64"
            assert found["media_type"] == OCI + "manifest.v1+json"
            assert found["name"] == "app:1" or "@" in name
        rows = json.loads(image("ls", "--json", f"oci:{path}"))["images"]
        assert rows == [{"name": "app:1", "platform": "-",
                         "digest": entry["digest"]}], rows


def test_directory_of_blobs():
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        entry = json.loads(load(path + "/index.json"))["manifests"][0]
        check(f"{path}/blobs/sha256@{entry['digest']}", gzips(), TARS)


def test_uncompressed_and_zstd_layers():
    require("zstd")
    with folder() as tmp:
        blobs = [TARS[0], tool("zstd", "-qc", input=TARS[1]), gzips()[2]]
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(layers=[
            layout.layer(blobs[0]), layout.layer(blobs[1], LAYER + "+zstd"),
            layout.layer(blobs[2], LAYER + "+gzip")]))
        check("oci:" + layout.close(), blobs, TARS)


def test_oci_archive():
    with folder() as tmp:
        path = pack(write_layout(tmp + "/oci"), tmp + "/app.tar")
        check(f"oci-archive:{path}:app:1", gzips(), TARS)


def test_docker_archive():
    with folder() as tmp:
        path = docker_archive(tmp + "/app.tar")
        for name in (f"docker-archive:{path}",
                     f"docker-archive:{path}:example.com/app:1",
                     f"docker-archive:{path}:@0"):
            found = check(name, TARS, TARS)
            assert found["name"] == "example.com/app:1"
            assert "digest" not in found and "manifest" not in found


def test_docker_archive_of_compressed_layers():
    with folder() as tmp:
        path = docker_archive(tmp + "/app.tar", compressed=True)
        check(f"docker-archive:{path}", gzips(), TARS)


def test_docker_archive_with_a_layer_twice():
    with folder() as tmp:
        path = docker_archive(tmp + "/app.tar", twice=True)
        check(f"docker-archive:{path}", TARS + TARS[:1], TARS + TARS[:1])


def test_names_of_docker():
    with folder() as tmp:
        path = docker_archive(tmp + "/app.tar", tags=("app:latest", "b:2"))
        for name in ("app", "app:latest", "docker" + ".io/library/app", "b:2"):
            check(f"docker-archive:{path}:{name}", TARS, TARS)
        rows = json.loads(image("ls", "--json", f"docker-archive:{path}"))
        assert [r["name"] for r in rows["images"]] == ["app:latest", "b:2"]


def test_by_skopeo():
    """Archives and directories by the program that others use."""
    require("skopeo")
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        for kind in ("oci-archive", "docker-archive", "dir"):
            name = f"{kind}:{tmp}/{kind}"
            ref = "" if kind == "dir" else ":example.com/app:1"
            tool("skopeo", "copy", "-q", f"oci:{path}:app:1", name + ref)
            blobs = TARS if kind == "docker-archive" else gzips()
            check(name, blobs, TARS)


def many_platforms(layout):
    """An index of images, each with its platform in a file."""
    images = []
    for text in ("linux/amd64", "linux/arm64/v8", "linux/arm/v6",
                 "linux/arm/v7", "linux/s390x"):
        tars = [tar(("platform", text.encode()))]
        p = platform(text)
        images.append({**layout.image(tars, config=config_of(
            tars, architecture=p["architecture"])), "platform": p})
    # What BuildKit adds.
    images.append({**layout.image(), "platform": platform("unknown/unknown")})
    return images


def test_platforms():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.index(*many_platforms(layout)), "multi")
        path = layout.close()
        wanted = {None: {"x86_64": "linux/amd64", "aarch64": "linux/arm64/v8"}
                  .get(os.uname().machine, "linux/amd64"),
                  "linux/amd64": "linux/amd64", "linux/arm64": "linux/arm64/v8",
                  "linux/aarch64": "linux/arm64/v8", "linux/arm": "linux/arm/v7",
                  "linux/arm/v6": "linux/arm/v6", "linux/arm/v8": "linux/arm/v7",
                  "linux/s390x": "linux/s390x"}
        for asked, got in wanted.items():
            args = [f"--platform={asked}"] if asked else []
            tars = [tar(("platform", got.encode()))]
            found = info(f"oci:{path}:multi", *args)
            assert layers_of(found) == expected(gzips(tars), tars), (asked, got)
        rows = json.loads(image("ls", "--json", f"oci:{path}"))["images"]
        assert [r["platform"] for r in rows] == [
            "linux/amd64", "linux/arm64", "linux/arm/v6", "linux/arm/v7",
            "linux/s390x", "unknown/unknown"]
        refused(2, "no image for linux/riscv64; there are: linux/amd64, ",
                "info", "--platform=linux/riscv64", f"oci:{path}")


def test_platforms_that_no_index_names():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        for arch in ("arm64", "s390x"):
            layout.add(layout.image(config=config_of(TARS, architecture=arch)))
        path = layout.close()
        for arch in ("arm64", "s390x"):
            found = info(f"oci:{path}", "--platform=linux/" + arch)
            assert found["platform"] == "linux/" + arch


def test_images_of_other_platforms_may_be_missing():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        images = many_platforms(layout)
        layout.add(layout.index(*images))
        for other in images[1:]:
            os.unlink(layout.blob(other))
        check("oci:" + layout.close(), gzips([tar(("platform", b"linux/amd64"))]),
              [tar(("platform", b"linux/amd64"))], "--platform=linux/amd64")


def test_nested_indexes():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        inner = layout.index(*many_platforms(layout))
        for _ in range(4):
            inner = layout.index(inner)
        layout.add(inner, "deep")
        layout.add(layout.image(), "flat")
        path = layout.close()
        found = info(f"oci:{path}:deep", "--platform=linux/s390x")
        assert found["platform"] == "linux/s390x"
        check(f"oci:{path}:flat", gzips(), TARS)


def test_manifests_of_docker():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, DOCKER_LAYER) for b in gzips()]
        manifest = layout.document(
            {"schemaVersion": 2, "layers": layers,
             "mediaType": DOCKER + "distribution.manifest.v2+json",
             "config": layout.document(
                 config_of(TARS), DOCKER + "container.image.v1+json")},
            DOCKER + "distribution.manifest.v2+json")
        layout.add(layout.index(
            {**manifest, "platform": platform("linux/amd64")},
            kind=DOCKER + "distribution.manifest.list.v2+json"))
        found = check("oci:" + layout.close(), gzips(), TARS)
        assert found["media_type"] == DOCKER + "distribution.manifest.v2+json"


def test_history():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        steps = [{"created_by": "ADD root"},
                 {"created_by": "ENV a=b", "empty_layer": True},
                 {"created_by": "RUN x \u017c"}, {"created_by": "COPY\ty"}]
        layout.add(layout.image(config=config_of(
            TARS, history=steps, created="2026-01-02T03:04:05Z")))
        found = info("oci:" + layout.close())
        assert [n["created_by"] for n in found["layers"]] == [
            "ADD root", "RUN x \u017c", "COPY\ty"]
        assert found["created"] == "2026-01-02T03:04:05Z"


def test_foreign_layers_that_are_there():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        kind = DOCKER + "image.rootfs.foreign.diff.tar.gzip"
        layout.add(layout.image(layers=[
            {**layout.layer(b, kind), "urls": ["https://example.com/x"]}
            for b in gzips()]))
        check("oci:" + layout.close(), gzips(), TARS)


def test_links_to_blobs():
    """Build systems fill layouts with symbolic links."""
    with folder() as tmp:
        path = write_layout(tmp + "/oci")
        os.rename(path + "/blobs/sha256", tmp + "/store")
        os.mkdir(path + "/blobs/sha256")
        for name in os.listdir(tmp + "/store"):
            os.symlink(f"../../../store/{name}", f"{path}/blobs/sha256/{name}")
        check("oci:" + path, gzips(), TARS)


CTR = """#!/bin/sh
# As ctr prints it: the arguments are --namespace NS images ls name==REF
echo "REF TYPE DIGEST SIZE PLATFORMS LABELS"
[ "$2 $5" = "{ns} name=={ref}" ] &&
echo "{ref} {kind} {digest} 1.2 KiB linux/amd64 -"
exit 0
"""


def test_containerd():
    """Its content store, with a program in the place of ctr."""
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        digest = layout.image()["digest"]
        store = tmp + "/root/io.containerd.content.v1.content/blobs"
        os.makedirs(store)
        os.rename(layout.path + "/blobs/sha256", store + "/sha256")
        os.mkdir(tmp + "/bin")
        env = {**os.environ, "PATH": f"{tmp}/bin:{os.environ['PATH']}"}
        args = [f"--containerd-root={tmp}/root"]
        for ns, ref, name in (
                ("default", "example.com/app:1", "example.com/app:1"),
                ("other", "example.com/app:1", "other/example.com/app:1")):
            ctr = save(tmp + "/bin/ctr", CTR.format(
                ns=ns, ref=ref, digest=digest,
                kind=OCI + "manifest.v1+json").encode())
            os.chmod(ctr, stat.S_IRWXU)
            found = info("containerd:" + name, *args, env=env)
            assert layers_of(found) == expected(gzips(), TARS)
        refused(2, "containerd has no such image", "info", *args,
                "containerd:other:1", env=env)
        os.unlink(ctr)
        refused(2, "ctr, the client of containerd: No such file", "info", *args,
                "containerd:other:1", env={**env, "PATH": tmp + "/bin"})
