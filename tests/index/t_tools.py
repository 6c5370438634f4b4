# SPDX-License-Identifier: GPL-2.0-or-later
"""Images by buildah, in all the forms that skopeo can give them, against the
root of buildah's own container and against what umoci unpacks."""
import json
import os
import shutil
import subprocess
import tempfile

import ocilayout
from indexer import PROGRAM
from programs import load, save, walk
from readindex import Index

POLICY = {"default": [{"type": "insecureAcceptAnything"}]}
CONTAINER = "localhost/stargz-test"


class Buildah:
    """buildah with a storage of its own, which needs no daemon."""

    def __init__(self, folder):
        self.folder = folder
        self.run_root = folder + "/run"
        self.policy = folder + "/policy.json"
        with open(self.policy, "w", encoding="ascii") as f:
            json.dump(POLICY, f)

    def __call__(self, *args):
        return subprocess.run(
            ["buildah", "--root", self.folder + "/root", "--runroot",
             self.run_root, "--storage-driver", "vfs", *args], check=True,
            capture_output=True, text=True).stdout.strip()

    def commit(self, container, name, *args):
        """To an image, and to a layout of that name."""
        self("commit", "-q", "--signature-policy", self.policy, *args,
             container, f"{CONTAINER}:{name}")
        self("push", "-q", "--signature-policy", self.policy, "--format",
             "oci", f"{CONTAINER}:{name}", f"oci:{self.folder}/{name}:image")

    def recompress(self, name, kind):
        """A copy by skopeo with layers of another kind; the new layout."""
        to = f"{self.folder}/" + kind.replace(":", "-")
        subprocess.run(["skopeo", "--policy", self.policy, "copy", "-q",
                        "--dest-compress", "--dest-compress-format", kind,
                        f"oci:{self.folder}/{name}:image", f"oci:{to}:image"],
                       check=True, capture_output=True)
        return to


def fill(root):
    """The lower layer."""
    for path, size in (("usr/bin/tool", 3_000_000), ("usr/lib/a", 70_000),
                       ("usr/lib/b", 0), ("etc/conf/x", 100), ("gone", 5)):
        os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(root, path), "wb") as f:
            f.write(os.urandom(size // 2) + bytes(size - size // 2))
    os.link(root + "/usr/bin/tool", root + "/usr/bin/same")
    os.symlink("usr/bin", root + "/bin")
    os.mkdir(root + "/tmp")
    os.chmod(root + "/tmp", 0o1777)
    os.chown(root + "/gone", 1000, 70_000)
    os.chmod(root + "/usr/bin/tool", 0o4755)
    os.setxattr(root + "/usr/lib/a", "user.name", b"value\0")
    os.utime(root + "/usr/lib/b", ns=(0, 987654321_123456789))


def change(root):
    """The upper one."""
    os.unlink(root + "/gone")
    shutil.rmtree(root + "/etc/conf")
    os.mkdir(root + "/etc/conf")
    os.unlink(root + "/usr/lib/b")
    os.mkdir(root + "/usr/lib/b")
    for path in ("/etc/conf/y", "/usr/lib/b/c", "/usr/lib/a"):
        with open(root + path, "wb") as f:
            f.write(os.urandom(5000))


def index_of(layout):
    """The merged index of an image."""
    layers = ocilayout.read_layers(layout)
    with tempfile.TemporaryDirectory() as tmp:
        paths = [save(f"{tmp}/{i}", blob)
                 for i, (_, blob) in enumerate(layers)]
        out = tmp + "/index"
        subprocess.run([PROGRAM, "--merge", "-o", out, *paths], check=True,
                       stderr=subprocess.DEVNULL)
        return Index(load(out), *[blob for _, blob in layers])


def same_trees(one, other):
    """All of two indexes, but where the content is."""
    assert set(one.paths) == set(other.paths)
    for path, a in one.paths.items():
        b = other.paths[path]
        assert (a.mode, a.uid, a.gid, a.nlink, a.size, a.target, a.xattrs) == \
            (b.mode, b.uid, b.gid, b.nlink, b.size, b.target, b.xattrs), path
        assert a.mtime // 10**9 == b.mtime // 10**9, path
        if not a.target:
            assert one.content(a) == other.content(b), path


def in_storage(work):
    """Run it with buildah; what buildah has mounted goes with it."""
    ocilayout.require("buildah", "skopeo", "umoci", "zstd")
    tmp = tempfile.mkdtemp()
    buildah = Buildah(tmp)
    try:
        work(buildah)
    finally:
        buildah("rm", "--all")
        shutil.rmtree(tmp)


def test_image_by_buildah_in_all_forms():
    def work(buildah):
        first = buildah("from", "scratch")
        fill(buildah("mount", first))
        buildah.commit(first, "lower")
        second = buildah("from", "--signature-policy", buildah.policy,
                         CONTAINER + ":lower")
        root = buildah("mount", second)
        change(root)
        buildah.commit(second, "both")
        layout = buildah.folder + "/both"
        ix = index_of(layout)
        assert len(ix.blobs) == 2
        unpacked = ocilayout.unpack(layout, buildah.folder + "/bundle")
        ocilayout.compare(ix, unpacked)
        wanted = walk(root)
        assert set(wanted) == set(ix.paths) and b"etc/conf/x" not in wanted
        for path, node in ix.paths.items():
            if node.size and not node.target:
                assert ix.content(node) == \
                    load(os.path.join(root.encode(), path))
        for kind, has_toc in (("zstd:chunked", True), ("zstd", False),
                              ("gzip", False)):
            other = index_of(buildah.recompress("both", kind))
            assert bool(other.blobs[0].toc) == has_toc, kind
            same_trees(other, ix)
    in_storage(work)
