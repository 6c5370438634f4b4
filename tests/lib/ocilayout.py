# SPDX-License-Identifier: GPL-2.0-or-later
"""Images in an OCI layout, and what umoci and GNU tar make of their layers."""
import gzip
import hashlib
import json
import os
import stat

from programs import need, tool, walk, xattrs
from tap import need_root

LAYER = "application/vnd.oci.image.layer.v1.tar"


def require(*programs):
    """Skip a test where a program is missing or must not do what it has to."""
    need(*programs)
    need_root()


def put(folder, data):
    """Store a blob; its descriptor without a type."""
    digest = hashlib.sha256(data).hexdigest()
    with open(os.path.join(folder, "blobs/sha256", digest), "wb") as f:
        f.write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def put_json(folder, kind, value):
    """Store a document; its descriptor."""
    return {"mediaType": f"application/vnd.oci.image.{kind}.v1+json",
            **put(folder, json.dumps(value).encode())}


def write_image(folder, tars, name="image", compress=None):
    """An image of these tars, every other one compressed by gzip, or all of them by a
    function."""
    os.makedirs(os.path.join(folder, "blobs/sha256"))
    layers = []
    for i, tar in enumerate(tars):
        kind = LAYER + "+gzip" if compress or i % 2 else LAYER
        data = compress(tar) if compress else gzip.compress(tar, 1) if i % 2 else tar
        layers.append({"mediaType": kind, **put(folder, data)})
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [
                  "sha256:" + hashlib.sha256(t).hexdigest() for t in tars]}}
    manifest = {"schemaVersion": 2, "layers": layers,
                "config": put_json(folder, "config", config)}
    entry = {**put_json(folder, "manifest", manifest),
             "annotations": {"org.opencontainers.image.ref.name": name}}
    for path, value in (("oci-layout", {"imageLayoutVersion": "1.0.0"}),
                        ("index.json", {"schemaVersion": 2,
                                        "manifests": [entry]})):
        with open(os.path.join(folder, path), "w", encoding="ascii") as f:
            json.dump(value, f)


def read_layers(folder):
    """The blobs of the only image in a layout, lowest first."""
    def blob(descriptor):
        path = descriptor["digest"].replace(":", "/")
        with open(os.path.join(folder, "blobs", path), "rb") as f:
            return f.read()
    with open(os.path.join(folder, "index.json"), encoding="ascii") as f:
        index = json.load(f)
    manifest = json.loads(blob(index["manifests"][0]))
    return [(m, blob(m)) for m in manifest["layers"]]


def unpack(layout, folder, name="image"):
    """What umoci unpacks of an image: the root of the tree."""
    tool("umoci", "--log=error", "unpack", "--image", f"{layout}:{name}",
         folder)
    return os.path.join(folder, "rootfs")


def compare_node(ix, node, path, st):
    """One inode of an index with what is at a path.

    Linux gives all symbolic links the same mode, whatever the tar says.
    """
    assert node.type == stat.S_IFMT(st.st_mode), path
    assert node.mode == st.st_mode or stat.S_ISLNK(st.st_mode), path
    assert (node.uid, node.gid, node.mtime) == \
        (st.st_uid, st.st_gid, st.st_mtime_ns), path
    assert node.xattrs == xattrs(path), (path, node.xattrs, xattrs(path))
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as f:
            assert ix.content(node) == f.read(), path
    elif stat.S_ISLNK(st.st_mode):
        assert node.target == os.readlink(path), path
    elif stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        assert node.rdev == (os.major(st.st_rdev), os.minor(st.st_rdev)), path


def compare(ix, root):
    """An index with a tree: names, attributes, content and hard links."""
    found = walk(root)
    assert set(ix.paths) == set(found), \
        (set(ix.paths) - set(found), set(found) - set(ix.paths))
    inodes = {}
    for path, st in found.items():
        node = ix.paths[path]
        assert inodes.setdefault(st.st_ino, node) is node, path
        compare_node(ix, node, os.path.join(os.fsencode(root), path), st)
        if not stat.S_ISDIR(st.st_mode):
            assert node.nlink == st.st_nlink, path
