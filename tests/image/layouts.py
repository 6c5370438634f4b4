# SPDX-License-Identifier: GPL-2.0-or-later
"""Images in every form, and running stargz-image."""
import contextlib
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile

from ocilayout import LAYER, put, put_json
from programs import BIN

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
DOCKER_LAYER = DOCKER + "image.rootfs.diff.tar.gzip"
NAME = "org.opencontainers.image.ref.name"


def sha256(data):
    """A digest as manifests have it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tar(*entries):
    """A tar of (name, content); a name that ends in a slash is a directory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name, data in entries:
            info = tarfile.TarInfo(name.rstrip("/"))
            info.mtime = 1
            if name.endswith("/"):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


TARS = [
    tar(("etc/", b""), ("etc/a", b"first\n" * 5000), ("etc/b", b"second\n")),
    tar(("etc/", b""), ("etc/.wh.b", b""), ("etc/c", b"third\n" * 3000)),
    tar(("usr/", b""), ("usr/d", bytes(range(256)) * 99)),
]


def config_of(tars, **more):
    """The configuration of an image."""
    return {"architecture": "amd64", "os": "linux", "config": {},
            "rootfs": {"type": "layers", "diff_ids": [sha256(t) for t in tars]},
            **more}


class Layout:
    """A directory in the OCI layout that is being written."""

    def __init__(self, path):
        self.path = path
        self.entries = []
        os.makedirs(os.path.join(path, "blobs/sha256"))

    def layer(self, data, kind=LAYER):
        """Store a layer; its descriptor."""
        return {"mediaType": kind, **put(self.path, data)}

    def document(self, value, kind):
        """Store a document of any media type; its descriptor."""
        return {"mediaType": kind,
                **put(self.path, json.dumps(value).encode())}

    def image(self, tars=(), layers=None, config=None, manifest=None):
        """Store an image, by default of gzip layers; its descriptor."""
        if layers is None:
            layers = [self.layer(gzip.compress(t, 1, mtime=0), LAYER + "+gzip")
                      for t in (tars or TARS)]
        if config is None:
            config = config_of(tars or TARS)
        return self.document(
            {"schemaVersion": 2, "layers": layers,
             "config": put_json(self.path, "config", config),
             **(manifest or {})}, OCI + "manifest.v1+json")

    def index(self, *descriptors, kind=OCI + "index.v1+json"):
        """Store an index; its descriptor."""
        return self.document({"schemaVersion": 2,
                              "manifests": list(descriptors)}, kind)

    def add(self, descriptor, name=None, platform=None):
        """Put it into index.json."""
        entry = {**descriptor}
        if name:
            entry["annotations"] = {NAME: name}
        if platform:
            entry["platform"] = platform
        self.entries.append(entry)

    def close(self, **more):
        """Write index.json and oci-layout; the path."""
        for name, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}),
                            ("index.json", {"schemaVersion": 2, "manifests":
                                            self.entries, **more})):
            with open(os.path.join(self.path, name), "w",
                      encoding="ascii") as f:
                json.dump(value, f)
        return self.path

    def blob(self, descriptor):
        """Path of a blob."""
        return os.path.join(self.path, "blobs",
                            descriptor["digest"].replace(":", "/"))


def platform(text):
    """As an index has it."""
    parts = text.split("/")
    return dict(zip(("os", "architecture", "variant"), parts))


def write_layout(path, tars=(), name="app:1"):
    """A layout with one image."""
    layout = Layout(path)
    layout.add(layout.image(tars), name)
    return layout.close()


def pack(folder, path):
    """A tar of a folder, as tools write archives; its path."""
    with tarfile.open(path, "w") as t:
        t.add(folder, ".")
    return path


def docker_archive(path, tars=(), tags=("example.com/app:1",), compressed=False,
                   twice=False):
    """An archive of docker save; with twice, the last layer is a link to the
    first one, as older versions of Docker write it."""
    tars = list(tars or TARS)
    if twice:
        tars.append(tars[0])
    config = json.dumps(config_of(tars)).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    paths = [f"{i:064x}/layer.tar" for i in range(len(tars))]
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": paths}]
    with tarfile.open(path, "w") as t:
        for i, (where, data) in enumerate(zip(paths, tars)):
            info = tarfile.TarInfo(where)
            if twice and i + 1 == len(tars):
                info.type, info.linkname = tarfile.SYMTYPE, "../" + paths[0]
                t.addfile(info)
                continue
            if compressed:
                data = gzip.compress(data, 1, mtime=0)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        for where, data in ((name, config),
                            ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(where)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return path


@contextlib.contextmanager
def folder():
    """An empty working directory."""
    with tempfile.TemporaryDirectory() as tmp:
        yield tmp


def call(program, *args, **how):
    """One call of a program; output as text."""
    return subprocess.run([os.path.join(BIN, program), *args], text=True,
                          capture_output=True, check=False, **how)


def image(*args, **how):
    """stargz-image, which has to succeed without a word on standard error."""
    done = call("stargz-image", *args, **how)
    assert done.returncode == 0 and not done.stderr, (args, done)
    return done.stdout


def info(name, *args, **how):
    """What info --json says."""
    return json.loads(image("info", "--json", *args, name, **how))


def refused(code, text, *args, **how):
    """One line of error with a text, and an exit code."""
    done = call("stargz-image", *args, **how)
    lines = done.stderr.splitlines()
    assert done.returncode == code and len(lines) == 1 and text in lines[0] \
        and lines[0].startswith("stargz-image: "), (args, code, text, done)


def layers_of(found):
    """Digest, diffID and size of each layer that info names."""
    return [(n["digest"], n["diffid"], n["size"]) for n in found["layers"]]


def expected(blobs, tars):
    """The same, of blobs and the tars in them."""
    return [(sha256(b), sha256(t), len(b)) for b, t in zip(blobs, tars)]


def gzips(tars=()):
    """The layers of Layout.image()."""
    return [gzip.compress(t, 1, mtime=0) for t in (tars or TARS)]
