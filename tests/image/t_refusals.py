# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong with an image is told in one line, with the right exit code, and
leaves nothing behind."""
import io
import json
import os
import tarfile

from layouts import (DOCKER, OCI, TARS, Layout, config_of, docker_archive,
                     folder, gzips, image, pack, platform, refused, tar,
                     write_layout)
from ocilayout import LAYER, put, require
from programs import BIN, load, save, tool


def break_byte(path, at=-1):
    """Change a byte of a file."""
    data = bytearray(load(path))
    data[at] ^= 1
    save(path, bytes(data))


def change(path, edit):
    """Edit a JSON document."""
    value = json.loads(load(path))
    edit(value)
    save(path, json.dumps(value).encode())


def one(tmp, *args, **how):
    """A layout with one image; its name and the path of the manifest."""
    layout = Layout(tmp + "/oci")
    descriptor = layout.image(*args, **how)
    layout.add(descriptor, "app")
    return "oci:" + layout.close(), layout.blob(descriptor)


def info(name, code, text, *args):
    """info fails."""
    refused(code, text, "info", *args, name)


def test_names():
    for name, text in (("app", "not an image: begin with oci:"),
                       ("oci:", "the path is missing"),
                       ("/tmp@sha256:12", "not @sha256: and 64"),
                       ("oci:/tmp:a@sha256:xyz", "not @sha256: and 64")):
        info(name, 3, text)
    info("oci:/nonexistent", 2, "No such file")
    info("oci-archive:/nonexistent", 2, "No such file")
    info("oci:/tmp", 2, "index.json: No such file")


def test_platform():
    with folder() as tmp:
        name, _ = one(tmp)
        info(name, 2, "no image for linux/arm64; there are: linux/amd64",
             "--platform=linux/arm64")
        for text in ("linux", "a/b/c/d", "/", "linux/", "linux/arm/"):
            info(name, 3, "not OS/ARCH", "--platform=" + text)


def test_tags():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(), "a")
        layout.add(layout.image([TARS[0]]), "b")
        path = layout.close()
        info(f"oci:{path}", 3, "has several images; name one: a, b")
        info(f"oci:{path}:c", 2, 'no image "c"; there are: a, b')
        info(f"oci:{path}@sha256:{'1' * 64}", 2, "is missing")
        assert "sha256:" in image("info", f"oci:{path}:b")


def test_images_without_names():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image())
        layout.add(layout.image([TARS[0]]))
        info("oci:" + layout.close(), 3, "has several images for ",
             "--platform=linux/amd64")


def test_docker_tags():
    with folder() as tmp:
        path = docker_archive(tmp + "/a.tar", tags=("a:1", "b:1"))
        info(f"docker-archive:{path}:c", 2, 'no image "c"; there are: a:1, b:1')
        info(f"docker-archive:{path}:@3", 2, "no image 3; there are 1")


def test_missing_blobs():
    for part in range(3):
        with folder() as tmp:
            name, manifest = one(tmp)
            value = json.loads(load(manifest))
            digests = [None, value["config"]["digest"],
                       value["layers"][1]["digest"]]
            blobs = os.path.dirname(manifest)
            os.unlink(manifest if part == 0 else
                      os.path.join(blobs, digests[part][7:]))
            if part < 2:
                info(name, 2, "is missing")
                continue
            assert "no" in image("info", name)
            refused(2, "layer 1 is missing: " + digests[2], "verify", name)
            refused(32, "layer 1 is missing", "mount", "-f", name, tmp)
            refused(2, "layer 1 is missing", "disk", name, "-o", tmp + "/disk")
            assert sorted(os.listdir(tmp)) == ["oci"]


def test_wrong_digests():
    with folder() as tmp:
        name, manifest = one(tmp)
        config = json.loads(load(manifest))["config"]["digest"]
        break_byte(os.path.join(os.path.dirname(manifest), config[7:]))
        info(name, 4, "configuration has the digest sha256:")
    with folder() as tmp:
        name, manifest = one(tmp)
        break_byte(manifest)
        info(name, 4, "manifest has the digest sha256:")


def test_wrong_sizes():
    with folder() as tmp:
        name, manifest = one(tmp)
        save(manifest, load(manifest) + b" ")
        info(name, 4, " bytes, not ")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(b, LAYER + "+gzip") for b in gzips()]
        layers[2]["size"] += 1
        layout.add(layout.image(layers=layers))
        name = "oci:" + layout.close()
        text = f"has {layers[2]['size'] - 1} bytes, not {layers[2]['size']}"
        refused(4, text, "verify", name)
        refused(32, text, "mount", "-f", name, tmp)
        layers[2]["size"] = -1
        layout.entries = []
        layout.add(layout.image(layers=layers))
        info("oci:" + layout.close(), 4, '"size" is not a size')


def wrong_layer(tmp, at, nr=1):
    """An image with a changed byte in a layer."""
    name, manifest = one(tmp)
    digest = json.loads(load(manifest))["layers"][nr]["digest"]
    break_byte(os.path.join(os.path.dirname(manifest), digest[7:]), at)
    return name, digest


def test_layers_with_wrong_digests():
    with folder() as tmp:
        # The time in the header of a gzip member.
        name, digest = wrong_layer(tmp, 4)
        text = "layer 1 has the digest sha256:"
        refused(4, text, "verify", name)
        args = ["mount", "-f", f"--index-cache={tmp}/cache", name, tmp]
        refused(32, "layer 1: the layer has the digest sha256:", *args)
        refused(32, digest, *args)
        refused(4, digest, "disk", name, "-o", tmp + "/disk")
        assert sorted(os.listdir(tmp)) == ["cache", "oci"]
    for nr in range(3):
        with folder() as tmp:
            name, _ = wrong_layer(tmp, 4, nr)
            refused(4, f"layer {nr} has the digest sha256:", "verify", name)


def test_damaged_layers():
    with folder() as tmp:
        name, _ = wrong_layer(tmp, 40)
        refused(4, "layer 1: ", "verify", name)
        refused(32, "layer 1: ", "mount", "-f", name, tmp,
                f"--index-cache={tmp}/cache")
        assert all(n.endswith((".index", ".verified"))
                   for n in os.listdir(tmp + "/cache"))


def test_wrong_diff_ids():
    with folder() as tmp:
        name, _ = one(tmp, config=config_of([TARS[0], TARS[0], TARS[2]]))
        refused(4, "layer 1 has the diffID sha256:", "verify", name)
        refused(32, "layer 1: the layer has the diffID", "mount", "-f", name,
                tmp, "--no-index-cache")
    with folder() as tmp:
        name, _ = one(tmp, config=config_of(TARS[:2]))
        info(name, 4, "2 diffIDs, but the image has 3 layers")


def test_media_types():
    for kind, code, text in (
            ("application/x-tar", 3, "layer 0: unknown media type"),
            (LAYER + "+gzip+encrypted", 3, "layer 0 is encrypted"),
            (LAYER + "+lz4", 3, "layer 0: unknown media type")):
        with folder() as tmp:
            layout = Layout(tmp + "/oci")
            layout.add(layout.image(layers=[layout.layer(b, kind)
                                            for b in gzips()]))
            info("oci:" + layout.close(), code, text)
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(manifest={
            "config": layout.document({}, "application/vnd.oci.empty.v1+json")}))
        info("oci:" + layout.close(), 3, "not an image: its configuration")
    for kind, text in ((DOCKER + "distribution.manifest.v1+prettyjws",
                        "Docker schema 1"), ("text/plain", "unknown media type")):
        with folder() as tmp:
            layout = Layout(tmp + "/oci")
            layout.add({**layout.image(), "mediaType": kind})
            info("oci:" + layout.close(), 3, text)


def test_foreign_layers():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [{**layout.layer(b, DOCKER + "image.rootfs.foreign.diff.tar.gzip"),
                   "urls": ["https://example.com/" + str(i)]}
                  for i, b in enumerate(gzips())]
        layout.add(layout.image(layers=layers))
        os.unlink(layout.blob(layers[2]))
        refused(2, 'a foreign layer, is at "https://example.com/2"', "verify",
                "oci:" + layout.close())


def test_two_meanings():
    """Neither an index nor a manifest may be taken for the other."""
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(manifest={"manifests": []}))
        info("oci:" + layout.close(), 4,
             "is an index and a manifest at the same time")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(manifest={"mediaType": OCI + "index.v1+json"}))
        info("oci:" + layout.close(), 4, "but its descriptor says")


def test_circles():
    """A circle needs wrong digests; depth and number are limited as well."""
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        index = layout.index(layout.image())
        save(layout.blob(index), json.dumps(
            {"schemaVersion": 2, "manifests": [index]}).encode())
        layout.add({**index, "size": os.path.getsize(layout.blob(index))})
        info("oci:" + layout.close(), 4, "index has the digest sha256:")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        inner = layout.image()
        for _ in range(20):
            inner = layout.index(inner)
        layout.add(inner)
        info("oci:" + layout.close(), 4, "nested deeper than 8 levels")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        inner = layout.index(layout.image())
        for _ in range(6):
            inner = layout.index(*[inner] * 10)
        layout.add(inner)
        info("oci:" + layout.close(), 4, "more than 4096 indexes")


def test_many():
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layers = [layout.layer(TARS[0])] * 10000
        layout.add(layout.image(layers=layers))
        info("oci:" + layout.close(), 4, "10000 layers; the limit is 4096")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.index(*[layout.image()] * 5000))
        info("oci:" + layout.close(), 4, "more than 4096 images")
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.document(
            {"schemaVersion": 2, "manifests": [], "x": "x" * (5 << 20)},
            OCI + "index.v1+json"))
        info("oci:" + layout.close(), 4, " bytes; the limit is 4194304")


def test_no_layers():
    with folder() as tmp:
        name, _ = one(tmp, layers=[], config=config_of([]))
        assert image("verify", name).endswith(": 0 layers verified\n")
        refused(32, "the image has no layers", "mount", "-f", name, tmp)
        refused(3, "the image has no layers", "disk", name, "-o", tmp + "/disk")


def test_json():
    """Documents that are not what they have to be."""
    for text, why in ((b"", "cut off"), (b"[]", "is a JSON array"),
                      (b"{", "cut off"), (b"{}x", "JSON: "), (b"{}\0x", "after its end"),
                      (b'{"manifests":{}}', '"manifests" is not of type array'),
                      (b'{"manifests":[1]}', "element 0 is not of type object"),
                      (b'{"manifests":[{}]}', "has no digest"),
                      (b'{"manifests":[{"digest":"sha256:1","size":1}]}',
                       "is not sha256: and 64"),
                      (b'{"manifests":[{"digest":"a\\u0000b","size":1}]}',
                       "contains a NUL"),
                      (b'{"manifests":[{"digest":"sha256:../../x"}]}',
                       "is not sha256: and 64"), (b"[" * 100, "JSON: ")):
        with folder() as tmp:
            name, _ = one(tmp)
            save(name[4:] + "/index.json", text)
            info(name, 4, why)
    with folder() as tmp:
        name, _ = one(tmp)
        change(name[4:] + "/index.json", lambda v: v["manifests"][0].update(
            digest="sha512:" + "0" * 128))
        info(name, 3, "only sha256 is supported")


def archive(path, entries):
    """A tar of (name, content); a link is (name, target as a string)."""
    with tarfile.open(path, "w") as t:
        for name, data in entries:
            i = tarfile.TarInfo(name)
            if isinstance(data, str):
                i.type, i.linkname, data = tarfile.SYMTYPE, data, b""
            i.size = len(data)
            t.addfile(i, io.BytesIO(data))
    return "docker-archive:" + path


def test_docker_archives():
    layer, config = TARS[0], json.dumps(config_of(TARS[:1])).encode()

    def manifest(**more):
        return ("manifest.json", json.dumps([{
            "Config": "c.json", "Layers": ["l.tar"], **more}]).encode())

    files = [("l.tar", layer), ("c.json", config)]
    cases = ((files, 2, '"manifest.json" is not in the archive'),
             ([*files, manifest(Layers=["../../etc/passwd"])], 4,
              "climbs out of the archive"),
             ([*files, manifest(Config="/../c.json")], 4, "climbs out"),
             ([*files, manifest(Layers=["none"])], 2, '"none" is not in'),
             ([*files, ("a", "b"), ("b", "a"), manifest(Layers=["a"])], 4,
              '"a" is not a regular file'),
             ([*files, ("a", "../../etc/passwd"), manifest(Layers=["a"])], 4,
              '"a" is not a regular file'),
             ([*files, manifest(Layers=[1])], 4, '"Layers": element 0 is not'),
             ([*files, manifest(Config=None)], 4, '"Config" is missing'),
             ([*files, manifest(Layers=["l.tar"] * 2)], 4, "1 diffIDs, but"),
             ([*files, ("0" * 64 + ".json", config),
               manifest(Config="0" * 64 + ".json")], 4,
              "configuration has the digest"))
    for entries, code, text in cases:
        with folder() as tmp:
            info(archive(tmp + "/a.tar", entries), code, text)


def test_archives():
    with folder() as tmp:
        path = pack(write_layout(tmp + "/oci"), tmp + "/app.tar")
        data = load(path)
        save(tmp + "/gz", gzips([data])[0])
        info(f"oci-archive:{tmp}/gz", 3, "the archive is compressed")
        save(tmp + "/noise", b"x" * 2000)
        info(f"oci-archive:{tmp}/noise", 3, "not a tar")
        save(tmp + "/cut", data[:len(data) // 2])
        info(f"oci-archive:{tmp}/cut", 4, "cut off")
        info(f"docker-archive:{path}", 2, '"manifest.json" is not in')


def test_not_even_one_directory_is_made():
    """A failure leaves no cache, no index and no temporary file."""
    with folder() as tmp:
        name, _ = one(tmp, layers=[], config=config_of([]))
        before = sorted(os.listdir(tmp))
        refused(32, "no layers", "mount", "-f", name, tmp,
                f"--index-cache={tmp}/cache")
        refused(2, "No such file", "disk", name.replace("oci:", "oci:/x"),
                "-o", tmp + "/disk")
        assert sorted(os.listdir(tmp)) == before


def test_disk():
    with folder() as tmp:
        name, _ = one(tmp)
        refused(2, "not a regular file", "disk", name, "-o", "/dev/null")
        refused(2, "No such file", "disk", name, "-o", tmp + "/no/disk")
        layer = name[4:] + "/blobs/sha256/" + \
            os.path.basename(os.listdir(name[4:] + "/blobs/sha256")[0])
        before = load(layer)
        for blob in os.listdir(name[4:] + "/blobs/sha256"):
            if len(load(f"{name[4:]}/blobs/sha256/{blob}")) > 2000:
                refused(2, "is also the image", "disk", name, "-o",
                        f"{name[4:]}/blobs/sha256/{blob}")
        assert load(layer) == before


def test_options():
    with folder() as tmp:
        name, _ = one(tmp)
        for args, text in (
                (["mount", name], "DIR: is missing"), (["info"], "IMAGE: is"),
                (["umount"], "DIR: is missing"), ([], "COMMAND: is missing"),
                (["fly", name], "fly: no such command"),
                (["disk", name], "--output: is required"),
                (["info", name, "x"], "x: too many arguments"),
                (["gc", "x"], "gc takes no argument"),
                (["info", "--merged", name], "--merged: is not an option of info"),
                (["mount", "--merged", "--overlay", name, tmp],
                 "--merged: cannot be used with --overlay"),
                (["run", "--network=x", name], "not one of none, host")):
            refused(1, text, *args)
        refused(125, "no such program", "run", "--runtime=nonexistent", name)
        refused(32, "not mounted", "umount", tmp)
        refused(32, "No such file", "mount", name, tmp + "/none")
        refused(32, "Not a directory", "mount", name, name[4:] + "/index.json")


def test_platform_of_descriptors():
    """A descriptor with odd members is refused or ignored, not misread."""
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add({**layout.image(), "platform": {"os": 1}})
        info("oci:" + layout.close(), 4, '"os" is not of type string')
    with folder() as tmp:
        layout = Layout(tmp + "/oci")
        layout.add(layout.image(), platform=platform("l" * 99 + "/amd64"))
        assert "linux/amd64" in image("info", "oci:" + layout.close())


def test_fifos():
    """Nothing waits for a writer."""
    with folder() as tmp:
        name, manifest = one(tmp)
        os.unlink(manifest)
        os.mkfifo(manifest)
        info(name, 3, "not a regular file")
        os.unlink(name[4:] + "/index.json")
        os.mkfifo(name[4:] + "/index.json")
        info(name, 3, "not a regular file")
        os.mkfifo(tmp + "/fifo")
        info(f"oci-archive:{tmp}/fifo", 3, "not a tar")


def test_putting_blobs():
    """The helper of the tests names blobs as layouts do."""
    with folder() as tmp:
        os.makedirs(tmp + "/blobs/sha256")
        assert put(tmp, b"")["digest"].startswith("sha256:e3b0c44298fc1c14")


def test_tars_are_no_archives():
    with folder() as tmp:
        save(tmp + "/layer.tar", tar(("etc/", b""), ("etc/x", b"y")))
        info(f"oci-archive:{tmp}/layer.tar", 2, '"index.json" is not in')


def test_no_runtime():
    with folder() as tmp:
        name, _ = one(tmp)
        refused(125, "crun", "run", name, env={**os.environ, "PATH": tmp})
        assert os.listdir(tmp) == ["oci"]


def test_full_file_system():
    """A disk is not written in part; indexes are made in memory."""
    require("unshare")
    with folder() as tmp:
        name = "oci:" + write_layout(tmp + "/oci",
                                     [tar(*((f"f{i}", os.urandom(200))
                                            for i in range(2000)))])
        os.mkdir(tmp + "/small")
        tool("unshare", "-m", "sh", "-ec", f"""
            mount -t tmpfs -o size=16k tmpfs {tmp}/small
            ! {BIN}/stargz-image disk {name} -o {tmp}/small/disk 2>{tmp}/said
            {BIN}/stargz-image mount -f --index-cache={tmp}/small/cache {name} \
                {tmp} 2>{tmp}/mount
            ls -A {tmp}/small {tmp}/small/cache >{tmp}/left""")
        said = load(tmp + "/said").decode()
        assert "No space left" in said and said.count("\n") == 1, said
        assert not load(tmp + "/mount")
        left = load(tmp + "/left").decode()
        assert "disk" not in left and ".index" not in left, left
